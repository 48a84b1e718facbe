#include "controller/env/certificate.h"

#include <gtest/gtest.h>

#include "controller/env/crypto.h"

namespace plumb::env {
namespace {

// Made with: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500
constexpr std::string_view kBase64 =
    "MIIBijCCATGgAwIBAgIUFGiqCcOkM3XWDD4/pxN/919Pw4kwCgYIKoZIzj0EAwIw"
    "GjEYMBYGA1UEAwwPbXgxLmV4YW1wbGUuY29tMCAXDTI2MTEyMTE1MTAxNVoYDzIx"
    "MjYxMDI4MTUxMDE1WjAaMRgwFgYDVQQDDA9teDEuZXhhbXBsZS5jb20wWTATBgcq"
    "hkjOPQIBBggqhkjOPQMBBwNCAAQyqR28TdpEDEO19QgqdrtmF4TgLJbhcKDXwIeR"
    "9/DeUaPE60SyAdwEe4LT4Ix9+1Nj2aWQ91LmNegJFnHdtWy6o1MwUTAdBgNVHQ4E"
    "FgQUXtC69szAxrjK3vdFFCtK5VPUV9UwHwYDVR0jBBgwFoAUXtC69szAxrjK3vdF"
    "FCtK5VPUV9UwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiA1zNOr"
    "66hhwo6wZr3ehGbHN0kd11GW5f1WtD0wL3EgowIgSwrLiulOrUfcfJepiXsycEJy"
    "2xTFeQsXNHZy1A192r4=";
// openssl x509 -pubkey -noout | openssl pkey -pubin -outform DER | sha256sum
constexpr std::string_view kDigest =
    "9a4c1d735c5161b9e23497119bf460e6e17ee3dc6a923af1dbefbd1d94010f1b";

std::string pem() {
  std::string text = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t i = 0; i < kBase64.size(); i += 64) {
    text.append(kBase64.substr(i, 64)).append("\n");
  }
  return text + "-----END CERTIFICATE-----\n";
}

TEST(Certificate, GivesTheDigestOfItsKey) {
  EXPECT_EQ(key_digest_of_certificate(pem()).value_or("refused"), kDigest);
  EXPECT_EQ(key_digest_of_certificate(base64_decode(kBase64).value_or("")).value_or("refused"),
            kDigest);
}

TEST(Certificate, CountsTheFirstOfAChain) {
  EXPECT_EQ(key_digest_of_certificate("the leaf:\n" + pem() + "what follows").value_or("refused"),
            kDigest);
}

TEST(Certificate, RefusesWhatIsNone) {
  auto broken = pem();
  broken[200] = '!';
  for (const auto& text :
       {std::string(),
        std::string("not a certificate"),
        broken,
        std::string("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
        std::string(2U << 20U, 'A')}) {
    const auto digest = key_digest_of_certificate(text);
    ASSERT_FALSE(digest);
    EXPECT_EQ(digest.error().code, ErrorCode::invalid_input);
  }
}

}  // namespace
}  // namespace plumb::env
