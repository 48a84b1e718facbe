#include "tests/support/pdns_server.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace plumb::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// A descriptor that closes itself.
class Socket {
 public:
  Socket() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() { ::close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return descriptor_; }

  bool connect(std::uint16_t port) const {
    const auto address = loopback(port);
    return ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  bool send(std::string_view octets) const {
    while (!octets.empty()) {
      const auto sent = ::send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// Until the other side closes, or `enough` octets are there.
  std::string receive(std::size_t enough) const {
    std::string all;
    std::array<char, 65'536> buffer{};
    while (all.size() < enough) {
      const auto got =
          ::recv(descriptor_, buffer.data(), std::min(buffer.size(), enough - all.size()), 0);
      if (got <= 0) {
        break;
      }
      all.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return all;
  }

 private:
  int descriptor_;
};

/// A port that nobody listens on now, for TCP.
std::uint16_t free_port() {
  const Socket socket;
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return 0;
  }
  return ntohs(address.sin_port);
}

constexpr std::string_view kSettings =
    "local-address=127.0.0.1\n"
    "webserver=yes\n"
    "webserver-address=127.0.0.1\n"
    "webserver-allow-from=127.0.0.1\n"
    "webserver-loglevel=none\n"
    "api=yes\n"
    "daemon=no\n"
    "guardian=no\n"
    "disable-syslog=yes\n"
    "loglevel=3\n"
    "setuid=\n"
    "setgid=\n"
    "security-poll-suffix=\n"
    "cache-ttl=0\n"
    "query-cache-ttl=0\n"
    "negquery-cache-ttl=0\n"
    "zone-cache-refresh-interval=0\n"
    "dname-processing=yes\n"
    "receiver-threads=1\n"
    "distributor-threads=1\n";

std::uint16_t number_at(std::string_view octets, std::size_t at) {
  if (at + 2 > octets.size()) {
    return 0;
  }
  return static_cast<std::uint16_t>(static_cast<unsigned char>(octets[at]) << 8U |
                                    static_cast<unsigned char>(octets[at + 1]));
}

void append_number(std::string& out, std::size_t number) {
  out += static_cast<char>(number >> 8U & 0xffU);
  out += static_cast<char>(number & 0xffU);
}

/// Where the name that begins at `at` ends.
std::size_t after_name(std::string_view octets, std::size_t at) {
  while (at < octets.size() && octets[at] != 0) {
    if ((static_cast<unsigned char>(octets[at]) & 0xc0U) != 0) {
      return at + 2;
    }
    at += 1U + static_cast<unsigned char>(octets[at]);
  }
  return at + 1;
}

/// A query as it goes over TCP (RFC 1035 §4.1, §4.2.2).
std::string query_of(std::string_view name, std::uint16_t type) {
  std::string query("\x12\x34\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
  while (name.size() > 1) {
    const auto label = name.substr(0, name.find('.'));
    query += static_cast<char>(label.size());
    query += label;
    name.remove_prefix(label.size() + 1);
  }
  query += '\0';
  append_number(query, type);
  append_number(query, 1);
  std::string framed;
  append_number(framed, query.size());
  return framed + query;
}

[[noreturn]] void give_up(const std::string& why) {
  std::fputs(("pdns_server: " + why + "\n").c_str(), stderr);
  std::abort();
}

}  // namespace

PdnsServer::PdnsServer(Backend backend, std::string_view settings) {
  constexpr int kTries = 5;  // somebody else may take a port between our look and the start
  for (int i = 0; i < kTries; ++i) {
    start(backend, settings);
    if (answers()) {
      return;
    }
    stop();
  }
  give_up("does not start:\n" + directory_.read("log"));
}

PdnsServer::~PdnsServer() {
  stop();
}

void PdnsServer::start(Backend backend, std::string_view settings) {
  dns_port_ = free_port();
  http_port_ = free_port();
  const auto here = directory_.path().string();
  std::string config(kSettings);
  if (backend == Backend::sqlite) {
    const auto made =
        std::system(fmt::format("test -e {0}/db || sqlite3 {0}/db "
                                "< /usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql",
                                here)
                        .c_str());
    if (made != 0) {
      give_up("no database: are pdns-backend-sqlite3 and sqlite3 installed?");
    }
    config += fmt::format("launch=gsqlite3\ngsqlite3-database={}/db\n", here);
    config += "gsqlite3-dnssec=yes\ngsqlite3-pragma-synchronous=0\n";
  } else {
    config += fmt::format("launch=lmdb\nlmdb-filename={}/lmdb\n", here);
    config += "lmdb-shards=2\nlmdb-sync-mode=nosync\n";
  }
  config += fmt::format("socket-dir={}\nlocal-port={}\nwebserver-port={}\napi-key={}\n{}",
                        here,
                        dns_port_,
                        http_port_,
                        kApiKey,
                        settings);
  const auto directory_option = "--config-dir=" + here;
  const auto log = directory_.path() / "log";
  directory_.write("pdns.conf", config);
  process_ = ::fork();
  if (process_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int out = ::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execl("/usr/sbin/pdns_server", "pdns_server", directory_option.c_str(), nullptr);
    ::_exit(127);
  }
}

void PdnsServer::stop() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }
}

/// Waits until the API and the DNS listen; false where the server ended instead.
bool PdnsServer::answers() const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < deadline) {
    if (call("GET", "").status == 200 && Socket().connect(dns_port_)) {
      return true;
    }
    if (::waitpid(process_, nullptr, WNOHANG) != 0) {
      return false;
    }
    std::this_thread::sleep_for(
        std::chrono::milliseconds(5));  // another process: nothing to wait on
  }
  return false;
}

std::string PdnsServer::endpoint() const {
  return fmt::format("http://127.0.0.1:{}", http_port_);
}

PdnsServer::Answer PdnsServer::call(std::string_view method,
                                    std::string_view path,
                                    std::string_view body) const {
  const Socket socket;
  const auto request = fmt::format(
      "{} /api/v1/servers/localhost{} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {}\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
      method,
      path,
      kApiKey,
      body.size(),
      body);
  if (!socket.connect(http_port_) || !socket.send(request)) {
    return {};
  }
  const auto all = socket.receive(std::string::npos);
  const auto end = all.find("\r\n\r\n");
  constexpr std::size_t kStatusAt = 9;  // behind "HTTP/1.1 "
  if (end == std::string::npos) {
    return {};
  }
  return {std::atoi(all.c_str() + kStatusAt), all.substr(end + 4)};
}

std::vector<std::string> PdnsServer::ask(std::string_view name, std::uint16_t type) const {
  const Socket socket;
  if (!socket.connect(dns_port_) || !socket.send(query_of(name, type))) {
    return {};
  }
  const auto size = number_at(socket.receive(2), 0);
  const auto message = socket.receive(size);
  std::vector<std::string> found;
  auto at = after_name(message, 12) + 4;  // behind header and question
  for (int left = number_at(message, 6); left > 0 && at < message.size(); --left) {
    at = after_name(message, at);
    const auto data_size = number_at(message, at + 8);
    if (number_at(message, at) == type) {
      found.push_back(message.substr(std::min(at + 10, message.size()), data_size));
    }
    at += 10U + data_size;
  }
  return found;
}

std::string joined_strings(std::string_view data) {
  std::string joined;
  while (!data.empty()) {
    const auto size = static_cast<unsigned char>(data.front());
    joined += data.substr(1, size);
    data.remove_prefix(std::min<std::size_t>(data.size(), 1U + size));
  }
  return joined;
}

}  // namespace plumb::test
