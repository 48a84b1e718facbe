#include "controller/cli/rotations.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "controller/env/resolver.h"
#include "controller/env/tls.h"
#include "controller/verify/facts.h"
#include "controller/verify/look.h"
#include "controller/verify/serving.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"

namespace plumb::cli {
namespace {

using std::chrono::milliseconds;

std::string record_key(std::string_view selector) {
  return kinds::rrset_key(std::string(selector) + "._domainkey", values::RecordType::txt);
}

std::string moment(std::int64_t seconds) {
  return env::rfc3339(std::chrono::system_clock::time_point(std::chrono::seconds(seconds)));
}

bool is_quiet(const mail::DkimRotation& rotation) {
  return rotation.signing == 1 && mail::can_begin(rotation);
}

/// A row that was last applied, with its claim.
struct Last {
  std::string_view body;
  const Owned* owned = nullptr;
};

std::optional<Last> last_of(const ClaimedScope* claimed, KindId kind, std::string_view key) {
  const auto row = claimed == nullptr ? std::nullopt : claimed->table.find(kind, key);
  if (!row) {
    return std::nullopt;
  }
  const auto& entry = claimed->table[*row];
  return Last{claimed->table.body(entry),
              entry.side == 0 ? nullptr : &claimed->side[entry.side - 1]};
}

/// What is remembered of one key's domain: its mail, and its zone at each provider.
struct Remembered {
  std::shared_ptr<const ClaimedScope> mail;
  std::vector<std::shared_ptr<const ClaimedScope>> zones;
  std::string domain;  ///< as plans call it
};

class Turning {
 public:
  Turning(Workspace& workspace,
          const load::Loaded& loaded,
          const state::Store& store,
          std::stop_token stop)
      : loaded_(loaded),
        store_(store),
        env_(workspace.env()),
        stop_(std::move(stop)),
        now_(std::chrono::duration_cast<std::chrono::seconds>(env_.clock.now().time_since_epoch())
                 .count()) {}

  Result<Turned> run() {
    Turned turned;
    PLUMB_TRY(rotations, load::read_rotations(loaded_.signing_keys, store_));
    for (auto& rotation : rotations) {
      if (rotation.key.rotate_every_s == 0 && is_quiet(rotation.rotation)) {
        continue;
      }
      PLUMB_TRY(remembered, remember(rotation.key));
      turn(rotation, remembered);
      permit(rotation, remembered, turned.consents);
      if (auto text = outlook(rotation); !text.empty()) {
        turned.notes.push_back(std::move(text));
      }
      turned.rotations.push_back(std::move(rotation));
    }
    return turned;
  }

 private:
  Result<Remembered> remember(const load::SigningKey& key) const {
    Remembered remembered;
    PLUMB_TRY(mail, store_.claims(key.mail));
    remembered.mail = mail;
    for (const auto& scope : loaded_.scopes) {
      if (scope->scope == key.mail) {
        remembered.domain = scope->domain;
      } else if (scope->scope.container == key.zone) {
        PLUMB_TRY(zone, store_.claims(scope->scope));
        remembered.zones.push_back(
            zone ? zone
                 : std::make_shared<const ClaimedScope>(ClaimedScope{scope->scope, {}, {}, false}));
      }
    }
    return remembered;
  }

  void turn(load::KeyRotation& rotation, const Remembered& remembered) {
    const auto& key = rotation.key;
    auto& it = rotation.rotation;
    if (mail::is_due(it, key.rotate_every_s, now_)) {
      mail::begin(it, free_number(loaded_, rotation));
    }
    const auto signing = last_of(remembered.mail.get(), kinds::kDKIMSigning, "");
    const auto last_selector =
        signing ? cbor::field_octets(signing->body, kinds::kSigningSelector) : std::nullopt;
    const auto old = mail::rotated_selector(key.selector, it.old);
    const auto record = record_key(old);
    mail::DkimSeen seen;
    seen.signs = remembered.mail != nullptr &&
                 (!key.signs || last_selector == mail::rotated_selector(key.selector, it.signing));
    seen.gone =
        !last_of(remembered.mail.get(), kinds::kDKIMKey, old) &&
        std::none_of(remembered.zones.begin(), remembered.zones.end(), [&](const auto& zone) {
          return last_of(zone.get(), kinds::kRRset, record).has_value();
        });
    if (it.next != 0) {
      look(key, mail::rotated_selector(key.selector, it.next), remembered, seen);
    }
    mail::step(it, seen, now_);
  }

