#include "tests/conformance/conformance.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "controller/plan/plan.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"
#include "resources/values/rdata.h"

namespace plumb::test {
namespace {

using values::DomainName;
using values::RecordType;

/// One provider, its zone, and what we remember of it: the part of a pass that a conformance test
/// needs, without store and journal.
class Pass {
 public:
  explicit Pass(DnsWorld& world)
      : world_(world), scope_(world.scope()), zone_(DomainName::from_canonical(scope_.container)) {}

  void run(const Step& step);

 private:
  using Bytes = std::map<std::pair<KindId, std::string>, std::string>;

  std::shared_ptr<const DesiredScope> declare(const std::vector<Records>& sets);
  std::string body_of(const Records& set, RecordType type);
  std::shared_ptr<const ObservedScope> observe();
  std::shared_ptr<const ClaimedScope> claimed() const;
  plan::Plan make_plan(const std::shared_ptr<const DesiredScope>& desired);
  void apply(const plan::Plan& plan);
  void send(const plan::ScopePlan& plan, const plan::Batch& batch);
  void settle(const plan::ScopePlan& plan);
  void expect_in_place(const DesiredScope& desired, const ObservedScope& observed) const;
  void expect_untouched(const Bytes& before, const ObservedScope& after) const;
  Bytes not_ours(const ObservedScope& observed) const;

