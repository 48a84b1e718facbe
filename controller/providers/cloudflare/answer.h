#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "resources/model/observed.h"
#include "resources/model/result.h"

// What the API answers, as rows. Fields that are not known are passed over; one that is missing or
// of another type is an Error (`internal`) that names it and `whence` ("cloudflare: GET
// /client/v4/zones").

namespace plumb::providers::cloudflare {

/// What the TTL 1 stands for: the vendor chooses.
inline constexpr std::uint32_t kAutomaticTtl = 1;

/// A zone of the account.
struct Zone {
  std::string id;
  std::string name;    ///< canonical, with final dot
  std::string type;    ///< "full", "partial", "secondary"
  std::string status;  ///< "active", "pending", "moved", ...
  std::string rival;   ///< id of another zone of this name that is as good; empty: none
  std::vector<std::string> name_servers;  ///< with final dot, sorted: what the zone above must name
};

/// One page of a listing.
struct Page {
  std::size_t count = 0;  ///< items on it
  bool last = false;
  bool again = false;  ///< something of an earlier page is on it, so that something else was missed
  std::optional<std::uint64_t> total;  ///< items on all pages
};

/// Appends the zones of GET /zones; those of another account than `account` are passed over.
Result<Page> read_zones(const nlohmann::json& envelope,
                        std::string_view account,
                        std::string_view whence,
                        std::vector<Zone>& into);
/// Leaves one zone of each name: an active one before one that waits, and that before one that has
/// moved away.
void choose_among(std::vector<Zone>& zones);
/// The zone of POST /zones.
Result<Zone> read_zone(const nlohmann::json& envelope, std::string_view whence);

/// The ids of records by what their comments say of owners.
struct Marks {
  std::map<std::string, std::vector<std::string>> by_owner;  ///< by mark
  /// The records without a comment that are most likely to stay, at most kMostBare: at the apex
  /// before others, and those below an underscore last.
  std::vector<std::string> bare;
};
/// On so many records a mark goes where there is none, so that it does not hang on one of them.
inline constexpr std::size_t kMostBare = 3;

/// Collects the records of a zone, page by page, and makes them rows.
///
/// Cloudflare has one object for each value: they are gathered by name and type, with handles as in
/// value_records.h. A record is free for another value where its comment is empty or an owner's
/// mark. Of several TTLs the lowest that is served counts for the set (RFC 2181 §5.2).
class Records {
 public:
  Records();
  ~Records();
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;

  /// One page of GET /zones/{id}/dns_records. Ids that were there before are passed over.
  Result<Page> add(const nlohmann::json& envelope, std::string_view whence);
  /// How many records there are.
  std::size_t size() const;
  /// The zone with all that was added. Requires: `zone.name` is a name.
  ObservedScope finish(const Scope& scope, const Zone& zone);
  /// Requires: finish() was not called.
  Marks marks(const Zone& zone) const;

 private:
  struct Record;
  struct Set;
  struct State;

  static void add_row(Set& set, const Zone& zone, TableBuilder& builder, ObservedScope& observed);

  std::unique_ptr<State> state_;
};

}  // namespace plumb::providers::cloudflare
