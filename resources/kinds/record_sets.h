#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "resources/kinds/record_item.h"
#include "resources/kinds/reference_targets.h"
#include "resources/kinds/unread_sets.h"
#include "resources/kinds/variables.h"
#include "resources/model/diagnostic.h"
#include "resources/model/value.h"
#include "resources/values/domain_name.h"
#include "resources/values/record_type.h"

namespace plumb::kinds {

/// One value of a record set: canonical text, or a Reference or Expression whose literal parts are
/// canonical.
struct DeclaredValue {
  Value value;
  Place place;
};

/// One record set as all layers together declare it.
struct DeclaredSet {
  std::string owner;  ///< relative to the zone, "@" is the apex
  values::RecordType type{};
  Place place;                ///< of the item that came last
  std::vector<Place> united;  ///< of the items that came before, whose values it also has
  std::optional<std::uint32_t> ttl;
  Place ttl_place;
  Place name_place;  ///< of the owner's name; `place` where it is not written
  std::vector<DeclaredValue> values;
  const Value* at = nullptr;         ///< in a RecordPack; may be none
  const LintSwitch* lint = nullptr;  ///< in a RecordPack; may be none
  /// The caller's numbers of the DNSRecords that declare it; several where their TXT unite.
  std::vector<std::uint32_t> documents;
  std::uint32_t layer = 0;
  bool gone = false;
  std::string made_by;  ///< what made it, where that is no record: "Server/mx1"

  bool has_references() const;
};

/// Lays the records of profiles, Domain and DNSRecords on one another. A later layer replaces a
/// set of an earlier one by (name, type), TXT excepted, whose values unite; a CNAME displaces
/// inherited types at its name and the other way round. Within one layer each set has one source.
/// What is wrong goes to `problems`. Borrows all it is given. Not thread-safe.
class RecordSets {
 public:
  RecordSets(const values::DomainName& origin,
             const ReferenceTargets& targets,
             Diagnostics& problems)
      : origin_(origin), targets_(targets), problems_(problems) {}

  void reserve(std::size_t sets);
  /// What is added from now on replaces what was added before.
  void begin_layer();
  /// Adds an item of a pack, with its variables put in and its values made canonical. `document`:
  /// the caller's number of the DNSRecord that the item is.
  void add(const RecordPack& pack,
           const PackedRecord& record,
           const Variables& variables,
           std::optional<std::uint32_t> document = std::nullopt);
  /// Adds a set that is not written as a record. `values` as in the result; `owner` is canonical.
  void add_made(DeclaredSet set);

  /// Whether a set of that name and type is declared so far. `owner` is canonical.
  bool has(const std::string& owner, values::RecordType type) const;

  /// A value as a record of `type` writes it: variables put in, references checked, canonical.
  /// nullopt when it is wrong, or a reference to a list that has no members.
  std::optional<Value> canonical_value(values::RecordType type,
                                       std::string_view text,
                                       Place place,
                                       const Variables& variables);

  /// Notes an item of which something could not be read.
  void add_unread(const UnreadRecord& record, const Variables& variables);
  /// The sets of which something is not known: unread items, and those whose values were refused.
  UnreadSets& unread() { return unread_; }

  /// All sets that are left, in the order of their first mention.
  std::vector<DeclaredSet> take();

 private:
  std::optional<Value> canonical_literal(values::RecordType type,
                                         std::string_view text,
                                         Place place);
  std::optional<Value> canonical_reference(values::RecordType type, Value reference);
  std::optional<Value> canonical_expression(values::RecordType type, const Value& expression);
  std::optional<std::string> owner_of(const RecordPack& pack,
                                      const PackedRecord& record,
                                      const Variables& variables);
  void refuse(values::RecordType type, Place place, std::string_view text, const Error& error);
  void read_values(const RecordPack& pack,
                   const PackedRecord& record,
                   const Variables& variables,
                   DeclaredSet& set);
  void warn_of_repetition(const DeclaredSet& set, const DeclaredValue& value);
  void place_set(DeclaredSet set, bool removes);
  void unite(DeclaredSet& present, DeclaredSet set);
  void displace(const std::string& owner, values::RecordType type);
  void declared_twice(const DeclaredSet& first, const DeclaredSet& second);

  const values::DomainName& origin_;
  const ReferenceTargets& targets_;
  Diagnostics& problems_;
  UnreadSets unread_;
  bool unknowable_ =
      false;  ///< a value was left out without an error: it depends on what is broken
  std::uint32_t layer_ = 0;
  std::vector<DeclaredSet> sets_;
  std::unordered_map<std::string, std::uint32_t> index_;  ///< rrset_key -> sets_
  /// Owner -> sets_, of what earlier layers gave: what a layer may displace.
  std::unordered_multimap<std::string, std::uint32_t> inherited_;
};

}  // namespace plumb::kinds
