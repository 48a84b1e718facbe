#include "controller/providers/cloudflare/record.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/providers/json_answer.h"
#include "resources/values/domain_name.h"
#include "resources/values/quoted.h"
#include "resources/values/rdata.h"
#include "resources/values/txt.h"

namespace plumb::providers::cloudflare {
namespace {

using Json = nlohmann::json;
using values::RecordType;

/// A member of `data`, in the order of the presentation format.
struct Part {
  enum class Is : std::uint8_t { number, word, string, rest };
  const char* name;
  Is is;
};
using Parts = std::vector<Part>;

/// How `data` is built for the types that have it; empty for those that have `content` alone.
/// (Cloudflare API: dns-records_*Record.)
const Parts& parts_of(RecordType type) {
  using enum Part::Is;
  static const Parts kNone;
  static const Parts kSrv = {
      {"priority", number}, {"weight", number}, {"port", number}, {"target", word}};
  static const Parts kCaa = {{"flags", number}, {"tag", word}, {"value", string}};
  static const Parts kDs = {
      {"key_tag", number}, {"algorithm", number}, {"digest_type", number}, {"digest", word}};
  static const Parts kTlsa = {
      {"usage", number}, {"selector", number}, {"matching_type", number}, {"certificate", word}};
  static const Parts kSshfp = {{"algorithm", number}, {"type", number}, {"fingerprint", word}};
  static const Parts kNaptr = {{"order", number},
                               {"preference", number},
                               {"flags", string},
                               {"service", string},
                               {"regex", string},
                               {"replacement", word}};
  static const Parts kSvcb = {{"priority", number}, {"target", word}, {"value", rest}};
  static const Parts kUri = {{"priority", number}, {"weight", number}, {"target", string}};
  static const Parts kLoc = {{"lat_degrees", number},
                             {"lat_minutes", number},
                             {"lat_seconds", number},
                             {"lat_direction", word},
                             {"long_degrees", number},
                             {"long_minutes", number},
                             {"long_seconds", number},
                             {"long_direction", word},
                             {"altitude", number},
                             {"size", number},
                             {"precision_horz", number},
                             {"precision_vert", number}};
  switch (type) {
    case RecordType::srv:
      return kSrv;
    case RecordType::caa:
      return kCaa;
    case RecordType::ds:
      return kDs;
    case RecordType::tlsa:
    case RecordType::smimea:
      return kTlsa;
    case RecordType::sshfp:
      return kSshfp;
    case RecordType::naptr:
      return kNaptr;
    case RecordType::svcb:
    case RecordType::https:
      return kSvcb;
    case RecordType::uri:
      return kUri;
    case RecordType::loc:
      return kLoc;
    default:
      return kNone;
  }
}

bool has_host(RecordType type) {
  return type == RecordType::cname || type == RecordType::ns || type == RecordType::ptr ||
         type == RecordType::mx;
}

/// Takes the next field of canonical data off `text`: a word, or a string with its quotes.
std::string_view take(std::string_view& text) {
  std::size_t end = 0;
  if (text.starts_with('"')) {
    for (end = 1; end < text.size() && text[end] != '"'; ++end) {
      end += text[end] == '\\' ? 1U : 0U;
    }
    ++end;
  } else {
    end = text.find(' ');
  }
  const auto field = text.substr(0, end);
  text.remove_prefix(std::min(field.size(), text.size()));
  text.remove_prefix(text.starts_with(' ') ? 1U : 0U);
  return field;
}

std::string_view without_dot(std::string_view name) {
  return name.size() > 1 && name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

Result<Json> number_of(std::string_view word) {
  word = word.ends_with('m') ? word.substr(0, word.size() - 1) : word;
  std::int64_t whole = 0;
  const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), whole);
  if (failed == std::errc() && end == word.data() + word.size()) {
    return Json(whole);
  }
  auto real = Json::parse(word, nullptr, false);
  if (!real.is_number()) {
    return values::invalid(values::quoted(word) + " is no number");
  }
  return real;
}

Result<Json> value_of(const Part& part, std::string_view field) {
  switch (part.is) {
    case Part::Is::number:
      return number_of(field);
    case Part::Is::string: {
      PLUMB_TRY(octets, values::parse_presentation(field));
      if (!is_printable(octets)) {
        return values::invalid(
            fmt::format("its {} has characters that the API of Cloudflare cannot carry", part.name),
            "write printable ASCII");
      }
      return Json(octets);
    }
    case Part::Is::word:
      return Json(without_dot(field));
    case Part::Is::rest:
      break;
  }
  return Json(field);
}

Result<void> put_parts(Json& record, const Parts& parts, RecordType type, std::string_view text) {
  auto data = Json::object();
  for (const auto& part : parts) {
    const auto field = part.is == Part::Is::rest ? text : take(text);
    PLUMB_TRY(value, value_of(part, field));
    data[part.name] = std::move(value);
  }
  if (type == RecordType::uri) {  // its priority stands outside, like that of MX
    record["priority"] = data["priority"];
    data.erase("priority");
  }
  record["data"] = std::move(data);
  return {};
}

std::string number_text(const Json& number) {
  if (number.is_number_integer()) {
    return std::to_string(number.get<std::int64_t>());
  }
  const auto real = number.get<double>();
  auto text = fmt::format("{:.3f}", std::isfinite(real) ? real : 0.0);
  while (text.ends_with('0')) {
    text.pop_back();
  }
  return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
}

auto lacks(std::string_view field) {
  return fail(ErrorCode::internal, fmt::format("field {} is missing or of another type", field));
}

Result<std::string> part_text(const Part& part, const Json* value) {
  const bool number = part.is == Part::Is::number;
  if (value == nullptr || (number ? !value->is_number() : !value->is_string())) {
    // Numbers have come as text, and what may be left out was left out.
    if (value != nullptr && number && value->is_string()) {
      return value->get<std::string>();
    }
    if (value == nullptr && part.is == Part::Is::rest) {
      return std::string();
    }
    return lacks(std::string("data.") + part.name);
  }
  if (number) {
    return number_text(*value);
  }
  const auto& text = value->get_ref<const std::string&>();
  if (part.is == Part::Is::string) {
    return values::quote_string(text);
  }
  return text.empty() && part.is == Part::Is::word ? std::string(".") : text;
}

Result<std::string> parts_text(const Json& record, const Parts& parts, RecordType type) {
  const auto* data = member(record, "data");
  std::string out;
  for (const auto& part : parts) {
    const bool outside = type == RecordType::uri && std::string_view(part.name) == "priority";
    PLUMB_TRY(text, part_text(part, member(outside ? record : *data, part.name)));
    out += out.empty() ? "" : " ";
    out += text;
  }
  return out;
}

/// TXT: in quotes as RFC 1035 §5.1 has it, or bare, as whoever wrote it did.
std::string text_of(const std::string& content) {
  if (content.size() >= 2 && content.front() == '"' && content.back() == '"') {
    if (auto joined = values::parse_presentation(content)) {
      return std::move(*joined);
    }
  }
  return content;
}

}  // namespace

