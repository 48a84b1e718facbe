#pragma once

#include <functional>
#include <string>
#include <thread>

namespace plumb::env::test {

/// A server that does exactly what its handler says with each connection, each on a thread of its
/// own, on a free port of 127.0.0.1. Ends when no client holds a connection any more: declare it
/// before the client.
class RawServer {
 public:
  /// One accepted connection, closed when its handler returns.
  class Connection {
   public:
    Connection(int descriptor, int number) : descriptor_(descriptor), number_(number) {}
    /// 1 for the first connection ever accepted.
    int number() const { return number_; }
    /// The next whole request, head and body; empty where the client closed.
    std::string read_request();
    /// The next octets; fewer where the client closed.
    std::string read(std::size_t count);
    void write(const std::string& octets) const;
    /// A 200 that keeps the connection, with `body` and further header lines (each ending in CRLF).
    void answer(const std::string& body, const std::string& headers = {}) const;

   private:
    bool fill();
    int descriptor_;
    int number_;
    std::string buffer_;
  };

  explicit RawServer(std::function<void(Connection&)> handler);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  int port() const { return port_; }
  /// "http://127.0.0.1:PORT" + path.
  std::string url(const std::string& path) const;

 private:
  int port_ = 0;
  int listener_;
  std::function<void(Connection&)> handler_;
  std::jthread thread_;
};

/// A port at 127.0.0.1 on which nobody listens, kept from others while this lives.
class ClosedPort {
 public:
  ClosedPort();
  ~ClosedPort();
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;
  std::string url() const;

 private:
  int port_ = 0;
  int socket_;
};

}  // namespace plumb::env::test
