#include "controller/providers/powerdns/answer.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"
#include "resources/values/domain_name.h"
#include "resources/values/rdata.h"
#include "resources/values/record_type.h"

namespace plumb::providers::powerdns {
namespace {

namespace json = simdjson::ondemand;
using values::DomainName;

/// One answer while it is read. Functions that fail say why in `failure` and give false.
struct Answer {
  Answer(std::string of, std::string_view from) : body(std::move(of)), whence(from) {
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  }

  /// The answer as a document; nothing where it is no JSON.
  bool open(json::document& document) {
    const auto code = parser.iterate(body.data(), body.size(), body.capacity()).get(document);
    return code == simdjson::SUCCESS || broken(code);
  }

  bool broken(simdjson::error_code code) {
    failure =
        fmt::format("{}: the answer is no whole JSON: {}", whence, simdjson::error_message(code));
    return false;
  }

  bool wrong(std::string_view field, simdjson::error_code code) {
    if (code == simdjson::NO_SUCH_FIELD) {
      failure = fmt::format("{}: the answer has no field {}", whence, field);
    } else if (code == simdjson::INCORRECT_TYPE || code == simdjson::NUMBER_ERROR) {
      failure = fmt::format("{}: field {} of the answer is of another type", whence, field);
    } else {
      failure = fmt::format("{}: the answer is no whole JSON, at field {}: {}",
                            whence,
                            field,
                            simdjson::error_message(code));
    }
    return false;
  }

  template <class From, class T>
  bool get(From&& from, std::string_view field, T& into) {
    const auto code = std::forward<From>(from).get(into);
    return code == simdjson::SUCCESS || wrong(field, code);
  }

  auto error() {
    return fail(ErrorCode::internal,
                std::move(failure),
                "check that this provider's endpoint and server are those of a PowerDNS API");
  }

  std::string body;
  std::string_view whence;
  std::string failure;
  json::parser parser;
};

/// One set as the server gives it; the views live as long as the Answer.
struct WireSet {
  std::optional<std::string_view> name;
  std::optional<std::string_view> type;
  std::optional<std::uint64_t> ttl;
  bool has_records = false;
  std::vector<std::string_view> enabled;
  std::vector<std::string_view> disabled;

  void clear() {
    name.reset();
    type.reset();
    ttl.reset();
    has_records = false;
    enabled.clear();
    disabled.clear();
  }
};

bool read_record(Answer& answer, json::object record, WireSet& into) {
  std::string_view content;
  bool off = false;
  if (!answer.get(record.find_field_unordered("content"), "rrsets[].records[].content", content)) {
    return false;
  }
  const auto code = record.find_field_unordered("disabled").get(off);
  if (code != simdjson::SUCCESS && code != simdjson::NO_SUCH_FIELD) {
    return answer.wrong("rrsets[].records[].disabled", code);
  }
  (off ? into.disabled : into.enabled).push_back(content);
  return true;
}

bool read_records(Answer& answer, json::value value, WireSet& into) {
  json::array records;
  if (!answer.get(value, "rrsets[].records", records)) {
    return false;
  }
  for (auto item : records) {
    json::object record;
    if (!answer.get(std::move(item), "rrsets[].records[]", record) ||
        !read_record(answer, record, into)) {
      return false;
    }
  }
  into.has_records = true;
  return true;
}

template <class T>
bool read_member(Answer& answer, json::value value, std::string_view name, std::optional<T>& into) {
  return answer.get(value, name, into.emplace());
}

bool read_field(Answer& answer, std::string_view key, json::value value, WireSet& into) {
  if (key == "name") {
    return read_member(answer, value, "rrsets[].name", into.name);
  }
  if (key == "type") {
    return read_member(answer, value, "rrsets[].type", into.type);
  }
  if (key == "ttl") {
    return read_member(answer, value, "rrsets[].ttl", into.ttl);
  }
  return key != "records" || read_records(answer, value, into);
}

bool read_set(Answer& answer, json::object object, WireSet& into) {
  into.clear();
  for (auto item : object) {
    json::field field;
    std::string_view key;
    if (!answer.get(std::move(item), "rrsets[]", field) ||
        !answer.get(field.unescaped_key(), "rrsets[]", key) ||
        !read_field(answer, key, field.value(), into)) {
      return false;
    }
  }
  const auto* const missing = !into.name          ? "rrsets[].name"
                              : !into.type        ? "rrsets[].type"
                              : !into.ttl         ? "rrsets[].ttl"
                              : !into.has_records ? "rrsets[].records"
                                                  : nullptr;
  if (missing != nullptr) {
    return answer.wrong(missing, simdjson::NO_SUCH_FIELD);
  }
  return *into.ttl <= std::numeric_limits<std::uint32_t>::max() ||
         answer.wrong("rrsets[].ttl", simdjson::NUMBER_ERROR);
}

/// Reads the sets of a zone one after the other into one WireSet.
template <class Each>
bool for_each_set(Answer& answer, json::object& zone, const Each& each) {
  json::array sets;
  if (!answer.get(zone.find_field_unordered("rrsets"), "rrsets", sets)) {
    return false;
  }
  WireSet set;
  for (auto item : sets) {
    json::object object;
    if (!answer.get(std::move(item), "rrsets[]", object) || !read_set(answer, object, set)) {
      return false;
    }
    each(set);
  }
  return true;
}

bool is_plain_name(std::string_view name) {
  return name.find("xn--") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                  c == '.';
         });
}

