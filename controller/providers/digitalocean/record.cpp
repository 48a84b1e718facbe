#include "controller/providers/digitalocean/record.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/providers/json_answer.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"
#include "resources/values/quoted.h"
#include "resources/values/rdata.h"
#include "resources/values/txt.h"

namespace plumb::providers::digitalocean {
namespace {

using Json = nlohmann::json;
using values::RecordType;

constexpr std::uint32_t kLeastTtl = 30;
/// The text with quotes and escapes, as the vendor counts it: 512 octets, less what it miscounts.
constexpr std::size_t kLongestText = 509;

/// The numbers before the name, in the order of the presentation format.
std::span<const char* const> numbers_of(RecordType type) {
  static constexpr std::array kMx = {"priority"};
  static constexpr std::array kSrv = {"priority", "weight", "port"};
  return type == RecordType::mx    ? std::span<const char* const>(kMx)
         : type == RecordType::srv ? std::span<const char* const>(kSrv)
                                   : std::span<const char* const>();
}

bool has_host(RecordType type) {
  return type == RecordType::cname || type == RecordType::ns || type == RecordType::mx ||
         type == RecordType::srv;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

/// Takes the next word off `text`.
std::string_view take(std::string_view& text) {
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

Result<Json> number_of(std::string_view word) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (failed != std::errc() || end != word.data() + word.size()) {
    return values::invalid(values::quoted(word) + " is no number");
  }
  return Json(number);
}

/// What the vendor holds of a text, for all that is known of it.
Result<void> check_text(std::string_view text) {
  if (text.empty()) {
    return values::invalid("DigitalOcean takes no empty TXT record", "take the empty value away");
  }
  if (text.find('\\') != std::string_view::npos || !is_printable(text)) {
    return values::invalid(
        "a TXT record of DigitalOcean holds printable ASCII without backslashes only",
        "write it without, or keep it at another provider");
  }
  if (values::quote_chunks(text).size() > kLongestText) {
    return values::invalid(
        fmt::format("a TXT record of DigitalOcean holds no {} octets: they must be fewer than 512 "
                    "with their quotes",
                    text.size()),
        "make it shorter (a DKIM key of 2048 bits fits), or keep it at another provider");
  }
  return {};
}

Result<void> put_caa(Json& record, std::string_view canonical) {
  PLUMB_TRY(flags, number_of(take(canonical)));
  record["flags"] = std::move(flags);
  record["tag"] = take(canonical);
  PLUMB_TRY(value, values::parse_presentation(canonical));
  if (value.empty() || !is_printable(value) || value.find(' ') != std::string::npos) {
    return values::invalid("the value of a CAA record is no text that DigitalOcean takes",
                           "write printable ASCII without spaces, or keep it at another provider");
  }
  if (value.ends_with('.')) {
    return values::invalid("DigitalOcean drops the final dot of a CAA record's value",
                           "write it without");
  }
  record["data"] = value + ".";
  return {};
}

auto lacks(std::string_view field) {
  return fail(ErrorCode::internal, fmt::format("field {} is missing or of another type", field));
}

Result<std::string> caa_text(const Json& record, std::string_view data) {
  const auto flags = number_in(record, "flags");
  const auto* tag = text_in(record, "tag");
  if (!flags || tag == nullptr) {
    return lacks(flags ? "tag" : "flags");
  }
  data = data.ends_with('.') ? data.substr(0, data.size() - 1) : data;
  return fmt::format("{} {} {}", *flags, *tag, values::quote_string(data));
}

auto refuse(const std::string& label, std::string_view why, std::string hint) {
  return fail(ErrorCode::invalid_input, fmt::format("{}: {}", label, why), std::move(hint));
}

/// What is wrong with a record set by its name, its type and its fields alone.
Result<void> check_set(const std::string& label,
                       std::string_view owner,
                       RecordType type,
                       std::string_view body) {
  if (!is_offered(type)) {
    return refuse(label,
                  fmt::format("DigitalOcean has no {} records", values::record_type_name(type)),
                  "keep this record at another provider");
  }
  if (owner.find('\\') != std::string_view::npos) {
    return refuse(label,
                  "a name with escaped characters is none that DigitalOcean takes",
                  "name it without the escape, or keep it at another provider");
  }
  if (const auto ttl = kinds::rrset_ttl(body); ttl && *ttl < kLeastTtl) {
    return refuse(label,
                  fmt::format("a TTL of {} s is none that DigitalOcean takes", *ttl),
                  "write 30 seconds or more");
  }
  if (cbor::field(body, kinds::kRRsetAt)) {
    return refuse(
        label, "a digitalocean provider has no fields of its own for a record", "take `at` away");
  }
  return {};
}

}  // namespace

bool is_offered(RecordType type) {
  switch (type) {
    case RecordType::a:
    case RecordType::aaaa:
    case RecordType::caa:
    case RecordType::cname:
    case RecordType::mx:
    case RecordType::ns:
    case RecordType::srv:
    case RecordType::txt:
      return true;
    default:
      return false;
  }
}

Result<void> put_data(Json& record, RecordType type, std::string_view canonical) {
  if (type == RecordType::txt) {
    if (auto good = check_text(canonical); !good) {
      return good;
    }
  } else if (type == RecordType::caa) {
    return put_caa(record, canonical);
  }
  for (const auto* name : numbers_of(type)) {
    PLUMB_TRY(number, number_of(take(canonical)));
    record[name] = std::move(number);
  }
  record["data"] = canonical;  // a name has its final dot already
  return {};
}

Result<std::string> data_of(const Json& record, RecordType type, const values::DomainName& zone) {
  const auto* data = text_in(record, "data");
  if (data == nullptr) {
    return lacks("data");
  }
  if (type == RecordType::txt || type == RecordType::soa) {
    return *data;
  }
  if (type == RecordType::caa) {
    PLUMB_TRY(text, caa_text(record, *data));
    return values::canonical_rdata(type, text, {}, values::TargetRule::absolute_only);
  }
  std::string text;
  for (const auto* name : numbers_of(type)) {
    const auto number = number_in(record, name);
    if (!number) {
      return lacks(name);
    }
    text += std::to_string(*number) + " ";
  }
  text += has_host(type) && *data == "@" ? zone.text() : *data;
  return values::canonical_rdata(type, text, {}, values::TargetRule::absolute_only);
}

Result<std::string> adapt(const Kind& kind, std::string_view key, std::string_view body) {
  if (kind.id != kinds::kRRset) {
    return std::string(body);
  }
  const auto [owner, type_name] = kinds::split_rrset_key(key);
  const auto type = values::find_record_type(type_name);
  const auto label = kind.label(key);
  if (!type) {
    return refuse(label, "it has no known type", "");
  }
  if (auto good = check_set(label, owner, *type, body); !good) {
    return tl::unexpected(std::move(good).error());
  }
  for (const auto value : kinds::rrset_values(body)) {
    Json record;
    if (auto put = put_data(record, *type, value); !put) {
      return tl::unexpected(std::move(put).error().in(label));
    }
  }
  return std::string(body);
}

}  // namespace plumb::providers::digitalocean
