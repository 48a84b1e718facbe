#include "resources/mail/spf_cost.h"

#include <algorithm>
#include <vector>

#include "resources/mail/spf_record.h"
#include "resources/values/quoted.h"

namespace plumb::mail {
namespace {

/// "'include:a.example', 'mx'": what would have to go, at most five of them named.
std::string named(const std::vector<SpfTerm>& terms) {
  constexpr std::size_t kMost = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(terms.size(), kMost); ++i) {
    text += (i == 0 ? "" : ", ") + values::quoted(terms[i].text);
  }
  return text +
         (terms.size() > kMost ? " and " + std::to_string(terms.size() - kMost) + " more" : "");
}

/// The terms that bring a record below the limit when they go: the longest first, since a
/// provider's include costs as much as a server, but `all` and `redirect` stay.
std::vector<SpfTerm> longest(std::vector<SpfTerm> terms, std::size_t excess) {
  std::erase_if(terms,
                [](const SpfTerm& term) { return term.name == "all" || term.name == "redirect"; });
  std::ranges::stable_sort(
      terms, [](const SpfTerm& a, const SpfTerm& b) { return a.text.size() > b.text.size(); });
  std::size_t count = 0;
  for (std::size_t freed = 0; count < terms.size() && freed < excess; ++count) {
    freed += terms[count].text.size() + 1;
  }
  terms.resize(count);
  return terms;
}

}  // namespace

SpfCost spf_cost(std::string_view text) {
  SpfCost cost{0, text.size()};
  if (is_spf(text)) {
    const auto terms = spf_terms(text);
    const bool has_all = std::ranges::any_of(
        terms, [](const SpfTerm& term) { return !term.modifier && term.name == "all"; });
    cost.lookups = static_cast<std::size_t>(std::ranges::count_if(terms, [&](const SpfTerm& term) {
      return needs_lookup(term) && !(term.modifier && has_all);
    }));
  }
  return cost;
}

Result<void> check_spf_cost(std::string_view text) {
  const auto cost = spf_cost(text);
  if (cost.lookups > kSpfMaxLookups) {
    auto terms = spf_terms(text);
    std::erase_if(terms, [](const SpfTerm& term) { return !needs_lookup(term); });
    terms.erase(terms.begin(), terms.begin() + kSpfMaxLookups);
    return fail(
        ErrorCode::invalid_input,
        "the SPF record needs " + std::to_string(cost.lookups) + " DNS lookups, 10 are allowed",
        "drop " + named(terms) + ", or as many others");
  }
  if (cost.octets > kSpfMaxOctets) {
    const auto drop = is_spf(text) ? longest(spf_terms(text), cost.octets - kSpfMaxOctets)
                                   : std::vector<SpfTerm>();
    return fail(
        ErrorCode::invalid_input,
        "the SPF record has " + std::to_string(cost.octets) + " octets, 450 fit an answer over UDP",
        drop.empty() ? "make it shorter"
                     : "drop " + named(drop) + ", or name networks in place of addresses");
  }
  return {};
}

}  // namespace plumb::mail