/// The owner name relative to the zone; nothing where it is no name or lies elsewhere.
std::optional<std::string> owner_of(std::string_view name, const DomainName& zone) {
  const std::string_view origin = zone.text();
  if (name == origin) {
    return "@";
  }
  // Canonical already, as nearly all are: what parse would make of it.
  if (is_plain_name(name) && name.size() > origin.size() + 1 && name.ends_with(origin) &&
      name[name.size() - origin.size() - 1] == '.') {
    return std::string(name.substr(0, name.size() - origin.size() - 1));
  }
  const auto parsed = DomainName::parse(name);
  if (!parsed || !parsed->is_subdomain_of(zone)) {
    return std::nullopt;
  }
  return parsed->relative_to(zone);
}

/// Turns the sets of one zone into rows.
class Rows {
 public:
  Rows(const DomainName& zone, bool secondary) : zone_(zone), secondary_(secondary) {
    builder_.add(kinds::kZone, "", cbor::body({}));
  }

  void add(const WireSet& set) {
    if (set.enabled.empty() && set.disabled.empty()) {
      return;  // comments without records
    }
    const auto owner = owner_of(*set.name, zone_);
    const auto type = values::find_record_type(*set.type);
    std::string key = owner ? *owner : std::string(*set.name);
    key.push_back('\0');
    key.append(*set.type);
    std::vector<std::string> contents;
    const auto reason = represent(set, owner.has_value(), type, contents);
    std::uint8_t flags = reason.empty() ? 0 : EntryFlag::opaque;
    if (secondary_ || (owner && type && kinds::is_system_rrset(*owner, *type))) {
      flags |= EntryFlag::system_owned;
    }
    const bool mixed = reason.empty() && !set.disabled.empty();
    if (mixed || !reason.empty()) {
      side_.push_back({.handle = std::string(mixed ? kHasDisabled : ""), .opaque_because = reason});
    }
    builder_.add(kinds::kRRset,
                 key,
                 kinds::rrset_body(static_cast<std::uint32_t>(*set.ttl), std::move(contents)),
                 flags,
                 mixed || !reason.empty() ? static_cast<std::uint32_t>(side_.size()) : 0);
  }

  ObservedScope finish() {
    ObservedScope observed;
    observed.reading = Reading::read;
    observed.table = builder_.seal().table;
    observed.side = std::move(side_);
    return observed;
  }

