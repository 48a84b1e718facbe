#include "controller/env/zone_transfer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include "controller/env/resolver.h"
#include "controller/env/resolver_wire.h"
#include "controller/env/tls.h"
#include "controller/env/transfer_message.h"
#include "resources/values/quoted.h"

namespace plumb::env {
namespace {

using values::DomainName;

constexpr std::uint16_t kSoa = 6;
constexpr std::uint16_t kAxfr = 252;
constexpr std::uint16_t kResponse = 0x8000;
constexpr unsigned kRefused = 5;
constexpr unsigned kNotAuth = 9;
constexpr std::size_t kMostRecords = 20'000'000;
constexpr std::size_t kMostOctets = std::size_t{1} << 30U;

/// One transfer, from the question to the second SOA.
class Transfer {
 public:
  Transfer(const DomainName& zone, const TransferOptions& options, const Clock& clock)
      : zone_(zone), options_(options), clock_(clock) {
    if (options.key != nullptr) {
      chain_.emplace(*options.key, clock);
    }
  }

  Result<std::vector<TransferredRecord>> run(std::uint16_t id, std::stop_token stop) {
    PLUMB_TRY(server, Conversation::connect(options_.server, options_.patience, std::move(stop)));
    auto request = wire_u16(id) + wire_u16(0) + wire_u16(1) + std::string(6, '\0') +
                   wire_name(zone_) + wire_u16(kAxfr) + wire_u16(kInternet);
    request = chain_ ? chain_->sign(std::move(request)) : std::move(request);
    if (auto sent = server->write(wire_u16(static_cast<unsigned>(request.size())) + request);
        !sent) {
      return tl::unexpected(std::move(sent).error());
    }
    const auto end = clock_.steady() + options_.most;
    std::size_t sum = 0;
    while (!whole_) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(end - clock_.steady());
      server->extend(std::clamp(left, std::chrono::milliseconds(0), options_.patience));
      auto octets = next_message(*server);
      if (!octets) {
        return tl::unexpected(ended_early(std::move(octets).error()));
      }
      sum += octets->size();
      if (sum > kMostOctets) {
        return tl::unexpected(no_zone("it does not end"));
      }
      if (auto taken = take(*octets, id); !taken) {
        return tl::unexpected(std::move(taken).error());
      }
    }
    return std::move(records_);
  }

 private:
  static Result<std::string> next_message(Conversation& server) {
    PLUMB_TRY(size, server.read_octets(2));
    const auto high = static_cast<unsigned char>(size[0]);
    const auto low = static_cast<unsigned char>(size[1]);
    return server.read_octets(static_cast<std::size_t>(high << 8U | low));
  }

  Error ended_early(Error error) const {
    if (!records_.empty() && error.code != ErrorCode::cancelled) {
      error.message = fmt::format("{}, {} records into the zone", error.message, records_.size());
      error.hint = "nothing of it was taken; try again";
    }
    return error;
  }

