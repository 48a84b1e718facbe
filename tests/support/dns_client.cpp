#include "tests/support/dns_client.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace plumb::test {
namespace {

constexpr std::size_t kHeaderSize = 12;

class Socket {
 public:
  explicit Socket(int type) : number_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    const timeval limit{2, 0};
    ::setsockopt(number_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(number_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  }
  ~Socket() { ::close(number_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  bool connect(const std::string& address, std::uint16_t port) const {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    ::inet_pton(AF_INET, address.c_str(), &to.sin_addr);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the way of the socket calls
    return ::connect(number_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0;
  }
  bool send(const std::string& octets) const {
    return ::send(number_, octets.data(), octets.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(octets.size());
  }
  /// Exactly `size` octets, or with `at_most` one datagram.
  std::optional<std::string> receive(std::size_t size, bool at_most) const {
    std::string octets(size, '\0');
    const auto got = ::recv(number_, octets.data(), size, at_most ? 0 : MSG_WAITALL);
    if (got < 0 || (!at_most && static_cast<std::size_t>(got) != size)) {
      return std::nullopt;
    }
    octets.resize(static_cast<std::size_t>(got));
    return octets;
  }

 private:
  int number_;
};

void put16(std::string& out, unsigned number) {
  out += static_cast<char>(number >> 8U);
  out += static_cast<char>(number & 0xffU);
}

std::string question(std::uint16_t id, std::string_view name, std::uint16_t type) {
  std::string out;
  put16(out, id);
  put16(out, 0);  // a standard query, no recursion
  put16(out, 1);
  out.append(6, '\0');
  while (!name.empty()) {
    const auto label = name.substr(0, name.find('.'));
    if (!label.empty()) {
      out += static_cast<char>(label.size());
      out += label;
    }
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  out += '\0';
  put16(out, type);
  put16(out, 1);  // class IN
  return out;
}

/// Reads a message from its beginning; every read beyond the end makes it broken.
class Reader {
 public:
  explicit Reader(std::string_view message) : message_(message) {}

  bool broken() const { return broken_; }
  std::size_t position() const { return position_; }
  void seek(std::size_t position) { position_ = position; }
  unsigned octet() {
    if (position_ >= message_.size()) {
      broken_ = true;
      return 0;
    }
    return static_cast<unsigned char>(message_[position_++]);
  }
  std::uint16_t number16() {
    const auto high = octet();
    return static_cast<std::uint16_t>(high << 8U | octet());
  }
  std::uint32_t number32() {
    const std::uint32_t high = number16();
    return high << 16U | number16();
  }
  std::string octets(std::size_t size) {
    if (size > message_.size() - std::min(position_, message_.size())) {
      broken_ = true;
      return {};
    }
    position_ += size;
    return std::string(message_.substr(position_ - size, size));
  }
  /// A name with its final dot, pointers followed (RFC 1035 §4.1.4).
  std::string name() {
    std::string out;
    std::optional<std::size_t> back;
    for (int steps = 0; !broken_ && steps < 128; ++steps) {
      const auto size = octet();
      if ((size & 0xc0U) == 0xc0U) {
        const auto target = (size & 0x3fU) << 8U | octet();
        back = back ? back : position_;
        position_ = target;
        continue;
      }
      if (size == 0) {
        position_ = back.value_or(position_);
        return out.empty() ? "." : out;
      }
      out += octets(size) + ".";
    }
    broken_ = true;
    return {};
  }

 private:
  std::string_view message_;
  std::size_t position_ = 0;
  bool broken_ = false;
};

std::string address_text(int family, const std::string& octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, octets.data(), text.data(), text.size());
  return text.data();
}

std::string read_data(Reader& in, std::uint16_t type, std::size_t size) {
  const auto end = in.position() + size;
  switch (type) {
    case 1:
      return address_text(AF_INET, in.octets(4));
    case 28:
      return address_text(AF_INET6, in.octets(16));
    case 2:
    case 5:
    case 12:
    case 39:
      return in.name();
    case 6: {
      auto text = in.name();
      text += " " + in.name();
      for (int i = 0; i < 5; ++i) {
        text += " " + std::to_string(in.number32());
      }
      return text;
    }
    case 15: {
      const auto preference = in.number16();
      return std::to_string(preference) + " " + in.name();
    }
    case 16: {
      std::string text;
      while (!in.broken() && in.position() < end) {
        text += in.octets(in.octet());
      }
      return text;
    }
    default:
      return in.octets(size);
  }
}

Result<DnsAnswer> read_answer(const std::string& message, std::uint16_t id) {
  Reader in(message);
  const bool ours = in.number16() == id;
  const auto flags = in.number16();
  const auto questions = in.number16();
  const auto answers = in.number16();
  in.seek(kHeaderSize);
  for (unsigned i = 0; i < questions; ++i) {
    in.name();
    in.number32();
  }
  DnsAnswer answer;
  answer.rcode = static_cast<std::uint8_t>(flags & 0xfU);
  answer.authoritative = (flags & 0x0400U) != 0;
  answer.truncated = (flags & 0x0200U) != 0;
  for (unsigned i = 0; i < answers && !in.broken(); ++i) {
    DnsRecord record;
    record.owner = in.name();
    record.type = in.number16();
    in.number16();
    record.ttl = in.number32();
    const auto size = in.number16();
    const auto begin = in.position();
    record.data = read_data(in, record.type, size);
    in.seek(begin + size);
    answer.answers.push_back(std::move(record));
  }
  if (!ours || in.broken() || (flags & 0x8000U) == 0) {
    return fail(ErrorCode::internal, "the answer is no DNS message to our question");
  }
  return answer;
}

}  // namespace

std::vector<std::string> DnsAnswer::data() const {
  std::vector<std::string> all;
  for (const auto& record : answers) {
    all.push_back(record.data);
  }
  std::sort(all.begin(), all.end());
  return all;
}

Result<DnsAnswer> DnsClient::query_udp(std::string_view name, std::uint16_t type) {
  const Socket socket(SOCK_DGRAM);
  if (!socket.connect(address_, port_) || !socket.send(question(++id_, name, type))) {
    return fail(ErrorCode::unavailable, "no name server there");
  }
  const auto message = socket.receive(65535, true);
  if (!message) {
    return fail(ErrorCode::unavailable, "no answer: " + std::generic_category().message(errno));
  }
  return read_answer(*message, id_);
}

Result<DnsAnswer> DnsClient::query_tcp(std::string_view name, std::uint16_t type) {
  const Socket socket(SOCK_STREAM);
  const auto asked = question(++id_, name, type);
  std::string framed;
  put16(framed, static_cast<unsigned>(asked.size()));
  framed += asked;
  if (!socket.connect(address_, port_) || !socket.send(framed)) {
    return fail(ErrorCode::unavailable, "no name server there");
  }
  const auto size = socket.receive(2, false);
  const auto message = size ? socket.receive(Reader(*size).number16(), false) : std::nullopt;
  if (!message) {
    return fail(ErrorCode::unavailable, "no whole answer");
  }
  return read_answer(*message, id_);
}

Result<DnsAnswer> DnsClient::query(std::string_view name, std::uint16_t type) {
  auto answer = query_udp(name, type);
  return answer && answer->truncated ? query_tcp(name, type) : std::move(answer);
}

}  // namespace plumb::test
