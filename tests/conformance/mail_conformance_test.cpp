#include "tests/conformance/mail_conformance.h"

#include <algorithm>
#include <deque>
#include <map>
#include <span>
#include <utility>

#include "controller/apply/batch.h"
#include "controller/plan/plan.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"

namespace plumb::test {
namespace {

const Catalog& catalog() {
  static const Catalog kCatalog(kinds::resource_kinds());
  return kCatalog;
}

/// One provider, its mail domain, and what we remember of it: the part of a pass that a conformance
/// test needs, without store and journal.
class Pass {
 public:
  explicit Pass(MailWorld& world) : world_(world), scope_(world.scope()) {}
  void run(const MailStep& step);

 private:
  using Bytes = std::map<std::pair<KindId, std::string>, std::string>;

  std::shared_ptr<const DesiredScope> declare(const std::vector<MailRow>& rows);
  std::shared_ptr<const ObservedScope> observe();
  std::shared_ptr<const ClaimedScope> claimed() const;
  plan::Plan make_plan(const std::shared_ptr<const DesiredScope>& desired);
  void apply(const plan::Plan& plan);
  void send(const plan::ScopePlan& plan, const plan::Batch& batch);
  void settle(const plan::ScopePlan& plan);
  Bytes not_ours(const ObservedScope& observed) const;
  void expect_in_place(const DesiredScope& desired, const ObservedScope& observed) const;

