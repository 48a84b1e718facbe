#include "tests/support/golden.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace plumb::test {

void expect_golden(std::string_view file, const std::string& actual) {
  const auto path = std::filesystem::path(PLUMB_SOURCE_DIR) / "tests" / file;
  if (std::getenv("PLUMB_ACCEPT") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << actual;
    FAIL() << "rewrote " << path << ": read the difference, then run without PLUMB_ACCEPT";
  }
  std::ifstream in(path, std::ios::binary);
  ASSERT_TRUE(in) << path << " is missing: run with PLUMB_ACCEPT=1 and review it";
  std::ostringstream expected;
  expected << in.rdbuf();
  EXPECT_EQ(expected.str(), actual) << "differs from " << path << " (PLUMB_ACCEPT=1 rewrites it)";
}

}  // namespace plumb::test
