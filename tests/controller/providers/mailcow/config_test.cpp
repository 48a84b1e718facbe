// What a Provider of type mailcow may say.
#include "controller/providers/mailcow/config.h"

#include <string>

#include <gtest/gtest.h>

namespace plumb::providers::mailcow {
namespace {

Value text(std::string value) {
  return {std::move(value), {}};
}

Value spec(Value::Map fields) {
  Value::Map auth{{"apiKey", Value{SecretRef{"env", "KEY"}, {}}}};
  fields.push_back({"type", text("mailcow")});
  fields.push_back({"auth", Value{std::move(auth), {}}});
  return {std::move(fields), {}};
}
Value at(const std::string& endpoint, Value::Map more = {}) {
  more.push_back({"endpoint", text(endpoint)});
  return spec(std::move(more));
}

std::string first_problem(const Value& of) {
  Diagnostics problems;
  read_config(of, problems);
  return problems.has_errors() ? problems.all()[0].message + " | " + problems.all()[0].hint : "";
}

TEST(MailcowConfig, NeedsItsServerAndWhereTheKeyIs) {
  EXPECT_EQ(first_problem(at("https://mail.example.com")), "");
  EXPECT_NE(first_problem(spec({})).find("needs the address of its server"), std::string::npos);
  EXPECT_NE(first_problem(at("mail.example.com")).find("https://mail.example.com"),
            std::string::npos);
  EXPECT_NE(first_problem(at("http://mail.example.com")).find("plain http"), std::string::npos);
  const Value plain{Value::Map{{"endpoint", text("https://mail.example.com")},
                               {"auth", Value{Value::Map{{"apiKey", text("canary")}}, {}}}},
                    {}};
  const auto problem = first_problem(plain);
  EXPECT_NE(problem.find("auth.apiKey does not say where"), std::string::npos) << problem;
  EXPECT_EQ(problem.find("canary"), std::string::npos) << problem;
}

TEST(MailcowConfig, OneServerIsOneAccountHoweverItIsSpelled) {
  const auto account = account_of(at("https://mail.example.com"));
  ASSERT_TRUE(account);
  EXPECT_EQ(*account, "mailcow https://mail.example.com");
  for (const auto* same : {"https://mail.example.com/",
                           "HTTPS://Mail.Example.com",
                           "https://mail.example.com:443",
                           "https://mail.example.com/api/v1",
                           "https://mail.example.com/api/v1/"}) {
    EXPECT_EQ(account_of(at(same)).value(), *account) << same;
  }
  EXPECT_NE(account_of(at("https://mail.example.com:8443")).value(), *account);
  EXPECT_FALSE(account_of(spec({})));
}

TEST(MailcowConfig, TheLimitsOfNewDomainsAreNumbersAndSizes) {
  const auto with = [](std::string name, Value value) {
    return at("https://mail.example.com",
              {{"newDomains", Value{Value::Map{{std::move(name), std::move(value)}}, {}}}});
  };
  EXPECT_EQ(first_problem(with("mailboxes", Value{std::int64_t{500}, {}})), "");
  EXPECT_EQ(first_problem(with("quota", text("2TiB"))), "");
  EXPECT_NE(first_problem(with("mailboxes", Value{std::int64_t{0}, {}})), "");
  EXPECT_NE(first_problem(with("quota", text("1500B"))).find("whole MiB"), std::string::npos);
  EXPECT_NE(first_problem(with("mailboxQuotas", text("1GiB"))).find("did you mean mailboxQuota?"),
            std::string::npos);
  Diagnostics problems;
  const auto config = read_config(with("mailboxQuota", text("50GiB")), problems);
  EXPECT_EQ(config.new_domains.mailbox_quota, std::uint64_t{50} << 30U);
  EXPECT_FALSE(config.new_domains.quota);
}

}  // namespace
}  // namespace plumb::providers::mailcow
