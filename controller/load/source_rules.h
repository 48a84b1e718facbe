#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "resources/model/result.h"

namespace plumb::load {

/// What a work tree and a commit must agree on: a plan of either shows the same.

/// Files larger than this are not read at all; the YAML reader's own limit is lower or equal.
inline constexpr std::size_t kLargestFile = std::size_t{64} << 20U;

/// More files than this are a mistake, or a trap made of trees that hold one another.
inline constexpr std::size_t kMostFiles = 1'000'000;

/// Whether a file of this name (its last part) is a manifest: *.yaml, *.yml, not hidden.
bool is_manifest_name(std::string_view name);

/// Whether walks leave out what has this name: it begins with a dot.
bool is_hidden(std::string_view name);

/// `path` without `./` and a final `/`; an Error where it is absolute or leads out of the root.
Result<std::string> inside_root(std::string_view path);

/// Whether a file's path may be shown and kept; an Error where it is no UTF-8 or has control
/// characters.
Result<std::string> nameable(std::string path);

/// The failures that both sources know.
Error link_error(std::string_view path);
Error too_large_error(std::string_view path, std::size_t octets);
Error too_many_files_error();
Error missing_error(std::string_view path, std::string_view where);

}  // namespace plumb::load
