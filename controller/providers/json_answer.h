#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "resources/model/result.h"

// What stands in the JSON of a vendor. What is missing, null or of another type is not there.

namespace plumb::providers {

const nlohmann::json* member(const nlohmann::json& of, const char* name);
const std::string* text_in(const nlohmann::json& of, const char* name);
/// A number that is not negative and is held exactly; its fraction is cut off.
std::optional<std::uint64_t> number_in(const nlohmann::json& of, const char* name);
bool flag_in(const nlohmann::json& of, const char* name);

/// The error (`internal`) of an answer without `field`. `whence`: "cloudflare: GET
/// /client/v4/zones"; `vendor`: "Cloudflare".
Error lacking(std::string_view whence, std::string_view field, std::string_view vendor);

}  // namespace plumb::providers
