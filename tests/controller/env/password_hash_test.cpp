#include "controller/env/password_hash.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace plumb::env {
namespace {

class Schemes : public ::testing::TestWithParam<PasswordScheme> {};

TEST_P(Schemes, MakeAHashThatItsPasswordOnlyFits) {
  SeededRandom random(1);
  const auto hash = hash_password(Secret("correct horse"), GetParam(), random);
  ASSERT_TRUE(hash) << hash.error().message;
  EXPECT_EQ(verify_password(Secret("correct horse"), *hash), PasswordMatch::yes);
  EXPECT_EQ(verify_password(Secret("correct horsf"), *hash), PasswordMatch::no);
  EXPECT_EQ(verify_password(Secret(""), *hash), PasswordMatch::no);
  EXPECT_EQ(hash->find("correct"), std::string::npos);
  EXPECT_EQ(ready_password_hash(*hash).value_or(""), *hash);
}

TEST_P(Schemes, SaltEachHash) {
  SeededRandom random(1);
  EXPECT_NE(*hash_password(Secret("same"), GetParam(), random),
            *hash_password(Secret("same"), GetParam(), random));
}

TEST_P(Schemes, RefuseWhatIsNoPassword) {
  SeededRandom random(1);
  for (const auto& text : {std::string(), std::string(1025, 'x'), std::string("a\0b", 3)}) {
    EXPECT_FALSE(hash_password(Secret(text), GetParam(), random));
  }
}

INSTANTIATE_TEST_SUITE_P(All,
                         Schemes,
                         ::testing::Values(PasswordScheme::argon2id, PasswordScheme::sha512_crypt));

TEST(PasswordHash, NamesTheSchemeForDovecot) {
  SeededRandom random(1);
  EXPECT_TRUE(hash_password(Secret("x"), PasswordScheme::argon2id, random)
                  ->starts_with("{ARGON2ID}$argon2id$v=19$"));
  EXPECT_TRUE(hash_password(Secret("x"), PasswordScheme::sha512_crypt, random)
                  ->starts_with("{SHA512-CRYPT}$6$"));
}

// The vector of "Unix crypt using SHA-256 and SHA-512", and as openssl passwd -6 has it.
TEST(PasswordHash, VerifiesWhatOthersMade) {
  constexpr std::string_view kHash =
      "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOf"
      "aS35inz1";
  EXPECT_EQ(verify_password(Secret("Hello world!"), kHash), PasswordMatch::yes);
  EXPECT_EQ(verify_password(Secret("Hello world!"), "{SHA512-CRYPT}" + std::string(kHash)),
            PasswordMatch::yes);
  EXPECT_EQ(verify_password(Secret("Hello world"), kHash), PasswordMatch::no);
  EXPECT_EQ(verify_password(Secret("x"), "{SSHA512}abcdefghijkl"), PasswordMatch::cannot_tell);
  EXPECT_EQ(verify_password(Secret("x"), "$6$"), PasswordMatch::no);
  EXPECT_NE(verify_password(Secret("x"), "$argon2id$broken"), PasswordMatch::yes);
  EXPECT_NE(verify_password(Secret("x"), "{ARGON2ID}$argon2id$" + std::string(600, 'a')),
            PasswordMatch::yes);
}

TEST(PasswordHash, CannotTellWhereArgon2CannotBeComputed) {
  SeededRandom random(1);
  const auto hash = hash_password(Secret("x"), PasswordScheme::argon2id, random);
  ASSERT_TRUE(hash);
  const auto with = [&](const std::string& parameters) {
    auto changed = *hash;
    const auto from = changed.find("m=");
    return verify_password(Secret("x"),
                           changed.replace(from, changed.find('$', from) - from, parameters));
  };
  EXPECT_EQ(with("m=65536,t=2,p=1"), PasswordMatch::yes);
  EXPECT_EQ(with("m=65536,t=1,p=1"), PasswordMatch::no);
  EXPECT_EQ(with("m=1,t=2,p=1"), PasswordMatch::cannot_tell) << "too little memory for Argon2";
  EXPECT_EQ(with("m=65536,t=0,p=1"), PasswordMatch::cannot_tell);
  EXPECT_EQ(verify_password(Secret("x"), "$argon2id$broken"), PasswordMatch::cannot_tell);
  EXPECT_EQ(verify_password(Secret("x"), "$argon2d$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"),
            PasswordMatch::cannot_tell);
}

TEST(PasswordHash, TakesReadyHashesThatDovecotKnows) {
  EXPECT_EQ(ready_password_hash("$6$salt$abcdefgh").value_or(""), "{SHA512-CRYPT}$6$salt$abcdefgh");
  EXPECT_EQ(ready_password_hash("$2y$05$abcdefgh").value_or(""), "{BLF-CRYPT}$2y$05$abcdefgh");
  EXPECT_EQ(ready_password_hash("$argon2id$v=19$m=1").value_or(""), "{ARGON2ID}$argon2id$v=19$m=1");
  EXPECT_EQ(ready_password_hash("{SSHA512}abcdefgh").value_or(""), "{SSHA512}abcdefgh");
}

TEST(PasswordHash, RefusesReadyHashesWithoutTellingThem) {
  for (const std::string hash : {"hunter2hunter2",
                                 "{PLAIN}hunter2hunter2",
                                 "{plain.b64}aHVudGVyMg==",
                                 "{CLEARTEXT}hunter2hunter2",
                                 "$6$hunter2:x:0:0:",
                                 "$6$hunter2\nroot:x",
                                 "{}hunter2hunter2",
                                 "{SSHA512}",
                                 "",
                                 "{CRYPT hunter2hunter2"}) {
    const auto ready = ready_password_hash(hash);
    ASSERT_FALSE(ready) << hash;
    EXPECT_EQ(ready.error().message.find("hunter2"), std::string::npos);
    EXPECT_EQ(ready.error().hint.find("hunter2"), std::string::npos);
  }
}

}  // namespace
}  // namespace plumb::env
