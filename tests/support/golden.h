#pragma once

#include <string>
#include <string_view>

namespace plumb::test {

/// Compares `actual` with tests/`file`. With PLUMB_ACCEPT=1 in the environment the file is
/// rewritten and the test is skipped, not passed, so that the diff is reviewed before anybody
/// believes it.
void expect_golden(std::string_view file, const std::string& actual);

}  // namespace plumb::test
