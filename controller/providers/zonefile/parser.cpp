#include "controller/providers/zonefile/parser.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "controller/providers/zonefile/scanner.h"
#include "resources/kinds/rrset.h"
#include "resources/model/ascii.h"
#include "resources/values/duration.h"
#include "resources/values/quoted.h"
#include "resources/values/rdata.h"

namespace plumb::providers::zonefile {
namespace {

using values::DomainName;
using values::RecordType;
using values::TargetRule;

constexpr std::uint32_t kMaxTtl = 2147483647;  // RFC 2181 §8

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The number behind a prefix: "TYPE257" -> 257.
std::optional<std::uint16_t> numbered(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix) || text.size() == prefix.size()) {
    return std::nullopt;
  }
  const auto digits = text.substr(prefix.size());
  std::uint16_t number = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return failed == std::errc() && end == digits.data() + digits.size() ? std::optional(number)
                                                                       : std::nullopt;
}

/// What a TTL-less number would be: seconds, or a span with units.
std::optional<std::uint32_t> read_ttl(std::string_view text) {
  if (text.empty() || !is_digit(text[0])) {
    return std::nullopt;
  }
  std::uint32_t seconds = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (end == text.data() + text.size()) {
    return failed == std::errc() && seconds <= kMaxTtl ? std::optional(seconds) : std::nullopt;
  }
  auto parsed = values::parse_ttl(text);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

/// The canonical spelling of a plain name relative to `zone`, where no rule of names but length
/// applies: letters, digits, hyphens, underscores, dots, "*". Empty: the full parser must look.
std::string plain_name(std::string_view text, const DomainName& zone) {
  constexpr std::size_t kName = 253;
  constexpr std::size_t kLabel = 63;
  if (text.size() + zone.text().size() > kName) {
    return {};
  }
  std::string out(text);
  std::size_t label = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    char& c = out[i];
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    }
    const bool plain = (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_' || c == '*';
    if (c == '.') {
      if (label == 0) {
        return {};
      }
      label = 0;
    } else if (!plain || ++label > kLabel) {
      return {};
    }
  }
  return label == 0 || out.find("xn--") != std::string::npos ? std::string() : out;
}

/// What stands before the data of a record.
struct Prologue {
  std::optional<std::uint32_t> ttl;
  std::string type_name;  ///< upper case
  std::optional<RecordType> type;
  std::size_t data = 0;  ///< the first token of the data
};

class Parser {
 public:
  Parser(std::string_view text, const DomainName& name, std::string_view path)
      : scanner_(text, path), text_(text), origin_(name) {
    zone_.name = name;
  }

  Result<Zone> parse();

 private:
  Result<void> directive(const Line& line);
  Result<void> record(const Line& line);
  Result<void> soa_record(const Line& line, const Prologue& prologue);
  Result<void> opaque_record(const Line& line, const Prologue& prologue);
  std::string cut_text(const Line& line, std::size_t first) const;
  Result<Prologue> prologue(const Line& line) const;
  Result<void> read_type(const Token& token, Prologue& prologue) const;
  Result<void> read_owner(const Line& line);
  Result<std::uint32_t> ttl_of(const Line& line, const Prologue& prologue);
  Result<std::string> soa_text(const Line& line, std::size_t first) const;
  RecordSet& set_of(const std::string& type_name,
                    std::optional<RecordType> type,
                    std::uint32_t ttl);
  void make_opaque(RecordSet& set, std::string because);
  std::string_view data_of(const Line& line, std::size_t first);
  auto refuse(std::string_view at, std::string message, std::string hint = {}) const {
    return tl::unexpected(scanner_.error_at(at, std::move(message), std::move(hint)));
  }
  /// An error of a lower room, with its place; its own place within the value stays in its text.
  auto refuse(std::string_view at, Error error) const {
    return refuse(at, std::move(error.message), std::move(error.hint));
  }

  Scanner scanner_;
  std::string_view text_;
  DomainName origin_;
  std::string owner_;  ///< of the entry before, relative to the zone; empty: none yet
  std::optional<std::uint32_t> last_ttl_;
  bool seen_soa_ = false;
  Zone zone_;
  std::unordered_map<std::string, std::size_t> index_;  ///< key -> zone_.sets
  std::string joined_;                                  ///< data that spanned lines
};

