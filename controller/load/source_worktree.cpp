#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "controller/load/git_head.h"
#include "controller/load/git_repository.h"
#include "controller/load/source.h"
#include "controller/load/source_rules.h"

namespace plumb::load {
namespace {
namespace fs = std::filesystem;

Error unreadable(const std::string& path, const std::error_code& error) {
  return {ErrorCode::unavailable,
          fmt::format("{} cannot be read: {}", path, error.message()),
          "check that it exists and that you may read it"};
}

/// Below `root_`, which is canonical.
class Worktree final : public Source {
 public:
  explicit Worktree(fs::path root) : root_(std::move(root)) {}

  Result<std::vector<SourceFile>> list(std::string_view under_prefix) override {
    PLUMB_TRY(prefix, inside_root(under_prefix));
    std::error_code error;
    const auto status = fs::symlink_status(root_ / prefix, error);
    if (!fs::exists(status)) {
      return tl::unexpected(missing_error(prefix, root_.string()));
    }
    if (goes_through_link(prefix)) {
      return tl::unexpected(link_error(prefix));
    }
    std::vector<SourceFile> files;
    if (fs::is_regular_file(status)) {
      PLUMB_TRY(name, nameable(prefix));
      files.push_back({std::move(name), {}});
      return files;
    }
    return walk(prefix);
  }

  Result<std::string> read(const std::string& path) override {
    PLUMB_TRY(inside, inside_root(path));
    const auto file = root_ / inside;
    std::error_code error;
    const auto status = fs::symlink_status(file, error);
    if (!fs::exists(status)) {
      return tl::unexpected(missing_error(inside, root_.string()));
    }
    if (goes_through_link(inside)) {
      return tl::unexpected(link_error(inside));
    }
    if (!fs::is_regular_file(status)) {
      return fail(ErrorCode::invalid_input, inside + " is not a file", "name a file");
    }
    const auto size = fs::file_size(file, error);
    if (!error && size > kLargestFile) {
      return tl::unexpected(too_large_error(inside, size));
    }
    return content_of(inside, file, error ? 0 : size);
  }

  Revision revision() override {
    Revision result;
    auto head = read_head(root_);
    if (!head) {
      head = head_of_repository(root_);
    }
    result.commit = std::move(*head);
    return result;
  }

 private:
  bool goes_through_link(const std::string& path) const {
    auto at = root_;
    std::error_code error;
    const fs::path parts(path);
    return std::any_of(parts.begin(), parts.end(), [&](const fs::path& part) {
      at /= part;
      return fs::is_symlink(at, error);
    });
  }

  Result<std::vector<SourceFile>> walk(const std::string& prefix) const {
    std::vector<SourceFile> files;
    std::error_code error;
    const auto below_root = root_.native().size() + (root_.native().ends_with('/') ? 0U : 1U);
    auto entry = fs::recursive_directory_iterator(root_ / prefix, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      // root_ is canonical and what lies below it is spelt as it was walked to.
      std::string path = entry->path().native().substr(below_root);
      const auto name = path.substr(path.rfind('/') + 1);
      std::error_code vanished;  // what goes away while we walk is not there
      const bool is_link = entry->is_symlink(vanished);  // as the folder says: no file is looked at
      const bool is_folder = !is_link && entry->is_directory(vanished);
      if (is_folder && is_hidden(name)) {
        entry.disable_recursion_pending();
      }
      if (is_folder || !is_manifest_name(name)) {
        continue;
      }
      if (is_link && !fs::is_directory(entry->path(), vanished)) {
        return tl::unexpected(link_error(path));
      }
      if (is_link || !entry->is_regular_file(vanished)) {
        continue;
      }
      PLUMB_TRY(shown, nameable(std::move(path)));
      files.push_back({std::move(shown), {}});
      if (files.size() > kMostFiles) {
        return tl::unexpected(too_many_files_error());
      }
    }
    if (error) {
      // A folder that cannot be read must not look like a folder without manifests.
      return tl::unexpected(unreadable(prefix.empty() ? root_.string() : prefix, error));
    }
    std::sort(files.begin(), files.end(), [](const SourceFile& a, const SourceFile& b) {
      return a.path < b.path;
    });
    return files;
  }

  static Result<std::string> content_of(const std::string& path,
                                        const fs::path& file,
                                        std::size_t size) {
    errno = 0;
    std::ifstream in(file, std::ios::binary);
    std::string content(size, '\0');
    in.read(content.data(), static_cast<std::streamsize>(size));
    if (in.is_open() && static_cast<std::size_t>(in.gcount()) == size) {
      return content;
    }
    const int why = errno != 0 ? errno : EIO;
    return tl::unexpected(unreadable(path, std::error_code(why, std::generic_category())));
  }

  fs::path root_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_worktree(const fs::path& root) {
  std::error_code error;
  auto canonical = fs::canonical(root, error);
  if (error) {
    return tl::unexpected(unreadable(root.string(), error));
  }
  if (!fs::is_directory(canonical, error)) {
    return fail(ErrorCode::invalid_input,
                root.string() + " is not a folder",
                "name the folder that holds plumb.yaml");
  }
  return std::unique_ptr<Source>(std::make_unique<Worktree>(std::move(canonical)));
}

}  // namespace plumb::load
