#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/diagnostic.h"
#include "resources/rules/zone_view.h"

namespace plumb::rules {

/// One thing that a zone should not be. An error surely breaks something; what may be meant is a
/// warning.
struct Rule {
  std::string_view id;         ///< "mx-target-address": what `lint.off` and messages say; stable
  std::string_view summary;    ///< what is wrong, one sentence without dot
  std::string_view reference;  ///< "RFC 5321 §5.1"; may be empty
  Severity severity = Severity::error;  ///< the worst that the rule says
};

/// All rules, by theme.
std::span<const Rule> rules();
/// The ids of all rules, sorted: for "did you mean".
std::vector<std::string_view> rule_ids();

/// Checks a whole zone against all rules but those in `rules_off` (and in a record's own). `others`
/// are the zones of the project, with or without this one; may be nullptr. All findings, in the
/// order of the rules, at the place of the record. Thread-safe.
void lint_zone(const ZoneView& zone,
               const ZoneDirectory* others,
               std::span<const std::string> rules_off,
               Diagnostics& problems);

}  // namespace plumb::rules
