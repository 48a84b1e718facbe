#include "controller/providers/memory/memory.h"

#include <utility>

#include <fmt/format.h>

namespace plumb::providers::memory {
namespace {

class MemoryProvider final : public Provider {
 public:
  MemoryProvider(World& world, std::string account) : world_(world), account_(std::move(account)) {}
  MemoryProvider(std::unique_ptr<World> own, std::string account)
      : own_(std::move(own)), world_(*own_), account_(std::move(account)) {}

  Result<std::vector<Container>> survey(std::stop_token /*stop*/) override {
    if (auto begun = world_.begin_call(); !begun) {
      return tl::unexpected(std::move(begun).error());
    }
    std::vector<Container> found;
    for (auto& scope : world_.scopes()) {
      if (scope.account == account_) {
        auto fingerprint = world_.look(scope).fingerprint;
        found.push_back({std::move(scope), std::move(fingerprint)});
      }
    }
    return found;
  }

  void observe(std::span<const Scope> scopes,
               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
               std::stop_token stop) override {
    const auto begun = world_.begin_call();
    for (const auto& scope : scopes) {
      if (stop.stop_requested()) {
        each(scope, fail(ErrorCode::cancelled, scope.container + " was not read: stopped"));
      } else if (!begun) {
        each(scope, tl::unexpected(begun.error()));
      } else {
        each(scope, look(scope));
      }
    }
  }

  Result<ObservedScope> locate(const Scope& scope,
                               std::span<const std::string> /*markers_and_keys*/,
                               std::stop_token /*stop*/) override {
    if (auto begun = world_.begin_call(); !begun) {
      return tl::unexpected(std::move(begun).error());
    }
    return look(scope);
  }

  void apply(const Order& order, const Report& report, std::stop_token stop) override;

  Outcome resume(const Pending& pending, std::stop_token /*stop*/) override {
    if (auto begun = world_.begin_call(); !begun) {
      return Unknown{std::move(begun).error()};
    }
    return world_.resume(pending);
  }

  Diagnosis diagnose(std::stop_token /*stop*/) override {
    if (auto begun = world_.begin_call(); !begun) {
      return {{}, {std::move(begun).error()}};
    }
    return {{fmt::format("{} containers in memory", world_.scopes().size())}, {}};
  }

 private:
  /// An account without containers has always its one.
  ObservedScope look(const Scope& scope) {
    auto observed = world_.observe(scope);
    if (scope.container.empty()) {
      observed.reading = Reading::read;
    }
    return observed;
  }

  std::unique_ptr<World> own_;
  World& world_;
  std::string account_;
};

void MemoryProvider::apply(const Order& order, const Report& report, std::stop_token stop) {
  auto begun = world_.begin_call();
  if (begun) {
    world_.begin_batch(order.scope);
  }
  bool stopped = false;
  for (const auto& change : order.changes) {
    if (!begun) {
      const auto& error = begun.error();
      report(change.number,
             error.effect == Effect::maybe ? Outcome(Unknown{error}) : Outcome(Refused{error}));
      continue;
    }
    stopped = stopped || stop.stop_requested();
    if (stopped) {
      report(change.number, NotSent{});
      continue;
    }
    auto outcome = world_.change(order.scope, change);
    if (!outcome) {
      continue;
    }
    stopped =
        std::holds_alternative<Refused>(*outcome) || std::holds_alternative<Unknown>(*outcome);
    report(change.number, std::move(*outcome));
  }
}

Result<std::string> account_of(const Value& spec) {
  const auto* world = spec.find("world");
  const auto* name = world != nullptr ? world->as_string() : nullptr;
  return name == nullptr ? std::string("memory") : "memory " + *name;
}

constexpr ProviderTraits kTraits{.type = "memory",
                                 .dns = true,
                                 .servers = true,
                                 .fuses_container = true,
                                 .stable_handles = true,
                                 .account = account_of};

Result<std::unique_ptr<Provider>> open(const Opening& opening) {
  return std::unique_ptr<Provider>(
      std::make_unique<MemoryProvider>(std::make_unique<World>(), opening.account));
}

}  // namespace

std::unique_ptr<Provider> provider_of(World& world, std::string account) {
  return std::make_unique<MemoryProvider>(world, std::move(account));
}

ProviderType memory_provider() {
  return {&kTraits, open};
}

}  // namespace plumb::providers::memory
