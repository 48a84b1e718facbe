#include "controller/apply/batch.h"

#include <algorithm>
#include <set>

#include "resources/model/cbor.h"

namespace plumb::apply {
namespace {

using plan::Change;
using plan::ScopePlan;
using plan::Verb;

providers::Act act_of(Verb verb) {
  switch (verb) {
    case Verb::update:
      return providers::Act::update;
    case Verb::replace:
      return providers::Act::replace;
    case Verb::rename:
      return providers::Act::rename;
    case Verb::remove:
      return providers::Act::remove;
    case Verb::create:
    case Verb::adopt:
    case Verb::refresh:
    case Verb::forget:
    case Verb::hold:
    case Verb::conflict:
      return providers::Act::create;
  }
  return providers::Act::create;
}

std::string_view handle_of(const ScopePlan& scope, const Change& change) {
  if (change.before != plan::kNone && scope.observed) {
    const auto side = scope.observed->table[change.before].side;
    return side == 0 ? std::string_view() : std::string_view(scope.observed->side[side - 1].handle);
  }
  if (change.claim != plan::kNone && scope.claimed) {
    const auto side = scope.claimed->table[change.claim].side;
    return side == 0 ? std::string_view() : std::string_view(scope.claimed->side[side - 1].handle);
  }
  return {};
}

/// The items of a set field as encoded pieces.
std::vector<std::string_view> pieces(std::string_view field) {
  std::vector<std::string_view> items;
  const auto top = cbor::next(field);
  for (std::uint64_t i = 0; top && top->major == 4 && i < top->argument; ++i) {
    const auto item = cbor::skip(field);
    if (!item) {
      break;
    }
    items.push_back(*item);
  }
  return items;
}

/// What of a sent union (D ∪ (O − C.last)) is declared: all that was not there before as somebody
/// else's.
std::string declared_part(std::string_view sent, std::string_view observed, std::string_view last) {
  const auto before = pieces(observed);
  const auto ours = pieces(last);
  const std::set<std::string_view> old_ours(ours.begin(), ours.end());
  std::set<std::string_view> foreign;
  for (const auto item : before) {
    if (!old_ours.contains(item)) {
      foreign.insert(item);
    }
  }
  std::string out;
  std::vector<std::string_view> kept;
  for (const auto item : pieces(sent)) {
    if (!foreign.contains(item)) {
      kept.push_back(item);
    }
  }
  cbor::array(out, kept.size());
  for (const auto item : kept) {
    out += item;
  }
  return out;
}

std::string project(std::string_view sent,
                    const ScopePlan& scope,
                    const Change& change,
                    std::uint8_t union_field) {
  const auto desired = scope.desired->table.body(scope.desired->table[scope.desired_row(change)]);
  std::vector<std::pair<std::uint8_t, std::string>> fields;
  for (const auto number : cbor::field_numbers(desired)) {
    const auto content = cbor::field(sent, number);
    if (!content) {
      continue;
    }
    if (number != union_field) {
      fields.emplace_back(number, std::string(*content));
      continue;
    }
    const auto observed = cbor::field(scope.before(change), number).value_or(std::string_view());
    const auto last =
        change.claim == plan::kNone
            ? std::string_view()
            : cbor::field(scope.claimed->table.body(scope.claimed->table[change.claim]), number)
                  .value_or(std::string_view());
    fields.emplace_back(number, declared_part(*content, observed, last));
  }
  return cbor::body(fields);
}

}  // namespace

std::string claim_body(const ScopePlan& scope, const Change& change, const Catalog& catalog) {
  const auto row = scope.desired_row(change);
  if (!scope.desired || row == plan::kNone) {
    return std::string(scope.after(change));
  }
  const auto& entry = scope.desired->table[row];
  if ((entry.flags & has_references) == 0) {
    return std::string(scope.desired->table.body(entry));
  }
  const auto& kind = catalog.of(entry.kind);
  const auto union_field =
      kind.union_field == nullptr ? std::uint8_t{0} : kind.union_field(scope.key(change));
  return project(scope.after(change), scope, change, union_field);
}

Owned claim_of(const ScopePlan& scope, const Change& change, const std::string& commit) {
  Owned owned;
  owned.handle = handle_of(scope, change);
  if (change.claim != plan::kNone && scope.claimed) {
    const auto side = scope.claimed->table[change.claim].side;
    owned.made = side != 0 && scope.claimed->side[side - 1].made;
  }
  if (change.verb == Verb::create || change.verb == Verb::replace) {
    owned.made = true;
  }
  const auto row = scope.desired_row(change);
  if (scope.desired && row != plan::kNone) {
    const auto& desired = *scope.desired;
    if (row < desired.policy.size()) {
      owned.policy = desired.policies[desired.policy[row]];
    }
    const auto needs = std::lower_bound(
        desired.needs.begin(), desired.needs.end(), row, [](const Needs& n, std::uint32_t r) {
          return n.entry < r;
        });
    if (needs != desired.needs.end() && needs->entry == row) {
      owned.needs = needs->on;
    }
  }
  owned.origin = commit;
  return owned;
}

std::vector<state::IntentKey> intent_keys(const ScopePlan& scope,
                                          std::span<const std::uint32_t> numbers,
                                          const plan::Plan& plan,
                                          const Catalog& catalog,
                                          const std::string& commit) {
  std::vector<state::IntentKey> keys;
  keys.reserve(numbers.size());
  for (const auto number : numbers) {
    const auto& change = scope.changes[number];
    state::IntentKey key;
    key.kind = scope.kind(change);
    key.key = scope.key(change);
    key.verb = static_cast<std::uint8_t>(change.verb);
    key.before = scope.before(change);
    key.after = scope.after(change);
    key.claim = claim_of(scope, change, commit);
    if (change.verb != Verb::remove) {
      key.claimed_body = claim_body(scope, change, catalog);
    }
    if (change.consented != 0) {
      key.consent = plan.consents[change.consented - 1].id;
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

providers::Order order_of(const ScopePlan& scope, std::span<const std::uint32_t> numbers) {
  providers::Order order;
  order.scope = scope.scope;
  order.changes.reserve(numbers.size());
  for (const auto number : numbers) {
    const auto& change = scope.changes[number];
    order.changes.push_back({.number = number,
                             .act = act_of(change.verb),
                             .kind = scope.kind(change),
                             .key = scope.key(change),
                             .before = scope.before(change),
                             .after = scope.after(change),
                             .handle = handle_of(scope, change)});
  }
  return order;
}

std::vector<state::Bookkeeping> bookkeeping(const ScopePlan& scope,
                                            const Catalog& catalog,
                                            const std::string& commit) {
  std::vector<state::Bookkeeping> rows;
  for (const auto& change : scope.changes) {
    state::Bookkeeping row;
    switch (change.verb) {
      case Verb::adopt:
        row.what = state::Bookkeeping::What::adopt;
        break;
      case Verb::refresh:
        row.what = state::Bookkeeping::What::refresh;
        break;
      case Verb::forget:
        row.what = state::Bookkeeping::What::forget;
        break;
      case Verb::create:
      case Verb::update:
      case Verb::replace:
      case Verb::rename:
      case Verb::remove:
      case Verb::hold:
      case Verb::conflict:
        continue;
    }
    if (change.guard != Guard::none && change.consented == 0) {
      continue;
    }
    row.kind = scope.kind(change);
    row.key = scope.key(change);
    row.silent = change.state_only_silent;
    if (row.what != state::Bookkeeping::What::forget) {
      row.body = claim_body(scope, change, catalog);
      row.claim = claim_of(scope, change, commit);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace plumb::apply
