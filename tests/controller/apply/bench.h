#pragma once

// One store, one world in memory and a provider of it: plans are made and applied as the product
// does.

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "controller/apply/executor.h"
#include "controller/providers/memory/memory.h"
#include "tests/conformance/quiet_env.h"
#include "tests/controller/plan/scope_builder.h"
#include "tests/support/temp_dir.h"

namespace plumb::apply::test {

using plan::test::kServer;
using plan::test::kSet;
using plan::test::kZone;
using plan::test::Row;
using plan::test::ScopeBuilder;
using plan::test::set_body;
using plan::test::set_key;
using providers::memory::Fault;
using providers::memory::World;

inline const std::string kZoneBody = cbor::body({});

/// A provider that a test can get in front of.
class Scripted final : public providers::Provider {
 public:
  /// True: the test has answered for all changes itself.
  using Script = std::function<bool(const providers::Order&, const providers::Report&)>;

  explicit Scripted(std::unique_ptr<Provider> inner) : inner_(std::move(inner)) {}

  Script script;
  /// The keys of each call of apply(), in order.
  std::vector<std::vector<std::string>> orders() const {
    const std::lock_guard lock(mutex_);
    return orders_;
  }
  bool overlapped() const { return overlapped_; }
  /// How many scopes each call of apply_all() had, in order.
  std::vector<std::size_t> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  /// The most calls that were under way at the same time.
  unsigned calls_at_once() const { return most_at_once_; }

  Result<std::vector<providers::Container>> survey(std::stop_token stop) override {
    return inner_->survey(stop);
  }
  void observe(std::span<const Scope> scopes,
               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
               std::stop_token stop) override {
    inner_->observe(scopes, each, stop);
  }
  Result<ObservedScope> locate(const Scope& scope,
                               std::span<const std::string> wanted,
                               std::stop_token stop) override {
    return inner_->locate(scope, wanted, stop);
  }
  void apply(const providers::Order& order,
             const providers::Report& report,
             std::stop_token stop) override {
    {
      const std::lock_guard lock(mutex_);
      auto& keys = orders_.emplace_back();
      for (const auto& change : order.changes) {
        keys.emplace_back(change.key);
      }
      overlapped_ = overlapped_ || !busy_.insert(order.scope).second;
    }
    if (!script || !script(order, report)) {
      inner_->apply(order, report, stop);
    }
    const std::lock_guard lock(mutex_);
    busy_.erase(order.scope);
  }
  void apply_all(std::span<const providers::Order> orders,
                 const providers::ReportEach& report,
                 std::stop_token stop) override {
    {
      const std::lock_guard lock(mutex_);
      calls_.push_back(orders.size());
      most_at_once_ = std::max(most_at_once_, ++at_once_);
    }
    Provider::apply_all(orders, report, std::move(stop));
    const std::lock_guard lock(mutex_);
    --at_once_;
  }
  providers::Outcome resume(const providers::Pending& pending, std::stop_token stop) override {
    return inner_->resume(pending, stop);
  }
  providers::Diagnosis diagnose(std::stop_token stop) override { return inner_->diagnose(stop); }

 private:
  std::unique_ptr<Provider> inner_;
  mutable std::mutex mutex_;
  std::vector<std::vector<std::string>> orders_;
  std::vector<std::size_t> calls_;
  unsigned at_once_ = 0;
  unsigned most_at_once_ = 0;
  std::set<Scope> busy_;
  bool overlapped_ = false;
};

inline const char* kAccount = "test";

class Bench {
 public:
  Bench() : provider(providers::memory::provider_of(world, kAccount)) { open_store(); }

  plumb::test::TempDir directory;
  plumb::test::QuietEnv quiet;
  World world;
  Scripted provider;
  ProviderTraits traits{.type = "memory", .dns = true, .servers = true, .fuses_container = true};
  std::unique_ptr<state::Store> store;
  std::vector<ScopeBuilder> declared;
  std::vector<Consent> consents;
  plan::GuardLimits guards{.deletes_per_scope = {0, 0}, .deletes_per_run = {0, 0}};
  std::uint32_t changes_per_batch = 0;

  void open_store() {
    store.reset();
    auto opened = state::Store::open(
        directory.path() / "state", {"acme", "test"}, state::Access::write, "st-1", 42);
    ASSERT_TRUE(opened) << opened.error().message;
    store = std::move(*opened);
  }

