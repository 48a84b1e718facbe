#include "resources/kinds/mail_fields.h"

#include <algorithm>
#include <iterator>

#include "resources/kinds/rrset_text.h"
#include "resources/model/ascii.h"
#include "resources/model/cbor.h"
#include "resources/values/byte_size.h"
#include "resources/values/email_address.h"

namespace plumb::kinds {
namespace {

constexpr std::size_t kColumns = 60;
constexpr std::size_t kShownItems = 6;

auto of_wrong_type(const Value& written, std::string_view wanted) {
  return fail(ErrorCode::invalid_input,
              "it is " + std::string(type_name(written)) + ", not " + std::string(wanted));
}

/// The texts of a list, or of one text alone, each made canonical by `one`.
template <class One>
Result<std::string> encoded_list(const Value& written, One one) {
  const auto* list = written.as_list();
  const auto items = list != nullptr ? std::span<const Value>(*list) : std::span(&written, 1);
  std::vector<std::string> texts;
  texts.reserve(items.size());
  for (const auto& item : items) {
    const auto* text = item.as_string();
    if (text == nullptr) {
      return of_wrong_type(item, "text");
    }
    PLUMB_TRY(canonical, one(*text));
    texts.push_back(std::move(canonical));
  }
  return encoded_set(std::move(texts));
}

/// Whether `text` is UTF-8 (RFC 3629 §4) without C0 and C1 controls and without what turns the
/// direction of writing.
bool is_plain_line(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (first < 0x20 || first == 0x7F || (first >= 0x80 && first < 0xC2) || first > 0xF4 ||
        i + size > text.size()) {
      return false;
    }
    std::uint32_t code = size == 1 ? first : first & (0x7FU >> size);
    for (std::size_t k = 1; k < size; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0U) != 0x80) {
        return false;
      }
      code = code << 6U | (next & 0x3FU);
    }
    const bool too_long = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    const bool turns = (code >= 0x200E && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
                       (code >= 0x2066 && code <= 0x2069);
    if (too_long || surrogate || turns || code > 0x10FFFF || (code >= 0x80 && code < 0xA0)) {
      return false;
    }
    i += size;
  }
  return true;
}

std::string octets(std::string_view text) {
  std::string out;
  cbor::octets(out, text);
  return out;
}

}  // namespace

Result<std::string> mail_body(const std::string& what,
                              std::span<const MailField> rules,
                              const Value& fields) {
  std::vector<std::pair<std::uint8_t, std::string>> encoded;
  for (const auto& [rule, encode] : rules) {
    const auto* written = fields.find(rule.name);
    if (written == nullptr || written->is_null()) {
      continue;
    }
    auto bytes = encode(*written);
    if (!bytes) {
      return tl::unexpected(std::move(bytes).error().in(what + ": " + std::string(rule.name)));
    }
    encoded.emplace_back(rule.number, std::move(*bytes));
  }
  return cbor::body(encoded);
}

Result<std::string> encoded_text(const Value& written) {
  const auto* text = written.as_string();
  return text != nullptr ? Result<std::string>(octets(*text)) : of_wrong_type(written, "text");
}

Result<std::string> encoded_line(const Value& written) {
  const auto* text = written.as_string();
  if (text != nullptr && !is_plain_line(*text)) {
    return fail(ErrorCode::invalid_input,
                "it holds a control character, or octets that are no UTF-8");
  }
  return encoded_text(written);
}

Result<std::string> encoded_open_text(const Value& written) {
  if (written.as_string() == nullptr && !written.has_references()) {
    return of_wrong_type(written, "text");
  }
  std::string out;
  cbor::value(out, written);
  return out;
}

Result<std::string> encoded_number(const Value& written) {
  const auto* number = written.as_int();
  if (number == nullptr) {
    return of_wrong_type(written, "a number");
  }
  if (*number < 0) {
    return fail(ErrorCode::invalid_input, "it is negative");
  }
  std::string out;
  cbor::unsigned_number(out, static_cast<std::uint64_t>(*number));
  return out;
}

Result<std::string> encoded_flag(const Value& written) {
  const auto* flag = written.as_bool();
  const auto* number = written.as_int();
  if (flag == nullptr && (number == nullptr || *number < 0 || *number > 1)) {
    return of_wrong_type(written, "true or false");
  }
  std::string out;
  cbor::unsigned_number(out, flag != nullptr ? (*flag ? 1 : 0) : *number == 1 ? 1 : 0);
  return out;
}

Result<std::string> encoded_domain(const Value& written) {
  const auto* text = written.as_string();
  if (text == nullptr) {
    return of_wrong_type(written, "text");
  }
  PLUMB_TRY(name, values::DomainName::parse(*text));
  return octets(name.text());
}

Result<std::string> encoded_addresses(const Value& written) {
  return encoded_list(written, mail_address);
}

