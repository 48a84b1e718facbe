#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/result.h"

namespace plumb::load {

/// One manifest file of a Source.
struct SourceFile {
  std::string path;  ///< relative to the project's root, `/` between its parts
  /// git's id of the content: 40 hex digits of the SHA-1 of "blob N\0" and the octets, whether the
  /// file is in git or not. A work tree leaves it empty; blob_id() gives it for what was read.
  std::string blob_id;
};

/// What state of the manifests a Source shows.
struct Revision {
  std::string commit;  ///< 40 hex digits; empty outside of git and before the first commit
  std::string
      summary;         ///< first line of the commit's message; only describe_revision() fills it in
  bool dirty = false;  ///< the work tree differs from `commit`; only describe_revision() tells
};

/// Where manifests are read from. Not thread-safe: one per thread.
class Source {
 public:
  virtual ~Source() = default;
  /// All *.yaml and *.yml files whose path is `under_prefix` or lies below it (empty: all), sorted
  /// by path octets. Hidden files and folders are left out, and so are symbolic links that lead
  /// out of the root. A prefix that names nothing is Error not_found.
  virtual Result<std::vector<SourceFile>> list(std::string_view under_prefix) = 0;
  /// The octets of one file. `path` is relative to the root and must stay inside of it.
  virtual Result<std::string> read(const std::string& path) = 0;
  /// The commit this shows, without `summary` and `dirty`. Cheap: does not start libgit2 as long
  /// as the repository is of the common form.
  virtual Revision revision() = 0;
};

/// Files on disk, as they are now. `root` need not be in a git repository.
Result<std::unique_ptr<Source>> open_worktree(const std::filesystem::path& root);

/// The files of one commit, out of git's objects: nothing is checked out. `revision` is what
/// git rev-parse takes (a branch, a tag, HEAD~2, an id); `sub_path` is the project's root inside of
/// the repository (empty: the repository's root). `repository` is a folder inside of a work tree or
/// a bare repository.
Result<std::unique_ptr<Source>> open_commit(const std::filesystem::path& repository,
                                            std::string_view revision,
                                            std::string_view sub_path = {});

/// Where `root` lies below its repository's work tree, as open_commit() takes it: empty where they
/// are the same folder. Error not_found outside of git.
Result<std::string> path_in_repository(const std::filesystem::path& root);

/// Commit, summary and dirtiness of the work tree that `root` lies in; an empty Revision outside of
/// git. `dirty` counts every manifest below `root`, new files too, ignored ones not. Reads
/// the whole work tree's stat data through libgit2: for headers of plans, not for each pass.
Result<Revision> describe_revision(const std::filesystem::path& root);

/// git's blob id of `content`.
std::string blob_id(std::string_view content);

}  // namespace plumb::load
