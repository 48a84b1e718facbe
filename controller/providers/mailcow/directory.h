#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "controller/env/clock.h"
#include "controller/providers/mailcow/api.h"
#include "controller/providers/mailcow/listing.h"
#include "resources/model/scope.h"

namespace plumb::providers::mailcow {

/// What a server has, in as few calls as there are sorts of things. What one step of a pass has
/// read a moment ago (which domains there are, a key) the next one is given, once; forget() before
/// anything is written. Thread-safe.
class Directory {
 public:
  /// Requires: both outlive this.
  Directory(const Api& api, const env::Clock& clock) : api_(api), clock_(clock) {}

  /// The domains alone, asked anew.
  Result<Listing> domains(const std::stop_token& stop);
  /// The domains, and all that those of `scopes` hold.
  Result<Listing> list(std::span<const Scope> scopes, const std::stop_token& stop);
  enum class Ask : std::uint8_t { anew, unless_known };
  Result<std::optional<HeldKey>> key(std::string_view domain, Ask ask, const std::stop_token& stop);
  void forget();

 private:
  bool is_recent() const;

  const Api& api_;
  const env::Clock& clock_;
  std::mutex mutex_;  ///< of what follows
  std::chrono::system_clock::time_point read_at_;
  std::optional<Listing> domains_;
  std::map<std::string, std::optional<HeldKey>, std::less<>> keys_;
};

}  // namespace plumb::providers::mailcow
