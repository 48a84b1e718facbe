#include "controller/reconcile/survey.h"

#include <utility>

namespace plumb::reconcile {

Survey::Survey(const Roster& roster, Tokens believed, std::stop_token stop)
    : roster_(roster), believed_(believed), stop_(std::move(stop)) {}

Survey::ByScope Survey::ask(const std::string& account) const {
  ByScope tokens;
  const auto* member = roster_.find(account);
  if (member == nullptr || member->provider == nullptr || believed_ == Tokens::none ||
      (believed_ == Tokens::exact && !member->traits->exact_tokens)) {
    return tokens;
  }
  auto containers = member->provider->survey(stop_);
  if (!containers) {
    return tokens;  // each scope is looked at then, and says what is wrong
  }
  for (auto& container : *containers) {
    tokens.emplace(std::move(container.scope), std::move(container.fingerprint));
  }
  return tokens;
}

const std::string& Survey::token_of(const Scope& scope) {
  static const std::string kNone;
  auto asked = by_account_.find(scope.account);
  if (asked == by_account_.end()) {
    asked = by_account_.emplace(scope.account, ask(scope.account)).first;
  }
  const auto found = asked->second.find(scope);
  return found == asked->second.end() ? kNone : found->second;
}

}  // namespace plumb::reconcile