  /// A zone with record sets: "www A" -> its only value.
  ScopeBuilder& zone(const std::string& name, const std::map<std::string, std::string>& sets) {
    auto& scope = declared.emplace_back();
    scope.scope = {kAccount, name + "."};
    scope.domain = name;
    scope.declare({.kind = kZone, .key = "", .body = kZoneBody});
    for (const auto& [label, value] : sets) {
      scope.declare({.key = set_key(label), .body = set_body(300, {value})});
    }
    return scope;
  }
  static ResourceId set_of(const std::string& name, const std::string& label) {
    return {{kAccount, name + "."}, kSet, set_key(label)};
  }

  plan::Plan plan() {
    plan::PlanContext context{.catalog = kinds_, .guards = guards};
    context.consents = consents;
    context.heal = true;
    const auto remembered = *store->scopes();
    std::set<Scope> scopes(remembered.begin(), remembered.end());
    std::map<Scope, std::shared_ptr<const DesiredScope>> desired;
    for (const auto& builder : declared) {
      scopes.insert(builder.scope);
      desired[builder.scope] = builder.desired_scope();
    }
    std::set<Scope> in_doubt;
    const auto intents = *store->open_intents();
    for (const auto& intent : intents) {
      in_doubt.insert(intent.scope);
    }
    std::vector<plan::ScopePlan> planned;
    for (const auto& scope : scopes) {
      const auto found = desired.find(scope);
      planned.push_back(
          plan::plan_scope({.scope = scope,
                            .desired = found == desired.end() ? nullptr : found->second,
                            .observed = std::make_shared<const ObservedScope>(world.look(scope)),
                            .claimed = *store->claims(scope),
                            .provider = "test",
                            .in_doubt = in_doubt.contains(scope),
                            .provider_atomic = traits.atomic,
                            .changes_per_batch = changes_per_batch},
                           context));
    }
    return plan::join(std::move(planned), context);
  }

  Run run(unsigned workers = 1) const {
    return {.id = "run-" + std::to_string(runs_),
            .commit = "3f2a91c",
            .lock_directory = directory.path() / "state",
            .self = {"ci-7", 4711, "3f2a91c", ""},
            .workers = workers};
  }
  ProviderLookup lookup() {
    return [this](const Scope&) { return ProviderHandle{&provider, &traits}; };
  }

  Executor::Fresh fresh = [](std::span<const std::uint32_t>, const Executor::Refuse&) {};
  Progress quiet_progress;
  Progress* progress = &quiet_progress;
  std::stop_source stop;

  Summary apply(const plan::Plan& planned, unsigned workers = 1) {
    ++runs_;
    return Executor(*store, quiet.env(), run(workers))
        .apply(planned, lookup(), fresh, *progress, stop.get_token());
  }
  Summary apply() {
    const auto planned = plan();
    return apply(planned);
  }
  Recovery recover() {
    auto recovered =
        apply::recover(*store, quiet.env(), run(), lookup(), *progress, stop.get_token());
    EXPECT_TRUE(recovered) << (recovered ? "" : recovered.error().message);
    return recovered ? std::move(*recovered) : Recovery{};
  }

  /// "what result" of the history of a resource, oldest first.
  std::vector<std::string> history(const ResourceId& id) const {
    std::vector<std::string> lines;
    const auto rows = *store->history({.resource = id});
    for (const auto& row : rows) {
      lines.insert(lines.begin(), row.what + " " + row.result);
    }
    return lines;
  }
  bool claims(const ResourceId& id) const {
    const auto claimed = *store->claims(id.scope);
    return claimed && claimed->table.find(id.kind, id.key).has_value();
  }
  /// Nothing is open, nothing is left to do, and the history holds together.
  void expect_in_plumb() {
    EXPECT_TRUE(store->open_intents()->empty());
    const auto again = plan();
    EXPECT_TRUE(again.empty()) << again.change_count() << " changes left";
    EXPECT_TRUE(store->verify().has_value());
  }

 private:
  Catalog kinds_ = plan::test::catalog();
  int runs_ = 0;
};

/// Calls back at one milestone.
class At final : public Progress {
 public:
  At(Milestone when, std::function<void()> then) : when_(when), then_(std::move(then)) {}
  void reached(Milestone milestone) override {
    if (milestone == when_) {
      then_();
    }
  }

 private:
  Milestone when_;
  std::function<void()> then_;
};

inline Consent consent_to(const std::string& allow, const std::string& on) {
  Consent consent;
  consent.id = "drop-old";
  consent.allow = allow;
  consent.on = on;
  consent.including = {"zone"};
  consent.place = place_at(1, 1, 1);
  return consent;
}

}  // namespace plumb::apply::test
