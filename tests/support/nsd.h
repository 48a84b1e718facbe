#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "resources/model/result.h"
#include "tests/support/dns_client.h"
#include "tests/support/temp_dir.h"

namespace plumb::test {

/// A real NSD (Debian package nsd) on a free port of the loopback, in the foreground, with all its
/// files in a temporary folder; ends with this object. Not thread-safe.
class Nsd {
 public:
  /// Serves `<zones>/<zone>.zone` for each zone (no final dot) and waits, at most 20 s, until it
  /// answers. `of_each`: further lines of each zone ("provide-xfr: …"), `of_all`: further blocks
  /// ("key:\n  …"). Errors: unavailable, with NSD's log.
  static Result<std::unique_ptr<Nsd>> start(const std::filesystem::path& zones,
                                            const std::vector<std::string>& names,
                                            const std::string& of_each = {},
                                            const std::string& of_all = {});
  ~Nsd();
  Nsd(const Nsd&) = delete;
  Nsd& operator=(const Nsd&) = delete;

  DnsClient client() const { return {"127.0.0.1", port_}; }
  std::uint16_t port() const { return port_; }
  /// A command that makes it read its zones again, as `reload` of a provider takes it.
  std::vector<std::string> reload_command() const;
  /// Asks until the SOA of `zone` has this serial; false after 20 s.
  bool wait_for_serial(const std::string& zone, std::uint32_t serial) const;
  std::string log() const { return folder_.read("nsd.log"); }

 private:
  Nsd() = default;

  TempDir folder_;
  std::uint16_t port_ = 0;
  pid_t process_ = 0;
};

}  // namespace plumb::test
