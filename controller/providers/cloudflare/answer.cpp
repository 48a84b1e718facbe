#include "controller/providers/cloudflare/answer.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/providers/cloudflare/record.h"
#include "controller/providers/json_answer.h"
#include "controller/providers/value_records.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"
#include "resources/values/domain_name.h"
#include "resources/values/record_type.h"

namespace plumb::providers::cloudflare {
namespace {

using Json = nlohmann::json;
using values::DomainName;

auto lacks(std::string_view whence, std::string_view field) {
  return tl::unexpected(lacking(whence, field, "Cloudflare"));
}

/// Where a listing stands: by what the vendor says of the page that it made, which may be smaller
/// than the one that was asked for.
Result<Page> read_page(const Json& envelope, std::string_view whence) {
  const auto* items = member(envelope, "result");
  if (items == nullptr || !items->is_array()) {
    return lacks(whence, "result");
  }
  Page page{.count = items->size()};
  const auto* info = member(envelope, "result_info");
  if (info == nullptr) {
    return lacks(whence, "result_info");
  }
  const auto number = number_in(*info, "page");
  const auto size = number_in(*info, "per_page");
  page.total = number_in(*info, "total_count");
  if (!number || !size || !page.total) {
    return lacks(whence, "result_info");
  }
  page.last = page.count == 0 || *size == 0 || *number * *size >= *page.total;
  return page;
}

std::string absolute(const std::string& name) {
  const auto parsed = DomainName::parse(name);
  return parsed ? parsed->text() : name;
}

Result<Zone> zone_of(const Json& item, std::string_view whence) {
  const auto* id = text_in(item, "id");
  const auto* name = text_in(item, "name");
  if (id == nullptr || id->empty() || name == nullptr) {
    return lacks(whence, id == nullptr ? "result.id" : "result.name");
  }
  Zone zone{.id = *id, .name = absolute(*name), .type = "full"};
  if (const auto* type = text_in(item, "type")) {
    zone.type = *type;
  }
  if (const auto* status = text_in(item, "status")) {
    zone.status = *status;
  }
  if (const auto* servers = member(item, "name_servers"); servers != nullptr) {
    for (const auto& server : *servers) {
      if (server.is_string()) {
        zone.name_servers.push_back(absolute(server.get<std::string>()));
      }
    }
  }
  std::sort(zone.name_servers.begin(), zone.name_servers.end());
  return zone;
}

}  // namespace

Result<Page> read_zones(const Json& envelope,
                        std::string_view account,
                        std::string_view whence,
                        std::vector<Zone>& into) {
  PLUMB_TRY(page, read_page(envelope, whence));
  std::set<std::string_view> before;
  for (const auto& zone : into) {
    before.insert(zone.id);
  }
  std::vector<Zone> found;
  for (const auto& item : envelope["result"]) {
    const auto* owner = member(item, "account");
    const auto* id = owner != nullptr ? text_in(*owner, "id") : nullptr;
    if (id != nullptr && *id != account) {
      continue;
    }
    PLUMB_TRY(zone, zone_of(item, whence));
    page.again = page.again || before.contains(zone.id);
    found.push_back(std::move(zone));
  }
  std::move(found.begin(), found.end(), std::back_inserter(into));
  return page;
}

void choose_among(std::vector<Zone>& zones) {
  const auto rank = [](const Zone& zone) {
    return zone.status == "active"                                                              ? 0
           : zone.status == "moved" || zone.status == "deactivated" || zone.status == "deleted" ? 2
                                                                                                : 1;
  };
  std::stable_sort(zones.begin(), zones.end(), [&](const Zone& a, const Zone& b) {
    return a.name != b.name ? a.name < b.name : rank(a) < rank(b);
  });
  std::vector<Zone> out;
  for (auto& zone : zones) {
    if (out.empty() || out.back().name != zone.name) {
      out.push_back(std::move(zone));
    } else if (rank(out.back()) == rank(zone)) {
      out.back().rival = zone.id;
    }
  }
  zones = std::move(out);
}

Result<Zone> read_zone(const Json& envelope, std::string_view whence) {
  const auto* item = member(envelope, "result");
  if (item == nullptr) {
    return lacks(whence, "result");
  }
  return zone_of(*item, whence);
}

/// One object of the vendor.
struct Records::Record {
  std::string id;
  std::string data;  ///< canonical; of what cannot be read, as the vendor has it
  std::string trouble;
  std::uint32_t ttl = 0;
  bool proxied = false;
  bool bare = false;  ///< without a comment
  std::string mark;   ///< the comment, where it is an owner's mark
};

/// What is at one name of one type.
struct Records::Set {
  std::string name;
  std::string type;
  std::vector<Record> records;
};

struct Records::State {
  std::map<std::pair<std::string, std::string>, Set> sets;  ///< by name and type
  std::set<std::string> ids;
};

Records::Records() : state_(std::make_unique<State>()) {}
Records::~Records() = default;

std::size_t Records::size() const {
  return state_->ids.size();
}

namespace {

/// Why a record is left alone though it could be read; empty where it is not.
std::string reserved(const Json& item) {
  const auto* meta = member(item, "meta");
  if (meta == nullptr) {
    return {};
  }
  if (flag_in(*meta, "email_routing")) {
    return "Cloudflare keeps it for its Email Routing";
  }
  if (flag_in(*meta, "read_only") || member(*meta, "origin_worker_id") != nullptr) {
    return "Cloudflare keeps it, and lets nobody write it";
  }
  return {};
}

}  // namespace

Result<Page> Records::add(const Json& envelope, std::string_view whence) {
  PLUMB_TRY(page, read_page(envelope, whence));
  for (const auto& item : envelope["result"]) {
    const auto* id = text_in(item, "id");
    const auto* name = text_in(item, "name");
    const auto* type = text_in(item, "type");
    const auto ttl = number_in(item, "ttl");
    if (id == nullptr || name == nullptr || type == nullptr || !ttl ||
        *ttl > std::numeric_limits<std::uint32_t>::max()) {
      return lacks(whence,
                   id == nullptr     ? "result[].id"
                   : name == nullptr ? "result[].name"
                   : type == nullptr ? "result[].type"
                                     : "result[].ttl");
    }
    if (!state_->ids.insert(*id).second) {
      page.again = true;
      continue;
    }
    Record record{.id = *id, .data = {}, .trouble = reserved(item)};
    record.ttl = static_cast<std::uint32_t>(*ttl);
    record.proxied = flag_in(item, "proxied");
    const auto known = values::find_record_type(*type);
    auto data = known ? data_of(item, *known)
                      : Result<std::string>(
                            fail(ErrorCode::invalid_input, "plumb does not know type " + *type));
    if (data) {
      record.data = std::move(*data);
    } else {
      const auto* content = text_in(item, "content");
      record.data = content != nullptr ? *content : std::string();
      record.trouble =
          known ? "its data cannot be read: " + data.error().message : data.error().message;
    }
    const auto* comment = text_in(item, "comment");
    record.bare = comment == nullptr || comment->empty();
    record.mark = !record.bare && is_owner_mark(*comment) ? *comment : std::string();
    const auto canonical = absolute(*name);
    auto& set = state_->sets[{canonical, *type}];
    set.name = canonical;
    set.type = *type;
    set.records.push_back(std::move(record));
  }
  return page;
}

namespace {

/// The owner name relative to the zone; nothing where it is no name or lies elsewhere.
std::optional<std::string> owner_of(const std::string& name, const DomainName& zone) {
  const auto parsed = DomainName::parse(name);
  if (!parsed || !parsed->is_subdomain_of(zone)) {
    return std::nullopt;
  }
  return parsed->relative_to(zone);
}

/// Orders TTLs by what is served: the automatic one is 300 s, and comes after 300 itself.
std::uint64_t served(std::uint32_t ttl) {
  constexpr std::uint64_t kServed = 300;
  return ttl == kAutomaticTtl ? 2 * kServed + 1 : std::uint64_t{2} * ttl;
}

/// Why a set cannot be represented though its data can; empty where it can.
const char* unsayable(bool inside, bool secondary, bool apex_cname) {
  return !inside      ? "its name is no name in this zone"
         : secondary  ? "the zone is a secondary: its primary decides"
         : apex_cname ? "a CNAME at the apex, which Cloudflare flattens, is none that a manifest "
                        "can declare"
                      : "";
}

}  // namespace

void Records::add_row(Set& set, const Zone& zone, TableBuilder& builder, ObservedScope& observed) {
  const auto owner = owner_of(set.name, DomainName::from_canonical(zone.name));
  const auto type = values::find_record_type(set.type);
  const bool secondary = zone.type == "secondary";
  auto& records = set.records;
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) {
    return std::tie(a.data, a.id) < std::tie(b.data, b.id);
  });
  GatheredSet gathered(served);
  std::string because =
      unsayable(owner.has_value(), secondary, owner == "@" && type == values::RecordType::cname);
  bool one_proxied = true;
  for (const auto& record : records) {
    one_proxied = one_proxied && record.proxied == records.front().proxied;
    because = because.empty() ? record.trouble : because;
    gathered.add(record.id, record.data, record.ttl, record.bare || !record.mark.empty());
  }
  auto seen = gathered.seen();
  seen.opaque_because = std::move(because);
  if (seen.opaque_because.empty() && !one_proxied) {
    seen.opaque_because = "the proxy stands in front of some of its records only";
  }
  auto key = owner.value_or(set.name);
  key.push_back('\0');
  key += set.type;
  std::uint8_t flags = seen.opaque_because.empty() ? std::uint8_t{0} : std::uint8_t{opaque};
  if (secondary || (owner && type && kinds::is_system_rrset(*owner, *type))) {
    flags |= system_owned;
  }
  auto body = kinds::rrset_body(gathered.ttl(), gathered.data());
  if (type && is_proxiable(*type)) {
    body = with_proxied(body, one_proxied ? &records.front().proxied : nullptr);
  }
  observed.side.push_back(std::move(seen));
  builder.add(kinds::kRRset, key, body, flags, static_cast<std::uint32_t>(observed.side.size()));
}

