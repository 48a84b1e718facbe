#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "resources/model/place.h"
#include "resources/model/value.h"

namespace plumb {

/// Puts numbers, texts and trees one after another, without names and types: for a cache that only
/// the same program reads again, in the same order. Not thread-safe.
class PackWriter {
 public:
  /// All places lie in one file, which is not told.
  PackWriter() = default;
  /// Places lie in one of `files`, which outlive this: told is in the how-manieth.
  explicit PackWriter(std::span<const std::uint32_t> files)
      : files_(files), how_(Places::of_many) {}
  /// Places are left out: for what two trees have in common. Not to be read.
  static PackWriter without_places();

  /// A varint: 7 bits an octet, the least first.
  void number(std::uint64_t number);
  void flag(bool flag) { number(flag ? 1 : 0); }
  void text(std::string_view octets);
  /// Line and column; of the only file no more than whether there is one.
  void place(Place place);
  /// Many of them, 8 octets each.
  void places(std::span<const Place> places);
  /// Rows without pointers and padding as they lie in memory.
  template <class Row>
  void rows(std::span<const Row> rows) {
    static_assert(std::is_trivially_copyable_v<Row>);
    text({reinterpret_cast<const char*>(rows.data()), rows.size_bytes()});
  }
  /// A tree as it was read: null, flags, numbers, texts, lists and maps, with their places.
  void value(const Value& value);

  /// False after a Value that is none of those, or a place in none of the files: the octets are of
  /// no use then.
  bool good() const { return good_; }
  const std::string& octets() const { return octets_; }
  std::string take() { return std::move(octets_); }

 private:
  enum class Places : std::uint8_t { none, of_one, of_many };
  std::uint32_t told(std::uint32_t file);

  std::string octets_;
  std::span<const std::uint32_t> files_;
  Places how_ = Places::of_one;
  bool good_ = true;
};

/// Reads what a PackWriter put. Octets that are cut off or nonsense give zeros and empty texts, and
/// good() tells. Texts are views into the octets. Not thread-safe.
class PackReader {
 public:
  /// `file`: in which all places lie.
  PackReader(std::string_view octets, std::uint32_t file) : rest_(octets), file_(file) {}
  /// `files`: as the writer had them, by their numbers of now. They outlive this.
  PackReader(std::string_view octets, std::span<const std::uint32_t> files)
      : rest_(octets), files_(files), many_(true) {}

  std::uint64_t number();
  /// A number that must fit.
  std::uint32_t number32();
  bool flag() { return number() != 0; }
  std::string_view text();
  Place place();
  std::vector<Place> places();
  template <class Row>
  std::vector<Row> rows() {
    static_assert(std::is_trivially_copyable_v<Row>);
    const auto octets = text();
    std::vector<Row> rows(octets.size() / sizeof(Row));
    if (octets.size() % sizeof(Row) != 0) {
      spoil();
    } else if (!rows.empty()) {
      std::memcpy(static_cast<void*>(rows.data()), octets.data(), octets.size());
    }
    return rows;
  }
  Value value();
  /// How many items follow, of one octet or more each.
  std::size_t count();

  /// What was read makes no sense: nothing of it is good.
  void spoil() { good_ = false; }
  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }

 private:
  Value value_at(unsigned depth);
  std::uint32_t file_of(std::uint64_t told);

  std::string_view rest_;
  std::uint32_t file_ = 0;
  std::span<const std::uint32_t> files_;
  bool many_ = false;
  bool good_ = true;
};

}  // namespace plumb
