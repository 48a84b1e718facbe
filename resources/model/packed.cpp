#include "resources/model/packed.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace plumb {
namespace {

enum Tag : std::uint8_t { null, no, yes, integer, text, list, map };
constexpr unsigned kDeepest = 256;
constexpr unsigned kColumnBits = [] {
  Place widest;
  --widest.column;  // from 0 to the most that it holds
  return static_cast<unsigned>(std::bit_width(std::uint64_t{widest.column}));
}();

/// Small numbers of either sign become small numbers.
std::uint64_t folded(std::int64_t number) {
  return (static_cast<std::uint64_t>(number) << 1U) ^ static_cast<std::uint64_t>(number >> 63U);
}

std::int64_t unfolded(std::uint64_t number) {
  return static_cast<std::int64_t>(number >> 1U) ^ -static_cast<std::int64_t>(number & 1U);
}

}  // namespace

void PackWriter::number(std::uint64_t number) {
  constexpr std::uint64_t kMore = 0x80;
  while (number >= kMore) {
    octets_.push_back(static_cast<char>(number | kMore));
    number >>= 7U;
  }
  octets_.push_back(static_cast<char>(number));
}

void PackWriter::text(std::string_view octets) {
  number(octets.size());
  octets_.append(octets);
}

PackWriter PackWriter::without_places() {
  PackWriter writer;
  writer.how_ = Places::none;
  return writer;
}

/// 1 + where the file stands in the list; 0 where it does not.
std::uint32_t PackWriter::told(std::uint32_t file) {
  const auto found = std::find(files_.begin(), files_.end(), file);
  if (found == files_.end()) {
    good_ = false;
    return 0;
  }
  return static_cast<std::uint32_t>(found - files_.begin()) + 1;
}

void PackWriter::place(Place place) {
  if (how_ == Places::none) {
    return;
  }
  if (how_ == Places::of_many) {
    number(place.known() ? told(place.file) : 0);
  }
  number(place.known() ? (std::uint64_t{place.line} << kColumnBits | place.column) + 1 : 0);
}

void PackWriter::places(std::span<const Place> places) {
  std::vector<Place> rows(places.begin(), places.end());
  std::uint32_t last = 0;  // most stand in the file of the one before
  std::uint32_t last_told = 0;
  for (auto& row : rows) {
    if (row.known() && row.file != last) {
      last = row.file;
      last_told = told(last);
    }
    row.file = row.known() ? last_told : 0;
  }
  this->rows<Place>(rows);
}

void PackWriter::value(const Value& value) {
  if (const auto* flag = value.as_bool()) {
    number(*flag ? yes : no);
  } else if (const auto* integer_value = value.as_int()) {
    number(integer);
    number(folded(*integer_value));
  } else if (const auto* written = value.as_string()) {
    number(Tag::text);
    text(*written);
  } else if (const auto* items = value.as_list()) {
    number(list);
    number(items->size());
    for (const auto& item : *items) {
      this->value(item);
    }
  } else if (const auto* members = value.as_map()) {
    number(map);
    number(members->size());
    for (const auto& member : *members) {
      text(member.name);
      place(member.place);
      this->value(member.value);
    }
  } else {
    number(null);
    good_ = good_ && value.is_null();
  }
  place(value.place);
}

std::uint64_t PackReader::number() {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) {
      break;
    }
    const auto octet = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    number |= std::uint64_t{octet & 0x7FU} << shift;
    if (octet < 0x80U) {
      return number;
    }
  }
  good_ = false;
  rest_ = {};
  return 0;
}

std::uint32_t PackReader::number32() {
  const auto number = this->number();
  good_ = good_ && number <= std::numeric_limits<std::uint32_t>::max();
  return good_ ? static_cast<std::uint32_t>(number) : 0;
}

std::size_t PackReader::count() {
  const auto number = this->number();
  good_ = good_ && number <= rest_.size();
  return good_ ? static_cast<std::size_t>(number) : 0;
}

std::string_view PackReader::text() {
  const auto text = rest_.substr(0, count());
  rest_.remove_prefix(text.size());
  return text;
}

std::uint32_t PackReader::file_of(std::uint64_t told) {
  if (told > files_.size()) {
    spoil();
    return 0;
  }
  return told == 0 ? 0 : files_[told - 1];
}

Place PackReader::place() {
  const auto file = many_ ? file_of(number()) : file_;
  const auto number = this->number();
  constexpr std::uint64_t kColumn = (1U << kColumnBits) - 1;
  return number == 0 ? Place()
                     : place_at(file, (number - 1) >> kColumnBits, (number - 1) & kColumn);
}

std::vector<Place> PackReader::places() {
  auto places = rows<Place>();
  for (auto& place : places) {
    place.file = file_of(place.file);
  }
  return places;
}

Value PackReader::value() {
  return value_at(0);
}

Value PackReader::value_at(unsigned depth) {
  Value value;
  const auto tag = number();
  if (depth > kDeepest || tag > map) {
    good_ = false;
    rest_ = {};
    return value;
  }
  if (tag == no || tag == yes) {
    value.data = tag == yes;
  } else if (tag == integer) {
    value.data = unfolded(number());
  } else if (tag == Tag::text) {
    value.data = std::string(text());
  } else if (tag == list) {
    Value::List items(count());
    for (auto& item : items) {
      item = value_at(depth + 1);
    }
    value.data = std::move(items);
  } else if (tag == map) {
    Value::Map members(count());
    for (auto& member : members) {
      member.name = text();
      member.place = place();
      member.value = value_at(depth + 1);
    }
    value.data = std::move(members);
  }
  value.place = place();
  return value;
}

}  // namespace plumb
