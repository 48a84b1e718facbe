#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resources/model/observed.h"
#include "resources/values/domain_name.h"
#include "resources/values/rdata_types.h"
#include "resources/values/record_type.h"

namespace plumb::providers::zonefile {

/// One record set of a master file.
struct RecordSet {
  std::string key;                         ///< as kinds::rrset_key makes it: "www\0A"
  std::optional<values::RecordType> type;  ///< nothing: a type that plumb does not know
  std::uint32_t ttl = 0;                   ///< seconds; the lowest where the file mixes them
  bool mixed_ttl = false;                  ///< the file states several TTLs (RFC 2181 §5.2)
  /// Canonical rdata; of an opaque set the text as it stands in the file, on one line.
  std::vector<std::string> values;
  /// TXT values whose strings are not cut where plumb cuts them, each with its text as it is to be
  /// written again: what others wrote in several strings stays so. By value.
  std::vector<std::pair<std::string, std::string>> cut = {};
  std::string opaque_because;  ///< empty: not opaque
  /// Opaque sets: the origin that relative names in the text refer to, absolute.
  std::string origin;

  bool opaque() const { return !opaque_because.empty(); }
  /// The text of a value in a master file.
  std::string text_of(std::string_view value) const;
};

/// A zone as one master file holds it.
struct Zone {
  values::DomainName name;
  std::optional<std::uint32_t> default_ttl;  ///< the file's `$TTL`, the last one where it has many
  values::Soa soa;
  std::uint32_t soa_ttl = 0;
  std::string owner;            ///< the owner mark in the comments at its head; may be empty
  std::vector<RecordSet> sets;  ///< all but the SOA, in the order of the file
};

/// The zone as rows: the Zone itself, the SOA and the record sets, with the flags that plan/ needs.
/// A mixed TTL is an output "mixedTTL" of its row. `reading`, `scope` and `fingerprint` are left
/// to the caller.
ObservedScope observed_zone(const Zone& zone);

}  // namespace plumb::providers::zonefile
