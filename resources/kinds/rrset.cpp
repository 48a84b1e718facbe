#include "resources/kinds/rrset.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset_text.h"
#include "resources/model/cbor.h"
#include "resources/values/rdata.h"
#include "resources/values/txt.h"

namespace plumb::kinds {
namespace {

using values::RecordType;

/// RFC 2181 §8: the topmost bit of a TTL is not used.
constexpr std::int64_t kMaxTtl = std::numeric_limits<std::int32_t>::max();

constexpr std::array kFields{
    FieldRule{kRRsetTtl, "ttl", FieldType::plain},
    FieldRule{kRRsetValues, "values", FieldType::set},
    FieldRule{kRRsetAt, "at", FieldType::plain},
};

using EncodedFields = std::vector<std::pair<std::uint8_t, std::string>>;

Result<std::string> encoded_ttl(const Value& ttl) {
  const auto* seconds = ttl.as_int();
  if (seconds == nullptr || *seconds < 0 || *seconds > kMaxTtl) {
    return fail(ErrorCode::invalid_input,
                "ttl is " + std::string(seconds == nullptr ? type_name(ttl) : "out of range"),
                "write seconds from 0 to 2147483647");
  }
  std::string out;
  cbor::unsigned_number(out, static_cast<std::uint64_t>(*seconds));
  return out;
}

Result<std::string> canonical_value(RecordType type, const std::string& text) {
  if (type != RecordType::txt) {
    return values::canonical_rdata(type, text, {}, values::TargetRule::absolute_only);
  }
  if (text.size() > values::kTxtLimit) {
    return fail(ErrorCode::invalid_input,
                "a TXT value has " + std::to_string(text.size()) + " octets",
                "shorten it to " + std::to_string(values::kTxtLimit));
  }
  return text;
}

/// Literal values canonical and sorted, then what is still to be resolved, as it is.
Result<std::string> encoded_values(RecordType type, const Value& list) {
  const auto* items = list.as_list();
  if (items == nullptr) {
    return fail(ErrorCode::invalid_input, "values is " + std::string(type_name(list)));
  }
  std::vector<std::string> literals;
  std::vector<std::string> open;
  for (const auto& item : *items) {
    if (item.has_references()) {
      cbor::value(open.emplace_back(), item);
      continue;
    }
    const auto* text = item.as_string();
    if (text == nullptr) {
      return fail(ErrorCode::invalid_input, "a value is " + std::string(type_name(item)));
    }
    PLUMB_TRY(canonical, canonical_value(type, *text));
    literals.push_back(std::move(canonical));
  }
  for (auto* list_of : {&literals, &open}) {
    std::sort(list_of->begin(), list_of->end());
    list_of->erase(std::unique(list_of->begin(), list_of->end()), list_of->end());
  }
  std::string out;
  cbor::array(out, literals.size() + open.size());
  for (const auto& text : literals) {
    cbor::octets(out, text);
  }
  for (const auto& encoded : open) {
    out += encoded;
  }
  return out;
}

Result<std::string> canonical(std::string_view key, const Value& fields) {
  const auto type = values::find_record_type(split_rrset_key(key).type);
  if (!type) {
    return fail(ErrorCode::invalid_input, "record set " + rrset_label(key) + " has no known type");
  }
  const auto context = [&] { return "record set " + rrset_label(key); };
  EncodedFields encoded;
  if (const auto* ttl = fields.find("ttl"); ttl != nullptr && !ttl->is_null()) {
    auto bytes = encoded_ttl(*ttl);
    if (!bytes) {
      return tl::unexpected(std::move(bytes).error().in(context()));
    }
    encoded.emplace_back(kRRsetTtl, std::move(*bytes));
  }
  if (const auto* list = fields.find("values"); list != nullptr && !list->is_null()) {
    auto bytes = encoded_values(*type, *list);
    if (!bytes) {
      return tl::unexpected(std::move(bytes).error().in(context()));
    }
    encoded.emplace_back(kRRsetValues, std::move(*bytes));
  }
  if (const auto* at = fields.find("at"); at != nullptr && !at->is_null()) {
    if (at->as_map() == nullptr) {
      return fail(ErrorCode::invalid_input, context() + ": at is " + std::string(type_name(*at)));
    }
    if (!at->as_map()->empty()) {
      std::string bytes;
      cbor::value(bytes, *at);
      encoded.emplace_back(kRRsetAt, std::move(bytes));
    }
  }
  return cbor::body(encoded);
}

std::string_view group(std::string_view key) {
  return split_rrset_key(key).owner;
}

std::uint8_t union_field(std::string_view key) {
  return split_rrset_key(key).type == "TXT" ? kRRsetValues : std::uint8_t{0};
}

std::size_t head_size(std::size_t argument) {
  return argument < 24 ? 1 : argument <= 0xff ? 2 : argument <= 0xffff ? 3 : 5;
}

}  // namespace

std::string rrset_key(std::string_view owner, RecordType type) {
  const auto name = values::record_type_name(type);
  std::string key;
  key.reserve(owner.size() + 1 + name.size());
  key.append(owner).push_back('\0');
  key.append(name);
  return key;
}

RRsetKey split_rrset_key(std::string_view key) {
  const auto at = key.find('\0');
  if (at == std::string_view::npos) {
    return {key, {}};
  }
  return {key.substr(0, at), key.substr(at + 1)};
}

std::string rrset_body(std::optional<std::uint32_t> ttl, std::vector<std::string> values) {
  if (values.size() > 1) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
  }
  std::size_t size = 3 + head_size(values.size()) + (ttl ? 1 + head_size(*ttl) : 0);
  for (const auto& value : values) {
    size += head_size(value.size()) + value.size();
  }
  std::string out;
  out.reserve(size);
  cbor::map(out, ttl ? 2 : 1);
  if (ttl) {
    cbor::unsigned_number(out, kRRsetTtl);
    cbor::unsigned_number(out, *ttl);
  }
  cbor::unsigned_number(out, kRRsetValues);
  cbor::array(out, values.size());
  for (const auto& value : values) {
    cbor::octets(out, value);
  }
  return out;
}

