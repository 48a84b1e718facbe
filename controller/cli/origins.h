#pragma once

#include <string>

#include "controller/load/loaded.h"

namespace plumb::cli {

/// Which declaration a row comes from. Borrows what was loaded. Thread-safe once made.
class Origins {
 public:
  explicit Origins(const load::Loaded& loaded);

  /// "domains/x.yaml:8:7 in Domain/x", every line of it where values unite; "Plumb itself" for what
  /// no line stands for.
  std::string of_row(const DesiredScope& scope, std::uint32_t row) const;
  /// Whether a declaration wrote the row, or a part of it, or its rule made it.
  bool is_of(const load::Declared& declared, const DesiredScope& scope, std::uint32_t row) const;

 private:
  const load::Declared* around(const Place& place) const;
  std::string text(const DesiredScope& scope, const Place& place) const;

  const load::Loaded& loaded_;
  std::vector<const load::Declared*> by_place_;  ///< sorted
};

}  // namespace plumb::cli
