#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "tests/support/line_server.h"

namespace plumb::test {

/// A mail server that greets, offers TLS and says goodbye: SMTP or IMAP. Or a web server with one
/// text.
class MailServer {
 public:
  enum class Protocol : std::uint8_t { smtp, imap, imaps, https, rude };

  /// `certificates` null: no TLS is offered. `rude` says what is no protocol at all. `page`: what
  /// `https` gives to every request, as text/plain.
  MailServer(Protocol protocol, const Certificates* certificates, std::string page = {})
      : protocol_(protocol),
        page_(std::move(page)),
        server_(certificates, [this](Peer& peer) { serve(peer); }) {}

  std::uint16_t port() const { return server_.port(); }
  std::string address() const { return server_.address(); }

 private:
  using Peer = LineServer::Peer;

  void serve(Peer& peer) const {
    if (protocol_ == Protocol::imaps || protocol_ == Protocol::https) {
      peer.start_tls();
    }
    if (protocol_ == Protocol::https) {
      while (!peer.line().empty()) {
      }
      peer.say(
          fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n"
                      "Connection: close\r\n\r\n{}",
                      page_.size(),
                      page_));
      peer.end_tls();
      return;
    }
    if (protocol_ == Protocol::rude) {
      peer.say("go away\r\n");
      return;
    }
    const bool tls = peer.may_start_tls();
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
        peer.start_tls();
      } else {
        return;
      }
    }
  }

  Protocol protocol_;
  std::string page_;
  LineServer server_;  ///< last: it serves with the others
};

}  // namespace plumb::test
