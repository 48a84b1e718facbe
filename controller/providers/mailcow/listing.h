#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/providers/mailcow/api.h"
#include "resources/model/result.h"

// What the server has, as it says it. Numbers come as numbers and as texts, flags as either; what
// is missing or of another sort is an Error (`internal`) that names the call and the field. Names
// of domains are as the server spells them: A-labels in lower case, without final dot.

namespace plumb::providers::mailcow {

struct HeldDomain {
  std::uint64_t quota = 0;          ///< octets, of all its mailboxes together
  std::uint64_t mailbox_quota = 0;  ///< octets: the most that one of them may have
  std::uint64_t default_quota = 0;  ///< octets
  bool active = false;
};

struct HeldAliasDomain {
  std::string target;
  bool active = false;
};

struct HeldMailbox {
  std::string local;  ///< in lower case
  std::string name;
  std::uint64_t quota = 0;  ///< octets; 0 = no limit
  std::uint64_t active = 0;
  bool sends = true;                 ///< SMTP lets its user in
  std::vector<std::string> senders;  ///< what else it may send as: addresses, "@domain", "*"
};

struct HeldAlias {
  std::uint64_t id = 0;
  std::string local;  ///< in lower case, "" of a catch-all
  std::string to;     ///< addresses with commas between
  bool active = false;
  bool internal = false;
};

struct HeldKey {
  std::string selector;
  std::uint64_t bits = 0;
  std::string half;  ///< base64 of the SubjectPublicKeyInfo
};

/// The domains of a server, and of some or all of them what they hold.
struct Listing {
  std::map<std::string, HeldDomain, std::less<>> domains;
  std::map<std::string, HeldAliasDomain, std::less<>> alias_domains;
  std::map<std::string, std::vector<HeldMailbox>, std::less<>> mailboxes;  ///< by domain
  std::map<std::string, std::vector<HeldAlias>, std::less<>> aliases;      ///< the same

  bool has(std::string_view domain) const {
    return domains.contains(domain) || alias_domains.contains(domain);
  }
};

/// Two calls.
Result<Listing> list_domains(const Api& api, const std::stop_token& stop);
/// Adds mailboxes, in one call: those of `domain`, or of all where that is empty.
Result<void> add_mailboxes(const Api& api,
                           std::string_view domain,
                           Listing& into,
                           const std::stop_token& stop);
/// Adds all aliases, in one call.
Result<void> add_aliases(const Api& api, Listing& into, const std::stop_token& stop);
/// The key that signs for a domain; nothing where there is none.
Result<std::optional<HeldKey>> key_of(const Api& api,
                                      std::string_view domain,
                                      const std::stop_token& stop);

}  // namespace plumb::providers::mailcow