Result<std::string> encoded_texts(const Value& written) {
  return encoded_list(written, [](const std::string& text) { return Result<std::string>(text); });
}

Result<std::string> mail_address(std::string_view text) {
  PLUMB_TRY(address, values::EmailAddress::parse(text));
  return ascii_lower(address.text());
}

std::string encoded_set(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  std::string out;
  cbor::array(out, texts.size());
  for (const auto& text : texts) {
    cbor::octets(out, text);
  }
  return out;
}

std::string listed(std::span<const std::string_view> texts) {
  std::string out;
  const auto count = texts.size() > kShownItems + 1 ? kShownItems : texts.size();
  for (std::size_t i = 0; i < count; ++i) {
    out.append(i == 0 ? "" : ", ").append(printable(texts[i], kColumns, false));
  }
  if (count < texts.size()) {
    out += " and " + std::to_string(texts.size() - count) + " more";
  }
  return out;
}

std::string shown_text(std::string_view body, std::uint8_t field) {
  if (const auto text = cbor::field_octets(body, field)) {
    return printable(*text, kColumns, false);
  }
  const auto bytes = cbor::field(body, field);
  const auto value = bytes ? cbor::decode(*bytes) : Result<Value>(Value{});
  const auto* reference = value ? std::get_if<Reference>(&value->data) : nullptr;
  return reference == nullptr
             ? std::string()
             : "(known after " + printable(reference->target, kColumns, false) + ")";
}

std::string shown_line(std::string_view body, std::uint8_t field) {
  const auto text = cbor::field_octets(body, field).value_or("");
  const bool short_enough = text.size() <= kColumns && text.find('`') == std::string_view::npos;
  return short_enough && is_plain_line(text) ? std::string(text) : printable(text, kColumns, false);
}

std::string shown_size(std::uint64_t octets) {
  return octets == 0 ? "no limit" : values::format_byte_size(octets);
}

bool FieldChanges::differs(std::uint8_t field) const {
  const auto wanted = cbor::field(after_, field);
  return wanted && cbor::field(before_, field) != wanted;
}

void FieldChanges::add(std::string_view line) {
  if (!line.empty()) {
    out_.append(out_.empty() ? "" : " · ").append(line);
  }
}

void FieldChanges::became(std::string_view name,
                          const std::string& old_text,
                          const std::string& new_text) {
  const auto none = [](const std::string& text) { return text.empty() ? "none" : text; };
  add(std::string(name) + " " + none(old_text) + " → " + none(new_text));
}

void FieldChanges::text(std::uint8_t field, std::string_view name) {
  if (differs(field)) {
    became(name, shown_text(before_, field), shown_text(after_, field));
  }
}

void FieldChanges::line(std::uint8_t field, std::string_view name) {
  if (differs(field)) {
    became(name, shown_line(before_, field), shown_line(after_, field));
  }
}

void FieldChanges::size(std::uint8_t field, std::string_view name) {
  if (differs(field)) {
    const auto text = [&](std::string_view body) {
      const auto number = cbor::field_number(body, field);
      return number ? shown_size(*number) : std::string("not set");
    };
    became(name, text(before_), text(after_));
  }
}

void FieldChanges::number(std::uint8_t field, std::string_view name, std::string_view unit) {
  if (differs(field)) {
    const auto text = [&](std::string_view body) {
      const auto number = cbor::field_number(body, field);
      return number ? std::to_string(*number) + std::string(unit) : std::string();
    };
    became(name, text(before_), text(after_));
  }
}

void FieldChanges::flag(std::uint8_t field, std::string_view on, std::string_view off) {
  if (differs(field)) {
    const bool now = cbor::field_number(after_, field).value_or(0) != 0;
    const bool then = cbor::field_number(before_, field).value_or(0) != 0;
    add(now == then ? std::string_view() : now ? on : off);
  }
}

void FieldChanges::set(std::uint8_t field, std::string_view name) {
  if (!differs(field)) {
    return;
  }
  const auto old_items = cbor::field_list(before_, field);
  const auto new_items = cbor::field_list(after_, field);
  std::vector<std::string_view> added;
  std::vector<std::string_view> removed;
  std::set_difference(new_items.begin(),
                      new_items.end(),
                      old_items.begin(),
                      old_items.end(),
                      std::back_inserter(added));
  std::set_difference(old_items.begin(),
                      old_items.end(),
                      new_items.begin(),
                      new_items.end(),
                      std::back_inserter(removed));
  const auto shown = [](const std::vector<std::string_view>& items) {
    std::vector<std::string> texts;
    for (const auto item : items) {
      texts.push_back(printable(item, kColumns, false));
    }
    return texts;
  };
  const auto text = set_difference_text(shown(added), shown(removed));
  add(name.empty() || text.empty() ? text : std::string(name) + " " + text);
}

}  // namespace plumb::kinds
