#include "controller/providers/cloudflare/directory.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "resources/values/domain_name.h"

namespace plumb::providers::cloudflare {
namespace {

constexpr int kZonesPerPage = 50;  // the most of GET /zones
/// The most of GET /zones/{id}/dns_records: a zone is one call. An answer says which size it made.
constexpr int kRecordsPerPage = 5'000'000;
constexpr int kRounds = 3;         // of a listing that is changed under our feet
constexpr int kMostPages = 1'000;  // a vendor whose pages never end is not followed

}  // namespace

std::string records_path(const std::string& zone_id) {
  return "/zones/" + query_value(zone_id) + "/dns_records";
}

/// Follows a listing to its end; whether its pages make the whole that they count. Where something
/// is deleted between two of them, something else slides from the one to the other, and is never
/// seen.
Result<bool> Directory::follow(const std::string& path,
                               int per_page,
                               const Take& take,
                               const std::stop_token& stop) {
  std::optional<std::uint64_t> total;
  std::uint64_t seen = 0;
  for (int number = 1; number <= kMostPages; ++number) {
    const auto request = api_.get(fmt::format("{}&page={}&per_page={}", path, number, per_page));
    PLUMB_TRY(envelope, api_.call(request, stop));
    PLUMB_TRY(page, take(envelope, api_.whence(request)));
    if (page.again || (number > 1 && page.total != total)) {
      return false;
    }
    total = page.total;
    seen += page.count;
    if (page.last) {
      return seen == total;
    }
  }
  return fail(ErrorCode::internal,
              fmt::format("cloudflare: {} has no end after {} pages", path, kMostPages),
              "check that this provider's endpoint is the API of Cloudflare");
}

Result<std::vector<Zone>> Directory::list(const std::string& filter, const std::stop_token& stop) {
  for (int round = 1; round <= kRounds; ++round) {
    std::vector<Zone> zones;
    const auto take = [&](const nlohmann::json& envelope, std::string_view whence) {
      return read_zones(envelope, account_, whence, zones);
    };
    PLUMB_TRY(
        whole,
        follow(fmt::format("/zones?account.id={}{}&order=name&direction=asc", account_, filter),
               kZonesPerPage,
               take,
               stop));
    if (whole) {
      choose_among(zones);
      return zones;
    }
  }
  return fail(ErrorCode::unavailable,
              "cloudflare: the zones of account " + account_ +
                  " were not all listed: they changed meanwhile, or the listing is cut off",
              "try again");
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
  std::optional<Zone> found;
  {
    const std::lock_guard lock(mutex_);
    if (auto listed = listed_.extract(name); !listed.empty()) {
      found = std::move(listed.mapped());
    }
  }
  const auto domain = values::DomainName::from_canonical(name);
  std::vector<std::string> spellings{domain.to_unicode()};
  if (spellings.front() != domain.without_dot()) {
    spellings.emplace_back(domain.without_dot());
  }
  for (auto spelling = spellings.begin(); spelling != spellings.end() && !found; ++spelling) {
    PLUMB_TRY(zones, list("&name=" + query_value(*spelling), stop));
    for (auto& zone : zones) {
      if (zone.name == name) {
        found = std::move(zone);
      }
    }
  }
  if (!found) {
    forget(name);
  } else if (!found->rival.empty()) {
    return fail(ErrorCode::conflict,
                fmt::format("cloudflare: account {} has two zones {}: {} and {}, both {}",
                            account_,
                            domain.without_dot(),
                            found->id,
                            found->rival,
                            found->status.empty() ? "without a status" : found->status),
                "remove the one that nobody uses at the dashboard");
  }
  return found;
}

Result<ObservedScope> Directory::read(const Scope& scope,
                                      const Zone& zone,
                                      const std::stop_token& stop,
                                      Marks* marks) {
  std::string trouble;
  for (int round = 1; round <= kRounds; ++round) {
    Records records;
    std::optional<std::uint64_t> total;
    std::string from;
    const auto take = [&](const nlohmann::json& envelope, std::string_view whence) {
      from = whence;
      auto page = records.add(envelope, whence);
      total = page ? page->total : total;
      return page;
    };
    PLUMB_TRY(
        whole,
        follow(records_path(zone.id) + "?order=name&direction=asc", kRecordsPerPage, take, stop));
    if (whole && (!total || records.size() == *total)) {
      auto own = records.marks(zone);
      auto observed = records.finish(scope, zone);
      const auto marked = own.by_owner.find(observed.owner);
      remember(zone.name,
               {zone.id,
                observed.owner,
                own.by_owner.size() <= 1,
                marked == own.by_owner.end() ? 0 : marked->second.size()});
      if (marks != nullptr) {
        *marks = std::move(own);
      }
      return observed;
    }
    trouble = fmt::format("{}: {} of {} records of {} were listed: it was changed meanwhile",
                          from,
                          records.size(),
                          total.value_or(0),
                          zone.name);
  }
  return fail(ErrorCode::unavailable, trouble, "try again");
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
