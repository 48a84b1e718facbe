#pragma once

#include <filesystem>
#include <string_view>
#include <system_error>

#include "resources/model/result.h"

namespace plumb::providers::postfix_dovecot {

/// "cannot remove mail/x: Permission denied", with what to do. Code: denied.
Error cannot(std::string_view doing,
             const std::filesystem::path& path,
             const std::error_code& code);

/// Makes a folder and those above it, where they are not there.
Result<void> make_folder(const std::filesystem::path& folder);

}  // namespace plumb::providers::postfix_dovecot
