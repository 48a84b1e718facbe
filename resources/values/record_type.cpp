#include "resources/values/record_type.h"

#include <algorithm>
#include <array>
#include <string>

#include "resources/model/check.h"
#include "resources/model/diagnostic.h"
#include "resources/values/quoted.h"

namespace plumb::values {
namespace {

struct Row {
  RecordType type;
  std::string_view name;
  std::string_view example;
};

/// Sorted by name; a system type has no example.
constexpr std::array kRows = {
    Row{RecordType::a, "A", "192.0.2.1"},
    Row{RecordType::aaaa, "AAAA", "2001:db8::1"},
    Row{RecordType::caa, "CAA", R"(0 issue "letsencrypt.org")"},
    Row{RecordType::cdnskey, "CDNSKEY", {}},
    Row{RecordType::cds, "CDS", {}},
    Row{RecordType::cname, "CNAME", "www.example.com."},
    Row{RecordType::dname, "DNAME", "example.net."},
    Row{RecordType::dnskey, "DNSKEY", {}},
    Row{RecordType::ds, "DS", "60485 13 2 (64 hexadecimal digits)"},
    Row{RecordType::https, "HTTPS", "1 . alpn=h2,h3"},
    Row{RecordType::loc, "LOC", "52 22 23.000 N 4 53 32.000 E 2.00m"},
    Row{RecordType::mx, "MX", "10 mx1.example.com."},
    Row{RecordType::naptr, "NAPTR", R"(100 10 "S" "SIP+D2U" "" _sip._udp.example.com.)"},
    Row{RecordType::ns, "NS", "ns1.example.com."},
    Row{RecordType::nsec, "NSEC", {}},
    Row{RecordType::nsec3, "NSEC3", {}},
    Row{RecordType::nsec3param, "NSEC3PARAM", {}},
    Row{RecordType::openpgpkey, "OPENPGPKEY", "(the key in base64)"},
    Row{RecordType::ptr, "PTR", "mx1.example.com."},
    Row{RecordType::rrsig, "RRSIG", {}},
    Row{RecordType::smimea, "SMIMEA", "3 1 1 (64 hexadecimal digits)"},
    Row{RecordType::soa, "SOA", {}},
    Row{RecordType::srv, "SRV", "0 1 443 mail.example.com."},
    Row{RecordType::sshfp, "SSHFP", "4 2 (64 hexadecimal digits)"},
    Row{RecordType::svcb, "SVCB", "1 svc.example.com. alpn=h2 port=8443"},
    Row{RecordType::tlsa, "TLSA", "3 1 1 (64 hexadecimal digits)"},
    Row{RecordType::txt, "TXT", "v=spf1 -all"},
    Row{RecordType::uri, "URI", "10 1 \"https://www.example.com/\""},
};

constexpr std::size_t kDeclarable = static_cast<std::size_t>(
    std::count_if(kRows.begin(), kRows.end(), [](const Row& row) { return !row.example.empty(); }));

constexpr auto kDeclarableNames = [] {
  std::array<std::string_view, kDeclarable> names{};
  std::size_t at = 0;
  for (const auto& row : kRows) {
    if (!row.example.empty()) {
      names[at++] = row.name;
    }
  }
  return names;
}();

const Row& row_of(RecordType type) {
  const auto* row =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.type == type; });
  PLUMB_CHECK(row != kRows.end());
  return *row;
}

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

}  // namespace

std::string_view record_type_name(RecordType type) {
  return row_of(type).name;
}

std::optional<RecordType> find_record_type(std::string_view name) {
  const auto same = [&](const Row& row) {
    return std::equal(
        row.name.begin(), row.name.end(), name.begin(), name.end(), [](char a, char b) {
          return a == upper(b);
        });
  };
  const auto* row = std::find_if(kRows.begin(), kRows.end(), same);
  return row == kRows.end() ? std::nullopt : std::optional(row->type);
}

Result<RecordType> parse_record_type(std::string_view name) {
  if (const auto type = find_record_type(name)) {
    return *type;
  }
  std::string folded(name.substr(0, 16));
  std::transform(folded.begin(), folded.end(), folded.begin(), upper);
  if (folded == "SPF") {
    return invalid("record type SPF is obsolete (RFC 7208 §3.1)", "use TXT");
  }
  auto hint = did_you_mean(folded, known_types());
  if (hint.empty()) {
    hint = "use one of";
    for (const auto known : known_types()) {
      hint += ' ' + std::string(known);
    }
  }
  return invalid("record type " + quoted(name) + " is unknown", std::move(hint));
}

std::optional<RecordType> record_type_of_number(std::uint16_t number) {
  const auto* row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) {
    return static_cast<std::uint16_t>(r.type) == number;
  });
  return row == kRows.end() ? std::nullopt : std::optional(row->type);
}

std::span<const std::string_view> known_types() {
  return kDeclarableNames;
}

bool is_system_type(RecordType type) {
  return row_of(type).example.empty();
}

std::string_view example_of(RecordType type) {
  return row_of(type).example;
}

}  // namespace plumb::values
