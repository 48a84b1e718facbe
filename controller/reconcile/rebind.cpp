#include "controller/reconcile/rebind.h"

#include <algorithm>
#include <utility>

#include "controller/plan/guards.h"
#include "resources/model/cbor.h"
#include "resources/model/table.h"
#include "state/records.h"

namespace plumb::reconcile {
namespace {

/// The type of a provider, with which its account begins.
std::string_view type_of(std::string_view account) {
  return account.substr(0, account.find(' '));
}

bool is_named(const load::Loaded& loaded, const std::string& account) {
  return std::any_of(loaded.providers.begin(), loaded.providers.end(), [&](const auto& config) {
    return config.account == account;
  });
}

Result<void> count_claims(plan::Rebinding& rebinding, const state::Store& store) {
  PLUMB_TRY(scopes, store.scopes());
  for (const auto& scope : scopes) {
    if (scope.account != rebinding.from) {
      continue;
    }
    PLUMB_TRY(claimed, store.claims(scope));
    rebinding.claims += claimed ? static_cast<std::uint32_t>(claimed->table.size()) : 0;
    ++rebinding.scopes;
  }
  return {};
}

void point_needs(ClaimedScope& claimed, const std::vector<plan::Rebinding>& rebindings) {
  for (auto& owned : claimed.side) {
    for (auto& need : owned.needs) {
      for (const auto& rebinding : rebindings) {
        if (rebinding.consented != 0 && need.scope.account == rebinding.from) {
          need.scope.account = rebinding.to;
          break;
        }
      }
    }
  }
}

/// Adds the rows of `former` that `now` does not have.
void join(ClaimedScope& now, const ClaimedScope& former) {
  TableBuilder builder;
  for (const auto& entry : now.table.entries()) {
    builder.add(entry.kind, now.table.key(entry), now.table.body(entry), entry.flags, entry.side);
  }
  for (const auto& entry : former.table.entries()) {
    const auto key = former.table.key(entry);
    if (now.table.find(entry.kind, key)) {
      continue;
    }
    auto side = entry.side;
    if (side != 0) {
      now.side.push_back(former.side[side - 1]);
      side = static_cast<std::uint32_t>(now.side.size());
    }
    builder.add(entry.kind, key, former.table.body(entry), entry.flags, side);
  }
  now.table = builder.seal().table;
  now.taken_over = now.taken_over || former.taken_over;
}

bool moves_any(const std::vector<plan::Rebinding>& rebindings) {
  return std::any_of(rebindings.begin(), rebindings.end(), [](const auto& rebinding) {
    return rebinding.consented != 0;
  });
}

}  // namespace

Result<std::vector<plan::Rebinding>> find_rebindings(const load::Loaded& loaded,
                                                     const state::Store& store,
                                                     const std::vector<Consent>& consents) {
  std::vector<plan::Rebinding> found;
  for (const auto& config : loaded.providers) {
    PLUMB_TRY(bound, store.account_of(config.name));
    if (!bound || *bound == config.account || type_of(*bound) != type_of(config.account) ||
        is_named(loaded, *bound)) {
      continue;
    }
    plan::Rebinding rebinding{.provider = config.name, .from = *bound, .to = config.account};
    if (auto counted = count_claims(rebinding, store); !counted) {
      return tl::unexpected(std::move(counted).error());
    }
    rebinding.consented =
        plan::find_consent(consents, {.guard = Guard::rebind, .object = "Provider/" + config.name});
    if (rebinding.scopes != 0) {
      found.push_back(std::move(rebinding));
    }
  }
  return found;
}

std::vector<Scope> rebound(std::vector<Scope> scopes,
                           const std::vector<plan::Rebinding>& rebindings) {
  for (auto& scope : scopes) {
    for (const auto& rebinding : rebindings) {
      if (scope.account == rebinding.from) {
        scope.account = rebinding.to;
        break;
      }
    }
  }
  std::sort(scopes.begin(), scopes.end());
  scopes.erase(std::unique(scopes.begin(), scopes.end()), scopes.end());
  return scopes;
}

Result<std::shared_ptr<const ClaimedScope>> claims_after(
    const Scope& scope, const std::vector<plan::Rebinding>& rebindings, const state::Store& store) {
  PLUMB_TRY(now, store.claims(scope));
  if (!moves_any(rebindings)) {
    return std::move(now);
  }
  std::shared_ptr<ClaimedScope> after;
  if (now) {
    after = std::make_shared<ClaimedScope>(*now);
  }
  for (const auto& rebinding : rebindings) {
    if (rebinding.consented == 0 || rebinding.to != scope.account) {
      continue;
    }
    PLUMB_TRY(former, store.claims({rebinding.from, scope.container}));
    if (former && after) {
      join(*after, *former);
    } else if (former) {
      after = std::make_shared<ClaimedScope>(*former);
      after->scope = scope;
    }
  }
  if (after) {
    point_needs(*after, rebindings);
  }
  return std::shared_ptr<const ClaimedScope>(std::move(after));
}

Result<std::string> claims_digest_after(const Scope& scope,
                                        const std::vector<plan::Rebinding>& rebindings,
                                        const state::Store& store) {
  if (!moves_any(rebindings)) {
    return store.claims_digest(scope);
  }
  PLUMB_TRY(claimed, claims_after(scope, rebindings, store));
  if (!claimed) {
    return std::string();
  }
  std::string out;
  cbor::octets(out, claimed->table.digest(store.seed()));
  for (const auto& entry : claimed->table.entries()) {
    if (entry.side != 0) {
      cbor::octets(
          out,
          state::records::encode(state::records::Claim{{}, claimed->side[entry.side - 1], {}}));
    }
  }
  return hash128(out, store.seed());
}

const plan::Rebinding* refused_by(const Scope& scope,
                                  const std::vector<plan::Rebinding>& rebindings) {
  const auto found = std::find_if(rebindings.begin(), rebindings.end(), [&](const auto& rebinding) {
    return rebinding.consented == 0 && rebinding.to == scope.account;
  });
  return found == rebindings.end() ? nullptr : &*found;
}

}  // namespace plumb::reconcile
