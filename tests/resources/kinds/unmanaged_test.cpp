#include "resources/kinds/unmanaged.h"

#include <gtest/gtest.h>

namespace plumb::kinds {
namespace {

TEST(Unmanaged, GlobsCoverNamesAndTypes) {
  struct Case {
    const char *glob, *owner, *type;
    bool covered;
  };
  const Case cases[] = {
      {"legacy.*", "a.legacy", "A", false},
      {"*.legacy", "a.legacy", "A", true},
      {"*.legacy", "a.b.legacy", "A", true},
      {"*.legacy", "legacy", "A", false},
      {"legacy", "legacy", "MX", true},
      {"LEGACY", "legacy", "MX", true},
      {"_acme* TXT", "_acme-challenge", "TXT", true},
      {"_acme* TXT", "_acme-challenge.www", "txt", true},
      {"_acme* TXT", "_acme-challenge", "CNAME", false},
      {"* CAA", "@", "CAA", true},
      {"@ A*", "@", "AAAA", true},
      {"w?w", "www", "A", true},
      {"w?w", "ww", "A", false},
      {"*", "@", "A", true},
      {"", "@", "A", false},
      {"*a*b*c", "xaxbxbc", "A", true},
      {"*a*b*c", "xaxbxb", "A", false},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(covers(one.glob, one.owner, one.type), one.covered)
        << one.glob << " over " << one.owner << " " << one.type;
  }
}

}  // namespace
}  // namespace plumb::kinds
