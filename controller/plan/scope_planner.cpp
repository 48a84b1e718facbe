#include "controller/plan/scope_planner.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "controller/plan/order.h"
#include "resources/model/glob.h"

namespace plumb::plan {
namespace {

const Table kEmptyTable;
const std::vector<Needs> kNoNeeds;

template <class Side>
const Table& table_of(const std::shared_ptr<const Side>& side) {
  return side ? side->table : kEmptyTable;
}

std::string heading(const ScopeInput& input) {
  if (input.desired) {
    return input.desired->domain;
  }
  const auto& container = input.scope.container;
  return container.ends_with('.') ? container.substr(0, container.size() - 1) : container;
}

/// The kind of the row that stands for the container; nullptr where the table has none.
const Kind* container_of(const Table& table, const Catalog& catalog) {
  const auto kinds = catalog.kinds();
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) {
    return kind.holds_data && table.find(kind.id, "").has_value();
  });
  return found == kinds.end() ? nullptr : &*found;
}

bool same_needs(std::vector<ResourceId> a, std::vector<ResourceId> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

}  // namespace

ScopePlan plan_scope(const ScopeInput& input, const PlanContext& context) {
  return ScopePlanner(input, context).run();
}

ScopePlanner::ScopePlanner(const ScopeInput& input, const PlanContext& context)
    : input_(input),
      context_(context),
      desired_(table_of(input.desired)),
      observed_(table_of(input.observed)),
      claimed_(table_of(input.claimed)),
      needs_((input.desired ? input.desired->needs : kNoNeeds).begin()) {
  plan_.desired = input.desired;
  plan_.observed = input.observed;
  plan_.claimed = input.claimed;
  plan_.scope = input.scope;
  plan_.domain = heading(input);
  plan_.provider = input.provider;
  plan_.changes_per_batch = input.changes_per_batch;
  plan_.counts.declared = static_cast<std::uint32_t>(desired_.size());
  plan_.counts.claimed = static_cast<std::uint32_t>(claimed_.size());
  fallback_.heal = context.heal;
}

ScopePlan ScopePlanner::run() && {
  if (settled_before()) {
    plan_.observed.reset();
    return std::move(plan_);
  }
  find_moves();
  Match match(desired_, observed_, claimed_);
  for (Triple triple; match.next(triple);) {
    look_at(triple);
  }
  if (lost_too_much()) {
    suspect(fmt::format("{} of {} claimed objects are not there", lost_, claimed_.size()));
  }
  finish();
  return std::move(plan_);
}

/// What is known of a scope before its rows are looked at. True: nothing more to do.
bool ScopePlanner::settled_before() {
  const auto stop = [&](ScopeState state, std::string why, std::string hint) {
    plan_.state = state;
    plan_.why = std::move(why);
    plan_.hint = std::move(hint);
    return true;
  };
  if (!input_.refused_because.empty()) {
    return stop(ScopeState::refused, input_.refused_because, input_.refused_hint);
  }
  if (input_.in_doubt) {
    return stop(ScopeState::in_doubt,
                "the outcome of an earlier call is not known yet",
                "run again once the provider answers");
  }
  if (input_.desired && input_.desired->paused) {
    return stop(ScopeState::paused, "paused in its manifest", {});
  }
  whole_ = !input_.desired && container_of(claimed_, context_.catalog) != nullptr;
  if (!input_.desired && input_.declared_elsewhere) {
    const auto* data = whole_ ? container_of(claimed_, context_.catalog) : nullptr;
    const auto consent = find_consent(context_.consents, {Guard::retire, {}, &plan_, 1, data});
    if (consent == 0) {
      return stop(
          ScopeState::retired,
          "its domain is declared at another provider now",
          input_.provider.empty()
              ? "no Provider opens that account any more: declare it again, or let go of what is "
                "there with plumb forget"
              : fmt::format("a Consent that allows retire on {} deletes it", scope_name(plan_)));
    }
    retiring_ = true;
    plan_.consents_used.push_back(consent - 1U);
  }
  if (!input_.observed || input_.observed->reading == Reading::unread) {
    return stop(ScopeState::unread, input_.unread_because, input_.unread_hint);
  }
  if (is_others()) {
    return true;
  }
  missing_ = input_.observed->reading == Reading::missing;
  if (missing_ && !claimed_.empty()) {
    suspect(fmt::format("it is not there, with {} claimed objects", claimed_.size()));
    find_mark();
    return plan_.state == ScopeState::suspect;
  }
  if (missing_ && !input_.scope.container.empty() && input_.desired &&
      container_of(desired_, context_.catalog) == nullptr) {
    return stop(ScopeState::unread, "it does not exist and nothing here declares it", {});
  }
  const bool taken = context_.take_over || missing_ || input_.taken_over;
  exclusive_ = input_.desired && input_.desired->exclusive && taken;
  find_mark();
  return false;
}

