#include "resources/values/email_address.h"

#include <gtest/gtest.h>

namespace plumb::values {
namespace {

struct Case {
  std::string_view written;
  std::string_view canonical;
};

TEST(EmailAddress, HasACanonicalDomainAndItsLocalPartAsWritten) {
  const Case cases[] = {
      {"jane@example.com", "jane@example.com"},
      {"Jane.Doe+tag@Example.COM.", "Jane.Doe+tag@example.com"},
      {"jane@bücher.example", "jane@xn--bcher-kva.example"},
      {"o'brien@example.com", "o'brien@example.com"},
      {"\"jane\"@example.com", "jane@example.com"},
      {R"("jane doe"@example.com)", R"("jane doe"@example.com)"},
      {R"("a@b"@example.com)", R"("a@b"@example.com)"},
      {R"("a\"b"@example.com)", R"("a\"b"@example.com)"},
      {R"("a\\"@example.com)", R"("a\\"@example.com)"},
      {R"("j\a"@example.com)", "ja@example.com"},
      {"*@example.com", "*@example.com"},
  };
  for (const auto& c : cases) {
    const auto address = EmailAddress::parse(c.written);
    ASSERT_TRUE(address) << c.written << ": " << address.error().message;
    EXPECT_EQ(address->text(), c.canonical);
    EXPECT_EQ(EmailAddress::parse(c.canonical)->text(), c.canonical);
  }
}

TEST(EmailAddress, RefusesWhatNoServerTakes) {
  for (const auto* text : {"",
                           "jane",
                           "@example.com",
                           "jane@",
                           "jane@.",
                           "jane@@example.com",
                           "a@b@example.com",
                           ".jane@example.com",
                           "jane.@example.com",
                           "jane..doe@example.com",
                           "jane doe@example.com",
                           "jané@example.com",
                           "jane@[192.0.2.1]",
                           "jane@ex_ample.com",
                           R"(jane@\[a.example)",
                           "jane@*.example.com",
                           "jane@exa mple.com",
                           "\"jane@example.com",
                           "\"\"@example.com",
                           R"("jane"x@example.com)",
                           "Jane <jane@example.com>"}) {
    const auto address = EmailAddress::parse(text);
    EXPECT_FALSE(address) << text;
    if (!address) {
      EXPECT_FALSE(address.error().hint.empty()) << text;
    }
  }
}

TEST(EmailAddress, KeepsTheLengthsOfSmtp) {
  EXPECT_TRUE(EmailAddress::parse(std::string(64, 'a') + "@example.com"));
  EXPECT_FALSE(EmailAddress::parse(std::string(65, 'a') + "@example.com"));
  const std::string domain =
      std::string(63, 'b') + '.' + std::string(63, 'b') + '.' + std::string(61, 'b');
  ASSERT_EQ(domain.size(), 189U);
  EXPECT_TRUE(EmailAddress::parse(std::string(64, 'a') + '@' + domain));
  EXPECT_FALSE(EmailAddress::parse(std::string(64, 'a') + '@' + domain + 'b'));
}

TEST(EmailAddress, MayLeaveItsDomainToTheContext) {
  const auto domain = *DomainName::parse("example.com");
  EXPECT_EQ(EmailAddress::parse_in("info", domain)->text(), "info@example.com");
  EXPECT_EQ(EmailAddress::parse_in("info@example.net", domain)->text(), "info@example.net");
  EXPECT_FALSE(EmailAddress::parse_in("", domain));
}

TEST(EmailAddress, IsShownInULabels) {
  EXPECT_EQ(EmailAddress::parse("jane@xn--bcher-kva.example")->to_unicode(), "jane@bücher.example");
}

}  // namespace
}  // namespace plumb::values
