#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "resources/model/kind.h"
#include "resources/model/result.h"
#include "resources/values/domain_name.h"
#include "resources/values/record_type.h"

// The data of one record as DigitalOcean spells it, and as plumb does.

namespace plumb::providers::digitalocean {

/// Whether DigitalOcean has records of this type.
bool is_offered(values::RecordType type);

/// Sets what says the data of a record: `data`, and the numbers of its type. Names get their final
/// dot, without which the vendor takes them as relative. `canonical`: as values/rdata.h defines it.
/// Errors (`invalid_input`) for what the vendor cannot hold.
Result<void> put_data(nlohmann::json& record, values::RecordType type, std::string_view canonical);

/// The canonical data of a record as the vendor gives it: names are absolute without final dot, "@"
/// is the zone itself, and TXT is the text. That of a SOA is what the vendor says. Errors say what
/// is missing or wrong.
Result<std::string> data_of(const nlohmann::json& record,
                            values::RecordType type,
                            const values::DomainName& zone);

/// ProviderTraits::adapt: bodies as they are; errors for what the vendor cannot hold.
Result<std::string> adapt(const Kind& kind, std::string_view key, std::string_view body);

}  // namespace plumb::providers::digitalocean