Marks Records::marks(const Zone& zone) const {
  Marks marks;
  const auto apex = DomainName::from_canonical(zone.name);
  std::multimap<int, std::string> bare;
  for (const auto& [key, set] : state_->sets) {
    const auto owner = owner_of(set.name, apex);
    const auto type = values::find_record_type(set.type);
    const bool system = !owner || !type || kinds::is_system_rrset(*owner, *type);
    for (const auto& record : set.records) {
      if (!record.mark.empty()) {
        marks.by_owner[record.mark].push_back(record.id);
      }
      if (record.bare && record.trouble.empty() && !system && zone.type != "secondary") {
        bare.emplace(*owner == "@" ? 0 : !owner->starts_with('_') ? 1 : 2, record.id);
      }
    }
  }
  for (auto best = bare.begin(); best != bare.end() && marks.bare.size() < kMostBare; ++best) {
    marks.bare.push_back(best->second);
  }
  return marks;
}

ObservedScope Records::finish(const Scope& scope, const Zone& zone) {
  ObservedScope observed;
  observed.scope = scope;
  observed.reading = Reading::read;
  const auto owners = marks(zone).by_owner;
  const auto most = std::max_element(owners.begin(), owners.end(), [](auto& a, auto& b) {
    return a.second.size() < b.second.size();
  });
  for (auto owner = owners.begin(); owner != owners.end(); ++owner) {
    if (owner == most) {
      observed.owner = owner->first;
    } else {
      observed.further_owners.push_back(owner->first);
    }
  }
  TableBuilder builder;
  Value::List servers;
  for (const auto& server : zone.name_servers) {
    servers.emplace_back().data = server;
  }
  observed.side.push_back(
      {.handle = zone.id, .outputs = {{"nameServers", Value{std::move(servers), {}}}}});
  builder.add(kinds::kZone, "", cbor::body({}), 0, 1);
  for (auto& [key, set] : state_->sets) {
    add_row(set, zone, builder, observed);
  }
  observed.table = builder.seal().table;
  return observed;
}

}  // namespace plumb::providers::cloudflare
