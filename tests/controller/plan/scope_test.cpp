#include <gtest/gtest.h>

#include "tests/controller/plan/scope_builder.h"

namespace plumb::plan::test {
namespace {

Row a_record(const std::string& owner, const std::string& address = "192.0.2.1") {
  return {.key = set_key(owner + " A"), .body = set_body(300, {address})};
}
Row zone() {
  return {.kind = kZone, .key = "", .body = cbor::body({})};
}
Consent consent(std::string allow, std::string on) {
  return {.id = "c", .allow = std::move(allow), .on = std::move(on)};
}

TEST(Scopes, ThatCouldNotBeReadYieldNoChanges) {
  Context context;
  ScopeBuilder builder;
  builder.declare(a_record("a")).claim(a_record("b"));
  builder.reading = Reading::unread;
  const auto plan = plan_scope(builder.input(), context.value);
  EXPECT_EQ(plan.state, ScopeState::unread);
  EXPECT_EQ(plan.why, "no answer");
  EXPECT_TRUE(plan.changes.empty());
  EXPECT_FALSE(join({plan}, context.value).empty());
}

TEST(Scopes, InDoubtOrPausedYieldNoChanges) {
  Context context;
  ScopeBuilder builder;
  builder.declare(a_record("a"));
  auto input = builder.input();
  input.in_doubt = true;
  EXPECT_EQ(plan_scope(input, context.value).state, ScopeState::in_doubt);
  EXPECT_TRUE(plan_scope(input, context.value).changes.empty());
  builder.paused = true;
  const auto plan = plan_scope(builder.input(), context.value);
  EXPECT_EQ(plan.state, ScopeState::paused);
  EXPECT_TRUE(plan.changes.empty());
}

TEST(Scopes, ThatLostTheirContainerAreNotBelieved) {
  Context context;
  ScopeBuilder builder;
  builder.declare(zone()).declare(a_record("a")).claim(zone()).claim(a_record("a"));
  builder.reading = Reading::missing;
  auto plan = plan_scope(builder.input(), context.value);
  EXPECT_EQ(plan.state, ScopeState::suspect);
  EXPECT_TRUE(plan.changes.empty());
  const auto joined = join({plan}, context.value);
  ASSERT_EQ(joined.refusals.size(), 1U);
  EXPECT_EQ(joined.refusals[0].consent.allow, "suspect");
  EXPECT_EQ(joined.refusals[0].consent.on, "Domain/example.com");

  context.value.consents = {consent("suspect", "domain/EXAMPLE.com")};
  plan = plan_scope(builder.input(), context.value);
  EXPECT_EQ(plan.state, ScopeState::planned);
  EXPECT_EQ(plan.consents_used, std::vector<std::uint32_t>{0});
  // The zone would come back empty: it asks for itself, and its records wait for it.
  ASSERT_EQ(plan.changes.size(), 2U);
  EXPECT_EQ(plan.changes[0].guard, Guard::recreate);
  EXPECT_EQ(plan.changes[1].verb, Verb::hold);
  EXPECT_EQ(plan.changes[1].reason, Reason::awaits);

  context.value.consents.push_back(consent("recreate", "Zone/example.com"));
  plan = plan_scope(builder.input(), context.value);
  EXPECT_TRUE(goes(plan.changes[0]));
  EXPECT_TRUE(goes(plan.changes[1]));
}

TEST(Scopes, ThatDoNotExistAreCreatedOnlyWhenDeclared) {
  Context context;
  ScopeBuilder builder;
  builder.declare(a_record("a"));
  builder.reading = Reading::missing;
  EXPECT_EQ(plan_scope(builder.input(), context.value).state, ScopeState::unread);
  builder.declare(zone());
  const auto plan = plan_scope(builder.input(), context.value);
  ASSERT_EQ(plan.changes.size(), 2U);
  EXPECT_EQ(plan.kind(plan.changes[0]), kZone);
  EXPECT_FALSE(plan.first_contact);
}

TEST(Scopes, AreSuspectFromFiveLostObjectsAndMoreThanAFifth) {
  struct Case {
    int claims, lost;
    bool suspect;
  };
  for (const auto& [claims, lost, suspect] : std::vector<Case>{{10, 4, false},
                                                               {5, 5, true},
                                                               {24, 5, true},
                                                               {25, 5, false},
                                                               {25, 6, true},
                                                               {30, 6, false}}) {
    SCOPED_TRACE(testing::Message() << lost << " of " << claims);
    Context context;
    ScopeBuilder builder;
    for (int i = 0; i < claims; ++i) {
      const auto row = a_record("n" + std::to_string(i));
      builder.declare(row).claim(row);
      if (i >= lost) {
        builder.see(row);
      }
    }
    const auto plan = plan_scope(builder.input(), context.value);
    EXPECT_EQ(plan.state, suspect ? ScopeState::suspect : ScopeState::planned);
    EXPECT_EQ(plan.changes.size(), suspect ? 0U : static_cast<std::size_t>(lost));
    context.value.consents = {consent("suspect", "Domain/example.com")};
    EXPECT_EQ(plan_scope(builder.input(), context.value).changes.size(),
              static_cast<std::size_t>(lost));
  }
}

TEST(Scopes, DropWhatTheyReadWhereNothingChanges) {
  Context context;
  ScopeBuilder builder;
  builder.keep(a_record("a")).keep(a_record("b"));
  const auto plan = plan_scope(builder.input(), context.value);
  EXPECT_EQ(plan.observed, nullptr);
  EXPECT_EQ(plan.claimed, nullptr);
  EXPECT_EQ(plan.counts.declared, 2U);
  EXPECT_EQ(plan.counts.in_plumb, 2U);
  EXPECT_TRUE(join({plan}, context.value).empty());
}

TEST(Scopes, MeetTheWorldWithoutDeletingAnything) {
  Context context;
  ScopeBuilder builder;
  builder.exclusive = true;
  builder.declare(a_record("a")).see(a_record("a")).see(a_record("b"));
  const auto plan = plan_scope(builder.input(), context.value);
  EXPECT_TRUE(plan.first_contact);
  ASSERT_EQ(plan.changes.size(), 1U);
  EXPECT_EQ(plan.changes[0].verb, Verb::adopt);
  const auto joined = join({plan}, context.value);
  ASSERT_FALSE(joined.notes.empty());
  EXPECT_EQ(
      joined.notes[0],
      "first contact: the state is empty and example.com is there already; nothing that is not "
      "ours is deleted");
  context.value.take_over = true;
  EXPECT_EQ(plan_scope(builder.input(), context.value).changes.size(), 2U);
}

TEST(Scopes, DeclaredElsewhereAreKeptUntilSomebodyConsents) {
  Context context;
  ScopeBuilder builder;
  builder.see(zone()).see(a_record("a")).claim(zone()).claim(a_record("a"));
  builder.is_declared = false;
  auto input = builder.input();
  input.declared_elsewhere = true;
  const auto kept = plan_scope(input, context.value);
  EXPECT_EQ(kept.state, ScopeState::retired);
  EXPECT_TRUE(kept.changes.empty());
  EXPECT_NE(kept.hint.find("a Consent that allows retire"), std::string::npos);
  EXPECT_TRUE(join({kept}, context.value).empty());
  input.provider.clear();  // no Provider opens its account
  EXPECT_NE(plan_scope(input, context.value).hint.find("plumb forget"), std::string::npos);
  input.provider = "test";

  context.value.consents = {consent("retire", "Domain/example.com")};
  EXPECT_EQ(plan_scope(input, context.value).state, ScopeState::retired) << "the zone is not named";
  context.value.consents[0].including = {"zone"};
  const auto plan = plan_scope(input, context.value);
  ASSERT_EQ(plan.changes.size(), 2U);
  for (const auto& change : plan.changes) {
    EXPECT_EQ(change.verb, plan.kind(change) == kZone ? Verb::remove : Verb::forget);
    EXPECT_EQ(change.reason, Reason::moved);
  }
}

TEST(Scopes, GoWholeOrNotAtAll) {
  for (const bool made : {true, false}) {
    Context context;
    ScopeBuilder builder;
    auto claimed = zone();
    claimed.made = made;
    builder.see(zone()).see(a_record("a")).see(a_record("b")).claim(claimed).claim(a_record("a"));
    builder.is_declared = false;
    auto plan = plan_scope(builder.input(), context.value);
    ASSERT_EQ(plan.changes.size(), 2U);
    for (const auto& change : plan.changes) {
      EXPECT_EQ(change.verb, Verb::hold);
      EXPECT_EQ(change.guard, Guard::remove);
    }
    const auto joined = join({plan}, context.value);
    EXPECT_TRUE(joined.batches.empty());
    ASSERT_EQ(joined.refusals.size(), 1U);
    EXPECT_EQ(joined.refusals[0].consent.on, "Domain/example.com");
    EXPECT_EQ(joined.refusals[0].consent.including, (std::vector<std::string>{"foreign", "zone"}))
        << "b is not ours and would be lost with the zone";

    context.value.consents = {consent("delete", "Domain/example.com")};
    EXPECT_TRUE(join({plan_scope(builder.input(), context.value)}, context.value).batches.empty())
        << "the zone is not named";
    context.value.consents = {joined.refusals[0].consent};
    plan = plan_scope(builder.input(), context.value);
    const auto freed = join({plan}, context.value);
    ASSERT_EQ(freed.batches.size(), 1U);
    EXPECT_EQ(freed.batches[0].changes.size(), 1U);
    EXPECT_TRUE(freed.refusals.empty());
    EXPECT_EQ(change_of(plan, "")->verb, Verb::remove);
    EXPECT_EQ(change_of(plan, set_key("a A"))->verb, Verb::forget);
  }
}

TEST(Scopes, KeepTheClaimOfTheirOwnNSAsLongAsTheyStay) {
  Context context;
  ScopeBuilder builder;
  auto own = a_record("a");
  own.flags = system_owned;
  builder.see(zone()).see(own).claim(zone()).claim(a_record("a"));
  builder.is_declared = false;
  const auto plan = plan_scope(builder.input(), context.value);
  ASSERT_NE(change_of(plan, set_key("a A")), nullptr);
  EXPECT_EQ(change_of(plan, set_key("a A"))->verb, Verb::hold);
}

TEST(Scopes, KeepAProtectedRecordsZone) {
  Context context;
  ScopeBuilder builder;
  auto guarded = a_record("a");
  guarded.policy.protect = true;
  builder.see(zone()).see(guarded).claim(zone()).claim(guarded);
  builder.is_declared = false;
  context.value.consents = {consent("delete", "Domain/example.com")};
  context.value.consents[0].including = {"zone"};
  const auto plan = join({plan_scope(builder.input(), context.value)}, context.value);
  EXPECT_TRUE(plan.batches.empty());
  EXPECT_EQ(plan.scopes[0].changes.size(), 2U);
  EXPECT_FALSE(plan.refusals.empty());
}

KnownOutputs outputs(Value::List addresses) {
  KnownOutputs out;
  out.producers["Server/mx1"].values = {{"ipv4", Value{std::move(addresses), {}}}};
  return out;
}

Row refers(Value value) {
  return {.key = set_key("a A"), .body = open_body({std::move(value)}), .flags = has_references};
}

TEST(References, TakeTheValuesOfTheirProducers) {
  const Value one{std::string("192.0.2.7"), {}};
  const Value two{std::string("192.0.2.3"), {}};
  const Value all{Reference{"Server/mx1", "ipv4", true}, {}};
  const Value first{Reference{"Server/mx1", "ipv4", false}, {}};
  const Value text{Expression{{Value{std::string("ip4:"), {}}, first}}, {}};
  struct Case {
    Value value;
    Value::List addresses;
    std::vector<std::string> expected;
  };
  for (const auto& [value, addresses, expected] :
       std::vector<Case>{{all, {one, two}, {"192.0.2.3", "192.0.2.7"}},
                         {first, {one, two}, {"192.0.2.7"}},
                         {text, {one, two}, {"ip4:192.0.2.7"}}}) {
    Context context;
    context.value.outputs = outputs(addresses);
    ScopeBuilder builder;
    const auto plan = plan_scope(builder.declare(refers(value)).input(), context.value);
    ASSERT_EQ(plan.changes.size(), 1U);
    EXPECT_EQ(values_of(plan.after(plan.changes[0])), expected);
    EXPECT_EQ(values_of(plan.claim_after(plan.changes[0])->body), expected);
    EXPECT_EQ(plan.desired_row(plan.changes[0]), 0U);
  }
}

TEST(References, ThatAreResolvedCompareLikeAnythingElse) {
  Context context;
  context.value.outputs = outputs({Value{std::string("192.0.2.1"), {}}});
  const Row there{.key = set_key("a A"), .body = set_body({}, {"192.0.2.1"})};
  ScopeBuilder builder;
  builder.declare(refers(Value{Reference{"Server/mx1", "ipv4", true}, {}})).see(there).claim(there);
  EXPECT_TRUE(plan_scope(builder.input(), context.value).changes.empty());
}

TEST(References, ThatStandForNothingNeverEmptyASet) {
  Context context;
  context.value.outputs = outputs({});
  const Row there{.key = set_key("a A"), .body = set_body({}, {"192.0.2.1"})};
  ScopeBuilder builder;
  builder.declare(refers(Value{Reference{"Server/mx1", "ipv4", true}, {}})).see(there).claim(there);
  const auto plan = join({plan_scope(builder.input(), context.value)}, context.value);
  EXPECT_TRUE(plan.batches.empty());
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals[0].guard, Guard::empty_set);
  context.value.consents = {plan.refusals[0].consent};
  const auto dropped = plan_scope(builder.input(), context.value);
  ASSERT_EQ(dropped.changes.size(), 1U);
  EXPECT_EQ(dropped.changes[0].verb, Verb::remove);
}

TEST(References, ThatStandForNothingMakeNothing) {
  Context context;
  context.value.outputs = outputs({});
  const Row there{.key = set_key("a A"), .body = set_body({}, {"192.0.2.1"})};
  const auto refers_to_none = refers(Value{Reference{"Server/mx1", "ipv4", true}, {}});
  ScopeBuilder nothing;
  nothing.declare(refers_to_none);
  EXPECT_TRUE(plan_scope(nothing.input(), context.value).changes.empty());
  ScopeBuilder theirs;
  theirs.declare(refers_to_none).see(there);
  const auto left = plan_scope(theirs.input(), context.value);
  EXPECT_TRUE(left.changes.empty());
  EXPECT_EQ(left.counts.unmanaged, 1U);
  ScopeBuilder gone;
  gone.declare(refers_to_none).claim(there);
  const auto forgotten = plan_scope(gone.input(), context.value);
  ASSERT_EQ(forgotten.changes.size(), 1U);
  EXPECT_EQ(forgotten.changes[0].verb, Verb::forget);
}

TEST(References, WhoseValuesAreNoValuesAreSaid) {
  Context context;
  context.value.outputs = outputs({Value{std::string("bad"), {}}});
  ScopeBuilder builder;
  builder.declare(refers(Value{Reference{"Server/mx1", "ipv4", true}, {}}));
  const auto plan = plan_scope(builder.input(), context.value);
  ASSERT_EQ(plan.changes.size(), 1U);
  EXPECT_EQ(plan.changes[0].verb, Verb::hold);
  EXPECT_EQ(plan.notes, std::vector<std::string>{"RRset/example.com/a A: \"bad\" is no value"});
}

TEST(References, AreAdaptedAsTheVendorWillReadThemBack) {
  Context context;
  context.value.outputs = outputs({Value{std::string("192.0.2.1"), {}}});
  ScopeBuilder builder;
  auto input = builder.declare(refers(Value{Reference{"Server/mx1", "ipv4", true}, {}})).input();
  input.adapt = [](const Kind&, std::string_view, std::string_view) -> Result<std::string> {
    return set_body({}, {"adapted"});
  };
  const auto plan = plan_scope(input, context.value);
  EXPECT_EQ(values_of(plan.after(plan.changes[0])), std::vector<std::string>{"adapted"});
}

}  // namespace
}  // namespace plumb::plan::test