bool ScopePlanner::lost_too_much() const {
  constexpr std::uint32_t kAtLeast = 5;
  return !missing_ && lost_ >= kAtLeast && std::size_t{lost_} * 5 > claimed_.size();
}

/// An observation that is not believed, unless a person says it is true.
void ScopePlanner::suspect(std::string why) {
  const auto consent = find_consent(context_.consents, {Guard::suspect, {}, &plan_, 1, nullptr});
  if (consent != 0) {
    plan_.consents_used.push_back(consent - 1U);
    exclusive_ = input_.desired && input_.desired->exclusive && missing_;
    return;
  }
  plan_.state = ScopeState::suspect;
  plan_.why = std::move(why);
  plan_.hint = fmt::format("check the credentials; a Consent that allows suspect on {} believes it",
                           scope_name(plan_));
  plan_.changes.clear();
  tripped_.clear();
}

void ScopePlanner::find_moves() {
  if (!input_.desired) {
    return;
  }
  for (const auto& former : input_.desired->formers) {
    const auto& entry = desired_[former.entry];
    const auto key = desired_.key(entry);
    const auto claim = claimed_.find(entry.kind, former.key);
    if (desired_.find(entry.kind, former.key) || claimed_.find(entry.kind, key) || !claim ||
        !observed_.find(entry.kind, former.key)) {
      continue;
    }
    const bool taken = observed_.find(entry.kind, key).has_value();
    const bool data = context_.catalog.of(entry.kind).holds_data && !input_.renames;
    const auto move = taken                         ? Move::taken
                      : data                        ? Move::data
                      : comes_along(former, *claim) ? Move::along
                                                    : Move::going;
    moves_.push_back({former.entry, *claim, move});
  }
}

/// Whether a vendor that renames brings the write-only value of a row along: it is the one that is
/// declared, or nobody can tell.
bool ScopePlanner::comes_along(const Former& former, std::uint32_t claim) {
  const auto& entry = desired_[former.entry];
  const auto& kind = context_.catalog.of(entry.kind);
  if (!input_.renames || !has_write_only(kind, desired_.body(entry))) {
    return false;
  }
  const auto resolved = resolve_row(former.entry);
  return resolved.state != Resolved::State::bytes ||
         same_write_only(kind, claimed_.body(claimed_[claim]), resolved.body);
}

ScopePlanner::Move ScopePlanner::move_of(const Triple& triple) const {
  for (const auto& moved : moves_) {
    if ((triple.desired != kNone && triple.desired == moved.desired) ||
        (triple.claimed != kNone && triple.claimed == moved.claimed)) {
      return moved.move;
    }
  }
  return Move::none;
}

const Policy& ScopePlanner::policy_of(const Triple& triple) const {
  if (triple.desired == kNone || input_.desired->policies.empty()) {
    const auto* owned = owned_of(triple);
    return owned != nullptr && triple.desired == kNone ? owned->policy : fallback_;
  }
  const auto& desired = *input_.desired;
  const std::size_t number =
      triple.desired < desired.policy.size() ? desired.policy[triple.desired] : 0U;
  return desired.policies[number];
}

const Owned* ScopePlanner::owned_of(const Triple& triple) const {
  if (triple.claimed == kNone || claimed_[triple.claimed].side == 0) {
    return nullptr;
  }
  return &input_.claimed->side[claimed_[triple.claimed].side - 1];
}

std::string_view ScopePlanner::handle_of(std::uint32_t observed_row) const {
  const auto side = observed_row == kNone ? 0 : observed_[observed_row].side;
  return side == 0 ? std::string_view() : std::string_view(input_.observed->side[side - 1].handle);
}

