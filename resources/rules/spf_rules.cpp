#include <algorithm>
#include <array>

#include "resources/mail/spf_cost.h"
#include "resources/mail/spf_record.h"
#include "resources/rules/check_zone.h"
#include "resources/values/quoted.h"

namespace plumb::rules {
namespace {

using mail::fault_of;
using mail::is_spf;
using mail::needs_lookup;
using mail::spf_terms;
using mail::SpfTerm;
using values::RecordType;

constexpr std::size_t kManyLookups = 9;
/// Counting stops here: an include tree can be made to grow without end.
constexpr std::size_t kCounted = 100;

/// Calls `each(record, terms)` for each SPF record of the zone.
template <class Each>
void for_each_spf(const CheckedZone& checked, Each each) {
  for_each_value(
      checked.zone, RecordType::txt, [&](const ZoneRecord& record, std::string_view value) {
        if (is_spf(value)) {
          each(record, value, spf_terms(value));
        }
      });
}

std::string owner_name(const CheckedZone& checked, const ZoneRecord& record) {
  return checked.zone.full_name(record.owner);
}

void multiple(const CheckedZone& checked, Report& report) {
  const ZoneRecord* first = nullptr;
  std::string_view first_value;
  for_each_spf(
      checked, [&](const ZoneRecord& record, std::string_view value, const auto& /*terms*/) {
        if (first != nullptr && first->owner == record.owner) {
          report.add(record,
                     value,
                     {.message = owner_name(checked, record) + " has more than one SPF record",
                      .hint = "join their terms in one record: with two, every check fails",
                      .related = first->of_value(first_value)});
        } else {
          first = &record;
          first_value = value;
        }
      });
}

void syntax(const CheckedZone& checked, Report& report) {
  for_each_spf(
      checked,
      [&](const ZoneRecord& record, std::string_view value, const std::vector<SpfTerm>& terms) {
        for (const auto& term : terms) {
          if (auto fault = fault_of(term)) {
            report.add(record,
                       value,
                       {.message = std::move(fault->message), .hint = std::move(fault->hint)});
          }
        }
        for (const auto* name : {"redirect", "exp"}) {
          const auto count = std::count_if(terms.begin(), terms.end(), [&](const SpfTerm& term) {
            return term.modifier && term.name == name;
          });
          if (count > 1) {
            report.add(record,
                       value,
                       {.message = "SPF of " + owner_name(checked, record) + " has " + name +
                                   "= more than once",
                        .hint = "keep one"});
          }
        }
      });
}

void look_alike(const CheckedZone& checked, Report& report) {
  for_each_value(
      checked.zone, RecordType::txt, [&](const ZoneRecord& record, std::string_view value) {
        const auto begin = value.find_first_not_of(" \t\"'");
        const auto rest = begin == std::string_view::npos ? value : value.substr(begin);
        if (!is_spf(value) && (rest.starts_with("v=spf") || rest.starts_with("spf2.0") ||
                               rest.starts_with("v=SPF") || rest.starts_with("v =spf"))) {
          report.add(record,
                     value,
                     {.message = "TXT of " + owner_name(checked, record) +
                                 " looks like SPF, but does not begin with \"v=spf1 \"",
                      .hint = "begin it with v=spf1 and a space"});
        }
      });
}

bool ends_record(const SpfTerm& term) {
  return term.name == "all" && !term.modifier;
}

void pass_all(const CheckedZone& checked, Report& report) {
  for_each_spf(
      checked,
      [&](const ZoneRecord& record, std::string_view value, const std::vector<SpfTerm>& terms) {
        for (const auto& term : terms) {
          if (ends_record(term) && term.qualifier == '+') {
            report.add(record,
                       value,
                       {.message = "SPF of " + owner_name(checked, record) +
                                   " lets the whole world send (" + values::quoted(term.text) + ")",
                        .hint = "end it with -all or ~all"});
          }
        }
      });
}

void no_all(const CheckedZone& checked, Report& report) {
  for_each_spf(
      checked,
      [&](const ZoneRecord& record, std::string_view value, const std::vector<SpfTerm>& terms) {
        const bool neutral = std::any_of(terms.begin(), terms.end(), [](const SpfTerm& term) {
          return ends_record(term) && term.qualifier == '?';
        });
        const bool ends = std::any_of(terms.begin(), terms.end(), [](const SpfTerm& term) {
          return ends_record(term) || (term.modifier && term.name == "redirect");
        });
        if (neutral || !ends) {
          report.add(record,
                     value,
                     {.message = "SPF of " + owner_name(checked, record) +
                                 " says nothing of all other senders",
                      .hint = "end it with -all or ~all"});
        }
      });
}

void after_all(const CheckedZone& checked, Report& report) {
  for_each_spf(
      checked,
      [&](const ZoneRecord& record, std::string_view value, const std::vector<SpfTerm>& terms) {
        const auto all = std::find_if(terms.begin(), terms.end(), ends_record);
        for (const auto& term : terms) {
          const bool after = all != terms.end() && &term > &*all;
          const bool dead = term.modifier ? all != terms.end() && term.name == "redirect" : after;
          if (dead) {
            report.add(record,
                       value,
                       {.message = "SPF term " + values::quoted(term.text) + " of " +
                                   owner_name(checked, record) + " is ignored because of " +
                                   values::quoted(all->text),
                        .hint = "put all at the end, without a redirect"});
          }
        }
      });
}

void uses_ptr(const CheckedZone& checked, Report& report) {
  for_each_spf(
      checked,
      [&](const ZoneRecord& record, std::string_view value, const std::vector<SpfTerm>& terms) {
        for (const auto& term : terms) {
          if (!term.modifier && term.name == "ptr") {
            report.add(
                record,
                value,
                {.message = "SPF of " + owner_name(checked, record) + " uses ptr",
                 .hint = "name the senders with a, mx, ip4 or ip6: ptr is slow and unreliable"});
          }
        }
      });
}

void size(const CheckedZone& checked, Report& report) {
  for_each_value(
      checked.zone, RecordType::txt, [&](const ZoneRecord& record, std::string_view value) {
        if (is_spf(value) && value.size() > mail::kSpfMaxOctets) {
          report.add(record,
                     value,
                     {.message = "SPF of " + owner_name(checked, record) + " has " +
                                 std::to_string(value.size()) + " octets",
                      .hint = "keep it below 450, so that the answer fits a UDP packet: move "
                              "senders into a name of their own and include it"});
        }
      });
}

/// The SPF record at an absolute name as far as declared: nullopt where it cannot be known.
struct DeclaredSpf {
  bool found = false;
  std::string_view text;
  const ZoneView* zone = nullptr;
};
std::optional<DeclaredSpf> declared_spf(const CheckedZone& checked, std::string_view absolute) {
  const auto info = checked.look_up(absolute);
  if (info.known == Known::unknown || has_type(info.records, RecordType::cname) ||
      info.zone->may_be_elsewhere(info.owner, RecordType::txt)) {
    return std::nullopt;
  }
  for (const auto& record : info.records) {
    if (record.type != RecordType::txt) {
      continue;
    }
    if (record.unresolved) {
      return std::nullopt;
    }
    for (const auto value : record.values) {
      if (is_spf(value)) {
        return DeclaredSpf{true, value, info.zone};
      }
    }
  }
  return DeclaredSpf{false, {}, info.zone};
}

/// Where include and redirect lead: the domain as a canonical absolute name; empty for macros,
/// broken names and other terms.
std::string next_domain(const SpfTerm& term) {
  const bool leads = term.modifier ? term.name == "redirect" : term.name == "include";
  if (!leads || term.domain.find('%') != std::string_view::npos) {
    return {};
  }
  const auto name = values::DomainName::parse(term.domain);
  return name ? name->text() : std::string();
}

/// Walks an SPF record and what it includes, as far as declared.
struct SpfWalk {
  const CheckedZone& checked;
  std::size_t lookups = 0;
  std::vector<std::string> path = {};
  std::string loop = {};  ///< "a → b → a" where an include leads back

