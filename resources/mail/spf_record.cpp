#include "resources/mail/spf_record.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "resources/mail/spf_macro.h"
#include "resources/model/ascii.h"
#include "resources/model/diagnostic.h"
#include "resources/values/domain_name.h"
#include "resources/values/ip_address.h"
#include "resources/values/quoted.h"
#include "resources/values/txt.h"

namespace plumb::mail {
namespace {

constexpr std::string_view kVersion = "v=spf1";
constexpr std::array<std::string_view, 8> kMechanisms{
    "a", "all", "exists", "include", "ip4", "ip6", "mx", "ptr"};

SpfTerm term_of(std::string_view text) {
  SpfTerm term{.text = text};
  auto rest = text;
  if (!rest.empty() && std::string_view("+-~?").find(rest[0]) != std::string_view::npos) {
    term.qualifier = rest[0];
    rest.remove_prefix(1);
  }
  const auto name_end = std::min(rest.find_first_of(":/="), rest.size());
  term.name = ascii_lower(rest.substr(0, name_end));
  rest.remove_prefix(name_end);
  term.modifier = rest.starts_with('=');
  if (rest.starts_with(':') || rest.starts_with('=')) {
    rest.remove_prefix(1);
    // An address has its prefix length too; macros may hold "/" as a delimiter, labels any.
    const auto last = rest.find_last_of(".}");
    const auto slash = term.modifier ? std::string_view::npos
                                     : rest.find('/', last == std::string_view::npos ? 0 : last);
    term.domain = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  }
  term.prefix = rest;
  return term;
}

bool is_prefix_length(std::string_view text, unsigned longest) {
  unsigned length = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), length);
  return !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size() &&
         length <= longest && (text.size() == 1 || text[0] != '0');
}

/// "/24", "//64" or "/24//64" (RFC 7208 §5.3); empty is sound.
bool is_dual_prefix(std::string_view prefix) {
  const auto twice = prefix.find("//");
  const auto v4 = prefix.substr(0, twice);
  const bool v4_sound = v4.empty() || (v4[0] == '/' && is_prefix_length(v4.substr(1), 32));
  return v4_sound &&
         (twice == std::string_view::npos || is_prefix_length(prefix.substr(twice + 2), 128));
}

/// The end of a domain-spec (RFC 7208 §7.1): a macro, or a dot and a top label, which has a letter
/// or a hyphen within.
bool is_end_sound(std::string_view text) {
  if (text.ends_with('}') || text.ends_with("%%") || text.ends_with("%_") || text.ends_with("%-")) {
    return true;
  }
  text.remove_suffix(text.ends_with('.') ? 1 : 0);
  const auto dot = text.rfind('.');
  const auto top = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  const auto is_alnum = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  return !top.empty() && is_alnum(top.front()) && is_alnum(top.back()) &&
         std::all_of(top.begin(), top.end(), [&](char c) { return is_alnum(c) || c == '-'; }) &&
         std::any_of(top.begin(), top.end(), [](char c) {
           return std::isdigit(static_cast<unsigned char>(c)) == 0;
         });
}

std::string named(const SpfTerm& term) {
  return values::quoted(term.text);
}

SpfFault no_domain(const SpfTerm& term) {
  const bool ascii = std::all_of(term.domain.begin(), term.domain.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80U;
  });
  const auto name = ascii ? Result<values::DomainName>() : values::DomainName::parse(term.domain);
  return {"SPF term " + named(term) + " does not name a domain",
          ascii ? std::string("write a whole domain name, such as example.com")
                : "write its A-label form" + (name ? ": " + std::string(name->without_dot()) : "")};
}

std::optional<SpfFault> domain_fault(const SpfTerm& term) {
  if (term.domain.empty()) {
    return SpfFault{"SPF term " + named(term) + " lacks a domain",
                    "write it right after the sign, without a space"};
  }
  if (term.domain.find('%') != std::string_view::npos) {
    if (!are_macros_sound(term.domain, SpfMacroText::domain_spec)) {
      return SpfFault{"SPF term " + named(term) + " has a broken macro",
                      "write macros as %{i}, and a percent sign as %%"};
    }
    return is_end_sound(term.domain) ? std::nullopt : std::optional(no_domain(term));
  }
  return is_end_sound(term.domain) && spf_name(term.domain) ? std::nullopt
                                                            : std::optional(no_domain(term));
}

