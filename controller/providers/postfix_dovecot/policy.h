#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "resources/model/result.h"

namespace plumb::providers::postfix_dovecot {

/// The policy file (RFC 8461 §3.2) of an MTASTSPolicy body, lines ended by CRLF. Error:
/// invalid_input.
Result<std::string> policy_text(std::string_view body);

/// The body of a policy file; nothing where it is no policy.
std::optional<std::string> policy_body(std::string_view text);

/// Writes or takes away the file and the folders that only it needs.
Result<void> write_policy(const std::filesystem::path& path, std::string_view text);
Result<void> remove_policy(const std::filesystem::path& path);

}  // namespace plumb::providers::postfix_dovecot
