#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/place.h"

namespace plumb {

/// What a guard refuses until a person consents; the words of `Consent.spec.allow`.
enum class Guard : std::uint8_t {
  none,
  remove,            ///< "delete": deletion of what holds data, was adopted, or was changed since
  replace,           ///< "replace": delete and create anew
  recreate,          ///< "recreate": what held data has vanished and would come back empty
  overwrite,         ///< "overwrite": what differs and is not ours
  protect,           ///< "unprotect": `protect: true`, from the manifest or remembered in the claim
  apex_ns,           ///< "apexNS": a change of a zone's own NS
  empty_set,         ///< "empty": a set is empty because its source is
  suspect,           ///< "suspect": an observation that lost too much
  deletes_in_scope,  ///< "deletes": more deletes in one scope than the limit
  deletes_in_run,    ///< "deletes" on Project
  domains_of_origin,  ///< "spread": more domains touched by one line than the limit
  passwords,          ///< "passwords": more passwords set on mailboxes that exist than the limit
  retire,             ///< "retire": a scope that is no longer declared though its domain is
  owner,              ///< "takeOver": a zone that is marked as somebody else's
  rebind,             ///< "rebind": an account that was re-spelt
};

/// "delete", "replace"...: the word of a guard in a Consent; empty for none.
std::string_view consent_word(Guard guard);
/// The words that `allow` takes, for errors and schemas.
std::vector<std::string_view> consent_words();

/// A reviewed permission for exactly what a guard refused. Used up once.
struct Consent {
  std::string id;     ///< name of the document, or "--consent N"
  std::string allow;  ///< consent_word
  std::string on;     ///< "Domain/old.example", "Project", "RRset/example.com/www A"
  std::vector<std::string> including;  ///< "zone", "mailboxes": what holds data and goes along
  std::optional<std::uint32_t> count;  ///< at most so many objects
  std::string until;                   ///< YYYY-MM-DD, the last day; empty = no end
  Place place;
};

}  // namespace plumb
