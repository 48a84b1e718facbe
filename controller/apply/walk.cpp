#include "controller/apply/walk.h"

namespace plumb::apply {

Walk::Walk(const plan::Plan& plan)
    : plan_(plan),
      states_(plan.batches.size(), State::waiting),
      missing_(plan.batches.size(), 0),
      dependents_(plan.batches.size()),
      held_(plan.scopes.size()),
      busy_(plan.scopes.size(), false) {
  for (std::uint32_t batch = 0; batch < plan.batches.size(); ++batch) {
    missing_[batch] = static_cast<std::uint32_t>(plan.batches[batch].after.size());
    for (const auto earlier : plan.batches[batch].after) {
      dependents_[earlier].push_back(batch);
    }
    if (missing_[batch] == 0) {
      ready_.push_back(batch);
    }
  }
}

std::optional<std::uint32_t> Walk::take_ready() {
  while (!ready_.empty()) {
    const auto batch = ready_.front();
    ready_.pop_front();
    const auto scope = plan_.batches[batch].scope;
    if (!busy_[scope]) {
      return batch;
    }
    held_[scope].push_back(batch);
  }
  return std::nullopt;
}

std::optional<std::uint32_t> Walk::next() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stopped_) {
      return std::nullopt;
    }
    if (const auto batch = take_ready()) {
      states_[*batch] = State::running;
      busy_[plan_.batches[*batch].scope] = true;
      ++running_;
      return batch;
    }
    if (running_ == 0) {
      return std::nullopt;
    }
    changed_.wait(lock);
  }
}

std::vector<std::uint32_t> Walk::ended(std::uint32_t batch, bool done) {
  std::vector<std::uint32_t> skipped;
  {
    const std::lock_guard lock(mutex_);
    states_[batch] = done ? State::done : State::failed;
    const auto scope = plan_.batches[batch].scope;
    busy_[scope] = false;
    ready_.insert(ready_.begin(), held_[scope].begin(), held_[scope].end());
    held_[scope].clear();
    --running_;
    std::vector<std::uint32_t> fallen;
    if (!done) {
      fallen.push_back(batch);
    } else {
      for (const auto dependent : dependents_[batch]) {
        if (--missing_[dependent] == 0 && states_[dependent] == State::waiting) {
          ready_.push_back(dependent);
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
