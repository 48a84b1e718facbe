#include "controller/providers/memory/memory.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"

namespace plumb::providers::memory {
namespace {

const Scope kZone{"memory", "example.com."};
const std::string kKey = kinds::rrset_key("www", values::RecordType::a);
const std::string kOld = kinds::rrset_body(60, {"192.0.2.1"});
const std::string kNew = kinds::rrset_body(60, {"192.0.2.2"});
const ResourceId kWww{kZone, kinds::kRRset, kKey};

/// A zone with one record set, and what applying to it says.
class Memory : public ::testing::Test {
 protected:
  Memory() { world_.put_row(kWww, kOld); }

  std::map<std::uint32_t, Outcome> apply(const std::vector<ProviderChange>& changes) {
    std::map<std::uint32_t, Outcome> outcomes;
    provider_->apply({kZone, changes, ""},
                     [&](std::uint32_t number, Outcome outcome) {
                       outcomes.emplace(number, std::move(outcome));
                     },
                     {});
    return outcomes;
  }
  static ProviderChange update() {
    return {.act = Act::update, .kind = kinds::kRRset, .key = kKey, .before = kOld, .after = kNew};
  }
  std::string truth() { return body_in(world_.look(kZone)); }
  std::string sight() { return body_in(*provider_->locate(kZone, {}, {})); }
  static std::string body_in(const ObservedScope& scope) {
    const auto row = scope.table.find(kinds::kRRset, kKey);
    return row ? std::string(scope.table.body(scope.table[*row])) : std::string();
  }
  template <class Kind>
  static bool is(const std::map<std::uint32_t, Outcome>& outcomes, std::uint32_t number = 0) {
    return outcomes.contains(number) && std::holds_alternative<Kind>(outcomes.at(number));
  }

