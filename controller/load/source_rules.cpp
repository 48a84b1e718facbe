#include "controller/load/source_rules.h"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "controller/load/source_text.h"

namespace plumb::load {

bool is_hidden(std::string_view name) {
  return name.starts_with('.');
}

bool is_manifest_name(std::string_view name) {
  return !is_hidden(name) && (name.ends_with(".yaml") || name.ends_with(".yml"));
}

Result<std::string> inside_root(std::string_view path) {
  const auto normal = std::filesystem::path(path).lexically_normal();
  auto text = normal.generic_string();
  const bool octets_missing = path.find('\0') != std::string_view::npos;
  if (normal.is_absolute() || octets_missing || text == ".." || text.starts_with("../")) {
    return fail(ErrorCode::invalid_input,
                fmt::format("{} leads out of the project", printable(path)),
                "name a file or folder below the folder of plumb.yaml");
  }
  if (text.ends_with('/')) {
    text.pop_back();
  }
  return text == "." ? std::string() : text;
}

Result<std::string> nameable(std::string path) {
  if (!is_printable(path)) {
    return fail(ErrorCode::invalid_input,
                fmt::format("the name of the file {} is no readable UTF-8", printable(path)),
                "rename the file");
  }
  return path;
}

Error link_error(std::string_view path) {
  return {ErrorCode::invalid_input,
          fmt::format("{} is a symbolic link", path),
          "put the file itself there: links are not followed"};
}

Error too_large_error(std::string_view path, std::size_t octets) {
  return {
      ErrorCode::invalid_input,
      fmt::format("{} has {} octets, more than the {} that are read", path, octets, kLargestFile),
      "split the file"};
}

Error too_many_files_error() {
  return {ErrorCode::invalid_input,
          fmt::format("more than {} manifest files", kMostFiles),
          "name the folders that hold manifests in spec.manifests of the Project"};
}

Error missing_error(std::string_view path, std::string_view where) {
  return {ErrorCode::not_found,
          fmt::format("there is no {} in {}", printable(path), where),
          "check the path"};
}

}  // namespace plumb::load
