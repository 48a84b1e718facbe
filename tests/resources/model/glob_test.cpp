#include "resources/model/glob.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(Glob, StandsForWhatItsStarsLeaveOpen) {
  struct Case {
    const char* glob;
    const char* text;
    bool fits;
  };
  const Case cases[] = {
      {"example.com", "EXAMPLE.com", true},
      {"shop*", "shop.example", true},
      {"shop*", "a-shop", false},
      {"*.example", "a.b.example", true},
      {"*", "", true},
      {"?", "", false},
      {"?b", "ab", true},
      {"a*b*c", "aXbXbXc", true},
      {"a*b", "aXbX", false},
      {"", "", true},
      {"", "a", false},
      {"**", "abc", true},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(glob_matches(one.glob, one.text), one.fits) << one.glob << " " << one.text;
  }
}

TEST(Glob, OfOneWordIsHeldAgainstTheOwnerNameOfALabel) {
  EXPECT_TRUE(label_matches("_acme*", "_acme-challenge.www TXT"));
  EXPECT_TRUE(label_matches("_acme* TXT", "_acme-challenge.www TXT"));
  EXPECT_FALSE(label_matches("_acme* A", "_acme-challenge.www TXT"));
  EXPECT_FALSE(label_matches("TXT", "_acme-challenge.www TXT"));
}

}  // namespace
}  // namespace plumb
