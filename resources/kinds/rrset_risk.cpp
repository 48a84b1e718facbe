#include <algorithm>

#include "resources/kinds/rrset.h"
#include "resources/kinds/rrset_text.h"
#include "resources/model/cbor.h"

namespace plumb::kinds {
namespace {

using Texts = std::vector<std::string_view>;

/// How strict a DMARC policy is (RFC 7489 §6.3): 0 none, 1 quarantine, 2 reject.
int dmarc_strength(std::string_view octets) {
  std::string compact;
  for (const char c : octets) {
    if (c != ' ' && c != '\t') {
      compact.push_back(c);
    }
  }
  const auto has = [&](std::string_view tag) { return compact.find(tag) != std::string::npos; };
  return has(";p=reject") ? 2 : has(";p=quarantine") ? 1 : 0;
}

/// Without SPF, DMARC or DKIM, or with a weaker policy, mail is refused or forged.
bool weakens_mail(std::string_view owner, const Texts& before, const Texts& after) {
  return std::any_of(before.begin(), before.end(), [&](std::string_view old) {
    const auto family = txt_family(owner, old);
    if (family == TxtFamily::none || family == TxtFamily::tags) {
      return false;
    }
    const auto kept = std::find_if(after.begin(), after.end(), [&](std::string_view now) {
      return txt_family(owner, now) == family;
    });
    return kept == after.end() ||
           (family == TxtFamily::dmarc && dmarc_strength(*kept) < dmarc_strength(old));
  });
}

bool authorises_the_world(std::string_view owner, const Texts& values) {
  return std::any_of(values.begin(), values.end(), [&](std::string_view text) {
    return txt_family(owner, text) == TxtFamily::spf &&
           (text.find(" +all") != std::string_view::npos || text.ends_with(" all"));
  });
}

bool has_values(std::string_view body) {
  auto content = cbor::field(body, kRRsetValues);
  const auto top = content ? cbor::next(*content) : std::nullopt;
  return top && top->argument > 0;
}

Risk removal_risk(std::string_view owner, std::string_view type, const Texts& before) {
  constexpr std::array kNotable{"MX", "NS", "DS", "TLSA", "CAA"};
  const bool apex_address = owner == "@" && (type == "A" || type == "AAAA");
  const bool notable = std::find(kNotable.begin(), kNotable.end(), type) != kNotable.end();
  return notable || apex_address || (type == "TXT" && weakens_mail(owner, before, {}))
             ? Risk::notable
             : Risk::none;
}

}  // namespace

Risk rrset_risk(std::string_view key, std::string_view before, std::string_view after) {
  const auto [owner, type] = split_rrset_key(key);
  if (type == "SOA" || (type == "NS" && owner == "@")) {
    return Risk::severe;
  }
  const auto old_values = rrset_values(before);
  if (after.empty()) {
    return removal_risk(owner, type, old_values);
  }
  if (cbor::field(after, kRRsetValues) && !has_values(after)) {
    return Risk::severe;  // a set without values is a deletion that nobody wrote
  }
  const auto new_values = rrset_values(after);
  if (type == "TXT" && (authorises_the_world(owner, new_values) ||
                        (!before.empty() && weakens_mail(owner, old_values, new_values)))) {
    return Risk::notable;
  }
  const bool pointed_elsewhere = type == "MX" || type == "NS" || type == "DS";
  return pointed_elsewhere && !before.empty() && old_values != new_values ? Risk::notable
                                                                          : Risk::none;
}

}  // namespace plumb::kinds
