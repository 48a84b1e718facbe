#include "controller/providers/digitalocean/listing.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/providers/digitalocean/record.h"
#include "controller/providers/json_answer.h"
#include "controller/providers/value_records.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"

namespace plumb::providers::digitalocean {
namespace {

using values::DomainName;
using values::RecordType;

constexpr int kRounds = 3;                  // of a listing that is changed under our feet
constexpr std::size_t kMostPages = 10'000;  // a vendor whose pages never end is not followed

auto lacks(std::string_view whence, std::string_view field) {
  return tl::unexpected(lacking(whence, field, "DigitalOcean"));
}

/// Takes one item of a listing; false where it was there before, so that another was missed.
using Take = std::function<Result<bool>(const Json& item, std::string_view whence)>;

/// The page that `links.pages.next` names; 0 where this one is the last. Of its address nothing
/// else is used: it may lead to another host.
Result<std::uint64_t> next_page(const Json& answer, std::string_view whence) {
  const auto* links = member(answer, "links");
  const auto* pages = links != nullptr ? member(*links, "pages") : nullptr;
  const auto* next = pages != nullptr ? text_in(*pages, "next") : nullptr;
  if (next == nullptr) {
    return std::uint64_t{0};
  }
  const auto query = std::string_view(*next).substr(std::min(next->find('?'), next->size()));
  auto at = query.find("?page=");
  at = at == std::string_view::npos ? query.find("&page=") : at;
  const auto digits = query.substr(at == std::string_view::npos ? query.size() : at + 6);
  std::uint64_t page = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), page);
  const bool ended = end == digits.data() + digits.size() || *end == '&';
  if (failed != std::errc() || !ended || page == 0) {
    return lacks(whence, "links.pages.next");
  }
  return page;
}

/// Follows a listing to its end; whether its pages make a whole. Where something is deleted between
/// two of them, something else slides from the one to the other, and is never seen.
Result<bool> follow(const Api& api,
                    const std::string& path,
                    const char* name,
                    const Take& take,
                    const std::stop_token& stop) {
  std::uint64_t page = 1;
  std::size_t count = 0;
  std::optional<std::uint64_t> total;
  for (std::size_t asked = 0; asked < kMostPages; ++asked) {
    const auto request = api.get(fmt::format("{}?page={}&per_page={}", path, page, kPerPage));
    const auto whence = api.whence(request);
    PLUMB_TRY(answer, api.call(request, stop));
    const auto* items = member(answer, name);
    if (items == nullptr || !items->is_array()) {
      return lacks(whence, name);
    }
    for (const auto& item : *items) {
      PLUMB_TRY(fresh, take(item, whence));
      if (!fresh) {
        return false;
      }
    }
    count += items->size();
    const auto* meta = member(answer, "meta");
    const auto now = meta != nullptr ? number_in(*meta, "total") : std::nullopt;
    if (!now) {
      return lacks(whence, "meta.total");
    }
    if (total.value_or(*now) != *now) {
      return false;
    }
    total = now;
    PLUMB_TRY(next, next_page(answer, whence));
    if (next == 0) {
      return count == *total;
    }
    if (next <= page) {
      return lacks(whence, "links.pages.next");
    }
    page = next;
  }
  return false;
}

auto never_whole(std::string what) {
  return fail(ErrorCode::unavailable,
              "digitalocean: " + std::move(what) + " changed while they were listed",
              "try again");
}

/// One object of the vendor.
struct Record {
  std::string id;
  std::string data;  ///< canonical; of what cannot be read, as the vendor has it
  std::string trouble;
  std::uint32_t ttl = 0;
};

/// What is at one name of one type.
struct Set {
  std::optional<std::string> owner;  ///< relative; nothing where it is no name
  std::optional<RecordType> type;
  std::vector<Record> records;
};

/// The records of a zone, as they come in.
class Records {
 public:
  explicit Records(DomainName zone) : zone_(std::move(zone)) {}

  Result<bool> add(const Json& item, std::string_view whence);
  ObservedScope finish(const Scope& scope);

 private:
  std::optional<std::string> owner_of(const std::string& name) const;
  void add_row(const std::string& key, Set& set, TableBuilder& builder, ObservedScope& observed);
  Value name_servers() const;

  DomainName zone_;
  std::map<std::string, Set> sets_;  ///< by key of the row
  std::set<std::string> ids_;
};

/// A name as the vendor gives it is relative to the zone.
std::optional<std::string> Records::owner_of(const std::string& name) const {
  if (name == "@") {
    return name;
  }
  const auto parsed = DomainName::parse(name + "." + zone_.text());
  return parsed ? std::optional(parsed->relative_to(zone_)) : std::nullopt;
}