  DnsWorld& world_;
  Scope scope_;
  DomainName zone_;
  Bytes claims_;
  std::map<std::uint32_t, bool> done_;
};

bool touches_world(plan::Verb verb) {
  return verb == plan::Verb::create || verb == plan::Verb::update || verb == plan::Verb::replace ||
         verb == plan::Verb::rename || verb == plan::Verb::remove;
}

providers::Act act_of(plan::Verb verb) {
  switch (verb) {
    case plan::Verb::create:
      return providers::Act::create;
    case plan::Verb::replace:
      return providers::Act::replace;
    case plan::Verb::rename:
      return providers::Act::rename;
    case plan::Verb::remove:
      return providers::Act::remove;
    default:
      return providers::Act::update;
  }
}

std::string printable(const plan::ScopePlan& scope) {
  std::string out;
  const Catalog catalog(kinds::resource_kinds());
  for (const auto& change : scope.changes) {
    const auto& kind = catalog.of(scope.kind(change));
    const auto key = scope.key(change);
    out += "  verb " + std::to_string(static_cast<int>(change.verb)) + " " + kind.label(key) +
           ": " + kind.difference(key, scope.before(change), scope.after(change)) + "\n";
  }
  return out;
}

std::string Pass::body_of(const Records& set, RecordType type) {
  std::vector<std::string> canonical;
  for (const auto& value : set.values) {
    auto one = values::canonical_rdata(type, value, zone_, values::TargetRule::manifest);
    EXPECT_TRUE(one) << set.owner << " " << set.type << " " << value << ": " << one.error().message;
    canonical.push_back(one ? std::move(*one) : std::string());
  }
  auto body = kinds::rrset_body(set.ttl, std::move(canonical));
  if (const auto adapt = world_.traits().adapt; adapt != nullptr) {
    auto adapted = adapt(kinds::rrset_kind(), kinds::rrset_key(set.owner, type), body);
    EXPECT_TRUE(adapted) << adapted.error().message;
    return adapted ? std::move(*adapted) : std::string();
  }
  return body;
}

std::shared_ptr<const DesiredScope> Pass::declare(const std::vector<Records>& sets) {
  auto desired = std::make_shared<DesiredScope>();
  desired->scope = scope_;
  desired->provider = world_.traits().type;
  desired->domain = zone_.without_dot();
  TableBuilder builder;
  builder.add(kinds::kZone, "", cbor::body({}));
  for (const auto& set : sets) {
    const auto type = values::find_record_type(set.type);
    const auto owner = DomainName::parse_relative(set.owner, zone_);
    EXPECT_TRUE(type && owner) << set.owner << " " << set.type;
    if (type && owner && world_.supports(*type)) {
      builder.add(
          kinds::kRRset, kinds::rrset_key(owner->relative_to(zone_), *type), body_of(set, *type));
    }
  }
  auto sealed = builder.seal();
  EXPECT_TRUE(sealed.duplicates.empty());
  desired->table = std::move(sealed.table);
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
  static const Catalog catalog(kinds::resource_kinds());
  const auto& traits = world_.traits();
  plan::PlanContext context{.catalog = catalog, .guards = {{0, 0}, {0, 0}, {0, 0}}, .heal = true};
  // What a person would be asked about is permitted here: guards have tests of their own.
  context.consents.push_back({.id = "conformance",
                              .allow = std::string(consent_word(Guard::apex_ns)),
                              .on = "Domain/" + std::string(zone_.without_dot())});
  plan::ScopeInput input;
  input.scope = scope_;
  input.desired = desired;
  input.observed = observe();
  input.claimed = claimed();
  input.provider = traits.type;
  input.provider_atomic = traits.atomic;
  input.changes_per_batch = traits.limits.changes_per_call;
  auto planned = plan::plan_scope(input, context);
  EXPECT_EQ(planned.state, plan::ScopeState::planned) << planned.why;
  return plan::join({std::move(planned)}, context);
}

void Pass::send(const plan::ScopePlan& scope, const plan::Batch& batch) {
  providers::Order order{scope_, {}, ""};
  for (const auto number : batch.changes) {
    const auto& change = scope.changes[number];
    order.changes.push_back({.number = number,
                             .act = act_of(change.verb),
                             .kind = scope.kind(change),
                             .key = scope.key(change),
                             .before = scope.before(change),
                             .after = scope.after(change)});
  }
  world_.provider().apply(
      order,
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
    if (touches_world(change.verb)) {
      EXPECT_TRUE(done_.contains(number)) << "a change was not reported";
    }
    if (change.verb == plan::Verb::remove || change.verb == plan::Verb::forget) {
      claims_.erase(key);
    } else if (const auto row = scope.desired_row(change); row != plan::kNone) {
      claims_[key] = scope.desired->table.body(scope.desired->table[row]);
    } else {
      claims_.erase(key);  // of a shared set only other people's values are left
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
    if (entry.kind == kinds::kRRset && !claims_.contains(key) &&
        (entry.flags & EntryFlag::system_owned) == 0) {
      rows[std::move(key)] = observed.table.body(entry);
    }
  }
  return rows;
}

void Pass::expect_untouched(const Bytes& before, const ObservedScope& after) const {
  for (const auto& [id, body] : before) {
    if (claims_.contains(id)) {
      continue;  // declared by now
    }
    const auto row = after.table.find(id.first, id.second);
    EXPECT_TRUE(row && after.table.body(after.table[*row]) == body)
        << kinds::rrset_kind().label(id.second) << " is not ours and was touched";
  }
}

/// In the fields that are declared, and for TXT, which is shared value by value, at least those.
void Pass::expect_in_place(const DesiredScope& desired, const ObservedScope& observed) const {
  for (const auto& entry : desired.table.entries()) {
    const auto key = desired.table.key(entry);
    const auto row = observed.table.find(entry.kind, key);
    ASSERT_TRUE(row) << kinds::rrset_kind().label(key) << " is missing";
    if (entry.kind != kinds::kRRset) {
      continue;
    }
    const auto wanted = desired.table.body(entry);
    const auto seen = observed.table.body(observed.table[*row]);
    const auto have = kinds::rrset_values(seen);
    for (const auto value : kinds::rrset_values(wanted)) {
      EXPECT_NE(std::find(have.begin(), have.end(), value), have.end())
          << kinds::rrset_kind().label(key) << " lacks " << ::testing::PrintToString(value);
    }
    if (kinds::split_rrset_key(key).type != "TXT") {
      EXPECT_EQ(have.size(), kinds::rrset_values(wanted).size());
    }
    EXPECT_EQ(kinds::rrset_ttl(seen),
              kinds::rrset_ttl(wanted) ? kinds::rrset_ttl(wanted) : kinds::rrset_ttl(seen));
  }
}

void Pass::run(const Step& step) {
  SCOPED_TRACE("step: " + step.name);
  for (const auto& set : step.meddling) {
    if (world_.supports(*values::find_record_type(set.type))) {
      world_.meddle(set);
    }
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
  expect_untouched(foreign, *after);
  const auto second = make_plan(desired);
  EXPECT_TRUE(second.empty()) << printable(second.scopes.at(0));
}

}  // namespace

std::vector<DnsStory> dns_stories_of(const std::string& provider, MakeDnsWorld make) {
  std::vector<DnsStory> all;
  for (auto& story : stories()) {
    all.push_back({provider, make, std::move(story)});
  }
  return all;
}

TEST_P(DnsConformance, ReachesEveryStateAndThenHasNothingToDo) {
  const auto world = GetParam().make();
  ASSERT_NE(world, nullptr);
  Pass pass(*world);
  for (const auto& step : GetParam().story.steps) {
    pass.run(step);
    if (HasFatalFailure()) {
      return;
    }
  }
}

}  // namespace plumb::test