  /// Whether all servers of all providers have the record of a selector, as it was applied.
  void look(const load::SigningKey& key,
            const std::string& selector,
            const Remembered& remembered,
            mail::DkimSeen& seen) {
    seen.visible = remembered.zones.empty() ? std::optional(false) : std::optional(true);
    for (const auto& zone : remembered.zones) {
      const auto last = last_of(zone.get(), kinds::kRRset, record_key(selector));
      if (!last) {
        seen.visible = false;
        return;
      }
      const auto views = kinds::rrset_values(last->body);
      const auto name = values::DomainName::parse(selector + "._domainkey." + key.zone);
      const auto servers = servers_of(zone->scope, key.zone);
      if (!name || servers.empty()) {
        seen.visible.reset();
        continue;
      }
      env::AresResolver resolver({.servers = loaded_.project.resolvers,
                                  .try_time = milliseconds(1'000),
                                  .deadline = milliseconds(5'000)});
      const auto served = verify::served_everywhere(resolver,
                                                    servers,
                                                    {.name = *name,
                                                     .type = values::RecordType::txt,
                                                     .values = {views.begin(), views.end()},
                                                     .shared = true},
                                                    stop_);
      seen.ttl = std::max(seen.ttl, served.ttl);
      if (served.served + served.silent < served.of) {
        seen.visible = false;
        return;
      }
      if (!served.everywhere()) {
        seen.visible.reset();
      }
    }
  }

  /// The authoritative servers of a zone at one provider: as declared, else of its NS records.
  std::vector<std::string> servers_of(const Scope& scope, const std::string& zone) {
    for (const auto& provider : loaded_.providers) {
      if (provider.account == scope.account && !provider.name_servers.empty()) {
        return provider.name_servers;
      }
    }
    const auto name = values::DomainName::parse(zone);
    if (!name) {
      return {};
    }
    env::AresResolver resolver({.servers = loaded_.project.resolvers,
                                .try_time = milliseconds(1'000),
                                .deadline = milliseconds(5'000)});
    const verify::Sources sources{.resolver = resolver, .http = env_.http};
    const verify::Declared nothing({});
    verify::Facts facts;
    const bool ipv6 = env::reaches_ipv6();
    auto found = verify::name_servers(facts, nothing, *name, ipv6);
    while (!found && facts.find_out(sources, stop_)) {
      found = verify::name_servers(facts, nothing, *name, ipv6);
    }
    std::vector<std::string> servers;
    if (found && found->trouble.empty() && found->lost.empty()) {
      for (const auto& server : found->servers) {
        servers.push_back(server.address);
      }
    }
    return servers;
  }

  /// A key whose time is over goes by itself, though it holds data: that was decided when it was
  /// rotated.
  static void permit(const load::KeyRotation& rotation,
                     const Remembered& remembered,
                     std::vector<Consent>& consents) {
    const auto& it = rotation.rotation;
    if (!it.removing) {
      return;
    }
    const auto old = mail::rotated_selector(rotation.key.selector, it.old);
    const auto allow = [&](const std::string& what, const std::string& on) {
      Consent consent;
      consent.id = fmt::format("rotation of {} to {}", rotation.key.name, it.signing);
      consent.allow = what;
      consent.on = on;
      consents.push_back(std::move(consent));
    };
    const auto key = last_of(remembered.mail.get(), kinds::kDKIMKey, old);
    if (key) {
      const auto name = fmt::format("DKIMKey/{}/{}", remembered.domain, old);
      allow("delete", name);
      if (key->owned != nullptr && key->owned->policy.protect) {
        allow("unprotect", name);
      }
    }
    for (const auto& zone : remembered.zones) {
      const auto record = last_of(zone.get(), kinds::kRRset, record_key(old));
      const auto name = fmt::format("RRset/{}/{}._domainkey TXT", remembered.domain, old);
      if (record && record->owned != nullptr && !record->owned->made) {
        allow("delete", name);
      }
      if (record && record->owned != nullptr && record->owned->policy.protect) {
        allow("unprotect", name);
      }
    }
  }

  const load::Loaded& loaded_;
  const state::Store& store_;
  env::Env env_;
  std::stop_token stop_;
  std::int64_t now_;
};

}  // namespace

std::string outlook(const load::KeyRotation& rotation) {
  const auto& it = rotation.rotation;
  const auto selector = [&](std::uint32_t number) {
    return mail::rotated_selector(rotation.key.selector, number);
  };
  const auto& name = rotation.key.name;
  if (it.next != 0) {
    const auto when = mail::signs_from(it);
    return when == 0 ? fmt::format(
                           "{}: {} is to take over; it signs once every name server has had its "
                           "record for the TTL",
                           name,
                           selector(it.next))
                     : fmt::format(
                           "{}: every name server has had {} since {}; it signs with the first "
                           "apply from "
                           "{} on",
                           name,
                           selector(it.next),
                           moment(it.visible_since),
                           moment(when));
  }
  if (it.old == 0) {
    return {};
  }
  if (it.removing) {
    return fmt::format("{}: {} is no longer needed and goes", name, selector(it.old));
  }
  const auto when = mail::goes_from(it);
  return when == 0
             ? fmt::format("{}: {} signs from the next apply on; {} stays published for 7 days",
                           name,
                           selector(it.signing),
                           selector(it.old))
             : fmt::format("{}: {} signs since {}; {} goes with the first apply from {} on",
                           name,
                           selector(it.signing),
                           moment(it.signs_since),
                           selector(it.old),
                           moment(when));
}

std::uint32_t free_number(const load::Loaded& loaded, const load::KeyRotation& rotation) {
  const auto& key = rotation.key;
  const auto taken = [&](std::uint32_t number) {
    const auto record = kinds::rrset_key(
        mail::rotated_selector(key.selector, number) + "._domainkey", values::RecordType::txt);
    return std::any_of(loaded.scopes.begin(), loaded.scopes.end(), [&](const auto& scope) {
      return scope->scope.container == key.zone && scope->table.find(kinds::kRRset, record);
    });
  };
  auto number = rotation.rotation.signing + 1;
  while (taken(number)) {
    ++number;
  }
  return number;
}

Result<Turned> turn_rotations(Workspace& workspace,
                              const load::Loaded& loaded,
                              const state::Store& store,
                              std::stop_token stop) {
  return Turning(workspace, loaded, store, std::move(stop)).run();
}

}  // namespace plumb::cli
