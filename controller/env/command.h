#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "resources/model/result.h"

namespace plumb::env {

/// What becomes of a command's standard error: `kept`, its last lines (about 300 octets) stand in
/// the Error of a run that fails. Not for commands that handle secrets.
enum class Complaints : std::uint8_t { dropped, kept };

/// What a command prints on its standard output. No shell; `arguments[0]` is looked up in PATH;
/// standard input is empty; runs in `folder`. It and all that it started are killed when `deadline`
/// has passed, on `stop`, or when it printed more than `cap` octets. Errors: internal, cancelled;
/// they never hold any of its standard output. Requires: `arguments` is not empty. Thread-safe.
Result<std::string> run_command(const std::vector<std::string>& arguments,
                                const std::filesystem::path& folder,
                                std::size_t cap,
                                std::chrono::milliseconds deadline,
                                Complaints complaints = Complaints::dropped,
                                const std::stop_token& stop = {});

}  // namespace plumb::env