/// Whether the claim remembers the policy and the needs that are declared. Requires: rows of the
/// desired table in ascending order.
bool ScopePlanner::remembered(const Triple& triple) {
  const auto* owned = owned_of(triple);
  if (triple.desired == kNone || owned == nullptr) {
    return true;
  }
  const auto& all = input_.desired->needs;
  while (needs_ != all.end() && needs_->entry < triple.desired) {
    ++needs_;
  }
  const bool any = needs_ != all.end() && needs_->entry == triple.desired;
  if (any ? !(needs_->on == owned->needs || same_needs(needs_->on, owned->needs))
          : !owned->needs.empty()) {
    return false;
  }
  return input_.desired->policies.empty() || owned->policy == policy_of(triple);
}

bool ScopePlanner::is_unmanaged(const Kind& kind, std::string_view key) const {
  if (!input_.desired || input_.desired->unmanaged.empty() || kind.label == nullptr) {
    return false;
  }
  const auto label = kind.label(key);
  const auto& globs = input_.desired->unmanaged;
  return !is_container(kind, key) &&
         std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
           return label_matches(glob, label);
         });
}

/// The path of nearly every row: declared, there and claimed with the same bytes.
bool ScopePlanner::in_plumb(const Triple& triple) {
  if (triple.desired == kNone || triple.observed == kNone || triple.claimed == kNone) {
    return false;
  }
  const auto& d = desired_[triple.desired];
  const auto& o = observed_[triple.observed];
  return (d.flags | o.flags) == 0 && same_body(desired_, d, observed_, o) &&
         same_body(desired_, d, claimed_, claimed_[triple.claimed]) &&
         input_.desired->unmanaged.empty() && !input_.stable_handles && !is_replaced(triple) &&
         remembered(triple);
}

/// Whether what is there gives other values than those that were recorded.
bool ScopePlanner::is_replaced(const Triple& triple) const {
  if (triple.observed == kNone || context_.outputs.replaced.empty()) {
    return false;
  }
  const auto& entry = observed_[triple.observed];
  return context_.outputs.replaced.contains(
      {input_.scope, entry.kind, std::string(observed_.key(entry))});
}

void ScopePlanner::note_replaced(const Case& it) {
  const bool heals = it.policy.heal && !it.no_heal;
  plan_.notes.push_back(
      fmt::format("{} was replaced outside, and what was there before cannot be brought back: what "
                  "refers to it "
                  "{}",
                  object_name(plan_, it.kind.id, it.key, context_.catalog),
                  heals ? "follows" : "stays as it is while drift is only reported"));
}

/// Whether a row takes a value from what was replaced, so that it moved without the manifests.
bool ScopePlanner::follows_replaced(std::uint32_t row) const {
  const auto& entry = desired_[row];
  const auto names = producers_of(context_.catalog.of(entry.kind), desired_.body(entry));
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    const auto producer = context_.outputs.producers.find(name);
    return producer != context_.outputs.producers.end() && producer->second.follows;
  });
}

void ScopePlanner::look_at(const Triple& triple) {
  const bool lost = triple.claimed != kNone && triple.observed == kNone;
  lost_ += lost ? 1 : 0;
  if (in_plumb(triple)) {
    ++plan_.counts.in_plumb;
    return;
  }
  Resolved resolved;
  const bool refers =
      triple.desired != kNone && (desired_[triple.desired].flags & has_references) != 0;
  if (refers) {
    resolved = resolve_row(triple.desired);
  }
  const auto* values = refers ? &resolved : nullptr;
  const auto it = case_of(triple, values, false);
  auto decision = decide(it);
  if (it.replaced && decision.size > 0 && decision.lines[0].reason == Reason::drifted) {
    note_replaced(it);
  }
  if (decision.size > 0 && decision.lines[0].guards[0] == Guard::empty_set && may_drop(triple)) {
    decision = decide(case_of(triple, values, true));
  }
  if (refers && decision.size > 0 && decision.lines[0].reason == Reason::edited &&
      follows_replaced(triple.desired)) {
    decision.lines[0].reason = Reason::drifted;
  }
  apply_move(move_of(triple), triple, decision);
  plan_.counts.in_plumb += decision.count == Decision::Count::in_plumb ? 1 : 0;
  plan_.counts.unmanaged += decision.count == Decision::Count::unmanaged ? 1 : 0;
  plan_.counts.system += decision.count == Decision::Count::system ? 1 : 0;
  if (decision.count == Decision::Count::left_alone && plan_.counts.left_alone++ == 0) {
    plan_.left_alone_because = resolved.by;
  }
  for (std::uint8_t i = 0; i < decision.size; ++i) {
    emit(triple, std::move(decision.lines[i]), values);
  }
}

