#include "controller/env/tls.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <functional>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "controller/env/descriptor.h"
#include "controller/env/resolver.h"
#include "resources/model/check.h"
#include "resources/values/ip_address.h"

namespace plumb::env {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kLineLimit = 4096;

template <class T, void (*Free)(T*)>
struct Freeing {
  void operator()(T* object) const { Free(object); }
};
using SslContext = std::unique_ptr<SSL_CTX, Freeing<SSL_CTX, SSL_CTX_free>>;
using SslHandle = std::unique_ptr<SSL, Freeing<SSL, SSL_free>>;

/// OpenSSL writes with write(2): a peer that has gone would end the process.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoBrokenPipe() {
    const timespec now{};
    if (sigismember(&before_, SIGPIPE) == 0) {
      sigtimedwait(&pipe_, nullptr, &now);  // ours, if there is one
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
};

struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t size = 0;

  const sockaddr* get() const {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the way of the socket calls
    return reinterpret_cast<const sockaddr*>(&storage);
  }
};

/// Requires: a text of parse_server.
SocketAddress socket_address(std::string_view server) {
  SocketAddress address;
  const auto colon = server.rfind(':');
  const auto port =
      htons(static_cast<std::uint16_t>(std::stoi(std::string(server.substr(colon + 1)))));
  if (server.starts_with('[')) {
    const auto parsed = values::Ipv6Address::parse(server.substr(1, colon - 2));
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = port;
    std::copy(parsed->octets.begin(), parsed->octets.end(), std::begin(six.sin6_addr.s6_addr));
    address.size = sizeof(six);
    std::memcpy(&address.storage, &six, sizeof(six));
  } else {
    const auto parsed = values::Ipv4Address::parse(server.substr(0, colon));
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = port;
    std::memcpy(&four.sin_addr, parsed->octets.data(), parsed->octets.size());
    address.size = sizeof(four);
    std::memcpy(&address.storage, &four, sizeof(four));
  }
  return address;
}

std::string der_of(int (*encode)(const X509*, unsigned char**), const X509* certificate) {
  unsigned char* octets = nullptr;
  const int size = encode(certificate, &octets);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): octets as text
  std::string der(reinterpret_cast<const char*>(octets),
                  size > 0 ? static_cast<std::size_t>(size) : 0);
  OPENSSL_free(octets);
  return der;
}

CertificateSeen certificate_seen(X509* certificate) {
  CertificateSeen seen;
  seen.der = der_of(&i2d_X509, certificate);
  unsigned char* octets = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &octets);
  if (size > 0) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): octets as text
    seen.public_key.assign(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size));
  }
  OPENSSL_free(octets);
  return seen;
}

std::vector<std::string> dns_names(const X509* certificate) {
  std::vector<std::string> names;
  auto* list = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; list != nullptr && i < sk_GENERAL_NAME_num(list); ++i) {
    const auto* name = sk_GENERAL_NAME_value(list, i);
    if (name->type == GEN_DNS) {
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): octets as text
      names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                         static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    }
  }
  GENERAL_NAMES_free(list);
  return names;
}

std::chrono::system_clock::time_point expiry(const X509* certificate) {
  std::tm when{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &when) != 1) {
    return {};
  }
  return std::chrono::system_clock::from_time_t(::timegm(&when));
}

TlsSeen seen_of(SSL* ssl) {
  TlsSeen seen;
  seen.protocol = SSL_get_version(ssl);
  const long result = SSL_get_verify_result(ssl);
  if (result != X509_V_OK) {
    seen.problem = X509_verify_cert_error_string(result);
  }
  if (auto* own = SSL_get0_peer_certificate(ssl); own != nullptr) {
    seen.names = dns_names(own);
    seen.expires = expiry(own);
  }
  auto* chain = SSL_get_peer_cert_chain(ssl);
  for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i) {
    seen.chain.push_back(certificate_seen(sk_X509_value(chain, i)));
  }
  return seen;
}

Error network_error(std::string message) {
  return {.code = ErrorCode::unavailable,
          .message = std::move(message),
          .hint = "check that the server runs and that the port is open from here",
          .category = ErrorCategory::network};
}

}  // namespace

struct Conversation::State {
  std::string server;
  Descriptor socket;
  Descriptor wake;
  steady_clock::time_point deadline;
  std::stop_token stop;
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
  std::string buffer;
  SslContext context;
  SslHandle ssl;

