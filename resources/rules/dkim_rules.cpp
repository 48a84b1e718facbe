#include <algorithm>
#include <array>

#include "resources/rules/check_zone.h"
#include "resources/rules/dkim_key.h"
#include "resources/rules/tag_list.h"
#include "resources/values/quoted.h"

namespace plumb::rules {
namespace {

using values::RecordType;

constexpr std::size_t kLeastBits = 1024;
constexpr std::size_t kGoodBits = 2048;
constexpr std::size_t kEd25519Size = 32;

/// "s1._domainkey", "s1._domainkey.sub": a selector before the fixed label.
bool is_key_name(std::string_view owner) {
  constexpr std::string_view kLabel = "._domainkey";
  const auto at = owner.find(kLabel);
  return at != std::string_view::npos && at > 0 &&
         (at + kLabel.size() == owner.size() || owner[at + kLabel.size()] == '.');
}

template <class Each>
void for_each_key(const CheckedZone& checked, Each each) {
  for_each_value(
      checked.zone, RecordType::txt, [&](const ZoneRecord& record, std::string_view value) {
        if (is_key_name(record.owner)) {
          each(record, value, parse_tags(value));
        }
      });
}

std::string subject(const CheckedZone& checked, const ZoneRecord& record) {
  return "DKIM key " + checked.zone.full_name(record.owner);
}

std::string_view key_type(const TagList& list) {
  const auto* type = list.find("k");
  return type == nullptr ? std::string_view("rsa") : type->value;
}

void multiple(const CheckedZone& checked, Report& report) {
  const ZoneRecord* first = nullptr;
  std::string_view first_value;
  for_each_key(
      checked, [&](const ZoneRecord& record, std::string_view value, const TagList& /*list*/) {
        if (first != nullptr && first->owner == record.owner) {
          report.add(record,
                     value,
                     {.message = checked.zone.full_name(record.owner) + " has more than one TXT",
                      .hint = "keep one key: which of two is used is undefined",
                      .related = first->of_value(first_value)});
        } else {
          first = &record;
          first_value = value;
        }
      });
}

/// One fault of the tags; empty where they are sound.
std::string tag_fault(const TagList& list) {
  if (!list.fault.empty()) {
    return list.fault;
  }
  const auto* version = list.find("v");
  if (version != nullptr && (version != &list.tags.front() || version->value != "DKIM1")) {
    return "v must come first and be DKIM1";
  }
  if (list.find("p") == nullptr) {
    return "there is no p= with the key";
  }
  if (key_type(list) != "rsa" && key_type(list) != "ed25519") {
    return "key type " + values::quoted(key_type(list)) + " is not known";
  }
  const auto* hashes = list.find("h");
  if (hashes != nullptr) {
    const auto names = split_list(hashes->value, ':');
    if (std::find(names.begin(), names.end(), "sha256") == names.end()) {
      return "h= does not allow sha256";
    }
  }
  const auto* services = list.find("s");
  if (services != nullptr) {
    const auto names = split_list(services->value, ':');
    const bool mail = std::any_of(names.begin(), names.end(), [](std::string_view name) {
      return name == "*" || name == "email";
    });
    if (!mail) {
      return "s= does not allow email";
    }
  }
  return {};
}

void syntax(const CheckedZone& checked, Report& report) {
  for_each_key(checked, [&](const ZoneRecord& record, std::string_view value, const TagList& list) {
    if (auto fault = tag_fault(list); !fault.empty()) {
      report.add(record,
                 value,
                 {.message = subject(checked, record) + ": " + std::move(fault),
                  .hint = "write v=DKIM1; k=rsa; p=(the public key in base64)"});
    }
  });
}

/// What keeps verifiers from reading the key; empty where it can be read or is revoked.
std::string key_fault(const TagList& list) {
  const auto* key = list.find("p");
  if (key == nullptr || key->value.empty()) {
    return {};
  }
  const auto octets = decode_base64(key->value);
  if (!octets) {
    return "p= is not base64";
  }
  if (key_type(list) == "ed25519" && octets->size() != kEd25519Size) {
    return "an ed25519 key has 32 octets, not " + std::to_string(octets->size());
  }
  constexpr char kSequence = 0x30;  // with which each encoding of an RSA key begins (X.690 §8.9)
  if (key_type(list) == "rsa" && octets->front() != kSequence) {
    return "p= is no RSA public key";
  }
  return "";
}

/// Octets that are no SubjectPublicKeyInfo as we read it: a warning, since some verifiers take
/// other encodings.
bool is_unreadable_rsa(const TagList& list) {
  const auto* key = list.find("p");
  if (key == nullptr || key->value.empty() || key_type(list) != "rsa") {
    return false;
  }
  const auto octets = decode_base64(key->value);
  return octets && !rsa_bits(*octets);
}

void key(const CheckedZone& checked, Report& report) {
  for_each_key(checked, [&](const ZoneRecord& record, std::string_view value, const TagList& list) {
    if (auto fault = key_fault(list); !fault.empty()) {
      report.add(record,
                 value,
                 {.message = subject(checked, record) + ": " + std::move(fault),
                  .hint = "copy the whole public key again, without BEGIN and END lines"});
    } else if (is_unreadable_rsa(list)) {
      report.add(record,
                 value,
                 {.message = subject(checked, record) + ": p= is no RSA public key",
                  .hint = "copy the whole public key again, without BEGIN and END lines",
                  .severity = Severity::warning});
    }
  });
}

void key_size(const CheckedZone& checked, Report& report) {
  for_each_key(checked, [&](const ZoneRecord& record, std::string_view value, const TagList& list) {
    const auto* key = list.find("p");
    const auto octets =
        key == nullptr || key_type(list) != "rsa" ? std::nullopt : decode_base64(key->value);
    const auto bits = octets ? rsa_bits(*octets) : std::nullopt;
    if (bits && *bits < kGoodBits) {
      const bool refused = *bits < kLeastBits;
      report.add(record,
                 value,
                 {.message = subject(checked, record) + " has " + std::to_string(*bits) + " bits" +
                             (refused ? ", which verifiers refuse" : ""),
                  .hint = "make an RSA key of 2048 bits under a new selector",
                  .severity = refused ? Severity::error : Severity::warning});
    }
  });
}

constexpr std::array kLines{
    RuleLine{{"dkim-multiple", "a selector has more than one TXT", "RFC 6376 §3.6.2.2"}, multiple},
    RuleLine{{"dkim-syntax", "the tags of a DKIM key are not sound", "RFC 6376 §3.6.1"}, syntax},
    RuleLine{{"dkim-key", "the public key of a selector cannot be read", "RFC 6376 §3.6.1"}, key},
    RuleLine{{"dkim-key-size", "an RSA key is too short", "RFC 8301 §3.2"}, key_size},
};

}  // namespace

std::span<const RuleLine> dkim_rules() {
  return kLines;
}

}  // namespace plumb::rules
