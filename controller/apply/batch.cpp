#include "controller/apply/batch.h"

#include <algorithm>

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

/// The name that a row had before; empty where it keeps its own.
std::string_view former_of(const ScopePlan& scope, const Change& change) {
  const auto row = scope.desired_row(change);
  if (change.verb != Verb::create || change.reason != plan::Reason::moved || row == plan::kNone) {
    return {};
  }
  const auto& all = scope.desired->formers;
  const auto found = std::lower_bound(
      all.begin(), all.end(), row, [](const Former& f, auto entry) { return f.entry < entry; });
  return found != all.end() && found->entry == row ? std::string_view(found->key)
                                                   : std::string_view();
}

/// Where the write-only value of the declared row behind a change is to be had.
std::optional<SecretRef> declared_secret(const ScopePlan& scope, const Change& change) {
  const auto row = scope.desired_row(change);
  if (row == plan::kNone || (scope.desired->table[row].flags & has_references) == 0) {
    return std::nullopt;
  }
  const auto body = scope.desired->table.body(scope.desired->table[row]);
  for (const auto number : cbor::field_numbers(body)) {
    const auto content = cbor::field(body, number);
    const auto value = content ? cbor::decode(*content) : Result<Value>();
    const auto* found = value ? std::get_if<SecretRef>(&value->data) : nullptr;
    if (found != nullptr) {
      return *found;
    }
  }
  return std::nullopt;
}

/// How a change is written down where it is one of memory alone.
std::optional<state::Bookkeeping::What> kept_as(const Change& change, bool goes_whole) {
  using What = state::Bookkeeping::What;
  const bool held = change.guard != Guard::none && change.consented == 0;
  if (held || (goes_whole && change.verb == Verb::forget)) {
    return std::nullopt;
  }
  switch (change.verb) {
    case Verb::adopt:
      return What::adopt;
    case Verb::refresh:
      return What::refresh;
    case Verb::forget:
      return What::forget;
    case Verb::create:
    case Verb::update:
    case Verb::replace:
    case Verb::rename:
    case Verb::remove:
    case Verb::hold:
    case Verb::conflict:
      break;
  }
  return std::nullopt;
}

/// What of a change is ours: all, where the container is.
std::optional<std::string_view> ours_of(const ScopePlan& scope, const Change& change) {
  if (scope.exclusive || change.verb == Verb::remove) {
    return std::nullopt;
  }
  const auto claim = scope.claim_after(change);
  return claim ? claim->body : std::string_view();
}

}  // namespace

Owned claim_of(const ScopePlan& scope, const Change& change, const std::string& commit) {
  Owned owned;
  owned.handle = handle_of(scope, change);
  const auto after = scope.claim_after(change);
  owned.made = after && after->made;
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

std::string consent_id(const Consent& consent, const std::string& run) {
  return consent.place.known() ? consent.id : consent.id + " of run " + run;
}

std::vector<state::IntentKey> intent_keys(const ScopePlan& scope,
                                          std::span<const std::uint32_t> numbers,
                                          const plan::Plan& plan,
                                          const std::string& run,
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
    const auto claim = scope.claim_after(change);
    key.claims = claim.has_value();
    if (claim && claim->body != key.after) {
      key.claimed_body = claim->body;
    }
    if (change.consented != 0) {
      const auto& consent = plan.consents[change.consented - 1];
      key.consent = consent_id(consent, run);
      key.consent_count = consent.count.value_or(0);
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

std::optional<std::uint32_t> whole_removal(const ScopePlan& scope) {
  if (scope.desired) {
    return std::nullopt;
  }
  for (std::uint32_t i = 0; i < scope.changes.size(); ++i) {
    const auto& change = scope.changes[i];
    if (change.verb == Verb::remove && plan::goes(change) && scope.key(change).empty()) {
      return i;
    }
  }
  return std::nullopt;
}

std::vector<state::IntentKey> keys_along(const ScopePlan& scope) {
  std::vector<state::IntentKey> keys;
  for (const auto& change : scope.changes) {
    if (change.verb == Verb::forget) {
      keys.push_back({.kind = scope.kind(change),
                      .key = std::string(scope.key(change)),
                      .verb = static_cast<std::uint8_t>(Verb::remove),
                      .before = std::string(scope.before(change)),
                      .claims = false});
    }
  }
  return keys;
}

providers::Order order_of(const ScopePlan& scope,
                          std::span<const std::uint32_t> numbers,
                          std::deque<SecretRef>& secrets) {
  providers::Order order;
  order.scope = scope.scope;
  order.owner = scope.owner;
  order.mark = scope.mark;
  order.changes.reserve(numbers.size());
  for (const auto number : numbers) {
    const auto& change = scope.changes[number];
    const SecretRef* secret = nullptr;
    if (auto declared = declared_secret(scope, change)) {
      secret = &secrets.emplace_back(std::move(*declared));
    }
    order.changes.push_back({.number = number,
                             .act = act_of(change.verb),
                             .kind = scope.kind(change),
                             .key = scope.key(change),
                             .before = scope.before(change),
                             .after = scope.after(change),
                             .handle = handle_of(scope, change),
                             .former = former_of(scope, change),
                             .secret = secret,
                             .ours = ours_of(scope, change)});
  }
  return order;
}

std::vector<state::Bookkeeping> bookkeeping(const ScopePlan& scope, const std::string& commit) {
  std::vector<state::Bookkeeping> rows;
  const bool goes_whole = whole_removal(scope).has_value();
  for (const auto& change : scope.changes) {
    const auto what = kept_as(change, goes_whole);
    const bool claims = what && what != state::Bookkeeping::What::forget;
    const auto claim = claims ? scope.claim_after(change) : std::nullopt;
    if (!what || (claims && !claim)) {
      continue;
    }
    auto& row = rows.emplace_back();
    row.what = *what;
    row.kind = scope.kind(change);
    row.key = scope.key(change);
    row.silent = change.state_only_silent;
    if (claim) {
      row.body = claim->body;
      row.claim = claim_of(scope, change, commit);
    }
  }
  return rows;
}

bool has_bookkeeping(const ScopePlan& scope) {
  const bool goes_whole = whole_removal(scope).has_value();
  return std::any_of(scope.changes.begin(), scope.changes.end(), [&](const Change& change) {
    const auto what = kept_as(change, goes_whole);
    return what && (what == state::Bookkeeping::What::forget || scope.claim_after(change));
  });
}

}  // namespace plumb::apply
