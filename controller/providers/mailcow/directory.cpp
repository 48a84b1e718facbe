#include "controller/providers/mailcow/directory.h"

#include <algorithm>
#include <utility>

#include "controller/providers/mailcow/words.h"

namespace plumb::providers::mailcow {

bool Directory::is_recent() const {
  constexpr std::chrono::seconds kMoment{10};
  return clock_.now() - read_at_ < kMoment;
}

void Directory::forget() {
  const std::lock_guard guard(mutex_);
  domains_.reset();
  keys_.clear();
}

Result<Listing> Directory::domains(const std::stop_token& stop) {
  PLUMB_TRY(listing, list_domains(api_, stop));
  const std::lock_guard guard(mutex_);
  read_at_ = clock_.now();
  domains_ = listing;
  keys_.clear();
  return std::move(listing);
}

Result<Listing> Directory::list(std::span<const Scope> scopes, const std::stop_token& stop) {
  std::optional<Listing> known;
  {
    const std::lock_guard guard(mutex_);
    known = std::exchange(domains_, std::nullopt);
    known = is_recent() ? std::move(known) : std::nullopt;
  }
  PLUMB_TRY(listing, known ? Result<Listing>(std::move(*known)) : list_domains(api_, stop));
  const auto is_there = [&](const Scope& scope) {
    return listing.has(without_dot(scope.container));
  };
  const auto is_own = [&](const Scope& scope) {
    return listing.domains.contains(without_dot(scope.container));
  };
  if (std::any_of(scopes.begin(), scopes.end(), is_own)) {
    const auto one =
        scopes.size() == 1 ? without_dot(scopes.front().container) : std::string_view();
    if (auto added = add_mailboxes(api_, one, listing, stop); !added) {
      return tl::unexpected(std::move(added).error());
    }
  }
  if (std::any_of(scopes.begin(), scopes.end(), is_there)) {
    if (auto added = add_aliases(api_, listing, stop); !added) {
      return tl::unexpected(std::move(added).error());
    }
  }
  return std::move(listing);
}

Result<std::optional<HeldKey>> Directory::key(std::string_view domain,
                                              Ask ask,
                                              const std::stop_token& stop) {
  if (ask == Ask::unless_known) {
    const std::lock_guard guard(mutex_);
    const auto known = keys_.find(domain);
    if (known != keys_.end() && is_recent()) {
      return std::move(keys_.extract(known).mapped());
    }
  }
  PLUMB_TRY(key, key_of(api_, domain, stop));
  if (ask == Ask::anew) {
    const std::lock_guard guard(mutex_);
    keys_[std::string(domain)] = key;
  }
  return std::move(key);
}

}  // namespace plumb::providers::mailcow
