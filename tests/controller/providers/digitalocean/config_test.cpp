// What a Provider of type digitalocean may say.
#include "controller/providers/digitalocean/config.h"

#include <string>

#include <gtest/gtest.h>

namespace plumb::providers::digitalocean {
namespace {

Value text(std::string value) {
  return {std::move(value), {}};
}

Value spec(Value::Map fields) {
  Value::Map auth{{"token", Value{SecretRef{"env", "T"}, {}}}};
  fields.push_back({"type", text("digitalocean")});
  fields.push_back({"auth", Value{std::move(auth), {}}});
  return {std::move(fields), {}};
}

std::string first_problem(const Value& of) {
  Diagnostics problems;
  read_config(of, problems);
  return problems.has_errors() ? problems.all()[0].message + " | " + problems.all()[0].hint : "";
}

TEST(DigitalOceanConfig, NeedsNothingButWhereTheTokenIs) {
  EXPECT_EQ(first_problem(spec({})), "");
  const auto problem = first_problem(Value{Value::Map{}, {}});
  EXPECT_NE(problem.find("a digitalocean provider needs auth.token"), std::string::npos) << problem;
  EXPECT_NE(problem.find("{token: {env: DIGITALOCEAN_TOKEN}}"), std::string::npos) << problem;
  const Value plain{Value::Map{{"auth", Value{Value::Map{{"token", text("canary")}}, {}}}}, {}};
  EXPECT_EQ(first_problem(plain).find("canary"), std::string::npos);
}

TEST(DigitalOceanConfig, AnUnknownFieldIsToldWithTheOneThatWasMeant) {
  const auto problem = first_problem(spec({{"acount", text("sales")}}));
  EXPECT_NE(problem.find("did you mean account?"), std::string::npos) << problem;
}

TEST(DigitalOceanConfig, AnAccountHasOneNameHoweverItIsSpelt) {
  EXPECT_EQ(account_of(spec({})).value(), "digitalocean");
  EXPECT_EQ(account_of(spec({{"account", text("Sales")}})).value(), "digitalocean sales");
  EXPECT_EQ(account_of(spec({{"endpoint", text("HTTPS://api.digitalocean.com/")}})).value(),
            "digitalocean");
  EXPECT_EQ(account_of(spec({{"endpoint", text("http://[::1]:8080")}})).value(),
            "digitalocean at http://[::1]:8080");
  for (const auto& wrong : {text(""), text("two words"), Value{std::int64_t{7}, {}}}) {
    EXPECT_FALSE(account_of(spec({{"account", wrong}})));
  }
}

TEST(DigitalOceanConfig, TheTokenNeverGoesOverAnOpenNetwork) {
  EXPECT_NE(first_problem(spec({{"endpoint", text("http://proxy.example")}})).find("plain http"),
            std::string::npos);
}

}  // namespace
}  // namespace plumb::providers::digitalocean
