// The second half of ScopePlanner: from decisions to the finished plan of a scope.
#include <algorithm>
#include <utility>

#include "controller/plan/order.h"
#include "controller/plan/scope_planner.h"
#include "controller/plan/write_only.h"

namespace plumb::plan {
namespace {

bool has_after(const Line& line, const Triple& triple) {
  if (line.sent) {
    return true;
  }
  return triple.desired != kNone && line.verb != Verb::remove && line.verb != Verb::forget;
}

bool moves_the_world(Verb verb) {
  return verb != Verb::adopt && verb != Verb::refresh && verb != Verb::forget;
}

/// Whether a line, once it is free to go, writes what is declared.
bool sets(const Line& line) {
  return line.verb == Verb::create || line.verb == Verb::update || line.verb == Verb::replace;
}

void remap(Change& change, const std::vector<std::uint32_t>& row_of) {
  if (change.after != kNone && (change.after & kMerged) != 0) {
    change.after = row_of[change.after & ~kMerged] | kMerged;
  }
}

std::vector<std::uint32_t> inverse(const std::vector<std::uint32_t>& order) {
  std::vector<std::uint32_t> rows(order.size());
  for (std::uint32_t row = 0; row < order.size(); ++row) {
    rows[order[row]] = row;
  }
  return rows;
}

}  // namespace

/// Where the bytes that a line sends stand: in D, or in a new row of `merged`.
std::uint32_t ScopePlanner::after_row(const Triple& triple,
                                      Line& line,
                                      const Resolved* resolved,
                                      bool again) {
  if (!has_after(line, triple)) {
    return kNone;
  }
  const bool bytes = resolved != nullptr && resolved->state == Resolved::State::bytes;
  if ((!line.sent && !bytes) || again) {
    return triple.desired;
  }
  const auto& table = triple.desired != kNone ? desired_ : claimed_;
  const auto& entry = table[triple.desired != kNone ? triple.desired : triple.claimed];
  const auto key = table.key(entry);
  const auto row = static_cast<std::uint32_t>(merged_.size()) | kMerged;
  merged_.add(entry.kind, key, line.sent ? std::string_view(*line.sent) : resolved->body);
  if (line.sent && bytes) {
    resolved_.add(entry.kind, key, resolved->body);
  }
  return row;
}

void ScopePlanner::set_risk(Change& change, const Triple& triple, const Line& line) {
  const auto& table = triple.desired != kNone    ? desired_
                      : triple.observed != kNone ? observed_
                                                 : claimed_;
  const auto row = triple.desired != kNone    ? triple.desired
                   : triple.observed != kNone ? triple.observed
                                              : triple.claimed;
  const auto& kind = context_.catalog.of(table[row].kind);
  if (kind.risk == nullptr || !moves_the_world(line.verb) || line.reason == Reason::awaits) {
    return;
  }
  std::string_view before;
  std::string_view after;
  if (triple.observed != kNone) {
    before = observed_.body(observed_[triple.observed]);
  }
  if (line.sent) {
    after = *line.sent;
  } else if (has_after(line, triple) && (desired_[triple.desired].flags & has_references) == 0) {
    after = desired_.body(desired_[triple.desired]);
  } else if (has_after(line, triple)) {
    return;
  }
  change.risk = kind.risk(table.key(table[row]), before, after);
}

void ScopePlanner::emit(const Triple& triple, Line line, const Resolved* resolved) {
  Change change;
  change.before = triple.observed;
  change.claim = triple.claimed;
  change.verb = line.verb;
  change.reason = line.reason;
  change.fixed_field = line.fixed_field;
  change.state_only_silent = line.silent;
  change.made = line.made;
  change.no_secret = line.no_secret;
  if (line.no_secret) {
    refuse_without_secret(plan_, triple.desired, resolved->by, context_.catalog);
  }
  if (resolved != nullptr && !resolved->flaw.empty() && sets(line)) {
    refuse_flawed(plan_, triple.desired, resolved->flaw, context_.catalog);
    line.verb = change.verb = Verb::hold;
    change.no_secret = true;
  }
  set_risk(change, triple, line);
  const auto& changes = plan_.changes;
  const bool again = !changes.empty() && triple.desired != kNone &&
                     changes.back().before == change.before && change.before != kNone;
  change.after = after_row(triple, line, resolved, again);
  plan_.changes.push_back(change);
  tripped_.push_back({line.guards, line.conflict});
}

void ScopePlanner::seal() {
  auto merged = merged_.seal();
  const auto rows = inverse(merged.order);
  plan_.merged = std::move(merged.table);
  plan_.resolved = resolved_.seal().table;
  for (auto& change : plan_.changes) {
    remap(change, rows);
  }
}

/// A scope that goes as a whole asks once, at its container; one that is retired was asked for by
/// that word.
void ScopePlanner::settle_guards() {
  for (std::size_t i = 0; i < tripped_.size(); ++i) {
    const auto& change = plan_.changes[i];
    const auto& kind = context_.catalog.of(plan_.kind(change));
    const bool asked = whole_ && !is_container(kind, plan_.key(change));
    for (auto& guard : tripped_[i].guards) {
      if (asked && guard != Guard::protect) {
        guard = Guard::none;
      } else if (retiring_ && guard == Guard::remove) {
        guard = Guard::retire;
      }
    }
  }
}

void ScopePlanner::finish() {
  plan_.exclusive = exclusive_;
  seal();
  settle_guards();
  guard_objects(plan_, tripped_, whole_, context_);
  order_changes(plan_, context_.catalog);
  guard_scope(plan_, static_cast<std::uint32_t>(claimed_.size()), context_);
  hold_dependents(plan_, missing_, context_.catalog);
  hold_without_secret(plan_);
  hold_without_target(plan_, context_.catalog);
  note_left_behind(plan_, context_.catalog);
  note_name_servers();
  note_mixed_ttl();
  const auto& seen = observed_.entries();
  plan_.first_contact = plan_.state == ScopeState::planned && claimed_.empty() &&
                        !plan_.scope.container.empty() &&
                        std::any_of(seen.begin(), seen.end(), [](const Entry& entry) {
                          return (entry.flags & system_owned) == 0;
                        });
  if (plan_.changes.empty()) {
    plan_.observed.reset();
    const bool needed =
        input_.claimed && std::any_of(input_.claimed->side.begin(),
                                      input_.claimed->side.end(),
                                      [](const Owned& owned) { return !owned.needs.empty(); });
    if (!needed) {
      plan_.claimed.reset();
    }
  }
}

}  // namespace plumb::plan