std::string_view Parser::data_of(const Line& line, std::size_t first) {
  if (first >= line.tokens.size()) {
    return {};
  }
  const auto& last = line.tokens.back().text;
  if (!line.joined) {
    const char* begin = line.tokens[first].text.data();
    return {begin, static_cast<std::size_t>(last.data() + last.size() - begin)};
  }
  joined_.clear();
  const char* end = nullptr;
  for (std::size_t i = first; i < line.tokens.size(); ++i) {
    const auto& token = line.tokens[i].text;
    if (end != nullptr && token.data() != end) {
      joined_ += ' ';  // not between `alpn=` and `"h2"`
    }
    joined_ += token;
    end = token.data() + token.size();
  }
  return joined_;
}

Result<void> Parser::directive(const Line& line) {
  const auto& word = line.tokens[0].text;
  const auto name = ascii_upper(word);
  if (name == "$INCLUDE" || name == "$GENERATE") {
    return refuse(
        word,
        fmt::format("{} is not supported: plumb rewrites a zone file as a whole", name),
        name == "$INCLUDE" ? "put the included records into this file" : "write the records out");
  }
  if (name != "$ORIGIN" && name != "$TTL") {
    return refuse(word,
                  fmt::format("unknown directive {}", values::quoted(word)),
                  "only $ORIGIN and $TTL are known");
  }
  if (line.tokens.size() != 2) {
    return refuse(word, fmt::format("{} takes exactly one value", name));
  }
  const auto& value = line.tokens[1].text;
  if (name == "$TTL") {
    zone_.default_ttl = read_ttl(value);
    if (!zone_.default_ttl) {
      return refuse(value,
                    fmt::format("{} is not a TTL", values::quoted(value)),
                    "write seconds or a span such as 1h30m, at most 2147483647 s");
    }
    return {};
  }
  auto origin = DomainName::parse_master_file(value, origin_);
  if (!origin) {
    return refuse(value, std::move(origin).error());
  }
  origin_ = std::move(*origin);
  return {};
}

Result<void> Parser::read_owner(const Line& line) {
  if (line.blank_owner) {
    if (owner_.empty()) {
      return refuse(line.tokens[0].text,
                    "the first record has no owner name",
                    "begin its line with a name, or with @ for the zone itself");
    }
    return {};
  }
  const auto& text = line.tokens[0].text;
  if (origin_ == zone_.name && text.back() != '.') {
    if (auto plain = plain_name(text, zone_.name); !plain.empty()) {
      owner_ = std::move(plain);
      return {};
    }
  }
  auto owner = line.tokens[0].quoted ? Result<DomainName>(values::invalid("a name is not quoted"))
                                     : DomainName::parse_master_file(text, origin_);
  if (!owner) {
    return refuse(text, std::move(owner).error());
  }
  if (!owner->is_subdomain_of(zone_.name)) {
    return refuse(
        text,
        fmt::format("{} lies outside of zone {}", owner->without_dot(), zone_.name.without_dot()),
        "check $ORIGIN, or the final dot of the name");
  }
  owner_ = owner->relative_to(zone_.name);
  return {};
}

Result<void> Parser::read_type(const Token& token, Prologue& prologue) const {
  prologue.type = values::find_record_type(token.text);
  if (prologue.type) {
    prologue.type_name = values::record_type_name(*prologue.type);
    return {};
  }
  prologue.type_name = ascii_upper(token.text);
  if (const auto number = numbered(prologue.type_name, "TYPE")) {
    prologue.type = values::record_type_of_number(*number);
    if (prologue.type) {
      prologue.type_name = values::record_type_name(*prologue.type);
    }
    return {};
  }
  const bool word = std::all_of(prologue.type_name.begin(), prologue.type_name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-';
  });
  if (token.quoted || !word || is_digit(prologue.type_name[0])) {
    return refuse(
        token.text,
        fmt::format("{} is neither a TTL, a class nor a type", values::quoted(token.text)),
        "a record is: owner, TTL, class, type, data");
  }
  return {};
}

