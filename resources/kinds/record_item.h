#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/diagnostic.h"
#include "resources/model/packed.h"
#include "resources/model/place.h"
#include "resources/model/value.h"
#include "resources/values/record_type.h"

namespace plumb::kinds {

/// `lint` of a document or a record: rules that do not apply to it, and why.
struct LintSwitch {
  std::vector<std::string> off;
  std::vector<Place> places;  ///< parallel to `off`
  std::string reason;
};

/// What few records have.
struct RecordExtra {
  Value at;  ///< vendor's own fields by name of the Provider; a map, or null
  LintSwitch lint;
};

/// One value of a packed record: a piece of the pack's text.
struct PackedValue {
  std::uint32_t offset = 0;
  std::uint32_t size : 31 = 0;
  std::uint32_t variable : 1 = 0;  ///< holds a `$`
  Place place;
};

/// One item of `records` as written: nothing expanded, nothing made canonical.
struct PackedRecord {
  Place place;
  Place name_place;
  std::uint32_t name = 0;
  std::uint16_t name_size = 0;
  values::RecordType type{};
  std::uint32_t ttl = 0;
  std::uint32_t first_value = 0;
  std::uint32_t values = 0;
  std::uint32_t extra = 0;  ///< 1 + index; 0 = none
  bool has_ttl = false;
  bool removes = false;  ///< `value: null`: takes away what a profile gave
};

/// What is known of an item of which something could not be read. What it declares may be there.
struct UnreadRecord {
  std::optional<std::string> name;  ///< as written
  std::optional<values::RecordType> type;
};

/// The record items of one file, decoded and checked natively in one pass, in about the room that
/// their text takes. Not thread-safe.
class RecordPack {
 public:
  /// Decodes one item of `records`. What is wrong with it goes to `problems`; then false is
  /// returned, what is sound of it is kept for the rules to look at, and what is missing of its
  /// values is noted in unread(). The verdict is that of `definitions/record` in the schemas.
  bool add(const Value& item, Diagnostics& problems);
  /// The same for the spec of a DNSRecord, whose other members (`domain`, `protect`...) are passed
  /// over.
  bool add_spec(const Value& spec, Diagnostics& problems);

  std::size_t size() const { return records_.size(); }
  const PackedRecord& operator[](std::size_t index) const { return records_[index]; }
  std::string_view name(const PackedRecord& record) const {
    return std::string_view(text_).substr(record.name, record.name_size);
  }
  std::span<const PackedValue> values(const PackedRecord& record) const {
    return std::span(values_).subspan(record.first_value, record.values);
  }
  std::string_view text(const PackedValue& value) const {
    return std::string_view(text_).substr(value.offset, value.size);
  }
  /// Items without some or all of their values, in the order of the text.
  std::span<const UnreadRecord> unread() const { return unread_; }
  /// nullptr for a plain record.
  const RecordExtra* extra(const PackedRecord& record) const {
    return record.extra == 0 ? nullptr : &extras_[record.extra - 1];
  }
  /// Gives back what the vectors have too much.
  void shrink();
  /// Octets held.
  std::size_t memory() const;

  /// All of it, for read() of the same program. Requires: nothing unread.
  void write(PackWriter& out) const;
  static RecordPack read(PackReader& in);

 private:
  struct Draft;
  bool decode(const Value& map, bool is_spec, Diagnostics& problems);
  void commit(const Draft& draft);
  std::uint32_t store(std::string_view text);

  std::string text_;
  std::vector<PackedRecord> records_;
  std::vector<PackedValue> values_;
  std::vector<RecordExtra> extras_;
  std::vector<UnreadRecord> unread_;
};

/// A `lint` block, for a cache.
void write_lint(const LintSwitch& lint, PackWriter& out);
LintSwitch read_lint(PackReader& in);

/// Reads a `lint` block: `{off: [rule], reason: text}`. False when something is wrong with it.
bool read_lint(const Value& value, LintSwitch& lint, Diagnostics& problems);

/// The text of a scalar that stands where text is wanted: text itself, or a number as it was
/// written. nullopt for anything else.
std::optional<std::string> scalar_text(const Value& value);

}  // namespace plumb::kinds
