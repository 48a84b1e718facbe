#include <algorithm>
#include <array>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/kinds/rrset_text.h"
#include "resources/model/cbor.h"
#include "resources/values/domain_name.h"
#include "resources/values/ip_address.h"

namespace plumb::kinds {
namespace {

constexpr std::array kFields{
    FieldRule{kServerHostname, "hostname", FieldType::plain},
    FieldRule{kServerIpv4, "ipv4", FieldType::set},
    FieldRule{kServerIpv6, "ipv6", FieldType::set},
};

template <class Address>
Result<std::string> address_text(const std::string& text) {
  PLUMB_TRY(address, Address::parse(text));
  return address.text();
}

/// A list of addresses, or one alone, as a sorted array without repetitions.
template <class Address>
Result<std::string> encoded_addresses(const Value& written) {
  const Value::List one{written};
  const auto& items = written.as_list() != nullptr ? *written.as_list() : one;
  std::vector<std::string> texts;
  for (const auto& item : items) {
    const auto* text = item.as_string();
    if (text == nullptr) {
      return fail(ErrorCode::invalid_input, "an address is " + std::string(type_name(item)));
    }
    PLUMB_TRY(canonical_text, address_text<Address>(*text));
    texts.push_back(std::move(canonical_text));
  }
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  std::string out;
  cbor::array(out, texts.size());
  for (const auto& text : texts) {
    cbor::octets(out, text);
  }
  return out;
}

Result<std::string> encoded_hostname(const Value& written) {
  const auto* text = written.as_string();
  if (text == nullptr) {
    return fail(ErrorCode::invalid_input, "it is " + std::string(type_name(written)));
  }
  PLUMB_TRY(name, values::DomainName::parse(*text));
  std::string out;
  cbor::octets(out, name.text());
  return out;
}

Result<std::string> canonical(std::string_view key, const Value& fields) {
  using Encode = Result<std::string> (*)(const Value&);
  constexpr std::array<Encode, 3> kEncoders{encoded_hostname,
                                            encoded_addresses<values::Ipv4Address>,
                                            encoded_addresses<values::Ipv6Address>};
  std::vector<std::pair<std::uint8_t, std::string>> encoded;
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    const auto* written = fields.find(kFields[i].name);
    if (written == nullptr || written->is_null()) {
      continue;
    }
    auto bytes = kEncoders[i](*written);
    if (!bytes) {
      return tl::unexpected(std::move(bytes).error().in("server " + printable(key, 63, false) +
                                                        ": " + std::string(kFields[i].name)));
    }
    encoded.emplace_back(kFields[i].number, std::move(*bytes));
  }
  return cbor::body(encoded);
}

std::string label(std::string_view key) {
  return printable(key, 255, false);
}

std::vector<std::string> shown(const std::vector<std::string_view>& addresses) {
  std::vector<std::string> texts;
  for (const auto address : addresses) {
    texts.push_back(printable(address, 60, false));
  }
  return texts;
}

std::string hostname(std::string_view body) {
  return printable(cbor::field_octets(body, kServerHostname).value_or(""), 255, false);
}

std::string summary(std::string_view /*key*/, std::string_view body) {
  std::string out = hostname(body);
  for (const auto field : {kServerIpv4, kServerIpv6}) {
    for (const auto& address : shown(cbor::field_list(body, field))) {
      out.append(out.empty() ? "" : ", ").append(address);
    }
  }
  return out;
}

std::string difference(std::string_view key, std::string_view before, std::string_view after) {
  if (before.empty() || after.empty()) {
    const auto only = before.empty() ? after : before;
    return only.empty() ? std::string() : summary(key, only);
  }
  std::string out;
  if (cbor::field(after, kServerHostname) && hostname(before) != hostname(after)) {
    out = "hostname " + hostname(before) + " → " + hostname(after);
  }
  std::vector<std::string_view> added;
  std::vector<std::string_view> removed;
  for (const auto field : {kServerIpv4, kServerIpv6}) {
    if (!cbor::field(after, field)) {
      continue;  // not stated, hence not managed
    }
    const auto old_list = cbor::field_list(before, field);
    const auto new_list = cbor::field_list(after, field);
    std::ranges::set_difference(new_list, old_list, std::back_inserter(added));
    std::ranges::set_difference(old_list, new_list, std::back_inserter(removed));
  }
  const auto text = set_difference_text(shown(added), shown(removed));
  return out + (out.empty() || text.empty() ? "" : " · ") + text;
}

Risk risk(std::string_view key, std::string_view before, std::string_view after) {
  if (after.empty()) {
    return Risk::severe;
  }
  return before.empty() || difference(key, before, after).empty() ? Risk::none : Risk::notable;
}

std::string_view group(std::string_view key) {
  return key;
}

std::uint8_t union_field(std::string_view /*key*/) {
  return 0;
}

}  // namespace

const Kind& server_kind() {
  static constexpr Kind kKind{
      .id = kServer,
      .name = "Server",
      .fields = kFields,
      .holds_data = true,
      .rank = 10,
      .canonical = canonical,
      .label = label,
      .summary = summary,
      .difference = difference,
      .risk = risk,
      .group = group,
      .union_field = union_field,
  };
  return kKind;
}

}  // namespace plumb::kinds
