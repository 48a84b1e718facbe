#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "resources/model/result.h"
#include "resources/values/domain_name.h"

namespace plumb::providers::zonefile {

/// A zone's file as the directory listing shows it.
struct ZoneFile {
  std::string zone;  ///< absolute, with final dot
  std::string fingerprint;
};

/// The folder that holds the zone files. Thread-safe: holds nothing but its path.
class Directory {
 public:
  explicit Directory(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  /// The zone's file. Errors: `invalid_input` for a name that cannot be a file name.
  Result<std::filesystem::path> file_of(const values::DomainName& zone) const;
  /// All zone files, by name; none where the folder does not exist. Files whose name is no
  /// canonical zone name are not ours and left out.
  Result<std::vector<ZoneFile>> list() const;
  /// The change token of a file as of `now`; empty where there is none, or none to rely on yet.
  static std::string fingerprint(const std::filesystem::path& file,
                                 std::chrono::system_clock::time_point now);
  /// Makes the folder where it is missing.
  Result<void> make() const;
  /// Moves a zone's file to `.removed/`, never over another one.
  Result<void> put_away(const std::filesystem::path& file,
                        std::chrono::system_clock::time_point now) const;

  /// Zones whose change the server may not have been told of, sorted.
  std::vector<std::string> unreloaded() const;
  void mark_unreloaded(const values::DomainName& zone) const;
  void mark_reloaded(const std::string& zone) const;

 private:
  std::filesystem::path path_;
};

}  // namespace plumb::providers::zonefile