 private:
  /// Fills `contents`, canonical where that is possible; gives why it is not, else "".
  std::string represent(const WireSet& set,
                        bool inside,
                        std::optional<values::RecordType> type,
                        std::vector<std::string>& contents) const {
    std::string reason = !inside ? "its name is no name in this zone"
                         : !type ? "plumb does not know type " + std::string(*set.type)
                         : set.enabled.empty() ? "all its records are disabled"
                         : secondary_          ? "the zone is a secondary: its primary decides"
                                               : "";
    for (const auto content : reason.empty() ? set.enabled : std::vector<std::string_view>()) {
      auto canonical =
          values::canonical_rdata(*type, content, zone_, values::TargetRule::absolute_only);
      if (!canonical) {
        reason = "its data cannot be read: " + canonical.error().message;
        break;
      }
      contents.push_back(std::move(*canonical));
    }
    if (!reason.empty()) {
      const auto& shown = set.enabled.empty() ? set.disabled : set.enabled;
      contents.assign(shown.begin(), shown.end());
    }
    return reason;
  }

  const DomainName& zone_;
  bool secondary_;
  TableBuilder builder_;
  std::vector<Seen> side_;
};

bool is_secondary(std::string_view kind) {
  return kind == "Slave" || kind == "Secondary" || kind == "Consumer";
}

std::string fingerprint(std::string_view kind, std::uint64_t serial, const std::string& owner) {
  return fmt::format("{} {}{}{}",
                     kind,
                     serial,
                     is_owner_mark(owner) ? " " : "",
                     is_owner_mark(owner) ? owner : "");
}

/// The account of a zone: whose people say it is.
bool read_owner(Answer& answer, json::object& zone, std::string& into) {
  std::string_view text;
  const auto code = zone.find_field_unordered("account").get(text);
  into = code == simdjson::SUCCESS ? text : std::string_view();
  return code == simdjson::SUCCESS || code == simdjson::NO_SUCH_FIELD ||
         answer.wrong("account", code);
}

/// Whether each edit by the API moves the serial (PowerDNS: SOA-EDIT-API).
bool moves_serial(Answer& answer, json::object& zone, bool& moves) {
  std::string_view how;
  const auto code = zone.find_field_unordered("soa_edit_api").get(how);
  moves = code == simdjson::SUCCESS && !how.empty() && how != "OFF" && how != "NONE";
  return code == simdjson::SUCCESS || code == simdjson::NO_SUCH_FIELD ||
         answer.wrong("soa_edit_api", code);
}

bool read_zone_item(Answer& answer,
                    json::object zone,
                    const std::string& account,
                    std::vector<Container>& into) {
  std::string_view kind;
  std::string_view name;
  std::string owner;
  std::uint64_t serial = 0;
  if (!answer.get(zone.find_field_unordered("kind"), "[].kind", kind) ||
      !answer.get(zone.find_field_unordered("name"), "[].name", name) ||
      !answer.get(zone.find_field_unordered("serial"), "[].serial", serial) ||
      !read_owner(answer, zone, owner)) {
    return false;
  }
  const auto parsed = DomainName::parse(name);
  into.push_back(
      {{account, parsed ? parsed->text() : std::string(name)}, fingerprint(kind, serial, owner)});
  return true;
}

/// A boolean that may be missing: then `into` is left as it is.
bool read_flag(Answer& answer, json::object& object, std::string_view name, bool& into) {
  const auto code = object.find_field_unordered(name).get(into);
  return code == simdjson::SUCCESS || code == simdjson::NO_SUCH_FIELD || answer.wrong(name, code);
}

}  // namespace

Result<std::vector<Container>> read_zones(std::string body,
                                          const std::string& account,
                                          std::string_view whence) {
  Answer answer(std::move(body), whence);
  json::document document;
  json::array zones;
  std::vector<Container> containers;
  if (!answer.open(document) || !answer.get(document, "[]", zones)) {
    return answer.error();
  }
  for (auto item : zones) {
    json::object zone;
    if (!answer.get(std::move(item), "[]", zone) ||
        !read_zone_item(answer, zone, account, containers)) {
      return answer.error();
    }
  }
  return containers;
}

