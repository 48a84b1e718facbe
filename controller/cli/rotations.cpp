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

/// The selector that signs, as last applied.
std::optional<std::string_view> signing_of(const Remembered& remembered) {
  const auto signing = last_of(remembered.mail.get(), kinds::kDKIMSigning, "");
  return signing ? cbor::field_octets(signing->body, kinds::kSigningSelector) : std::nullopt;
}

/// What load::rotations_at gives.
using AllRotations = std::vector<std::pair<std::string, mail::DkimRotation>>;

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
    PLUMB_TRY(keys, load::remembered_keys(store_));
    for (auto& rotation : rotations) {
      const bool others = has_others(rotation, keys);
      if (rotation.key.rotate_every_s == 0 && is_quiet(rotation.rotation) && !others) {
        continue;
      }
      PLUMB_TRY(remembered, remember(rotation.key));
      if (others) {
        PLUMB_TRY(all, load::rotations_at(rotation.key.mail, store_));
        take_over(rotation, remembered, all);
        permit_unused(rotation, remembered, all, turned.consents);
      }
      if (rotation.key.rotate_every_s == 0 && is_quiet(rotation.rotation)) {
        continue;
      }
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
  /// Whether the domain has keys besides those that stand for this one, which signs.
  static bool has_others(const load::KeyRotation& rotation,
                         const std::map<Scope, std::vector<std::string>>& keys) {
    const auto own = mail::published(rotation.rotation, rotation.key.selector);
    const auto found = keys.find(rotation.key.mail);
    return rotation.key.signs && found != keys.end() &&
           std::any_of(found->second.begin(), found->second.end(), [&](const auto& selector) {
             return std::none_of(
                 own.begin(), own.end(), [&](const auto& key) { return key.selector == selector; });
           });
  }

  /// Where another key signs than any that stands for the declared one, its selector was changed in
  /// the manifests: the declared key takes over from it like in any other rotation.
  static void take_over(load::KeyRotation& rotation,
                        const Remembered& remembered,
                        const AllRotations& all) {
    const auto& key = rotation.key;
    const auto last = signing_of(remembered);
    const auto own = mail::published(rotation.rotation, key.selector);
    const auto is_last = [&](const auto& one) { return one.selector == last; };
    if (!last || std::any_of(own.begin(), own.end(), is_last)) {
      return;
    }
    std::vector<mail::FormerKey> former;
    const auto add = [&](const std::string& selector) {
      const auto claim = last_of(remembered.mail.get(), kinds::kDKIMKey, selector);
      if (claim) {
        former.push_back(
            {selector,
             std::string(cbor::field_octets(claim->body, kinds::kDkimAlgorithm).value_or("rsa")),
             static_cast<std::uint32_t>(
                 cbor::field_number(claim->body, kinds::kDkimBits).value_or(0))});
      }
    };
    add(std::string(*last));
    if (former.empty()) {
      return;  // not ours: a conflict, which a person decides
    }
    // What that key had taken over from itself may still be needed.
    for (const auto& [selector, it] : all) {
      if (mail::rotated_selector(it, selector, it.signing) == *last) {
        for (const auto& old : mail::old_selectors(it, selector)) {
          add(old);
        }
      }
    }
    mail::take_over(rotation.rotation, std::move(former));
  }

  /// A key that was to take over from the one that signs, and whose selector is declared no more,
  /// has never signed: it may go at once.
  void permit_unused(const load::KeyRotation& rotation,
                     const Remembered& remembered,
                     const AllRotations& all,
                     std::vector<Consent>& consents) const {
    const auto own = mail::published(rotation.rotation, rotation.key.selector);
    for (const auto& [selector, it] : all) {
      const auto unused = mail::rotated_selector(selector, it.next);
      const bool wanted = std::any_of(
          own.begin(), own.end(), [&](const auto& one) { return one.selector == unused; });
      if (it.next != 0 && !wanted && !is_declared_elsewhere(rotation.key, unused) &&
          mail::rotated_selector(it, selector, it.signing) == signing_of(remembered)) {
        permit(rotation, unused, remembered, consents);
      }
    }
  }

  /// Whether another line of the same domain declares a selector.
  bool is_declared_elsewhere(const load::SigningKey& key, const std::string& selector) const {
    return std::any_of(
        loaded_.signing_keys.begin(), loaded_.signing_keys.end(), [&](const auto& other) {
          return other.mail == key.mail && other.name != key.name && other.selector == selector;
        });
  }

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
    const auto last_selector = signing_of(remembered);
    mail::DkimSeen seen;
    seen.signs =
        remembered.mail != nullptr &&
        (!key.signs || last_selector == mail::rotated_selector(it, key.selector, it.signing));
    const auto olds = mail::old_selectors(it, key.selector);
    seen.gone = std::all_of(olds.begin(), olds.end(), [&](const std::string& old) {
      return is_declared_elsewhere(key, old) || is_gone(remembered, old);
    });
    if (it.next != 0) {
      look(key, mail::rotated_selector(it, key.selector, it.next), remembered, seen);
    }
    mail::step(it, seen, now_);
  }

  static bool is_gone(const Remembered& remembered, const std::string& selector) {
    const auto record = record_key(selector);
    return !last_of(remembered.mail.get(), kinds::kDKIMKey, selector) &&
           std::none_of(remembered.zones.begin(), remembered.zones.end(), [&](const auto& zone) {
             return last_of(zone.get(), kinds::kRRset, record).has_value();
           });
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
  void permit(const load::KeyRotation& rotation,
              const Remembered& remembered,
              std::vector<Consent>& consents) const {
    const auto olds = mail::old_selectors(rotation.rotation, rotation.key.selector);
    for (const auto& old : rotation.rotation.removing ? olds : std::vector<std::string>()) {
      if (!is_declared_elsewhere(rotation.key, old)) {
        permit(rotation, old, remembered, consents);
      }
    }
  }

  static void permit(const load::KeyRotation& rotation,
                     const std::string& old,
                     const Remembered& remembered,
                     std::vector<Consent>& consents) {
    const auto allow = [&](const std::string& what, const std::string& on) {
      Consent consent;
      consent.id = fmt::format("rotation of {}, without {}", rotation.key.name, old);
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
    auto text = mail::rotated_selector(it, rotation.key.selector, number);
    if (number == mail::kFormer && it.former.size() > 1) {
      auto others = mail::old_selectors(it, rotation.key.selector);
      others.erase(others.begin());
      text += fmt::format(" (and {})", verify::listed(others));
    }
    return text;
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
  auto number = rotation.rotation.signing + 1;  // one that signs: nothing is being taken over
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
