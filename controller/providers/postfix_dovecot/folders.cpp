#include "controller/providers/postfix_dovecot/folders.h"

#include <fmt/format.h>

namespace plumb::providers::postfix_dovecot {

Error cannot(std::string_view doing,
             const std::filesystem::path& path,
             const std::error_code& code) {
  return Error{.code = ErrorCode::denied,
               .message = fmt::format("cannot {} {}: {}", doing, path.string(), code.message()),
               .hint = "give this user the right to do so, or choose another directory"};
}

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  return code ? Result<void>(tl::unexpected(cannot("make directory", folder, code)))
              : Result<void>();
}

}  // namespace plumb::providers::postfix_dovecot
