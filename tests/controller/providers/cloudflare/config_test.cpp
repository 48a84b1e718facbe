// What a Provider of type cloudflare may say.
#include "controller/providers/cloudflare/config.h"

#include <string>

#include <gtest/gtest.h>

namespace plumb::providers::cloudflare {
namespace {

const std::string kId = "0123456789abcdef0123456789abcdef";

Value text(std::string value) {
  return {std::move(value), {}};
}

Value spec(Value::Map fields) {
  Value::Map auth{{"token", Value{SecretRef{"env", "T"}, {}}}};
  fields.push_back({"type", text("cloudflare")});
  fields.push_back({"auth", Value{std::move(auth), {}}});
  return {std::move(fields), {}};
}

std::string first_problem(const Value& of) {
  Diagnostics problems;
  read_config(of, problems);
  return problems.has_errors() ? problems.all()[0].message + " | " + problems.all()[0].hint : "";
}

TEST(CloudflareConfig, NeedsTheIdOfItsAccountAndWhereTheTokenIs) {
  EXPECT_EQ(first_problem(spec({{"account", text(kId)}})), "");
  EXPECT_NE(first_problem(spec({})).find("needs the id of its account"), std::string::npos);
  for (const auto& wrong : {text("acme"), text(kId + "0"), Value{std::int64_t{7}, {}}}) {
    EXPECT_NE(first_problem(spec({{"account", wrong}})).find("32 hexadecimal digits"),
              std::string::npos);
  }
  const Value plain{Value::Map{{"account", text(kId)},
                               {"auth", Value{Value::Map{{"token", text("canary")}}, {}}}},
                    {}};
  const auto problem = first_problem(plain);
  EXPECT_NE(problem.find("auth.token does not say where"), std::string::npos) << problem;
  EXPECT_EQ(problem.find("canary"), std::string::npos) << problem;
  EXPECT_NE(first_problem(Value{Value::Map{{"account", text(kId)}}, {}}).find("needs auth.token"),
            std::string::npos);
}

TEST(CloudflareConfig, AnUnknownFieldIsToldWithTheOneThatWasMeant) {
  const auto problem = first_problem(spec({{"account", text(kId)}, {"acount", text(kId)}}));
  EXPECT_NE(problem.find("did you mean account?"), std::string::npos) << problem;
}

TEST(CloudflareConfig, TheTokenNeverGoesOverAnOpenNetwork) {
  const auto at = [](const char* endpoint) {
    return first_problem(spec({{"account", text(kId)}, {"endpoint", text(endpoint)}}));
  };
  EXPECT_EQ(at("https://proxy.example/client/v4/"), "");
  EXPECT_EQ(at("http://127.0.0.1:8080/client/v4"), "");
  EXPECT_NE(at("http://proxy.example/client/v4").find("plain http"), std::string::npos);
  EXPECT_NE(at("http://127.0.0.1.example/").find("plain http"), std::string::npos);
  for (const auto* wrong : {"", "ftp://x", "https://", "https://a@b/", "https://a/?x", "a b"}) {
    EXPECT_NE(at(wrong).find("no http or https address"), std::string::npos) << wrong;
  }
}

TEST(CloudflareConfig, AllSpellingsOfOneAccountAreOne) {
  const auto account = [](Value::Map fields) {
    return account_of(spec(std::move(fields))).value();
  };
  const auto plain = account({{"account", text(kId)}});
  EXPECT_EQ(plain, "cloudflare " + kId);
  EXPECT_EQ(account({{"account", text("0123456789ABCDEF0123456789abcdef")}}), plain);
  EXPECT_EQ(account({{"account", text(kId)},
                     {"endpoint", text("HTTPS://API.cloudflare.com/client/v4/")}}),
            plain);
  EXPECT_NE(account({{"account", text(kId)}, {"endpoint", text("https://other.example")}}), plain);
  EXPECT_FALSE(account_of(spec({})));
}

}  // namespace
}  // namespace plumb::providers::cloudflare
