#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "resources/model/result.h"

struct MDB_env;
struct MDB_txn;

namespace plumb::state {

/// What is kept of one file, or of what follows from several: under a key of few octets that stands
/// for all it was made of.
struct CompiledFile {
  std::string key;
  std::string octets;
};

/// The compiled form of manifests, so that unchanged files need not be parsed again: an LMDB
/// environment of its own in a folder that may be removed at any time. What is in it is checked by
/// a digest when it is read; what is damaged is not there. Processes share it. Thread-safe.
class CompiledFiles {
 public:
  /// Address space, not memory and not disk.
  static constexpr std::size_t kMapSize = std::size_t{16} << 30U;

  /// Opens or makes the cache in `directory`, whose parent must exist; one that is damaged is made
  /// anew. One process opens a folder once at a time. Errors: those of the file system and of LMDB;
  /// one can do without.
  /// It grows to `map_size` octets at most, and is emptied then.
  static Result<std::unique_ptr<CompiledFiles>> open(const std::filesystem::path& directory,
                                                     std::size_t map_size = kMapSize);
  CompiledFiles(const CompiledFiles&) = delete;
  CompiledFiles& operator=(const CompiledFiles&) = delete;
  ~CompiledFiles();

  /// What is kept under `key`; nothing where it is not, or not as it was put. Valid until keep() or
  /// the end.
  std::optional<std::string_view> get(std::string_view key) const;
  /// Keeps `fresh`. Where far more is there than `used` (the keys that are still of use, those of
  /// `fresh` among them; sorted; none: nothing is dropped), the rest is dropped. Errors: those of
  /// LMDB; then nothing changed, or the cache is empty.
  Result<void> keep(std::span<const CompiledFile> fresh, std::span<const std::string> used);

 private:
  CompiledFiles() = default;
  static Result<std::unique_ptr<CompiledFiles>> open_once(const std::filesystem::path& directory,
                                                          std::size_t map_size);
  int begin_reading();
  int open_database();
  int put_all(std::span<const CompiledFile> fresh, std::span<const std::string> used);
  Result<void> start_anew();
  int drop_unused(MDB_txn& txn, std::span<const std::string> used);

  mutable std::mutex mutex_;  ///< a transaction is one thread's at a time
  std::filesystem::path directory_;
  std::size_t map_size_ = 0;
  MDB_env* env_ = nullptr;  ///< null where it could not be made anew
  MDB_txn* reading_ = nullptr;
  unsigned handle_ = 0;
};

}  // namespace plumb::state
