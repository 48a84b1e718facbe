#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "controller/env/signing_key.h"
#include "controller/providers/postfix_dovecot/snapshot.h"
#include "resources/model/result.h"

namespace plumb::providers::postfix_dovecot {

/// The private keys of all domains. Thread-safe.
class Keys {
 public:
  Keys(const Files& files, std::string owner) : files_(files), owner_(std::move(owner)) {}

  /// The public half of a key file. Errors: as env::public_half, with the path.
  Result<env::PublicKey> read(const KeyFile& key);
  /// Makes a key, readable by its owner alone. One that is there already is taken as it is, never
  /// written over. Errors: `conflict` where that is of another sort.
  Result<env::PublicKey> make(std::string_view domain,
                              std::string_view selector,
                              std::string_view algorithm,
                              std::uint32_t bits);
  /// Moves a key to `retired/`, never over another one.
  Result<void> retire(std::string_view domain,
                      std::string_view selector,
                      std::chrono::system_clock::time_point now) const;

 private:
  Result<env::PublicKey> read_file(const std::filesystem::path& path) const;
  Result<void> give_away(const std::filesystem::path& path) const;

  const Files& files_;
  std::string owner_;
  std::mutex mutex_;
  std::map<std::string, env::PublicKey> known_;  ///< by path and token
};

/// The body of a key.
std::string key_body(const env::PublicKey& key);

}  // namespace plumb::providers::postfix_dovecot
