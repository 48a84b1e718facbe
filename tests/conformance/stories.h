#pragma once

#include <vector>

#include "tests/conformance/conformance.h"

// The themes that stories() gathers.

namespace plumb::test {

/// TXT in every length and spelling.
std::vector<Story> text_stories();
/// Types with fields, each changed alone.
std::vector<Story> typed_stories();
/// Many records at once, and other people's records.
std::vector<Story> crowd_stories();

}  // namespace plumb::test
