#include "controller/cli/rotations.h"

#include <algorithm>
#include <chrono>
#include <span>

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

using Keys = std::span<load::KeyRotation>;

/// Whether what any of a domain's keys has come to is published under a selector.
bool is_published(std::span<const load::KeyRotation> keys, const std::string& selector) {
  return std::any_of(keys.begin(), keys.end(), [&](const load::KeyRotation& one) {
    const auto all = mail::published(one.rotation, one.key.selector);
    return std::any_of(
        all.begin(), all.end(), [&](const auto& key) { return key.selector == selector; });
  });
}

bool needs_turning(const load::KeyRotation& rotation) {
  return rotation.key.rotate_every_s != 0 || !is_quiet(rotation.rotation);
}

/// Whether `last` signs as the rotation says: its key, or, just decided and not applied yet, the
/// one before it. What is remembered may be of keys that have gone since.
bool is_current(const load::KeyRotation& rotation,
                const Remembered& remembered,
                std::string_view last) {
  const auto& it = rotation.rotation;
  const auto& declared = rotation.key.selector;
  const auto signing = mail::rotated_selector(it, declared, it.signing);
  if (last == signing || (it.next != 0 && last == mail::rotated_selector(it, declared, it.next))) {
    return true;
  }
  const auto olds = mail::old_selectors(it, declared);
  return it.signs_since == 0 && std::find(olds.begin(), olds.end(), last) != olds.end() &&
         last_of(remembered.mail.get(), kinds::kDKIMKey, signing).has_value();
}

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
    PLUMB_TRY(before, load::remembered_rotations(store_));
    for (auto first = rotations.begin(); first != rotations.end();) {
      const auto last = std::find_if(first, rotations.end(), [&](const auto& other) {
        return other.key.mail != first->key.mail;
      });
      auto done = turn_domain(Keys(first, last), before[first->key.mail], turned);
      if (!done) {
        return tl::unexpected(std::move(done).error());
      }
      first = last;
    }
    return turned;
  }

 private:
  Result<void> turn_domain(Keys keys, const load::DomainRotations& before, Turned& turned) {
    PLUMB_TRY(moving, is_moving(keys, before));
    if (!moving) {
      return {};
    }
    PLUMB_TRY(remembered, remember(keys.front().key));
    std::vector<const load::KeyRotation*> turning;
    for (auto& rotation : keys) {
      if (rotation.key.signs) {
        take_over(rotation, keys, remembered, before);
      }
      if (needs_turning(rotation)) {
        turn(rotation, keys, remembered);
        turning.push_back(&rotation);
      }
    }
    permit_unused(keys, remembered, before, turned.consents);
    for (const auto* rotation : turning) {
      permit(*rotation, keys, remembered, turned.consents);
      if (auto text = outlook(*rotation); !text.empty()) {
        turned.notes.push_back(std::move(text));
      }
      turned.rotations.push_back(*rotation);
    }
    return {};
  }

  /// Whether there is anything to do about a domain's keys; most have nothing, and it is not read
  /// what else is claimed of them.
  Result<bool> is_moving(std::span<const load::KeyRotation> keys,
                         const load::DomainRotations& before) const {
    if (std::any_of(keys.begin(), keys.end(), needs_turning) ||
        std::any_of(
            before.begin(), before.end(), [](const auto& row) { return row.second.next != 0; })) {
      return true;
    }
    PLUMB_TRY(signing, store_.claimed_body({keys.front().key.mail, kinds::kDKIMSigning, ""}));
    const auto last = signing ? cbor::field_octets(*signing, kinds::kSigningSelector)
                              : std::optional<std::string_view>();
    return last && std::any_of(keys.begin(), keys.end(), [&](const load::KeyRotation& one) {
             return one.key.signs &&
                    mail::rotated_selector(one.key.selector, one.rotation.signing) != *last;
           });
  }

  /// Where another key signs than any that stands for the declared one, its selector was changed in
  /// the manifests: the declared key takes over from it like in any other rotation.
  static void take_over(load::KeyRotation& rotation,
                        Keys keys,
                        const Remembered& remembered,
                        const load::DomainRotations& before) {
    const auto last = signing_of(remembered);
    if (!last || is_current(rotation, remembered, *last)) {
      return;
    }
    const auto key_of = [&](const std::string& selector) {
      const auto claim = last_of(remembered.mail.get(), kinds::kDKIMKey, selector);
      return claim
                 ? std::optional(mail::FormerKey{
                       selector,
                       std::string(
                           cbor::field_octets(claim->body, kinds::kDkimAlgorithm).value_or("rsa")),
                       static_cast<std::uint32_t>(
                           cbor::field_number(claim->body, kinds::kDkimBits).value_or(0))})
                 : std::nullopt;
    };
    const auto signed_last = key_of(std::string(*last));
    if (!signed_last) {
      return;  // not ours: a conflict, which a person decides
    }
    mail::take_over(rotation.rotation, {*signed_last});
    // What that key had taken over from itself may still be needed; unless it stays anyway.
    for (const auto& [selector, it] : before) {
      if (mail::rotated_selector(it, selector, it.signing) != *last) {
        continue;
      }
      for (const auto& old : mail::old_selectors(it, selector)) {
        if (auto key = is_published(keys, old) ? std::nullopt : key_of(old)) {
          rotation.rotation.former.push_back(std::move(*key));
        }
      }
    }
  }

  /// A key that was to take over from the one that signs, and whose selector is declared no more,
  /// has never signed: it may go at once.
  static void permit_unused(Keys keys,
                            const Remembered& remembered,
                            const load::DomainRotations& before,
                            std::vector<Consent>& consents) {
    const auto signs =
        std::find_if(keys.begin(), keys.end(), [](const auto& one) { return one.key.signs; });
    for (const auto& [selector, it] : before) {
      const auto unused = mail::rotated_selector(selector, it.next);
      if (signs != keys.end() && it.next != 0 && !is_published(keys, unused) &&
          mail::rotated_selector(it, selector, it.signing) == signing_of(remembered)) {
        permit(*signs, unused, remembered, consents);
      }
    }
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

  void turn(load::KeyRotation& rotation, Keys keys, const Remembered& remembered) {
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
      return is_published(keys, old) || is_gone(remembered, old);
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
  static void permit(const load::KeyRotation& rotation,
                     Keys keys,
                     const Remembered& remembered,
                     std::vector<Consent>& consents) {
    const auto olds = mail::old_selectors(rotation.rotation, rotation.key.selector);
    for (const auto& old : rotation.rotation.removing ? olds : std::vector<std::string>()) {
      if (!is_published(keys, old)) {
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
