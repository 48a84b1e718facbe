#include "resources/mail/spf_evaluator.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "resources/mail/spf_client.h"
#include "resources/mail/spf_cost.h"
#include "resources/mail/spf_macro.h"
#include "resources/mail/spf_record.h"
#include "resources/values/quoted.h"
#include "resources/values/rdata_types.h"

namespace plumb::mail {
namespace {

using values::DomainName;
using values::RecordType;
using Outcome = SpfStep::Outcome;

constexpr std::size_t kMaxVoidLookups = 2;  // RFC 7208 §4.6.4
constexpr std::size_t kMaxHosts = 10;       // of MX and PTR, RFC 7208 §4.6.4
constexpr std::size_t kMaxName = 253;       // RFC 7208 §7.3

SpfResult result_of(char qualifier) {
  switch (qualifier) {
    case '-':
      return SpfResult::fail;
    case '~':
      return SpfResult::softfail;
    case '?':
      return SpfResult::neutral;
    default:
      return SpfResult::pass;
  }
}

std::optional<DomainName> absolute(std::string_view canonical) {
  auto name = DomainName::parse(canonical);
  return name ? std::optional(*std::move(name)) : std::nullopt;
}

/// One run of check_host().
class Evaluation {
 public:
  Evaluation(const SpfQuery& query, NameLookup& dns)
      : query_(query), client_(query.address), dns_(dns) {}

  SpfVerdict run();

 private:
  /// A record and where it was found. Views into `text`.
  struct Record {
    DomainName domain;
    std::size_t depth = 0;
    std::string text;
    std::vector<SpfTerm> terms = {};
  };

  SpfResult evaluate(const DomainName& domain, std::size_t depth, bool explains);
  /// The one SPF record of a domain; else the result is set, and why.
  std::optional<SpfResult> read(Record& record);
  std::optional<SpfResult> check_terms(const Record& record);
  SpfResult redirect(const Record& record, const SpfTerm& term, bool explains);

  // A mechanism: whether it matches, or with what the whole check ends.
  struct Match {
    bool matched = false;
    std::optional<SpfResult> ends = std::nullopt;
  };
  Match match(const Record& record, const SpfTerm& term, std::string& note);
  Match match_include(const Record& record, const SpfTerm& term, std::string& note);
  Match match_a(const Record& record, const SpfTerm& term, std::string& note);
  Match match_mx(const Record& record, const SpfTerm& term, std::string& note);
  Match match_ptr(const Record& record, const SpfTerm& term, std::string& note);
  Match match_exists(const Record& record, const SpfTerm& term, std::string& note);
  /// Whether an address of `host` is the client's, or in one network with it.
  Match has_client(const DomainName& host, unsigned prefix, bool counts);

  NameAnswer ask(const DomainName& name, RecordType type);
  /// Asks the first question of a term; too many without an answer end the check.
  std::optional<SpfResult> ask_counted(const DomainName& name, RecordType type, NameAnswer& answer);
  Match count_lookup();
  SpfResult stop(SpfResult result, std::string why);

  /// The target of a term: its domain with macros replaced, or the domain of the record. Nothing
  /// where it cannot be asked for.
  std::optional<DomainName> target(const Record& record, const SpfTerm& term, std::string& note);
  SpfMacroValues macro_values(const DomainName& domain);
  /// The names of the client that lead back to it (RFC 7208 §5.5), at most ten looked at.
  const std::vector<DomainName>& validated_names();
  std::string validated_for(const DomainName& domain);
  void explain(const Record& record);

