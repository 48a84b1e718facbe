#include <algorithm>
#include <array>
#include <charconv>

#include "resources/rules/check_zone.h"

namespace plumb::rules {
namespace {

using values::RecordType;

std::string type_text(const ZoneRecord& record) {
  return std::string(values::record_type_name(record.type));
}

void host_name(const CheckedZone& checked, Report& report) {
  for (const auto type : {RecordType::a, RecordType::aaaa, RecordType::mx}) {
    for_each_of(checked.zone, type, [&](const ZoneRecord& record) {
      if (record.owner.find('_') != std::string_view::npos) {
        report.add_name(
            record,
            {.message = "host name " + checked.zone.full_name(record.owner) + " has an underscore",
             .hint = "use letters, digits and hyphens in names of hosts"});
      }
    });
  }
}

void inner_wildcard(const CheckedZone& checked, Report& report) {
  for (const auto& record : checked.zone.records()) {
    const auto star = record.owner.find(".*");
    if (star == std::string_view::npos) {
      continue;
    }
    const auto after = star + 2;
    if (after == record.owner.size() || record.owner[after] == '.') {
      report.add_name(record,
                      {.message = "the asterisk in " + checked.zone.full_name(record.owner) +
                                  " stands for itself only",
                       .hint = "a wildcard must be the first label of its name"});
    }
  }
}

/// "_443" with a number from 0 to 65535.
bool is_port_label(std::string_view label) {
  if (label == "*" || label.size() < 2 || label[0] != '_') {
    return label == "*";
  }
  std::uint16_t port = 0;
  const auto* end = label.data() + label.size();
  const auto read = std::from_chars(label.data() + 1, end, port);
  return read.ec == std::errc() && read.ptr == end;
}

/// The first two labels of an owner name.
std::pair<std::string_view, std::string_view> first_labels(std::string_view owner) {
  const auto dot = owner.find('.');
  if (dot == std::string_view::npos) {
    return {owner, {}};
  }
  const auto rest = owner.substr(dot + 1);
  return {owner.substr(0, dot), rest.substr(0, rest.find('.'))};
}

void srv_owner(const CheckedZone& checked, Report& report) {
  for_each_of(checked.zone, RecordType::srv, [&](const ZoneRecord& record) {
    const auto [service, protocol] = first_labels(record.owner);
    if ((service.starts_with('_') || service == "*") && protocol.starts_with('_')) {
      return;
    }
    report.add_name(
        record,
        {.message = "SRV at " + checked.zone.full_name(record.owner) + " is not found by anybody",
         .hint = "name it _service._protocol, such as _imaps._tcp"});
  });
}

void tlsa_owner(const CheckedZone& checked, Report& report) {
  for_each_of(checked.zone, RecordType::tlsa, [&](const ZoneRecord& record) {
    const auto [port, protocol] = first_labels(record.owner);
    const bool known = protocol == "_tcp" || protocol == "_udp" || protocol == "_sctp";
    if (is_port_label(port) && known) {
      return;
    }
    report.add_name(
        record,
        {.message = "TLSA at " + checked.zone.full_name(record.owner) + " is not found by anybody",
         .hint = "name it _port._protocol before the host, such as _25._tcp.mx1"});
  });
}

void tlsa_smtp_usage(const CheckedZone& checked, Report& report) {
  for_each_value(
      checked.zone, RecordType::tlsa, [&](const ZoneRecord& record, std::string_view value) {
        const bool pkix = value.starts_with("0 ") || value.starts_with("1 ");
        if (pkix && record.owner.starts_with("_25._tcp")) {
          report.add(record,
                     value,
                     {.message = "TLSA usage " + std::string(value.substr(0, 1)) + " at " +
                                 checked.zone.full_name(record.owner) + " is not usable for SMTP",
                      .hint = "publish 3 1 1 or 2 1 1"});
        }
      });
}

void hashed_owner(const CheckedZone& checked,
                  Report& report,
                  RecordType type,
                  std::string_view label) {
  for_each_of(checked.zone, type, [&](const ZoneRecord& record) {
    const auto [hash, second] = first_labels(record.owner);
    const bool sound =
        hash == "*" || (hash.size() == 56 && std::all_of(hash.begin(), hash.end(), [](char c) {
                          return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                        }));
    if (!sound || second != label) {
      report.add_name(record,
                      {.message = type_text(record) + " at " +
                                  checked.zone.full_name(record.owner) + " is not found by anybody",
                       .hint = "name it by the first 56 hexadecimal digits of the SHA-256 of the "
                               "local part, then " +
                               std::string(label)});
    }
  });
}

void smimea_owner(const CheckedZone& checked, Report& report) {
  hashed_owner(checked, report, RecordType::smimea, "_smimecert");
}

void openpgpkey_owner(const CheckedZone& checked, Report& report) {
  hashed_owner(checked, report, RecordType::openpgpkey, "_openpgpkey");
}

void duplicate_value(const CheckedZone& checked, Report& report) {
  for (const auto& record : checked.zone.records()) {
    if (record.values.size() < 2) {
      continue;
    }
    auto sorted = record.values;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
      report.add(record,
                 {.message = checked.zone.full_name(record.owner) + " " + type_text(record) +
                             " has the same value twice",
                  .hint = "remove one: a set has each value once"});
    }
  }
}

void txt_non_ascii(const CheckedZone& checked, Report& report) {
  for_each_value(
      checked.zone, RecordType::txt, [&](const ZoneRecord& record, std::string_view value) {
        const bool ascii = std::all_of(value.begin(), value.end(), [](char c) {
          return static_cast<unsigned char>(c) < 0x80U;
        });
        if (!ascii) {
          report.add(record,
                     value,
                     {.message = "TXT of " + checked.zone.full_name(record.owner) +
                                 " is not plain ASCII: it is published as UTF-8 octets",
                      .hint = "use ASCII where programs read it"});
        }
      });
}

constexpr std::array kLines{
    RuleLine{{"host-name",
              "a host name (A, AAAA, MX) has an underscore",
              "RFC 1123 §2.1",
              Severity::warning},
             host_name},
    RuleLine{{"wildcard-inside",
              "an asterisk stands inside of a name, where it is no wildcard",
              "RFC 4592 §2.1.1",
              Severity::warning},
             inner_wildcard},
    RuleLine{{"srv-owner", "an SRV is not named _service._protocol", "RFC 2782", Severity::warning},
             srv_owner},
    RuleLine{
        {"tlsa-owner", "a TLSA is not named _port._protocol", "RFC 6698 §3", Severity::warning},
        tlsa_owner},
    RuleLine{{"tlsa-smtp-usage",
              "a TLSA for SMTP has usage 0 or 1",
              "RFC 7672 §3.1.3",
              Severity::warning},
             tlsa_smtp_usage},
    RuleLine{{"smimea-owner",
              "an SMIMEA is not named by the hash of a local part",
              "RFC 8162 §3",
              Severity::warning},
             smimea_owner},
    RuleLine{{"openpgpkey-owner",
              "an OPENPGPKEY is not named by the hash of a local part",
              "RFC 7929 §3",
              Severity::warning},
             openpgpkey_owner},
    RuleLine{{"duplicate-value", "a set has a value twice", "RFC 2181 §5", Severity::warning},
             duplicate_value},
    RuleLine{{"txt-non-ascii", "a TXT is not plain ASCII", "RFC 1035 §3.3.14", Severity::note},
             txt_non_ascii},
};

}  // namespace

std::span<const RuleLine> name_rules() {
  return kLines;
}

}  // namespace plumb::rules
