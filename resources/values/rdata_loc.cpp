// LOC (RFC 1876): places on earth, in whole thousandths of a second and centimetres.

#include <array>
#include <optional>

#include "resources/values/quoted.h"
#include "resources/values/rdata_reader.h"
#include "resources/values/rdata_types.h"

namespace plumb::values {
namespace {

constexpr std::uint32_t kMsPerDegree = 3'600'000;
constexpr std::uint32_t kMsPerMinute = 60'000;
constexpr std::int64_t kLowest = -10'000'000;     // RFC 1876 §2: 100,000 m below the spheroid
constexpr std::int64_t kHighest = 4'284'967'295;  // 32 bits above that
constexpr std::uint64_t kWidest = 9'000'000'000;  // 9 * 10^9 cm

/// A decimal number without sign, times 10^`places`; nothing where it has more places.
std::optional<std::uint64_t> read_fixed(std::string_view text, std::size_t places) {
  const auto dot = text.find('.');
  const auto whole = read_number(text.substr(0, dot), 90'000'000);
  if (!whole) {
    return std::nullopt;
  }
  std::uint64_t value = *whole;
  const auto fraction = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  if (fraction.size() > places || (dot != std::string_view::npos && fraction.empty())) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < places; ++i) {
    const char digit = i < fraction.size() ? fraction[i] : '0';
    if (digit < '0' || digit > '9') {
      return std::nullopt;
    }
    value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return value;
}

void append_fixed(std::string& out, std::uint64_t value, std::size_t places) {
  std::uint64_t divisor = 1;
  for (std::size_t i = 0; i < places; ++i) {
    divisor *= 10;
  }
  const auto fraction = std::to_string(value % divisor);
  out += std::to_string(value / divisor) + '.';
  out.append(places - fraction.size(), '0');
  out += fraction;
}

/// The two letters that end an angle, positive first.
using Hemispheres = std::string_view;

/// 1 or -1 for a hemisphere's letter in either case, 0 for anything else.
int sign_of(std::string_view word, Hemispheres letters) {
  if (word.size() != 1) {
    return 0;
  }
  const char c = word[0] >= 'a' ? static_cast<char>(word[0] - ('a' - 'A')) : word[0];
  return c == letters[0] ? 1 : c == letters[1] ? -1 : 0;
}

/// Degrees, then minutes and seconds where they are given, then the hemisphere.
Result<std::int32_t> read_angle(RdataReader& reader,
                                std::string_view field,
                                Hemispheres letters,
                                std::uint32_t most_degrees) {
  PLUMB_TRY(degrees_text, reader.word(field));
  const auto degrees = read_number(degrees_text, most_degrees);
  if (!degrees) {
    return reader.refuse(field,
                         "must begin with degrees from 0 to " + std::to_string(most_degrees) +
                             ", not " + quoted(degrees_text));
  }
  std::uint64_t ms = std::uint64_t{*degrees} * kMsPerDegree;
  PLUMB_TRY(word, reader.word(field));
  std::string_view next = word;
  int sign = sign_of(next, letters);
  for (int part = 0; part < 2 && sign == 0; ++part) {
    const auto amount = read_fixed(next, part == 0 ? 0 : 3);
    const std::uint64_t limit = part == 0 ? 60 : kMsPerMinute;
    if (!amount || *amount >= limit) {
      return reader.refuse(field, "must have minutes and seconds below 60, not " + quoted(next));
    }
    ms += part == 0 ? *amount * kMsPerMinute : *amount;
    PLUMB_TRY(following, reader.word(field));
    next = following;
    sign = sign_of(next, letters);
  }
  if (sign == 0 || ms > std::uint64_t{most_degrees} * kMsPerDegree) {
    return reader.refuse(field,
                         "must be degrees, minutes, seconds and " + std::string(1, letters[0]) +
                             " or " + std::string(1, letters[1]) + ", not more than " +
                             std::to_string(most_degrees) + " degrees");
  }
  return static_cast<std::int32_t>(ms) * sign;
}

/// Metres with an optional "m", in centimetres.
std::optional<std::uint64_t> read_metres(std::string_view word) {
  if (word.ends_with('m') || word.ends_with('M')) {
    word.remove_suffix(1);
  }
  return read_fixed(word, 2);
}

Result<std::int64_t> read_altitude(RdataReader& reader) {
  PLUMB_TRY(written, reader.word("altitude"));
  std::string_view word = written;
  const bool below = word.starts_with('-');
  if (below || word.starts_with('+')) {
    word.remove_prefix(1);
  }
  const auto cm = read_metres(word);
  const auto altitude = static_cast<std::int64_t>(cm.value_or(0)) * (below ? -1 : 1);
  if (!cm || altitude < kLowest || altitude > kHighest) {
    return reader.refuse("altitude",
                         "must be metres from -100000.00 to 42849672.95, not " + quoted(written));
  }
  return altitude;
}

/// A length that the wire holds as one digit and a power of ten; further digits are cut off, as
/// servers do.
Result<std::uint64_t> read_precision(RdataReader& reader,
                                     std::string_view field,
                                     std::uint64_t otherwise) {
  if (reader.at_end()) {
    return otherwise;
  }
  PLUMB_TRY(word, reader.word(field));
  const auto cm = read_metres(word);
  if (!cm || *cm > kWidest) {
    return reader.refuse(field, "must be metres from 0.00 to 90000000.00, not " + quoted(word));
  }
  std::uint64_t power = 1;
  while (*cm / power >= 10) {
    power *= 10;
  }
  return *cm / power * power;
}

void append_angle(std::string& out, std::int32_t angle_ms, Hemispheres letters) {
  const auto wide = std::int64_t{angle_ms};  // the wire can hold what has no negative in 32 bits
  const auto ms = static_cast<std::uint32_t>(wide < 0 ? -wide : wide);
  out += std::to_string(ms / kMsPerDegree) + ' ' + std::to_string(ms / kMsPerMinute % 60) + ' ';
  append_fixed(out, ms % kMsPerMinute, 3);
  out.push_back(' ');
  out.push_back(letters[angle_ms < 0 ? 1U : 0U]);
  out.push_back(' ');
}

}  // namespace

Result<Loc> Loc::parse(std::string_view text, const DomainName& origin, TargetRule rule) {
  RdataReader reader(RecordType::loc, text, origin, rule);
  const Loc usual;
  PLUMB_TRY(latitude, read_angle(reader, "latitude", "NS", 90));
  PLUMB_TRY(longitude, read_angle(reader, "longitude", "EW", 180));
  PLUMB_TRY(altitude, read_altitude(reader));
  PLUMB_TRY(size, read_precision(reader, "size", usual.size_cm));
  PLUMB_TRY(horizontal, read_precision(reader, "horizontal precision", usual.horizontal_cm));
  PLUMB_TRY(vertical, read_precision(reader, "vertical precision", usual.vertical_cm));
  if (const auto end = reader.end(); !end) {
    return tl::unexpected(end.error());
  }
  return Loc{latitude, longitude, altitude, size, horizontal, vertical};
}

std::string Loc::text() const {
  std::string out;
  append_angle(out, latitude_ms, "NS");
  append_angle(out, longitude_ms, "EW");
  if (altitude_cm < 0) {
    out.push_back('-');
  }
  append_fixed(out, static_cast<std::uint64_t>(altitude_cm < 0 ? -altitude_cm : altitude_cm), 2);
  for (const auto length : {size_cm, horizontal_cm, vertical_cm}) {
    out += "m ";
    append_fixed(out, length, 2);
  }
  out.push_back('m');
  return out;
}

}  // namespace plumb::values
