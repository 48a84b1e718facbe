#pragma once

#include <string>
#include <vector>

#include "controller/verify/look.h"

// Connections to hosts of our own. Internal to controller/verify.

namespace plumb::verify {

/// One service of one host, and how its checks are headed.
struct HostProbe {
  std::string topic;
  std::string subject;
  ServiceQuestion question;
};

/// What the service said; nullptr: not known yet, or told as a check that it cannot be had.
const ServiceSeen* probe_host(Look& look, const HostProbe& probe);

/// Whether the service answers and has TLS that is good for its name.
void check_probe(Look& look, const HostProbe& probe);

/// Whether a host's address is declared in this project: only such hosts are connected to.
bool is_own_host(const Look& look, const values::DomainName& host);

/// Whether an address leads to a name and the name back, as receivers want it of senders
/// (RFC 8601 §2.7.3). `host`: the name that it should be; may be empty.
void check_reverse(Look& look, const std::string& address, const std::string& host);

/// The hosts of MX records, most preferred first; the root stands for "none" (RFC 7505 §3).
std::vector<values::DomainName> exchanges(const Found& mx);

}  // namespace plumb::verify
