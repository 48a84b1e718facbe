#include "controller/env/clock.h"

#include <algorithm>
#include <condition_variable>
#include <optional>

#include <fmt/format.h>

namespace plumb::env {
namespace {

using std::chrono::system_clock;

/// The number that exactly `size` digits at the start of `text` spell; they are cut off it.
std::optional<int> take_digits(std::string_view& text, std::size_t size) {
  int number = 0;
  if (text.size() < size) {
    return std::nullopt;
  }
  for (const char c : text.substr(0, size)) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(size);
  return number;
}

/// Whether `text` began with one of `choices`, which is cut off it.
bool take_one_of(std::string_view& text, std::string_view choices) {
  if (text.empty() || choices.find(text.front()) == std::string_view::npos) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  const bool dash1 = take_one_of(text, "-");
  const auto month = take_digits(text, 2);
  const bool dash2 = take_one_of(text, "-");
  const auto day = take_digits(text, 2);
  if (!year || !month || !day || !dash1 || !dash2) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) {
    return std::nullopt;
  }
  return std::chrono::sys_days{date};
}

std::optional<std::chrono::microseconds> take_fraction(std::string_view& text) {
  if (!take_one_of(text, ".")) {
    return std::chrono::microseconds{0};
  }
  std::int64_t micros = 0;
  int digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; ++digits) {
    if (digits < 6) {
      micros = micros * 10 + (text.front() - '0');
    }
    text.remove_prefix(1);
  }
  for (int i = digits; i < 6; ++i) {
    micros *= 10;
  }
  return digits == 0 ? std::nullopt : std::optional(std::chrono::microseconds{micros});
}

std::optional<std::chrono::microseconds> take_time(std::string_view& text) {
  const auto hour = take_digits(text, 2);
  const bool colon1 = take_one_of(text, ":");
  const auto minute = take_digits(text, 2);
  const bool colon2 = take_one_of(text, ":");
  const auto second = take_digits(text, 2);
  if (!hour || !minute || !second || !colon1 || !colon2 || *hour > 23 || *minute > 59 ||
      *second > 60) {
    return std::nullopt;
  }
  const auto fraction = take_fraction(text);
  if (!fraction) {
    return std::nullopt;
  }
  return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second} +
         *fraction;
}

/// What is to be subtracted to get UTC.
std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  if (take_one_of(text, "Zz")) {
    return std::chrono::minutes{0};
  }
  const bool west = !text.empty() && text.front() == '-';
  const bool sign = take_one_of(text, "+-");
  const auto hours = take_digits(text, 2);
  const bool colon = take_one_of(text, ":");
  const auto minutes = take_digits(text, 2);
  if (!sign || !hours || !minutes || !colon || *hours > 23 || *minutes > 59) {
    return std::nullopt;
  }
  const int total = *hours * 60 + *minutes;
  return std::chrono::minutes{west ? -total : total};
}

std::chrono::year_month_day day_of(system_clock::time_point when) {
  return std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(when)};
}

}  // namespace

system_clock::time_point SystemClock::now() const {
  return system_clock::now();
}

std::chrono::steady_clock::time_point SystemClock::steady() const {
  return std::chrono::steady_clock::now();
}

bool SystemClock::wait_until(std::chrono::steady_clock::time_point when, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_until(lock, stop, when, [] { return false; });
  return !stop.stop_requested();
}

system_clock::time_point ManualClock::now() const {
  const std::lock_guard lock(mutex_);
  return start_ + std::chrono::duration_cast<system_clock::duration>(elapsed_);
}

std::chrono::steady_clock::time_point ManualClock::steady() const {
  const std::lock_guard lock(mutex_);
  return std::chrono::steady_clock::time_point{elapsed_};
}

bool ManualClock::wait_until(std::chrono::steady_clock::time_point when, std::stop_token stop) {
  if (stop.stop_requested()) {
    return false;
  }
  const std::lock_guard lock(mutex_);
  elapsed_ = std::max<std::chrono::nanoseconds>(elapsed_, when.time_since_epoch());
  return true;
}

void ManualClock::advance(std::chrono::nanoseconds by) {
  const std::lock_guard lock(mutex_);
  elapsed_ += by;
}

std::string rfc3339(system_clock::time_point when) {
  const auto date = day_of(when);
  const std::chrono::hh_mm_ss time{
      std::chrono::floor<std::chrono::seconds>(when - std::chrono::floor<std::chrono::days>(when))};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                     static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()),
                     time.hours().count(),
                     time.minutes().count(),
                     time.seconds().count());
}

Result<system_clock::time_point> parse_rfc3339(std::string_view text) {
  std::string_view rest = text;
  const auto date = take_date(rest);
  const bool separated = take_one_of(rest, "Tt ");
  const auto time = take_time(rest);
  const auto offset = take_offset(rest);
  if (!date || !separated || !time || !offset || !rest.empty()) {
    return fail(ErrorCode::invalid_input,
                fmt::format("\"{}\" is no date and time", text.substr(0, 64)),
                "write it like 2026-01-31T13:45:00Z");
  }
  return system_clock::time_point{*date} + *time - *offset;
}

std::string date_text(system_clock::time_point when) {
  const auto date = day_of(when);
  return fmt::format("{:04}-{:02}-{:02}",
                     static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

Result<system_clock::time_point> parse_date(std::string_view text) {
  std::string_view rest = text;
  const auto date = take_date(rest);
  if (!date || !rest.empty()) {
    return fail(ErrorCode::invalid_input,
                fmt::format("\"{}\" is no date", text.substr(0, 64)),
                "write it like 2026-01-31");
  }
  return system_clock::time_point{*date};
}

}  // namespace plumb::env
