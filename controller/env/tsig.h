#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "controller/env/clock.h"
#include "controller/env/secret.h"
#include "resources/model/result.h"
#include "resources/values/domain_name.h"

namespace plumb::env {

/// A secret shared with a name server, by which both know each other's messages (TSIG, RFC 8945).
class TsigKey {
 public:
  /// `algorithm`: "hmac-sha256" (RFC 8945 §6; MD5 is not among them); `secret`: base64, as key
  /// files of servers hold it. Errors: invalid_input; never any of the secret.
  static Result<TsigKey> make(std::string_view name,
                              std::string_view algorithm,
                              const Secret& secret);

  const values::DomainName& name() const { return name_; }
  const values::DomainName& algorithm() const { return algorithm_; }
  /// The MAC of `octets`.
  std::string mac(std::string_view octets) const;

 private:
  TsigKey(values::DomainName name, values::DomainName algorithm, Secret secret)
      : name_(std::move(name)), algorithm_(std::move(algorithm)), secret_(std::move(secret)) {}

  values::DomainName name_, algorithm_;
  Secret secret_;  ///< the octets themselves
};

/// A TSIG record of a message.
struct TsigRecord {
  values::DomainName key, algorithm;
  std::uint64_t signed_at = 0;  ///< seconds since 1970
  std::uint16_t fudge = 0;      ///< seconds
  std::string mac;
  std::uint16_t original_id = 0;
  std::uint16_t error = 0;
  std::string other;
  std::size_t offset = 0;  ///< where in its message it begins
};

constexpr std::uint16_t kBadSignature = 16;  ///< RFC 8945 §3
constexpr std::uint16_t kBadKey = 17;
constexpr std::uint16_t kBadTime = 18;

/// One request with its signature, and the signatures of the messages that answer it. Several
/// messages are one chain, of which not each need be signed (RFC 8945 §5.3.1). Not thread-safe.
class TsigChain {
 public:
  /// Requires: `key` and `clock` outlive this.
  TsigChain(const TsigKey& key, const Clock& clock) : key_(key), clock_(clock) {}

  /// `request` (a whole message) with the TSIG record at its end.
  std::string sign(std::string request);
  /// Checks the next message of the answer; `record`: its TSIG record, nullptr where it has none.
  /// Errors: denied (category authentication): no signature where there must be one, one by another
  /// key, of another time, or that is not right.
  Result<void> check(std::string_view message, const TsigRecord* record);
  /// Whether the message that was checked last was signed.
  bool is_signed() const { return unsigned_ == 0; }

 private:
  const TsigKey& key_;
  const Clock& clock_;
  std::string mac_;      ///< of the message before
  std::string pending_;  ///< messages without a signature, which the next one covers
  unsigned unsigned_ = 0;
  bool first_ = true;
};

}  // namespace plumb::env