  const SpfQuery& query_;
  SpfClient client_;
  NameLookup& dns_;
  SpfVerdict verdict_;
  std::optional<NameAnswer> reverse_;
  std::optional<std::vector<DomainName>> validated_;
};

SpfResult Evaluation::stop(SpfResult result, std::string why) {
  verdict_.problem = std::move(why);
  return result;
}

NameAnswer Evaluation::ask(const DomainName& name, RecordType type) {
  auto answer = dns_.look_up(name, type);
  if (answer.outcome == NameAnswer::Outcome::found && !answer.values.empty()) {
    verdict_.ttl_s = verdict_.ttl_s == 0 ? answer.ttl_s : std::min(verdict_.ttl_s, answer.ttl_s);
  }
  return answer;
}

std::optional<SpfResult> Evaluation::ask_counted(const DomainName& name,
                                                 RecordType type,
                                                 NameAnswer& answer) {
  answer = ask(name, type);
  if (answer.is_void() && ++verdict_.void_lookups > kMaxVoidLookups) {
    return stop(
        SpfResult::permerror,
        "more than 2 DNS lookups find nothing, the last one " + std::string(name.without_dot()));
  }
  return std::nullopt;
}

Evaluation::Match Evaluation::count_lookup() {
  if (++verdict_.lookups > kSpfMaxLookups) {
    return {false, stop(SpfResult::permerror, "more than 10 DNS lookups are needed")};
  }
  return {};
}

SpfVerdict Evaluation::run() {
  if (query_.domain.label_count() < 2) {
    verdict_.result =
        stop(SpfResult::none, values::quoted(query_.domain.without_dot()) + " is no whole domain");
  } else {
    verdict_.result = evaluate(query_.domain, 0, true);
  }
  return std::move(verdict_);
}

std::optional<SpfResult> Evaluation::read(Record& record) {
  const auto shown = std::string(record.domain.without_dot());
  const auto answer = ask(record.domain, RecordType::txt);
  if (answer.outcome == NameAnswer::Outcome::failed) {
    return stop(SpfResult::temperror, "TXT of " + shown + " could not be looked up");
  }
  const auto found = std::ranges::count_if(answer.values, is_spf);
  if (found != 1) {
    return found == 0 ? stop(SpfResult::none, shown + " has no SPF record")
                      : stop(SpfResult::permerror, shown + " has more than one SPF record");
  }
  record.text = *std::ranges::find_if(answer.values, is_spf);
  record.terms = spf_terms(record.text);
  return check_terms(record);
}

std::optional<SpfResult> Evaluation::check_terms(const Record& record) {
  for (const auto& term : record.terms) {
    if (auto fault = fault_of(term)) {
      return stop(SpfResult::permerror,
                  std::move(fault->message) + " at " + std::string(record.domain.without_dot()));
    }
  }
  for (const auto* name : {"redirect", "exp"}) {
    const auto count = std::ranges::count_if(
        record.terms, [&](const SpfTerm& term) { return term.modifier && term.name == name; });
    if (count > 1) {
      return stop(SpfResult::permerror,
                  "SPF of " + std::string(record.domain.without_dot()) + " has " + name +
                      "= more than once");
    }
  }
  return std::nullopt;
}

SpfResult Evaluation::evaluate(const DomainName& domain, std::size_t depth, bool explains) {
  Record record{domain, depth, {}};
  const auto shown = std::string(domain.without_dot());
  if (const auto ends = read(record)) {
    verdict_.trace.push_back({depth, shown, "", Outcome::error, verdict_.problem});
    return *ends;
  }
  const SpfTerm* redirects = nullptr;
  for (const auto& term : record.terms) {
    if (term.modifier) {
      redirects = term.name == "redirect" ? &term : redirects;
      continue;
    }
    const auto step = verdict_.trace.size();
    verdict_.trace.push_back({depth, shown, std::string(term.text), Outcome::no_match, {}});
    std::string note;
    const auto match = this->match(record, term, note);
    verdict_.trace[step].note = match.ends ? verdict_.problem : note;
    if (match.ends) {
      verdict_.trace[step].outcome = Outcome::error;
      return *match.ends;
    }
    if (match.matched) {
      verdict_.trace[step].outcome = Outcome::match;
      const auto result = result_of(term.qualifier);
      if (result == SpfResult::fail && explains) {
        explain(record);
      }
      return result;
    }
  }
  return redirects == nullptr ? SpfResult::neutral : redirect(record, *redirects, explains);
}

SpfResult Evaluation::redirect(const Record& record, const SpfTerm& term, bool explains) {
  const auto step = verdict_.trace.size();
  verdict_.trace.push_back({record.depth,
                            std::string(record.domain.without_dot()),
                            std::string(term.text),
                            Outcome::match,
                            {}});
  const auto end = [&](SpfResult result) {
    verdict_.trace[step].outcome = Outcome::error;
    verdict_.trace[step].note = verdict_.problem;
    return result;
  };
  if (const auto counted = count_lookup(); counted.ends) {
    return end(*counted.ends);
  }
  const auto to = target(record, term, verdict_.trace[step].note);
  const auto result = to ? evaluate(*to, record.depth + 1, explains) : SpfResult::none;
  if (result == SpfResult::none) {
    return end(stop(SpfResult::permerror,
                    "redirect leads to " + (to ? std::string(to->without_dot()) : "no name") +
                        ", which has no SPF record"));
  }
  return result;
}

Evaluation::Match Evaluation::match(const Record& record, const SpfTerm& term, std::string& note) {
  if (term.name == "all") {
    return {true};
  }
  if (term.name == "ip4" || term.name == "ip6") {
    const bool v4 = term.name == "ip4";
    unsigned prefix = client_.bits();
    if (!term.prefix.empty()) {
      prefix = v4 ? dual_prefix(term.prefix).v4 : dual_prefix("/" + std::string(term.prefix)).v6;
    }
    return {v4 == client_.is_v4() && client_.is_in(term.domain, prefix)};
  }
  if (auto counted = count_lookup(); counted.ends) {
    return counted;
  }
  if (term.name == "include") {
    return match_include(record, term, note);
  }
  if (term.name == "a") {
    return match_a(record, term, note);
  }
  if (term.name == "mx") {
    return match_mx(record, term, note);
  }
  return term.name == "ptr" ? match_ptr(record, term, note) : match_exists(record, term, note);
}

Evaluation::Match Evaluation::match_include(const Record& record,
                                            const SpfTerm& term,
                                            std::string& note) {
  const auto to = target(record, term, note);
  const auto result = to ? evaluate(*to, record.depth + 1, false) : SpfResult::none;
  switch (result) {
    case SpfResult::pass:
      return {true};
    case SpfResult::temperror:
    case SpfResult::permerror:
      return {false, result};
    case SpfResult::none:
      return {false,
              stop(SpfResult::permerror,
                   values::quoted(term.text) + " of " + std::string(record.domain.without_dot()) +
                       " has no SPF record")};
    default:
      return {false};
  }
}

Evaluation::Match Evaluation::has_client(const DomainName& host, unsigned prefix, bool counts) {
  NameAnswer answer;
  if (!counts) {
    answer = ask(host, client_.type());
  } else if (const auto ends = ask_counted(host, client_.type(), answer)) {
    return {false, ends};
  }
  if (answer.outcome == NameAnswer::Outcome::failed) {
    return {
        false,
        stop(SpfResult::temperror,
             "the addresses of " + std::string(host.without_dot()) + " could not be looked up")};
  }
  return {std::ranges::any_of(
      answer.values, [&](const std::string& address) { return client_.is_in(address, prefix); })};
}

Evaluation::Match Evaluation::match_a(const Record& record,
                                      const SpfTerm& term,
                                      std::string& note) {
  const auto host = target(record, term, note);
  const auto prefix = dual_prefix(term.prefix);
  return host ? has_client(*host, client_.is_v4() ? prefix.v4 : prefix.v6, true) : Match{};
}

Evaluation::Match Evaluation::match_mx(const Record& record,
                                       const SpfTerm& term,
                                       std::string& note) {
  const auto domain = target(record, term, note);
  if (!domain) {
    return {};
  }
  NameAnswer answer;
  if (const auto ends = ask_counted(*domain, RecordType::mx, answer)) {
    return {false, ends};
  }
  const auto shown = std::string(domain->without_dot());
  if (answer.outcome == NameAnswer::Outcome::failed) {
    return {false, stop(SpfResult::temperror, "MX of " + shown + " could not be looked up")};
  }
  if (answer.values.size() > kMaxHosts) {
    return {false, stop(SpfResult::permerror, shown + " has more than 10 MX")};
  }
  const auto prefix = dual_prefix(term.prefix);
  for (const auto& value : answer.values) {
    const auto mx = values::Mx::parse(value, {}, values::TargetRule::absolute_only);
    if (!mx || mx->is_null()) {
      continue;
    }
    const auto found = has_client(mx->exchange, client_.is_v4() ? prefix.v4 : prefix.v6, false);
    if (found.matched || found.ends) {
      note = mx->exchange.without_dot();
      return found;
    }
  }
  return {};
}

const std::vector<DomainName>& Evaluation::validated_names() {
  if (validated_) {
    return *validated_;
  }
  validated_.emplace();
  reverse_ = ask(client_.reverse_name(), RecordType::ptr);
  const auto count = std::min(reverse_->values.size(), kMaxHosts);
  for (std::size_t i = 0; i < count; ++i) {
    const auto name = absolute(reverse_->values[i]);
    const auto answer = name ? ask(*name, client_.type()) : NameAnswer{};
    const bool leads_back = std::ranges::any_of(answer.values, [&](const std::string& address) {
      return client_.is_in(address, client_.bits());
    });
    if (leads_back && answer.outcome == NameAnswer::Outcome::found) {
      validated_->push_back(*name);
    }
  }
  return *validated_;
}

Evaluation::Match Evaluation::match_ptr(const Record& record,
                                        const SpfTerm& term,
                                        std::string& note) {
  const auto domain = target(record, term, note);
  const auto& names = validated_names();
  if (reverse_->is_void() && ++verdict_.void_lookups > kMaxVoidLookups) {
    return {false, stop(SpfResult::permerror, "more than 2 DNS lookups find nothing")};
  }
  return {domain && std::ranges::any_of(names, [&](const DomainName& name) {
            return name.is_subdomain_of(*domain);
          })};
}

Evaluation::Match Evaluation::match_exists(const Record& record,
                                           const SpfTerm& term,
                                           std::string& note) {
  const auto name = target(record, term, note);
  if (!name) {
    return {};
  }
  NameAnswer answer;
  // A, whatever the family of the client (RFC 7208 §5.7).
  if (const auto ends = ask_counted(*name, RecordType::a, answer)) {
    return {false, ends};
  }
  if (answer.outcome == NameAnswer::Outcome::failed) {
    return {false,
            stop(SpfResult::temperror,
                 "A of " + std::string(name->without_dot()) + " could not be looked up")};
  }
  return {!answer.values.empty()};
}

std::optional<DomainName> Evaluation::target(const Record& record,
                                             const SpfTerm& term,
                                             std::string& note) {
  if (term.domain.empty()) {
    return record.domain;
  }
  auto text = expand_macros(term.domain, macro_values(record.domain), SpfMacroText::domain_spec)
                  .value_or("");
  if (text != term.domain) {
    note = text;
  }
  // Too long a name loses labels on the left (RFC 7208 §7.3).
  while (text.size() > kMaxName + (text.ends_with('.') ? 1 : 0)) {
    const auto dot = text.find('.');
    if (dot == std::string::npos) {
      return std::nullopt;
    }
    text.erase(0, dot + 1);
  }
  return spf_name(text);
}

std::string Evaluation::validated_for(const DomainName& domain) {
  const auto& names = validated_names();
  auto best = std::ranges::find(names, domain);
  if (best == names.end()) {
    best = std::ranges::find_if(
        names, [&](const DomainName& name) { return name.is_subdomain_of(domain); });
  }
  if (best == names.end()) {
    best = names.begin();
  }
  return best == names.end() ? "unknown" : std::string(best->without_dot());
}

SpfMacroValues Evaluation::macro_values(const DomainName& domain) {
  SpfMacroValues values;
  const auto at = query_.sender.rfind('@');
  values.sender_domain = at == std::string::npos
                             ? (query_.sender.empty() ? query_.helo : query_.sender)
                             : query_.sender.substr(at + 1);
  values.local_part =
      at == std::string::npos || at == 0 ? "postmaster" : query_.sender.substr(0, at);
  values.sender = values.local_part + "@" + values.sender_domain;
  values.domain = domain.without_dot();
  values.address = client_.macro_text();
  values.helo = query_.helo;
  values.family = client_.is_v4() ? "in-addr" : "ip6";
  values.client = client_.text();
  values.receiver = query_.receiver;
  values.time = std::to_string(query_.time_s);
  values.validated = [this, domain] { return validated_for(domain); };
  return values;
}

/// The text that `exp` points to, if there is exactly one and it is sound (RFC 7208 §6.2).
void Evaluation::explain(const Record& record) {
  const auto term = std::ranges::find_if(
      record.terms, [](const SpfTerm& one) { return one.modifier && one.name == "exp"; });
  std::string note;
  const auto name = term == record.terms.end() ? std::nullopt : target(record, *term, note);
  if (!name) {
    return;
  }
  const auto answer = ask(*name, RecordType::txt);
  if (answer.outcome != NameAnswer::Outcome::found || answer.values.size() != 1) {
    return;
  }
  const auto text =
      expand_macros(answer.values.front(), macro_values(record.domain), SpfMacroText::explanation);
  const bool printable =
      text && std::ranges::all_of(*text, [](char c) { return c >= 0x20 && c < 0x7F; });
  verdict_.explanation = printable ? *text : "";
}

}  // namespace

std::string_view spf_result_name(SpfResult result) {
  constexpr std::array<std::string_view, 7> kNames{
      "none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"};
  return kNames.at(static_cast<std::size_t>(result));
}

SpfVerdict check_host(const SpfQuery& query, NameLookup& dns) {
  return Evaluation(query, dns).run();
}

}  // namespace plumb::mail