Result<Prologue> Parser::prologue(const Line& line) const {
  Prologue found;
  bool seen_class = false;
  for (std::size_t i = line.blank_owner ? 0 : 1; i < line.tokens.size(); ++i) {
    const auto& token = line.tokens[i];
    if (const auto ttl = token.quoted || found.ttl ? std::nullopt : read_ttl(token.text)) {
      found.ttl = ttl;
      continue;
    }
    const auto word = token.text.size() <= 10 ? ascii_upper(token.text) : std::string();
    if (!seen_class && (word == "IN" || word == "CLASS1")) {
      seen_class = true;
      continue;
    }
    if (word == "CH" || word == "HS" || word == "CS" || numbered(word, "CLASS")) {
      return refuse(token.text, fmt::format("class {} is not supported", word), "only class IN is");
    }
    if (auto read = read_type(token, found); !read) {
      return tl::unexpected(std::move(read).error());
    }
    found.data = i + 1;
    if (found.data >= line.tokens.size()) {
      return refuse(token.text, fmt::format("this {} record has no data", found.type_name));
    }
    return found;
  }
  return refuse(line.tokens.back().text,
                "this record has no type",
                "a record is: owner, TTL, class, type, data");
}

Result<std::uint32_t> Parser::ttl_of(const Line& line, const Prologue& prologue) {
  const auto ttl = prologue.ttl ? prologue.ttl : zone_.default_ttl ? zone_.default_ttl : last_ttl_;
  if (prologue.ttl) {
    last_ttl_ = prologue.ttl;
  }
  if (ttl) {
    return *ttl;
  }
  if (!seen_soa_) {
    return refuse(line.tokens[0].text,
                  "this record has no TTL, and none was stated before it",
                  "begin the file with $TTL");
  }
  return zone_.soa.minimum;  // RFC 1035 §3.3.13, from before $TTL
}

RecordSet& Parser::set_of(const std::string& type_name,
                          std::optional<RecordType> type,
                          std::uint32_t ttl) {
  std::string key;
  key.reserve(owner_.size() + 1 + type_name.size());
  key.append(owner_).push_back('\0');
  key.append(type_name);
  if (zone_.sets.empty() || zone_.sets.back().key != key) {
    const auto [found, is_new] = index_.try_emplace(key, zone_.sets.size());
    if (!is_new) {
      auto& set = zone_.sets[found->second];
      set.mixed_ttl = set.mixed_ttl || set.ttl != ttl;
      set.ttl = std::min(set.ttl, ttl);
      return set;
    }
    auto& set = zone_.sets.emplace_back();
    set.key = std::move(key);
    set.type = type;
    set.ttl = ttl;
    return set;
  }
  auto& set = zone_.sets.back();
  set.mixed_ttl = set.mixed_ttl || set.ttl != ttl;
  set.ttl = std::min(set.ttl, ttl);
  return set;
}

Result<std::string> Parser::soa_text(const Line& line, std::size_t first) const {
  constexpr std::size_t kFields = 7;
  constexpr std::size_t kTimes = 3;  // names and serial come before them
  if (line.tokens.size() - first != kFields) {
    return refuse(line.tokens[first].text,
                  fmt::format("an SOA has 7 fields, here are {}", line.tokens.size() - first));
  }
  std::string out;
  for (std::size_t i = 0; i < kFields; ++i) {
    const auto& text = line.tokens[first + i].text;
    const auto seconds = i >= kTimes ? read_ttl(text) : std::nullopt;
    out += i == 0 ? "" : " ";
    out += seconds ? std::to_string(*seconds) : std::string(text);  // "3h" -> 10800
  }
  return out;
}

Result<void> Parser::soa_record(const Line& line, const Prologue& prologue) {
  const auto& at = line.tokens[prologue.data].text;
  if (seen_soa_) {
    return refuse(at, "the zone has a second SOA record");
  }
  if (owner_ != "@") {
    return refuse(at,
                  fmt::format("an SOA of {} lies in zone {}", owner_, zone_.name.without_dot()),
                  "a zone has its SOA at its own name; delegate the child zone with NS records");
  }
  PLUMB_TRY(text, soa_text(line, prologue.data));
  auto soa = values::Soa::parse(text, origin_, TargetRule::master_file);
  if (!soa) {
    return refuse(at, std::move(soa).error());
  }
  zone_.soa = std::move(*soa);
  seen_soa_ = true;
  PLUMB_TRY(ttl, ttl_of(line, prologue));
  zone_.soa_ttl = ttl;
  return {};
}

