// Values that can be set and not read back are held against the claim.
#include <gtest/gtest.h>

#include "tests/controller/plan/scope_builder.h"

namespace plumb::plan {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): a test's own vocabulary

/// A box whose password is where `secret` says; its size is declared, too.
Row declared(const std::string& key, const SecretRef& secret) {
  std::string bytes;
  cbor::value(bytes, Value{secret, {}});
  const std::array<std::pair<std::uint8_t, std::string>, 1> fields{{{3, bytes}}};
  return {.kind = kBox, .key = key, .body = cbor::body(fields), .flags = has_references, .line = 7};
}
Row printed(const std::string& key, const std::string& print) {
  return {.kind = kBox, .key = key, .body = box_body({{"password", print}})};
}
Row seen(const std::string& key) {
  return {.kind = kBox, .key = key, .body = box_body({})};
}

const SecretRef kJane{"env", "JANE"};

/// Prints "print of JANE"; what is called NOBODY is not there.
Context context() {
  Context context;
  context.value.print_of = [](const SecretRef& secret) -> Result<SecretPrint> {
    if (secret.locator == "NOBODY") {
      return fail(ErrorCode::denied, "secret env NOBODY is not set", "export NOBODY");
    }
    return SecretPrint{"print of " + secret.locator,
                       secret.locator == "WEAK" ? "is shorter than 8 characters" : ""};
  };
  return context;
}

TEST(WriteOnly, AsClaimedIsInPlumb) {
  ScopeBuilder scope;
  scope.declare(declared("jane", kJane)).see(seen("jane")).claim(printed("jane", "print of JANE"));
  const auto plan = plan_scope(scope.input(), context().value);
  EXPECT_TRUE(plan.changes.empty());
  EXPECT_EQ(plan.counts.in_plumb, 1U);
}

TEST(WriteOnly, AnotherPrintThanClaimedIsAnEdit) {
  ScopeBuilder scope;
  scope.declare(declared("jane", kJane)).see(seen("jane")).claim(printed("jane", "old print"));
  const auto plan = plan_scope(scope.input(), context().value);
  ASSERT_EQ(plan.changes.size(), 1U);
  EXPECT_EQ(plan.changes[0].verb, Verb::update);
  EXPECT_EQ(plan.changes[0].reason, Reason::edited);
  EXPECT_EQ(plan.after(plan.changes[0]), box_body({{"password", "print of JANE"}}));
  EXPECT_EQ(plan.claim_after(plan.changes[0])->body, box_body({{"password", "print of JANE"}}));
}

TEST(WriteOnly, IsSetAgainWhereThereIsNoneWhoeverMayChangeIt) {
  ScopeBuilder scope;
  scope.declare(declared("jane", kJane)).claim(printed("jane", "print of JANE"));
  const auto plan = plan_scope(scope.input(), context().value);
  ASSERT_EQ(plan.changes.size(), 1U);
  EXPECT_EQ(plan.changes[0].verb, Verb::create);
  EXPECT_EQ(plan.changes[0].reason, Reason::vanished);
}

TEST(WriteOnly, WhatIsThereIsAdoptedAndNeverSet) {
  ScopeBuilder scope;
  scope.declare(declared("jane", kJane)).see(seen("jane"));
  const auto plan = plan_scope(scope.input(), context().value);
  ASSERT_EQ(plan.changes.size(), 1U);
  EXPECT_EQ(plan.changes[0].verb, Verb::adopt);
  EXPECT_EQ(plan.claim_after(plan.changes[0])->body, box_body({{"password", "print of JANE"}}));
}

TEST(WriteOnly, WhatCannotBeReadHereIsLeftAloneAndSaidOnce) {
  const SecretRef nobody{"env", "NOBODY"};
  ScopeBuilder scope;
  scope.declare(declared("jane", nobody)).see(seen("jane")).claim(printed("jane", "old"));
  scope.declare(declared("joe", nobody)).see(seen("joe"));
  scope.declare(declared("ann", kJane)).see(seen("ann")).claim(printed("ann", "print of JANE"));
  const auto with = context();
  const auto plan = plan_scope(scope.input(), with.value);
  EXPECT_TRUE(plan.changes.empty());
  EXPECT_EQ(plan.counts.left_alone, 2U);
  const auto joined = join({plan, plan}, with.value);
  EXPECT_TRUE(joined.refusals.empty());
  EXPECT_EQ(
      joined.notes,
      std::vector<std::string>{"test: 4 boxs could not be read here: left alone; of the first: "
                               "secret env NOBODY is not set (export NOBODY)"});
}

TEST(WriteOnly, NothingIsMadeWithoutItsDeclaredSecret) {
  ScopeBuilder scope;
  scope.declare(declared("jane", {"env", "NOBODY"}));
  scope.declare({.kind = kServer, .key = "jane", .body = cbor::body({})});
  scope.declare({.kind = kServer, .key = "joe", .body = cbor::body({})});
  const auto with = context();
  const auto joined = join({plan_scope(scope.input(), with.value)}, with.value);
  ASSERT_EQ(joined.batches.size(), 1U);
  ASSERT_EQ(joined.batches[0].changes.size(), 1U);
  const auto& planned = joined.scopes[0];
  EXPECT_EQ(planned.key(planned.changes[joined.batches[0].changes[0]]), "joe");
  ASSERT_EQ(joined.refusals.size(), 1U);
  EXPECT_EQ(joined.refusals[0].message,
            "Box/example.com/jane cannot be made: secret env NOBODY is not set (export NOBODY)");
  EXPECT_EQ(joined.refusals[0].place, place_at(1, 7, 1));
  EXPECT_TRUE(joined.refusals[0].consent.allow.empty());
}

