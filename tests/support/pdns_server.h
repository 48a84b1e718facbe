#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "tests/support/temp_dir.h"

namespace plumb::test {

/// A real PowerDNS on free loopback ports, with a database of its own; gone when this is, and when
/// the test process dies. Debian packages: pdns-server, pdns-backend-sqlite3, pdns-backend-lmdb,
/// sqlite3.
class PdnsServer {
 public:
  enum class Backend : std::uint8_t { sqlite, lmdb };
  /// Returns when the API answers. Aborts the test process where the server cannot be started:
  /// nothing that needs it could pass. `settings`: further lines of pdns.conf.
  explicit PdnsServer(Backend backend, std::string_view settings = {});
  ~PdnsServer();
  PdnsServer(const PdnsServer&) = delete;
  PdnsServer& operator=(const PdnsServer&) = delete;

  static constexpr std::string_view kApiKey = "a key for tests only";

  /// "http://127.0.0.1:34567".
  std::string endpoint() const;
  std::uint16_t dns_port() const { return dns_port_; }

  struct Answer {
    int status = 0;  ///< 0: no answer
    std::string body;
  };
  /// One call of the API, past all code of ours. `path`: below /api/v1/servers/localhost.
  Answer call(std::string_view method, std::string_view path, std::string_view body = {}) const;

  /// The records at `name` (absolute) as the server gives them to the world: the data of each on
  /// the wire. `type`: its number.
  std::vector<std::string> ask(std::string_view name, std::uint16_t type) const;

 private:
  void start(Backend backend, std::string_view settings);
  void stop();
  bool answers() const;

  TempDir directory_;
  std::uint16_t dns_port_ = 0;
  std::uint16_t http_port_ = 0;
  pid_t process_ = 0;
};

/// The joined character-strings of a TXT record's data on the wire.
std::string joined_strings(std::string_view data);

}  // namespace plumb::test
