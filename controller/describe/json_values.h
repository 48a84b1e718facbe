#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "resources/model/kind.h"
#include "resources/model/value.h"

namespace plumb::describe {

/// A tree as JSON: references as "${Kind/name:output}", secrets as {"secret": "env"}, octets that
/// are no UTF-8 escaped as printable() does.
nlohmann::json to_json(const Value& value);

/// A body as an object with the kind's field names; null for an empty body.
nlohmann::json body_json(const Kind& kind, std::string_view body);

/// The text of a document; octets that are no UTF-8 and were not escaped before become U+FFFD.
std::string json_text(const nlohmann::json& document, int indent = 2);

/// A reference as it is written in manifests.
std::string reference_text(const Reference& reference);

}  // namespace plumb::describe
