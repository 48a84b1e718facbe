#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "resources/model/result.h"
#include "resources/model/value.h"

namespace plumb::env {

/// The octets of a secret. Moves only, is wiped when it ends, and has neither stream operator nor
/// formatter: what wants to see it says `reveal()`.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view octets);
  ~Secret();
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  /// The octets; valid as long as this Secret. Never for a log, an error, a plan or state.
  std::string_view reveal() const { return {octets_.get(), size_}; }
  bool empty() const { return size_ == 0; }

 private:
  void wipe() noexcept;

  // Not std::string: its small buffer would survive a move.
  std::unique_ptr<char[]> octets_;  // NOLINT(modernize-avoid-c-arrays): its size varies
  std::size_t size_ = 0;
};

/// Overwrites `text` so that no copy of a secret stays behind in memory.
void wipe(std::string& text);

/// Gives secrets for what the manifests say about where they are. Thread-safe.
class Secrets {
 public:
  virtual ~Secrets() = default;
  /// Error: denied, category authentication; names the source ("secret env PDNS_API_KEY"), never
  /// any of its content.
  virtual Result<Secret> get(const SecretRef& reference) = 0;
};

/// Which sources may be read at all: a change under review could otherwise run a command or read a
/// file with our rights. Decided outside of the repository.
struct SecretPolicy {
  bool allow_exec = false;
  bool allow_file = false;
  std::chrono::milliseconds exec_deadline{10'000};
};

/// Secrets of the machine we run on:
///   env   a variable of the environment; empty counts as missing
///   file  a file, relative to the project's root; one trailing newline is not part of it
///   exec  the output of a command (arguments joined by NUL, no shell, stdin empty, stderr
///   dropped),
///         run in the project's root, killed at the deadline; one trailing newline is not part of
///         it
///   hash  the locator itself: a ready password hash, which stands in the manifest
///   sealed  not supported yet
/// At most 64 KiB each.
class SystemSecrets final : public Secrets {
 public:
  SystemSecrets(std::filesystem::path root, SecretPolicy policy);
  Result<Secret> get(const SecretRef& reference) override;

 private:
  std::filesystem::path root_;
  SecretPolicy policy_;
};

}  // namespace plumb::env