  Result<void> take(const std::string& octets, std::uint16_t id) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): text as octets
    const auto* data = reinterpret_cast<const unsigned char*>(octets.data());
    PLUMB_TRY(message, parse_transfer_message({data, octets.size()}));
    if (message.id != id || (message.flags & kResponse) == 0) {
      return tl::unexpected(no_zone("an answer to another question"));
    }
    if (message.rcode() != 0) {
      return tl::unexpected(refusal(message));
    }
    if (chain_) {
      auto checked = chain_->check(octets, message.tsig ? &*message.tsig : nullptr);
      if (!checked) {
        return tl::unexpected(std::move(checked).error());
      }
    }
    for (auto& record : message.answers) {
      if (auto added = add(std::move(record)); !added) {
        return added;
      }
    }
    if (message.answers.empty() && records_.empty()) {
      return tl::unexpected(refused(fmt::format("{} gives no zone", options_.server)));
    }
    if (whole_ && chain_ && !chain_->is_signed()) {
      return tl::unexpected(no_zone("its end is not signed"));
    }
    return {};
  }

  Result<void> add(TransferredRecord record) {
    const bool soa = record.type == kSoa && record.name == zone_;
    if (whole_) {
      return tl::unexpected(no_zone("records behind its end"));
    }
    if (records_.empty() && !(soa && record.data)) {
      return tl::unexpected(no_zone("it does not begin with its SOA"));
    }
    if (soa && !records_.empty()) {
      if (record.data != records_.front().data) {
        return tl::unexpected(no_zone("it changed while it was sent"));
      }
      whole_ = true;
      return {};
    }
    if (!record.name.is_subdomain_of(zone_)) {
      return tl::unexpected(
          no_zone(fmt::format("{} does not lie in it", record.name.without_dot())));
    }
    if (records_.size() >= kMostRecords) {
      return tl::unexpected(no_zone("it does not end"));
    }
    records_.push_back(std::move(record));
    return {};
  }

  static Error refused(std::string message) {
    return {.code = ErrorCode::denied,
            .message = std::move(message),
            .hint =
                "allow this machine's address, or the key, to transfer: `provide-xfr` (NSD), "
                "`allow-transfer` (BIND), `allow-axfr-ips` (PowerDNS), `acl` (Knot)",
            .category = ErrorCategory::authentication};
  }

  Error refusal(const TransferMessage& message) const {
    const auto error = message.tsig ? message.tsig->error : std::uint16_t{0};
    const auto& server = options_.server;
    const auto key = options_.key != nullptr ? values::quoted(options_.key->name().without_dot())
                                             : std::string();
    Error out{.code = ErrorCode::denied, .category = ErrorCategory::authentication};
    if (error == kBadKey) {
      out.message = fmt::format("{} does not know the TSIG key {} (BADKEY)", server, key);
      out.hint = "its name and algorithm must be those of the server's configuration";
    } else if (error == kBadSignature) {
      out.message = fmt::format("{} has another secret for the TSIG key {} (BADSIG)", server, key);
      out.hint = "compare the secret with the server's";
    } else if (error == kBadTime) {
      out.message = fmt::format("the clock of {} and this one differ too much (BADTIME)", server);
      out.hint = "set the clocks right";
    } else if (message.rcode() == kRefused) {
      out = refused(fmt::format("{} refuses to transfer the zone", server));
    } else if (message.rcode() == kNotAuth || message.rcode() == 3) {
      out = {.code = ErrorCode::not_found,
             .message = fmt::format("{} does not have the zone", server),
             .hint = "ask one of the servers that `dig NS` names, or the primary behind them"};
    } else {
      out = refused(
          fmt::format("{} answers with error {} instead of the zone", server, message.rcode()));
      out.category = {};
    }
    return out;
  }

  const DomainName& zone_;
  const TransferOptions& options_;
  const Clock& clock_;
  std::optional<TsigChain> chain_;
  std::vector<TransferredRecord> records_;
  bool whole_ = false;
};

}  // namespace

Result<std::vector<TransferredRecord>> transfer_zone(const DomainName& zone,
                                                     const TransferOptions& options,
                                                     const Clock& clock,
                                                     Random& random,
                                                     std::stop_token stop) {
  const auto id = static_cast<std::uint16_t>(random.next());
  return Transfer(zone, options, clock).run(id, std::move(stop));
}

Result<std::vector<std::string>> addresses_of_server(std::string_view text) {
  if (auto address = parse_server(text)) {
    return std::vector<std::string>{*std::move(address)};
  }
  const auto colon = text.rfind(':');
  const std::string host(text.substr(0, colon));
  const auto port = colon == std::string_view::npos ? "53" : text.substr(colon + 1);
  std::uint16_t number = 0;
  const auto [rest, wrong] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (wrong != std::errc() || rest != port.data() + port.size() || number == 0 ||
      !DomainName::parse(host)) {
    return fail(ErrorCode::invalid_input,
                fmt::format("{} is no DNS server", values::quoted(text)),
                "write its name or address, with a port if it is not 53: ns1.example.net, "
                "192.0.2.1:5353, [2001:db8::1]:53");
  }
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found); error != 0) {
    return fail(ErrorCode::unavailable,
                fmt::format("the address of {} is not to be had: {}", host, ::gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> guard(found, &::freeaddrinfo);
  std::vector<std::string> servers;
  for (const auto* one = found; one != nullptr; one = one->ai_next) {
    std::array<char, NI_MAXHOST> address{};
    if (::getnameinfo(one->ai_addr,
                      one->ai_addrlen,
                      address.data(),
                      address.size(),
                      nullptr,
                      0,
                      NI_NUMERICHOST) == 0) {
      servers.push_back(server_text(address.data(), number));
    }
  }
  return servers;
}

}  // namespace plumb::env
