#include "resources/kinds/resource_kinds.h"

#include <array>

#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/rrset.h"

namespace plumb::kinds {

std::span<const Kind> resource_kinds() {
  static const std::array kKinds{zone_kind(),
                                 rrset_kind(),
                                 server_kind(),
                                 mail_domain_kind(),
                                 dkim_key_kind(),
                                 dkim_signing_kind(),
                                 mailbox_kind(),
                                 password_kind(),
                                 alias_kind(),
                                 mta_sts_policy_kind()};
  return kKinds;
}

}  // namespace plumb::kinds
