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

namespace plumb::cli {

/// What came of one password that an apply has set.
struct TriedLogin {
  enum class Outcome : std::uint8_t {
    accepted,
    refused,
    undecided,  ///< the server could not say
    not_tried,  ///< nothing was sent
  };
  std::string mailbox;  ///< "jane@example.com"
  std::string server;   ///< "mx1.example.com:993"; empty: none was asked
  Outcome outcome = Outcome::not_tried;
  std::string why;  ///< for all but `accepted`
};

/// A password that an apply has set.
struct SetPassword {
  std::string provider;
  std::string mailbox;
  SecretRef secret;
  std::string print;    ///< of what was set
  bool closed = false;  ///< only receives, or nobody may log in
};

/// The passwords that an apply has set, each tried by one IMAP login where people log in: at the
/// Provider's `verify.imap`, else at the domain's servers with the role `client`. Not thread-safe.
class LoginsAfterApply {
 public:
  /// Takes in what was done. `clock` as it is now: servers look at what was written a moment later.
  void note(const plan::Plan& plan, const apply::Summary& summary, const env::Clock& clock);
  /// Tries at most 50, a few at once; once three were refused no more, since servers lock out who
  /// is refused often. Empty where nothing was set, nobody is known to be asked, or stopped. Never
  /// an error: the apply is over.
  std::vector<TriedLogin> look(Workspace& workspace,
                               const load::Loaded& loaded,
                               state::Store& store,
                               std::stop_token stop) const;

 private:
  /// By scope and key: what was set last.
  std::map<std::pair<Scope, std::string>, SetPassword> set_;
  std::chrono::steady_clock::time_point when_ = {};
};

/// Whether any was refused.
bool any_refused(const std::vector<TriedLogin>& tried);
/// As an apply tells it, a line for all that went alike; empty where nothing was tried.
std::string logins_text(const std::vector<TriedLogin>& tried);
/// The same as lines of JSON: {"event": "login", "mailbox": ..., "outcome": ...}.
std::string logins_ndjson(const std::vector<TriedLogin>& tried);

}  // namespace plumb::cli
