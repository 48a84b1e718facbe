#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "controller/providers/provider.h"
#include "resources/values/domain_name.h"

namespace plumb::providers::cloudflare {

/// The most operations of one batch that every plan takes.
inline constexpr std::size_t kMostOperations = 200;

/// What one change of a record set comes to. A value that changes keeps its record, with comment,
/// tags and settings (PATCH); a PUT would reset what it does not name. Values of other people
/// (ProviderChange::ours) are left as they are, with their TTLs.
struct SetChange {
  const ProviderChange* change = nullptr;
  std::vector<nlohmann::json> deletes;
  std::vector<nlohmann::json> patches;
  std::vector<nlohmann::json> posts;

  std::size_t size() const;
};

/// The operations of a change. `mark`: the comment of records that are made, and of those
/// that are written and have none of a person's; may be empty.
/// Errors: `conflict` where the change does not say which records the set has.
Result<SetChange> operations_of(const ProviderChange& change,
                                const values::DomainName& zone,
                                std::string_view mark);

/// What is sent together. `bodies`: one call each; more than one only where the changes of a
/// single owner name do not fit one call.
struct Part {
  std::span<const SetChange> sets;
  std::vector<nlohmann::json> bodies;
};

/// Brings the changes of one owner name together, in the order of the first of each.
void group_by_owner(std::vector<SetChange>& sets);

/// Cuts the changes into parts of at most kMostOperations, owner names whole. Requires: grouped.
std::vector<Part> cut(std::span<const SetChange> sets);

/// Where the second half of the changes begins, owner names whole; 0 where they are of one name.
/// Requires: grouped.
std::size_t middle_of(std::span<const SetChange> sets);

}  // namespace plumb::providers::cloudflare
