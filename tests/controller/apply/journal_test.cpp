// The invariants of the journal, one by one: what is true at each moment of an apply.
#include <sys/resource.h>

#include "tests/controller/apply/bench.h"

namespace plumb::apply::test {
namespace {

const std::map<std::string, std::string> kOne{{"www A", "192.0.2.1"}};

/// The state in files that cannot grow any more: what a full disk is to a writer.
class FullDisk {
 public:
  FullDisk() {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    auto limit = before_;
    limit.rlim_cur = 1;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  struct rlimit before_ {};
};

TEST(Journal, J1NoWriteWithoutADurableIntentAndAHeldLock) {
  Bench bench;
  bench.zone("example.com", kOne);
  int effects = 0;
  bench.world.set_hook([&](providers::memory::Moment, const ResourceId& id) {
    ++effects;
    const auto intents = *bench.store->open_intents();
    ASSERT_EQ(intents.size(), 1U);
    const auto& keys = intents[0].keys;
    EXPECT_TRUE(std::any_of(keys.begin(), keys.end(), [&](const auto& key) {
      return key.kind == id.kind && key.key == id.key;
    }));
    const auto lock =
        state::ScopeLock::take(bench.directory.path() / "state", id.scope, {"other", 1, "", ""});
    EXPECT_FALSE(lock.has_value());
  });
  bench.apply();
  EXPECT_EQ(effects, 4);
}

TEST(Journal, J2AKeyInAnOpenIntentIsRefusedToASecondRun) {
  Bench bench;
  bench.zone("example.com", kOne);
  const auto plan = bench.plan();
  state::Intent other;
  other.run = "dead";
  other.process = "ci-9/1";
  other.scope = {kAccount, "example.com."};
  other.keys = {{.kind = kZone, .key = "", .after = kZoneBody}};
  ASSERT_TRUE(bench.store->begin(other, "2026-11-20T11:00:00Z").has_value());
  const auto summary = bench.apply(plan);
  EXPECT_EQ(summary.count(Ending::refused), 2U);
  EXPECT_FALSE(summary.memory_failed.has_value());
  EXPECT_EQ(bench.world.calls(), 0U);
  EXPECT_EQ(bench.store->open_intents()->size(), 1U);
}

TEST(Journal, J3KeyClaimOutputsAndHistoryCloseInOneTransaction) {
  Bench bench;
  auto& servers = bench.declared.emplace_back();
  servers.scope = {kAccount, ""};
  servers.declare({.kind = kServer, .key = "mx1", .body = cbor::body({})});
  const ResourceId id{servers.scope, kServer, "mx1"};
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  class Both final : public Progress {
   public:
    std::function<void(Milestone)> then;
    void reached(Milestone milestone) override { then(milestone); }
  } progress;
  progress.then = [&](Milestone milestone) {
    if (milestone == Milestone::answered) {
      before = bench.store->serial();
      EXPECT_FALSE(bench.claims(id));
    } else if (milestone == Milestone::after_outcome) {
      after = bench.store->serial();
      EXPECT_TRUE(bench.claims(id));
      EXPECT_EQ(bench.store->outputs()->size(), 1U);
      EXPECT_EQ(bench.history(id).size(), 1U);
      EXPECT_TRUE(bench.store->open_intents()->empty());
    }
  };
  bench.progress = &progress;
  EXPECT_TRUE(bench.apply().all_done());
  EXPECT_EQ(after, before + 1);
}

TEST(Journal, J4AKeyInDoubtStaysOpenWhileNothingCanBeObserved) {
  Bench bench;
  bench.zone("example.com", {});
  bench.world.inject(Fault::unknown_after_effect);
  At lost(Milestone::answered, [&] {
    bench.world.fail_next(1, {.code = ErrorCode::unavailable, .message = "no answer"});
  });
  bench.progress = &lost;
  EXPECT_EQ(bench.apply().count(Ending::in_doubt), 1U);
  bench.progress = &bench.quiet_progress;
  ASSERT_EQ(bench.store->open_intents()->size(), 1U);

  bench.world.fail_next(1, {.code = ErrorCode::unavailable, .message = "no answer"});
  const auto unread = bench.recover();
  EXPECT_EQ(unread.settled, 0U);
  EXPECT_EQ(unread.in_doubt.size(), 1U);
  ASSERT_EQ(bench.store->open_intents()->size(), 1U);

  EXPECT_EQ(bench.recover().settled, 1U);
  EXPECT_EQ(bench.world.all_effects(), 1U);
  bench.expect_in_plumb();
}

TEST(Journal, J5AnObservationCountsOnlyOnceLateEffectsMustHaveArrived) {
  Bench bench;
  bench.traits.settle = std::chrono::seconds(30);
  bench.zone("example.com", {});
  bench.world.inject(Fault::unknown_without_effect);
  const auto began = bench.quiet.clock().steady();
  bench.apply();
  EXPECT_GE(bench.quiet.clock().steady() - began, std::chrono::seconds(30));
}

TEST(Journal, J5AfterACrashTheWaitBeginsWhenTheDeadProcessLetGo) {
  Bench bench;
  bench.traits.settle = std::chrono::seconds(30);
  bench.zone("example.com", {});
  state::Intent dead;
  dead.process = "ci-9/1";
  dead.scope = {kAccount, "example.com."};
  dead.keys = {{.kind = kZone, .key = "", .after = kZoneBody}};
  ASSERT_TRUE(bench.store->begin(dead, "2026-11-20T11:00:00Z").has_value());  // an hour ago
  const auto began = bench.quiet.clock().steady();
  EXPECT_EQ(bench.recover().settled, 1U);
  EXPECT_GE(bench.quiet.clock().steady() - began, std::chrono::seconds(30));
}

TEST(Journal, J6NothingIsPlannedOrNotedForAKeyInDoubt) {
  Bench bench;
  bench.zone("example.com", kOne);
  bench.world.put_row(Bench::set_of("example.com", "www A"), set_body(300, {"192.0.2.1"}));
  const auto plan = bench.plan();  // adopts
  state::Intent other;
  other.scope = {kAccount, "example.com."};
  other.keys = {{.kind = kSet, .key = set_key("www A"), .after = "x"}};
  ASSERT_TRUE(bench.store->begin(other, "2026-11-20T11:00:00Z").has_value());
  const auto summary = bench.apply(plan);
  EXPECT_EQ(summary.troubles.size(), 1U);
  EXPECT_FALSE(summary.memory_failed.has_value());
  EXPECT_FALSE(bench.claims(Bench::set_of("example.com", "www A")));
  EXPECT_EQ(bench.plan().change_count(), 0U);
  EXPECT_EQ(bench.plan().scopes[0].state, plan::ScopeState::in_doubt);
}

TEST(Journal, J7RecoveryIsIdempotent) {
  Bench bench;
  bench.zone("example.com", {});
  bench.world.inject(Fault::unknown_after_effect);
  At lost(Milestone::answered, [&] {
    bench.world.fail_next(1, {.code = ErrorCode::unavailable, .message = "no answer"});
  });
  bench.progress = &lost;
  bench.apply();
  bench.progress = &bench.quiet_progress;
  EXPECT_EQ(bench.recover().settled, 1U);
  const auto serial = bench.store->serial();
  EXPECT_EQ(bench.recover().settled, 0U);
  EXPECT_EQ(bench.store->serial(), serial);
  bench.expect_in_plumb();
}

TEST(Journal, J8NoCallIsMadeWhenTheIntentCannotBeWritten) {
  Bench bench;
  bench.zone("a.example", kOne);
  bench.zone("b.example", kOne);
  const auto plan = bench.plan();
  Summary summary;
  {
    const FullDisk full;
    summary = bench.apply(plan);
  }
  EXPECT_TRUE(summary.memory_failed.has_value());
  EXPECT_FALSE(summary.all_done());
  EXPECT_EQ(summary.count(Ending::not_reached), 4U);
  EXPECT_EQ(bench.world.calls(), 0U);
}

TEST(Journal, J8WhenAnOutcomeCannotBeWrittenNoWorkIsTakenAndRecoveryFindsIt) {
  Bench bench;
  bench.zone("a.example", kOne);
  bench.zone("b.example", kOne);
  const auto plan = bench.plan();
  std::optional<FullDisk> full;
  At answered(Milestone::answered, [&] { full.emplace(); });
  bench.progress = &answered;
  const auto summary = bench.apply(plan);
  full.reset();
  bench.progress = &bench.quiet_progress;
  EXPECT_TRUE(summary.memory_failed.has_value());
  EXPECT_EQ(summary.count(Ending::in_doubt), 2U);
  EXPECT_EQ(summary.count(Ending::not_reached), 2U);
  EXPECT_EQ(bench.world.scopes().size(), 1U);

  bench.open_store();
  EXPECT_EQ(bench.recover().settled, 2U);
  EXPECT_TRUE(bench.apply().all_done());
  EXPECT_EQ(bench.world.all_effects(), 4U);
  bench.expect_in_plumb();
}

TEST(Journal, J9AfterAStopNothingBeginsAndWhatRunsIsRecorded) {
  Bench bench;
  bench.zone("a.example", kOne);
  bench.zone("b.example", kOne);
  At sent(Milestone::after_intent, [&] { bench.stop.request_stop(); });
  bench.progress = &sent;
  const auto summary = bench.apply();
  EXPECT_TRUE(summary.stopped);
  EXPECT_EQ(summary.count(Ending::done), 2U);
  EXPECT_EQ(summary.count(Ending::not_reached), 2U);
  EXPECT_EQ(bench.world.scopes().size(), 1U);
  EXPECT_TRUE(bench.store->open_intents()->empty());
}

TEST(Journal, J9AStopEndsTheSearchForABadRecord) {
  Bench bench;
  bench.traits.atomic = true;
  bench.zone("example.com", {{"a A", "192.0.2.1"}, {"b A", "192.0.2.1"}});
  bench.provider.script = [&](const auto& order, const auto& report) {
    bench.stop.request_stop();
    for (const auto& change : order.changes) {
      report(change.number,
             providers::Refused{
                 {.code = ErrorCode::invalid_input, .category = ErrorCategory::validation}});
    }
    return true;
  };
  const auto summary = bench.apply();
  EXPECT_EQ(bench.provider.orders().size(), 1U);
  EXPECT_EQ(summary.count(Ending::not_reached), 3U);
  EXPECT_TRUE(bench.store->open_intents()->empty());
}

TEST(Journal, J10TheHistoryVerifiesAndAConsentIsNeverUsedTwiceNorLost) {
  Bench bench;
  bench.zone("example.com", kOne);
  bench.apply();
  bench.declared.clear();
  auto consent = consent_to("delete", "Domain/example.com");
  bench.consents = {consent};
  bench.world.inject(Fault::unknown_after_effect);
  At lost(Milestone::answered, [&] {
    bench.world.fail_next(1, {.code = ErrorCode::unavailable, .message = "no answer"});
  });
  bench.progress = &lost;
  bench.apply();
  bench.progress = &bench.quiet_progress;
  EXPECT_EQ(*bench.store->consent_used("drop-old"), 1U);  // reserved
  bench.recover();
  bench.recover();
  EXPECT_EQ(*bench.store->consent_used("drop-old"), 1U);  // used
  EXPECT_TRUE(bench.store->scopes()->empty());
  bench.expect_in_plumb();
}

TEST(Recovery, AsksAfterWhatWasAcceptedBeforeItLooks) {
  Bench bench;
  bench.zone("example.com", {});
  bench.world.inject(Fault::pending);
  At answered(Milestone::after_outcome, [&] { bench.stop.request_stop(); });
  bench.progress = &answered;
  EXPECT_EQ(bench.apply().count(Ending::in_doubt), 1U);
  bench.progress = &bench.quiet_progress;
  bench.stop = {};
  ASSERT_EQ(bench.store->open_intents()->size(), 1U);
  EXPECT_EQ(bench.store->open_intents()->front().keys[0].state, state::KeyState::pending);
  EXPECT_EQ(bench.world.all_effects(), 0U);

  EXPECT_EQ(bench.recover().settled, 1U);  // absent would have meant to create it twice
  EXPECT_EQ(bench.world.all_effects(), 1U);
  EXPECT_TRUE(bench.apply().all_done());
  EXPECT_EQ(bench.world.all_effects(), 1U);
  bench.expect_in_plumb();
}

TEST(Recovery, LeavesAScopeThatSomebodyWorksOn) {
  Bench bench;
  state::Intent open;
  open.scope = {kAccount, "example.com."};
  open.keys = {{.kind = kZone, .key = "", .after = kZoneBody}};
  ASSERT_TRUE(bench.store->begin(open, "2026-11-20T11:00:00Z").has_value());
  const auto other = state::ScopeLock::take(
      bench.directory.path() / "state", open.scope, {"ci-8", 1, "c0ffee", "now"});
  const auto recovered = bench.recover();
  ASSERT_EQ(recovered.in_doubt.size(), 1U);
  EXPECT_NE(recovered.in_doubt[0].second.message.find("held by"), std::string::npos);
  EXPECT_EQ(bench.store->open_intents()->size(), 1U);
}

TEST(Recovery, AScopeWithoutAProviderStaysInDoubtAndTheOthersGoOn) {
  Bench bench;
  for (const char* container : {"a.example.", "b.example."}) {
    state::Intent open;
    open.scope = {kAccount, container};
    open.keys = {{.kind = kZone, .key = "", .after = kZoneBody}};
    ASSERT_TRUE(bench.store->begin(open, "2026-11-20T11:00:00Z").has_value());
  }
  const auto recovered = recover(*bench.store,
                                 bench.quiet.env(),
                                 bench.run(),
                                 [&](const Scope& scope) {
                                   return scope.container == "a.example."
                                              ? ProviderHandle{}
                                              : ProviderHandle{&bench.provider, &bench.traits};
                                 },
                                 bench.quiet_progress,
                                 {});
  ASSERT_TRUE(recovered.has_value());
  EXPECT_EQ(recovered->settled, 1U);
  EXPECT_EQ(recovered->in_doubt.size(), 1U);
}

TEST(Recovery, ClaimsWhatWasMadeThoughNobodyDeclaresItAnyMore) {
  Bench bench;
  bench.zone("example.com", kOne);
  bench.world.put_row(Bench::set_of("example.com", "www A"), set_body(300, {"192.0.2.1"}));
  state::Intent dead;
  dead.scope = {kAccount, "example.com."};
  dead.keys = {{.kind = kSet,
                .key = set_key("www A"),
                .after = set_body(300, {"192.0.2.1"}),
                .claim = {.made = true}}};
  ASSERT_TRUE(bench.store->begin(dead, "2026-11-20T11:00:00Z").has_value());
  bench.declared.clear();
  EXPECT_EQ(bench.recover().settled, 1U);
  EXPECT_TRUE(bench.claims(Bench::set_of("example.com", "www A")));
}

}  // namespace
}  // namespace plumb::apply::test
