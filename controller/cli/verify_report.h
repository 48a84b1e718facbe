#pragma once

#include <chrono>
#include <string>

#include "controller/describe/style.h"
#include "controller/verify/verify.h"

namespace plumb::cli {

/// Reports for people: by domain, the worst first; what is not as it should be with its rule and
/// what follows, what is in order in a few lines (all of it with -v).
std::string verify_text(const verify::Verified& verified,
                        std::chrono::milliseconds took,
                        const describe::Style& style);

/// The same as one JSON document, everything in it.
std::string verify_json(const verify::Verified& verified);

}  // namespace plumb::cli
