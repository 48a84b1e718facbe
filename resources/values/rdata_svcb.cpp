// SVCB and HTTPS (RFC 9460) with their service parameters.

#include <algorithm>
#include <array>
#include <optional>

#include "resources/values/encoding.h"
#include "resources/values/ip_address.h"
#include "resources/values/quoted.h"
#include "resources/values/rdata_reader.h"
#include "resources/values/rdata_types.h"
#include "resources/values/txt.h"

namespace plumb::values {
namespace {

/// RFC 9460 §14.3.2. Keys that were assigned later are written in the generic form, which every
/// server reads.
enum Key : std::uint16_t {
  mandatory = 0,
  alpn = 1,
  no_default_alpn = 2,
  port = 3,
  ipv4hint = 4,
  ech = 5,
  ipv6hint = 6,
  dohpath = 7,
  ohttp = 8,
};

constexpr std::array<std::string_view, 9> kKeyNames = {"mandatory",
                                                       "alpn",
                                                       "no-default-alpn",
                                                       "port",
                                                       "ipv4hint",
                                                       "ech",
                                                       "ipv6hint",
                                                       "dohpath",
                                                       "ohttp"};
constexpr std::uint16_t kFirstGeneric = dohpath;
constexpr std::uint16_t kLastKey = 65534;  // 65535 is reserved as invalid (RFC 9460 §14.3.2)

std::string key_name(std::uint16_t key) {
  return key < kFirstGeneric ? std::string(kKeyNames[key]) : "key" + std::to_string(key);
}

std::optional<std::uint16_t> find_key(std::string_view name) {
  const auto* named = std::find(kKeyNames.begin(), kKeyNames.end(), name);
  if (named != kKeyNames.end()) {
    return static_cast<std::uint16_t>(named - kKeyNames.begin());
  }
  if (!name.starts_with("key") || (name.size() > 4 && name[3] == '0')) {
    return std::nullopt;
  }
  const auto number = read_number(name.substr(3), kLastKey);
  // The value of a known key in the generic form is in wire format, which is not for people.
  return number && *number >= kFirstGeneric ? std::optional(static_cast<std::uint16_t>(*number))
                                            : std::nullopt;
}

/// The members of a comma-separated list, `\,` and `\\` decoded (RFC 9460 Appendix A.1). A member
/// that is empty, or an escape that is broken, gives an empty list.
std::vector<std::string> list_of(std::string_view value) {
  std::vector<std::string> items(1);
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == ',') {
      items.emplace_back();
      continue;
    }
    if (value[i] == '\\' && ++i == value.size()) {
      return {};
    }
    items.back().push_back(value[i]);
  }
  const auto empty = [](const std::string& item) { return item.empty(); };
  return std::any_of(items.begin(), items.end(), empty) ? std::vector<std::string>() : items;
}

template <class Item>
std::string joined(const std::vector<Item>& items) {
  std::string out;
  for (const auto& item : items) {
    out += out.empty() ? "" : ",";
    out += item;
  }
  return out;
}

using Value = Result<std::string>;

/// The list of keys that a client must understand: sorted, each once, never itself (RFC 9460 §8).
Value canonical_mandatory(const RdataReader& reader, std::string_view value) {
  std::vector<std::uint16_t> keys;
  for (const auto& item : list_of(value)) {
    const auto key = find_key(item);
    if (!key || *key == mandatory) {
      return reader.refuse("parameter mandatory", "may not name " + quoted(item));
    }
    keys.push_back(*key);
  }
  std::sort(keys.begin(), keys.end());
  if (keys.empty() || std::adjacent_find(keys.begin(), keys.end()) != keys.end()) {
    return reader.refuse("parameter mandatory", "must name other keys, each once");
  }
  std::vector<std::string> names(keys.size());
  std::transform(keys.begin(), keys.end(), names.begin(), key_name);
  return joined(names);
}

/// Protocol identifiers of 1 to 255 octets (RFC 9460 §7.1.1).
Value canonical_alpn(const RdataReader& reader, std::string_view value) {
  auto items = list_of(value);
  if (items.empty()) {
    return reader.refuse("parameter alpn", "must list protocols, as in h2,h3");
  }
  for (auto& item : items) {
    if (item.size() > 255) {
      return reader.refuse("parameter alpn", "has a protocol of more than 255 octets");
    }
    std::string escaped;
    for (const char c : item) {
      if (c == ',' || c == '\\') {
        escaped.push_back('\\');
      }
      escaped.push_back(c);
    }
    item = std::move(escaped);
  }
  return joined(items);
}

template <class Address>
Value canonical_hints(const RdataReader& reader, std::string_view field, std::string_view value) {
  std::vector<std::string> addresses;
  for (const auto& item : list_of(value)) {
    auto address = Address::parse(item);
    if (!address) {
      return reader.refuse(field, "must be a list of addresses: " + address.error().message);
    }
    addresses.push_back(address->text());
  }
  if (addresses.empty()) {
    return reader.refuse(field, "must be a list of addresses");
  }
  return joined(addresses);
}

