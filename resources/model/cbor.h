#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "resources/model/result.h"
#include "resources/model/value.h"

/// The canonical body of a resource: deterministic CBOR (RFC 8949 §4.2.1), one map from field
/// numbers to values. Fields that are absent are not ours: the fields of a desired body are the
/// mask of the compare. Strings are octets (major type 2). Private tags: 40001 Reference, 40002
/// SecretRef, 40003 Expression.
namespace plumb::cbor {

/// Appends the head of an item; `major` as in RFC 8949 §3.1, shortest form.
void head(std::string& out, std::uint8_t major, std::uint64_t argument);
inline void unsigned_number(std::string& out, std::uint64_t number) {
  head(out, 0, number);
}
inline void map(std::string& out, std::uint64_t pairs) {
  head(out, 5, pairs);
}
inline void array(std::string& out, std::uint64_t items) {
  head(out, 4, items);
}
void octets(std::string& out, std::string_view text);
/// Appends any Value. Members of maps are sorted as RFC 8949 §4.2.1 wants.
void value(std::string& out, const Value& value);

/// The item at the beginning of `bytes`, and what follows it; nullopt where the bytes are no whole
/// item.
struct Item {
  std::uint8_t major = 0;
  std::uint64_t argument = 0;
  std::string_view payload;  ///< of a string: its octets; else empty
  std::string_view whole;    ///< head and, for strings, payload; not the members of containers
};
std::optional<Item> next(std::string_view& bytes);
/// Skips one item with all its members; the bytes skipped, or nullopt where they are broken.
std::optional<std::string_view> skip(std::string_view& bytes);

/// The encoded value of field `number` of a body; nullopt where the body does not have it.
std::optional<std::string_view> field(std::string_view body, std::uint8_t number);
/// The field as a number, or as octets; nullopt where absent or of another type.
std::optional<std::uint64_t> field_number(std::string_view body, std::uint8_t number);
std::optional<std::string_view> field_octets(std::string_view body, std::uint8_t number);
/// The octet strings of an array field, views into `body`; empty where absent.
std::vector<std::string_view> field_list(std::string_view body, std::uint8_t number);
/// The numbers of the fields that a body has, ascending.
std::vector<std::uint8_t> field_numbers(std::string_view body);

/// A body from its fields: `fields` maps number to encoded value and must ascend.
std::string body(std::span<const std::pair<std::uint8_t, std::string>> fields);

/// Decodes one item (at most 64 deep). Errors: `invalid_input` where the bytes are broken.
Result<Value> decode(std::string_view bytes);

}  // namespace plumb::cbor
