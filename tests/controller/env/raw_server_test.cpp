// The server of the HTTP tests, and that it reads what it should: the folder's tests are one
// program.
#include "tests/controller/env/raw_server.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace plumb::env::test {
namespace {

/// A socket bound to a free port of 127.0.0.1.
int bound_socket(int& port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(descriptor, generic, size) != 0 || ::getsockname(descriptor, generic, &size) != 0) {
    throw std::runtime_error("no free port");
  }
  port = ntohs(address.sin_port);
  return descriptor;
}

std::string loopback(int port, const std::string& path) {
  return "http://127.0.0.1:" + std::to_string(port) + path;
}

}  // namespace

bool RawServer::Connection::fill() {
  std::array<char, 65536> chunk{};
  const auto got = ::recv(descriptor_, chunk.data(), chunk.size(), 0);
  buffer_.append(chunk.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  return got > 0;
}

std::string RawServer::Connection::read_request() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) {
      return {};
    }
  }
  std::size_t whole = end + 4;
  const auto length = buffer_.find("Content-Length: ");
  if (length < end) {
    whole += std::stoul(buffer_.substr(length + 16));
  }
  while (buffer_.size() < whole) {
    if (!fill()) {
      return {};
    }
  }
  auto request = buffer_.substr(0, whole);
  buffer_.erase(0, whole);
  return request;
}

std::string RawServer::Connection::read(std::size_t count) {
  while (buffer_.size() < count && fill()) {
  }
  auto octets = buffer_.substr(0, count);
  buffer_.erase(0, octets.size());
  return octets;
}

void RawServer::Connection::write(const std::string& octets) const {
  for (std::size_t sent = 0; sent < octets.size();) {
    const auto now = ::send(descriptor_, octets.data() + sent, octets.size() - sent, MSG_NOSIGNAL);
    if (now <= 0) {
      return;
    }
    sent += static_cast<std::size_t>(now);
  }
}

void RawServer::Connection::answer(const std::string& body, const std::string& headers) const {
  write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers +
        "\r\n" + body);
}

RawServer::RawServer(std::function<void(Connection&)> handler)
    : listener_(bound_socket(port_)), handler_(std::move(handler)) {
  ::listen(listener_, 16);
  thread_ = std::jthread([this] {
    std::vector<std::jthread> connections;
    int number = 0;
    for (int got = 0; (got = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      connections.emplace_back([this, got, mine = ++number] {
        Connection connection(got, mine);
        handler_(connection);
        ::close(got);
      });
    }
  });
}

RawServer::~RawServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::string RawServer::url(const std::string& path) const {
  return loopback(port_, path);
}

ClosedPort::ClosedPort() : socket_(bound_socket(port_)) {}

ClosedPort::~ClosedPort() {
  ::close(socket_);
}

std::string ClosedPort::url() const {
  return loopback(port_, "/");
}

}  // namespace plumb::env::test