  State(std::string server_text, int family, steady_clock::time_point until, std::stop_token token)
      : server(std::move(server_text)),
        socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
        wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        deadline(until),
        stop(std::move(token)) {
    on_stop.emplace(stop, [this] {
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto written = ::write(wake.number(), &one, sizeof(one));
    });
  }

  /// Waits until the socket can be read or written.
  Result<void> wait(short events) {
    for (;;) {
      if (stop.stop_requested()) {
        return fail(ErrorCode::cancelled, "stopped");
      }
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
      if (left.count() <= 0) {
        return tl::unexpected(network_error(server + " did not answer in time"));
      }
      std::array<pollfd, 2> polls = {pollfd{socket.number(), events, 0},
                                     pollfd{wake.number(), POLLIN, 0}};
      ::poll(polls.data(), polls.size(), static_cast<int>(left.count()));
      if (polls[0].revents != 0) {
        return {};
      }
    }
  }

  Error broken() const { return network_error(server + " closed the connection"); }

  /// Waits for what OpenSSL wants after `result`.
  Result<void> wait_tls(int result) {
    const int wants = SSL_get_error(ssl.get(), result);
    if (wants == SSL_ERROR_WANT_READ) {
      return wait(POLLIN);
    }
    if (wants == SSL_ERROR_WANT_WRITE) {
      return wait(POLLOUT);
    }
    const auto number = ERR_get_error();
    return tl::unexpected(
        number == 0 ? broken()
                    : network_error(fmt::format(
                          "{}: TLS failed: {}", server, ERR_reason_error_string(number))));
  }

  Result<std::size_t> read(std::span<char> into) {
    for (;;) {
      if (ssl != nullptr) {
        const NoBrokenPipe guard;
        ERR_clear_error();
        const int got = SSL_read(ssl.get(), into.data(), static_cast<int>(into.size()));
        if (got > 0) {
          return static_cast<std::size_t>(got);
        }
        if (auto waited = wait_tls(got); !waited) {
          return tl::unexpected(std::move(waited).error());
        }
        continue;
      }
      const auto got = ::recv(socket.number(), into.data(), into.size(), 0);
      if (got > 0) {
        return static_cast<std::size_t>(got);
      }
      if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        return tl::unexpected(broken());
      }
      if (auto waited = wait(POLLIN); !waited) {
        return tl::unexpected(std::move(waited).error());
      }
    }
  }

  Result<std::size_t> write(std::string_view text) {
    for (;;) {
      if (ssl != nullptr) {
        const NoBrokenPipe guard;
        ERR_clear_error();
        const int put = SSL_write(ssl.get(), text.data(), static_cast<int>(text.size()));
        if (put > 0) {
          return static_cast<std::size_t>(put);
        }
        if (auto waited = wait_tls(put); !waited) {
          return tl::unexpected(std::move(waited).error());
        }
        continue;
      }
      const auto put = ::send(socket.number(), text.data(), text.size(), MSG_NOSIGNAL);
      if (put > 0) {
        return static_cast<std::size_t>(put);
      }
      if (errno != EAGAIN && errno != EINTR) {
        return tl::unexpected(broken());
      }
      if (auto waited = wait(POLLOUT); !waited) {
        return tl::unexpected(std::move(waited).error());
      }
    }
  }
};

Conversation::Conversation(std::unique_ptr<State> state) : state_(std::move(state)) {}
Conversation::~Conversation() = default;