std::vector<std::string_view> rrset_values(std::string_view body) {
  return cbor::field_list(body, kRRsetValues);
}

std::optional<std::uint32_t> rrset_ttl(std::string_view body) {
  const auto seconds = cbor::field_number(body, kRRsetTtl);
  if (!seconds || *seconds > std::numeric_limits<std::uint32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(*seconds);
}

bool is_system_rrset(std::string_view owner, RecordType type) {
  if (values::is_system_type(type) || (type == RecordType::ns && owner == "@")) {
    return true;
  }
  constexpr std::string_view kAcme = "_acme-challenge";
  return type == RecordType::txt && owner.starts_with(kAcme) &&
         (owner.size() == kAcme.size() || owner[kAcme.size()] == '.');
}

std::uint8_t rrset_rank(RecordType type) {
  switch (type) {
    case RecordType::a:
    case RecordType::aaaa:
      return 20;
    case RecordType::ns:
      return 21;
    case RecordType::cname:
    case RecordType::dname:
    case RecordType::mx:
    case RecordType::srv:
    case RecordType::ptr:
    case RecordType::naptr:
    case RecordType::svcb:
    case RecordType::https:
      return 23;
    case RecordType::ds:
      return 24;
    default:
      return 22;
  }
}

const Kind& rrset_kind() {
  static constexpr Kind kKind{
      .id = kRRset,
      .name = "RRset",
      .fields = kFields,
      .holds_data = false,
      .rank = 20,
      .canonical = canonical,
      .label = rrset_label,
      .summary = rrset_summary,
      .difference = rrset_difference,
      .risk = rrset_risk,
      .group = group,
      .union_field = union_field,
  };
  return kKind;
}

}  // namespace plumb::kinds
