#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resources/kinds/common.h"
#include "resources/kinds/domain.h"
#include "resources/kinds/server_declaration.h"
#include "resources/mail/mail_spec.h"
#include "resources/model/diagnostic.h"
#include "resources/model/value.h"
#include "resources/values/domain_name.h"

namespace plumb::kinds {

/// What holds for mailboxes of a domain that do not say otherwise: `mail.mailboxDefaults`.
struct MailboxDefaults {
  std::optional<std::uint64_t> quota;  ///< octets; 0 = no limit
  std::optional<bool> receive_only;
};

/// A domain's `mail`, its profiles merged in: what records are built from, and what its mail server
/// is told.
struct MailDeclaration {
  bool stated = false;  ///< somebody wrote `mail`
  mail::MailSpec spec;
  std::optional<std::uint64_t> quota;  ///< octets, of all mailboxes together
  Place quota_place;
  MailboxDefaults defaults;
};

/// The `mail` of one domain as a tree: profiles in order, then the Domain itself, each with its own
/// variables put in. Null where nobody says anything. What is wrong with variables goes to
/// `problems`.
Value merged_mail(const Value& domain_spec,
                  std::span<const ProfileLayer> layers,
                  const DomainSpec& domain,
                  Diagnostics& problems);

/// What `mail` may refer to.
struct MailContext {
  std::span<const ServerDeclaration> servers;
  /// Names of servers that are declared but broken: their mistake is reported once.
  std::function<bool(std::string_view name)> broken_server;
  /// The SHA-256 digests of the public keys in a certificate file, hexadecimal.
  std::function<Result<std::string>(const std::string& path)> key_digest;
};

/// Reads a merged `mail` tree that has passed its schema layer by layer. Names that do not parse,
/// servers and roles that are not there go to `problems`. `served` and the provider's part are the
/// caller's.
MailDeclaration read_mail(const Value& mail,
                          const values::DomainName& domain,
                          const MailContext& context,
                          Diagnostics& problems);

}  // namespace plumb::kinds
