#include "controller/verify/judged.h"

#include <optional>
#include <variant>

#include <fmt/format.h>

#include "resources/mail/spf_evaluator.h"
#include "resources/mail/spf_record.h"
#include "resources/values/ip_address.h"

namespace plumb::verify {
namespace {

using values::RecordType;
using Address = std::variant<values::Ipv4Address, values::Ipv6Address>;

/// A host that is meant to send.
struct Sender {
  Address address;
  std::string text;  ///< the address
  values::DomainName host;
};

std::optional<Sender> sender_of(const Look& look, const mail::SpfTerm& term) {
  if (term.modifier || term.qualifier != '+' || !term.prefix.empty()) {
    return std::nullopt;
  }
  const auto four = values::Ipv4Address::parse(term.domain);
  const auto six = values::Ipv6Address::parse(term.domain);
  const auto text = term.name == "ip4" && four  ? four->text()
                    : term.name == "ip6" && six ? six->text()
                                                : std::string();
  const auto* host = text.empty() ? nullptr : look.declared.host_of(text);
  if (host == nullptr) {
    return std::nullopt;
  }
  return Sender{four ? Address(*four) : Address(*six), text, *host};
}

std::vector<Sender> declared_senders(const Look& look) {
  constexpr std::size_t kMost = 16;
  std::vector<Sender> senders;
  const auto* set = look.declared.set_of(look.zone.name, RecordType::txt);
  if (set == nullptr) {
    return senders;
  }
  for (const auto& text : set->values) {
    if (!mail::is_spf(text)) {
      continue;
    }
    for (const auto& term : mail::spf_terms(text)) {
      if (auto sender = sender_of(look, term); sender && senders.size() < kMost) {
        senders.push_back(std::move(*sender));
      }
    }
  }
  return senders;
}

}  // namespace

mail::NameAnswer FactLookup::look_up(const values::DomainName& name, RecordType type) {
  using Outcome = mail::NameAnswer::Outcome;
  auto found = find(facts_, name, type);
  if (!found || !found->known) {
    lacking_ = lacking_ || !found;
    if (found) {
      failed_ = fmt::format("{} {}", name.without_dot(), values::record_type_name(type));
      trouble_ = found->trouble;
    }
    return {Outcome::failed, {}, 0};
  }
  return {found->nxdomain ? Outcome::absent : Outcome::found, std::move(found->values), found->ttl};
}

void check_own_senders(Look& look) {
  const auto domain = std::string(look.zone.name.without_dot());
  for (const auto& sender : declared_senders(look)) {
    const auto helo = std::string(sender.host.without_dot());
    FactLookup dns(look.facts);
    const auto verdict = mail::check_host({.address = sender.address,
                                           .domain = look.zone.name,
                                           .sender = "postmaster@" + domain,
                                           .helo = helo},
                                          dns);
    if (dns.lacking() || verdict.result == mail::SpfResult::pass ||
        verdict.result == mail::SpfResult::temperror) {
      continue;
    }
    look.add(
        {.topic = "spf",
         .subject = helo,
         .status = Status::fail,
         .message = fmt::format("is declared to send, and receivers of mail from {} come to {}",
                                sender.text,
                                mail::spf_result_name(verdict.result)),
         .rule = "RFC 7208 §4",
         .remedy = look.remedy(look.zone.name, RecordType::txt)});
  }
}

}  // namespace plumb::verify
