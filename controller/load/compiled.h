#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/load/manifest.h"
#include "state/compiled.h"

namespace plumb::load {

/// The octets to keep of a file that was read. Nothing where something is wrong with it, or where
/// it holds what belongs nowhere else: Providers, hashes of passwords.
std::optional<std::string> compile(const ManifestFile& file);

/// The file that compile() gave `octets` for, as it reads under the number `file`. Nothing where
/// they are not whole.
std::optional<ManifestFile> decompile(std::string_view octets, std::uint32_t file);

/// Reads manifests, and those that were read before from their compiled form. Thread-safe.
class ManifestReader {
 public:
  /// `cache` null: everything is parsed.
  ManifestReader(const Schemas& schemas, state::CompiledFiles* cache);

  /// What read_manifest() gives.
  ManifestFile read(std::string_view text, std::uint32_t file);
  /// Keeps what had to be parsed for the next time, and tells how many files that were. One can do
  /// without, so no error is told.
  std::size_t keep();

 private:
  const Schemas& schemas_;
  state::CompiledFiles* cache_;
  std::string program_;  ///< what reads: another program may read otherwise
  std::mutex mutex_;
  std::vector<state::CompiledFile> fresh_;
  std::vector<std::string> used_;
};

}  // namespace plumb::load
