#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "controller/env/descriptor.h"
#include "controller/env/env.h"
#include "controller/providers/postfix_dovecot/config.h"
#include "controller/providers/postfix_dovecot/write.h"

namespace plumb::providers::postfix_dovecot {

/// Keeps other runs from writing these files at the same time; free again when it ends, however
/// that comes about.
class WriteLock {
 public:
  /// Waits for it, at most half a minute. Errors: unavailable, denied, cancelled.
  static Result<std::unique_ptr<WriteLock>> take(const std::filesystem::path& directory,
                                                 env::Clock& clock,
                                                 std::stop_token stop);
  explicit WriteLock(int file) : file_(file) {}

 private:
  env::Descriptor file_;
};

/// Puts contents on disk and tells the servers, for one call of apply. `<directory>/.owed` stands
/// as long as they may not have been told.
class Server {
 public:
  Server(const Config& config, const Files& files, env::Env env)
      : config_(config), files_(files), env_(env), owed_before_(owes()) {}

  /// Whether maps can be indexed at all. Error: not_found, where postmap is needed and not at hand.
  Result<void> ready() const;
  /// Writes the files that differ from `snapshot` or from what this wrote after it, in the order of
  /// `direction`; each atomically. Error: `effect` says whether some of them are written already.
  Result<void> write(const Snapshot& snapshot, Contents contents, Direction direction);
  /// Indexes the maps that owe it and runs the reload commands, once. What fails is logged, owed,
  /// and tried again with the next call.
  void tell();
  /// Whether the servers may not know what the files say: never, where nobody is to be told.
  bool owes() const;

 private:
  std::filesystem::path mark() const { return files_.directory() / ".owed"; }
  bool tells_at_all() const { return !config_.reload.empty() || config_.maps != MapType::texthash; }
  Result<void> index(File file) const;

  const Config& config_;
  const Files& files_;
  env::Env env_;
  bool owed_before_;  ///< an earlier run did not tell
  bool index_failed_ = false;
  bool wrote_ = false;
  std::array<std::optional<std::string>, kFiles> written_;  ///< by this
};

}  // namespace plumb::providers::postfix_dovecot
