#pragma once

#include <cstdint>
#include <string>

namespace plumb::test {

/// A name server that never answers: a port of 127.0.0.1 where datagrams are taken.
class Silence {
 public:
  Silence();
  ~Silence();
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

  /// "127.0.0.1:port".
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// Waits, at most a minute, until somebody asks.
  bool is_asked() const;

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

}  // namespace plumb::test
