#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resources/kinds/unread_sets.h"
#include "resources/model/place.h"
#include "resources/values/domain_name.h"
#include "resources/values/record_type.h"

namespace plumb::rules {

/// One record set of a zone as the rules see it. Texts are borrowed from the caller's tables.
struct ZoneRecord {
  std::string_view owner;  ///< relative to the zone, canonical: "www", "@"
  values::RecordType type{};
  std::optional<std::uint32_t> ttl;
  std::vector<std::string_view> values;  ///< canonical data; of TXT the octets
  Place place;
  Place name_place = {};  ///< of the owner's name; unknown where it is not written
  std::span<const Place> value_places = {};  ///< parallel to `values`, or empty; borrowed
  bool unresolved = false;  ///< has references: it exists, but what it says is not known yet
  bool proxied = false;     ///< a proxy of the vendor's answers at its addresses
  const std::vector<std::string>* rules_off = nullptr;  ///< `lint.off` of the record; may be none

  /// Where to look for what is wrong: with the name, with one of `values` (a view into it),
  /// with all of them. The closest that is known.
  Place of_name() const { return name_place.known() ? name_place : place; }
  Place of_value(std::string_view value) const;
  Place of_values() const { return value_places.empty() ? place : value_places.front(); }
};

/// What is known of a zone besides its records.
struct ZoneSettings {
  /// Everything in the zone is declared: what is missing here is missing in the world. Else a
  /// missing record may be somebody else's, and is a warning only.
  bool exclusive = true;
  /// Sets that are declared but could not be read: nothing is said of their absence. Borrowed; may
  /// be none.
  const kinds::UnreadSets* unread = nullptr;
  std::vector<std::string> unmanaged = {};  ///< globs of `dns.unmanaged`: there in the world
  Place place = {};                         ///< of the declaration that heads the zone
};

/// The records of one zone with an index by owner name. Immutable; may be shared between threads.
/// Borrows the texts of its records.
class ZoneView {
 public:
  /// `records` in any order; several of one owner and type are allowed (TXT of several places).
  ZoneView(values::DomainName origin, std::vector<ZoneRecord> records, ZoneSettings settings = {});

  const values::DomainName& origin() const { return origin_; }
  const ZoneSettings& settings() const { return settings_; }
  /// By owner, then type.
  std::span<const ZoneRecord> records() const { return records_; }
  /// The records at one owner name, by type; empty where there are none. O(log n).
  std::span<const ZoneRecord> at(std::string_view owner) const;
  /// The records of one owner and type.
  std::span<const ZoneRecord> at(std::string_view owner, values::RecordType type) const;
  /// The rows (into records()) of one type, ascending.
  std::span<const std::uint32_t> of_type(values::RecordType type) const;
  /// Whether a name below `owner` has records: then `owner` exists too (RFC 4592 §2.2.2).
  bool has_below(std::string_view owner) const;

  /// The owner name of an absolute name in this zone, "@" for the origin; nullopt outside of it.
  /// A view into `absolute`.
  std::optional<std::string_view> owner_of(std::string_view absolute) const;
  /// "www.example.com": an owner name for people.
  std::string full_name(std::string_view owner) const;
  /// The owner name, at or above `owner`, at which the zone hands over to another (NS below the
  /// apex, RFC 1034 §4.2); nullopt where there is none. The highest if there are several.
  std::optional<std::string_view> cut_above(std::string_view owner) const;
  /// Whether the record set may be there without being among the records: unmanaged, or unread.
  bool may_be_elsewhere(std::string_view owner, values::RecordType type) const;
  /// Whether something that could not be read may change what is known of a name: sets of its own,
  /// a delegation or DNAME above it, a wildcard.
  bool may_be_unread(std::string_view owner) const;

 private:
  struct TypeRows {
    values::RecordType type{};
    std::vector<std::uint32_t> rows;
  };

  values::DomainName origin_;
  ZoneSettings settings_;
  std::vector<ZoneRecord> records_;
  std::vector<TypeRows> by_type_;
  std::vector<std::string_view> cuts_;        ///< sorted
  std::vector<std::string_view> from_right_;  ///< owners by their octets from the right; only made
                                              ///< where a wildcard needs it
};

/// The labels of a relative name above its first, "@" above the last one: "a.b" -> "b" -> "@".
std::string_view parent_of(std::string_view owner);

/// The other zones that are declared, for names that lie in them. Immutable. Borrows the views.
class ZoneDirectory {
 public:
  ZoneDirectory() = default;
  explicit ZoneDirectory(std::vector<const ZoneView*> zones);
  virtual ~ZoneDirectory() = default;
  ZoneDirectory(const ZoneDirectory&) = default;
  ZoneDirectory& operator=(const ZoneDirectory&) = default;
  /// The zone that owns an absolute name: the longest origin at or above it; nullptr for none.
  virtual const ZoneView* zone_of(std::string_view absolute) const;

 private:
  std::vector<const ZoneView*> zones_;  ///< by origin
};

}  // namespace plumb::rules
