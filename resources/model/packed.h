#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "resources/model/place.h"
#include "resources/model/value.h"

namespace plumb {

/// Puts numbers, texts and trees one after another, without names and types: for a cache that only
/// the same program reads again, in the same order. Not thread-safe.
class PackWriter {
 public:
  /// A varint: 7 bits an octet, the least first.
  void number(std::uint64_t number);
  void flag(bool flag) { number(flag ? 1 : 0); }
  void text(std::string_view octets);
  /// Line and column; of the file only whether there is one.
  void place(Place place);
  /// A tree as it was read: null, flags, numbers, texts, lists and maps, with their places.
  void value(const Value& value);

  /// False after a Value that is none of those: the octets are of no use then.
  bool good() const { return good_; }
  const std::string& octets() const { return octets_; }

 private:
  std::string octets_;
  bool good_ = true;
};

/// Reads what a PackWriter put. Octets that are cut off or nonsense give zeros and empty texts, and
/// good() tells. Texts are views into the octets. Not thread-safe.
class PackReader {
 public:
  /// `file`: in which all places lie.
  PackReader(std::string_view octets, std::uint32_t file) : rest_(octets), file_(file) {}

  std::uint64_t number();
  /// A number that must fit.
  std::uint32_t number32();
  bool flag() { return number() != 0; }
  std::string_view text();
  Place place();
  Value value();
  /// How many items follow, of one octet or more each.
  std::size_t count();

  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }

 private:
  Value value_at(unsigned depth);

  std::string_view rest_;
  std::uint32_t file_;
  bool good_ = true;
};

}  // namespace plumb
