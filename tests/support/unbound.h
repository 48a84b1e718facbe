#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "resources/model/result.h"
#include "tests/support/temp_dir.h"

namespace plumb::test {

/// A real unbound (Debian package unbound) on a free port of the loopback, recursive for stub zones
/// alone: it never asks the Internet. Ends with this object. Not thread-safe.
class Unbound {
 public:
  /// A zone and the ports on 127.0.0.1 of the servers that have it.
  using Stubs = std::vector<std::pair<std::string, std::vector<std::uint16_t>>>;
  /// Starts it and waits, at most 20 s, until it answers. `anchors`: DS or DNSKEY records of zones
  /// that are signed; what lies under them is validated. Errors: unavailable, with its log.
  static Result<std::unique_ptr<Unbound>> start(const Stubs& stubs,
                                                const std::vector<std::string>& anchors = {});
  ~Unbound();
  Unbound(const Unbound&) = delete;
  Unbound& operator=(const Unbound&) = delete;

  /// "127.0.0.1:5353", as `Project.spec.resolvers` takes it.
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string log() const { return folder_.read("unbound.log"); }

 private:
  Unbound() = default;

  TempDir folder_;
  std::uint16_t port_ = 0;
  pid_t process_ = 0;
};

}  // namespace plumb::test
