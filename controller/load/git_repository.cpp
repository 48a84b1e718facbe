#include "controller/load/git_repository.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <git2.h>

#include "controller/load/source.h"
#include "controller/load/source_rules.h"
#include "controller/load/source_text.h"

namespace plumb::load {
namespace {
namespace fs = std::filesystem;

/// libgit2 is started while at least one of these lives; it counts by itself.
class Library {
 public:
  Library() { git_libgit2_init(); }
  ~Library() { git_libgit2_shutdown(); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

struct Free {
  void operator()(git_repository* p) const { git_repository_free(p); }
  void operator()(git_object* p) const { git_object_free(p); }
  void operator()(git_tree* p) const { git_tree_free(p); }
  void operator()(git_tree_entry* p) const { git_tree_entry_free(p); }
  void operator()(git_commit* p) const { git_commit_free(p); }
  void operator()(git_blob* p) const { git_blob_free(p); }
  void operator()(git_odb* p) const { git_odb_free(p); }
  void operator()(git_status_list* p) const { git_status_list_free(p); }
};
template <class T>
using Handle = std::unique_ptr<T, Free>;

/// What libgit2 says, in our form. Call at once: it keeps only its last error.
Error git_error(int code, const std::string& what) {
  const auto* last = git_error_last();
  std::string why = last != nullptr && last->message != nullptr ? printable(last->message) : "";
  if (code == GIT_EOWNER) {
    return {ErrorCode::denied,
            what + ": the repository belongs to somebody else",
            "run git config --global --add safe.directory with its path, if you trust it"};
  }
  const auto kind = code == GIT_ENOTFOUND ? ErrorCode::not_found : ErrorCode::unavailable;
  return {kind, what + ": " + why, "check the repository with git fsck, or fetch what is missing"};
}

std::string hex(const git_oid& id) {
  std::array<char, GIT_OID_HEXSZ + 1> text{};
  return git_oid_tostr(text.data(), text.size(), &id);
}

Result<Handle<git_repository>> open_repository(const fs::path& folder) {
  git_repository* raw = nullptr;
  if (const int code = git_repository_open_ext(&raw, folder.c_str(), 0, nullptr); code != 0) {
    auto error = git_error(code, "git repository of " + printable(folder.string()));
    if (error.code == ErrorCode::not_found) {
      error = {ErrorCode::not_found,
               printable(folder.string()) + " is in no git repository",
               "name a folder inside of one"};
    }
    return tl::unexpected(std::move(error));
  }
  return Handle<git_repository>(raw);
}

/// The root tree of a commit, or the tree at `path` below it.
Result<Handle<git_tree>> tree_at(git_repository* repository,
                                 const git_commit* commit,
                                 const std::string& path) {
  git_tree* raw = nullptr;
  if (const int code = git_commit_tree(&raw, commit); code != 0) {
    return tl::unexpected(git_error(code, "commit " + hex(*git_commit_id(commit))));
  }
  Handle<git_tree> root(raw);
  if (path.empty()) {
    return root;
  }
  git_tree_entry* found = nullptr;
  if (git_tree_entry_bypath(&found, root.get(), path.c_str()) != 0) {
    return tl::unexpected(missing_error(path, "commit " + hex(*git_commit_id(commit))));
  }
  const Handle<git_tree_entry> entry(found);
  if (git_tree_entry_type(entry.get()) != GIT_OBJECT_TREE) {
    return fail(ErrorCode::invalid_input, path + " is not a folder", "name a folder");
  }
  if (const int code = git_tree_lookup(&raw, repository, git_tree_entry_id(entry.get()));
      code != 0) {
    return tl::unexpected(git_error(code, path));
  }
  return Handle<git_tree>(raw);
}

/// A tree that is still to be listed. Ids rather than handles: a wide repository has many.
struct Folder {
  std::string path;
  git_oid id{};
};

class Commit final : public Source {
 public:
  Commit(std::unique_ptr<Library> library,
         Handle<git_repository> repository,
         Handle<git_tree> root,
         std::string id)
      : library_(std::move(library)),
        repository_(std::move(repository)),
        root_(std::move(root)),
        id_(std::move(id)) {}

  Result<std::vector<SourceFile>> list(std::string_view under_prefix) override {
    PLUMB_TRY(prefix, inside_root(under_prefix));
    if (prefix.empty()) {
      return walk({prefix, *git_tree_id(root_.get())});
    }
    PLUMB_TRY(entry, entry_at(prefix));
    const auto* id = git_tree_entry_id(entry.get());
    if (git_tree_entry_filemode(entry.get()) == GIT_FILEMODE_LINK) {
      return tl::unexpected(link_error(prefix));
    }
    if (git_tree_entry_type(entry.get()) == GIT_OBJECT_TREE) {
      return walk({prefix, *id});
    }
    std::vector<SourceFile> files;
    if (git_tree_entry_type(entry.get()) == GIT_OBJECT_BLOB) {
      PLUMB_TRY(name, nameable(prefix));
      files.push_back({std::move(name), hex(*id)});
    }
    return files;
  }

  Result<std::string> read(const std::string& path) override {
    PLUMB_TRY(inside, inside_root(path));
    PLUMB_TRY(entry, entry_at(inside));
    if (git_tree_entry_filemode(entry.get()) == GIT_FILEMODE_LINK) {
      return tl::unexpected(link_error(inside));
    }
    if (git_tree_entry_type(entry.get()) != GIT_OBJECT_BLOB) {
      return fail(ErrorCode::invalid_input, inside + " is not a file", "name a file");
    }
    const auto* id = git_tree_entry_id(entry.get());
    PLUMB_TRY(size, size_of(inside, *id));
    if (size > kLargestFile) {
      return tl::unexpected(too_large_error(inside, size));
    }
    git_blob* raw = nullptr;
    if (const int code = git_blob_lookup(&raw, repository_.get(), id); code != 0) {
      return tl::unexpected(git_error(code, inside));
    }
    const Handle<git_blob> blob(raw);
    return std::string(static_cast<const char*>(git_blob_rawcontent(raw)),
                       static_cast<std::size_t>(git_blob_rawsize(raw)));
  }

  Revision revision() override { return {id_, {}, false}; }

 private:
  Result<Handle<git_tree_entry>> entry_at(const std::string& path) const {
    git_tree_entry* raw = nullptr;
    if (path.empty() || git_tree_entry_bypath(&raw, root_.get(), path.c_str()) != 0) {
      return tl::unexpected(missing_error(path, "commit " + id_));
    }
    return Handle<git_tree_entry>(raw);
  }

  /// Without reading the content.
  Result<std::size_t> size_of(const std::string& path, const git_oid& id) const {
    git_odb* raw = nullptr;
    if (const int code = git_repository_odb(&raw, repository_.get()); code != 0) {
      return tl::unexpected(git_error(code, path));
    }
    const Handle<git_odb> odb(raw);
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (const int code = git_odb_read_header(&size, &type, odb.get(), &id); code != 0) {
      return tl::unexpected(git_error(code, path));
    }
    return size;
  }

  Result<std::vector<SourceFile>> walk(Folder start) const {
    std::vector<SourceFile> files;
    std::vector<Folder> open{std::move(start)};
    for (std::size_t folders = 0; !open.empty(); ++folders) {
      const auto folder = std::move(open.back());
      open.pop_back();
      PLUMB_TRY(done, list_folder(folder, files, open));
      static_cast<void>(done);
      if (files.size() > kMostFiles || folders + open.size() > kMostFiles) {
        return tl::unexpected(too_many_files_error());
      }
    }
    std::sort(files.begin(), files.end(), [](const SourceFile& a, const SourceFile& b) {
      return a.path < b.path;
    });
    return files;
  }

  /// True, having added what `folder` holds to `files` and `open`.
  Result<bool> list_folder(const Folder& folder,
                           std::vector<SourceFile>& files,
                           std::vector<Folder>& open) const {
    git_tree* raw = nullptr;
    if (const int code = git_tree_lookup(&raw, repository_.get(), &folder.id); code != 0) {
      return tl::unexpected(git_error(code, "folder " + printable(folder.path)));
    }
    const Handle<git_tree> tree(raw);
    for (std::size_t i = 0; i < git_tree_entrycount(raw); ++i) {
      const auto* entry = git_tree_entry_byindex(raw, i);
      const std::string name = git_tree_entry_name(entry);
      auto path = folder.path.empty() ? name : folder.path + "/" + name;
      const auto type = git_tree_entry_type(entry);
      if (type == GIT_OBJECT_TREE && !is_hidden(name)) {
        open.push_back({std::move(path), *git_tree_entry_id(entry)});
        continue;
      }
      if (type != GIT_OBJECT_BLOB || !is_manifest_name(name)) {
        continue;
      }
      if (git_tree_entry_filemode(entry) == GIT_FILEMODE_LINK) {
        return tl::unexpected(link_error(printable(path)));
      }
      PLUMB_TRY(shown, nameable(std::move(path)));
      files.push_back({std::move(shown), hex(*git_tree_entry_id(entry))});
    }
    return true;
  }

  std::unique_ptr<Library> library_;  // first: what it started goes last
  Handle<git_repository> repository_;
  Handle<git_tree> root_;
  std::string id_;
};

Result<Handle<git_commit>> commit_of(git_repository* repository, const std::string& revision) {
  git_object* raw = nullptr;
  const int found = git_revparse_single(&raw, repository, revision.c_str());
  const Handle<git_object> object(raw);
  git_object* peeled = nullptr;
  if (found != 0 || git_object_peel(&peeled, object.get(), GIT_OBJECT_COMMIT) != 0) {
    return fail(ErrorCode::not_found,
                fmt::format("the repository has no commit {}", printable(revision)),
                "check its name; a shallow clone must fetch it first");
  }
  // A peeled object of this type is a git_commit: that is how libgit2 hands them out.
  return Handle<git_commit>(reinterpret_cast<git_commit*>(peeled));
}

std::string summary_of(git_commit* commit) {
  const char* summary = git_commit_summary(commit);
  return summary == nullptr ? std::string() : printable(summary);
}

/// The path of `root` below the repository's work tree; empty where they are the same.
std::string below_workdir(git_repository* repository, const fs::path& root) {
  std::error_code error;
  const auto workdir = fs::canonical(git_repository_workdir(repository), error);
  const auto below = fs::canonical(root, error).lexically_relative(workdir).generic_string();
  return below == "." ? std::string() : below;
}

/// Whether a manifest below `root` differs from HEAD, in the index or on disk.
Result<bool> is_dirty(git_repository* repository, const fs::path& root) {
  if (git_repository_is_bare(repository) != 0) {
    return false;
  }
  auto below = below_workdir(repository, root);
  char* spec = below.data();
  git_status_options options;
  git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
  options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
  options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS |
                  GIT_STATUS_OPT_EXCLUDE_SUBMODULES | GIT_STATUS_OPT_DISABLE_PATHSPEC_MATCH;
  if (!below.empty()) {
    options.pathspec = {&spec, 1};
  }
  git_status_list* raw = nullptr;
  if (const int code = git_status_list_new(&raw, repository, &options); code != 0) {
    return tl::unexpected(git_error(code, "state of the work tree"));
  }
  const Handle<git_status_list> changes(raw);
  for (std::size_t i = 0; i < git_status_list_entrycount(raw); ++i) {
    const auto* change = git_status_byindex(raw, i);
    const auto* delta =
        change->head_to_index != nullptr ? change->head_to_index : change->index_to_workdir;
    const fs::path path = delta->new_file.path != nullptr ? delta->new_file.path : "";
    if (is_manifest_name(path.filename().string())) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string head_of_repository(const fs::path& folder) {
  const Library library;
  const auto repository = open_repository(folder);
  git_oid id{};
  if (!repository || git_reference_name_to_id(&id, repository->get(), "HEAD") != 0) {
    return {};
  }
  return hex(id);
}

Result<std::unique_ptr<Source>> open_commit(const fs::path& repository,
                                            std::string_view revision,
                                            std::string_view sub_path) {
  PLUMB_TRY(inside, inside_root(sub_path));
  auto library = std::make_unique<Library>();
  PLUMB_TRY(opened, open_repository(repository));
  PLUMB_TRY(commit, commit_of(opened.get(), std::string(revision)));
  PLUMB_TRY(root, tree_at(opened.get(), commit.get(), inside));
  auto id = hex(*git_commit_id(commit.get()));
  return std::unique_ptr<Source>(std::make_unique<Commit>(
      std::move(library), std::move(opened), std::move(root), std::move(id)));
}

Result<std::string> path_in_repository(const fs::path& root) {
  const Library library;
  PLUMB_TRY(opened, open_repository(root));
  return git_repository_is_bare(opened.get()) != 0 ? std::string()
                                                   : below_workdir(opened.get(), root);
}

Result<Revision> describe_revision(const fs::path& root) {
  const Library library;
  auto repository = open_repository(root);
  if (!repository && repository.error().code == ErrorCode::not_found) {
    return Revision{};
  }
  if (!repository) {
    return tl::unexpected(std::move(repository).error());
  }
  Revision result;
  PLUMB_TRY(dirty, is_dirty(repository->get(), root));
  result.dirty = dirty;
  const auto commit = commit_of(repository->get(), "HEAD");
  if (commit) {
    result.commit = hex(*git_commit_id(commit->get()));
    result.summary = summary_of(commit->get());
  }
  return result;
}

}  // namespace plumb::load
