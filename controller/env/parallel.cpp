#include "controller/env/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace plumb::env {

void for_each_parallel(std::size_t count,
                       unsigned threads,
                       const std::function<void(std::size_t)>& task) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (auto index = next++; index < count; index = next++) {
      task(index);
    }
  };
  std::vector<std::jthread> others;
  const auto wanted = std::min<std::size_t>(threads, count);
  for (std::size_t i = 1; i < wanted; ++i) {
    others.emplace_back(work);
  }
  work();
}

}  // namespace plumb::env
