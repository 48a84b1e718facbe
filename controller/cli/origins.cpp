#include "controller/cli/origins.h"

#include <algorithm>

namespace plumb::cli {

Origins::Origins(const load::Loaded& loaded) : loaded_(loaded) {
  for (const auto& declared : loaded.declared) {
    by_place_.push_back(&declared);
  }
  std::sort(by_place_.begin(), by_place_.end(), [](const auto* a, const auto* b) {
    return a->place < b->place;
  });
}

/// The last declaration that begins before it in its file.
const load::Declared* Origins::around(const Place& place) const {
  const auto after = std::upper_bound(
      by_place_.begin(), by_place_.end(), place, [](const Place& at, const auto* declared) {
        return at < declared->place;
      });
  return after == by_place_.begin() || (*(after - 1))->place.file != place.file ? nullptr
                                                                                : *(after - 1);
}

std::string Origins::text(const DesiredScope& scope, const Place& place) const {
  const auto* declared = around(place);
  if (declared == nullptr) {
    return loaded_.files.text(place);
  }
  // One document declares several domains where it has several names.
  const bool own = declared->kind == "Domain" && scope.place.file == place.file;
  return loaded_.files.text(place) + " in " + declared->kind + "/" +
         (own ? scope.domain : declared->name);
}

std::string Origins::of_row(const DesiredScope& scope, std::uint32_t row) const {
  if (!scope.places[row].known()) {
    return "Plumb itself";
  }
  auto out = text(scope, scope.places[row]);
  const auto more = std::lower_bound(
      scope.sources.begin(), scope.sources.end(), row, [](const Sources& a, std::uint32_t b) {
        return a.entry < b;
      });
  if (more != scope.sources.end() && more->entry == row) {
    for (const auto& place : more->places) {
      out += " and " + text(scope, place);
    }
  }
  return out;
}

bool Origins::is_of(const load::Declared& declared,
                    const DesiredScope& scope,
                    std::uint32_t row) const {
  if (around(scope.places[row]) == &declared ||
      scope.made_by(row) == declared.kind + "/" + declared.name) {
    return true;
  }
  return std::any_of(scope.sources.begin(), scope.sources.end(), [&](const Sources& more) {
    return more.entry == row &&
           std::any_of(more.places.begin(), more.places.end(), [&](const Place& place) {
             return around(place) == &declared;
           });
  });
}

}  // namespace plumb::cli
