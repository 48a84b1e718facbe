#include "controller/cli/progress_line.h"

#include <nlohmann/json.hpp>

#include "controller/cli/terminal.h"
#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_text.h"

namespace plumb::cli {

std::string_view ending_name(apply::Ending ending) {
  switch (ending) {
    case apply::Ending::done:
      return "done";
    case apply::Ending::refused:
      return "refused";
    case apply::Ending::skipped:
      return "skipped";
    case apply::Ending::in_doubt:
      return "in doubt";
    case apply::Ending::not_reached:
      return "not reached";
  }
  return "";
}

ProgressLine::ProgressLine(const plan::Plan& plan,
                           const Catalog& catalog,
                           const env::Clock& clock,
                           ProgressForm form,
                           const describe::Style& style)
    : plan_(plan),
      catalog_(catalog),
      clock_(clock),
      form_(form),
      style_(style),
      began_(clock.steady()) {
  for (const auto& batch : plan.batches) {
    total_ += batch.changes.size();
  }
}

std::string ProgressLine::live_text() const {
  const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(clock_.steady() - began_);
  std::string text = std::to_string(done_ + failed_) + " of " + std::to_string(total_);
  if (failed_ != 0) {
    text += ", " + std::to_string(failed_) + " failed";
  }
  const auto ended = static_cast<std::int64_t>(done_ + failed_);
  if (elapsed.count() >= 2 && ended != 0) {
    const auto left = elapsed.count() * (static_cast<std::int64_t>(total_) - ended) / ended;
    text += " · about " + std::to_string(left) + " s left";
  }
  return text + " · " + current_;
}

void ProgressLine::changed(const apply::ChangeResult& result) {
  const auto& scope = plan_.scopes[result.scope];
  const auto& change = scope.changes[result.change];
  const auto line = describe::change_line(scope, change, catalog_);
  const auto domain = scope.domain.empty() ? scope.provider : scope.domain;
  const std::lock_guard lock(mutex_);
  (result.ending == apply::Ending::done ? done_ : failed_) += 1;
  current_ = domain;
  if (form_ == ProgressForm::lines) {
    auto text = domain + "  " + line;
    if (result.ending != apply::Ending::done) {
      text += "  ! " + std::string(ending_name(result.ending)) + ": " +
              describe::printable(result.error.message);
    }
    say(text + "\n");
  } else if (form_ == ProgressForm::ndjson) {
    const nlohmann::json row{{"event", "change"},
                             {"domain", domain},
                             {"object", describe::object_name(scope, change, catalog_)},
                             {"change", describe::printable(line)},
                             {"result", ending_name(result.ending)},
                             {"error", describe::printable(result.error.message)},
                             {"hint", describe::printable(result.error.hint)}};
    say(row.dump() + "\n");
  } else if (form_ == ProgressForm::live) {
    constexpr std::chrono::milliseconds kBetween{100};
    if (clock_.steady() - shown_ >= kBetween) {
      shown_ = clock_.steady();
      complain("\r\x1b[K" + live_text().substr(0, style_.width - 1));
    }
  }
}

void ProgressLine::finish() {
  if (form_ == ProgressForm::live) {
    complain("\r\x1b[K");
  }
}

}  // namespace plumb::cli
