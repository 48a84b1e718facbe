#include "controller/reconcile/owed.h"

#include "controller/providers/owing.h"

namespace plumb::reconcile {
namespace {

std::vector<providers::Owing*> owing(const Roster& roster) {
  std::vector<providers::Owing*> found;
  for (const auto& member : roster.members()) {
    if (auto* one = dynamic_cast<providers::Owing*>(member->provider.get()); one != nullptr) {
      found.push_back(one);
    }
  }
  return found;
}

}  // namespace

std::vector<Error> owed(const Roster& roster) {
  std::vector<Error> all;
  for (auto* provider : owing(roster)) {
    for (auto& error : provider->owed()) {
      all.push_back(std::move(error));
    }
  }
  return all;
}

void tell_owed(const Roster& roster, const std::stop_token& stop) {
  for (auto* provider : owing(roster)) {
    provider->tell(stop);
  }
}

}  // namespace plumb::reconcile
