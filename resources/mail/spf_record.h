#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resources/values/domain_name.h"

namespace plumb::mail {

/// One mechanism or modifier of an SPF record (RFC 7208 §4.6.1). Views into the record.
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

/// What is wrong with a term, such as "'ip4:1.2.3' has no IPv4 address".
struct SpfFault {
  std::string message;
  std::string hint;
};
/// Nothing where the term is sound; else whoever checks the record ends with permerror (RFC 7208
/// §4.6).
std::optional<SpfFault> fault_of(const SpfTerm& term);

/// The name that a text of an SPF record is, each octet as it stands (RFC 7208 §4.8); nothing where
/// it cannot be asked for, or is a single label.
std::optional<values::DomainName> spf_name(std::string_view text);

}  // namespace plumb::mail
