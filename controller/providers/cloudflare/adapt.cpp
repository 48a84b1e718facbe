#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/providers/cloudflare/record.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"

namespace plumb::providers::cloudflare {
namespace {

using values::RecordType;

constexpr std::uint32_t kAutomatic = 1;
constexpr std::uint32_t kLeastTtl = 30;  // of an Enterprise zone; 60 of all others
constexpr std::uint32_t kMostTtl = 86'400;
constexpr std::string_view kApex = "@";

auto refuse(const std::string& label, std::string_view why, std::string hint) {
  return fail(ErrorCode::invalid_input, fmt::format("{}: {}", label, why), std::move(hint));
}

/// What is wrong with a record set by its name and type alone.
Result<void> check_key(const std::string& label, std::string_view owner, RecordType type) {
  if (!is_offered(type)) {
    return refuse(label,
                  fmt::format("Cloudflare has no {} records", values::record_type_name(type)),
                  "keep this record at another provider");
  }
  if (owner == kApex && type == RecordType::ns) {
    return refuse(label,
                  "Cloudflare itself gives a zone its name servers",
                  "take these NS records away; `plumb show` says which servers the zone has, and "
                  "`dns.nameServers` tells them to the zone above");
  }
  if (owner.find('\\') != std::string_view::npos) {
    return refuse(label,
                  "a name with escaped characters is none that Cloudflare takes",
                  "name it without the escape, or keep it at another provider");
  }
  return {};
}

Result<void> check_ttl(const std::string& label, std::string_view body) {
  const auto ttl = kinds::rrset_ttl(body);
  if (ttl && *ttl != kAutomatic && (*ttl < kLeastTtl || *ttl > kMostTtl)) {
    return refuse(label,
                  fmt::format("a TTL of {} s is none that Cloudflare takes", *ttl),
                  "write 60 to 86400 seconds (an Enterprise zone takes 30), or 1 for automatic");
  }
  return {};
}

Result<void> check_values(const std::string& label, RecordType type, std::string_view body) {
  for (const auto value : kinds::rrset_values(body)) {
    if (type == RecordType::txt && value.empty()) {
      return refuse(label, "Cloudflare takes no empty TXT record", "take the empty value away");
    }
    nlohmann::json record;
    if (auto put = put_data(record, type, value); !put) {
      return tl::unexpected(std::move(put).error().in(label));
    }
  }
  return {};
}

/// What `at` says of the proxy; nothing where it says nothing.
Result<bool> proxied_in(const std::string& label, std::string_view body, RecordType type) {
  const auto bytes = cbor::field(body, kinds::kRRsetAt);
  if (!bytes) {
    return false;
  }
  PLUMB_TRY(at, cbor::decode(*bytes));
  bool proxied = false;
  for (const auto& field : at.as_map() != nullptr ? *at.as_map() : Value::Map()) {
    const auto* flag = field.value.as_bool();
    if (field.name != "proxied") {
      return refuse(label,
                    "a cloudflare provider has no field " + field.name + " of its own",
                    "the one that it has is `proxied`");
    }
    if (flag == nullptr) {
      return refuse(label, "proxied is no boolean", "write true or false");
    }
    proxied = *flag;
  }
  if (proxied && !is_proxiable(type)) {
    return refuse(label,
                  "the proxy of Cloudflare stands in front of A, AAAA and CNAME records only",
                  "take `proxied` away");
  }
  return proxied;
}

}  // namespace

bool says_proxied(std::string_view body) {
  const auto bytes = cbor::field(body, kinds::kRRsetAt);
  const auto at = bytes ? cbor::decode(*bytes) : fail(ErrorCode::not_found, "");
  const auto* flag = at ? at->find("proxied") : nullptr;
  return flag != nullptr && flag->as_bool() != nullptr && *flag->as_bool();
}

std::string with_proxied(std::string_view body, const bool* proxied) {
  std::vector<std::pair<std::uint8_t, std::string>> fields;
  for (const auto number : {kinds::kRRsetTtl, kinds::kRRsetValues}) {
    const auto field = cbor::field(body, number);
    const bool decided = number == kinds::kRRsetTtl && proxied != nullptr && *proxied;
    if (field && !decided) {
      fields.emplace_back(number, *field);
    }
  }
  if (proxied != nullptr) {
    Value::Map at{{"proxied", Value{*proxied, {}}}};
    cbor::value(fields.emplace_back(kinds::kRRsetAt, "").second, Value{std::move(at), {}});
  }
  return cbor::body(fields);
}

std::string served(std::string_view body) {
  if (says_proxied(body)) {
    return {};
  }
  std::vector<std::pair<std::uint8_t, std::string>> fields;
  for (const auto number : cbor::field_numbers(body)) {
    if (number != kinds::kRRsetTtl || kinds::rrset_ttl(body) != kAutomatic) {
      fields.emplace_back(number, *cbor::field(body, number));
    }
  }
  return cbor::body(fields);
}

Result<std::string> adapt(const Kind& kind, std::string_view key, std::string_view body) {
  if (kind.id != kinds::kRRset) {
    return std::string(body);
  }
  const auto [owner, type_name] = kinds::split_rrset_key(key);
  const auto type = values::find_record_type(type_name);
  const auto label = kind.label(key);
  if (!type) {
    return refuse(label, "it has no known type", "");
  }
  if (auto good = check_key(label, owner, *type); !good) {
    return tl::unexpected(std::move(good).error());
  }
  if (auto good = check_values(label, *type, body); !good) {
    return tl::unexpected(std::move(good).error());
  }
  PLUMB_TRY(proxied, proxied_in(label, body, *type));
  if (!proxied) {
    if (auto good = check_ttl(label, body); !good) {
      return tl::unexpected(std::move(good).error());
    }
  }
  return with_proxied(body, is_proxiable(*type) ? &proxied : nullptr);
}

}  // namespace plumb::providers::cloudflare
