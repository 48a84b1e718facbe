#include "resources/mail/mail_records.h"

#include <iterator>
#include <string>
#include <utility>

#include "resources/mail/caa.h"
#include "resources/mail/client_config.h"
#include "resources/mail/dkim.h"
#include "resources/mail/dmarc.h"
#include "resources/mail/mta_sts.h"
#include "resources/mail/mx.h"
#include "resources/mail/no_mail.h"
#include "resources/mail/spf.h"
#include "resources/mail/spf_cost.h"
#include "resources/mail/tls_rpt.h"
#include "resources/mail/tlsa.h"
#include "resources/values/encoding.h"
#include "resources/values/quoted.h"

namespace plumb::mail {
namespace {

/// The text of a made record, its references left out: no shorter text can come of it.
std::string least_text(const Value& value) {
  if (const auto* text = value.as_string()) {
    return *text;
  }
  std::string text;
  if (const auto* expression = std::get_if<Expression>(&value.data)) {
    for (const auto& part : expression->parts) {
      // A server has one address at the least, and none is shorter than this.
      text += part.as_string() != nullptr ? *part.as_string() : "ip4:1.1.1.1";
    }
  }
  return text;
}

/// Of records whose text is not known yet. The rules of the zone judge the others.
void check_spf(const MailSpec& spec, Diagnostics& problems) {
  for (const auto& record : spf_records(spec)) {
    if (record.value.as_string() != nullptr) {
      continue;
    }
    const auto checked = check_spf_cost(least_text(record.value));
    if (!checked) {
      problems.error(record.place, checked.error());
    }
  }
}

constexpr std::uint32_t kFewestNewBits = 2048;  // RFC 8301 §3.2: signers SHOULD use that at least

void check_dkim(const MailSpec& spec, Diagnostics& problems) {
  for (const auto& key : spec.dkim) {
    if (key.public_key.empty() && spec.provider.empty()) {
      problems.error(key.place,
                     "nothing makes the DKIM key of selector " + values::quoted(key.selector),
                     "set mail.provider, or give the key as publicKey");
    } else if (key.public_key.empty() && key.algorithm == "rsa" && key.bits < kFewestNewBits) {
      problems.warning(key.place,
                       "selector " + values::quoted(key.selector) + " asks for an rsa key of " +
                           std::to_string(key.bits) +
                           " bits: one that is there stays, none is made",
                       "write bits: 2048, under a new selector");
    }
  }
}

void check_tlsa(const MailSpec& spec, const values::DomainName& domain, Diagnostics& problems) {
  constexpr std::size_t kDigits = 64;  // SHA-256
  for (const auto& tlsa : spec.tlsa) {
    if (!tlsa.host.is_subdomain_of(domain)) {
      problems.error(tlsa.place,
                     "TLSA host " + std::string(tlsa.host.without_dot()) + " does not lie in " +
                         std::string(domain.without_dot()),
                     "declare it at the domain that holds the host");
    }
    for (const auto& digest : tlsa.spki_sha256) {
      const auto hex = values::canonical_hex(digest);
      if (!hex || hex->size() != kDigits) {
        problems.error(tlsa.place,
                       "TLSA digest " + values::quoted(digest) + " is no SHA-256",
                       "write 64 hexadecimal digits");
      }
    }
  }
}

/// Whether an `mx` line of a policy covers a host: "*" stands for one leftmost label (RFC 8461
/// §4.1).
bool covers(std::string_view pattern, const values::DomainName& host) {
  return pattern.starts_with("*.") ? host.parent().without_dot() == pattern.substr(2)
                                   : host.without_dot() == pattern;
}

void check_mta_sts(const MailSpec& spec, Diagnostics& problems) {
  if (!spec.mta_sts || spec.mta_sts->mode == "none") {
    return;
  }
  if (!spec.mta_sts->served) {
    problems.warning(spec.mta_sts->place,
                     "MTA-STS is not published: nothing serves its policy",
                     "give the mail provider a webRoot, or say where it is served: mtaSts.host");
  }
  const auto policy = mta_sts_policy(spec);
  if (policy.mx.empty()) {
    problems.error(spec.mta_sts->place,
                   "an MTA-STS policy needs hosts that receive, and there is no MX",
                   "declare servers, mx or mtaSts.mx");
  }
  for (const auto& host : mx_hosts(spec)) {
    bool covered = false;
    for (const auto& pattern : policy.mx) {
      covered = covered || covers(pattern, host);
    }
    if (!covered && !policy.mx.empty()) {
      problems.error(
          spec.mta_sts->place,
          "MX host " + std::string(host.without_dot()) + " is not covered by the MTA-STS policy",
          "add it to mtaSts.mx, or leave mtaSts.mx out");
    }
  }
}

void check_client_config(const MailSpec& spec, Diagnostics& problems) {
  if (spec.autoconfig && client_config_records(spec).empty()) {
    problems.warning(spec.autoconfig_place,
                     "autoconfig has no server that people log in to",
                     "give a server the role client");
  }
}

}  // namespace

std::vector<MadeRecord> mail_records(const MailSpec& spec, const values::DomainName& domain) {
  std::vector<MadeRecord> all;
  const auto add = [&all](std::vector<MadeRecord> made) {
    std::move(made.begin(), made.end(), std::back_inserter(all));
  };
  if (spec.none) {
    add(no_mail_records(spec));
    add(caa_records(spec));
    return all;
  }
  add(mx_records(spec));
  add(spf_records(spec));
  add(dkim_records(spec, domain));
  add(dmarc_records(spec));
  add(mta_sts_records(spec));
  add(tls_rpt_records(spec));
  add(client_config_records(spec));
  add(caa_records(spec));
  add(tlsa_records(spec, domain));
  return all;
}

void check_mail_spec(const MailSpec& spec,
                     const values::DomainName& domain,
                     Diagnostics& problems) {
  if (spec.none) {
    return;
  }
  check_spf(spec, problems);
  check_dkim(spec, problems);
  check_tlsa(spec, domain, problems);
  check_mta_sts(spec, problems);
  check_client_config(spec, problems);
}

}  // namespace plumb::mail