  MailWorld& world_;
  Scope scope_;
  Bytes claims_;
  std::map<std::uint32_t, bool> done_;
};

std::string printable(const plan::ScopePlan& scope) {
  std::string out;
  for (const auto& change : scope.changes) {
    const auto& kind = catalog().of(scope.kind(change));
    const auto key = scope.key(change);
    out += "  verb " + std::to_string(static_cast<int>(change.verb)) + " reason " +
           std::to_string(static_cast<int>(change.reason)) + " " + std::string(kind.name) + " " +
           kind.label(key) + ": " +
           kind.difference(key, scope.before(change), scope.after(change)) + "\n";
  }
  return out;
}

std::shared_ptr<const DesiredScope> Pass::declare(const std::vector<MailRow>& rows) {
  auto desired = std::make_shared<DesiredScope>();
  desired->scope = scope_;
  desired->provider = world_.traits().type;
  desired->domain = scope_.container.substr(0, scope_.container.size() - 1);
  TableBuilder builder;
  for (const auto& row : rows) {
    const auto& kind = catalog().of(row.kind);
    auto body = kind.canonical(row.key, Value{row.fields, {}});
    EXPECT_TRUE(body) << row.key << ": " << body.error().message;
    if (body && world_.traits().adapt != nullptr) {
      body = world_.traits().adapt(kind, row.key, *body);
      EXPECT_TRUE(body) << row.key << ": " << body.error().message;
    }
    builder.add(row.kind, row.key, body ? *body : std::string());
  }
  auto sealed = builder.seal();
  EXPECT_TRUE(sealed.duplicates.empty());
  desired->table = std::move(sealed.table);
  for (std::uint32_t i = 0; i < sealed.order.size(); ++i) {
    if (const auto& former = rows[sealed.order[i]].former; !former.empty()) {
      desired->formers.push_back({i, former});
    }
  }
  desired->places.resize(desired->table.size());
  desired->policy.resize(desired->table.size());
  desired->policies.push_back(Policy{.heal = true});
  return desired;
}

std::shared_ptr<const ObservedScope> Pass::observe() {
  std::shared_ptr<const ObservedScope> observed;
  int reports = 0;
  world_.provider().observe(std::span(&scope_, 1),
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

std::shared_ptr<const ClaimedScope> Pass::claimed() const {
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

plan::Plan Pass::make_plan(const std::shared_ptr<const DesiredScope>& desired) {
  plan::PlanContext context{.catalog = catalog(), .guards = {{0, 0}, {0, 0}, {0, 0}}, .heal = true};
  // What a person would be asked about is permitted here: guards have tests of their own.
  context.consents.push_back({.id = "conformance",
                              .allow = std::string(consent_word(Guard::remove)),
                              .on = "Domain/" + desired->domain,
                              .including = {"mailboxes", "dkimkeys", "maildomain"}});
  const auto& traits = world_.traits();
  plan::ScopeInput input;
  input.scope = scope_;
  input.desired = desired;
  input.observed = observe();
  input.claimed = claimed();
  input.provider = traits.type;
  input.provider_atomic = traits.atomic;
  input.renames = traits.renames;
  input.changes_per_batch = traits.limits.changes_per_call;
  auto planned = plan::plan_scope(input, context);
  EXPECT_EQ(planned.state, plan::ScopeState::planned) << planned.why;
  return plan::join({std::move(planned)}, context);
}

void Pass::send(const plan::ScopePlan& scope, const plan::Batch& batch) {
  std::deque<SecretRef> secrets;
  world_.provider().apply(
      apply::order_of(scope, batch.changes, secrets),
      [&](std::uint32_t number, providers::Outcome outcome) {
        while (const auto* pending = std::get_if<providers::Pending>(&outcome)) {
          outcome = world_.provider().resume(*pending, {});
        }
        const auto* refused = std::get_if<providers::Refused>(&outcome);
        const auto* unknown = std::get_if<providers::Unknown>(&outcome);
        EXPECT_TRUE(std::holds_alternative<providers::Done>(outcome))
            << (refused != nullptr   ? refused->error.message
                : unknown != nullptr ? unknown->error.message
                                     : "not sent");
        EXPECT_TRUE(done_.emplace(number, true).second) << "reported twice";
      },
      {});
}

/// The claims as apply would leave them.
void Pass::settle(const plan::ScopePlan& scope) {
  for (std::uint32_t number = 0; number < scope.changes.size(); ++number) {
    const auto& change = scope.changes[number];
    const auto key = std::pair(scope.kind(change), std::string(scope.key(change)));
    if (plan::goes(change)) {
      EXPECT_TRUE(done_.contains(number)) << "a change was not reported";
    }
    if (change.verb == plan::Verb::remove || change.verb == plan::Verb::forget) {
      claims_.erase(key);
    } else if (const auto row = scope.desired_row(change); row != plan::kNone) {
      claims_[key] = scope.desired->table.body(scope.desired->table[row]);
    }
  }
}

void Pass::apply(const plan::Plan& plan) {
  done_.clear();
  const auto& scope = plan.scopes.at(0);
  for (const auto& batch : plan.batches) {
    send(scope, batch);
  }
  settle(scope);
}

Pass::Bytes Pass::not_ours(const ObservedScope& observed) const {
  Bytes rows;
  for (const auto& entry : observed.table.entries()) {
    auto key = std::pair(entry.kind, std::string(observed.table.key(entry)));
    if (!claims_.contains(key)) {
      rows[std::move(key)] = observed.table.body(entry);
    }
  }
  return rows;
}

/// In the fields that are declared.
void Pass::expect_in_place(const DesiredScope& desired, const ObservedScope& observed) const {
  for (const auto& entry : desired.table.entries()) {
    const auto key = desired.table.key(entry);
    const auto row = observed.table.find(entry.kind, key);
    ASSERT_TRUE(row) << catalog().of(entry.kind).name << " " << key << " is not there";
    const auto wanted = desired.table.body(entry);
    const auto seen = observed.table.body(observed.table[*row]);
    for (const auto number : cbor::field_numbers(wanted)) {
      EXPECT_EQ(cbor::field(seen, number), cbor::field(wanted, number))
          << catalog().of(entry.kind).name << " " << key << " field " << static_cast<int>(number);
    }
  }
  for (const auto& [id, body] : claims_) {
    EXPECT_TRUE(desired.table.find(id.first, id.second)) << id.second;
  }
}

void Pass::run(const MailStep& step) {
  SCOPED_TRACE("step: " + step.name);
  for (const auto& [alias, to] : step.meddling) {
    world_.meddle(alias, to);
  }
  const auto desired = declare(step.desired);
  const auto before = observe();
  ASSERT_TRUE(before);
  const auto foreign = not_ours(*before);
  const auto first = make_plan(desired);
  if (step.changes_nothing) {
    EXPECT_TRUE(first.batches.empty()) << printable(first.scopes.at(0));
  }
  apply(first);
  const auto after = observe();
  ASSERT_TRUE(after);
  ASSERT_EQ(after->reading, Reading::read);
  expect_in_place(*desired, *after);
  for (const auto& [id, body] : foreign) {
    const auto row = after->table.find(id.first, id.second);
    EXPECT_TRUE(claims_.contains(id) || (row && after->table.body(after->table[*row]) == body))
        << id.second << " is not ours and was touched";
  }
  const auto second = make_plan(desired);
  EXPECT_TRUE(second.empty()) << printable(second.scopes.at(0));
  EXPECT_EQ(not_ours(*observe()).size(), not_ours(*after).size());
}

}  // namespace

TEST_P(MailConformance, ReachesEveryStateAndThenHasNothingToDo) {
  const auto world = GetParam().make();
  ASSERT_NE(world, nullptr);
  Pass pass(*world);
  for (const auto& step : GetParam().steps) {
    pass.run(step);
    if (HasFatalFailure()) {
      return;
    }
  }
}

}  // namespace plumb::test
