#pragma once

#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/evp.h>

#include "tests/support/line_server.h"

namespace plumb::test {

/// An IMAP server of 127.0.0.1 that lets people in: TLS at once, by STARTTLS, or not at all.
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

  explicit ImapLogins(Manner manner)
      : manner_(std::move(manner)),
        server_(manner_.certificates, [this](Peer& peer) { serve(peer); }) {}

  std::uint16_t port() const { return server_.port(); }
  std::string address() const { return server_.address(); }
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
  using Peer = LineServer::Peer;

  void serve(Peer& peer) {
    if (manner_.tls == Tls::implicit && !peer.start_tls()) {
      return;
    }
    peer.say("* OK ready\r\n");
    for (auto line = peer.line(); !line.empty(); line = peer.line()) {
      const auto tag = line.substr(0, line.find(' '));
      if (line.find("CAPABILITY") != std::string::npos) {
        const bool offers = manner_.tls == Tls::start && !peer.in_tls();
        peer.say("* CAPABILITY IMAP4rev1 " +
                 (offers ? std::string("STARTTLS LOGINDISABLED") : manner_.words) + "\r\n" + tag +
                 " OK done\r\n");
      } else if (line.find("STARTTLS") != std::string::npos) {
        peer.say(tag + " OK go\r\n");
        if (!peer.start_tls()) {
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
    Try one{text.substr(0, nul), text.substr(nul + 1), how, peer.in_tls()};
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
  mutable std::mutex mutex_;
  std::map<std::string, std::string> known_;
  std::vector<Try> tries_;
  LineServer server_;  ///< last: it serves with the others
};

}  // namespace plumb::test
