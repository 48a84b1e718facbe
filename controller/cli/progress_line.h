#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "controller/apply/progress.h"
#include "controller/describe/style.h"
#include "controller/env/clock.h"
#include "resources/model/kind.h"

namespace plumb::cli {

/// How an apply tells where it is.
enum class ProgressForm : std::uint8_t {
  live,    ///< one line that is written over, with totals and time left (a terminal)
  lines,   ///< a line per change
  ndjson,  ///< a JSON object per change
  silent,
};

/// Says what an apply does while it does it, on standard output (live: standard error).
/// Thread-safe.
class ProgressLine final : public apply::Progress {
 public:
  ProgressLine(const plan::Plan& plan,
               const Catalog& catalog,
               const env::Clock& clock,
               ProgressForm form,
               const describe::Style& style);
  void changed(const apply::ChangeResult& result) override;
  /// Takes the live line away.
  void finish();

 private:
  std::string live_text() const;

  const plan::Plan& plan_;
  const Catalog& catalog_;
  const env::Clock& clock_;
  ProgressForm form_;
  describe::Style style_;
  std::size_t total_ = 0;
  std::mutex mutex_;  // guards what follows
  std::size_t done_ = 0;
  std::size_t failed_ = 0;
  std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point shown_;
  std::string current_;
};

/// "done", "refused", "skipped", "in doubt", "not reached".
std::string_view ending_name(apply::Ending ending);

}  // namespace plumb::cli
