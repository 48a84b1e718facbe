#include "controller/providers/zonefile/directory.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "controller/env/atomic_file.h"
#include "controller/env/descriptor.h"
#include "controller/env/file_stamp.h"

namespace plumb::providers::zonefile {
namespace {

namespace fs = std::filesystem;
using std::chrono::system_clock;

constexpr std::string_view kSuffix = ".zone";

Error system_error(std::string_view doing, const fs::path& path, const std::error_code& code) {
  const bool denied = code == std::errc::permission_denied ||
                      code == std::errc::operation_not_permitted ||
                      code == std::errc::read_only_file_system;
  return Error{.code = denied ? ErrorCode::denied : ErrorCode::internal,
               .message = fmt::format("cannot {} {}: {}", doing, path.string(), code.message()),
               .hint = denied ? "give this user the right to do so, or choose another directory"
                              : "check the directory of the zonefile provider"};
}

void sync_folder(const fs::path& folder) {
  const env::Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.is_open()) {
    ::fsync(opened.number());  // where a file system cannot, the next observation still tells
  }
}

}  // namespace

Result<fs::path> Directory::file_of(const values::DomainName& zone) const {
  const auto name = std::string(zone.without_dot());
  if (zone.is_root() || name.find('/') != std::string::npos || name.starts_with('.') ||
      name.find('\\') != std::string::npos) {
    return fail(ErrorCode::invalid_input,
                fmt::format("zone {} cannot be the name of a file", name),
                "keep this zone at another provider");
  }
  return path_ / (name + std::string(kSuffix));
}

Result<std::vector<ZoneFile>> Directory::list() const {
  std::vector<ZoneFile> found;
  std::error_code code;
  fs::directory_iterator entry(path_, code);
  if (code == std::errc::no_such_file_or_directory) {
    return found;
  }
  for (; !code && entry != fs::directory_iterator(); entry.increment(code)) {
    const auto name = entry->path().filename().string();
    if (!name.ends_with(kSuffix) || name.starts_with('.')) {
      continue;
    }
    const auto zone = values::DomainName::parse(name.substr(0, name.size() - kSuffix.size()));
    struct stat status {};
    if (!zone || zone->without_dot() != name.substr(0, name.size() - kSuffix.size()) ||
        ::stat(entry->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
      continue;
    }
    found.push_back({zone->text(), env::file_stamp(status)});
  }
  if (code) {
    return tl::unexpected(system_error("read directory", path_, code));
  }
  std::sort(found.begin(), found.end(), [](const ZoneFile& a, const ZoneFile& b) {
    return a.zone < b.zone;
  });
  return found;
}

std::string Directory::fingerprint(const fs::path& file, system_clock::time_point now) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) {
    return {};
  }
  return env::steady_file_stamp(status, now).value_or("");
}

Result<void> Directory::make() const {
  std::error_code code;
  fs::create_directories(path_, code);
  if (code) {
    return tl::unexpected(system_error("make directory", path_, code));
  }
  return {};
}

Result<void> Directory::put_away(const fs::path& file, system_clock::time_point now) const {
  const auto folder = path_ / ".removed";
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) {
    return tl::unexpected(system_error("make directory", folder, code));
  }
  const auto name = fmt::format(
      "{}.{:%Y%m%dT%H%M%SZ}", file.filename().string(), fmt::gmtime(system_clock::to_time_t(now)));
  auto target = folder / name;
  for (int again = 2; fs::exists(target, code) && !code; ++again) {
    target = folder / fmt::format("{}.{}", name, again);
  }
  fs::rename(file, target, code);
  if (code) {
    return tl::unexpected(system_error("move away", file, code));
  }
  sync_folder(folder);
  sync_folder(path_);
  return {};
}

std::vector<std::string> Directory::unreloaded() const {
  std::vector<std::string> zones;
  std::error_code code;
  for (fs::directory_iterator entry(path_ / ".reload", code);
       !code && entry != fs::directory_iterator();
       entry.increment(code)) {
    zones.push_back(entry->path().filename().string());
  }
  std::sort(zones.begin(), zones.end());
  return zones;
}

void Directory::mark_unreloaded(const values::DomainName& zone) const {
  std::error_code ignored;  // a mark that cannot be made must not keep the zone from being written
  fs::create_directories(path_ / ".reload", ignored);
  const auto mark = path_ / ".reload" / std::string(zone.without_dot());
  const env::Descriptor made(::open(mark.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

void Directory::mark_reloaded(const std::string& zone) const {
  std::error_code ignored;
  fs::remove(path_ / ".reload" / zone, ignored);
}

}  // namespace plumb::providers::zonefile
