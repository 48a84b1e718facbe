// Whatever goes wrong with calls, runs come to rest with the world as declared, and nothing has
// happened twice.
#include <rapidcheck/gtest.h>

#include "tests/controller/apply/bench.h"

namespace plumb::apply::test {
namespace {

constexpr std::array kFaults{Fault::refuse,
                             Fault::unknown_after_effect,
                             Fault::unknown_without_effect,
                             Fault::silent,
                             Fault::pending};

/// Runs as the command line makes them, until nothing is left; whether they came to rest.
bool run_until_rest(Bench& bench) {
  for (int i = 0; i < 12; ++i) {
    bench.recover();
    const auto plan = bench.plan();
    if (plan.empty() && bench.store->open_intents()->empty()) {
      return true;
    }
    bench.apply(plan);
  }
  return false;
}

RC_GTEST_PROP(Faults, EveryChangeTakesEffectOnce, ()) {
  Bench bench;
  bench.traits.atomic = *rc::gen::arbitrary<bool>();
  bench.changes_per_batch = *rc::gen::inRange<std::uint32_t>(0, 4);
  std::vector<ResourceId> all;
  for (const char* name : {"a.example", "b.example"}) {
    const auto& scope =
        bench.zone(name, {{"www A", "192.0.2.1"}, {"mail A", "192.0.2.2"}, {"mail MX", "10 mail"}});
    for (const auto& row : scope.desired) {
      all.push_back({scope.scope, row.kind, row.key});
    }
  }
  const auto faults = *rc::gen::inRange(0, 5);
  for (int i = 0; i < faults; ++i) {
    bench.world.inject(kFaults[*rc::gen::inRange<std::size_t>(0, kFaults.size())],
                       *rc::gen::inRange<std::uint64_t>(0, 12));
  }
  if (*rc::gen::arbitrary<bool>()) {
    bench.world.fail_next(1,
                          {.code = ErrorCode::unavailable,
                           .message = "no answer",
                           .effect = *rc::gen::element(Effect::none, Effect::maybe)});
  }
  RC_ASSERT(run_until_rest(bench));
  for (const auto& id : all) {
    RC_ASSERT(bench.world.effects(id) == 1U);
    RC_ASSERT(bench.claims(id));
  }

  bench.declared.clear();
  bench.consents = {consent_to("delete", "Domain/a.example"),
                    consent_to("delete", "Domain/b.example")};
  bench.consents[1].id = "drop-other";
  bench.world.inject(kFaults[*rc::gen::inRange<std::size_t>(0, kFaults.size())],
                     *rc::gen::inRange<std::uint64_t>(0, 2));
  RC_ASSERT(run_until_rest(bench));
  RC_ASSERT(bench.world.scopes().empty());
  RC_ASSERT(bench.store->scopes()->empty());
  RC_ASSERT(*bench.store->consent_used("drop-old") == 1U);
  RC_ASSERT(*bench.store->consent_used("drop-other") == 1U);
  RC_ASSERT(bench.store->verify().has_value());
}

}  // namespace
}  // namespace plumb::apply::test
