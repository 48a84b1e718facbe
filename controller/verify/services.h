#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "controller/env/tls.h"
#include "resources/model/result.h"

namespace plumb::verify {

/// A protocol of mail, and how it comes to TLS.
enum class Service : std::uint8_t {
  smtp,         ///< between servers: STARTTLS where offered (RFC 3207)
  submission,   ///< from people: STARTTLS (RFC 6409, RFC 8314 §3.3)
  submissions,  ///< from people: TLS from the first octet (RFC 8314 §3.3)
  imap,         ///< STARTTLS (RFC 9051 §6.2.1)
  imaps,        ///< TLS from the first octet (RFC 8314 §3.2)
  pop3,         ///< STLS (RFC 2595 §4)
  pop3s,        ///< TLS from the first octet
};

/// "SMTP", "IMAP over TLS".
std::string_view service_name(Service service);

/// One server that is asked.
struct ServiceQuestion {
  Service service = Service::smtp;
  std::string server;  ///< address and port: "192.0.2.1:25"
  std::string host;    ///< the name that its certificate must have, without final dot

  friend auto operator<=>(const ServiceQuestion&, const ServiceQuestion&) = default;
};

/// What it said.
struct ServiceSeen {
  std::string banner;               ///< the greeting, without its code
  std::vector<std::string> words;   ///< what it can: EHLO keywords, CAPABILITY; upper case
  std::optional<env::TlsSeen> tls;  ///< nothing: there is no TLS
  std::string tls_problem;          ///< why there is none
};

struct ServiceOptions {
  std::string ca_file;             ///< PEM of the authorities to trust; empty: the system's
  std::string self = "localhost";  ///< what we call ourselves in EHLO
  std::chrono::milliseconds deadline{10'000};
};

/// Greets, looks what is offered, goes over to TLS, leaves. No login, no mail, no recipient is
/// named. Errors: unavailable (no answer), internal (an answer that is not of this protocol),
/// cancelled.
Result<ServiceSeen> ask_service(const ServiceQuestion& question,
                                const ServiceOptions& options,
                                std::stop_token stop);

}  // namespace plumb::verify
