// What the server says, and what is made of it. It says 200 to nearly everything.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "controller/providers/mailcow/mailcow.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "tests/controller/providers/opened.h"
#include "tests/sandbox/mailcow.h"

namespace plumb::test {
namespace {

using providers::Act;
using providers::Done;
using providers::NotSent;
using providers::Outcome;
using providers::Refused;
using providers::Unknown;

Value spec_of(const Mailcow& vendor) {
  return Value{
      Value::Map{{"type", Value{std::string("mailcow"), {}}},
                 {"endpoint", Value{vendor.origin(), {}}},
                 {"auth", Value{Value::Map{{"apiKey", Value{SecretRef{"env", "KEY"}, {}}}}, {}}}},
      {}};
}

class MailcowAnswers : public ::testing::Test {
 protected:
  MailcowAnswers() {
    vendor_.make_domain("one.example");
    vendor_.make_mailbox("jane@one.example");
  }

  Result<ObservedScope> observe() {
    Result<ObservedScope> out = fail(ErrorCode::internal, "nothing was said");
    const auto scope = opened_.scope("one.example.");
    opened_.provider().observe(
        std::span(&scope, 1),
        [&](const Scope&, Result<ObservedScope> seen) { out = std::move(seen); },
        {});
    return out;
  }
  /// Makes the aliases "a0", "a1", ... that lead to jane.
  std::vector<Outcome> make_aliases(int count) {
    std::vector<std::string> keys;
    for (int i = 0; i < count; ++i) {
      keys.push_back("a" + std::to_string(i));
    }
    const auto body =
        kinds::alias_kind()
            .canonical("a",
                       Value{Value::Map{{"to", Value{std::string("jane@one.example"), {}}}}, {}})
            .value();
    providers::Order order;
    order.scope = opened_.scope("one.example.");
    for (std::uint32_t i = 0; i < keys.size(); ++i) {
      order.changes.push_back(
          {.number = i, .act = Act::create, .kind = kinds::kAlias, .key = keys[i], .after = body});
    }
    std::vector<Outcome> outcomes(keys.size(), NotSent{});
    opened_.provider().apply(
        order,
        [&](std::uint32_t number, Outcome outcome) { outcomes[number] = std::move(outcome); },
        {});
    return outcomes;
  }

