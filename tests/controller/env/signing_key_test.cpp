#include "controller/env/signing_key.h"

#include <string>

#include <gtest/gtest.h>

#include "controller/env/crypto.h"

namespace plumb::env {
namespace {

TEST(SigningKey, RsaGivesASubjectPublicKeyInfo) {
  const auto key = make_signing_key("rsa", 2048);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->public_key.algorithm, "rsa");
  EXPECT_EQ(key->public_key.bits, 2048U);
  EXPECT_TRUE(key->public_key.text.starts_with("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"));
  const auto again = public_half(key->pem.reveal());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->text, key->public_key.text);
}

TEST(SigningKey, Ed25519GivesItsOctetsAlone) {
  const auto key = make_signing_key("ed25519", 0);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(base64_decode(key->public_key.text).value_or("").size(), 32U);
  EXPECT_TRUE(key->pem.reveal().starts_with("-----BEGIN PRIVATE KEY-----\n"));
  EXPECT_EQ(public_half(key->pem.reveal())->text, key->public_key.text);
}

TEST(SigningKey, RefusesSizesThatVerifiersMayNotTake) {
  for (const std::uint32_t bits : {0U, 512U, 1024U, 2047U, 4097U, 16384U}) {
    EXPECT_FALSE(make_signing_key("rsa", bits)) << bits;
  }
  EXPECT_FALSE(make_signing_key("dsa", 2048));
}

TEST(SigningKey, ReadsTheFormOfOpensslGenrsa) {
  // RFC 8463's Ed25519 seed (appendix A.2) as PKCS #8.
  constexpr std::string_view kPem =
      "-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
      "-----END PRIVATE KEY-----\n";
  const auto half = public_half(kPem);
  ASSERT_TRUE(half) << half.error().message;
  EXPECT_EQ(half->text, "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

TEST(SigningKey, RefusesWhatIsNoKeyWithoutTellingIt) {
  for (const std::string& pem : {std::string(),
                                 std::string("hunter2"),
                                 std::string("-----BEGIN PRIVATE KEY-----\nhunter2\n"),
                                 std::string("-----BEGIN PRIVATE KEY-----\naHVudGVyMg==\n"
                                             "-----END PRIVATE KEY-----\n")}) {
    const auto half = public_half(pem);
    ASSERT_FALSE(half);
    EXPECT_EQ(half.error().message.find("hunter2"), std::string::npos);
  }
}

}  // namespace
}  // namespace plumb::env
