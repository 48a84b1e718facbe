#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "controller/providers/cloudflare/answer.h"
#include "controller/providers/cloudflare/api.h"
#include "resources/model/result.h"

namespace plumb::providers::cloudflare {

/// The zones of one account: their ids, by which the API knows them, and their records. Records are
/// always asked for, never remembered. Thread-safe.
class Directory {
 public:
  /// Requires: `api` outlives this.
  Directory(const Api& api, std::string account) : api_(api), account_(std::move(account)) {}

  const std::string& account() const { return account_; }

  /// All zones of the account. The next find() of each of them does without a call.
  Result<std::vector<Zone>> all(const std::stop_token& stop);
  bool is_listed(const std::string& name) const;
  /// The zone of this canonical name, which the API calls by its Unicode form; nothing where the
  /// account has none that the token may see. Errors
  /// (`conflict`) where it has two that are equally good.
  Result<std::optional<Zone>> find(const std::string& name, const std::stop_token& stop);
  /// All records of a zone, in as few calls as the vendor allows. `marks`: gets Records::marks().
  /// Errors (`unavailable`) where pages do not make the whole that the vendor says there is, though
  /// they were asked for again.
  Result<ObservedScope> read(const Scope& scope,
                             const Zone& zone,
                             const std::stop_token& stop,
                             Marks* marks = nullptr);

  /// What is known of a zone that was found before.
  struct Known {
    std::string id;
    std::string owner;      ///< the mark of its records, where it has one
    bool sure = false;      ///< it has no other mark
    std::size_t marks = 0;  ///< at least so many of its records have that one
  };
  std::optional<Known> known(const std::string& name) const;
  void remember(const std::string& name, Known known);
  void forget(const std::string& name);

 private:
  using Take = std::function<Result<Page>(const nlohmann::json&, std::string_view whence)>;

  Result<bool> follow(const std::string& path,
                      int per_page,
                      const Take& take,
                      const std::stop_token& stop);
  Result<std::vector<Zone>> list(const std::string& filter, const std::stop_token& stop);

  const Api& api_;
  std::string account_;
  mutable std::mutex mutex_;
  std::map<std::string, Known> known_;
  std::map<std::string, Zone> listed_;  ///< by all(), and not taken since
};

/// "/zones/<id>/dns_records".
std::string records_path(const std::string& zone_id);

}  // namespace plumb::providers::cloudflare