Value canonical_value(const RdataReader& reader, std::uint16_t key, std::string_view value) {
  const auto field = "parameter " + key_name(key);
  switch (key) {
    case mandatory:
      return canonical_mandatory(reader, value);
    case alpn:
      return canonical_alpn(reader, value);
    case no_default_alpn:
    case ohttp:
      if (!value.empty()) {
        return reader.refuse(field, "takes no value");
      }
      return std::string();
    case port: {
      const auto number = read_number(value, 65535);
      if (!number) {
        return reader.refuse(field, "must be a number from 0 to 65535, not " + quoted(value));
      }
      return std::to_string(*number);
    }
    case ipv4hint:
      return canonical_hints<Ipv4Address>(reader, field, value);
    case ech: {
      auto base64 = canonical_base64(value);
      if (!base64) {
        return reader.refuse(field, "must be base64, not " + quoted(value));
      }
      return std::move(*base64);
    }
    case ipv6hint:
      return canonical_hints<Ipv6Address>(reader, field, value);
    default:
      return std::string(value);
  }
}

/// One word: key, key=value or key="value".
Result<SvcParam> read_param(RdataReader& reader) {
  PLUMB_TRY(word, reader.word("parameter"));
  const auto equals = word.find('=');
  const auto name = word.substr(0, equals);
  const auto key = find_key(name);
  if (!key) {
    return reader.refuse(
        "parameter",
        quoted(name) + " is unknown",
        "use alpn, no-default-alpn, port, ipv4hint, ipv6hint, ech, mandatory, or " +
            std::string("key and a number from 7 up"));
  }
  std::string octets;
  if (equals != std::string_view::npos && equals + 1 < word.size()) {
    auto decoded = parse_presentation(word.substr(equals + 1));
    if (!decoded) {
      return tl::unexpected(std::move(decoded).error().in("parameter " + key_name(*key)));
    }
    octets = std::move(*decoded);
  }
  PLUMB_TRY(value, canonical_value(reader, *key, octets));
  return SvcParam{*key, std::move(value)};
}

bool has(const std::vector<SvcParam>& params, std::uint16_t key) {
  return std::any_of(params.begin(), params.end(), [&](const SvcParam& p) { return p.key == key; });
}

/// What holds between the parameters. Requires: sorted by key.
Result<void> check_params(const RdataReader& reader, const std::vector<SvcParam>& params) {
  const auto twice = std::adjacent_find(
      params.begin(), params.end(), [](const auto& a, const auto& b) { return a.key == b.key; });
  if (twice != params.end()) {
    return reader.refuse("parameter " + key_name(twice->key), "is given twice", "give it once");
  }
  if (has(params, no_default_alpn) && !has(params, alpn)) {
    return reader.refuse("parameter no-default-alpn", "needs alpn (RFC 9460 §7.1.1)", "add alpn=");
  }
  if (!has(params, mandatory)) {
    return {};
  }
  for (const auto& name : list_of(params.front().value)) {
    const auto key = find_key(name);
    if (key && !has(params, *key)) {
      return reader.refuse("parameter mandatory",
                           "names " + name + ", which is not given (RFC 9460 §8)",
                           "give " + name + ", or do not name it");
    }
  }
  return {};
}

/// Quotes where PowerDNS writes them: around base64 and generic values always, else where needed.
std::string param_text(const SvcParam& param) {
  auto name = key_name(param.key);
  if (param.key == no_default_alpn) {
    return name;
  }
  const bool always = param.key == ech || param.key >= kFirstGeneric;
  const auto in_quotes = quote_string(param.value);
  const bool needed = param.value.find_first_of(" \"") != std::string::npos;
  return name + '=' + (always || needed ? in_quotes : in_quotes.substr(1, in_quotes.size() - 2));
}

}  // namespace

Result<Svcb> Svcb::parse(std::string_view text,
                         const DomainName& origin,
                         TargetRule rule,
                         RecordType type) {
  RdataReader reader(type, text, origin, rule);
  Svcb svcb;
  PLUMB_TRY(priority, reader.number<std::uint16_t>("priority"));
  PLUMB_TRY(target, reader.name("target"));
  while (!reader.at_end()) {
    PLUMB_TRY(param, read_param(reader));
    svcb.params.push_back(std::move(param));
  }
  std::stable_sort(svcb.params.begin(), svcb.params.end(), [](const auto& a, const auto& b) {
    return a.key < b.key;
  });
  if (const auto sound = check_params(reader, svcb.params); !sound) {
    return tl::unexpected(sound.error());
  }
  if (reader.is_manifest() && priority == 0 && !svcb.params.empty()) {
    return reader.refuse("data",
                         "has priority 0 and parameters, which clients ignore (RFC 9460 §2.4.2)",
                         "take the parameters away, or write priority 1");
  }
  svcb.priority = priority;
  svcb.target = std::move(target);
  return svcb;
}

std::string Svcb::text() const {
  std::string out = std::to_string(priority) + ' ' + target.text();
  for (const auto& param : params) {
    out += ' ' + param_text(param);
  }
  return out;
}

}  // namespace plumb::values
