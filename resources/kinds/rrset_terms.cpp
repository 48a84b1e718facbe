#include <algorithm>

#include "resources/kinds/rrset_text.h"
#include "resources/model/ascii.h"

namespace plumb::kinds {
namespace {

constexpr std::size_t kColumns = 48;
/// Longer lists are compared as texts: terms are paired by looking at each other.
constexpr std::size_t kMaxTerms = 200;

struct Term {
  std::string key;  ///< what pairs a term before with one after: "all", "include:a.example", "p"
  std::string_view text;
  bool used = false;
};

bool has_word(std::string_view octets, std::string_view word, std::string_view ends) {
  return octets.size() >= word.size() && ascii_lower(octets.substr(0, word.size())) == word &&
         (octets.size() == word.size() || ends.find(octets[word.size()]) != std::string_view::npos);
}

/// Calls `each` with the parts of `text` between `separator`s, trimmed, empty ones left out.
template <class Each>
void split(std::string_view text, char separator, Each each) {
  while (!text.empty()) {
    const auto end = text.find(separator);
    const auto part = trimmed(text.substr(0, end), kFoldingBlanks);
    if (!part.empty()) {
      each(part);
    }
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
}

/// A mechanism without its qualifier, or the name of a modifier (RFC 7208 §4.6.1).
std::string spf_key(std::string_view term) {
  const auto equals = term.find('=');
  if (equals != std::string_view::npos && term.find_first_of(":/") >= equals) {
    return ascii_lower(term.substr(0, equals));
  }
  return ascii_lower(term.find_first_of("+-~?") == 0 ? term.substr(1) : term);
}

std::vector<Term> terms_of(TxtFamily family, std::string_view octets) {
  std::vector<Term> terms;
  split(octets, family == TxtFamily::spf ? ' ' : ';', [&](std::string_view part) {
    terms.push_back({family == TxtFamily::spf
                         ? spf_key(part)
                         : ascii_lower(trimmed(part.substr(0, part.find('=')), kFoldingBlanks)),
                     part});
  });
  return terms;
}

/// Two different texts; where they are long, around the place where they part.
std::string change_text(std::string_view before, std::string_view after) {
  const auto parting = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  const auto same = static_cast<std::size_t>(parting.first - before.begin());
  if (std::max(before.size(), after.size()) <= kColumns || same < kColumns / 2) {
    return printable(before, kColumns, false) + " → " + printable(after, kColumns, false);
  }
  const auto name = before.substr(0, std::min(before.find('=') + 1, std::size_t{12}));
  const auto from = [&](std::string_view text) {
    return printable(name, kColumns, false) + "…" +
           printable(text.substr(same).substr(0, kColumns / 2), kColumns, false) +
           (text.size() - same > kColumns / 2 ? "…" : "");
  };
  return from(before) + " → " + from(after);
}

std::vector<std::string> left_over(const std::vector<Term>& terms) {
  std::vector<std::string> texts;
  for (const auto& term : terms) {
    if (!term.used) {
      texts.push_back(printable(term.text, kColumns, false));
    }
  }
  return texts;
}

/// Pairs terms of one key; the changed ones, as text.
std::vector<std::string> changes(std::vector<Term>& before, std::vector<Term>& after) {
  std::vector<std::string> texts;
  for (auto& old : before) {
    const auto found = std::find_if(after.begin(), after.end(), [&](const Term& term) {
      return !term.used && term.key == old.key;
    });
    if (found == after.end()) {
      continue;
    }
    found->used = old.used = true;
    if (found->text != old.text) {
      texts.push_back(change_text(old.text, found->text));
    }
  }
  return texts;
}

}  // namespace

TxtFamily txt_family(std::string_view owner, std::string_view octets) {
  if (has_word(octets, "v=spf1", " ")) {
    return TxtFamily::spf;
  }
  if (has_word(octets, "v=dmarc1", "; \t")) {
    return TxtFamily::dmarc;
  }
  constexpr std::string_view kDomainKey = "._domainkey";
  if (has_word(octets, "v=dkim1", "; \t") ||
      (octets.find("p=") != std::string_view::npos &&
       (owner.ends_with(kDomainKey) || owner.find("._domainkey.") != std::string_view::npos))) {
    return TxtFamily::dkim;
  }
  for (const auto* version : {"v=stsv1", "v=tlsrptv1", "v=bimi1"}) {
    if (has_word(octets, version, "; \t")) {
      return TxtFamily::tags;
    }
  }
  return TxtFamily::none;
}

std::string structured_difference(std::string_view owner,
                                  std::string_view before,
                                  std::string_view after) {
  const auto family = txt_family(owner, before);
  if (family == TxtFamily::none || family != txt_family(owner, after)) {
    return {};
  }
  auto old_terms = terms_of(family, before);
  auto new_terms = terms_of(family, after);
  if (std::max(old_terms.size(), new_terms.size()) > kMaxTerms) {
    return {};
  }
  const bool spf = family == TxtFamily::spf;
  const bool reordered =
      spf && !std::equal(old_terms.begin(),
                         old_terms.end(),
                         new_terms.begin(),
                         new_terms.end(),
                         [](const Term& a, const Term& b) { return a.key == b.key; });
  std::string out;
  for (const auto& change : changes(old_terms, new_terms)) {
    out.append(out.empty() ? "" : "  ").append(change);
  }
  const auto rest = set_difference_text(left_over(new_terms), left_over(old_terms));
  out.append(out.empty() || rest.empty() ? "" : "  ").append(rest);
  if (out.empty() && reordered) {
    return "SPF terms in another order: " + printable(after, kColumns, false);
  }
  return out.empty() || !spf ? out : "SPF " + out;
}

}  // namespace plumb::kinds
