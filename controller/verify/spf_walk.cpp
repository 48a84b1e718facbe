#include "controller/verify/spf_walk.h"

#include <algorithm>

#include <fmt/format.h>

#include "controller/verify/look.h"
#include "resources/mail/spf_record.h"
#include "resources/values/ip_address.h"

namespace plumb::verify {
namespace {

using values::DomainName;
using values::RecordType;

constexpr std::size_t kMostLookups = 10;  // RFC 7208 §4.6.4
constexpr std::size_t kMostVoids = 2;

class Walker {
 public:
  Walker(Facts& facts, SpfWalk& walk) : facts_(facts), walk_(walk) {}

  void record(const DomainName& domain);

 private:
  bool ended() const { return !walk_.permerror.empty() || walk_.lookups > kMostLookups; }
  void permerror(std::string why) {
    if (walk_.permerror.empty()) {
      walk_.permerror = std::move(why);
    }
  }
  std::optional<std::string> text_of(const DomainName& domain);
  void note_address(std::string_view text);
  bool is_sound(const std::vector<mail::SpfTerm>& terms, const DomainName& domain);
  void term(const mail::SpfTerm& term, const DomainName& domain);
  void into(std::string_view target, const DomainName& domain, std::string_view term);
  void look_up(const mail::SpfTerm& term, const DomainName& domain);
  void count_void(const std::optional<Found>& found);

  Facts& facts_;
  SpfWalk& walk_;
  std::vector<DomainName> path_;
};

/// The one SPF record of a domain.
std::optional<std::string> Walker::text_of(const DomainName& domain) {
  const auto found = find(facts_, domain, RecordType::txt);
  if (!found) {
    walk_.lacking = true;
    return std::nullopt;
  }
  const auto name = std::string(domain.without_dot());
  if (!found->known) {
    walk_.temperror = fmt::format("{} TXT: {}", name, found->trouble);
    return std::nullopt;
  }
  std::vector<std::string> records;
  for (const auto& text : found->values) {
    if (mail::is_spf(text)) {
      records.push_back(text);
    }
  }
  if (records.size() > 1) {
    permerror(fmt::format("{} has {} SPF records", name, records.size()));
    return std::nullopt;
  }
  if (records.empty()) {
    if (path_.empty()) {
      walk_.missing = "there is no SPF record";
    } else {
      permerror(fmt::format("{} is included and has no SPF record", name));
    }
    return std::nullopt;
  }
  return records.front();
}

void Walker::count_void(const std::optional<Found>& found) {
  if (!found) {
    walk_.lacking = true;
  } else if (!found->known) {
    walk_.temperror = found->trouble;
  } else if (found->values.empty() && ++walk_.voids > kMostVoids) {
    permerror(fmt::format("more than {} lookups find nothing", kMostVoids));
  }
}

void Walker::look_up(const mail::SpfTerm& term, const DomainName& domain) {
  const auto target = term.domain.empty() ? std::optional(domain) : mail::spf_name(term.domain);
  if (!target || term.domain.find('%') != std::string_view::npos || term.name == "ptr") {
    return;
  }
  if (term.name == "a" || term.name == "exists") {
    count_void(addresses_of(facts_, *target));
  } else if (term.name == "mx") {
    const auto found = find(facts_, *target, RecordType::mx);
    if (found && found->values.size() > kMostLookups) {
      permerror(fmt::format("{} names more than ten mail exchangers", term.text));
    }
    count_void(found);
  }
}

void Walker::into(std::string_view target, const DomainName& domain, std::string_view term) {
  if (target.find('%') != std::string_view::npos) {
    return;
  }
  const auto name = mail::spf_name(target);
  if (!name) {
    permerror(fmt::format("'{}' of {} names no domain", term, domain.without_dot()));
  } else if (std::find(path_.begin(), path_.end(), *name) != path_.end()) {
    permerror(fmt::format("{} includes itself", name->without_dot()));
  } else if (!ended()) {
    record(*name);
  }
}

void Walker::note_address(std::string_view text) {
  if (const auto four = values::Ipv4Address::parse(text)) {
    walk_.addresses.push_back(four->text());
  } else if (const auto six = values::Ipv6Address::parse(text)) {
    walk_.addresses.push_back(six->text());
  }
}

/// What is wrong anywhere in a record is so before the first term is looked at (RFC 7208 §4.6), and
/// these modifiers may stand once (RFC 7208 §6).
bool Walker::is_sound(const std::vector<mail::SpfTerm>& terms, const DomainName& domain) {
  for (const auto& one : terms) {
    if (const auto fault = mail::fault_of(one)) {
      permerror(fmt::format("{}: {}", domain.without_dot(), fault->message));
      return false;
    }
  }
  for (const auto* name : {"redirect", "exp"}) {
    if (std::count_if(terms.begin(), terms.end(), [name](const mail::SpfTerm& one) {
          return one.modifier && one.name == name;
        }) > 1) {
      permerror(fmt::format("{}: {} is there twice", domain.without_dot(), name));
      return false;
    }
  }
  return true;
}

void Walker::term(const mail::SpfTerm& term, const DomainName& domain) {
  const bool single = path_.size() == 1 && term.prefix.empty() &&
                      (term.name == "ip4" || term.name == "ip6") && term.qualifier == '+';
  if (single) {
    note_address(term.domain);
  }
  if (term.name == "redirect" || !mail::needs_lookup(term)) {
    return;
  }
  ++walk_.lookups;
  if (term.name == "include") {
    into(term.domain, domain, term.text);
  } else {
    look_up(term, domain);
  }
}

void Walker::record(const DomainName& domain) {
  const auto text = text_of(domain);
  if (!text) {
    return;
  }
  const bool top = path_.empty();
  if (top) {
    walk_.text = *text;
  }
  const auto terms = mail::spf_terms(*text);
  if (!is_sound(terms, domain)) {
    return;
  }
  path_.push_back(domain);
  const mail::SpfTerm* redirect = nullptr;
  bool all = false;
  for (const auto& one : terms) {
    if (one.name == "all" && !one.modifier) {
      walk_.all = top && !all ? one.qualifier : walk_.all;
      all = true;
    } else if (one.name == "redirect" && one.modifier) {
      redirect = &one;
    }
    if (!all && !ended()) {
      term(one, domain);
    }
  }
  if (redirect != nullptr && !all && !ended()) {
    ++walk_.lookups;
    const bool heads = top;
    into(redirect->domain, domain, redirect->text);
    walk_.all = heads && walk_.all == 0 ? 'r' : walk_.all;
  }
  path_.pop_back();
}

}  // namespace

SpfWalk walk_spf(Facts& facts, const DomainName& domain) {
  SpfWalk walk;
  Walker(facts, walk).record(domain);
  if (walk.permerror.empty() && walk.lookups > kMostLookups) {
    walk.permerror = fmt::format("more than {} lookups", kMostLookups);
  }
  return walk;
}

}  // namespace plumb::verify
