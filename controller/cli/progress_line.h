#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "controller/apply/progress.h"
#include "controller/cli/live_board.h"
#include "controller/describe/style.h"
#include "controller/env/clock.h"
#include "resources/model/kind.h"

namespace plumb::cli {

/// How an apply tells where it is.
enum class ProgressForm : std::uint8_t {
  live,    ///< a line per scope in work and the totals, written over (a terminal)
  lines,   ///< a line per change
  ndjson,  ///< a JSON object per change
};

/// Says what an apply does while it does it, on standard output. Thread-safe.
class ProgressLine final : public apply::Progress {
 public:
  /// `stop`: said where it is requested. Live: a thread of its own keeps the times moving until
  /// finish().
  ProgressLine(const plan::Plan& plan,
               const Catalog& catalog,
               const env::Clock& clock,
               ProgressForm form,
               const describe::Style& style,
               std::stop_token stop);
  ~ProgressLine() override;
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void scope_begun(std::uint32_t scope) override;
  void scope_writes(std::uint32_t scope) override;
  void changed(const apply::ChangeResult& result) override;
  void scope_ended(std::uint32_t scope) override;
  /// Takes the live lines away.
  void finish();

 private:
  void say_change(const apply::ChangeResult& result, const std::string& line);
  void keep_moving(const std::stop_token& ending);
  /// Draws the frame anew where it differs, after `kept`, which stays. Requires: mutex_ is held.
  void draw(const std::string& kept);

  const plan::Plan& plan_;
  const Catalog& catalog_;
  const env::Clock& clock_;
  ProgressForm form_;
  describe::Style style_;
  std::stop_token stop_;
  std::mutex mutex_;  // guards what follows, and the terminal
  LiveBoard board_;
  std::vector<std::string> drawn_;  ///< the lines that the terminal shows now
  bool finished_ = false;
  std::condition_variable_any finishing_;
  std::jthread ticker_;
};

}  // namespace plumb::cli
