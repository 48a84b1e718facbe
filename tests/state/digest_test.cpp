#include "state/digest.h"

#include <string>

#include <gtest/gtest.h>

namespace plumb::state {
namespace {

// FIPS 180-4's own examples (NIST, "SHA-256 Examples").
TEST(Sha256, DigestsOneTextAfterAnother) {
  Sha256 digest;
  for (int i = 0; i < 2; ++i) {
    digest.add("a");
    digest.add("bc");
    EXPECT_EQ(hex(digest.finish()),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex(digest.finish()),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  }
}

}  // namespace
}  // namespace plumb::state
