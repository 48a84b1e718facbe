#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "controller/providers/postfix_dovecot/domain_state.h"
#include "controller/providers/provider.h"

namespace plumb::providers::postfix_dovecot {

/// What a change of rows in files needs to know besides them.
struct PatchContext {
  std::string mail_home;
  /// The hash for a Password's secret.
  std::function<Result<std::string>(const SecretRef& secret)> hash;
};

/// Brings about one change of a MailDomain, Mailbox, Password, Alias or DKIMSigning in `state`. A
/// row that is already as wanted is Done; one that is not what `before` says is Refused
/// (`conflict`).
Outcome patch(DomainState& state, const ProviderChange& change, const PatchContext& context);

/// A refusal that is the fault of what was declared.
Refused refused(std::string message, std::string hint);

}  // namespace plumb::providers::postfix_dovecot
