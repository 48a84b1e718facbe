#include "resources/model/table.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <numeric>

#include <xxhash.h>

#include "resources/model/check.h"
#include "resources/model/packed.h"

namespace plumb {
namespace {

int sign(bool less, bool greater) {
  return static_cast<int>(greater) - static_cast<int>(less);
}

int compare_keys(const Entry& left,
                 std::string_view left_key,
                 const Entry& right,
                 std::string_view right_key) {
  if (left.key_hash != right.key_hash) {
    return sign(left.key_hash<right.key_hash, left.key_hash> right.key_hash);
  }
  if (left.kind != right.kind) {
    return sign(left.kind<right.kind, left.kind> right.kind);
  }
  return left_key.compare(right_key);
}

}  // namespace

std::uint64_t hash64(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::string hash128(std::string_view bytes, std::uint64_t seed) {
  const auto hash = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  return {reinterpret_cast<const char*>(canonical.digest), sizeof(canonical.digest)};
}

std::optional<std::uint32_t> Table::find(KindId kind, std::string_view key) const {
  Entry wanted{};
  wanted.key_hash = hash64(key);
  wanted.kind = kind;
  const auto found = std::lower_bound(
      entries_.begin(), entries_.end(), wanted, [&](const Entry& entry, const Entry& target) {
        return compare_keys(entry, this->key(entry), target, key) < 0;
      });
  if (found == entries_.end() || compare_keys(*found, this->key(*found), wanted, key) != 0) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(found - entries_.begin());
}

std::string Table::digest(std::uint64_t seed) const {
  std::string rows;
  rows.reserve(entries_.size() * 40);
  for (const auto& entry : entries_) {
    const std::array<std::uint64_t, 2> sizes{
        (std::uint64_t{entry.key_size} << 32U) | entry.body_size,
        static_cast<std::uint64_t>(entry.kind) << 8U | entry.flags};
    rows.append(reinterpret_cast<const char*>(sizes.data()), sizeof(sizes));
    rows.append(key(entry));
    rows.append(body(entry));
  }
  return hash128(rows, seed);
}

void Table::write(PackWriter& out) const {
  out.rows<Entry>(entries_);
  out.text(arena_);
}

Table Table::read(PackReader& in) {
  Table table;
  table.entries_ = in.rows<Entry>();
  table.arena_ = in.text();
  const auto lies_outside = [&](const Entry& entry) {
    return std::uint64_t{entry.offset} + entry.key_size + entry.body_size > table.arena_.size();
  };
  if (std::any_of(table.entries_.begin(), table.entries_.end(), lies_outside)) {
    in.spoil();
    return {};
  }
  return table;
}

int compare_rows(const Table& a, const Entry& left, const Table& b, const Entry& right) {
  return compare_keys(left, a.key(left), right, b.key(right));
}

bool same_body(const Table& a, const Entry& left, const Table& b, const Entry& right) {
  return left.body_hash == right.body_hash && a.body(left) == b.body(right);
}

void TableBuilder::reserve(std::size_t rows, std::size_t octets) {
  table_.entries_.reserve(rows);
  table_.arena_.reserve(octets);
}

void TableBuilder::add(KindId kind,
                       std::string_view key,
                       std::string_view body,
                       std::uint8_t flags,
                       std::uint32_t side) {
  PLUMB_CHECK(key.size() <= std::numeric_limits<std::uint16_t>::max());
  PLUMB_CHECK(table_.arena_.size() + key.size() + body.size() <=
              std::numeric_limits<std::uint32_t>::max());
  Entry entry{};
  entry.key_hash = hash64(key);
  entry.body_hash = hash64(body);
  entry.offset = static_cast<std::uint32_t>(table_.arena_.size());
  entry.body_size = static_cast<std::uint32_t>(body.size());
  entry.key_size = static_cast<std::uint16_t>(key.size());
  entry.kind = kind;
  entry.flags = flags;
  entry.side = side;
  table_.arena_.append(key);
  table_.arena_.append(body);
  table_.entries_.push_back(entry);
}

TableBuilder::Sealed TableBuilder::seal() {
  Sealed sealed;
  const auto& entries = table_.entries_;
  std::vector<std::uint32_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const int compared = compare_rows(table_, entries[a], table_, entries[b]);
    return compared != 0 ? compared < 0 : a < b;
  });
  sealed.table.entries_.reserve(entries.size());
  sealed.order.reserve(entries.size());
  for (const auto number : order) {
    if (!sealed.order.empty() &&
        compare_rows(table_, entries[sealed.order.back()], table_, entries[number]) == 0) {
      sealed.duplicates.emplace_back(sealed.order.back(), number);
      continue;
    }
    sealed.order.push_back(number);
    sealed.table.entries_.push_back(entries[number]);
  }
  sealed.table.arena_ = std::move(table_.arena_);
  sealed.table.arena_.shrink_to_fit();
  table_ = Table();
  return sealed;
}

}  // namespace plumb
