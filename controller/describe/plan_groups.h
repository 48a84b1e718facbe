#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/describe/plan_lines.h"

namespace plumb::describe {

/// Changes in several domains that one line of a manifest caused, and that are alike.
struct CauseGroup {
  std::vector<LineRef> alike;   ///< in at least three domains
  std::vector<LineRef> differ;  ///< same line, same object, another difference: shown by themselves
  std::string what;             ///< the difference; "{domain}" stands for each domain's name
};

struct Grouping {
  std::vector<CauseGroup> groups;
  std::vector<LineRef> single;  ///< all others, in their order
};

/// Groups the lines that stand at one place of the manifests, are of one verb, reason and object,
/// and say the same of at least three domains. Never deletions, adoptions or conflicts.
Grouping group_by_cause(const PlanView& view, const std::vector<LineRef>& lines);

/// Changes of many objects that say the same, wherever they were caused.
struct SameChange {
  std::vector<LineRef> lines;
  std::string what;
};

struct Sameness {
  std::vector<SameChange> same;
  std::vector<LineRef> single;  ///< all others, in their order
};

/// Gathers edits and healings without risk that say the same ("ttl 3600 → 300") of at least twenty
/// objects. For plans that nobody would read line by line.
Sameness group_by_difference(const PlanView& view, const std::vector<LineRef>& lines);

/// "in 1,000 domains  ~ 66,000 RRset  ttl 3600 → 300  manifest changed (-v shows them)".
std::string same_text(const PlanView& view, const SameChange& same, const Style& style);

/// "in 198 domains  profiles.yaml:14  ~ RRset @ TXT  + include:amazonses.com  manifest changed"
/// and, where some differ, "(2 differ: odd.example, shop.example)"; over as many lines as it takes.
std::string group_text(const PlanView& view, const CauseGroup& group, const Style& style);

}  // namespace plumb::describe