bool is_offered(RecordType type) {
  switch (type) {
    case RecordType::a:
    case RecordType::aaaa:
    case RecordType::cname:
    case RecordType::mx:
    case RecordType::ns:
    case RecordType::ptr:
    case RecordType::txt:
    case RecordType::openpgpkey:
      return true;
    default:
      return !parts_of(type).empty();
  }
}

bool is_proxiable(RecordType type) {
  return type == RecordType::a || type == RecordType::aaaa || type == RecordType::cname;
}

Result<void> put_data(Json& record, RecordType type, std::string_view canonical) {
  if (const auto& parts = parts_of(type); !parts.empty()) {
    return put_parts(record, parts, type, canonical);
  }
  if (type == RecordType::mx) {
    PLUMB_TRY(priority, number_of(take(canonical)));
    record["priority"] = std::move(priority);
  }
  record["content"] = type == RecordType::txt ? values::quote_chunks(canonical)
                      : has_host(type)        ? std::string(without_dot(canonical))
                                              : std::string(canonical);
  return {};
}

Result<std::string> data_of(const Json& record, RecordType type) {
  const auto* content = member(record, "content");
  const auto& parts = parts_of(type);
  const auto* data = member(record, "data");
  std::string text;
  if (!parts.empty() && data != nullptr && data->is_object() && !data->empty()) {
    PLUMB_TRY(joined, parts_text(record, parts, type));
    text = std::move(joined);
  } else if (content == nullptr || !content->is_string()) {
    return lacks(parts.empty() ? "content" : "data");
  } else if (type == RecordType::txt) {
    return text_of(content->get_ref<const std::string&>());
  } else {
    text = content->get<std::string>();
    const auto* priority = member(record, "priority");
    // The content of SRV and URI lacks the priority as that of MX does.
    const bool outside =
        type == RecordType::mx || type == RecordType::srv || type == RecordType::uri;
    if (outside) {
      if (priority == nullptr || !priority->is_number()) {
        return lacks("priority");
      }
      text = number_text(*priority) + " " + text;
    }
  }
  return values::canonical_rdata(type, text, {}, values::TargetRule::absolute_only);
}

}  // namespace plumb::providers::cloudflare
