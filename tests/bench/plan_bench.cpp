// What the pure core costs: tables, the three-way join, canonical record data.

#include <string>

#include <benchmark/benchmark.h>

#include "controller/plan/plan.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/values/rdata.h"

namespace plumb {
namespace {

Table record_sets(std::size_t count) {
  TableBuilder builder;
  builder.reserve(count, count * 64);
  for (std::size_t i = 0; i < count; ++i) {
    const auto owner = "host" + std::to_string(i);
    builder.add(kinds::kRRset,
                kinds::rrset_key(owner, values::RecordType::a),
                kinds::rrset_body(300, {"192.0.2." + std::to_string(i % 250)}));
  }
  return builder.seal().table;
}

plan::ScopeInput equal_scope(std::size_t count) {
  auto desired = std::make_shared<DesiredScope>();
  desired->table = record_sets(count);
  desired->places.resize(count);
  desired->policy.resize(count);
  desired->policies.resize(1);
  auto observed = std::make_shared<ObservedScope>();
  observed->reading = Reading::read;
  observed->table = desired->table;
  auto claimed = std::make_shared<ClaimedScope>();
  TableBuilder rows;
  for (const auto& entry : desired->table.entries()) {
    claimed->side.push_back({.made = true});
    rows.add(entry.kind,
             desired->table.key(entry),
             desired->table.body(entry),
             0,
             static_cast<std::uint32_t>(claimed->side.size()));
  }
  claimed->table = rows.seal().table;
  plan::ScopeInput input;
  input.desired = desired;
  input.observed = observed;
  input.claimed = claimed;
  return input;
}

void join_of_equal_tables(benchmark::State& state) {
  const Catalog catalog(kinds::resource_kinds());
  const auto input = equal_scope(static_cast<std::size_t>(state.range(0)));
  const plan::PlanContext context{.catalog = catalog, .guards = {}, .consents = {}, .outputs = {}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(plan::plan_scope(input, context));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(join_of_equal_tables)->Arg(100)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void sealing_a_table(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(record_sets(static_cast<std::size_t>(state.range(0))));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(sealing_a_table)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void canonical_mx(benchmark::State& state) {
  const auto origin = *values::DomainName::parse("example.com");
  for (auto _ : state) {
    benchmark::DoNotOptimize(values::canonical_rdata(
        values::RecordType::mx, "10 mx1.example.com.", origin, values::TargetRule::manifest));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(canonical_mx);

}  // namespace
}  // namespace plumb
