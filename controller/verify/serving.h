#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "controller/env/resolver.h"
#include "controller/verify/zone.h"

namespace plumb::verify {

/// By how many servers something is served.
struct Served {
  std::size_t served = 0;
  std::size_t of = 0;
  std::size_t silent = 0;  ///< of those that do not serve it: no answer, so no opinion
  std::uint32_t ttl = 0;   ///< the highest that a server gives it, in seconds
  /// The others, each with what it has instead: {"ns2.example.com", "192.0.2.9"}; nothing
  /// where it did not answer.
  std::vector<std::pair<std::string, std::string>> otherwise;
  std::size_t differs_at = 0;  ///< where the one value of the first of these begins to differ

  bool everywhere() const { return of != 0 && served == of; }
};

/// "ns2.example.com has 192.0.2.9", "ns3.example.com does not answer", one for each of the others.
std::vector<std::string> others_text(const Served& served);

/// Takes the answer of one more server into account. A set that is shared is served where each of
/// its values is; others where exactly these are. A set without values is served where there is
/// none.
void count_answer(Served& served,
                  const RecordSet& set,
                  const Result<env::DnsAnswer>& answer,
                  const std::string& server);

/// Asks each of `servers` (address and port) for a record set, directly. Waits as long as the
/// resolver does.
Served served_everywhere(env::Resolver& resolver,
                         std::span<const std::string> servers,
                         const RecordSet& set,
                         std::stop_token stop);

/// As above, for all sets at once; parallel to `sets`.
std::vector<Served> served_everywhere(env::Resolver& resolver,
                                      std::span<const std::string> servers,
                                      std::span<const RecordSet> sets,
                                      std::stop_token stop);

/// Since when every server has had a record set, as the output `visible` holds it.
struct Visible {
  std::int64_t since = 0;  ///< seconds since 1970
  std::uint32_t ttl = 0;   ///< seconds: the longest that a cache may still hold what was before
};

/// What is to be remembered of a look at `now` (seconds since 1970): the first moment of an
/// unbroken row of looks in which every server had it. Nothing where a server has it not; what was
/// known where one was silent.
std::optional<Visible> note(const std::optional<Visible>& before,
                            const Served& served,
                            std::int64_t now);

/// Whether no cache can still hold what was before: since + TTL has passed.
bool is_settled(const Visible& visible, std::int64_t now);

}  // namespace plumb::verify
