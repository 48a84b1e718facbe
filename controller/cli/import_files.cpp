#include "controller/cli/import_files.h"

#include <atomic>
#include <map>
#include <system_error>
#include <utility>

#include "controller/env/atomic_file.h"
#include "controller/env/parallel.h"

namespace plumb::cli {
namespace fs = std::filesystem;

Result<void> write_files(const fs::path& directory,
                         const std::vector<importing::Manifest>& files,
                         const std::set<std::string>& folders) {
  for (const auto& folder : folders) {
    const auto path = directory / folder;
    std::error_code error;
    fs::create_directories(path, error);
    if (auto written = env::write_file_atomically(path / ".gitkeep", ""); !written) {
      return tl::unexpected(std::move(written).error());
    }
  }
  std::map<fs::path, fs::path> one_of;  // by folder
  for (const auto& file : files) {
    const auto path = directory / file.path;
    one_of.emplace(path.parent_path(), path);
  }
  for (const auto& [parent, path] : one_of) {
    std::error_code error;  // what could not be made is told by the file that is to lie there
    fs::create_directories(parent, error);
  }
  // Each waits for the disk, which takes many at a time. None behind one that failed is begun; all
  // before it are, so that the first failure of the list is what is told.
  constexpr unsigned kAtOnce = 16;
  std::vector<Result<void>> written(files.size());
  std::atomic<std::size_t> failed = written.size();
  env::for_each_parallel(written.size(), kAtOnce, [&](std::size_t i) {
    if (i > failed) {
      return;
    }
    const auto& file = files[i];
    written[i] = env::write_file_unsettled(directory / file.path, file.text);
    auto least = failed.load();
    while (!written[i] && i < least && !failed.compare_exchange_weak(least, i)) {
    }
  });
  if (failed != written.size()) {
    return std::move(written[failed]);
  }
  for (const auto& [parent, path] : one_of) {
    if (auto synced = env::sync_folder_of(path); !synced) {
      return synced;
    }
  }
  return {};
}

}  // namespace plumb::cli
