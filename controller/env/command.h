#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "resources/model/result.h"

namespace plumb::env {

/// What a command prints on its standard output. No shell; `arguments[0]` is looked up in PATH;
/// standard input is empty, standard error is dropped; runs in `folder`. It and all that it started
/// are killed when `deadline` has passed or it printed more than `cap` octets. Errors: internal;
/// they never hold any output. Requires: `arguments` is not empty. Thread-safe.
Result<std::string> run_command(const std::vector<std::string>& arguments,
                                const std::filesystem::path& folder,
                                std::size_t cap,
                                std::chrono::milliseconds deadline);

}  // namespace plumb::env
