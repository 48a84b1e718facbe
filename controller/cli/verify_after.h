#pragma once

#include <chrono>
#include <map>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "controller/apply/progress.h"
#include "controller/cli/workspace.h"
#include "controller/plan/plan.h"
#include "controller/verify/look.h"

namespace plumb::cli {

/// Record sets that an apply has touched, looked up where they are to be served: at the servers
/// that a Provider declares (`verify.servers`), else at those that the declared resolvers find. Not
/// thread-safe.
class AfterApply {
 public:
  /// Takes in what was done.
  void note(const plan::Plan& plan, const apply::Summary& summary);
  /// Asks until all servers that answer have what was done, for three seconds at most. What to say
  /// of it, a line each; empty where nobody is known to be asked, and when stopped. Never an error:
  /// the apply is over.
  std::string look(Workspace& workspace, const load::Loaded& loaded, std::stop_token stop) const;

 private:
  /// A Provider and a zone there.
  using Where = std::pair<std::string, std::string>;
  using Servers = std::map<Where, std::vector<verify::NameServer>>;
  Servers servers(Workspace& workspace,
                  const load::Loaded& loaded,
                  std::chrono::milliseconds patience,
                  const std::stop_token& stop) const;

  /// By key: what was sent last.
  std::map<Where, std::map<std::string, verify::RecordSet>> touched_;
};

}  // namespace plumb::cli
