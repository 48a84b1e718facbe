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

/// A file that was read, as it is kept: what all other files may depend on, and its rows, of which
/// there may be very many.
struct CompiledManifest {
  std::string head;  ///< documents
  std::string rows;  ///< `records` and `mail`
};

/// What to keep of a file that was read. Nothing where something is wrong with it, or where it
/// holds what belongs nowhere else: Providers, hashes of passwords.
std::optional<CompiledManifest> compile(const ManifestFile& file);

/// The file that compile() gave `head` for, as it reads under the number `file`, still without its
/// rows. Nothing where the octets are not whole.
std::optional<ManifestFile> decompile(std::string_view head, std::uint32_t file);
/// Gives it its rows. False where the octets are not whole: then nothing has changed.
bool decompile_rows(std::string_view rows, std::uint32_t number, ManifestFile& file);

/// ManifestFile::structure of documents.
std::string structure_of(const std::vector<Document>& documents);

/// ManifestFile::zone_rows of a file that has its rows, all of which can be read.
std::string zone_rows_of(const ManifestFile& file);

/// Reads manifests, and those that were read before from their compiled form. Thread-safe.
class ManifestReader {
 public:
  /// `cache` null: everything is parsed.
  ManifestReader(const Schemas& schemas, state::CompiledFiles* cache);

  /// What read_manifest() gives; rows of a file that was read before come with unpack() alone.
  ManifestFile read(std::string_view text, std::uint32_t number);
  /// The same, whatever is kept: its rows are there, and will be kept anew.
  ManifestFile parse(std::string_view text, std::uint32_t number);
  /// Gives a file its rows where it has not got them. False where they are damaged, or there no
  /// longer: parse it again.
  bool unpack(ManifestFile& file, std::uint32_t number);
  /// ManifestFile::digest of a text; empty without a cache.
  std::string digest_of(std::string_view text) const;

  /// What besides files is kept under `key`, of 32 octets that stand for all it was made of. Valid
  /// until keep().
  std::optional<std::string_view> get(const std::string& key);
  /// May flush().
  void put(const std::string& key, std::string octets);

  /// Puts what waits to the disk, if it is much: it need not be held until keep(). Ends what get()
  /// gave.
  void flush();
  /// Keeps what had to be made for the next time, and tells how many files had to be parsed. One
  /// can do without, so no error is told.
  std::size_t keep();

 private:
  void flush_locked();
  void sort_fresh();

  const Schemas& schemas_;
  state::CompiledFiles* cache_;
  std::string program_;  ///< what reads: another program may read otherwise
  std::mutex mutex_;
  std::vector<state::CompiledFile> fresh_;
  std::size_t waiting_ = 0;  ///< octets in `fresh_`
  std::vector<std::string> used_;
  std::size_t parsed_ = 0;
  bool kept_ = false;  ///< a batch has been
};

}  // namespace plumb::load
