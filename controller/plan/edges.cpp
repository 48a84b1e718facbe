#include "controller/plan/edges.h"

#include <algorithm>

#include "controller/plan/decide.h"
#include "controller/plan/resolve.h"

namespace plumb::plan {
namespace {

std::string index_key(KindId kind, std::string_view key) {
  std::string text(1, static_cast<char>(kind));
  text += key;
  return text;
}

/// Whether a change will be made in a later pass, when a value is known.
bool goes_later(const Change& change) {
  return change.reason == Reason::awaits &&
         (change.verb == Verb::create || change.verb == Verb::update);
}

bool waits_at_all(const ScopePlan& scope) {
  return std::any_of(scope.changes.begin(), scope.changes.end(), [](const Change& change) {
    return goes(change) || goes_later(change);
  });
}

/// Whether a change is not made now, and what it is about is not there.
bool stays_absent(const Change& change) {
  return change.before == kNone &&
         (change.verb == Verb::hold || change.verb == Verb::conflict || goes_later(change));
}

}  // namespace

EdgeFinder::EdgeFinder(const std::vector<ScopePlan>& scopes, const PlanContext& context)
    : scopes_(scopes), context_(context), index_(scopes.size()) {
  first_.push_back(0);
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    first_.push_back(first_.back() + static_cast<std::uint32_t>(scopes[i].changes.size()));
    numbers_.emplace(scopes[i].scope, i);
  }
  blocked_.assign(first_.back(), false);
}

std::size_t EdgeFinder::scope_of(std::uint32_t node) const {
  const auto after = std::upper_bound(first_.begin(), first_.end(), node);
  return static_cast<std::size_t>(after - first_.begin()) - 1;
}

const Change& EdgeFinder::change(std::uint32_t node) const {
  const auto scope = scope_of(node);
  return scopes_[scope].changes[node - first_[scope]];
}

void EdgeFinder::find() {
  for (std::size_t i = 0; i < scopes_.size(); ++i) {
    if (waits_at_all(scopes_[i])) {
      needs_of(i);
      values_of(i);
      container_of(i);
      moves_of(i);
      retired(i);
    }
    removals_of(i);
  }
  std::sort(edges_.begin(), edges_.end());
  edges_.erase(std::unique(edges_.begin(), edges_.end()), edges_.end());
}

std::uint32_t EdgeFinder::change_of(std::size_t number, KindId kind, std::string_view key) {
  const auto& scope = scopes_[number];
  auto& index = index_[number];
  if (index.empty()) {
    for (std::uint32_t i = 0; i < scope.changes.size(); ++i) {
      const auto& change = scope.changes[i];
      auto& slot = index.emplace(index_key(scope.kind(change), scope.key(change)), i).first->second;
      slot = goes(change) ? i : slot;
    }
  }
  const auto found = index.find(index_key(kind, key));
  return found == index.end() ? kNone : found->second;
}

EdgeFinder::Found EdgeFinder::look_up(const ResourceId& id) {
  const auto scope = numbers_.find(id.scope);
  if (scope == numbers_.end()) {
    return {};
  }
  return {scope->second, change_of(scope->second, id.kind, id.key), true};
}

void EdgeFinder::add(std::uint32_t from, std::uint32_t to, bool strict) {
  if (from != to) {
    edges_.push_back({from, to, scope_of(from) != scope_of(to), strict});
  }
}

/// A change waits for what it needs. What it needs is not there and held: it cannot go. `value`: it
/// waits for a value that nobody knows before.
void EdgeFinder::need(std::size_t number, std::uint32_t index, const ResourceId& id, bool value) {
  const auto self = node(number, index);
  const auto found = look_up(id);
  if (!found.known_scope) {
    blocked_[self] = blocked_[self] || value;
    return;
  }
  const auto& other = scopes_[found.scope];
  if (found.change == kNone) {
    const bool remembered = other.claimed && other.claimed->table.find(id.kind, id.key);
    const bool unknown = other.state != ScopeState::planned && !remembered;
    blocked_[self] = blocked_[self] || value || unknown;
    return;
  }
  const auto& change = other.changes[found.change];
  if (goes(change)) {
    add(node(found.scope, found.change), self, value);
  } else if (value || stays_absent(change)) {
    blocked_[self] = true;
  }
}

void EdgeFinder::needs_of(std::size_t number) {
  const auto& scope = scopes_[number];
  if (!scope.desired) {
    return;
  }
  for (const auto& needs : scope.desired->needs) {
    const auto& entry = scope.desired->table[needs.entry];
    const auto change = change_of(number, entry.kind, scope.desired->table.key(entry));
    if (change == kNone || !goes(scope.changes[change]) || takes_away(scope.changes[change])) {
      continue;
    }
    for (const auto& id : needs.on) {
      need(number, change, id, false);
    }
  }
}

void EdgeFinder::values_of(std::size_t number) {
  const auto& scope = scopes_[number];
  for (std::uint32_t i = 0; i < scope.changes.size(); ++i) {
    const auto& change = scope.changes[i];
    if (!goes_later(change)) {
      wait_for_replaced(number, i);
      continue;
    }
    const auto& kind = context_.catalog.of(scope.kind(change));
    for (const auto& name : producers_of(kind, scope.after(change))) {
      const auto producer = context_.outputs.producers.find(name);
      if (producer != context_.outputs.producers.end() &&
          producer->second.state == KnownOutputs::State::awaits) {
        need(number, i, producer->second.id, true);
      }
    }
  }
}

