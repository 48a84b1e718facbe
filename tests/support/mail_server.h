#pragma once

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/temp_dir.h"

namespace plumb::test {

/// An authority and a certificate of it for some names, made by openssl(1) in a folder of its own.
class Certificates {
 public:
  /// `names`: "DNS:mx1.one.test,DNS:imap.one.test". `days`: until the certificate ends.
  explicit Certificates(const std::string& names, int days = 90) {
    const auto at = folder_.path().string();
    const auto script = fmt::format(
        "cd '{0}' && exec >log 2>&1 && openssl req -x509 -newkey ec -pkeyopt "
        "ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 365 -subj '/CN=Test CA' "
        "&& openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out "
        "request.pem -subj '/CN=server' && printf 'subjectAltName={1}' > names && openssl x509 "
        "-req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days {2} "
        "-extfile names",
        at,
        names,
        days);
    good_ =
        std::system(script.c_str()) == 0;  // NOLINT(concurrency-mt-unsafe): one thread makes them
  }
  bool good() const { return good_; }
  std::string file(std::string_view name) const { return (folder_.path() / name).string(); }
  /// The trust anchor, for PLUMB_CA_FILE.
  std::string authority() const { return file("ca.pem"); }

 private:
  TempDir folder_;
  bool good_ = false;
};

/// A mail server that greets, offers TLS and says goodbye: SMTP or IMAP, on a free port of
/// 127.0.0.1, one connection after the other, until it ends. Or a web server with one text.
class MailServer {
 public:
  enum class Protocol : std::uint8_t { smtp, imap, imaps, https, rude };

  /// `certificates` null: no TLS is offered. `rude` says what is no protocol at all. `page`: what
  /// `https` gives to every request, as text/plain.
  MailServer(Protocol protocol, const Certificates* certificates, std::string page = {})
      : protocol_(protocol), page_(std::move(page)) {
    if (certificates != nullptr) {
      context_ = SSL_CTX_new(TLS_server_method());
      SSL_CTX_use_certificate_chain_file(context_, certificates->file("cert.pem").c_str());
      SSL_CTX_use_PrivateKey_file(
          context_, certificates->file("key.pem").c_str(), SSL_FILETYPE_PEM);
    }
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): the way of the socket calls
    ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    ::listen(socket_, 16);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~MailServer() {
    ending_ = true;
    thread_.join();
    ::close(socket_);
    SSL_CTX_free(context_);
  }
  MailServer(const MailServer&) = delete;
  MailServer& operator=(const MailServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  /// One connection, in the clear or not.
  struct Peer {
    int socket;
    SSL* tls = nullptr;

    void say(std::string_view text) const {
      if (tls != nullptr) {
        SSL_write(tls, text.data(), static_cast<int>(text.size()));
      } else {
        ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
      }
    }
    /// Empty at the end.
    std::string line() const {
      std::string text;
      char c = 0;
      while ((tls != nullptr ? SSL_read(tls, &c, 1) : static_cast<int>(::recv(socket, &c, 1, 0))) ==
             1) {
        if (c == '\n') {
          return text;
        }
        text += c;
      }
      return {};
    }
  };

  void run() {
    sigset_t pipe{};  // OpenSSL writes to peers that have gone
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    while (!ending_) {
      pollfd waiting{socket_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) == 1) {
        Peer peer{::accept(socket_, nullptr, nullptr)};
        serve(peer);
        SSL_free(peer.tls);
        ::close(peer.socket);
      }
    }
  }

  void start_tls(Peer& peer) {
    peer.tls = SSL_new(context_);
    SSL_set_fd(peer.tls, peer.socket);
    SSL_accept(peer.tls);
  }

  void serve(Peer& peer) {
    if (protocol_ == Protocol::imaps || protocol_ == Protocol::https) {
      start_tls(peer);
    }
    if (protocol_ == Protocol::https) {
      for (auto line = peer.line(); line.size() > 1; line = peer.line()) {
      }
      peer.say(
          fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n"
                      "Connection: close\r\n\r\n{}",
                      page_.size(),
                      page_));
      SSL_shutdown(peer.tls);
      return;
    }
    const bool tls = context_ != nullptr && peer.tls == nullptr;
    if (protocol_ == Protocol::rude) {
      peer.say("go away\r\n");
      return;
    }
    const bool smtp = protocol_ == Protocol::smtp;
    peer.say(smtp ? "220-mx1.one.test\r\n220 ready\r\n" : "* OK ready\r\n");
    for (auto line = peer.line(); !line.empty(); line = peer.line()) {
      if (line.find("EHLO") == 0) {
        peer.say(std::string("250-mx1.one.test\r\n") + (tls ? "250-STARTTLS\r\n" : "") +
                 "250 8BITMIME\r\n");
      } else if (line.find("CAPABILITY") != std::string::npos) {
        peer.say(std::string("* CAPABILITY IMAP4rev1") + (tls ? " STARTTLS" : "") +
                 "\r\na OK done\r\n");
      } else if (line.find("STARTTLS") != std::string::npos) {
        peer.say(smtp ? "220 go\r\n" : "b OK go\r\n");
        start_tls(peer);
      } else {
        return;
      }
    }
  }

  Protocol protocol_;
  std::string page_;
  SSL_CTX* context_ = nullptr;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace plumb::test
