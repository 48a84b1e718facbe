#include "tests/conformance/provider_pass.h"

#include <deque>
#include <span>
#include <string_view>

#include <gtest/gtest.h>

#include "controller/apply/batch.h"
#include "resources/kinds/resource_kinds.h"

namespace plumb::test {

const Catalog& resource_catalog() {
  static const Catalog kCatalog(kinds::resource_kinds());
  return kCatalog;
}

std::string printable(const plan::ScopePlan& scope) {
  std::string out;
  for (const auto& change : scope.changes) {
    const auto& kind = resource_catalog().of(scope.kind(change));
    const auto key = scope.key(change);
    out += "  verb " + std::to_string(static_cast<int>(change.verb)) + " reason " +
           std::to_string(static_cast<int>(change.reason)) + " " + std::string(kind.name) + " " +
           kind.label(key) + ": " +
           kind.difference(key, scope.before(change), scope.after(change)) + "\n";
  }
  return out;
}

ProviderPass::ProviderPass(providers::Provider& provider,
                           const ProviderTraits& traits,
                           Scope scope,
                           Consent consent)
    : provider_(provider),
      traits_(traits),
      scope_(std::move(scope)),
      consent_(std::move(consent)) {}

bool ProviderPass::is_watched(const Entry& /*entry*/) const {
  return true;
}

std::shared_ptr<DesiredScope> ProviderPass::declared(TableBuilder& builder,
                                                     std::vector<std::uint32_t>* order) const {
  auto desired = std::make_shared<DesiredScope>();
  desired->scope = scope_;
  desired->provider = traits_.type;
  desired->domain = scope_.container.substr(0, scope_.container.size() - 1);
  auto sealed = builder.seal();
  EXPECT_TRUE(sealed.duplicates.empty());
  desired->table = std::move(sealed.table);
  desired->places.resize(desired->table.size());
  desired->policy.resize(desired->table.size());
  desired->policies.push_back(Policy{.heal = true});
  if (order != nullptr) {
    *order = std::move(sealed.order);
  }
  return desired;
}

std::shared_ptr<const ObservedScope> ProviderPass::observe() {
  std::shared_ptr<const ObservedScope> observed;
  int reports = 0;
  provider_.observe(std::span(&scope_, 1),
                    [&](const Scope& scope, Result<ObservedScope> seen) {
                      ++reports;
                      EXPECT_EQ(scope, scope_);
                      ASSERT_TRUE(seen) << seen.error().message;
                      observed = std::make_shared<ObservedScope>(std::move(*seen));
                    },
                    {});
  EXPECT_EQ(reports, 1);
  return observed;
}

std::shared_ptr<const ClaimedScope> ProviderPass::claimed() const {
  auto claimed = std::make_shared<ClaimedScope>();
  claimed->scope = scope_;
  TableBuilder builder;
  for (const auto& [id, body] : claims_) {
    claimed->side.push_back(Owned{.made = true, .policy = {.heal = true}});
    builder.add(id.first, id.second, body, 0, static_cast<std::uint32_t>(claimed->side.size()));
  }
  claimed->table = builder.seal().table;
  return claimed;
}

plan::Plan ProviderPass::make_plan(const std::shared_ptr<const DesiredScope>& desired) {
  plan::PlanContext context{
      .catalog = resource_catalog(), .guards = {{0, 0}, {0, 0}, {0, 0}}, .heal = true};
  context.consents.push_back(consent_);
  plan::ScopeInput input;
  input.scope = scope_;
  input.desired = desired;
  input.observed = observe();
  input.claimed = claimed();
  input.provider = traits_.type;
  input.provider_atomic = traits_.atomic;
  input.renames = traits_.renames;
  input.changes_per_batch = traits_.limits.changes_per_call;
  auto planned = plan::plan_scope(input, context);
  EXPECT_EQ(planned.state, plan::ScopeState::planned) << planned.why;
  return plan::join({std::move(planned)}, context);
}

void ProviderPass::send(const plan::ScopePlan& scope, const plan::Batch& batch) {
  std::deque<SecretRef> secrets;
  provider_.apply(apply::order_of(scope, batch.changes, secrets),
                  [&](std::uint32_t number, providers::Outcome outcome) {
                    while (const auto* pending = std::get_if<providers::Pending>(&outcome)) {
                      outcome = provider_.resume(*pending, {});
                    }
                    const auto* refused = std::get_if<providers::Refused>(&outcome);
                    const auto* unknown = std::get_if<providers::Unknown>(&outcome);
                    EXPECT_TRUE(std::holds_alternative<providers::Done>(outcome))
                        << (refused != nullptr   ? refused->error.message
                            : unknown != nullptr ? unknown->error.message
                                                 : "not sent");
                    EXPECT_TRUE(done_.insert(number).second) << "reported twice";
                  },
                  {});
}

/// The claims as apply would leave them.
void ProviderPass::settle(const plan::ScopePlan& scope) {
  for (std::uint32_t number = 0; number < scope.changes.size(); ++number) {
    const auto& change = scope.changes[number];
    const auto key = std::pair(scope.kind(change), std::string(scope.key(change)));
    if (plan::goes(change)) {
      EXPECT_TRUE(done_.contains(number)) << "a change was not reported";
    }
    const auto row = scope.desired_row(change);
    if (change.verb == plan::Verb::remove || change.verb == plan::Verb::forget) {
      claims_.erase(key);
    } else if (row != plan::kNone) {
      claims_[key] = scope.desired->table.body(scope.desired->table[row]);
    } else if (change.verb == plan::Verb::update) {
      claims_.erase(key);  // of a shared set only other people's values are left
    }
  }
}

void ProviderPass::apply(const plan::Plan& plan) {
  done_.clear();
  const auto& scope = plan.scopes.at(0);
  for (const auto& batch : plan.batches) {
    send(scope, batch);
  }
  settle(scope);
}

ProviderPass::Bytes ProviderPass::not_ours(const ObservedScope& observed) const {
  Bytes rows;
  for (const auto& entry : observed.table.entries()) {
    auto key = std::pair(entry.kind, std::string(observed.table.key(entry)));
    if (!claims_.contains(key) && is_watched(entry)) {
      rows[std::move(key)] = observed.table.body(entry);
    }
  }
  return rows;
}

void ProviderPass::expect_untouched(const Bytes& before, const ObservedScope& after) const {
  for (const auto& [id, body] : before) {
    const auto row = after.table.find(id.first, id.second);
    EXPECT_TRUE(claims_.contains(id) ||  // declared by now
                (row && after.table.body(after.table[*row]) == body))
        << resource_catalog().of(id.first).label(id.second) << " is not ours and was touched";
  }
}

void ProviderPass::reach(const std::shared_ptr<const DesiredScope>& desired, bool changes_nothing) {
  const auto before = observe();
  ASSERT_TRUE(before);
  const auto foreign = not_ours(*before);
  const auto first = make_plan(desired);
  if (changes_nothing) {
    EXPECT_TRUE(first.batches.empty()) << printable(first.scopes.at(0));
  }
  apply(first);
  const auto after = observe();
  ASSERT_TRUE(after);
  ASSERT_EQ(after->reading, Reading::read);
  expect_in_place(*desired, *after);
  expect_untouched(foreign, *after);
  const auto second = make_plan(desired);
  EXPECT_TRUE(second.empty()) << printable(second.scopes.at(0));
  EXPECT_EQ(not_ours(*observe()), not_ours(*after)) << "to look twice changed what is not ours";
}

}  // namespace plumb::test
