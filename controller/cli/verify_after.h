#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <utility>

#include "controller/apply/progress.h"
#include "controller/cli/workspace.h"
#include "controller/plan/plan.h"
#include "controller/verify/zone.h"

namespace plumb::cli {

/// Record sets that an apply has touched, looked up at the servers that their providers declare
/// (`verify.servers`). Not thread-safe.
class AfterApply {
 public:
  /// Takes in what was done.
  void note(const plan::Plan& plan, const apply::Summary& summary);
  /// Asks until all servers have what was done, for a few seconds at most. What to say of it, a
  /// line each; empty where no server is declared. Never an error: the apply is over.
  std::string look(Workspace& workspace, const load::Loaded& loaded, std::stop_token stop) const;

 private:
  /// By Provider, then zone and key: what was sent last.
  std::map<std::string, std::map<std::pair<std::string, std::string>, verify::RecordSet>> touched_;
};

}  // namespace plumb::cli