  void follow(const std::vector<SpfTerm>& terms) {
    const bool has_all = std::any_of(terms.begin(), terms.end(), ends_record);
    for (const auto& term : terms) {
      if (lookups >= kCounted) {
        return;
      }
      if (!needs_lookup(term) || (term.modifier && has_all)) {
        continue;
      }
      ++lookups;
      auto domain = next_domain(term);
      if (domain.empty()) {
        continue;
      }
      if (std::find(path.begin(), path.end(), domain) != path.end()) {
        note_loop(domain);
        continue;
      }
      const auto spf = declared_spf(checked, domain);
      if (spf && spf->found && path.size() <= kCounted) {
        path.push_back(std::move(domain));
        follow(spf_terms(spf->text));
        path.pop_back();
      }
    }
  }

  void note_loop(const std::string& domain) {
    if (!loop.empty() || domain != path.front()) {
      return;  // a loop is reported at each record that is part of it
    }
    for (const auto& name : path) {
      loop.append(shown(name)).append(" → ");
    }
    loop.append(shown(domain));
  }
};

SpfWalk walk(const CheckedZone& checked,
             const ZoneRecord& record,
             const std::vector<SpfTerm>& terms) {
  SpfWalk result{.checked = checked};
  result.path.push_back(checked.zone.full_name(record.owner) + ".");
  result.follow(terms);
  return result;
}

void lookup_limit(const CheckedZone& checked, Report& report) {
  for_each_spf(
      checked,
      [&](const ZoneRecord& record, std::string_view value, const std::vector<SpfTerm>& terms) {
        const auto result = walk(checked, record, terms);
        if (result.lookups < kManyLookups || !result.loop.empty()) {
          return;
        }
        const bool over = result.lookups > mail::kSpfMaxLookups;
        const auto count = result.lookups >= kCounted ? "more than " + std::to_string(kCounted - 1)
                                                      : std::to_string(result.lookups);
        report.add(
            record,
            value,
            {.message = "SPF of " + owner_name(checked, record) + " needs " + count +
                        " DNS lookups" + (over ? ", 10 are allowed" : ", close to the limit of 10"),
             .hint = "remove includes that are not needed, or name senders with ip4 and ip6",
             .severity = over ? Severity::error : Severity::warning});
      });
}

void include_loop(const CheckedZone& checked, Report& report) {
  for_each_spf(
      checked,
      [&](const ZoneRecord& record, std::string_view value, const std::vector<SpfTerm>& terms) {
        const auto result = walk(checked, record, terms);
        if (!result.loop.empty()) {
          report.add(record,
                     value,
                     {.message = "SPF records include each other in a loop: " + result.loop,
                      .hint = "remove one include: a loop fails every check"});
        }
      });
}

void include_missing(const CheckedZone& checked, Report& report) {
  for_each_spf(
      checked,
      [&](const ZoneRecord& record, std::string_view value, const std::vector<SpfTerm>& terms) {
        for (const auto& term : terms) {
          const auto domain = next_domain(term);
          const auto spf = domain.empty() ? std::nullopt : declared_spf(checked, domain);
          if (spf && !spf->found) {
            report.add(record,
                       value,
                       {.message = "SPF of " + owner_name(checked, record) + " relies on " +
                                   std::string(shown(domain)) + ", which has no SPF record",
                        .hint = "declare one there, or remove " + values::quoted(term.text),
                        .severity = absence(*spf->zone)});
          }
        }
      });
}

constexpr std::array kLines{
    RuleLine{{"spf-multiple", "a name has more than one SPF record", "RFC 7208 §4.5"}, multiple},
    RuleLine{{"spf-syntax", "an SPF term is not sound", "RFC 7208 §4.6.1"}, syntax},
    RuleLine{
        {"spf-version", "a TXT looks like SPF and is none", "RFC 7208 §4.5", Severity::warning},
        look_alike},
    RuleLine{{"spf-lookup-limit",
              "an SPF record needs more than 10 DNS lookups, as far as declared",
              "RFC 7208 §4.6.4"},
             lookup_limit},
    RuleLine{{"spf-loop", "SPF records include each other in a loop", "RFC 7208 §4.6.4"},
             include_loop},
    RuleLine{{"spf-include-missing",
              "an SPF record includes a declared domain without SPF",
              "RFC 7208 §5.2"},
             include_missing},
    RuleLine{{"spf-all-pass", "an SPF record lets the whole world send", "RFC 7208 §5.1"},
             pass_all},
    RuleLine{{"spf-all-missing",
              "an SPF record says nothing of all other senders",
              "RFC 7208 §4.7",
              Severity::warning},
             no_all},
    RuleLine{{"spf-after-all",
              "an SPF term is ignored because of all",
              "RFC 7208 §5.1",
              Severity::warning},
             after_all},
    RuleLine{{"spf-ptr", "an SPF record uses ptr", "RFC 7208 §5.5", Severity::warning}, uses_ptr},
    RuleLine{
        {"spf-size", "an SPF record is longer than 450 octets", "RFC 7208 §3.4", Severity::warning},
        size},
};

}  // namespace

std::span<const RuleLine> spf_rules() {
  return kLines;
}

}  // namespace plumb::rules
