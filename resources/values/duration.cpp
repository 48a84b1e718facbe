#include "resources/values/duration.h"

#include <array>

#include "resources/model/check.h"
#include "resources/values/quoted.h"

namespace plumb::values {
namespace {

struct Unit {
  char letter;
  std::int64_t seconds;
};

/// From the largest to the smallest, the order in which they must be written.
constexpr std::array kUnits = {
    Unit{'w', 604800}, Unit{'d', 86400}, Unit{'h', 3600}, Unit{'m', 60}, Unit{'s', 1}};

constexpr std::int64_t kLongest = 100LL * 366 * 86400;
constexpr std::int64_t kLongestTtl = 2147483647;  // RFC 2181 §8

tl::unexpected<Error> not_a_duration(std::string_view text) {
  return invalid(quoted(text) + " is not a duration",
                 "write seconds, or numbers with units from large to small, as in 1h30m or 2d");
}

/// The index in kUnits; its size for anything else.
std::size_t unit_of(char c) {
  const char folded = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  std::size_t unit = 0;
  while (unit < kUnits.size() && kUnits[unit].letter != folded) {
    ++unit;
  }
  return unit;
}

}  // namespace

Result<std::chrono::seconds> parse_duration(std::string_view text) {
  std::int64_t total = 0;
  std::size_t allowed = 0;  // units before this one were used
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t begin = at;
    std::int64_t number = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
      number = number * 10 + (text[at++] - '0');
      if (number > kLongest) {
        return invalid("duration " + quoted(text) + " is longer than 100 years", "shorten it");
      }
    }
    if (at == begin) {
      return not_a_duration(text);
    }
    const bool bare = at == text.size();
    if (bare && begin != 0) {
      return not_a_duration(text);
    }
    const std::size_t unit = bare ? kUnits.size() - 1 : unit_of(text[at++]);
    if (unit >= kUnits.size() || unit < allowed) {
      return not_a_duration(text);
    }
    allowed = unit + 1;
    total += number * kUnits[unit].seconds;
    if (total > kLongest) {
      return invalid("duration " + quoted(text) + " is longer than 100 years", "shorten it");
    }
  }
  return text.empty() ? Result<std::chrono::seconds>(not_a_duration(text))
                      : std::chrono::seconds(total);
}

std::string format_duration(std::chrono::seconds duration) {
  PLUMB_CHECK(duration.count() >= 0);
  std::int64_t rest = duration.count();
  std::string out;
  for (const auto& unit : kUnits) {
    if (unit.letter == 'w' || rest < unit.seconds) {
      continue;
    }
    out += std::to_string(rest / unit.seconds) + unit.letter;
    rest %= unit.seconds;
  }
  return out.empty() ? "0s" : out;
}

Result<std::uint32_t> parse_ttl(std::string_view text) {
  auto duration = parse_duration(text);
  if (!duration) {
    return tl::unexpected(std::move(duration).error().in("TTL"));
  }
  if (duration->count() > kLongestTtl) {
    return invalid("TTL " + quoted(text) + " is longer than 2147483647 seconds (RFC 2181 §8)",
                   "shorten it");
  }
  return static_cast<std::uint32_t>(duration->count());
}

}  // namespace plumb::values
