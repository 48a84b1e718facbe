#include "controller/cli/progress_line.h"

#include <nlohmann/json.hpp>

#include "controller/cli/terminal.h"
#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_text.h"

namespace plumb::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenFrames{100};
constexpr std::string_view kToLineStart = "\r";
constexpr std::string_view kEraseBelow = "\x1b[J";
// Names of wide letters take more columns than they count: they must not flow into the next line.
constexpr std::string_view kWrapOff = "\x1b[?7l";
constexpr std::string_view kWrapOn = "\x1b[?7h";

std::string erased(std::size_t lines) {
  if (lines == 0) {
    return {};
  }
  std::string text(kToLineStart);
  if (lines > 1) {
    text += "\x1b[" + std::to_string(lines - 1) + "A";
  }
  return text.append(kEraseBelow);
}

}  // namespace

ProgressLine::ProgressLine(const plan::Plan& plan,
                           const Catalog& catalog,
                           const env::Clock& clock,
                           ProgressForm form,
                           const describe::Style& style,
                           std::stop_token stop)
    : plan_(plan),
      catalog_(catalog),
      clock_(clock),
      form_(form),
      style_(style),
      stop_(std::move(stop)),
      board_(plan, clock.steady()) {
  if (form_ == ProgressForm::live) {
    ticker_ = std::jthread([this](const std::stop_token& ending) { keep_moving(ending); });
  }
}

ProgressLine::~ProgressLine() {
  finish();
}

void ProgressLine::keep_moving(const std::stop_token& ending) {
  std::unique_lock lock(mutex_);
  while (!ending.stop_requested() && !finished_) {
    draw({});
    finishing_.wait_for(lock, ending, kBetweenFrames, [&] { return finished_; });
  }
}

void ProgressLine::draw(const std::string& kept) {
  if (finished_) {
    return;
  }
  if (stop_.stop_requested()) {
    board_.stopping();
  }
  const auto size = terminal_size();
  auto lines = board_.frame(size.rows > 1 ? size.rows - 1 : 1, size.columns - 1, clock_.steady());
  if (kept.empty() && lines == drawn_) {
    return;
  }
  auto text = erased(drawn_.size()) + kept + std::string(kWrapOff);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += (i == 0 ? "" : "\n") + lines[i];
  }
  say(text.append(kWrapOn));
  drawn_ = std::move(lines);
}

void ProgressLine::scope_begun(std::uint32_t scope) {
  const std::lock_guard lock(mutex_);
  board_.begun(scope, clock_.steady());
}

void ProgressLine::scope_writes(std::uint32_t scope) {
  const std::lock_guard lock(mutex_);
  board_.writes(scope);
}

void ProgressLine::scope_ended(std::uint32_t scope) {
  const std::lock_guard lock(mutex_);
  const auto kept = board_.ended(scope, style_);
  if (form_ == ProgressForm::live && !kept.empty()) {
    draw(kept);
  }
}

void ProgressLine::changed(const apply::ChangeResult& result) {
  const auto& scope = plan_.scopes[result.scope];
  auto line = describe::change_line(scope, scope.changes[result.change], catalog_);
  const std::lock_guard lock(mutex_);
  if (form_ != ProgressForm::live) {
    say_change(result, line);
  }
  board_.changed(result, std::move(line));
}

void ProgressLine::say_change(const apply::ChangeResult& result, const std::string& line) {
  const auto& scope = plan_.scopes[result.scope];
  const auto& change = scope.changes[result.change];
  const auto domain = scope.domain.empty() ? scope.provider : scope.domain;
  if (form_ == ProgressForm::lines) {
    auto text = domain + "  " + line;
    if (result.ending != apply::Ending::done) {
      text += "  ! " + std::string(ending_name(result.ending)) + ": " +
              describe::printable(result.error.message);
    }
    say(text + "\n");
    return;
  }
  const nlohmann::json row{{"event", "change"},
                           {"domain", domain},
                           {"object", describe::object_name(scope, change, catalog_)},
                           {"change", describe::printable(line)},
                           {"result", ending_name(result.ending)},
                           {"error", describe::printable(result.error.message)},
                           {"hint", describe::printable(result.error.hint)}};
  say(row.dump() + "\n");
}

void ProgressLine::finish() {
  {
    const std::lock_guard lock(mutex_);
    if (!finished_ && !drawn_.empty()) {
      say(erased(drawn_.size()));
    }
    finished_ = true;
    drawn_.clear();
  }
  finishing_.notify_all();
  if (ticker_.joinable()) {
    ticker_.join();
  }
}

}  // namespace plumb::cli
