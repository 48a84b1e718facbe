#include "controller/providers/static/static.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "tests/conformance/quiet_env.h"

namespace plumb::providers::static_servers {
namespace {

Value text(std::string value) {
  return Value{std::move(value), {}};
}

/// The body of a server with both sorts of addresses.
std::string server_body() {
  const Value fields{
      Value::Map{{"hostname", text("mx1.example.com.")},
                 {"ipv4", Value{Value::List{text("192.0.2.10"), text("192.0.2.11")}, {}}},
                 {"ipv6", Value{Value::List{text("2001:DB8::10")}, {}}}},
      {}};
  auto body = kinds::server_kind().canonical("mx1", fields);
  EXPECT_TRUE(body) << body.error().message;
  return *body;
}

const std::vector<Field> kOutputs = {
    {"hostname", text("mx1.example.com")},
    {"ipv4", Value{Value::List{text("192.0.2.10"), text("192.0.2.11")}, {}}},
    {"ipv6", Value{Value::List{text("2001:db8::10")}, {}}},
    {"spf",
     Value{Value::List{text("ip4:192.0.2.10"), text("ip4:192.0.2.11"), text("ip6:2001:db8::10")},
           {}}}};

class StaticServers : public ::testing::Test {
 protected:
  StaticServers() {
    auto desired = std::make_shared<DesiredScope>();
    desired->scope = scope_;
    TableBuilder builder;
    builder.add(kinds::kServer, "mx1", server_body());
    desired->table = builder.seal().table;
    declared_.push_back(std::move(desired));
    provider_ = *static_provider().open(
        {"static", spec_, "static", ".", quiet_.env(), quiet_.http(), declared_});
  }

  const Scope scope_{"static", ""};
  const Value spec_{Value::Map{{"type", text("static")}}, {}};
  test::QuietEnv quiet_;
  std::vector<std::shared_ptr<const DesiredScope>> declared_;
  std::unique_ptr<Provider> provider_;
};

TEST_F(StaticServers, AreObservedAsDeclared) {
  const auto seen = provider_->locate(scope_, {}, {});
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->reading, Reading::read);
  EXPECT_EQ(seen->scope, scope_);
  EXPECT_EQ(seen->table.digest(1), declared_[0]->table.digest(1));
  ASSERT_EQ(seen->side.size(), 1U);
  EXPECT_EQ(seen->side.at(seen->table[0].side - 1).outputs, kOutputs);
}

TEST_F(StaticServers, HaveOneContainer) {
  const auto containers = provider_->survey({});
  ASSERT_EQ(containers->size(), 1U);
  EXPECT_EQ(containers->at(0).scope, scope_);
}

TEST_F(StaticServers, AreNoneWhereNoneAreDeclared) {
  const Scope other{"static", "elsewhere"};
  provider_->observe(std::vector{other},
                     [&](const Scope& scope, const Result<ObservedScope>& seen) {
                       EXPECT_EQ(scope, other);
                       EXPECT_EQ(seen->reading, Reading::read);
                       EXPECT_TRUE(seen->table.empty());
                     },
                     {});
}

TEST_F(StaticServers, AreDoneAtOnceWithTheirAddressesAsOutputs) {
  const auto body = server_body();
  int reports = 0;
  provider_->apply(
      {scope_,
       {{.number = 0, .kind = kinds::kServer, .key = "mx1", .after = body},
        {.number = 1,
         .act = Act::update,
         .kind = kinds::kServer,
         .key = "mx1",
         .before = body,
         .after = body},
        {.number = 2, .act = Act::remove, .kind = kinds::kServer, .key = "mx1", .before = body}},
       ""},
      [&](std::uint32_t number, const Outcome& outcome) {
        ++reports;
        ASSERT_TRUE(std::holds_alternative<Done>(outcome));
        EXPECT_EQ(std::get<Done>(outcome).outputs, number == 2 ? std::vector<Field>{} : kOutputs);
      },
      {});
  EXPECT_EQ(reports, 3);
}

TEST_F(StaticServers, RefuseSettings) {
  Diagnostics problems;
  static_provider().traits->check(spec_, problems);
  EXPECT_TRUE(problems.empty());
  static_provider().traits->check(Value{Value::Map{{"endpoint", text("x")}}, {}}, problems);
  EXPECT_EQ(problems.error_count(), 1U);
}

}  // namespace
}  // namespace plumb::providers::static_servers