TEST(WriteOnly, AReadyHashIsNeverNamed) {
  ScopeBuilder scope;
  scope.declare(declared("jane", {"hash", "NOBODY"}));
  const Context with;  // reads no secrets
  const auto joined = join({plan_scope(scope.input(), with.value)}, with.value);
  ASSERT_EQ(joined.refusals.size(), 1U);
  EXPECT_EQ(joined.refusals[0].message,
            "Box/example.com/jane cannot be made: secret hash cannot be read here");
}

TEST(WriteOnly, WhatMustNotBeSetRefusesTheRunWithItsPlace) {
  ScopeBuilder scope;
  scope.declare(declared("jane", {"env", "WEAK"}));
  scope.declare({.kind = kServer, .key = "jane", .body = cbor::body({})});
  scope.declare(declared("joe", {"env", "WEAK"})).see(seen("joe")).claim(printed("joe", "old"));
  scope.declare({.kind = kServer, .key = "ann", .body = cbor::body({})});
  const auto with = context();
  const auto joined = join({plan_scope(scope.input(), with.value)}, with.value);
  EXPECT_TRUE(joined.run_refused);
  ASSERT_EQ(joined.refusals.size(), 2U);
  EXPECT_EQ(joined.refusals[0].message,
            "Box/example.com/jane is not set: secret env WEAK is shorter than 8 characters");
  EXPECT_EQ(joined.refusals[0].place, place_at(1, 7, 1));
  EXPECT_TRUE(joined.refusals[0].consent.allow.empty());
  ASSERT_EQ(joined.batches.size(), 1U);
  EXPECT_EQ(joined.batches[0].changes.size(), 1U);  // Server ann: neither Box, nor jane's Server
}

TEST(WriteOnly, WhatIsSetAlreadyIsNotJudgedAnew) {
  ScopeBuilder scope;
  const SecretRef weak{"env", "WEAK"};
  scope.declare(declared("jane", weak)).see(seen("jane")).claim(printed("jane", "print of WEAK"));
  scope.declare(declared("joe", weak)).see(seen("joe"));
  const auto with = context();
  const auto joined = join({plan_scope(scope.input(), with.value)}, with.value);
  EXPECT_FALSE(joined.run_refused);
  EXPECT_TRUE(joined.refusals.empty());
}

/// `count` boxes whose password has moved, and as many that are new.
ScopeBuilder moved(int count) {
  ScopeBuilder scope;
  for (int i = 0; i < count; ++i) {
    const auto old = "old" + std::to_string(i);
    const auto fresh = "new" + std::to_string(i);
    scope.declare(declared(old, kJane)).see(seen(old)).claim(printed(old, "old print"));
    scope.declare(declared(fresh, kJane));
    scope.declare({.kind = kServer, .key = fresh, .body = cbor::body({})});
  }
  return scope;
}

TEST(WriteOnly, ManyThatExistAreSetOnlyWithConsent) {
  auto with = context();
  EXPECT_FALSE(join({plan_scope(moved(5).input(), with.value)}, with.value).run_refused);
  const auto refused = join({plan_scope(moved(6).input(), with.value)}, with.value);
  EXPECT_TRUE(refused.run_refused);
  ASSERT_EQ(refused.refusals.size(), 1U);
  EXPECT_EQ(refused.refusals[0].guard, Guard::passwords);
  EXPECT_EQ(refused.refusals[0].message, "would set 6 passwords of mailboxes that exist (limit 5)");
  with.value.consents = {refused.refusals[0].consent};
  EXPECT_FALSE(join({plan_scope(moved(6).input(), with.value)}, with.value).run_refused);
  with.value.consents = {};
  with.value.guards.passwords_per_run = {6, 0};
  EXPECT_FALSE(join({plan_scope(moved(6).input(), with.value)}, with.value).run_refused);
}

TEST(WriteOnly, AShareOfAllThatAreDeclaredMayBeSet) {
  auto with = context();
  with.value.guards.passwords_per_run = {0, 50};  // as many are new
  EXPECT_FALSE(join({plan_scope(moved(6).input(), with.value)}, with.value).run_refused);
  with.value.guards.passwords_per_run = {0, 49};
  const auto refused = join({plan_scope(moved(6).input(), with.value)}, with.value);
  EXPECT_TRUE(refused.run_refused);
  ASSERT_EQ(refused.refusals.size(), 1U);
  EXPECT_EQ(refused.refusals[0].message,
            "would set 6 of 12 passwords of mailboxes that exist (limit 49%)");
  with.value.consents = {refused.refusals[0].consent};
  EXPECT_FALSE(join({plan_scope(moved(6).input(), with.value)}, with.value).run_refused);
}

}  // namespace
}  // namespace plumb::plan