Result<bool> Records::add(const Json& item, std::string_view whence) {
  const auto id = number_in(item, "id");
  const auto* name = text_in(item, "name");
  const auto* type = text_in(item, "type");
  const auto ttl = number_in(item, "ttl");
  if (!id || name == nullptr || type == nullptr || !ttl ||
      *ttl > std::numeric_limits<std::uint32_t>::max()) {
    return lacks(whence,
                 fmt::format("domain_records[].{}",
                             !id               ? "id"
                             : name == nullptr ? "name"
                             : type == nullptr ? "type"
                                               : "ttl"));
  }
  Record record{.id = std::to_string(*id), .ttl = static_cast<std::uint32_t>(*ttl)};
  if (!ids_.insert(record.id).second) {
    return false;
  }
  const auto known = values::find_record_type(*type);
  auto data = known ? data_of(item, *known, zone_)
                    : Result<std::string>(
                          fail(ErrorCode::invalid_input, "plumb does not know type " + *type));
  if (data) {
    record.data = std::move(*data);
  } else {
    const auto* as_is = text_in(item, "data");
    record.data = as_is != nullptr ? *as_is : std::string();
    record.trouble =
        known ? "its data cannot be read: " + data.error().message : data.error().message;
  }
  auto owner = owner_of(*name);
  auto key = owner.value_or(*name);
  key.push_back('\0');
  key += *type;
  auto& set = sets_[key];
  set.owner = std::move(owner);
  set.type = known;
  set.records.push_back(std::move(record));
  return true;
}

void Records::add_row(const std::string& key,
                      Set& set,
                      TableBuilder& builder,
                      ObservedScope& observed) {
  std::sort(set.records.begin(), set.records.end(), [](const Record& a, const Record& b) {
    return std::tie(a.data, a.id) < std::tie(b.data, b.id);
  });
  std::string because = set.owner ? "" : "its name is no name in this zone";
  GatheredSet gathered;
  for (const auto& record : set.records) {
    because = because.empty() ? record.trouble : because;
    gathered.add(record.id, record.data, record.ttl, true);
  }
  auto flags = because.empty() ? std::uint8_t{0} : std::uint8_t{opaque};
  if (set.owner && set.type && kinds::is_system_rrset(*set.owner, *set.type)) {
    flags |= system_owned;
  }
  auto seen = gathered.seen();
  seen.opaque_because = std::move(because);
  observed.side.push_back(std::move(seen));
  builder.add(kinds::kRRset,
              key,
              kinds::rrset_body(gathered.ttl(), gathered.data()),
              flags,
              static_cast<std::uint32_t>(observed.side.size()));
}

/// Requires: no row was added yet.
Value Records::name_servers() const {
  Value::List servers;
  const auto found = sets_.find(kinds::rrset_key("@", RecordType::ns));
  if (found != sets_.end()) {
    std::set<std::string> names;
    for (const auto& record : found->second.records) {
      names.insert(record.data);
    }
    for (const auto& name : names) {
      servers.emplace_back().data = name;
    }
  }
  return {std::move(servers), {}};
}

ObservedScope Records::finish(const Scope& scope) {
  ObservedScope observed;
  observed.scope = scope;
  observed.reading = Reading::read;
  TableBuilder builder;
  observed.side.push_back({.handle = {}, .outputs = {{"nameServers", name_servers()}}});
  builder.add(kinds::kZone, "", cbor::body({}), 0, 1);
  for (auto& [key, set] : sets_) {
    add_row(key, set, builder, observed);
  }
  observed.table = builder.seal().table;
  return observed;
}

}  // namespace

std::string zone_path(const DomainName& zone) {
  return "/v2/domains/" + query_value(zone.without_dot());
}

Result<std::vector<std::string>> list_zones(const Api& api, const std::stop_token& stop) {
  for (int round = 1; round <= kRounds; ++round) {
    std::set<std::string> names;
    const auto take = [&](const Json& item, std::string_view whence) -> Result<bool> {
      const auto* name = text_in(item, "name");
      if (name == nullptr) {
        return lacks(whence, "domains[].name");
      }
      const auto parsed = DomainName::parse(*name);
      return names.insert(parsed ? parsed->text() : *name).second;
    };
    PLUMB_TRY(whole, follow(api, "/v2/domains", "domains", take, stop));
    if (whole) {
      return std::vector<std::string>(names.begin(), names.end());
    }
  }
  return never_whole("the domains");
}

Result<ObservedScope> read_zone(const Api& api, const Scope& scope, const std::stop_token& stop) {
  PLUMB_TRY(zone, DomainName::parse(scope.container));
  for (int round = 1; round <= kRounds; ++round) {
    Records records(zone);
    const auto take = [&](const Json& item, std::string_view whence) {
      return records.add(item, whence);
    };
    const auto whole = follow(api, zone_path(zone) + "/records", "domain_records", take, stop);
    if (!whole && is_gone(whole.error())) {
      ObservedScope observed;
      observed.scope = scope;
      observed.reading = Reading::missing;
      return observed;
    }
    if (!whole) {
      return tl::unexpected(whole.error());
    }
    if (*whole) {
      return records.finish(scope);
    }
  }
  return never_whole(fmt::format("the records of {}", zone.without_dot()));
}

}  // namespace plumb::providers::digitalocean
