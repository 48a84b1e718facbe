#pragma once

#include <string>
#include <vector>

#include "controller/describe/plan_lines.h"

namespace plumb::describe {

/// Changes in several domains that one line of a manifest caused, and that are alike.
struct CauseGroup {
  std::vector<LineRef> alike;   ///< with the difference that most of them have
  std::vector<LineRef> differ;  ///< same line, same object, another difference
};

struct Grouping {
  std::vector<CauseGroup> groups;
  std::vector<LineRef> single;  ///< all others, in their order
};

/// Groups the lines that stand at one place of the manifests, are of one verb, reason and label,
/// and touch at least three domains.
Grouping group_by_cause(const PlanView& view, const std::vector<LineRef>& lines);

/// "in 198 domains  profiles.yaml:14  ~ RRset @ TXT  + include:amazonses.com  (2 differ:
/// odd.example, shop.example)".
std::string group_text(const PlanView& view, const CauseGroup& group, const Style& style);

}  // namespace plumb::describe
