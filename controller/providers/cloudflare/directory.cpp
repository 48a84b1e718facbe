#include "controller/providers/cloudflare/directory.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace plumb::providers::cloudflare {
namespace {

constexpr int kZonesPerPage = 50;  // the most of GET /zones
/// The most of GET /zones/{id}/dns_records: a zone is one call. An answer says which size it made.
constexpr int kRecordsPerPage = 5'000'000;
constexpr int kMostPages = 100'000;  // a vendor whose pages never end is not followed

}  // namespace

std::string records_path(const std::string& zone_id) {
  return "/zones/" + query_value(zone_id) + "/dns_records";
}

Result<std::vector<Zone>> Directory::list(const std::string& filter, const std::stop_token& stop) {
  std::vector<Zone> zones;
  for (int number = 1; number <= kMostPages; ++number) {
    const auto request = api_.get(fmt::format(
        "/zones?account.id={}{}&page={}&per_page={}", account_, filter, number, kZonesPerPage));
    PLUMB_TRY(envelope, api_.call(request, stop));
    PLUMB_TRY(page, read_zones(envelope, account_, api_.whence(request), zones));
    if (page.last) {
      break;
    }
  }
  return zones;
}

Result<std::vector<Zone>> Directory::all(const std::stop_token& stop) {
  auto zones = list({}, stop);
  if (zones) {
    const std::lock_guard lock(mutex_);
    listed_.clear();
    for (const auto& zone : *zones) {
      listed_.insert_or_assign(zone.name, zone);
    }
  }
  return zones;
}

bool Directory::is_listed(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return listed_.contains(name);
}

Result<std::optional<Zone>> Directory::find(const std::string& name, const std::stop_token& stop) {
  {
    const std::lock_guard lock(mutex_);
    if (auto listed = listed_.extract(name); !listed.empty()) {
      return std::optional(std::move(listed.mapped()));
    }
  }
  const auto bare = name.substr(0, name.size() - 1);
  PLUMB_TRY(zones, list("&name=" + query_value(bare), stop));
  for (auto& zone : zones) {
    if (zone.name == name) {
      return std::optional(std::move(zone));
    }
  }
  forget(name);
  return std::optional<Zone>();
}

Result<ObservedScope> Directory::read(const Scope& scope,
                                      const Zone& zone,
                                      const std::stop_token& stop,
                                      std::string* bare) {
  Records records;
  std::string whence;
  std::optional<std::uint64_t> total;
  for (int number = 1; number <= kMostPages; ++number) {
    const auto request = api_.get(fmt::format("{}?order=name&direction=asc&page={}&per_page={}",
                                              records_path(zone.id),
                                              number,
                                              kRecordsPerPage));
    whence = api_.whence(request);
    PLUMB_TRY(envelope, api_.call(request, stop));
    PLUMB_TRY(page, records.add(envelope, whence));
    total = page.total;
    if (page.last) {
      break;
    }
  }
  if (total && records.size() != *total) {
    return fail(ErrorCode::unavailable,
                fmt::format("{}: {} of {} records of {} were listed: it was changed meanwhile",
                            whence,
                            records.size(),
                            *total,
                            zone.name),
                "try again");
  }
  auto observed = records.finish(scope, zone);
  if (bare != nullptr) {
    *bare = records.bare();
  }
  remember(zone.name, {zone.id, observed.owner});
  return observed;
}

std::optional<Directory::Known> Directory::known(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(name);
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

void Directory::remember(const std::string& name, Known known) {
  const std::lock_guard lock(mutex_);
  known_[name] = std::move(known);
}

void Directory::forget(const std::string& name) {
  const std::lock_guard lock(mutex_);
  known_.erase(name);
  listed_.erase(name);
}

}  // namespace plumb::providers::cloudflare