/// What a producer gives is of the object that is there now. Where that one is to be replaced, its
/// value goes nowhere until it is.
void EdgeFinder::wait_for_replaced(std::size_t number, std::uint32_t index) {
  const auto& scope = scopes_[number];
  const auto& change = scope.changes[index];
  const auto row = scope.desired && goes(change) && !takes_away(change)
                       ? scope.desired->table.find(scope.kind(change), scope.key(change))
                       : std::nullopt;
  if (!row || (scope.desired->table[*row].flags & has_references) == 0) {
    return;
  }
  const auto& kind = context_.catalog.of(scope.kind(change));
  for (const auto& name :
       producers_of(kind, scope.desired->table.body(scope.desired->table[*row]))) {
    const auto producer = context_.outputs.producers.find(name);
    const auto found =
        producer != context_.outputs.producers.end() ? look_up(producer->second.id) : Found{};
    if (found.known_scope && found.change != kNone &&
        scopes_[found.scope].changes[found.change].fixed_field) {
      blocked_[node(number, index)] = true;
    }
  }
}

/// R7: what a claim lists in its needs is not removed before that claim is gone or needs it no
/// more.
void EdgeFinder::removals_of(std::size_t number) {
  const auto& scope = scopes_[number];
  if (!scope.claimed) {
    return;
  }
  for (const auto& entry : scope.claimed->table.entries()) {
    if (entry.side == 0) {
      continue;
    }
    for (const auto& id : scope.claimed->side[entry.side - 1].needs) {
      hold_removal(number, entry, id);
    }
  }
}

bool EdgeFinder::still_needs(std::size_t number, const Change& change, const ResourceId& id) const {
  const auto& scope = scopes_[number];
  const auto row = scope.desired_row(change);
  if (row == kNone) {
    return false;
  }
  return std::any_of(
      scope.desired->needs.begin(), scope.desired->needs.end(), [&](const Needs& needs) {
        return needs.entry == row &&
               std::find(needs.on.begin(), needs.on.end(), id) != needs.on.end();
      });
}

/// Whether another type takes the name that a removal frees: it cannot wait for anybody.
bool EdgeFinder::makes_room(std::size_t number, std::uint32_t index) const {
  const auto& changes = scopes_[number].changes;
  return std::any_of(changes.begin(), changes.end(), [&](const Change& other) {
    return other.group == changes[index].group && other.verb == Verb::create && goes(other);
  });
}

void EdgeFinder::hold_removal(std::size_t number, const Entry& claim, const ResourceId& id) {
  const auto target = look_up(id);
  if (target.change == kNone) {
    return;
  }
  const auto& removal = scopes_[target.scope].changes[target.change];
  if (!goes(removal) || !takes_away(removal) || makes_room(target.scope, target.change)) {
    return;
  }
  const auto removed = node(target.scope, target.change);
  const auto& scope = scopes_[number];
  const auto mine = change_of(number, claim.kind, scope.claimed->table.key(claim));
  if (scope.state != ScopeState::planned || mine == kNone) {
    blocked_[removed] = true;
    return;
  }
  const auto& change = scope.changes[mine];
  const bool held = change.verb == Verb::hold || change.verb == Verb::conflict;
  if (held || (!takes_away(change) && still_needs(number, change, id))) {
    blocked_[removed] = true;
  } else if (goes(change)) {
    add(node(number, mine), removed, true);
  }
}

/// A container comes before all that it holds, and goes after it.
void EdgeFinder::container_of(std::size_t number) {
  const auto& scope = scopes_[number];
  const auto& changes = scope.changes;
  const auto container = std::find_if(changes.begin(), changes.end(), [&](const Change& change) {
    return goes(change) && (change.verb == Verb::create || change.verb == Verb::remove) &&
           is_container(context_.catalog.of(scope.kind(change)), scope.key(change));
  });
  if (container == changes.end()) {
    return;
  }
  const auto self = node(number, static_cast<std::size_t>(container - changes.begin()));
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (!goes(changes[i])) {
      continue;
    }
    if (container->verb == Verb::create) {
      add(self, node(number, i), true);
    } else {
      add(node(number, i), self, true);
    }
  }
}

/// Row 14: first the new name, then the old one.
void EdgeFinder::moves_of(std::size_t number) {
  const auto& scope = scopes_[number];
  if (!scope.desired) {
    return;
  }
  for (const auto& former : scope.desired->formers) {
    const auto& entry = scope.desired->table[former.entry];
    const auto arriving = change_of(number, entry.kind, scope.desired->table.key(entry));
    const auto leaving = change_of(number, entry.kind, former.key);
    if (arriving == kNone || leaving == kNone || !goes(scope.changes[leaving]) ||
        scope.changes[leaving].reason != Reason::moved) {
      continue;
    }
    if (goes(scope.changes[arriving])) {
      add(node(number, arriving), node(number, leaving), true);
    } else {
      blocked_[node(number, leaving)] = true;
    }
  }
}

/// Row 15: what is declared at another provider now goes here after it is there.
void EdgeFinder::retired(std::size_t number) {
  const auto& scope = scopes_[number];
  if (scope.desired) {
    return;
  }
  for (std::size_t other = 0; other < scopes_.size(); ++other) {
    if (other == number || scopes_[other].scope.container != scope.scope.container ||
        !scopes_[other].desired) {
      continue;
    }
    const bool ready = scopes_[other].state == ScopeState::planned;
    for (std::size_t i = 0; i < scope.changes.size(); ++i) {
      if (!goes(scope.changes[i]) || scope.changes[i].reason != Reason::moved) {
        continue;
      }
      blocked_[node(number, i)] = blocked_[node(number, i)] || !ready;
      for (std::size_t j = 0; j < scopes_[other].changes.size(); ++j) {
        if (goes(scopes_[other].changes[j])) {
          add(node(other, j), node(number, i), true);
        } else if (scopes_[other].changes[j].before == kNone) {
          blocked_[node(number, i)] = true;
        }
      }
    }
  }
}

}  // namespace plumb::plan
