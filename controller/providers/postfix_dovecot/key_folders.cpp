#include "controller/providers/postfix_dovecot/key_folders.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "controller/env/file_stamp.h"
#include "controller/providers/postfix_dovecot/address.h"

namespace plumb::providers::postfix_dovecot {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPem = ".pem";
constexpr std::string_view kFlat = ".key";

void take(std::vector<KeyFile>& into,
          std::string_view domain,
          std::string_view selector,
          fs::path path) {
  if (is_domain(domain) && is_domain(selector)) {
    auto token = env::steady_file_stamp(path).value_or("");
    into.push_back({std::string(domain), std::string(selector), std::move(path), std::move(token)});
  }
}

}  // namespace

const KeyFolders::Listing& KeyFolders::listing(Listing& known, const fs::path& folder) {
  auto stamp = env::steady_file_stamp(folder);  // before it is read: what moves meanwhile differs
  if (stamp && known.stamp == stamp && !known.error) {
    return known;
  }
  known = {std::move(stamp), {}, {}};
  for (fs::directory_iterator entry(folder, known.error);
       !known.error && entry != fs::directory_iterator();
       entry.increment(known.error)) {
    known.names.push_back(entry->path().filename().string());
  }
  return known;
}

void KeyFolders::list_domain(const std::string& domain, std::vector<KeyFile>& into) {
  const auto folder = folder_ / domain;
  const auto& found = listing(domains_[domain], folder);
  for (const std::string_view name : found.names) {
    if (name.ends_with(kPem)) {
      take(into, domain, name.substr(0, name.size() - kPem.size()), folder / name);
    }
  }
  if (found.error == std::errc::permission_denied) {
    into.push_back({domain, "", folder, env::file_stamp(folder)});
  }
}

Result<std::vector<KeyFile>> KeyFolders::list() {
  std::vector<KeyFile> keys;
  if (folder_.empty()) {
    return keys;
  }
  const auto& root = listing(root_, folder_);
  if (root.error && root.error != std::errc::no_such_file_or_directory) {
    return fail(ErrorCode::denied,
                fmt::format("cannot read directory {}: {}", folder_.string(), root.error.message()),
                "give this user the right to read it");
  }
  for (const auto& name : root.names) {
    if (!flat_ && name != kRetired && is_domain(name)) {
      list_domain(name, keys);
    }
    const auto stem =
        std::string_view(name).substr(0, name.size() - std::min(name.size(), kFlat.size()));
    const auto dot = stem.rfind('.');
    if (flat_ && name.ends_with(kFlat) && dot != std::string_view::npos) {
      take(keys, stem.substr(0, dot), stem.substr(dot + 1), folder_ / name);
    }
  }
  std::sort(keys.begin(), keys.end(), [](const KeyFile& a, const KeyFile& b) {
    return std::pair<std::string_view, std::string_view>(a.domain, a.selector) <
           std::pair<std::string_view, std::string_view>(b.domain, b.selector);
  });
  return keys;
}

}  // namespace plumb::providers::postfix_dovecot
