#include "resources/values/byte_size.h"

#include <algorithm>
#include <array>
#include <limits>

#include "resources/values/quoted.h"

namespace plumb::values {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr std::array kUnits = {
    Unit{"PiB", 1ULL << 50U},
    Unit{"TiB", 1ULL << 40U},
    Unit{"GiB", 1ULL << 30U},
    Unit{"MiB", 1ULL << 20U},
    Unit{"KiB", 1ULL << 10U},
    Unit{"PB", 1'000'000'000'000'000ULL},
    Unit{"TB", 1'000'000'000'000ULL},
    Unit{"GB", 1'000'000'000ULL},
    Unit{"MB", 1'000'000ULL},
    Unit{"kB", 1'000ULL},
    Unit{"B", 1ULL},
};

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same_unit(std::string_view a, std::string_view b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

tl::unexpected<Error> not_a_size(std::string_view text) {
  return invalid(quoted(text) + " is not a size", "write a number and a unit, as in 4GiB or 500MB");
}

tl::unexpected<Error> too_big(std::string_view text) {
  return invalid("size " + quoted(text) + " is too big", "write less than 16384PiB");
}

/// A decimal number: digits / 10^scale.
struct Decimal {
  std::uint64_t digits = 0;
  std::uint64_t divisor = 1;
  std::size_t size = 0;  ///< characters read; 0 where there is no number or too long a one
};

Decimal read_decimal(std::string_view text) {
  Decimal number;
  bool fraction = false;
  std::size_t at = 0;
  for (; at < text.size() && (is_digit(text[at]) || (text[at] == '.' && !fraction && at > 0));
       ++at) {
    if (text[at] == '.') {
      fraction = true;
      continue;
    }
    const auto digit = static_cast<std::uint64_t>(text[at] - '0');
    if (number.digits > (kMost - digit) / 10 || (fraction && number.divisor > kMost / 10)) {
      return {};
    }
    number.digits = number.digits * 10 + digit;
    number.divisor *= fraction ? 10 : 1;
  }
  number.size = at > 0 && text[at - 1] == '.' ? 0 : at;
  return number;
}

}  // namespace

Result<std::uint64_t> parse_byte_size(std::string_view text) {
  auto number = read_decimal(text);
  if (number.size == 0) {
    return not_a_size(text);
  }
  auto rest = text.substr(number.size);
  while (!rest.empty() && rest.front() == ' ') {
    rest.remove_prefix(1);
  }
  const auto* unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) {
    return same_unit(u.name, rest.empty() ? std::string_view("B") : rest);
  });
  if (unit == kUnits.end()) {
    if (rest.size() == 1 && std::string_view("kKmMgGtTpP").find(rest) != std::string_view::npos) {
      return invalid("size " + quoted(text) + " does not say which unit it means",
                     "write " + quoted(std::string(text) + "iB") + " for powers of 1024 or " +
                         quoted(std::string(text) + "B") + " for powers of 1000");
    }
    return not_a_size(text);
  }
  if (number.digits != 0 && unit->bytes > kMost / number.digits) {
    return too_big(text);
  }
  const std::uint64_t scaled = number.digits * unit->bytes;
  if (scaled % number.divisor != 0) {
    return invalid("size " + quoted(text) + " is not a whole number of bytes",
                   "write it in a smaller unit");
  }
  return scaled / number.divisor;
}

std::string format_byte_size(std::uint64_t bytes) {
  if (bytes == 0) {
    return "0B";
  }
  // Of two that divide it the larger: 2GB are 1953125KiB, too.
  const auto* unit =
      std::max_element(kUnits.begin(), kUnits.end(), [&](const Unit& a, const Unit& b) {
        return (bytes % a.bytes == 0 ? a.bytes : 0) < (bytes % b.bytes == 0 ? b.bytes : 0);
      });
  return std::to_string(bytes / unit->bytes) + std::string(unit->name);
}

}  // namespace plumb::values