std::optional<SpfFault> address_fault(const SpfTerm& term) {
  const bool v4 = term.name == "ip4";
  const std::string family = v4 ? "IPv4" : "IPv6";
  const bool sound = v4 ? values::Ipv4Address::parse(term.domain).has_value()
                        : values::Ipv6Address::parse(term.domain).has_value();
  if (!sound) {
    const bool other = !term.domain.empty() && values::is_ip_address(term.domain);
    return SpfFault{"SPF term " + named(term) + " has no " + family + " address",
                    other ? std::string("write ") + (v4 ? "ip6" : "ip4") + " for this address"
                          : std::string("write an address, such as ") +
                                (v4 ? "ip4:192.0.2.1" : "ip6:2001:db8::1")};
  }
  if (!term.prefix.empty() && !is_prefix_length(term.prefix.substr(1), v4 ? 32 : 128)) {
    return SpfFault{"SPF term " + named(term) + " has a wrong prefix length",
                    std::string("write a number up to ") + (v4 ? "32" : "128")};
  }
  return std::nullopt;
}

/// name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ) (RFC 7208 §4.6.1)
bool is_modifier_name(std::string_view name) {
  return !name.empty() && std::isalpha(static_cast<unsigned char>(name[0])) != 0 &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                  std::string_view("-_.").find(c) != std::string_view::npos;
         });
}

std::optional<SpfFault> modifier_fault(const SpfTerm& term) {
  // A modifier has no qualifier, so its text begins with its name.
  if (std::isalpha(static_cast<unsigned char>(term.text[0])) == 0 || !is_modifier_name(term.name)) {
    return SpfFault{"SPF term " + named(term) + " is no modifier", "write name=value"};
  }
  if (std::find(kMechanisms.begin(), kMechanisms.end(), term.name) != kMechanisms.end()) {
    return SpfFault{"SPF term " + named(term) + " has a \"=\" where a \":\" belongs",
                    "write " + values::quoted(term.name + ":" + std::string(term.domain))};
  }
  if (term.name == "redirect" || term.name == "exp") {
    return domain_fault(term);
  }
  // Unknown modifiers are ignored (RFC 7208 §6), but are to be well-formed.
  return are_macros_sound(term.domain, SpfMacroText::domain_spec)
             ? std::nullopt
             : std::optional(SpfFault{"SPF term " + named(term) + " has a broken macro",
                                      "write macros as %{i}, and a percent sign as %%"});
}

}  // namespace

std::optional<values::DomainName> spf_name(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (std::isalnum(octet) != 0 || c == '.' || c == '-' || c == '_' || c == '*') {
      escaped += c;
    } else {
      values::append_decimal_escape(escaped, octet);
    }
  }
  auto name = values::DomainName::parse(escaped);
  return name && name->label_count() > 1 ? std::optional(*std::move(name)) : std::nullopt;
}

bool is_spf(std::string_view octets) {
  return octets.size() >= kVersion.size() &&
         ascii_lower(octets.substr(0, kVersion.size())) == kVersion &&
         (octets.size() == kVersion.size() || octets[kVersion.size()] == ' ');
}

std::vector<SpfTerm> spf_terms(std::string_view octets) {
  std::vector<SpfTerm> terms;
  octets.remove_prefix(kVersion.size());
  while (!octets.empty()) {
    const auto end = std::min(octets.find(' '), octets.size());
    if (end > 0) {
      terms.push_back(term_of(octets.substr(0, end)));
    }
    octets.remove_prefix(std::min(end + 1, octets.size()));
  }
  return terms;
}

bool needs_lookup(const SpfTerm& term) {
  if (term.modifier) {
    return term.name == "redirect";
  }
  return term.name == "include" || term.name == "a" || term.name == "mx" || term.name == "ptr" ||
         term.name == "exists";
}

std::optional<SpfFault> fault_of(const SpfTerm& term) {
  if (term.modifier) {
    return modifier_fault(term);
  }
  if (std::find(kMechanisms.begin(), kMechanisms.end(), term.name) == kMechanisms.end()) {
    return SpfFault{"SPF term " + named(term) + " is not known",
                    did_you_mean(term.name, kMechanisms)};
  }
  if (term.name == "ip4" || term.name == "ip6") {
    return address_fault(term);
  }
  const bool colon = term.text.find(':') != std::string_view::npos;
  if (term.name == "all" && (colon || !term.prefix.empty())) {
    return SpfFault{"SPF term " + named(term) + " has more than all", "write -all or ~all"};
  }
  const bool takes_prefix = term.name == "a" || term.name == "mx";
  if (!takes_prefix ? !term.prefix.empty() : !is_dual_prefix(term.prefix)) {
    return SpfFault{"SPF term " + named(term) + " has a wrong prefix length",
                    "write /24, //64, or leave it out"};
  }
  if (term.name == "include" || term.name == "exists" || colon) {
    return domain_fault(term);
  }
  return std::nullopt;
}

}  // namespace plumb::mail