  Mailcow vendor_;
  Opened opened_{providers::mailcow::mailcow_provider(), spec_of(vendor_), Mailcow::kKey};
};

TEST_F(MailcowAnswers, AreDoneOnlyWhereTheyNameWhatWasAskedFor) {
  const auto outcomes = make_aliases(1);
  ASSERT_TRUE(std::holds_alternative<Done>(outcomes[0]));
  EXPECT_EQ(std::get<Done>(outcomes[0]).handle,
            std::to_string(vendor_.alias("a0@one.example")["id"].get<int>()));
}

TEST_F(MailcowAnswers, ThatRefuseWithAReasonLeaveNothingAndTheOthersGoOn) {
  vendor_.answer({200, R"([{"type":"danger","log":["x"],"msg":["max_alias_exceeded",400]}])"},
                 Vendor::On::writes);
  const auto outcomes = make_aliases(2);
  ASSERT_TRUE(std::holds_alternative<Refused>(outcomes[0]));
  const auto& error = std::get<Refused>(outcomes[0]).error;
  EXPECT_NE(error.message.find("max_alias_exceeded 400"), std::string::npos) << error.message;
  EXPECT_EQ(error.vendor_code, "max_alias_exceeded");
  EXPECT_FALSE(error.hint.empty());
  EXPECT_TRUE(std::holds_alternative<Done>(outcomes[1]));
}

TEST_F(MailcowAnswers, ThatLeaveItOpenAreLookedAfterAndNothingMoreIsSent) {
  for (const std::string body : {
           R"([{"type":"danger","log":[],"msg":"goto_invalid"},)"
           R"({"type":"success","log":[],"msg":["alias_added","a@one.example","19"]}])",
           R"({"type":"success","msg":"Task completed"})",
           R"([])",
           R"([{"type":"success","log":[],"msg":["rl_saved","a@one.example"]}])",
           R"([{"type":"warning","log":[],"msg":["alias_added","a@one.example","19"]}])",
           R"([{"type":"danger","log":[],"msg":"SQLSTATE[23000]: Duplicate entry"}])",
           R"([{"type":"danger","log":[],"msg":["redis_error","down"]}])",
           R"([{"type":"success","log":[)",
           R"("yes")",
           "",
           "<html>OK</html>",
       }) {
    SCOPED_TRACE(body);
    vendor_.forget_requests();
    vendor_.answer({200, body}, Vendor::On::writes);
    const auto outcomes = make_aliases(2);
    EXPECT_TRUE(std::holds_alternative<Unknown>(outcomes[0]));
    EXPECT_TRUE(std::holds_alternative<NotSent>(outcomes[1]));
    EXPECT_EQ(vendor_.writes().size(), 1U);
  }
}

/// It repeats the request, passwords and keys of other objects among it.
TEST_F(MailcowAnswers, AreNeverShownWithWhatTheyRepeat) {
  vendor_.answer({200,
                  R"([{"type":"danger","log":["relayhost","add",{"password":"canary"}],)"
                  R"("msg":"access_denied"}])"},
                 Vendor::On::writes);
  const auto outcomes = make_aliases(1);
  const auto& error = std::get<Refused>(outcomes[0]).error;
  EXPECT_EQ((error.message + error.hint).find("canary"), std::string::npos) << error.message;
  vendor_.answer({400, R"({"type":"error","msg":")" + std::string(Mailcow::kKey) + R"("})"},
                 Vendor::On::writes);
  const auto other = std::get<Refused>(make_aliases(1)[0]).error;
  EXPECT_EQ(other.message.find(Mailcow::kKey), std::string::npos) << other.message;
}

TEST_F(MailcowAnswers, ThatAreNoListingAreErrorsAndNoEmptyServer) {
  for (const std::string body : {"",
                                 "null",
                                 "[",
                                 "<html></html>",
                                 R"({"type":"error","msg":"route not found"})",
                                 R"({"domain_name":"one.example"})",
                                 R"([{"domain_name":"one.example"}])",
                                 R"([{"domain_name":7}])",
                                 R"([7])",
                                 R"(["x"])"}) {
    vendor_.answer({200, body});
    const auto seen = observe();
    ASSERT_FALSE(seen) << body;
    EXPECT_NE(seen.error().message.find("get/domain/all"), std::string::npos)
        << seen.error().message;
  }
  EXPECT_TRUE(observe());
}

TEST_F(MailcowAnswers, NameTheFieldThatIsMissing) {
  vendor_.spare(2);
  vendor_.answer({200, R"([{"domain":"one.example","username":"jane@one.example","active":1}])"});
  const auto seen = observe();
  ASSERT_FALSE(seen);
  EXPECT_NE(seen.error().message.find("get/mailbox/all/one.example: field quota"),
            std::string::npos)
      << seen.error().message;
}

TEST_F(MailcowAnswers, MaySpellNumbersAndFlagsAsTheyLike) {
  vendor_.spare(2);
  vendor_.answer(
      {200,
       R"([{"domain":"one.example","username":"Jane@one.example","active":"1",)"
       R"("quota":"3221225472","name":null,"attributes":{"smtp_access":0},)"
       R"("sender_acl":["a@one.example"]},)"
       R"({"domain":"two.example","username":"x@two.example","active":true,"quota":0}])"});
  const auto seen = observe();
  ASSERT_TRUE(seen) << seen.error().message;
  const auto row = seen->table.find(kinds::kMailbox, "jane");
  ASSERT_TRUE(row);
  EXPECT_EQ(seen->table.body(seen->table[*row]),
            kinds::mailbox_kind()
                .canonical("jane",
                           Value{Value::Map{{"displayName", Value{std::string(), {}}},
                                            {"quota", Value{std::int64_t{3} << 30, {}}},
                                            {"receiveOnly", Value{true, {}}},
                                            {"disabled", Value{false, {}}},
                                            {"sendAs", Value{std::string("a@one.example"), {}}}},
                                 {}})
                .value());
  EXPECT_FALSE(seen->table.find(kinds::kMailbox, "x")) << "it is another domain's";
}

TEST_F(MailcowAnswers, ThatRefuseTheKeyAreTheLast) {
  Opened wrong(providers::mailcow::mailcow_provider(), spec_of(vendor_), "WRONG");
  vendor_.forget_requests();
  for (int i = 0; i < 5; ++i) {
    const auto surveyed = wrong.provider().survey({});
    ASSERT_FALSE(surveyed);
    EXPECT_EQ(surveyed.error().category, ErrorCategory::authentication);
    EXPECT_FALSE(wrong.provider().diagnose({}).bad.empty());
  }
  EXPECT_EQ(vendor_.requests().size(), 1U);
  EXPECT_EQ(vendor_.refusals(), 1U);
}

TEST_F(MailcowAnswers, WithoutAKeyAreEmptyAndThatIsToldToo) {
  Opened none(providers::mailcow::mailcow_provider(), spec_of(vendor_), " ");
  const auto surveyed = none.provider().survey({});
  ASSERT_FALSE(surveyed);
}

}  // namespace
}  // namespace plumb::test
