#include "controller/reconcile/observer.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "controller/env/parallel.h"

namespace plumb::reconcile {
namespace {

/// The scopes of one account, cut into pieces that one thread reads.
struct Piece {
  const Roster::Member* member = nullptr;
  std::vector<std::size_t> indices;
  std::atomic<bool>* refused = nullptr;  ///< the account's credentials are no good
  Part part = Part::whole;
};

Error unknown_account(const Scope& scope) {
  return {.code = ErrorCode::not_found,
          .message = "no Provider document names the account " + scope.account,
          .hint = "declare the provider again, or drop what is remembered of it with plumb forget"};
}

Look look_of(Result<ObservedScope> seen) {
  if (!seen) {
    return {.observed = nullptr, .error = std::move(seen).error()};
  }
  return {.observed = std::make_shared<const ObservedScope>(std::move(*seen)), .error = {}};
}

void read_piece(const Piece& piece,
                const std::vector<Scope>& scopes,
                const std::function<void(std::size_t, Look)>& each,
                const std::stop_token& stop) {
  std::vector<Scope> wanted;
  std::map<Scope, std::size_t> waiting;
  for (const auto index : piece.indices) {
    wanted.push_back(scopes[index]);
    waiting.emplace(scopes[index], index);
  }
  Error last{.code = ErrorCode::cancelled, .message = "not read: the run was stopped"};
  if (!piece.refused->load() && !stop.stop_requested()) {
    last = {.code = ErrorCode::internal, .message = "the provider said nothing of it"};
    const auto take = [&](const Scope& scope, Result<ObservedScope> seen) {
      const auto found = waiting.find(scope);
      if (found == waiting.end()) {
        return;
      }
      const auto index = found->second;
      waiting.erase(found);
      if (!seen && seen.error().category == ErrorCategory::authentication) {
        piece.refused->store(true);
      }
      each(index, look_of(std::move(seen)));
    };
    auto& provider = *piece.member->provider;
    if (piece.part == Part::whole) {
      provider.observe(wanted, take, stop);
    } else {
      provider.observe_outputs(wanted, take, stop);
    }
  } else if (piece.refused->load()) {
    last = {.code = ErrorCode::denied,
            .message = "not asked: the provider refused our credentials"};
  }
  for (const auto& [scope, index] : waiting) {
    each(index, {.observed = nullptr, .error = last});
  }
}

/// Takes the scopes whose container is not in the account's survey out of `indices`, reported as
/// missing: one call instead of one each. Left as they are where there are few, or where the survey
/// fails: reading says why, then.
void report_missing(const Roster::Member& member,
                    const std::vector<Scope>& scopes,
                    const std::function<void(std::size_t, Look)>& each,
                    const std::stop_token& stop,
                    std::vector<std::size_t>& indices) {
  constexpr std::size_t kWorthASurvey = 4;
  if (indices.size() < kWorthASurvey) {
    return;
  }
  const auto containers = member.provider->survey(stop);
  if (!containers) {
    return;
  }
  std::set<Scope> there;
  for (const auto& container : *containers) {
    there.insert(container.scope);
  }
  std::erase_if(indices, [&](std::size_t index) {
    if (there.contains(scopes[index])) {
      return false;
    }
    auto missing = std::make_shared<ObservedScope>();
    missing->scope = scopes[index];
    missing->reading = Reading::missing;
    each(index, {.observed = std::move(missing), .error = {}});
    return true;
  });
}

/// How many of `count` scopes one call is to read.
std::size_t share_of(const Roster::Member& member, Part part, std::size_t count) {
  constexpr std::size_t kFewest = 8;
  constexpr std::size_t kWorthACall = 128;
  if (part == Part::whole && member.traits->limits.scopes_per_call == 1) {
    return kFewest;
  }
  return std::max(kWorthACall, (count + member.reads_at_once - 1) / member.reads_at_once);
}

}  // namespace

void observe(const Roster& roster,
             const std::vector<Scope>& scopes,
             const std::function<void(std::size_t, Look)>& each,
             std::stop_token stop,
             Part part) {
  std::map<const Roster::Member*, std::vector<std::size_t>> by_member;
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    const auto* member = roster.find(scopes[i].account);
    if (member == nullptr) {
      each(i, {.observed = nullptr, .error = unknown_account(scopes[i])});
    } else if (member->provider == nullptr) {
      each(i, {.observed = nullptr, .error = *member->trouble});
    } else {
      by_member[member].push_back(i);
    }
  }
  std::map<const Roster::Member*, std::atomic<bool>> refused;
  std::vector<Piece> pieces;
  unsigned threads = 0;
  for (auto& [member, indices] : by_member) {
    if (part == Part::whole) {
      report_missing(*member, scopes, each, stop, indices);
    }
    const auto share = share_of(*member, part, indices.size());
    for (std::size_t i = 0; i < indices.size(); i += share) {
      const auto end = std::min(indices.size(), i + share);
      pieces.push_back({member,
                        {indices.begin() + static_cast<std::ptrdiff_t>(i),
                         indices.begin() + static_cast<std::ptrdiff_t>(end)},
                        &refused[member],
                        part});
    }
    threads += member->reads_at_once;
  }
  constexpr unsigned kMostThreads = 16;
  env::for_each_parallel(pieces.size(), std::min(threads, kMostThreads), [&](std::size_t i) {
    read_piece(pieces[i], scopes, each, stop);
  });
}

std::shared_ptr<const ObservedScope> remembered(const ClaimedScope& claimed) {
  auto seen = std::make_shared<ObservedScope>();
  seen->scope = claimed.scope;
  seen->reading = claimed.table.empty() ? Reading::missing : Reading::read;
  seen->table = claimed.table;
  for (const auto& owned : claimed.side) {
    seen->side.push_back({.handle = owned.handle});
  }
  return seen;
}

}  // namespace plumb::reconcile
