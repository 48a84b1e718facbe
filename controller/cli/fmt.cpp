#include <filesystem>

#include "controller/cli/commands.h"
#include "controller/cli/terminal.h"
#include "controller/env/atomic_file.h"
#include "controller/load/source.h"
#include "controller/load/yaml_format.h"
#include "controller/load/yaml_reader.h"

namespace plumb::cli {
namespace {

/// The manifests below a folder, or the file itself.
Result<std::vector<std::filesystem::path>> manifests_at(const std::string& path) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    return std::vector<std::filesystem::path>{path};
  }
  PLUMB_TRY(source, load::open_worktree(path));
  PLUMB_TRY(found, source->list(""));
  for (auto& file : found) {
    files.push_back(std::filesystem::path(path) / file.path);
  }
  return files;
}

/// The manifests of the project, as its `manifests` lists them.
Result<std::vector<std::filesystem::path>> manifests_of(Workspace& workspace) {
  PLUMB_TRY(loaded, workspace.load());
  std::vector<std::filesystem::path> files;
  for (std::uint32_t number = 1; number <= loaded->files.size(); ++number) {
    files.push_back(workspace.directory() / loaded->files.path(number));
  }
  return files;
}

struct Tally {
  std::size_t changed = 0;
  std::size_t failed = 0;
};

void format_file(const std::filesystem::path& file, bool check, Tally& tally) {
  std::error_code nowhere;  // the folder that we stand in may be gone
  const auto here = std::filesystem::current_path(nowhere);
  const auto name = (nowhere ? file : file.lexically_proximate(here)).string();
  const auto complain_of = [&](const Error& error) {
    complain(error.message + "\n" + (error.hint.empty() ? "" : "    hint: " + error.hint + "\n"));
    ++tally.failed;
  };
  const auto text = env::read_file(file, load::ReadLimits{}.file_bytes);
  if (!text) {
    return complain_of(text.error());
  }
  const auto formatted = load::format_yaml(*text, name);
  if (!formatted) {
    return complain_of(formatted.error());
  }
  if (*formatted == *text) {
    return;
  }
  if (!check) {
    if (auto written = env::write_file_atomically(file, *formatted); !written) {
      return complain_of(written.error());
    }
  }
  ++tally.changed;
  say(name + "\n");
}

Result<ExitCode> format_all(const std::vector<std::filesystem::path>& files, bool check) {
  Tally tally;
  for (const auto& file : files) {
    format_file(file, check, tally);
  }
  if (tally.failed != 0) {
    return ExitCode::error;
  }
  return check && tally.changed != 0 ? ExitCode::changes : ExitCode::ok;
}

}  // namespace

Result<ExitCode> format_project(Workspace& workspace, const FormatOptions& options) {
  PLUMB_TRY(files, manifests_of(workspace));
  return format_all(files, options.check);
}

Result<ExitCode> format_paths(const FormatOptions& options) {
  std::vector<std::filesystem::path> files;
  for (const auto& path : options.paths) {
    PLUMB_TRY(found, manifests_at(path));
    files.insert(files.end(), found.begin(), found.end());
  }
  return format_all(files, options.check);
}

Result<ExitCode> format_stream() {
  PLUMB_TRY(formatted, load::format_yaml(read_input(), "standard input"));
  say(formatted);
  return ExitCode::ok;
}

}  // namespace plumb::cli