Result<ListedZones> read_signed(std::string body, std::string_view whence) {
  Answer answer(std::move(body), whence);
  json::document document;
  json::array zones;
  ListedZones listed;
  if (!answer.open(document) || !answer.get(document, "[]", zones)) {
    return answer.error();
  }
  for (auto item : zones) {
    json::object zone;
    std::string_view name;
    bool is_signed = false;
    if (!answer.get(std::move(item), "[]", zone) ||
        !answer.get(zone.find_field_unordered("name"), "[].name", name) ||
        !read_flag(answer, zone, "dnssec", is_signed)) {
      return answer.error();
    }
    const auto parsed = DomainName::parse(name);
    const auto canonical = parsed ? parsed->text() : std::string(name);
    listed.all.insert(canonical);
    if (is_signed) {
      listed.is_signed.insert(canonical);
    }
  }
  return listed;
}

Result<ObservedScope> read_zone(std::string body, const Scope& scope, std::string_view whence) {
  PLUMB_TRY(name, DomainName::parse(scope.container));
  Answer answer(std::move(body), whence);
  json::document document;
  json::object zone;
  std::string_view kind;
  std::string_view called;
  if (!answer.open(document) || !answer.get(document, "{}", zone) ||
      !answer.get(zone.find_field_unordered("kind"), "kind", kind) ||
      !answer.get(zone.find_field_unordered("name"), "name", called)) {
    return answer.error();
  }
  const auto got = DomainName::parse(called);
  if (!got || *got != name) {
    answer.failure = fmt::format("{}: the answer is of zone {}", whence, called);
    return answer.error();
  }
  Rows rows(name, is_secondary(kind));
  std::uint64_t serial = 0;
  bool moves = false;
  std::string owner;
  if (!for_each_set(answer, zone, [&](const WireSet& set) { rows.add(set); }) ||
      !answer.get(zone.find_field_unordered("serial"), "serial", serial) ||
      !moves_serial(answer, zone, moves) || !read_owner(answer, zone, owner)) {
    return answer.error();
  }
  auto observed = rows.finish();
  observed.owner = owner;
  observed.scope = scope;
  observed.fingerprint = moves ? fingerprint(kind, serial, owner) : std::string();
  return observed;
}

Result<DisabledRecords> read_disabled(std::string body, std::string_view whence) {
  Answer answer(std::move(body), whence);
  json::document document;
  json::object zone;
  DisabledRecords found;
  const auto collect = [&](const WireSet& set) {
    const auto name = set.disabled.empty() ? Result<DomainName>() : DomainName::parse(*set.name);
    if (!set.disabled.empty() && name) {
      found[{name->text(), std::string(*set.type)}].assign(set.disabled.begin(),
                                                           set.disabled.end());
    }
  };
  if (!answer.open(document) || !answer.get(document, "{}", zone) ||
      !for_each_set(answer, zone, collect)) {
    return answer.error();
  }
  return found;
}

Result<ServerInfo> read_server(std::string body, std::string_view whence) {
  Answer answer(std::move(body), whence);
  json::document document;
  json::object server;
  std::string_view daemon;
  std::string_view version;
  if (!answer.open(document) || !answer.get(document, "{}", server) ||
      !answer.get(server.find_field_unordered("daemon_type"), "daemon_type", daemon) ||
      !answer.get(server.find_field_unordered("version"), "version", version)) {
    return answer.error();
  }
  return ServerInfo{std::string(daemon), std::string(version)};
}

std::string error_text(std::string body) {
  auto whole = body;
  Answer answer(std::move(body), "");
  json::document document;
  json::object object;
  std::string_view text;
  if (!answer.open(document) || document.get(object) != simdjson::SUCCESS ||
      object.find_field_unordered("error").get(text) != simdjson::SUCCESS) {
    return whole;
  }
  return std::string(text);
}

}  // namespace plumb::providers::powerdns
