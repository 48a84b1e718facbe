#include "controller/env/parallel.h"

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace plumb::env {
namespace {

TEST(Parallel, DoesEachTaskOnce) {
  for (const unsigned threads : {0U, 1U, 2U, 8U, 100U}) {
    std::vector<std::atomic<int>> done(57);
    for_each_parallel(done.size(), threads, [&](std::size_t i) { ++done[i]; });
    for (const auto& times : done) {
      EXPECT_EQ(times, 1);
    }
  }
}

TEST(Parallel, DoesNothingForNothing) {
  for_each_parallel(0, 8, [](std::size_t) { FAIL(); });
}

TEST(Parallel, RunsInlineAndInOrderWithoutThreads) {
  std::vector<std::size_t> order;
  const auto self = std::this_thread::get_id();
  for_each_parallel(5, 1, [&](std::size_t i) {
    EXPECT_EQ(std::this_thread::get_id(), self);
    order.push_back(i);
  });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(Parallel, ReallyRunsSideBySide) {
  std::latch together(4);
  for_each_parallel(4, 4, [&](std::size_t) { together.arrive_and_wait(); });
}

}  // namespace
}  // namespace plumb::env
