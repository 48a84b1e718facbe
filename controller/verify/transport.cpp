// How mail to this domain is kept private on its way, and who may certify its names.

#include <algorithm>

#include <fmt/format.h>

#include "controller/verify/hosts.h"
#include "controller/verify/texts.h"
#include "resources/mail/mta_sts.h"
#include "resources/model/ascii.h"
#include "resources/values/rdata_types.h"

namespace plumb::verify {
namespace {

using values::RecordType;

/// Whether a pattern of a policy covers a host: "*." stands for one label (RFC 8461 §4.1).
bool covers(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) {
    return pattern == host;
  }
  const auto dot = host.find('.');
  return dot != std::string_view::npos && host.substr(dot + 1) == pattern.substr(2);
}

std::string fault_of(const mail::WrittenPolicy& policy) {
  const bool moded = policy.mode == "enforce" || policy.mode == "testing" || policy.mode == "none";
  return !policy.versioned                            ? "has no version: STSv1"
         : !moded                                     ? "has no mode"
         : !policy.max_age_s                          ? "has no max_age"
         : policy.mx.empty() && policy.mode != "none" ? "names no mx"
                                                      : "";
}

/// What is wrong with the response; empty: it is a policy file.
std::string response_fault(const Result<env::HttpResponse>& response) {
  if (!response) {
    return response.error().message;
  }
  if (response->status != 200) {
    return fmt::format("the policy host answers {}{}",
                       response->status,
                       response->status / 100 == 3 ? ": redirects are not followed" : "");
  }
  return ascii_lower(response->header("Content-Type")).starts_with("text/plain")
             ? ""
             : "the policy is not sent as text/plain";
}

/// What plumb will do about the policy file.
std::string policy_remedy(const Look& look) {
  const auto& file = look.zone.policy;
  const auto url =
      fmt::format("https://mta-sts.{}/.well-known/mta-sts.txt", look.zone.name.without_dot());
  return !file ? fmt::format(
                     "nothing: plumb does not write this policy (mail.mtaSts); let its web server "
                     "give a good one at {}",
                     url)
         : file->applied
             ? fmt::format(
                   "nothing: plumb has written the policy; let the web server give it at {}", url)
             : "plumb apply puts it right: the policy is declared and not written yet";
}

/// What the policy on the web server has instead of what is declared; empty: it is that, or nobody
/// declares one.
std::string policy_difference(const Look& look, const mail::WrittenPolicy& policy) {
  const auto& file = look.zone.policy;
  auto mx = policy.mx;
  std::sort(mx.begin(), mx.end());
  return !file || (file->mode == policy.mode && file->mx == mx)
             ? std::string()
             : fmt::format("is not the declared one: mode {} with mx {} instead of {} with {}",
                           policy.mode,
                           mx.empty() ? "none" : listed(mx),
                           file->mode,
                           file->mx.empty() ? "none" : listed(file->mx));
}

/// The MX that no pattern of the policy covers.
std::vector<std::string> uncovered(const mail::WrittenPolicy& policy, const Found& mx) {
  std::vector<std::string> hosts;
  for (const auto& host : exchanges(mx)) {
    if (std::none_of(policy.mx.begin(), policy.mx.end(), [&host](const auto& pattern) {
          return covers(pattern, host.without_dot());
        })) {
      hosts.emplace_back(host.without_dot());
    }
  }
  return hosts;
}

/// With `enforce`, a certificate that is not good keeps mail away.
void check_certificates(Look& look, const Found& mx) {
  for (const auto& host : exchanges(mx)) {
    const auto addresses = is_own_host(look, host) ? addresses_of(look.facts, host) : std::nullopt;
    for (const auto& address : addresses ? addresses->values : std::vector<std::string>()) {
      if (!look.options.ipv6 && address.find(':') != std::string::npos) {
        continue;
      }
      const auto* seen = look.facts.service({Service::smtp,
                                             env::server_text(address, look.options.smtp_port),
                                             std::string(host.without_dot())});
      const bool answers = seen != nullptr && seen->has_value();
      if (answers && (!(*seen)->tls || !(*seen)->tls->problem.empty())) {
        look.add({.topic = "mta-sts",
                  .subject = std::string(host.without_dot()),
                  .status = Status::fail,
                  .message =
                      "the policy says enforce and its certificate is not good: senders hold "
                      "mail for it",
                  .rule = "RFC 8461 §4.2",
                  .remedy = "nothing: mend the certificate, or set mode testing until it is"});
      }
    }
  }
}

void check_policy(Look& look, const mail::WrittenPolicy& policy) {
  const auto mx = find(look.facts, look.zone.name, RecordType::mx);
  if (!mx) {
    return;
  }
  const bool enforced = policy.mode == "enforce";
  Check check{.topic = "mta-sts",
              .subject = "policy",
              .status = Status::fail,
              .message = fault_of(policy),
              .rule = "RFC 8461 §3.2",
              .remedy = policy_remedy(look)};
  const auto hosts = policy.mode == "none" ? std::vector<std::string>() : uncovered(policy, *mx);
  if (check.message.empty() && !hosts.empty()) {
    check.status = enforced ? Status::fail : Status::warning;
    check.rule = "RFC 8461 §4.1";
    check.message = fmt::format(
        "does not name the MX {}{}", listed(hosts), enforced ? ": senders hold mail for it" : "");
  }
  if (check.message.empty()) {
    check.message = policy_difference(look, policy);
  }
  if (!check.message.empty()) {
    return look.add(std::move(check));
  }
  look.pass("mta-sts", {}, fmt::format("policy found, mode {}", policy.mode), "RFC 8461 §3.2");
  if (enforced && !look.options.dns_only) {
    check_certificates(look, *mx);
  }
}

/// Why no server was asked for the policy.
void tell_unfetched(Look& look,
                    const values::DomainName& host,
                    const Found& addresses,
                    Check& check) {
  if (!addresses.values.empty()) {
    check.status = Status::unknown;
    check.message = "mta-sts has IPv6 addresses only, which are not asked from here";
    check.remedy =
        "nothing: look from where there is IPv6; and give mta-sts an IPv4 address: many "
        "senders have no IPv6 either";
  } else if (!addresses.known) {
    check.status = Status::unknown;
    check.message = fmt::format("{}: {}", host.without_dot(), addresses.trouble);
    check.remedy = "nothing: look again later, or at the name servers";
  } else {
    check.message = "mta-sts has no address: the policy cannot be fetched";
    check.remedy = look.remedy(host, RecordType::a, "its address");
  }
}

/// Fetches the policy as senders do, from the first address that gives one.
void fetch_policy(Look& look, const values::DomainName& host) {
  const auto addresses = addresses_of(look.facts, host);
  if (!addresses) {
    return;
  }
  Check check{.topic = "mta-sts",
              .subject = "policy",
              .status = Status::fail,
              .message = {},
              .rule = "RFC 8461 §3.3",
              .remedy = policy_remedy(look)};
  for (const auto& address : addresses->values) {
    if (!look.options.ipv6 && address.find(':') != std::string::npos) {
      continue;
    }
    const auto* response =
        look.facts.policy({look.zone.name, env::server_text(address, look.options.https_port)});
    if (response == nullptr) {
      return;
    }
    check.message = response_fault(*response);
    if (check.message.empty()) {
      return check_policy(look, mail::read_policy((*response)->body));
    }
  }
  if (check.message.empty()) {
    tell_unfetched(look, host, *addresses, check);
  }
  look.add(std::move(check));
}

void check_mta_sts(Look& look) {
  const auto owner = below(look.zone.name, "_mta-sts");
  const auto host = below(look.zone.name, "mta-sts");
  const auto texts = text_records(look, owner, "v=STSv1");
  if (!texts) {
    return;
  }
  const bool declared = look.declared.set_of(owner, RecordType::txt) != nullptr;
  if (texts->empty()) {
    if (declared) {
      look.add({.topic = "mta-sts",
                .subject = {},
                .status = Status::fail,
                .message = "is declared and not there for the rest of the world",
                .rule = "RFC 8461 §3.1",
                .remedy = look.remedy(owner, RecordType::txt)});
    }
    return;
  }
  if (texts->size() > 1 || tag_of(texts->front(), "id").empty()) {
    look.add({.topic = "mta-sts",
              .subject = {},
              .status = Status::fail,
              .message = texts->size() > 1 ? "has several records: none of them counts"
                                           : "the record has no id",
              .rule = "RFC 8461 §3.1",
              .remedy = look.remedy(owner, RecordType::txt)});
    return;
  }
  if (look.options.dns_only) {
    look.pass("mta-sts", {}, "announced", "RFC 8461 §3.1");
    return;
  }
  fetch_policy(look, host);
}

void check_tls_rpt(Look& look) {
  const auto owner = below(look.zone.name, "_smtp._tls");
  const auto texts = text_records(look, owner, "v=TLSRPTv1");
  if (!texts) {
    return;
  }
  if (texts->empty()) {
    if (look.declared.set_of(owner, RecordType::txt) != nullptr) {
      look.add({.topic = "tls-rpt",
                .subject = {},
                .status = Status::fail,
                .message = "is declared and not there for the rest of the world",
                .rule = "RFC 8460 §3",
                .remedy = look.remedy(owner, RecordType::txt)});
    }
    return;
  }
  const auto rua = tag_of(texts->front(), "rua");
  const bool good = texts->size() == 1 && (rua.starts_with("mailto:") || rua.starts_with("https:"));
  if (good) {
    look.pass("tls-rpt", {}, "reports go to " + rua, "RFC 8460 §3");
    return;
  }
  look.add({.topic = "tls-rpt",
            .subject = {},
            .status = Status::fail,
            .message = texts->size() > 1 ? "has several records: none of them counts"
                                         : "the record has no rua that is mailto: or https:",
            .rule = "RFC 8460 §3",
            .remedy = look.remedy(owner, RecordType::txt)});
}

void check_caa(Look& look) {
  ask_upwards(look.facts, look.zone.name, RecordType::caa);
  for (auto name = look.zone.name; !name.is_root(); name = name.parent()) {
    const auto found = find(look.facts, name, RecordType::caa);
    if (!found) {
      return;
    }
    if (!found->known) {
      look.add({.topic = "caa",
                .subject = {},
                .status = Status::unknown,
                .message = found->trouble + ": authorities issue nothing while it is so",
                .rule = "RFC 8659 §3",
                .remedy = "nothing: look at the name servers"});
      return;
    }
    if (found->values.empty()) {
      continue;
    }
    std::vector<std::string> issuers;
    for (const auto& text : found->values) {
      const auto caa = values::Caa::parse(text, look.zone.name, values::TargetRule::absolute_only);
      if (caa && caa->tag == "issue" && trimmed(caa->value, kFoldingBlanks) != ";") {
        issuers.emplace_back(
            trimmed(std::string_view(caa->value).substr(0, caa->value.find(';')), kFoldingBlanks));
      }
    }
    look.pass("caa",
              {},
              issuers.empty() ? "nobody may issue certificates"
                              : listed(issuers) + " may issue certificates",
              "RFC 8659 §4.2");
    return;
  }
}

}  // namespace

void check_transport(Look& look) {
  check_mta_sts(look);
  check_tls_rpt(look);
  check_caa(look);
}

}  // namespace plumb::verify
