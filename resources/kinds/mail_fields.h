#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resources/model/kind.h"

// How the bodies of the mail kinds are put together and told to people. Internal to
// resources/kinds.

namespace plumb::kinds {

/// One field of a mail kind: its rule, and what makes its value canonical.
struct MailField {
  FieldRule rule;
  Result<std::string> (*encode)(const Value& written);
};

/// The body of the members that `fields` has; `what` names the object in errors: "mailbox jane".
Result<std::string> mail_body(const std::string& what,
                              std::span<const MailField> rules,
                              const Value& fields);
/// The rules alone, for Kind::fields.
template <std::size_t N>
constexpr std::array<FieldRule, N> rules_of(const std::array<MailField, N>& fields) {
  std::array<FieldRule, N> rules{};
  for (std::size_t i = 0; i < N; ++i) {
    rules[i] = fields[i].rule;
  }
  return rules;
}

// Encoders. Each refuses values of another type by name.
Result<std::string> encoded_text(const Value& written);       ///< any text
Result<std::string> encoded_line(const Value& written);       ///< UTF-8 without control characters
Result<std::string> encoded_number(const Value& written);     ///< not negative
Result<std::string> encoded_flag(const Value& written);       ///< true, 1: 1; false, 0: 0
Result<std::string> encoded_domain(const Value& written);     ///< canonical, with final dot
Result<std::string> encoded_addresses(const Value& written);  ///< a set of canonical addresses
Result<std::string> encoded_texts(const Value& written);      ///< a set of texts
/// A text, or a Reference or Expression that will give one.
Result<std::string> encoded_open_text(const Value& written);

/// The canonical form of an address in bodies and keys: its local part in lower case, too.
/// (RFC 5321 §2.4 leaves case to the host; ours does not tell cases apart.)
Result<std::string> mail_address(std::string_view text);
/// `texts` as a canonical set: sorted, each once.
std::string encoded_set(std::vector<std::string> texts);

/// "jane, tom and 3 more", printable.
std::string listed(std::span<const std::string_view> texts);
/// A text field for people: the text, or "(known after DKIMKey/...)".
std::string shown_text(std::string_view body, std::uint8_t field);
/// A text of UTF-8 for people; other octets and control characters are \\DDD.
std::string shown_line(std::string_view body, std::uint8_t field);
/// "2GiB"; 0 is "no limit".
std::string shown_size(std::uint64_t octets);

/// What changes between two bodies, put together field by field: fields that `after` does not have
/// are not managed and not told.
class FieldChanges {
 public:
  FieldChanges(std::string_view before, std::string_view after) : before_(before), after_(after) {}

  void text(std::uint8_t field, std::string_view name);
  void line(std::uint8_t field, std::string_view name);
  void size(std::uint8_t field, std::string_view name);
  void number(std::uint8_t field, std::string_view name, std::string_view unit);
  /// `on` and `off` say what it now is: "receive only", "sends".
  void flag(std::uint8_t field, std::string_view on, std::string_view off);
  void set(std::uint8_t field, std::string_view name);
  void add(std::string_view line);

  std::string take() { return std::move(out_); }

 private:
  bool differs(std::uint8_t field) const;
  void became(std::string_view name, const std::string& old_text, const std::string& new_text);

  std::string_view before_, after_;
  std::string out_;
};

}  // namespace plumb::kinds
