#include "resources/values/rdata_reader.h"

#include <algorithm>
#include <optional>

#include "resources/values/encoding.h"
#include "resources/values/quoted.h"
#include "resources/values/txt.h"

namespace plumb::values {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return upper(x) == upper(y); });
}

/// Where the word at the beginning ends: at a blank outside of quotes.
std::size_t end_of_word(std::string_view text) {
  bool quotes = false;
  std::size_t at = 0;
  while (at < text.size() && (quotes || !is_blank(text[at]))) {
    quotes = quotes != (text[at] == '"');
    at += text[at] == '\\' ? 2U : 1U;
  }
  return std::min(at, text.size());
}

}  // namespace

std::optional<std::uint32_t> read_number(std::string_view text, std::uint32_t max) {
  if (text.empty()) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (value > max) {
      return std::nullopt;
    }
  }
  return static_cast<std::uint32_t>(value);
}

void RdataReader::skip_blanks() {
  std::size_t at = 0;
  while (at < rest_.size() && is_blank(rest_[at])) {
    ++at;
  }
  rest_.remove_prefix(at);
}

tl::unexpected<Error> RdataReader::refuse(std::string_view field,
                                          std::string_view what,
                                          std::string hint) const {
  if (hint.empty() && !example_of(type_).empty()) {
    hint = "write it as in: " + std::string(example_of(type_));
  }
  auto message = std::string(record_type_name(type_)) + ' ' + std::string(field) + ' ';
  return invalid(message + std::string(what), std::move(hint));
}

Result<std::string_view> RdataReader::word(std::string_view field) {
  if (rest_.empty()) {
    return refuse(field, "is missing");
  }
  const auto found = rest_.substr(0, end_of_word(rest_));
  rest_.remove_prefix(found.size());
  skip_blanks();
  return found;
}

Result<std::uint32_t> RdataReader::number_up_to(std::string_view field,
                                                std::uint32_t max,
                                                std::span<const Mnemonic> mnemonics) {
  PLUMB_TRY(text, word(field));
  if (const auto value = read_number(text, max)) {
    return *value;
  }
  const auto same = [&](const Mnemonic& m) { return same_word(m.name, text); };
  const auto known = std::find_if(mnemonics.begin(), mnemonics.end(), same);
  if (known != mnemonics.end()) {
    return known->number;
  }
  return refuse(field,
                "must be a number from 0 to " + std::to_string(max) + ", not " + quoted(text));
}

Result<DomainName> RdataReader::name(std::string_view field) {
  PLUMB_TRY(text, word(field));
  auto parsed = rule_ == TargetRule::manifest      ? DomainName::parse_target(text, origin_)
                : rule_ == TargetRule::master_file ? DomainName::parse_master_file(text, origin_)
                                                   : DomainName::parse(text);
  if (!parsed) {
    const auto what = std::string(record_type_name(type_)) + ' ' + std::string(field);
    return tl::unexpected(std::move(parsed).error().in(what));
  }
  return parsed;
}

Result<std::string> RdataReader::string(std::string_view field, std::size_t limit) {
  PLUMB_TRY(text, word(field));
  auto octets = parse_presentation(text);
  if (!octets) {
    const auto what = std::string(record_type_name(type_)) + ' ' + std::string(field);
    return tl::unexpected(std::move(octets).error().in(what));
  }
  if (octets->size() > limit) {
    return refuse(field,
                  "has " + std::to_string(octets->size()) + " octets, at most " +
                      std::to_string(limit) + " are allowed",
                  "shorten it");
  }
  return octets;
}

Result<std::string> RdataReader::rest_without_blanks(std::string_view field) {
  if (rest_.empty()) {
    return refuse(field, "is missing");
  }
  std::string joined;
  joined.reserve(rest_.size());
  std::copy_if(
      rest_.begin(), rest_.end(), std::back_inserter(joined), [](char c) { return !is_blank(c); });
  rest_ = {};
  return joined;
}

Result<std::string> RdataReader::hex(std::string_view field) {
  PLUMB_TRY(joined, rest_without_blanks(field));
  auto canonical = canonical_hex(joined);
  if (!canonical) {
    return refuse(field, "must be pairs of hexadecimal digits, not " + quoted(joined));
  }
  return std::move(*canonical);
}

Result<std::string> RdataReader::base64(std::string_view field) {
  PLUMB_TRY(joined, rest_without_blanks(field));
  auto canonical = canonical_base64(joined);
  if (!canonical) {
    return refuse(field, "must be base64, not " + quoted(joined));
  }
  return std::move(*canonical);
}

Result<void> RdataReader::end() {
  if (rest_.empty()) {
    return {};
  }
  return refuse("data", "has more fields than it should: " + quoted(rest_) + " is left over");
}

}  // namespace plumb::values
