#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/kind.h"

namespace plumb::plan {

/// How the bodies of one resource are held against each other.
struct Rules {
  const Kind& kind;
  const std::vector<std::string>& ignore;  ///< JSON pointers of fields that are not compared
  /// The set field that is claimed value by value here; 0 = sets are compared whole.
  std::uint8_t union_field = 0;
};

/// Who moved what, over the fields of a desired body.
struct Comparison {
  bool edited = false;         ///< some field: the manifests moved, the world did not
  bool drifted = false;        ///< some field: the world moved, the manifests did not
  bool both = false;           ///< some field: both moved, to different values
  bool foreign = false;        ///< some field differs and nothing is claimed
  bool added = false;          ///< a union that was never ours lacks our values
  bool fixed = false;          ///< some field that differs cannot be changed in place
  bool fixed_drifted = false;  ///< ... and it was not the manifests alone that moved it

  bool equal() const { return !edited && !drifted && !both && !foreign && !added; }
};

/// Whether field `number` cannot be read back, so that the claim alone says what it is.
bool is_write_only(const Kind& kind, std::uint8_t number);
/// Whether two bodies have the same bytes in all such fields.
bool same_write_only(const Kind& kind, std::string_view a, std::string_view b);
/// Whether `body` has any such field.
bool has_write_only(const Kind& kind, std::string_view body);

/// Holds `observed` against `desired` on the fields that `desired` has; `claimed` (what was last
/// applied) says who moved. Unions: equal when every desired value is there and none that was
/// ours before and is no longer declared. Write-only fields are held against the claim alone:
/// without one there is no telling, and they count as equal.
Comparison compare(const Rules& rules,
                   std::string_view desired,
                   std::string_view observed,
                   std::optional<std::string_view> claimed);

/// Whether `observed` still says what was last applied (on the fields of `claimed`).
bool unchanged_since(const Rules& rules, std::string_view claimed, std::string_view observed);

/// Whether two bodies have the same fields: the mask did not move.
bool same_mask(std::string_view a, std::string_view b);

/// What is sent: the desired fields and the vendor's others (a PUT would reset them); of unions
/// the desired values and those of other people. `keep_drifted`: fields (values) that only the
/// world moved stay as they are.
std::string merge(const Rules& rules,
                  std::string_view desired,
                  std::string_view observed,
                  std::optional<std::string_view> claimed,
                  bool keep_drifted);

/// A union without our values; nullopt where nothing is left of it.
std::optional<std::string> without_ours(const Rules& rules,
                                        std::string_view claimed,
                                        std::string_view observed);
/// Whether any value of a union that was ours is still there.
bool holds_ours(const Rules& rules, std::string_view claimed, std::string_view observed);

}  // namespace plumb::plan
