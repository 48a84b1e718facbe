#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "resources/model/kind.h"

// How a record set is told to people, and how much a change of it matters: the texts of
// rrset_kind(). Internal to resources/kinds.

namespace plumb::kinds {

/// `octets` fit for a terminal and for Markdown's code spans: at most about `columns` wide, longer
/// texts end in "… (402 octets)"; what is no printable ASCII and the backtick are \DDD
/// (RFC 1035 §5.1). With `quotes`: in double quotes, `"` and `\` escaped.
std::string printable(std::string_view octets, std::size_t columns, bool quotes);

/// What one value became, in the terms of its text: "SPF + include:amazonses.com" (RFC 7208),
/// "p=none → p=reject" (DMARC, DKIM and other lists of tags). Empty where the two texts are not of
/// one such family, or where they do not differ. `owner` tells DKIM keys without version.
std::string structured_difference(std::string_view owner,
                                  std::string_view before,
                                  std::string_view after);

/// The families of structured TXT values.
enum class TxtFamily : std::uint8_t { none, spf, dmarc, dkim, tags };
/// The family of a TXT value at `owner` ("_dmarc", "s1._domainkey").
TxtFamily txt_family(std::string_view owner, std::string_view octets);

/// What a list says that another does not: lines for Kind::difference of set fields,
/// "+ 20 mx2.example.com.  − 30 mx3.example.com.".
std::string set_difference_text(const std::vector<std::string>& added,
                                const std::vector<std::string>& removed);

std::string rrset_label(std::string_view key);
std::string rrset_summary(std::string_view key, std::string_view body);
std::string rrset_difference(std::string_view key, std::string_view before, std::string_view after);
Risk rrset_risk(std::string_view key, std::string_view before, std::string_view after);

}  // namespace plumb::kinds
