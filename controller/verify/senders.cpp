// Who may send in the name of this domain, as a receiver finds it: SPF, DKIM, DMARC.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "controller/verify/hosts.h"
#include "controller/verify/judged.h"
#include "controller/verify/spf_walk.h"
#include "controller/verify/texts.h"
#include "resources/mail/dmarc_discovery.h"
#include "resources/model/ascii.h"
#include "resources/rules/dkim_key.h"
#include "resources/rules/tag_list.h"

namespace plumb::verify {
namespace {

using values::DomainName;
using values::RecordType;

/// Whether the domain takes part in mail: it has an MX, here or for the world. nullopt: not known.
std::optional<bool> has_mail(Look& look) {
  if (look.declared.set_of(look.zone.name, RecordType::mx) != nullptr) {
    return true;
  }
  const auto mx = find(look.facts, look.zone.name, RecordType::mx);
  return mx ? std::optional(!mx->values.empty()) : std::nullopt;
}

/// The names of servers that send and receive nothing: of those that receive, it is told there.
void check_outbound(Look& look, const SpfWalk& walk) {
  constexpr std::size_t kMost = 16;
  const auto mx = find(look.facts, look.zone.name, RecordType::mx);
  if (!mx) {
    return;
  }
  std::set<std::string> told;
  for (const auto& host : exchanges(*mx)) {
    const auto found = host.is_root() ? std::nullopt : addresses_of(look.facts, host);
    if (found && is_own_host(look, host)) {
      told.insert(found->values.begin(), found->values.end());
    }
  }
  for (const auto& address : walk.addresses) {
    const auto* host = look.declared.host_of(address);
    if (host != nullptr && told.size() < kMost && told.insert(address).second) {
      check_reverse(look, address, std::string(host->without_dot()));
    }
  }
}

void check_spf(Look& look) {
  const auto& domain = look.zone.name;
  const auto walk = walk_spf(look.facts, domain);
  if (walk.lacking) {
    return;
  }
  check_outbound(look, walk);
  if (walk.missing.empty() && walk.permerror.empty() && walk.temperror.empty()) {
    check_own_senders(look);
  }
  Check check{.topic = "spf",
              .subject = {},
              .status = Status::fail,
              .message = {},
              .rule = "RFC 7208 §4.6",
              .remedy = look.remedy(domain, RecordType::txt, "an SPF record at the apex")};
  constexpr std::size_t kMostLookups = 10;
  if (!walk.missing.empty()) {
    check.message = walk.missing + ": anybody may send in this name";
    check.rule = "RFC 7208 §3.1";
    return look.add(std::move(check));
  }
  if (!walk.permerror.empty()) {
    check.message = "permanent error for all receivers: " + walk.permerror;
    check.rule = walk.lookups > kMostLookups ? "RFC 7208 §4.6.4" : "RFC 7208 §2.6.7";
    check.remedy = look.remedy(domain, RecordType::txt);
    return look.add(std::move(check));
  }
  if (!walk.temperror.empty()) {
    check.status = Status::unknown;
    check.message = walk.temperror;
    check.remedy = "nothing: look again later";
    return look.add(std::move(check));
  }
  check.rule = "RFC 7208 §5.1";
  check.remedy = look.remedy(domain, RecordType::txt);
  if (walk.all == '+') {
    check.message = "ends in +all: the whole world may send in this name";
    return look.add(std::move(check));
  }
  if (walk.all == 0) {
    check.status = Status::warning;
    check.message = "does not say what becomes of others: end it in ~all or -all";
    check.rule = "RFC 7208 §4.7";
    look.add(std::move(check));
  } else if (walk.lookups > 8) {
    check.status = Status::warning;
    check.message = fmt::format("needs {} of 10 lookups", walk.lookups);
    check.rule = "RFC 7208 §4.6.4";
    look.add(std::move(check));
  } else {
    look.pass(
        "spf",
        {},
        fmt::format("{} · {} of 10 lookups", shown(RecordType::txt, {walk.text}), walk.lookups),
        "RFC 7208 §4.6.4");
  }
}

/// What is wrong with a key record; `weak`: it works, and should be better.
std::string key_fault(const std::string& text, bool& weak) {
  const auto key = tag_of(text, "p");
  const auto algorithm = tag_of(text, "k");
  if (key.empty()) {
    return "is revoked (p= is empty)";
  }
  const auto octets = rules::decode_base64(key);
  if (!octets) {
    return "has a key that is not base64";
  }
  if (algorithm == "ed25519") {
    return octets->size() == 32 ? "" : "has an Ed25519 key that is not of 32 octets";
  }
  const auto bits = rules::rsa_bits(*octets);
  if (!bits) {
    return "has a key that is no RSA key";
  }
  weak = *bits >= 1024 && *bits < 2048;
  return *bits < 2048 ? fmt::format("has an RSA key of {} bits", *bits) : std::string();
}

/// The key itself; blanks in it do not count (RFC 6376 §3.2).
std::string key_of(const std::string& text) {
  auto key = tag_of(text, "p");
  key.erase(std::remove_if(key.begin(), key.end(), [](char c) { return c == ' ' || c == '\t'; }),
            key.end());
  return key;
}

/// The part of a key that tells it from others: RSA keys begin and end alike.
std::string key_mark(const std::string& text) {
  constexpr std::size_t kEnd = 8;  // the public exponent, in base64
  constexpr std::size_t kShown = 8;
  const auto key = key_of(text);
  return key.empty()                   ? "a revoked one"
         : key.size() <= kEnd + kShown ? "p=" + key
                                       : "p=…" + key.substr(key.size() - kEnd - kShown);
}

void check_selector(Look& look, const DomainName& owner, std::size_t& good) {
  const auto found = find(look.facts, owner, RecordType::txt);
  if (!found) {
    return;
  }
  const auto subject = owner.relative_to(look.zone.name);
  Check check{.topic = "dkim",
              .subject = subject,
              .status = Status::fail,
              .message = {},
              .rule = "RFC 6376 §3.6.1",
              .remedy = look.remedy(owner, RecordType::txt)};
  if (!found->known) {
    check.status = Status::unknown;
    check.message = found->trouble;
    check.remedy = "nothing: look again later, or at the name servers";
    return look.add(std::move(check));
  }
  if (found->values.size() != 1) {
    check.message = found->values.empty() ? "is not there for the rest of the world"
                                          : "has several records: what receivers do is undefined";
    check.rule = "RFC 6376 §3.6.2.2";
    return look.add(std::move(check));
  }
  const auto& text = found->values.front();
  const auto* set = look.declared.set_of(owner, RecordType::txt);
  const bool other =
      set != nullptr && set->values.size() == 1 && key_of(text) != key_of(set->values.front());
  bool weak = false;
  if (auto fault = key_fault(text, weak); !fault.empty()) {
    const bool revoked = fault.find("revoked") != std::string::npos;
    check.status = (weak || revoked) && !other ? Status::warning : Status::fail;
    check.message = fault + (other ? ", unlike the declared one" : "");
    check.rule = revoked ? check.rule : "RFC 8301 §3.2";
    return look.add(std::move(check));
  }
  if (other) {
    check.message = fmt::format(
        "is another key than the declared one, {} instead of {}: mail signed with that one fails",
        key_mark(text),
        key_mark(set->values.front()));
    check.rule = "RFC 6376 §6.1.2";
    return look.add(std::move(check));
  }
  if (const auto flags = tag_of(text, "t"); flags.find('y') != std::string::npos) {
    check.status = Status::warning;
    check.message = "says that it is only a test (t=y)";
    return look.add(std::move(check));
  }
  ++good;
}

void check_dkim(Look& look) {
  std::set<DomainName> owners;
  for (const auto& set : look.zone.sets) {
    const auto relative = set.name.relative_to(look.zone.name);
    const bool selector = relative.ends_with("._domainkey") && !set.name.is_wildcard();
    if (selector && (set.type == RecordType::txt || set.type == RecordType::cname)) {
      owners.insert(set.name);
    }
  }
  std::size_t good = 0;
  for (const auto& owner : owners) {
    check_selector(look, owner, good);
  }
  if (owners.empty()) {
    look.add({.topic = "dkim",
              .subject = {},
              .status = look.zone.awaiting != 0 ? Status::unknown : Status::warning,
              .message = "no selector is declared: mail goes out unsigned, or is signed by others",
              .rule = "RFC 6376 §3.6.2",
              .remedy = "nothing: declare mail.dkim, or the TXT of your selector"});
  } else if (good != 0) {
    look.pass("dkim", {}, counted(good, "selector") + " with a good key", "RFC 6376 §3.6.1");
  }
}

/// The policy that receivers find by walking up the tree (RFC 9989 §4.10). nullopt: not known yet,
/// or told as trouble.
struct Policy {
  DomainName domain;  ///< where it was found
  std::string text;   ///< empty: there is none
};
std::optional<Policy> find_policy(Look& look) {
  const auto owner = below(look.zone.name, "_dmarc");
  const auto own = text_records(look, owner, "v=DMARC1");
  if (!own) {
    return std::nullopt;
  }
  if (own->size() > 1) {
    look.add({.topic = "dmarc",
              .subject = {},
              .status = Status::fail,
              .message = "has several records: none of them counts",
              .rule = "RFC 9989 §4.7",
              .remedy = look.remedy(owner, RecordType::txt)});
    return std::nullopt;
  }
  FactLookup dns(look.facts);
  auto found = mail::discover_dmarc(look.zone.name, dns);
  if (dns.lacking()) {
    return std::nullopt;
  }
  if (found.failed) {
    look.add({.topic = "dns",
              .subject = dns.failed(),
              .status = Status::unknown,
              .message = dns.trouble(),
              .rule = {},
              .remedy = "nothing: look again later, or at the name servers"});
    return std::nullopt;
  }
  return Policy{std::move(found.found_at), std::move(found.record)};
}

/// Whether reports may go elsewhere (RFC 7489 §7.1).
void check_destinations(Look& look, const Policy& policy) {
  std::set<std::string> seen;
  const auto lists = tag_of(policy.text, "rua") + "," + tag_of(policy.text, "ruf");
  for (const auto part : rules::split_list(lists, ',')) {
    const auto address = std::string(part.substr(0, part.find('!')));
    const auto at = address.rfind('@');
    if (!address.starts_with("mailto:") || at == std::string::npos) {
      continue;
    }
    const auto host = DomainName::parse(address.substr(at + 1));
    if (!host || host->is_subdomain_of(policy.domain) || policy.domain.is_subdomain_of(*host) ||
        !seen.insert(host->text()).second) {
      continue;
    }
    const auto owner = below(*host, fmt::format("{}._report._dmarc", policy.domain.without_dot()));
    const auto texts = text_records(look, owner, "v=DMARC1");
    if (texts && texts->empty()) {
      look.add({.topic = "dmarc",
                .subject = std::string(host->without_dot()),
                .status = Status::fail,
                .message = fmt::format("does not agree to receive reports about {}: none are sent",
                                       policy.domain.without_dot()),
                .rule = "RFC 7489 §7.1",
                .remedy = look.remedy(owner, RecordType::txt, "TXT v=DMARC1 there")});
    }
  }
}

void check_dmarc(Look& look) {
  const auto policy = find_policy(look);
  if (!policy) {
    return;
  }
  const auto owner = below(look.zone.name, "_dmarc");
  Check check{.topic = "dmarc",
              .subject = {},
              .status = Status::warning,
              .message = {},
              .rule = "RFC 9989 §4.7",
              .remedy = look.remedy(owner, RecordType::txt, "mail.dmarc, or a TXT at _dmarc")};
  if (policy->text.empty()) {
    const bool declared = look.declared.set_of(owner, RecordType::txt) != nullptr;
    check.status = declared ? Status::fail : Status::warning;
    check.message = declared ? "is declared and not there for the rest of the world"
                             : "there is no policy: large receivers want one";
    return look.add(std::move(check));
  }
  const auto inherited = policy->domain != look.zone.name;
  auto word = inherited ? tag_of(policy->text, "sp") : std::string();
  word = ascii_lower(word.empty() ? tag_of(policy->text, "p") : word);
  check_destinations(look, *policy);
  if (!word.empty() && word != "none" && word != "quarantine" && word != "reject") {
    check.status = Status::fail;
    check.message = fmt::format("p={} is no policy", word);
    return look.add(std::move(check));
  }
  look.pass("dmarc",
            {},
            fmt::format("p={}{}{}",
                        word.empty() ? "none" : word,
                        inherited ? fmt::format(" from {}", policy->domain.without_dot()) : "",
                        tag_of(policy->text, "rua").empty() ? ", without reports" : ""),
            "RFC 9989 §4.10");
}

}  // namespace

void check_senders(Look& look) {
  const auto mail = has_mail(look);
  if (!mail || !*mail) {
    return;
  }
  const auto mx = find(look.facts, look.zone.name, RecordType::mx);
  const bool none = mx && mx->values.size() == 1 && mx->values[0] == "0 .";
  check_spf(look);
  check_dmarc(look);
  if (!none) {
    check_dkim(look);
  }
}

}  // namespace plumb::verify
