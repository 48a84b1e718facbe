#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/scope.h"

namespace plumb {

class PackReader;
class PackWriter;

/// XXH3-64 of `bytes`: a filter for equality, never a proof of it (an attacker can choose
/// collisions).
std::uint64_t hash64(std::string_view bytes);
/// XXH3-128 of `bytes` as 16 octets, with a seed per store: for digests that decide what is
/// skipped.
std::string hash128(std::string_view bytes, std::uint64_t seed);

/// What is known of a table row besides its bytes; or-ed together.
enum EntryFlag : std::uint8_t {
  has_references = 1,  ///< the body holds References: resolve before comparing (desired only)
  system_owned =
      2,       ///< SOA, apex NS, DNSSEC, _acme-challenge...: counted, never touched unless declared
  opaque = 4,  ///< exists at the vendor but cannot be represented: left alone
  ambiguous = 8,  ///< more than one object at the vendor answers to this key
};

/// One resource of a scope: 32 octets, ordered by (key_hash, kind, key).
struct Entry {
  std::uint64_t key_hash;
  std::uint64_t body_hash;
  std::uint32_t offset;     ///< of the key in the arena; the body follows it
  std::uint32_t body_size;  ///< octets
  std::uint16_t key_size;   ///< octets
  KindId kind;
  std::uint8_t flags;  ///< EntryFlag
  std::uint32_t side;  ///< 1 + index into the scope's side column; 0 = none
};
static_assert(sizeof(Entry) == 32);

/// One scope's resources of all kinds: sorted entries over one arena of canonical bytes. Desired,
/// observed, claimed and merged have this one shape. Immutable, may be shared between threads.
class Table {
 public:
  std::span<const Entry> entries() const { return entries_; }
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  const Entry& operator[](std::size_t row) const { return entries_[row]; }
  std::string_view key(const Entry& entry) const {
    return std::string_view(arena_).substr(entry.offset, entry.key_size);
  }
  /// The canonical body (cbor.h). Empty where the entry has no body.
  std::string_view body(const Entry& entry) const {
    return std::string_view(arena_).substr(std::size_t{entry.offset} + entry.key_size,
                                           entry.body_size);
  }
  /// The row of (kind, key); nullopt where there is none. O(log n).
  std::optional<std::uint32_t> find(KindId kind, std::string_view key) const;
  /// Digest of all rows (keys, kinds, bodies, flags), seeded per store.
  std::string digest(std::uint64_t seed) const;

  /// All of it as it lies in memory, for read() of the same program.
  void write(PackWriter& out) const;
  /// Spoils `in` where rows lie outside of what was written.
  static Table read(PackReader& in);

 private:
  friend class TableBuilder;
  std::vector<Entry> entries_;
  std::string arena_;
};

/// How the row `a[i]` of one table stands to the row `b[j]` of another in merge order: negative, 0
/// (same kind and key) or positive.
int compare_rows(const Table& a, const Entry& left, const Table& b, const Entry& right);
/// Whether two rows have the same body: hashes first, then memcmp.
bool same_body(const Table& a, const Entry& left, const Table& b, const Entry& right);

/// Collects rows in any order and seals them into a Table. Not thread-safe.
class TableBuilder {
 public:
  void reserve(std::size_t rows, std::size_t octets);
  /// Adds a row. `key` at most 65,535 octets.
  void add(KindId kind,
           std::string_view key,
           std::string_view body,
           std::uint8_t flags = 0,
           std::uint32_t side = 0);
  std::size_t size() const { return table_.entries_.size(); }

  struct Sealed {
    Table table;
    std::vector<std::uint32_t> order;  ///< order[row] = the how-manieth add() that row was
    /// Pairs of add() numbers with the same kind and key; the table keeps the first of each.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> duplicates;
  };
  /// The sorted table; the builder is empty afterwards.
  Sealed seal();

 private:
  Table table_;
};

}  // namespace plumb
