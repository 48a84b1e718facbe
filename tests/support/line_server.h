#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include <openssl/ssl.h>

#include "tests/support/temp_dir.h"

namespace plumb::test {

/// An authority and a certificate of it for some names, made by openssl(1) in a folder of its own.
class Certificates {
 public:
  /// `names`: "DNS:mx1.one.test,DNS:imap.one.test". `days`: until the certificate ends.
  explicit Certificates(const std::string& names, int days = 90);
  bool good() const { return good_; }
  std::string file(std::string_view name) const { return (folder_.path() / name).string(); }
  /// The trust anchor, for PLUMB_CA_FILE.
  std::string authority() const { return file("ca.pem"); }

 private:
  TempDir folder_;
  bool good_ = false;
};

/// A server of lines on a free port of 127.0.0.1: one connection after the other, all on one thread
/// that it makes, until it ends.
class LineServer {
 public:
  /// One connection, in the clear or not.
  class Peer {
   public:
    Peer(int socket, SSL_CTX* context) : socket_(socket), context_(context) {}
    ~Peer();
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    void say(std::string_view text) const;
    /// A line without its end; empty at the end, too.
    std::string line() const;
    std::string octets(std::size_t count) const;
    /// Whether both sides agreed.
    bool start_tls();
    bool may_start_tls() const { return context_ != nullptr && tls_ == nullptr; }
    bool in_tls() const { return tls_ != nullptr; }
    void end_tls() const { SSL_shutdown(tls_); }

   private:
    bool octet(char& c) const;

    int socket_;
    SSL_CTX* context_;
    SSL* tls_ = nullptr;
  };

  /// `certificates` null: there is no TLS.
  LineServer(const Certificates* certificates, std::function<void(Peer&)> serve);
  ~LineServer();
  LineServer(const LineServer&) = delete;
  LineServer& operator=(const LineServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void run();

  std::function<void(Peer&)> serve_;
  SSL_CTX* context_ = nullptr;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace plumb::test
