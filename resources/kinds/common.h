#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resources/kinds/record_item.h"
#include "resources/model/diagnostic.h"
#include "resources/model/kind.h"
#include "resources/model/place.h"
#include "resources/model/value.h"

namespace plumb::kinds {

/// A text and where it was written.
struct PlacedText {
  std::string text;
  Place place;
};

/// What every declaration may say of itself, besides what it declares.
struct Common {
  std::vector<PlacedText> depends_on;  ///< "Kind/name"
  bool protect = false;
  bool paused = false;
  std::optional<PlacedText> formerly;
  std::vector<std::string> ignore;   ///< JSON pointers (RFC 6901)
  std::vector<Place> ignore_places;  ///< parallel to `ignore`
  LintSwitch lint;
};

/// Reads the common members of a `spec` that the schema has passed. What only code can check
/// (the form of `dependsOn`, of JSON pointers) goes to `problems`. `kind`: of the resources that
/// the declaration makes, whose fields `ignore` names; nullptr where there are several.
Common read_common(const Value& spec, Diagnostics& problems, const Kind* kind = nullptr);

/// "/at/cf/a~1b" as {"at", "cf", "a/b"} (RFC 6901).
std::vector<std::string> pointer_tokens(std::string_view pointer);

/// `metadata.labels` of a document, as text.
std::vector<std::pair<std::string, std::string>> read_labels(const Value& metadata);

/// How drift is dealt with: `heal` or `report`, for all kinds or by kind.
struct Drift {
  std::optional<bool> heal;                           ///< `default` of the map, or the one word
  std::vector<std::pair<std::string, bool>> by_kind;  ///< "RRset" -> heal
};
/// Reads `drift`; unknown kinds go to `problems`. `kinds` are the names of the resource kinds.
Drift read_drift(const Value& value,
                 std::span<const std::string_view> kinds,
                 Diagnostics& problems);
/// What holds for a kind: `over` before `under`; report where nobody says anything.
bool heals(const Drift& over, const Drift& under, std::string_view kind);

/// The texts of a list that the schema has passed; members that are no text are left out.
std::vector<PlacedText> read_texts(const Value* list);

/// The member as bool, `otherwise` where it is absent or null.
bool read_flag(const Value& map, std::string_view name, bool otherwise = false);

}  // namespace plumb::kinds