/// Whether a consent says that a set whose source is empty goes: it then counts as not declared.
bool ScopePlanner::may_drop(const Triple& triple) {
  const auto& entry = desired_[triple.desired];
  const auto name = object_name(plan_, entry.kind, desired_.key(entry), context_.catalog);
  const auto consent =
      find_consent(context_.consents, {Guard::empty_set, name, &plan_, 1, nullptr});
  if (consent != 0) {
    plan_.consents_used.push_back(consent - 1U);
  }
  return consent != 0;
}

Resolved ScopePlanner::resolve_row(std::uint32_t row) {
  const auto& entry = desired_[row];
  const auto& kind = context_.catalog.of(entry.kind);
  const auto key = desired_.key(entry);
  auto resolved =
      resolve(kind, key, desired_.body(entry), context_.outputs, input_.adapt, context_.print_of);
  const auto name = object_name(plan_, entry.kind, key, context_.catalog);
  if (resolved.state == Resolved::State::broken) {
    plan_.notes.push_back(fmt::format("{}: {}", name, resolved.problem));
  } else if (resolved.state == Resolved::State::unread) {
    plan_.notes.push_back(fmt::format("{} waits: {} could not be read", name, resolved.by));
  }
  return resolved;
}

Case ScopePlanner::case_of(const Triple& triple, const Resolved* resolved, bool dropped) {
  const bool declared = triple.desired != kNone;
  const bool seen = triple.observed != kNone;
  const auto& table = declared ? desired_ : seen ? observed_ : claimed_;
  const auto row = declared ? triple.desired : seen ? triple.observed : triple.claimed;
  const auto& kind = context_.catalog.of(table[row].kind);
  const auto key = table.key(table[row]);
  Case it{.kind = kind, .key = key, .policy = policy_of(triple)};
  it.is_declared = declared && !dropped;
  if (declared) {
    it.desired = resolved == nullptr ? desired_.body(desired_[triple.desired])
                                     : std::string_view(resolved->body);
    it.resolution = resolved == nullptr ? Resolved::State::bytes : resolved->state;
  }
  const auto* owned = owned_of(triple);
  if (seen) {
    it.observed = observed_.body(observed_[triple.observed]);
    it.observed_flags = observed_[triple.observed].flags;
  }
  if (triple.claimed != kNone) {
    it.claimed = claimed_.body(claimed_[triple.claimed]);
    it.owned = owned;
    const auto handle = handle_of(triple.observed);
    const bool known = owned != nullptr && !owned->handle.empty() && !handle.empty();
    it.own = !input_.stable_handles || !known || owned->handle == handle;
    it.picked = input_.stable_handles && known && owned->handle == handle;
  }
  it.exclusive = exclusive_;
  it.union_field =
      exclusive_ || kind.union_field == nullptr ? std::uint8_t{0} : kind.union_field(key);
  it.complete = !input_.desired || input_.desired->complete;
  it.no_heal = context_.no_heal;
  it.container_back = missing_;
  it.unmanaged = is_unmanaged(kind, key);
  it.remembered = remembered(triple);
  it.replaced = is_replaced(triple);
  it.leaving = retiring_ || move_of(triple) == Move::going ? Reason::moved : Reason::undeclared;
  return it;
}

void ScopePlanner::apply_move(Move move, const Triple& triple, Decision& decision) const {
  const auto instead = [&](Verb verb) {
    decision = Decision{};
    decision.add({.verb = verb, .reason = Reason::moved});
  };
  const bool arriving = triple.desired != kNone;
  switch (move) {
    case Move::none:
      return;
    case Move::data:
      instead(Verb::hold);
      return;
    case Move::taken:
      instead(arriving ? Verb::conflict : Verb::hold);
      return;
    case Move::going:
      for (std::uint8_t i = 0; i < decision.size; ++i) {
        auto& line = decision.lines[i];
        line.reason = Reason::moved;
        if (!arriving && input_.renames) {
          line.guards = {};  // nothing is lost: it goes on under its new name
        }
      }
      return;
    case Move::along:
      decision = Decision{};
      if (!arriving) {
        decision.add({.verb = Verb::forget, .reason = Reason::moved, .silent = true});
      }
      return;
  }
}

}  // namespace plumb::plan
