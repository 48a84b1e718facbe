// The way of a message to this domain: MX, addresses, reverse names, SMTP, TLS and TLSA.

#include <algorithm>

#include <fmt/format.h>

#include "controller/verify/hosts.h"
#include "controller/verify/look.h"
#include "resources/values/ip_address.h"
#include "resources/values/rdata_types.h"

namespace plumb::verify {
namespace {

using values::DomainName;
using values::RecordType;

std::optional<DomainName> reverse_of(const std::string& address) {
  if (const auto four = values::Ipv4Address::parse(address)) {
    return four->reverse_name();
  }
  const auto six = values::Ipv6Address::parse(address);
  return six ? std::optional(six->reverse_name()) : std::nullopt;
}

/// A target of an MX (RFC 5321 §5.1): a host with addresses, and no alias.
void check_exchange(Look& look, const DomainName& domain, const DomainName& host) {
  const auto addresses = addresses_of(look.facts, host);
  if (!addresses) {
    return;
  }
  const auto subject = std::string(host.without_dot());
  if (!addresses->aliases.empty()) {
    look.add({.topic = "mx",
              .subject = subject,
              .status = Status::fail,
              .message = "is an alias (CNAME): some senders do not follow it",
              .rule = "RFC 2181 §10.3",
              .remedy = look.remedy(domain, RecordType::mx, {})});
  }
  if (addresses->values.empty()) {
    look.add(
        {.topic = "mx",
         .subject = subject,
         .status = addresses->known ? Status::fail : Status::unknown,
         .message = addresses->known ? "has no address: mail cannot get there" : addresses->trouble,
         .rule = "RFC 5321 §5.1",
         .remedy = look.remedy(host, RecordType::a, "its address")});
  }
}

/// A certificate that ends soon, or is not good for the host.
void tell_tls(Look& look, const HostProbe& probe, const ServiceSeen& seen) {
  const auto& subject = probe.subject;
  if (!seen.tls) {
    look.add(
        {.topic = probe.topic,
         .subject = subject,
         .status = probe.question.service == Service::smtp ? Status::warning : Status::fail,
         .message = fmt::format("{}: {}", service_name(probe.question.service), seen.tls_problem),
         .rule = probe.question.service == Service::smtp ? "RFC 3207 §4" : "RFC 8314 §3.3",
         .remedy = "nothing: give the mail server a certificate and switch TLS on"});
    return;
  }
  const auto ends =
      std::chrono::duration_cast<std::chrono::seconds>(seen.tls->expires.time_since_epoch())
          .count();
  constexpr std::int64_t kDay = 86400;
  const auto days = (ends - look.options.now) / kDay;
  if (!seen.tls->problem.empty()) {
    look.add({.topic = probe.topic,
              .subject = subject,
              // Most senders deliver all the same (RFC 7435); people's programs do not.
              .status = probe.question.service == Service::smtp ? Status::warning : Status::fail,
              .message = fmt::format(
                  "the certificate is not good for {}: {}{}",
                  probe.question.host,
                  seen.tls->problem,
                  seen.tls->names.empty() ? "" : "; it names " + listed(seen.tls->names)),
              .rule = "RFC 6125 §6",
              .remedy = fmt::format("nothing: give the mail server a certificate for {}",
                                    probe.question.host)});
  } else if (days < 14) {
    look.add({.topic = probe.topic,
              .subject = subject,
              .status = Status::warning,
              .message = fmt::format("the certificate ends in {} days", days),
              .rule = {},
              .remedy = "nothing: renew it"});
  } else {
    look.pass(probe.topic,
              subject,
              fmt::format("{} answers, {}, certificate good for {} more days",
                          service_name(probe.question.service),
                          seen.tls->protocol,
                          days));
  }
}

/// TLSA of a mail exchanger against the certificate that it shows (RFC 7672 §2.2, §3.1).
void check_tlsa(Look& look, const HostProbe& probe, const ServiceSeen& seen) {
  const auto owner = DomainName::parse(fmt::format("_25._tcp.{}", probe.question.host));
  if (!owner || !seen.tls) {
    return;
  }
  const auto found = find(look.facts, *owner, RecordType::tlsa);
  if (!found || found->values.empty()) {
    return;
  }
  if (!found->authenticated) {
    look.add({.topic = "tlsa",
              .subject = probe.subject,
              .status = Status::warning,
              .message = "TLSA records without DNSSEC: senders do not look at them",
              .rule = "RFC 7672 §2.1.1",
              .remedy = "nothing: sign the zone, or take the TLSA out"});
  }
  const bool matches =
      std::any_of(found->values.begin(), found->values.end(), [&](const auto& text) {
        const auto tlsa = values::Tlsa::parse(text, *owner, values::TargetRule::absolute_only);
        return tlsa &&
               env::matches_tlsa(
                   *seen.tls, tlsa->usage, tlsa->selector, tlsa->matching_type, tlsa->association);
      });
  if (matches) {
    look.pass("tlsa", probe.subject, "the certificate is what TLSA says", "RFC 7672 §3.1");
  } else {
    look.add(
        {.topic = "tlsa",
         .subject = probe.subject,
         .status = found->authenticated ? Status::fail : Status::warning,
         .message = "no TLSA record matches the certificate: senders with DANE hold their mail",
         .rule = "RFC 7672 §3.1",
         .remedy = look.remedy(*owner, RecordType::tlsa, {})});
  }
}

void check_smtp(Look& look, const DomainName& host, const std::string& address) {
  const auto probe = HostProbe{"smtp",
                               fmt::format("{} ({})", host.without_dot(), address),
                               {Service::smtp,
                                env::server_text(address, look.options.smtp_port),
                                std::string(host.without_dot())}};
  if (const auto* seen = probe_host(look, probe)) {
    tell_tls(look, probe, *seen);
    check_tlsa(look, probe, *seen);
  }
}

/// Only hosts of our own are connected to.
void check_own_host(Look& look, const DomainName& host) {
  const auto addresses = addresses_of(look.facts, host);
  for (const auto& address : addresses ? addresses->values : std::vector<std::string>()) {
    check_reverse(look, address, std::string(host.without_dot()));
    const bool six = address.find(':') != std::string::npos;
    if (!look.options.dns_only && (look.options.ipv6 || !six)) {
      check_smtp(look, host, address);
    }
  }
}

}  // namespace

void check_reverse(Look& look, const std::string& address, const std::string& host) {
  const auto reverse = reverse_of(address);
  if (!reverse) {
    return;
  }
  const auto names = find(look.facts, *reverse, RecordType::ptr);
  if (!names) {
    return;
  }
  Check check{
      .topic = "ptr",
      .subject = address,
      .status = Status::fail,
      .message = {},
      .rule = "RFC 8601 §2.7.3",
      .remedy = look.remedy(*reverse,
                            RecordType::ptr,
                            host.empty() ? "the name of the server" : host + " as its PTR")};
  if (look.declared.zone_of(*reverse) == nullptr) {
    check.remedy = fmt::format("nothing: who gave you {} sets its reverse name{}",
                               address,
                               host.empty() ? "" : ", to " + host);
  }
  if (!names->known) {
    check.status = Status::unknown;
    check.message = names->trouble;
    check.remedy = "nothing: look again later, or at the name servers of the reverse zone";
    return look.add(std::move(check));
  }
  if (names->values.empty()) {
    check.message = "has no reverse name: many receivers refuse its mail";
    return look.add(std::move(check));
  }
  std::vector<std::string> shown_names;
  std::string trouble;
  for (const auto& text : names->values) {
    const auto name = DomainName::from_canonical(text);
    const bool six = address.find(':') != std::string::npos;
    const auto back = find(look.facts, name, six ? RecordType::aaaa : RecordType::a);
    if (!back) {
      return;
    }
    shown_names.emplace_back(name.without_dot());
    if (std::find(back->values.begin(), back->values.end(), address) != back->values.end()) {
      const bool other = !host.empty() && shown_names.back() != host;
      look.pass(
          "ptr",
          address,
          fmt::format(
              "{} and back{}", shown_names.back(), other ? fmt::format(" (not {})", host) : ""),
          "RFC 8601 §2.7.3");
      return;
    }
    if (!back->known && trouble.empty()) {
      trouble = fmt::format("{}: {}", name.without_dot(), back->trouble);
    }
  }
  if (!trouble.empty()) {
    check.status = Status::unknown;
    check.message = trouble;
    check.remedy = "nothing: look again later, or at the name servers of that name";
    return look.add(std::move(check));
  }
  check.message = fmt::format("its reverse name {} does not lead back to it", listed(shown_names));
  look.add(std::move(check));
}

const ServiceSeen* probe_host(Look& look, const HostProbe& probe) {
  const auto* seen = look.facts.service(probe.question);
  if (seen == nullptr) {
    return nullptr;
  }
  if (*seen) {
    return &**seen;
  }
  const auto& error = seen->error();
  const bool refused = error.message.find("refused") != std::string::npos ||
                       error.message.find("refuses") != std::string::npos ||
                       error.code == ErrorCode::internal;
  look.add({.topic = probe.topic,
            .subject = probe.subject,
            .status = refused ? Status::fail : Status::unknown,
            .message = error.message,
            .rule = {},
            .remedy = refused ? "nothing: look whether the mail server runs"
                              : "nothing: look from where this port is open (many networks close "
                                "port 25 to the outside)"});
  return nullptr;
}

void check_probe(Look& look, const HostProbe& probe) {
  if (const auto* seen = probe_host(look, probe)) {
    tell_tls(look, probe, *seen);
  }
}

bool is_own_host(const Look& look, const DomainName& host) {
  return look.declared.set_of(host, RecordType::a) != nullptr ||
         look.declared.set_of(host, RecordType::aaaa) != nullptr;
}

std::vector<DomainName> exchanges(const Found& mx) {
  std::vector<std::pair<std::uint16_t, DomainName>> hosts;
  for (const auto& text : mx.values) {
    if (const auto one = values::Mx::parse(text, DomainName(), values::TargetRule::absolute_only)) {
      hosts.emplace_back(one->preference, one->exchange);
    }
  }
  std::sort(hosts.begin(), hosts.end());
  std::vector<DomainName> names;
  names.reserve(hosts.size());
  for (auto& [preference, host] : hosts) {
    names.push_back(std::move(host));
  }
  return names;
}

void check_mail_path(Look& look) {
  const auto& domain = look.zone.name;
  const auto mx = find(look.facts, domain, RecordType::mx);
  if (!mx) {
    return;
  }
  const bool declared = look.declared.set_of(domain, RecordType::mx) != nullptr;
  if (mx->values.empty()) {
    if (!mx->known || declared) {
      look.add({.topic = "mx",
                .subject = {},
                .status = mx->known ? Status::fail : Status::unknown,
                .message = mx->known ? "is not there for the rest of the world" : mx->trouble,
                .rule = "RFC 5321 §5.1",
                .remedy = look.remedy(domain, RecordType::mx)});
    }
    return;
  }
  const auto hosts = exchanges(*mx);
  if (hosts.size() == 1 && hosts[0].is_root()) {
    look.pass("mx", {}, "takes no mail, and says so", "RFC 7505 §3");
    return;
  }
  std::vector<std::string> names;
  for (const auto& host : hosts) {
    const bool own = is_own_host(look, host);
    names.push_back(std::string(host.without_dot()) + (own ? "" : " (not declared here)"));
    check_exchange(look, domain, host);
    if (own) {
      check_own_host(look, host);
    }
  }
  look.pass("mx", {}, "mail goes to " + listed(names), "RFC 5321 §5.1");
}

}  // namespace plumb::verify
