#pragma once

#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/mail_server.h"

namespace plumb::test {

/// An IMAP server of 127.0.0.1 that lets people in: TLS at once, by STARTTLS, or not at all; one
/// connection after the other, until it ends.
class ImapLogins {
 public:
  enum class Tls : std::uint8_t { none, start, implicit };
  struct Manner {
    Tls tls = Tls::none;
    const Certificates* certificates = nullptr;
    std::string words = "AUTH=PLAIN";  ///< of CAPABILITY besides IMAP4rev1 and STARTTLS
    /// What a refusal says; "%" is what was sent, as servers that talk too much have it.
    std::string refusal = "NO [AUTHENTICATIONFAILED] Authentication failed.";
  };
  /// A try, as it came.
  struct Try {
    std::string user, password;
    std::string how;  ///< "PLAIN" or "LOGIN"
    bool tls = false;
    bool accepted = false;
  };

  explicit ImapLogins(Manner manner) : manner_(std::move(manner)) {
    if (manner_.certificates != nullptr) {
      context_ = SSL_CTX_new(TLS_server_method());
      SSL_CTX_use_certificate_chain_file(context_, manner_.certificates->file("cert.pem").c_str());
      SSL_CTX_use_PrivateKey_file(
          context_, manner_.certificates->file("key.pem").c_str(), SSL_FILETYPE_PEM);
    }
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): the way of the socket calls
    ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    ::listen(socket_, 64);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~ImapLogins() {
    ending_ = true;
    thread_.join();
    ::close(socket_);
    SSL_CTX_free(context_);
  }
  ImapLogins(const ImapLogins&) = delete;
  ImapLogins& operator=(const ImapLogins&) = delete;

  std::uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// Who is let in with what from now on.
  void lets_in(const std::string& user, const std::string& password) {
    const std::scoped_lock lock(mutex_);
    known_[user] = password;
  }
  /// All tries so far.
  std::vector<Try> tries() const {
    const std::scoped_lock lock(mutex_);
    return tries_;
  }

 private:
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
    bool octet(char& c) const {
      return (tls != nullptr ? SSL_read(tls, &c, 1) : static_cast<int>(::recv(socket, &c, 1, 0))) ==
             1;
    }
    std::string line() const {
      std::string text;
      for (char c = 0; octet(c) && c != '\n';) {
        text += c;
      }
      if (text.ends_with('\r')) {
        text.pop_back();
      }
      return text;
    }
    std::string octets(std::size_t count) const {
      std::string text;
      for (char c = 0; text.size() < count && octet(c);) {
        text += c;
      }
      return text;
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

  bool start_tls(Peer& peer) {
    peer.tls = SSL_new(context_);
    SSL_set_fd(peer.tls, peer.socket);
    return SSL_accept(peer.tls) == 1;
  }

  void serve(Peer& peer) {
    if (manner_.tls == Tls::implicit && !start_tls(peer)) {
      return;
    }
    peer.say("* OK ready\r\n");
    for (auto line = peer.line(); !line.empty(); line = peer.line()) {
      const auto tag = line.substr(0, line.find(' '));
      if (line.find("CAPABILITY") != std::string::npos) {
        const bool offers = manner_.tls == Tls::start && peer.tls == nullptr;
        peer.say("* CAPABILITY IMAP4rev1 " +
                 (offers ? std::string("STARTTLS LOGINDISABLED") : manner_.words) + "\r\n" + tag +
                 " OK done\r\n");
      } else if (line.find("STARTTLS") != std::string::npos) {
        peer.say(tag + " OK go\r\n");
        if (!start_tls(peer)) {
          return;
        }
      } else if (line.find("AUTHENTICATE PLAIN") != std::string::npos) {
        peer.say("+ \r\n");
        judge(peer, tag, "PLAIN", peer.line());
      } else if (line.find(" LOGIN {") != std::string::npos) {
        peer.say("+ go on\r\n");
        const auto user = peer.octets(size_of(line));
        const auto rest = peer.line();
        peer.say("+ go on\r\n");
        const auto password = peer.octets(size_of(rest));
        peer.line();
        judge(peer, tag, "LOGIN", user + '\0' + password);
      } else {
        return;
      }
    }
  }

  static std::size_t size_of(const std::string& line) {
    const auto at = line.find('{');
    return at == std::string::npos
               ? 0
               : static_cast<std::size_t>(std::strtoul(line.c_str() + at + 1, nullptr, 10));
  }

  static std::string decoded(const std::string& text) {
    std::string out(text.size(), '\0');
    // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): octets
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
    const auto padding = static_cast<std::size_t>(text.ends_with("==")  ? 2
                                                  : text.ends_with('=') ? 1
                                                                        : 0);
    out.resize(size < 0 ? 0 : static_cast<std::size_t>(size) - padding);
    return out;
  }

  void judge(Peer& peer, const std::string& tag, const std::string& how, const std::string& sent) {
    auto text = how == "PLAIN" ? decoded(sent).substr(1) : sent;
    const auto nul = text.find('\0');
    Try one{text.substr(0, nul), text.substr(nul + 1), how, peer.tls != nullptr};
    {
      const std::scoped_lock lock(mutex_);
      const auto known = known_.find(one.user);
      one.accepted = known != known_.end() && known->second == one.password;
      tries_.push_back(one);
    }
    auto refusal = manner_.refusal;
    if (const auto at = refusal.find('%'); at != std::string::npos) {
      refusal.replace(at, 1, sent + " " + one.password);
    }
    peer.say(tag + (one.accepted ? " OK in" : " " + refusal) + "\r\n");
  }

  Manner manner_;
  SSL_CTX* context_ = nullptr;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> known_;
  std::vector<Try> tries_;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace plumb::test
