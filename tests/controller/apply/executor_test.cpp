#include "controller/apply/executor.h"

#include "tests/controller/apply/bench.h"

namespace plumb::apply::test {
namespace {

const std::map<std::string, std::string> kTwo{{"www A", "192.0.2.1"}, {"mail A", "192.0.2.2"}};

std::vector<std::string> endings(const Summary& summary, const plan::Plan& plan) {
  std::vector<std::string> lines;
  for (const auto& result : summary.results) {
    const auto& scope = plan.scopes[result.scope];
    const char* word = result.ending == Ending::done       ? "done"
                       : result.ending == Ending::refused  ? "refused"
                       : result.ending == Ending::skipped  ? "skipped"
                       : result.ending == Ending::in_doubt ? "in doubt"
                                                           : "not reached";
    const auto key = plan::test::label_of(scope.key(scope.changes[result.change]));
    lines.push_back(scope.domain + " " + (key.empty() ? "zone" : key) + ": " + word);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

providers::Outcome invalid() {
  return providers::Refused{Error{.code = ErrorCode::invalid_input,
                                  .message = "the vendor does not like it",
                                  .category = ErrorCategory::validation}};
}

/// An atomic vendor that refuses every batch with one of these labels in it.
Scripted::Script refusing(std::set<std::string> labels) {
  return [labels = std::move(labels)](const auto& order, const auto& report) {
    const bool bad = std::any_of(
        order.changes.begin(), order.changes.end(), [&](const providers::ProviderChange& change) {
          return labels.contains(plan::test::label_of(change.key));
        });
    for (const auto& change : order.changes) {
      if (bad) {
        report(change.number, invalid());
      }
    }
    return bad;
  };
}

TEST(Executor, BringsTheWorldToWhatIsDeclaredAndClaimsIt) {
  Bench bench;
  bench.zone("example.com", kTwo);
  const auto summary = bench.apply();
  EXPECT_TRUE(summary.all_done());
  EXPECT_EQ(summary.count(Ending::done), 3U);
  EXPECT_EQ(bench.world.all_effects(), 3U);
  EXPECT_TRUE(bench.claims(Bench::set_of("example.com", "www A")));
  EXPECT_EQ(bench.history(Bench::set_of("example.com", "www A")),
            (std::vector<std::string>{"create done"}));
  bench.expect_in_plumb();
}

TEST(Executor, SendsTheZoneBeforeItsContent) {
  Bench bench;
  bench.zone("example.com", kTwo);
  bench.apply();
  ASSERT_EQ(bench.provider.orders().size(), 1U);
  EXPECT_EQ(bench.provider.orders()[0].front(), "");
}

TEST(Executor, AFailureSkipsWhatDependsOnItAndNothingElse) {
  Bench bench;
  bench.zone("first.example", kTwo);
  bench.zone("second.example", kTwo).desired[1].needs = {Bench::set_of("first.example", "www A")};
  bench.zone("third.example", kTwo);
  bench.provider.script = [](const auto& order, const auto& report) {
    for (const auto& change : order.changes) {
      if (order.scope.container == "first.example.") {
        report(change.number, invalid());
      }
    }
    return order.scope.container == "first.example.";
  };
  const auto plan = bench.plan();
  const auto summary = bench.apply(plan);
  EXPECT_EQ(endings(summary, plan),
            (std::vector<std::string>{"first.example mail A: refused",
                                      "first.example www A: refused",
                                      "first.example zone: refused",
                                      "second.example mail A: skipped",
                                      "second.example www A: done",
                                      "second.example zone: done",
                                      "third.example mail A: done",
                                      "third.example www A: done",
                                      "third.example zone: done"}));
}

TEST(Executor, RunsOneBatchOfAScopeAtATime) {
  Bench bench;
  bench.changes_per_batch = 2;
  std::map<std::string, std::string> many;
  for (int i = 0; i < 24; ++i) {
    many["n" + std::to_string(i) + " A"] = "192.0.2.1";
  }
  bench.zone("one.example", many);
  bench.zone("two.example", many);
  const auto summary = bench.apply(bench.plan(), 6);
  EXPECT_TRUE(summary.all_done());
  EXPECT_GT(bench.provider.orders().size(), 10U);
  EXPECT_FALSE(bench.provider.overlapped());
  bench.expect_in_plumb();
}

TEST(Executor, FindsTheOneBadRecordOfAnAtomicBatch) {
  Bench bench;
  bench.traits.atomic = true;
  std::map<std::string, std::string> many;
  for (int i = 0; i < 9; ++i) {
    many["n" + std::to_string(i) + " A"] = "192.0.2.1";
  }
  bench.zone("example.com", many);
  bench.provider.script = refusing({"n4 A"});
  const auto summary = bench.apply();
  EXPECT_EQ(summary.count(Ending::done), 9U);
  EXPECT_EQ(summary.count(Ending::refused), 1U);
  EXPECT_FALSE(bench.claims(Bench::set_of("example.com", "n4 A")));
  EXPECT_TRUE(bench.claims(Bench::set_of("example.com", "n5 A")));
  EXPECT_TRUE(bench.store->open_intents()->empty());
}

TEST(Executor, RecordsOfOneNameStayTogetherWhenABatchIsHalved) {
  Bench bench;
  bench.traits.atomic = true;
  bench.zone("example.com",
             {{"a A", "192.0.2.1"}, {"a MX", "10 a"}, {"a TXT", "t"}, {"b A", "192.0.2.1"}});
  bench.provider.script = refusing({"a TXT"});
  bench.apply();
  for (const auto& order : bench.provider.orders()) {
    const auto of_a = std::count_if(
        order.begin(), order.end(), [](const auto& key) { return key.starts_with("a"); });
    EXPECT_TRUE(of_a == 0 || of_a == 3) << of_a;
  }
  EXPECT_TRUE(bench.claims(Bench::set_of("example.com", "b A")));
}

TEST(Executor, DoesNotHalveWhatWasRefusedForAnotherReason) {
  Bench bench;
  bench.traits.atomic = true;
  bench.zone("example.com", kTwo);
  bench.world.fail_next(1, {.code = ErrorCode::unavailable, .message = "the vendor is down"});
  const auto summary = bench.apply();
  EXPECT_EQ(summary.count(Ending::refused), 3U);
  EXPECT_EQ(bench.provider.orders().size(), 1U);
}

TEST(Executor, AScopeThatSomebodyHoldsIsLeftAloneAndTheOthersGoOn) {
  Bench bench;
  bench.zone("held.example", kTwo);
  bench.zone("free.example", kTwo);
  const auto other = state::ScopeLock::take(
      bench.directory.path() / "state", {kAccount, "held.example."}, {"ci-8", 1, "c0ffee", "now"});
  ASSERT_TRUE(other.has_value());
  const auto summary = bench.apply();
  ASSERT_EQ(summary.troubles.size(), 1U);
  EXPECT_NE(summary.troubles[0].message.find("held by ci-8/1/c0ffee since now"), std::string::npos);
  EXPECT_EQ(summary.count(Ending::refused), 3U);
  EXPECT_EQ(summary.count(Ending::done), 3U);
  EXPECT_EQ(bench.world.scopes().size(), 1U);
}

TEST(Executor, AScopeThatHasMovedIsRefusedBeforeItsFirstWrite) {
  Bench bench;
  bench.zone("example.com", kTwo);
  bench.fresh = [](std::span<const std::uint32_t> scopes, const Executor::Refuse& refuse) {
    for (const auto scope : scopes) {
      refuse(scope, {.code = ErrorCode::conflict, .message = "the plan is stale"});
    }
  };
  const auto serial = bench.store->serial();
  const auto summary = bench.apply();
  EXPECT_EQ(summary.count(Ending::refused), 3U);
  EXPECT_EQ(bench.world.calls(), 0U);
  EXPECT_EQ(bench.store->serial(), serial);
}

TEST(Executor, LocksGoWhenTheirScopeIsDone) {
  Bench bench;
  bench.zone("a.example", kTwo);
  bench.zone("b.example", kTwo);
  bool checked = false;
  bench.provider.script = [&](const auto& order, const auto&) {
    if (order.scope.container == "b.example.") {
      const auto lock = state::ScopeLock::take(
          bench.directory.path() / "state", {kAccount, "a.example."}, {"x", 1, "", ""});
      EXPECT_TRUE(lock.has_value());
      checked = true;
    }
    return false;
  };
  bench.apply();
  EXPECT_TRUE(checked);
}

TEST(Executor, AdoptsWithoutACall) {
  Bench bench;
  bench.zone("example.com", {{"www A", "192.0.2.1"}});
  bench.world.put_row(Bench::set_of("example.com", "www A"), set_body(300, {"192.0.2.1"}));
  const auto summary = bench.apply();
  EXPECT_TRUE(summary.all_done());
  EXPECT_EQ(summary.kept, 2U);
  EXPECT_EQ(bench.world.calls(), 0U);
  EXPECT_EQ(bench.history(Bench::set_of("example.com", "www A")),
            (std::vector<std::string>{"adopt done"}));
  bench.expect_in_plumb();
}

TEST(Executor, WaitsForWhatTheVendorHasAccepted) {
  Bench bench;
  bench.zone("example.com", kTwo);
  bench.world.inject(Fault::pending, 1);
  const auto summary = bench.apply();
  EXPECT_TRUE(summary.all_done());
  EXPECT_EQ(bench.world.all_effects(), 3U);
  bench.expect_in_plumb();
}

TEST(Executor, AnAnswerThatGotLostIsFoundDone) {
  for (const auto fault : {Fault::unknown_after_effect, Fault::silent}) {
    Bench bench;
    bench.zone("example.com", {});
    bench.world.inject(fault);
    const auto summary = bench.apply();
    EXPECT_TRUE(summary.all_done());
    EXPECT_EQ(bench.world.all_effects(), 1U);
    bench.expect_in_plumb();
  }
}

TEST(Executor, ACallThatNeverArrivedIsFoundNotDoneAndGoesOutAgainWithTheNextPlan) {
  Bench bench;
  bench.zone("example.com", {});
  bench.world.inject(Fault::unknown_without_effect);
  const auto summary = bench.apply();
  EXPECT_EQ(summary.count(Ending::refused), 1U);
  EXPECT_EQ(bench.world.all_effects(), 0U);
  EXPECT_TRUE(bench.store->open_intents()->empty());
  EXPECT_TRUE(bench.apply().all_done());
  EXPECT_EQ(bench.world.all_effects(), 1U);
  bench.expect_in_plumb();
}

TEST(Executor, AConsentIsUsedByWhatIsDoneAndGivenBackByWhatIsNot) {
  Bench bench;
  bench.zone("example.com", kTwo);
  bench.apply();
  bench.declared.clear();
  bench.consents = {consent_to("delete", "Domain/example.com")};
  bench.world.inject(Fault::refuse);
  EXPECT_EQ(bench.apply().count(Ending::refused), 1U);
  EXPECT_EQ(*bench.store->consent_used("drop-old"), 0U);
  EXPECT_TRUE(bench.apply().all_done());
  EXPECT_EQ(*bench.store->consent_used("drop-old"), 1U);
  EXPECT_TRUE(bench.world.scopes().empty());
}

TEST(Executor, AConsentOfTheCommandLineIsUsedInItsRunAlone) {
  Bench bench;
  bench.zone("example.com", kTwo);
  bench.apply();
  bench.declared.clear();
  auto consent = consent_to("delete", "Domain/example.com");
  consent.place = {};
  consent.count = 3;
  bench.consents = {consent};
  EXPECT_TRUE(bench.apply().all_done());
  EXPECT_EQ(*bench.store->consent_used("drop-old"), 0U);
  EXPECT_EQ(*bench.store->consent_used("drop-old of run run-2"), 1U);
}

TEST(Executor, AConsentForAScopeAsAWholeIsCounted) {
  Bench bench;
  bench.zone("example.com", kTwo);
  bench.apply();
  bench.world.remove_container({kAccount, "example.com."});
  bench.consents = {consent_to("suspect", "Domain/example.com"),
                    consent_to("recreate", "Domain/example.com")};
  bench.consents[1].id = "make-again";
  EXPECT_TRUE(bench.apply().all_done());
  EXPECT_EQ(*bench.store->consent_used("drop-old"), 1U);
  EXPECT_EQ(*bench.store->consent_used("make-again"), 1U);
  bench.consents.clear();
  bench.expect_in_plumb();
}

TEST(Executor, AConsentForARunAsAWholeIsCountedOnce) {
  Bench bench;
  bench.guards.deletes_per_run = {1, 0};
  for (const char* name : {"a.example", "b.example"}) {
    bench.zone(name, kTwo);
  }
  bench.apply();
  bench.declared.clear();
  bench.zone("a.example", {});
  bench.zone("b.example", {});
  EXPECT_TRUE(bench.plan().run_refused);
  bench.consents = {consent_to("deletes", "Project")};
  EXPECT_TRUE(bench.apply().all_done());
  EXPECT_EQ(*bench.store->consent_used("drop-old"), 1U);
  EXPECT_EQ(bench.world.look({kAccount, "a.example."}).table.size(), 1U);
}

TEST(Executor, AConsentForARunInWhichNothingWasDoneIsNotUsed) {
  Bench bench;
  bench.guards.deletes_per_run = {1, 0};
  bench.zone("a.example", kTwo);
  bench.apply();
  bench.declared.clear();
  bench.zone("a.example", {});
  bench.consents = {consent_to("deletes", "Project")};
  bench.world.fail_next(1, {.code = ErrorCode::unavailable, .message = "the vendor is down"});
  EXPECT_EQ(bench.apply().count(Ending::refused), 2U);
  EXPECT_EQ(*bench.store->consent_used("drop-old"), 0U);
}

TEST(Executor, AZoneThatGoesTakesItsClaimsAlong) {
  Bench bench;
  bench.zone("example.com", kTwo);
  bench.apply();
  bench.declared.clear();
  bench.consents = {consent_to("delete", "Domain/example.com")};
  const auto summary = bench.apply();
  EXPECT_TRUE(summary.all_done());
  EXPECT_EQ(summary.kept, 2U);
  EXPECT_TRUE(bench.store->scopes()->empty());
  EXPECT_EQ(bench.history(Bench::set_of("example.com", "www A")),
            (std::vector<std::string>{"create done", "remove done"}));
  bench.expect_in_plumb();
}

TEST(Executor, AZoneThatStaysKeepsItsClaims) {
  Bench bench;
  bench.zone("example.com", kTwo);
  bench.apply();
  bench.declared.clear();
  bench.consents = {consent_to("delete", "Domain/example.com")};
  bench.world.inject(Fault::refuse);
  bench.apply();
  EXPECT_TRUE(bench.claims(Bench::set_of("example.com", "www A")));
  EXPECT_TRUE(bench.claims(Bench::set_of("example.com", "mail A")));
}

TEST(Executor, ARefusedRunTouchesNothing) {
  Bench bench;
  bench.zone("example.com", kTwo);
  auto plan = bench.plan();
  plan.run_refused = true;
  EXPECT_TRUE(bench.apply(plan).results.empty());
  EXPECT_EQ(bench.world.calls(), 0U);
}

/// Twelve zones at a vendor that takes them in one call.
void be_bulk(Bench& bench, std::uint32_t scopes_per_call = 0) {
  bench.traits.limits.scopes_per_call = scopes_per_call;
  bench.traits.limits.calls_at_once = 1;
  for (int i = 10; i < 22; ++i) {
    bench.zone("z" + std::to_string(i) + ".example", kTwo);
  }
}

TEST(BulkCalls, ManyScopesGoInOneCallEachWithItsIntentAndClaims) {
  Bench bench;
  be_bulk(bench);
  const auto summary = bench.apply(bench.plan(), 8);
  EXPECT_TRUE(summary.all_done());
  EXPECT_EQ(bench.provider.calls(), std::vector<std::size_t>{12});
  EXPECT_EQ(bench.world.scopes().size(), 12U);
  bench.expect_in_plumb();
  const auto serial = bench.store->serial();
  EXPECT_EQ(serial, 2U);  // one transaction for the intents, one for the outcomes
}

TEST(BulkCalls, AVendorThatTakesFewGetsSeveralCallsOneAfterTheOther) {
  Bench bench;
  be_bulk(bench, 5);
  EXPECT_TRUE(bench.apply(bench.plan(), 8).all_done());
  EXPECT_EQ(bench.provider.calls(), (std::vector<std::size_t>{5, 5, 2}));
  EXPECT_EQ(bench.provider.calls_at_once(), 1U);
}

TEST(BulkCalls, AScopeThatSomebodyHoldsStaysOutOfTheCall) {
  Bench bench;
  be_bulk(bench);
  const auto held = state::ScopeLock::take(
      bench.directory.path() / "state", {kAccount, "z13.example."}, bench.run().self);
  ASSERT_TRUE(held.has_value());
  const auto summary = bench.apply();
  EXPECT_EQ(summary.troubles.size(), 1U);
  EXPECT_EQ(summary.count(Ending::refused), 3U);
  EXPECT_EQ(summary.count(Ending::done), 33U);
  EXPECT_EQ(bench.provider.calls(), std::vector<std::size_t>{11});
}

TEST(BulkCalls, AKeyInDoubtHoldsBackItsScopeOnly) {
  Bench bench;
  be_bulk(bench);
  const auto planned = bench.plan();
  state::Intent open;
  open.scope = {kAccount, "z13.example."};
  open.keys = {{.kind = kSet, .key = set_key("www A"), .after = "x"}};
  ASSERT_TRUE(bench.store->begin(open, "2026-11-20T12:00:00Z").has_value());
  const auto summary = bench.apply(planned);
  EXPECT_EQ(summary.count(Ending::refused), 3U);
  EXPECT_EQ(summary.count(Ending::done), 33U);
  EXPECT_EQ(bench.store->open_intents()->size(), 1U);
}

TEST(BulkCalls, WhatIsRefusedOfOneScopeIsItsAlone) {
  Bench bench;
  be_bulk(bench);
  bench.provider.script = [](const providers::Order& order, const providers::Report& report) {
    for (const auto& change : order.changes) {
      if (order.scope.container == "z15.example.") {
        report(change.number, providers::Refused{{.message = "no"}});
      }
    }
    return order.scope.container == "z15.example.";
  };
  const auto summary = bench.apply();
  EXPECT_EQ(summary.count(Ending::refused), 3U);
  EXPECT_EQ(summary.count(Ending::done), 33U);
  EXPECT_TRUE(bench.store->open_intents()->empty());
}

TEST(BulkCalls, WhatGotLostIsSettledScopeByScope) {
  Bench bench;
  be_bulk(bench);
  bench.world.inject(Fault::unknown_after_effect, 4);
  bench.world.inject(Fault::silent, 20);
  const auto summary = bench.apply();
  EXPECT_EQ(summary.count(Ending::done) + summary.count(Ending::skipped), 36U);  // none in doubt
  EXPECT_TRUE(bench.store->open_intents()->empty());
  EXPECT_TRUE(bench.apply().all_done());
  bench.expect_in_plumb();
  EXPECT_EQ(bench.world.all_effects(), 36U);
}

TEST(BulkCalls, ManyScopesAreAdoptedInOneTransaction) {
  Bench bench;
  be_bulk(bench);
  EXPECT_TRUE(bench.apply().all_done());
  bench.store.reset();
  std::filesystem::remove_all(bench.directory.path() / "state");
  bench.open_store();
  const auto summary = bench.apply();
  EXPECT_EQ(summary.kept, 36U);
  EXPECT_EQ(bench.store->serial(), 1U);
  bench.expect_in_plumb();
}

TEST(BulkCalls, AKeyInDoubtIsNotNotedAndTheOtherScopesAre) {
  Bench bench;
  be_bulk(bench);
  EXPECT_TRUE(bench.apply().all_done());
  bench.store.reset();
  std::filesystem::remove_all(bench.directory.path() / "state");
  bench.open_store();
  const auto planned = bench.plan();
  state::Intent open;
  open.scope = {kAccount, "z13.example."};
  open.keys = {{.kind = kSet, .key = set_key("www A"), .after = "x"}};
  ASSERT_TRUE(bench.store->begin(open, "2026-11-20T12:00:00Z").has_value());
  const auto summary = bench.apply(planned);
  EXPECT_EQ(summary.kept, 33U);
  EXPECT_EQ(summary.troubles.size(), 1U);
}

}  // namespace
}  // namespace plumb::apply::test