/// Data that has been canonical becomes its text again: a set is opaque as a whole.
void Parser::make_opaque(RecordSet& set, std::string because) {
  if (set.opaque()) {
    return;
  }
  if (set.type == RecordType::txt) {
    for (auto& value : set.values) {
      value = set.text_of(value);
    }
    set.cut.clear();
  }
  set.opaque_because = std::move(because);
  set.origin = origin_.text();
}

Result<void> Parser::opaque_record(const Line& line, const Prologue& prologue) {
  PLUMB_TRY(ttl, ttl_of(line, prologue));
  auto& set = set_of(prologue.type_name, prologue.type, ttl);
  make_opaque(set,
              prologue.type
                  ? fmt::format("{} data in the generic form of RFC 3597", prologue.type_name)
                  : fmt::format("type {} is not known", prologue.type_name));
  if (set.origin != origin_.text()) {
    return refuse(
        line.tokens[prologue.data].text,
        fmt::format("{} records of one name under two $ORIGINs cannot be kept as they are",
                    prologue.type_name),
        "write them under one $ORIGIN");
  }
  set.values.emplace_back(data_of(line, prologue.data));
  return {};
}

/// TXT data string by string, where these are not cut as plumb would cut them: after each 255
/// octets. Empty where they are.
std::string Parser::cut_text(const Line& line, std::size_t first) const {
  constexpr std::size_t kLongest = 255;
  std::string text;
  bool as_ours = true;
  for (std::size_t i = first; i < line.tokens.size(); ++i) {
    const auto octets = values::canonical_rdata(
        RecordType::txt, line.tokens[i].text, origin_, TargetRule::master_file);
    if (!octets) {
      return {};
    }
    const bool last = i + 1 == line.tokens.size();
    as_ours = as_ours && (last ? i == first || !octets->empty() : octets->size() == kLongest);
    text += (i == first ? "" : " ") + values::wire_presentation(RecordType::txt, *octets);
  }
  return as_ours ? std::string() : text;
}

Result<void> Parser::record(const Line& line) {
  if (auto read = read_owner(line); !read) {
    return read;
  }
  PLUMB_TRY(found, prologue(line));
  const auto& first = line.tokens[found.data];
  const bool generic = !first.quoted && first.text == "\\#";
  if (generic && found.type == RecordType::soa) {
    return refuse(first.text, "an SOA in the generic form of RFC 3597 is not supported");
  }
  if (found.type == RecordType::soa) {
    return soa_record(line, found);
  }
  if (generic || !found.type) {
    return opaque_record(line, found);
  }
  const auto text = data_of(line, found.data);
  auto data = values::canonical_rdata(*found.type, text, origin_, TargetRule::master_file);
  if (!data) {
    return refuse(first.text, std::move(data).error());
  }
  PLUMB_TRY(ttl, ttl_of(line, found));
  auto& set = set_of(found.type_name, found.type, ttl);
  auto cut = found.type == RecordType::txt ? cut_text(line, found.data) : std::string();
  if (set.opaque()) {
    set.values.push_back(cut.empty() ? values::wire_presentation(*found.type, *data) : cut);
  } else {
    if (!cut.empty()) {
      set.cut.emplace_back(*data, std::move(cut));
    }
    set.values.push_back(std::move(*data));
  }
  return {};
}

Result<Zone> Parser::parse() {
  Line line;
  while (true) {
    PLUMB_TRY(more, scanner_.next(line));
    if (!more) {
      break;
    }
    const auto& first = line.tokens[0];
    const bool is_directive = !line.blank_owner && !first.quoted && first.text.starts_with('$');
    if (auto done = is_directive ? directive(line) : record(line); !done) {
      return tl::unexpected(std::move(done).error());
    }
  }
  if (!seen_soa_) {
    return refuse(text_.substr(0, 0),
                  fmt::format("zone {} has no SOA record", zone_.name.without_dot()),
                  "a zone file without SOA is no zone: restore it, or move it away");
  }
  return std::move(zone_);
}

}  // namespace

Result<Zone> parse_zone(std::string_view text, const DomainName& name, std::string_view path) {
  return Parser(text, name, path).parse();
}

}  // namespace plumb::providers::zonefile