Result<std::unique_ptr<Conversation>> Conversation::connect(const std::string& server,
                                                            std::chrono::milliseconds deadline,
                                                            std::stop_token stop) {
  PLUMB_TRY(text, parse_server(server));
  const auto address = socket_address(text);
  auto state = std::make_unique<State>(
      text, address.storage.ss_family, steady_clock::now() + deadline, std::move(stop));
  if (::connect(state->socket.number(), address.get(), address.size) != 0) {
    int error = errno;
    if (error == EINPROGRESS) {
      if (auto waited = state->wait(POLLOUT); !waited) {
        return tl::unexpected(std::move(waited).error());
      }
      socklen_t size = sizeof(error);
      ::getsockopt(state->socket.number(), SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error != 0) {
      return tl::unexpected(network_error(fmt::format(
          "could not connect to {}: {}", text, std::generic_category().message(error))));
    }
  }
  return std::unique_ptr<Conversation>(new Conversation(std::move(state)));
}

Result<std::string> Conversation::read_line() {
  auto& buffer = state_->buffer;
  for (;;) {
    if (const auto end = buffer.find('\n'); end != std::string::npos) {
      auto line = buffer.substr(0, end);
      buffer.erase(0, end + 1);
      if (line.ends_with('\r')) {
        line.pop_back();
      }
      return line;
    }
    if (buffer.size() > kLineLimit) {
      return fail(ErrorCode::internal, state_->server + " sends a line without an end");
    }
    std::array<char, 1024> part{};
    PLUMB_TRY(got, state_->read(part));
    buffer.append(part.data(), got);
  }
}

Result<std::string> Conversation::read_octets(std::size_t count) {
  auto& buffer = state_->buffer;
  while (buffer.size() < count) {
    std::array<char, 16384> part{};
    PLUMB_TRY(got, state_->read(part));
    buffer.append(part.data(), got);
  }
  auto octets = buffer.substr(0, count);
  buffer.erase(0, count);
  return octets;
}

void Conversation::extend(std::chrono::milliseconds from_now) {
  state_->deadline = steady_clock::now() + from_now;
}

Result<void> Conversation::write(std::string_view text) {
  while (!text.empty()) {
    PLUMB_TRY(put, state_->write(text));
    text.remove_prefix(put);
  }
  return {};
}

Result<TlsSeen> Conversation::start_tls(const std::string& host, const std::string& ca_file) {
  auto& state = *state_;
  if (!state.buffer.empty()) {
    return fail(ErrorCode::internal, state.server + " said something between STARTTLS and TLS");
  }
  ERR_clear_error();
  state.context.reset(SSL_CTX_new(TLS_client_method()));
  PLUMB_CHECK(state.context != nullptr);
  auto* context = state.context.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // NONE: the handshake goes on, so that all that is wrong can be told; the result is looked at.
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  const bool trusts = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                                      : SSL_CTX_load_verify_file(context, ca_file.c_str()) == 1;
  if (!trusts) {
    return fail(ErrorCode::invalid_input,
                fmt::format("the certificates to trust cannot be read: {}", ca_file));
  }
  state.ssl.reset(SSL_new(context));
  PLUMB_CHECK(state.ssl != nullptr);
  auto* ssl = state.ssl.get();
  SSL_set_fd(ssl, state.socket.number());
  // What SSL_set_tlsext_host_name does, without its C cast.
  SSL_ctrl(ssl,
           SSL_CTRL_SET_TLSEXT_HOSTNAME,
           TLSEXT_NAMETYPE_host_name,
           const_cast<char*>(host.c_str()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  SSL_set1_host(ssl, host.c_str());
  for (;;) {
    const NoBrokenPipe guard;
    ERR_clear_error();
    const int done = SSL_connect(ssl);
    if (done == 1) {
      return seen_of(ssl);
    }
    if (auto waited = state.wait_tls(done); !waited) {
      return tl::unexpected(std::move(waited).error());
    }
  }
}

bool reaches_ipv6() {
  const Descriptor probe(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto address = socket_address("[2001:500:2::c]:53");  // a root server; nothing is sent
  return probe.is_open() && ::connect(probe.number(), address.get(), address.size) == 0;
}

bool matches_tlsa(const TlsSeen& seen,
                  std::uint8_t usage,
                  std::uint8_t selector,
                  std::uint8_t matching_type,
                  std::string_view association) {
  if (usage != 2 && usage != 3) {
    return false;
  }
  for (std::size_t i = usage == 3 ? 0 : 1; i < seen.chain.size(); ++i) {
    const auto& part = selector == 0 ? seen.chain[i].der : seen.chain[i].public_key;
    const auto* digest = matching_type == 1 ? EVP_sha256() : EVP_sha512();
    std::array<unsigned char, EVP_MAX_MD_SIZE> octets{};
    unsigned size = 0;
    std::string found;
    if (matching_type == 0) {
      for (const char c : part) {
        found += fmt::format("{:02x}", static_cast<unsigned char>(c));
      }
    } else if (EVP_Digest(part.data(), part.size(), octets.data(), &size, digest, nullptr) == 1) {
      for (unsigned j = 0; j < size; ++j) {
        found += fmt::format("{:02x}", octets.at(j));
      }
    }
    if (!found.empty() && found == association) {
      return true;
    }
    if (usage == 3) {
      break;
    }
  }
  return false;
}

}  // namespace plumb::env
