#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/kind.h"

namespace plumb::kinds {

// What a mail server holds. The scope is one mail domain at one mail provider: its container is
// the domain's canonical name with final dot, "example.com.". Texts are octets, numbers CBOR
// unsigned; a flag is the number 1 and absent (or 0, where it was stated) otherwise. Keys of
// mailboxes and aliases are local parts in lower case; "*" is the catch-all. An observation states
// every field that the server knows, flags that are off as 0, no quota as 0 and no addresses as the
// empty set: what is declared as off must find something equal.

/// MailDomain: key "", rank 0, holds data.
constexpr std::uint8_t kMailDomainAliasOf =
    1;  ///< "example.com.": its addresses are that one's; "" = none
constexpr std::uint8_t kMailDomainQuota = 2;  ///< octets, what all its mailboxes may have together

/// DKIMKey: key is the selector, rank 5, holds data (a key cannot be made again). Output
/// `publicKey`: base64 of the SubjectPublicKeyInfo (rsa) or of the 32 octets (ed25519, RFC 8463
/// §4).
constexpr std::uint8_t kDkimAlgorithm = 1;  ///< fixed: "rsa" | "ed25519"
constexpr std::uint8_t kDkimBits = 2;       ///< fixed: number; rsa only

/// DKIMSigning: key "", rank 30: which key signs what the domain sends.
constexpr std::uint8_t kSigningSelector = 1;  ///< selector; desired may be a Reference that waits

/// Mailbox: key is the local part, rank 10, holds data.
constexpr std::uint8_t kMailboxDisplayName = 1;
constexpr std::uint8_t kMailboxQuota = 2;        ///< octets; 0 = no limit
constexpr std::uint8_t kMailboxReceiveOnly = 3;  ///< flag: it cannot send
constexpr std::uint8_t kMailboxSendAs = 4;    ///< set of addresses it may send as, besides its own
constexpr std::uint8_t kMailboxDisabled = 5;  ///< flag: receives, but nobody logs in

/// Password: key is that of its Mailbox, rank 11. Only its keyed print is ever compared or kept.
constexpr std::uint8_t kPasswordValue =
    1;  ///< write-only. Declared: a SecretRef. Resolved, claimed: its keyed print
constexpr std::uint8_t kPasswordIntact =
    2;  ///< flag, declared only by `manage: always`: what is set is what is declared

/// Alias: key is the local part or "*", rank 20. Exactly one of the three is there.
constexpr std::uint8_t kAliasTo = 1;       ///< set of addresses, "jane@example.com"
constexpr std::uint8_t kAliasDiscard = 2;  ///< flag: taken and thrown away
constexpr std::uint8_t kAliasReject = 3;   ///< the text a sender is refused with, may be empty

/// MTASTSPolicy: key "", rank 15: the file behind mta-sts.<domain> (RFC 8461 §3.2).
constexpr std::uint8_t kPolicyMode = 1;    ///< "enforce" | "testing" | "none"
constexpr std::uint8_t kPolicyMx = 2;      ///< set of patterns without final dot
constexpr std::uint8_t kPolicyMaxAge = 3;  ///< seconds

const Kind& mail_domain_kind();
const Kind& dkim_key_kind();
const Kind& dkim_signing_kind();
const Kind& mailbox_kind();
const Kind& password_kind();
const Kind& alias_kind();
const Kind& mta_sts_policy_kind();

}  // namespace plumb::kinds
