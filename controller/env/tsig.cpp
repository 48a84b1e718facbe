#include "controller/env/tsig.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "controller/env/crypto.h"
#include "controller/env/resolver_wire.h"
#include "resources/values/quoted.h"

namespace plumb::env {
namespace {

constexpr std::uint16_t kAnyClass = 255;
constexpr std::uint16_t kFudge = 300;  ///< seconds (RFC 8945 §10)
/// Messages that may follow each other without a signature (RFC 8945 §5.3.1).
constexpr unsigned kMostUnsigned = 99;
constexpr std::size_t kIdSize = 2;
constexpr std::size_t kAdditionalCount = 10;  ///< where in the header it stands

struct Algorithm {
  std::string_view name;
  const EVP_MD* (*digest)();
};
constexpr std::array kAlgorithms = {Algorithm{"hmac-sha256", &EVP_sha256},
                                    Algorithm{"hmac-sha512", &EVP_sha512},
                                    Algorithm{"hmac-sha384", &EVP_sha384},
                                    Algorithm{"hmac-sha224", &EVP_sha224},
                                    Algorithm{"hmac-sha1", &EVP_sha1}};

const Algorithm* find_algorithm(std::string_view name) {
  const auto* found = std::find_if(kAlgorithms.begin(),
                                   kAlgorithms.end(),
                                   [&](const Algorithm& one) { return one.name == name; });
  return found == kAlgorithms.end() ? nullptr : found;
}

std::string wire_time(std::uint64_t seconds) {
  return wire_u16(static_cast<unsigned>(seconds >> 32U & 0xffffU)) +
         wire_u16(static_cast<unsigned>(seconds >> 16U & 0xffffU)) +
         wire_u16(static_cast<unsigned>(seconds & 0xffffU));
}

std::string with_size(std::string_view octets) {
  return wire_u16(static_cast<unsigned>(octets.size())).append(octets);
}

/// What of the record is signed besides the message (RFC 8945 §4.3.3).
std::string variables(const TsigRecord& record) {
  return wire_name(record.key) + wire_u16(kAnyClass) + std::string(4, '\0') +
         wire_name(record.algorithm) + wire_time(record.signed_at) + wire_u16(record.fudge) +
         wire_u16(record.error) + with_size(record.other);
}

std::uint64_t seconds_of(const Clock& clock) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(clock.now().time_since_epoch()).count());
}

/// Changes how many records the additional section has.
void count_additional(std::string& message, int by) {
  const auto high = static_cast<unsigned char>(message[kAdditionalCount]);
  const auto low = static_cast<unsigned char>(message[kAdditionalCount + 1]);
  const auto count = wire_u16(static_cast<unsigned>((high << 8U | low) + by));
  message.replace(kAdditionalCount, count.size(), count);
}

Error not_authentic(std::string message, std::string hint) {
  return {.code = ErrorCode::denied,
          .message = std::move(message),
          .hint = std::move(hint),
          .category = ErrorCategory::authentication};
}

}  // namespace

Result<TsigKey> TsigKey::make(std::string_view name,
                              std::string_view algorithm,
                              const Secret& secret) {
  PLUMB_TRY(key_name, values::DomainName::parse(name));
  if (find_algorithm(algorithm) == nullptr) {
    return fail(ErrorCode::invalid_input,
                fmt::format("{} is no algorithm of TSIG", values::quoted(algorithm)),
                "one of hmac-sha256, hmac-sha512, hmac-sha384, hmac-sha224, hmac-sha1");
  }
  PLUMB_TRY(algorithm_name, values::DomainName::parse(algorithm));
  std::string text(secret.reveal());
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
    text.pop_back();
  }
  auto octets = base64_decode(text);
  wipe(text);
  if (!octets || octets->empty()) {
    return fail(ErrorCode::invalid_input,
                fmt::format("the secret of TSIG key {} is no base64", values::quoted(name)),
                "it is what stands behind `secret` in the server's configuration, without quotes");
  }
  TsigKey key(std::move(key_name), std::move(algorithm_name), Secret(*octets));
  wipe(*octets);
  return key;
}

std::string TsigKey::mac(std::string_view octets) const {
  const auto* algorithm = find_algorithm(algorithm_.without_dot());
  const auto secret = secret_.reveal();
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): octets as text
  ::HMAC(algorithm->digest(),
         secret.data(),
         static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(octets.data()),
         octets.size(),
         mac.data(),
         &size);
  return {reinterpret_cast<const char*>(mac.data()), size};
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
}

std::string TsigChain::sign(std::string request) {
  TsigRecord record;
  record.key = key_.name();
  record.algorithm = key_.algorithm();
  record.signed_at = seconds_of(clock_);
  record.fudge = kFudge;
  const auto id = request.substr(0, kIdSize);
  mac_ = key_.mac(request + variables(record));
  const auto data = wire_name(record.algorithm) + wire_time(record.signed_at) +
                    wire_u16(record.fudge) + with_size(mac_) + id + wire_u16(0) + wire_u16(0);
  count_additional(request, 1);
  return request + wire_name(record.key) + wire_u16(kTsigType) + wire_u16(kAnyClass) +
         std::string(4, '\0') + with_size(data);
}

Result<void> TsigChain::check(std::string_view message, const TsigRecord* record) {
  if (record == nullptr) {
    if (first_ || ++unsigned_ > kMostUnsigned) {
      return tl::unexpected(not_authentic("the answer is not signed",
                                          "have the server answer with the key that it is asked "
                                          "with, or ask without one"));
    }
    pending_.append(message);
    return {};
  }
  if (record->key != key_.name() || record->algorithm != key_.algorithm()) {
    return tl::unexpected(not_authentic(
        fmt::format("the answer is signed with another key: {}", record->key.without_dot()), ""));
  }
  std::string plain(message.substr(0, record->offset));
  plain.replace(0, kIdSize, wire_u16(record->original_id));
  count_additional(plain, -1);
  // Of what follows the first message, the times alone are signed (RFC 8945 §5.3.1).
  const auto end =
      first_ ? variables(*record) : wire_time(record->signed_at) + wire_u16(record->fudge);
  const auto mac = key_.mac(with_size(mac_) + pending_ + plain + end);
  if (!equal_in_constant_time(mac, record->mac)) {
    return tl::unexpected(not_authentic("the signature of the answer is wrong",
                                        "the zone was changed on its way, or the secrets differ"));
  }
  const auto now = seconds_of(clock_);
  const auto apart = now > record->signed_at ? now - record->signed_at : record->signed_at - now;
  if (apart > record->fudge) {
    return tl::unexpected(not_authentic(fmt::format("the answer was signed {} s from now", apart),
                                        "set the clocks right"));
  }
  mac_ = record->mac;
  pending_.clear();
  unsigned_ = 0;
  first_ = false;
  return {};
}

}  // namespace plumb::env
