#include "controller/apply/walk.h"

#include <map>
#include <string>

namespace plumb::apply {

Walk::Walk(const plan::Plan& plan, const Limits& limits)
    : plan_(plan),
      states_(plan.batches.size(), State::waiting),
      missing_(plan.batches.size(), 0),
      dependents_(plan.batches.size()),
      held_(plan.scopes.size()),
      busy_(plan.scopes.size(), false) {
  find_lanes(limits);
  for (std::uint32_t batch = 0; batch < plan.batches.size(); ++batch) {
    missing_[batch] = static_cast<std::uint32_t>(plan.batches[batch].after.size());
    for (const auto earlier : plan.batches[batch].after) {
      dependents_[earlier].push_back(batch);
    }
    if (missing_[batch] == 0) {
      lane_of(batch).ready.push_back(batch);
    }
  }
}

/// Accounts of one scope a call share a lane, so that their batches keep the plan's order. How many
/// of their calls are under way is for the limiter of their connections to say: what is written
/// down around one call can go on during another.
void Walk::find_lanes(const Limits& limits) {
  lanes_.emplace_back();
  std::map<std::string, std::uint32_t> known;
  for (const auto& planned : plan_.scopes) {
    const auto [found, fresh] = known.emplace(planned.scope.account, 0);
    const auto own = fresh && limits ? limits(planned.scope) : CallLimits();
    if (own.scopes_per_call != 1) {
      found->second = static_cast<std::uint32_t>(lanes_.size());
      lanes_.emplace_back().limits = own;
    }
    lane_of_.push_back(found->second);
  }
}

/// A batch of the lane, and as many more as fit into the call.
Walk::Company Walk::take_from(Lane& lane) {
  Company company;
  std::deque<std::uint32_t> rest;
  std::size_t changes = 0;
  const auto& limits = lane.limits;
  while (!lane.ready.empty()) {
    if (limits.scopes_per_call != 0 && company.size() >= limits.scopes_per_call) {
      break;
    }
    const auto batch = lane.ready.front();
    lane.ready.pop_front();
    const auto scope = plan_.batches[batch].scope;
    const auto size = plan_.batches[batch].changes.size();
    if (busy_[scope]) {
      held_[scope].push_back(batch);
    } else if (!company.empty() && limits.changes_per_call != 0 &&
               changes + size > limits.changes_per_call) {
      rest.push_back(batch);
    } else {
      changes += size;
      states_[batch] = State::running;
      busy_[scope] = true;
      company.push_back(batch);
    }
  }
  lane.ready.insert(lane.ready.begin(), rest.begin(), rest.end());
  return company;
}

Walk::Company Walk::take_ready() {
  for (auto& lane : lanes_) {
    auto company = lane.full() ? Company() : take_from(lane);
    if (!company.empty()) {
      ++lane.calls;
      running_ += company.size();
      return company;
    }
  }
  return {};
}

Walk::Company Walk::next() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stopped_) {
      return {};
    }
    auto company = take_ready();
    if (!company.empty() || running_ == 0) {
      return company;
    }
    changed_.wait(lock);
  }
}

void Walk::call_ended(const Company& company) {
  {
    const std::lock_guard lock(mutex_);
    --lane_of(company.front()).calls;
  }
  changed_.notify_all();
}

std::vector<std::uint32_t> Walk::ended(std::uint32_t batch, bool done) {
  std::vector<std::uint32_t> skipped;
  {
    const std::lock_guard lock(mutex_);
    states_[batch] = done ? State::done : State::failed;
    const auto scope = plan_.batches[batch].scope;
    busy_[scope] = false;
    auto& ready = lane_of(batch).ready;
    ready.insert(ready.begin(), held_[scope].begin(), held_[scope].end());
    held_[scope].clear();
    --running_;
    std::vector<std::uint32_t> fallen;
    if (!done) {
      fallen.push_back(batch);
    } else {
      for (const auto dependent : dependents_[batch]) {
        if (--missing_[dependent] == 0 && states_[dependent] == State::waiting) {
          lane_of(dependent).ready.push_back(dependent);
        }
      }
    }
    while (!fallen.empty()) {
      const auto current = fallen.back();
      fallen.pop_back();
      for (const auto dependent : dependents_[current]) {
        if (states_[dependent] == State::waiting) {
          states_[dependent] = State::failed;
          skipped.push_back(dependent);
          fallen.push_back(dependent);
        }
      }
    }
  }
  changed_.notify_all();
  return skipped;
}

void Walk::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
}

std::vector<std::uint32_t> Walk::untouched() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::uint32_t> batches;
  for (std::uint32_t batch = 0; batch < states_.size(); ++batch) {
    if (states_[batch] == State::waiting) {
      batches.push_back(batch);
    }
  }
  return batches;
}

}  // namespace plumb::apply
