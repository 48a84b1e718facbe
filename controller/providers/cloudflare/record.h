#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "resources/model/kind.h"
#include "resources/model/result.h"
#include "resources/values/record_type.h"

// The data of one record as Cloudflare spells it, and as plumb does.

namespace plumb::providers::cloudflare {

/// Whether Cloudflare has records of this type.
bool is_offered(values::RecordType type);
/// Whether its proxy can stand in front of records of this type.
bool is_proxiable(values::RecordType type);

/// Sets what says the data of a record: `content`, or `data`, and `priority` where the type has it
/// there. `canonical`: as values/rdata.h defines it. Errors (`invalid_input`) for what the vendor
/// cannot hold.
Result<void> put_data(nlohmann::json& record, values::RecordType type, std::string_view canonical);

/// The canonical data of a record as the vendor gives it. TXT comes back as it was written: in
/// quotes, whose strings are joined, or bare. Errors say what is missing or wrong.
Result<std::string> data_of(const nlohmann::json& record, values::RecordType type);

/// ProviderTraits::adapt. What a body says of the proxy is made explicit where there is a choice:
/// `at` is {proxied: true}, then without a TTL, which the proxy decides, or {proxied: false}.
Result<std::string> adapt(const Kind& kind, std::string_view key, std::string_view body);

/// A record set's body with this `at`; nothing of it where `proxied` is nullptr.
std::string with_proxied(std::string_view body, const bool* proxied);
/// ProviderTraits::served.
std::string served(std::string_view body);
/// Whether the body says that the proxy is on.
bool says_proxied(std::string_view body);

}  // namespace plumb::providers::cloudflare
