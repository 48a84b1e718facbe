#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/result.h"

namespace plumb::test {

/// One record of an answer.
struct DnsRecord {
  std::string owner;  ///< as sent, with final dot
  std::uint16_t type = 0;
  std::uint32_t ttl = 0;
  /// A and AAAA: the address as text. NS, CNAME, PTR, DNAME: the name with final dot. MX:
  /// preference and name. SOA: names and numbers. TXT: all octets of its strings joined. Else the
  /// octets on the wire.
  std::string data;
};

/// What a server said.
struct DnsAnswer {
  std::uint8_t rcode = 0;
  bool authoritative = false;
  bool truncated = false;
  std::vector<DnsRecord> answers;

  /// The data of the answers, sorted.
  std::vector<std::string> data() const;
};

/// Asks one name server, without recursion (RFC 1035 §4). Not thread-safe.
class DnsClient {
 public:
  /// Requires: `address` is IPv4, as text.
  DnsClient(std::string address, std::uint16_t port) : address_(std::move(address)), port_(port) {}

  /// Over UDP, and where the answer is truncated again over TCP. `name` is plain: labels without
  /// escapes, with or without final dot. Errors: unavailable (no answer in time); internal (an
  /// answer that is no DNS message).
  Result<DnsAnswer> query(std::string_view name, std::uint16_t type);
  Result<DnsAnswer> query_udp(std::string_view name, std::uint16_t type);
  Result<DnsAnswer> query_tcp(std::string_view name, std::uint16_t type);

 private:
  std::string address_;
  std::uint16_t port_;
  std::uint16_t id_ = 0;
};

}  // namespace plumb::test
