#include "controller/load/git_head.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>

namespace plumb::load {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kBlank = " \t\r\n";

std::optional<std::string> content_of(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    return std::nullopt;
  }
  std::ifstream in(file, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(in), {}};
  content.erase(content.find_last_not_of(kBlank) + 1);
  return content;
}

bool is_commit_id(std::string_view text) {
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return (text.size() == 40 || text.size() == 64) && std::all_of(text.begin(), text.end(), hex);
}

/// A ref's name comes out of a file: it must not lead out of the repository.
bool is_plain_ref(std::string_view name) {
  return name.starts_with("refs/") && name.find("..") == std::string_view::npos &&
         name != "refs/heads/.invalid";  // what reftable leaves in HEAD
}

std::string packed_ref(const fs::path& git, std::string_view name) {
  std::istringstream lines(content_of(git / "packed-refs").value_or(std::string()));
  for (std::string line; std::getline(lines, line);) {
    const auto space = line.find(' ');
    if (space != std::string::npos && std::string_view(line).substr(space + 1) == name) {
      return line.substr(0, space);
    }
  }
  return {};
}

std::optional<std::string> resolve(const fs::path& git) {
  constexpr std::string_view kSymbolic = "ref: ";
  constexpr int kMostHops = 5;
  auto value = content_of(git / "HEAD");
  for (int hop = 0; hop < kMostHops && value; ++hop) {
    if (is_commit_id(*value)) {
      return value;
    }
    if (!value->starts_with(kSymbolic)) {
      return std::nullopt;
    }
    const auto name = value->substr(kSymbolic.size());
    if (!is_plain_ref(name)) {
      return std::nullopt;
    }
    value = content_of(git / name);
    if (!value) {
      const auto id = packed_ref(git, name);
      return id.empty() || is_commit_id(id) ? std::optional(id) : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> read_head(const fs::path& folder) {
  std::error_code error;
  for (auto at = fs::canonical(folder, error); !at.empty(); at = at.parent_path()) {
    const auto git = at / ".git";
    const auto kind = fs::status(git, error).type();
    if (kind == fs::file_type::directory && fs::exists(git / "HEAD", error)) {
      return fs::exists(git / "reftable", error) ? std::nullopt : resolve(git);
    }
    if (kind == fs::file_type::regular) {
      return std::nullopt;
    }
    if (at == at.parent_path()) {
      break;
    }
  }
  return std::string();
}

}  // namespace plumb::load
