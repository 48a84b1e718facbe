#include "tests/support/line_server.h"

#include <csignal>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace plumb::test {

Certificates::Certificates(const std::string& names, int days) {
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
  good_ = std::system(script.c_str()) == 0;  // NOLINT(concurrency-mt-unsafe): one thread makes them
}

LineServer::Peer::~Peer() {
  SSL_free(tls_);
  ::close(socket_);
}

void LineServer::Peer::say(std::string_view text) const {
  if (tls_ != nullptr) {
    SSL_write(tls_, text.data(), static_cast<int>(text.size()));
  } else {
    ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
  }
}

bool LineServer::Peer::octet(char& c) const {
  return (tls_ != nullptr ? SSL_read(tls_, &c, 1) : static_cast<int>(::recv(socket_, &c, 1, 0))) ==
         1;
}

std::string LineServer::Peer::line() const {
  std::string text;
  for (char c = 0; octet(c);) {
    if (c == '\n') {
      if (text.ends_with('\r')) {
        text.pop_back();
      }
      return text;
    }
    text += c;
  }
  return {};
}

std::string LineServer::Peer::octets(std::size_t count) const {
  std::string text;
  for (char c = 0; text.size() < count && octet(c);) {
    text += c;
  }
  return text;
}

bool LineServer::Peer::start_tls() {
  tls_ = SSL_new(context_);
  SSL_set_fd(tls_, socket_);
  return SSL_accept(tls_) == 1;
}

LineServer::LineServer(const Certificates* certificates, std::function<void(Peer&)> serve)
    : serve_(std::move(serve)) {
  if (certificates != nullptr) {
    context_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_chain_file(context_, certificates->file("cert.pem").c_str());
    SSL_CTX_use_PrivateKey_file(context_, certificates->file("key.pem").c_str(), SSL_FILETYPE_PEM);
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

LineServer::~LineServer() {
  ending_ = true;
  thread_.join();
  ::close(socket_);
  SSL_CTX_free(context_);
}

void LineServer::run() {
  sigset_t pipe{};  // OpenSSL writes to peers that have gone
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  while (!ending_) {
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, 20) == 1) {
      Peer peer(::accept(socket_, nullptr, nullptr), context_);
      serve_(peer);
    }
  }
}

}  // namespace plumb::test
