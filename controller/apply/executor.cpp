#include "controller/apply/executor.h"

#include <algorithm>

#include "controller/apply/work.h"

namespace plumb::apply {

std::size_t Summary::count(Ending ending) const {
  return static_cast<std::size_t>(std::count_if(
      results.begin(), results.end(), [&](const auto& r) { return r.ending == ending; }));
}

bool Summary::all_done() const {
  return troubles.empty() && !stopped && !memory_failed && count(Ending::done) == results.size();
}

Executor::Executor(state::Store& store, env::Env env, Run run)
    : store_(store), env_(env), run_(std::move(run)) {}

Summary Executor::apply(const plan::Plan& plan,
                        const ProviderLookup& lookup,
                        const Fresh& fresh,
                        Progress& progress,
                        std::stop_token stop) {
  if (plan.run_refused) {
    return {};
  }
  return Work(store_, env_, run_, plan, lookup, fresh, progress).all(stop);
}

}  // namespace plumb::apply
