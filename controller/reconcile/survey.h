#pragma once

#include <map>
#include <stop_token>
#include <string>

#include "controller/reconcile/reconciler.h"
#include "resources/model/scope.h"

namespace plumb::reconcile {

/// The change tokens of a project's accounts. Each account is asked once at most, when the first of
/// its scopes is asked for. Borrows the roster. Not thread-safe.
class Survey {
 public:
  Survey(const Roster& roster, Tokens believed, std::stop_token stop);

  /// The scope's change token; empty where it has none, or one that is not believed.
  const std::string& token_of(const Scope& scope);

 private:
  using ByScope = std::map<Scope, std::string>;
  ByScope ask(const std::string& account) const;

  const Roster& roster_;
  Tokens believed_;
  std::stop_token stop_;
  std::map<std::string, ByScope> by_account_;
};

}  // namespace plumb::reconcile
