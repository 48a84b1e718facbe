#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The terms of an SPF record (RFC 7208 §4.6.1). Internal to resources/rules.

namespace plumb::rules {

/// One mechanism or modifier. Views into the record.
struct SpfTerm {
  std::string_view text;    ///< as written: "~include:example.com"
  char qualifier = '+';     ///< of a mechanism: + - ~ ?
  bool modifier = false;    ///< name=argument
  std::string name;         ///< lower case: "include", "redirect"
  std::string_view domain;  ///< after ":" or "=", without the prefix length; may be empty
  std::string_view prefix;  ///< "/24", "//64", "/24//64"; may be empty
};

/// Whether a TXT is an SPF record: the version, then a space or the end (RFC 7208 §4.5).
bool is_spf(std::string_view octets);

/// The terms after the version. Requires: is_spf.
std::vector<SpfTerm> spf_terms(std::string_view octets);

/// Whether a term makes the checking host ask the DNS (RFC 7208 §4.6.4).
bool needs_lookup(const SpfTerm& term);

/// What is wrong with a term, such as "'ip4:1.2.3' has no IPv4 address"; nullopt if it is sound.
struct SpfFault {
  std::string message;
  std::string hint;
};
std::optional<SpfFault> fault_of(const SpfTerm& term);

}  // namespace plumb::rules
