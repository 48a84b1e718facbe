#include "controller/builtin_providers.h"

#include <array>

#include "controller/providers/cloudflare/cloudflare.h"
#include "controller/providers/digitalocean/digitalocean.h"
#include "controller/providers/mailcow/mailcow.h"
#include "controller/providers/postfix_dovecot/postfix_dovecot.h"
#include "controller/providers/powerdns/powerdns.h"
#include "controller/providers/static/static.h"
#include "controller/providers/zonefile/zonefile.h"

namespace plumb {

std::span<const providers::ProviderType> builtin_providers() {
  static const auto kTypes = std::to_array<providers::ProviderType>({
      providers::zonefile::zonefile_provider(),
      providers::powerdns::powerdns_provider(),
      providers::cloudflare::cloudflare_provider(),
      providers::digitalocean::digitalocean_provider(),
      providers::static_servers::static_provider(),
      providers::mailcow::mailcow_provider(),
      providers::postfix_dovecot::postfix_dovecot_provider(),
  });
  return kTypes;
}

}  // namespace plumb
