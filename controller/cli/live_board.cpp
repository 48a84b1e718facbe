#include "controller/cli/live_board.h"

#include <algorithm>
#include <map>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/paint.h"
#include "controller/describe/plan_lines.h"

namespace plumb::cli {
namespace {

constexpr std::size_t kFewScopes = 8;  ///< so many may leave a line each behind

std::int64_t seconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

/// "12 s", "4 min", "2 h".
std::string span_text(std::int64_t seconds) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  if (seconds < 2 * kMinute) {
    return std::to_string(seconds) + " s";
  }
  return seconds < 2 * kHour ? std::to_string((seconds + kMinute / 2) / kMinute) + " min"
                             : std::to_string((seconds + kHour / 2) / kHour) + " h";
}

void add_count(std::string& text, std::size_t count, std::string_view what) {
  if (count != 0) {
    text += (text.empty() ? "" : ", ") + describe::thousands(count) + " " + std::string(what);
  }
}

}  // namespace

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

LiveBoard::LiveBoard(const plan::Plan& plan, Time began)
    : plan_(plan),
      began_(began),
      counts_(plan.scopes.size()),
      named_twice_(plan.scopes.size(), false) {
  for (const auto& batch : plan.batches) {
    counts_[batch.scope].all += batch.changes.size();
    total_ += batch.changes.size();
  }
  std::map<std::string, std::size_t> headings;
  for (const auto& scope : plan.scopes) {
    ++headings[describe::heading(scope)];
  }
  for (std::uint32_t scope = 0; scope < plan.scopes.size(); ++scope) {
    scopes_ += counts_[scope].all != 0 ? 1U : 0U;
    named_twice_[scope] = headings[describe::heading(plan.scopes[scope])] > 1;
  }
}

void LiveBoard::begun(std::uint32_t scope, Time now) {
  if (counts_[scope].all != 0) {
    working_.push_back({.scope = scope, .since = now, .last = {}});
  }
}

void LiveBoard::writes(std::uint32_t scope) {
  for (auto& at : working_) {
    at.writes = at.writes || at.scope == scope;
  }
}

void LiveBoard::changed(const apply::ChangeResult& result, std::string change) {
  auto& counts = counts_[result.scope];
  const bool done = result.ending == apply::Ending::done;
  ++(done ? done_ : failed_);
  ++(done ? counts.done : counts.failed);
  counts.refused += result.ending == apply::Ending::refused ? 1 : 0;
  counts.skipped += result.ending == apply::Ending::skipped ? 1 : 0;
  counts.in_doubt += result.ending == apply::Ending::in_doubt ? 1 : 0;
  counts.not_reached += result.ending == apply::Ending::not_reached ? 1 : 0;
  for (auto& at : working_) {
    if (at.scope == result.scope) {
      at.last = (done ? "" : "! ") + std::move(change);
      return;
    }
  }
}

std::string LiveBoard::ended(std::uint32_t scope, const describe::Style& style) {
  std::erase_if(working_, [&](const At& at) { return at.scope == scope; });
  const auto& counts = counts_[scope];
  if (counts.all == 0) {
    return {};
  }
  ++scopes_ended_;
  if (counts.failed == 0 && scopes_ > kFewScopes) {
    return {};
  }
  std::string text;
  add_count(text, counts.done, "applied");
  add_count(text, counts.refused, "refused");
  add_count(text, counts.skipped, "skipped");
  add_count(text, counts.in_doubt, "in doubt");
  add_count(text, counts.not_reached, "not reached");
  const bool good = counts.failed == 0;
  return "  " +
         describe::painted(
             good ? "✓" : "!", good ? describe::Paint::green : describe::Paint::red, style) +
         " " + label(scope) + "  " + text + "\n";
}

std::string LiveBoard::label(std::uint32_t scope) const {
  const auto& planned = plan_.scopes[scope];
  return describe::heading(planned) +
         (named_twice_[scope] ? " at " + describe::printable(planned.provider) : "");
}

std::string LiveBoard::line(const At& at, std::size_t label_width, Time now) const {
  const auto& counts = counts_[at.scope];
  auto text = "  " + describe::padded(describe::cut(label(at.scope), label_width), label_width) +
              "  " + describe::thousands(counts.done + counts.failed) + " of " +
              describe::thousands(counts.all) + (at.writes ? "  writing" : "  looking again");
  const auto took = seconds(now - at.since);
  constexpr std::int64_t kWorthSaying = 3;
  text += took < kWorthSaying ? "" : " for " + span_text(took);
  return text + (at.last.empty() ? "" : "  " + at.last);
}

std::string LiveBoard::totals(Time now) const {
  auto text = describe::thousands(done_ + failed_) + " of " + describe::counted(total_, "change");
  text += failed_ == 0 ? "" : " · " + describe::thousands(failed_) + " failed";
  if (scopes_ > 1) {
    text += " · " + describe::thousands(scopes_ended_) + " of " +
            describe::counted(scopes_, "scope") + " done";
  }
  const auto elapsed = seconds(now - began_);
  const auto ended = static_cast<std::int64_t>(done_ + failed_);
  const auto left = static_cast<std::int64_t>(total_) - ended;
  if (stopping_) {
    text += " · stopping: what is running is finished (once more: ends at once, loses nothing)";
  } else if (elapsed >= 2 && ended != 0 && left > 0) {
    text += " · about " + span_text(std::max<std::int64_t>(elapsed * left / ended, 1)) + " left";
  }
  return text;
}

std::vector<std::string> LiveBoard::frame(std::size_t rows, std::size_t columns, Time now) const {
  if (rows == 0) {
    return {};
  }
  const auto room = rows - 1;  // the totals have the last line
  const bool fits = working_.size() <= room;
  const auto shown = fits ? working_.size() : room == 0 ? 0 : room - 1;
  std::size_t width = 0;
  for (std::size_t i = 0; i < shown; ++i) {
    width = std::max(width, describe::columns(label(working_[i].scope)));
  }
  width = std::min(width, columns / 2);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < shown; ++i) {
    lines.push_back(line(working_[i], width, now));
  }
  if (!fits && room != 0) {
    lines.push_back("  and " + describe::counted(working_.size() - shown, "more scope") +
                    " in work");
  }
  lines.push_back(totals(now));
  for (auto& text : lines) {
    text = describe::cut(text, columns);
  }
  return lines;
}

}  // namespace plumb::cli
