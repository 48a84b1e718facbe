#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "resources/mail/name_lookup.h"
#include "resources/values/domain_name.h"

namespace plumb::mail {

/// What receivers find out about a domain of an author (RFC 9989 §4.10).
struct DmarcDiscovery {
  bool failed = false;                ///< a question had no answer: nothing can be said
  values::DomainName organizational;  ///< the Organizational Domain; the domain itself if nothing
                                      ///< was found
  values::DomainName found_at;        ///< whose policy counts; only where `record` is not empty
  std::string record;                 ///< the policy record; empty: there is none
  bool inherited = false;             ///< it is not the domain's own: sp or np count, if stated
  std::size_t questions = 0;          ///< at most eight
};

/// Walks up the tree from `domain` (RFC 9989 §4.10): `_dmarc` at the domain, then at what is left
/// without its leftmost label, of long names the last seven labels, until a record says psd=n or
/// psd=y, or the labels end. Names with several records count as none.
DmarcDiscovery discover_dmarc(const values::DomainName& domain, NameLookup& dns);

/// Whether a TXT is a DMARC record: v=DMARC1 first (RFC 7489 §6.6.3).
bool is_dmarc(std::string_view octets);

}  // namespace plumb::mail
