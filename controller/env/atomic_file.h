#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "resources/model/result.h"

namespace plumb::env {

/// Puts `content` at `path` so that a reader, or a crash at any point, finds all of the old or all
/// of the new: a temporary file beside it, written whole, synced, renamed. A file that is there
/// keeps its mode, a new one gets `mode` (whatever the umask); a symbolic link keeps pointing, its
/// target is replaced. Errors name the path and the system's reason; nothing changed then, and the
/// temporary file is gone. Code: denied (permission, read-only), unavailable (disk full), not_found
/// (no such folder), internal.
Result<void> write_file_atomically(const std::filesystem::path& path,
                                   std::string_view content,
                                   mode_t mode = 0644);

/// The same, but for one thing: which of the two is found after a crash of the machine is settled
/// only by sync_folder_of(). For many files of one folder, which is then synced once.
Result<void> write_file_unsettled(const std::filesystem::path& path,
                                  std::string_view content,
                                  mode_t mode = 0644);
/// Makes it durable that `path`, and what else was renamed in its folder, is there. Errors as
/// above.
Result<void> sync_folder_of(const std::filesystem::path& path);

/// All of a regular file. Errors: not_found; denied; invalid_input (larger than `cap` octets, or no
/// regular file); internal.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t cap);

}  // namespace plumb::env