  World world_;
  std::unique_ptr<Provider> provider_ = provider_of(world_, "memory");
};

TEST_F(Memory, ChangesRowsAndCountsEffects) {
  EXPECT_TRUE(is<Done>(apply({update()})));
  EXPECT_EQ(truth(), kNew);
  EXPECT_EQ(world_.effects(kWww), 1U);
  EXPECT_TRUE(is<Done>(apply({update()})));  // already so
  EXPECT_EQ(world_.effects(kWww), 1U);
  EXPECT_TRUE(
      is<Done>(apply({{.act = Act::remove, .kind = kinds::kRRset, .key = kKey, .before = kNew}})));
  EXPECT_EQ(truth(), "");
  EXPECT_EQ(world_.all_effects(), 2U);
}

TEST_F(Memory, RefusesWhatChangedSinceItWasReadAndSendsNothingAfterIt) {
  world_.put_row(kWww, kinds::rrset_body(60, {"192.0.2.99"}));
  auto second = update();
  second.number = 1;
  second.key = "x";
  const auto outcomes = apply({update(), second});
  EXPECT_TRUE(is<Refused>(outcomes, 0));
  EXPECT_TRUE(is<NotSent>(outcomes, 1));
  EXPECT_EQ(world_.all_effects(), 0U);
}

TEST_F(Memory, MakesAndRemovesContainers) {
  EXPECT_TRUE(is<Done>(apply({{.act = Act::remove, .kind = kinds::kZone}})));
  EXPECT_EQ(provider_->locate(kZone, {}, {})->reading, Reading::missing);
  EXPECT_TRUE(provider_->survey({})->empty());
  EXPECT_TRUE(is<Refused>(apply({{.kind = kinds::kRRset, .key = kKey, .after = kNew}})));
  const auto body = cbor::body({});
  const auto outcomes = apply({{.kind = kinds::kZone, .after = body},
                               {.number = 1, .kind = kinds::kRRset, .key = kKey, .after = kNew}});
  EXPECT_TRUE(is<Done>(outcomes, 0) && is<Done>(outcomes, 1));
  EXPECT_EQ(provider_->survey({})->at(0).scope, kZone);
  EXPECT_EQ(provider_->locate(kZone, {}, {})->reading, Reading::read);
}

TEST_F(Memory, MovesTheFingerprintWithEveryEffectOnly) {
  const auto token = [&] { return provider_->survey({})->at(0).fingerprint; };
  const auto before = token();
  EXPECT_EQ(provider_->locate(kZone, {}, {})->fingerprint, before);
  EXPECT_EQ(token(), before);
  apply({update()});
  const auto after = token();
  EXPECT_NE(after, before);
  world_.remove_row(kWww);
  EXPECT_NE(token(), after);
}

TEST_F(Memory, FailsAsOftenAsAsked) {
  world_.fail_next(2, {.code = ErrorCode::unavailable, .message = "gone"});
  EXPECT_FALSE(provider_->survey({}));
  EXPECT_TRUE(is<Refused>(apply({update()})));
  EXPECT_EQ(truth(), kOld);
  EXPECT_TRUE(is<Done>(apply({update()})));
  world_.fail_next(1, {.code = ErrorCode::unavailable, .effect = Effect::maybe});
  EXPECT_TRUE(is<Unknown>(apply({update()})));
  EXPECT_EQ(world_.calls(), 4U);
}

TEST_F(Memory, LosesAnswersWithAndWithoutEffect) {
  world_.inject(Fault::unknown_without_effect);
  EXPECT_TRUE(is<Unknown>(apply({update()})));
  EXPECT_EQ(truth(), kOld);
  world_.inject(Fault::unknown_after_effect);
  EXPECT_TRUE(is<Unknown>(apply({update()})));
  EXPECT_EQ(truth(), kNew);
}

TEST_F(Memory, StaysSilentThoughItWorked) {
  world_.inject(Fault::silent);
  EXPECT_TRUE(apply({update()}).empty());
  EXPECT_EQ(truth(), kNew);
}

TEST_F(Memory, AimsAFaultAtALaterChange) {
  world_.inject(Fault::refuse, 1);
  EXPECT_TRUE(is<Done>(apply({update()})));
  EXPECT_TRUE(is<Refused>(
      apply({{.act = Act::remove, .kind = kinds::kRRset, .key = kKey, .before = kNew}})));
  EXPECT_EQ(truth(), kNew);
}

TEST_F(Memory, FinishesPendingChangesWithTheSecondResume) {
  world_.inject(Fault::pending);
  const auto outcomes = apply({update()});
  ASSERT_TRUE(is<Pending>(outcomes));
  const auto pending = std::get<Pending>(outcomes.at(0));
  EXPECT_EQ(truth(), kOld);
  EXPECT_TRUE(std::holds_alternative<Pending>(provider_->resume(pending, {})));
  EXPECT_EQ(truth(), kOld);
  EXPECT_TRUE(std::holds_alternative<Done>(provider_->resume(pending, {})));
  EXPECT_EQ(truth(), kNew);
  EXPECT_TRUE(std::holds_alternative<Unknown>(provider_->resume(pending, {})));
}

TEST_F(Memory, ShowsAStaleSightOnce) {
  apply({update()});
  world_.read_stale_once();
  EXPECT_EQ(sight(), kOld);
  EXPECT_EQ(truth(), kNew);
  EXPECT_EQ(sight(), kNew);
}

TEST_F(Memory, CopiesAnObservationWithItsFlags) {
  world_.put_row({kZone, kinds::kRRset, "odd\0TYPE65280"}, "x", EntryFlag::opaque, "unknown");
  const auto seen = world_.look(kZone);
  World copy;
  copy.put(seen);
  EXPECT_EQ(copy.look(kZone).table.digest(1), seen.table.digest(1));
  const auto again = copy.look(kZone);
  EXPECT_EQ(again.side.size(), seen.side.size());
  apply({update()});
  EXPECT_EQ(body_in(copy.look(kZone)), kOld);
}

TEST_F(Memory, CallsTheHookAroundEachEffect) {
  std::vector<std::string> seen;
  world_.set_hook([&](Moment moment, const ResourceId& id) {
    EXPECT_EQ(id, kWww);
    seen.push_back(moment == Moment::before_effect ? truth() : truth() + "!");
  });
  apply({update()});
  EXPECT_EQ(seen, (std::vector<std::string>{kOld, kNew + "!"}));
}

TEST_F(Memory, GivesServersAddresses) {
  const Scope servers{"memory", ""};
  EXPECT_EQ(provider_->locate(servers, {}, {})->reading, Reading::read);
  const auto body = cbor::body({});
  std::vector<Field> outputs;
  const std::vector<ProviderChange> changes = {
      {.kind = kinds::kServer, .key = "mx1", .after = body}};
  provider_->apply(
      {servers, changes, ""},
      [&](std::uint32_t, Outcome outcome) { outputs = std::get<Done>(outcome).outputs; },
      {});
  ASSERT_EQ(outputs.size(), 2U);
  EXPECT_EQ(outputs[0].name, "ipv4");
  EXPECT_EQ(outputs[0].value.as_list()->size(), 1U);
  EXPECT_EQ(provider_->locate(servers, {}, {})->side.at(0).outputs, outputs);
}

}  // namespace
}  // namespace plumb::providers::memory
