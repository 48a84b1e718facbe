#include "controller/load/manifests_mail.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "controller/load/manifests.h"
#include "resources/kinds/merge.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/mail/dkim.h"
#include "resources/mail/dmarc.h"
#include "resources/mail/mail_records.h"
#include "resources/model/mistakes.h"

namespace plumb::load {
namespace {

class MailTie {
 public:
  MailTie(Manifests& manifests,
          const KeyDigest& key_digest,
          const Rotations& rotations,
          Diagnostics& problems)
      : manifests_(manifests), rotations_(rotations), problems_(problems) {
    context_.servers = manifests.servers;
    context_.broken_server = [&](std::string_view name) {
      const auto key = "Server/" + std::string(name);
      return manifests.targets.find(key) != nullptr || manifests.broken.contains(key) ||
             manifests.unknown;
    };
    context_.key_digest = [this, &key_digest](const std::string& path) {
      const auto [found, first] = digests_.try_emplace(path, std::string());
      if (first) {
        found->second = key_digest(path);
      }
      return found->second;
    };
  }

  void run() {
    trees_.resize(manifests_.domains.size());
    for (std::size_t i = 0; i < trees_.size(); ++i) {
      const auto& domain = manifests_.domains[i];
      trees_[i] =
          kinds::merged_mail(domain.source.document->spec(), domain.layers, domain.spec, problems_);
    }
    for (std::size_t i = 0; i < trees_.size(); ++i) {
      read(i);
    }
  }

 private:
  void read(std::size_t number) {
    auto& domain = manifests_.domains[number];
    auto& mail = domain.mail;
    auto tree = std::exchange(trees_[number], Value{});
    if (tree.find("aliasOf") != nullptr) {
      tree = with_target(domain, std::move(tree));
    }
    mail.declaration = kinds::read_mail(tree, domain.name, context_, problems_);
    auto& spec = mail.declaration.spec;
    mail.known = domain.mail_known;
    if (spec.alias_of && mail.alias_of == DomainMail::kNobody) {
      mail.known = false;  // reported: nothing more can be said of it
      return;
    }
    if (!mail.declaration.stated || spec.none) {
      return;
    }
    pick_provider(domain);
    if (spec.mta_sts) {
      spec.mta_sts->served = mail.serves_policy() || !spec.mta_sts->host_target.empty();
    }
    mail::check_mail_spec(spec, domain.name, problems_);
    rotate_keys(domain);
    add_keys(domain);
    add_reports(number);
  }

  // -- aliasOf -------------------------------------------------------------------------------

  /// The `mail` of a domain whose addresses are another's: that one's, with this one's name in it,
  /// and what this one says itself.
  Value with_target(DomainEntry& domain, Value own) {
    const auto* written = own.find("aliasOf");
    const auto target =
        written->as_string() != nullptr ? alias_target(*written, domain) : DomainMail::kNobody;
    domain.mail.alias_of = target;
    if (target == DomainMail::kNobody) {
      return own;
    }
    const auto& other = manifests_.domains[target];
    kinds::DomainSpec variables;
    variables.variables = other.spec.variables;
    variables.variables.set("domain", domain.display);
    variables.profile_variables = other.spec.profile_variables;
    for (auto& layer : variables.profile_variables) {
      layer.set("domain", domain.display);
    }
    Diagnostics reported;  // where the other domain is read
    auto tree =
        kinds::merged_mail(other.source.document->spec(), other.layers, variables, reported);
    return kinds::merge(std::move(tree), own, problems_);
  }

  void no_alias_of(Place place, std::string message, std::string hint) {
    problems_.error(place, Mistake::mail_alias_of, std::move(message), std::move(hint));
  }

  std::size_t alias_target(const Value& written, const DomainEntry& domain) {
    const auto name = values::DomainName::parse(*written.as_string());
    if (!name) {
      return DomainMail::kNobody;  // reported where it is read
    }
    const auto found = manifests_.domain_index.find(name->text());
    if (found == manifests_.domain_index.end()) {
      if (!manifests_.unknown) {
        std::vector<std::string_view> names;
        for (const auto& other : manifests_.domains) {
          names.push_back(other.display);
        }
        auto hint = did_you_mean(*written.as_string(), names);
        no_alias_of(written.place,
                    "`aliasOf` names `" + *written.as_string() + "`, which is not declared",
                    !hint.empty() ? std::move(hint) : "declare it: kind: Domain");
      }
      return DomainMail::kNobody;
    }
    const auto& other = manifests_.domains[found->second];
    const auto& tree = tree_of(found->second);
    const auto none = tree.find("none") != nullptr && kinds::read_flag(tree, "none");
    if (&other == &domain || tree.find("aliasOf") != nullptr) {
      no_alias_of(written.place,
                  &other == &domain
                      ? "`aliasOf` names the domain itself"
                      : "`aliasOf` names `" + other.display + "`, which is an alias itself",
                  "name the domain that has the mailboxes");
      return DomainMail::kNobody;
    }
    if (tree.as_map() == nullptr || none) {
      no_alias_of(written.place,
                  "`aliasOf` names `" + other.display + "`, which has no mail",
                  "name the domain that has the mailboxes");
      return DomainMail::kNobody;
    }
    return found->second;
  }

  /// The merged tree of a domain, which may have been read already.
  const Value& tree_of(std::size_t number) {
    if (!trees_[number].is_null()) {
      return trees_[number];
    }
    Diagnostics reported;
    const auto& domain = manifests_.domains[number];
    again_ =
        kinds::merged_mail(domain.source.document->spec(), domain.layers, domain.spec, reported);
    return again_;
  }

  // -- the provider --------------------------------------------------------------------------

  void pick_provider(DomainEntry& domain) {
    const auto& spec = domain.mail.declaration.spec;
    if (spec.provider.empty()) {
      return;
    }
    const auto found = manifests_.providers.find(spec.provider);
    if (found == manifests_.providers.end()) {
      if (manifests_.unknown) {
        return;
      }
      std::vector<std::string_view> names;
      for (const auto& [name, entry] : manifests_.providers) {
        names.push_back(name);
      }
      auto hint = did_you_mean(spec.provider, names);
      problems_.error(spec.provider_place,
                      Mistake::unknown_provider,
                      "there is no Provider `" + spec.provider + "`",
                      !hint.empty() ? std::move(hint) : "declare it: kind: Provider");
      return;
    }
    const auto* traits = found->second.traits;
    if (traits != nullptr && !traits->mail) {
      problems_.error(spec.provider_place,
                      Mistake::provider_without_mail,
                      "Provider `" + spec.provider + "` (" + std::string(traits->type) +
                          ") holds no mail domains",
                      "name a provider of mail");
      return;
    }
    domain.mail.provider = traits != nullptr ? &found->second : nullptr;
  }

  bool has_place_for(const mail::DkimSpec& key, const DomainMail& mail) {
    const auto* provider = mail.provider;
    if (provider == nullptr || provider->traits->makes_keys == nullptr ||
        provider->traits->makes_keys(provider->config.spec)) {
      return true;
    }
    problems_.error(key.place,
                    Mistake::provider_without_keys,
                    "Provider `" + provider->config.name + "` has no place for DKIM keys",
                    "give it one: `dkim: {directory: mail/dkim}` in its spec");
    return false;
  }

  /// Puts what stands for a declared key in its place: while one takes over from another, both do.
  void rotate_keys(DomainEntry& domain) {
    auto& mail = domain.mail;
    if (mail.provider == nullptr) {
      return;
    }
    std::vector<mail::DkimSpec> keys;
    for (const auto& declared : mail.declaration.spec.dkim) {
      if (!declared.public_key.empty()) {
        keys.push_back(declared);
        continue;
      }
      const bool signs = mail.keys.empty();  // the first that a provider makes
      mail.keys.push_back({.name = mail::dkim_key_target(domain.name, declared),
                           .selector = declared.selector,
                           .mail = mail_scope(domain),
                           .zone = std::string(domain.name.text()),
                           .rotate_every_s = declared.rotate_every_s,
                           .signs = signs,
                           .place = declared.place});
      const auto found = rotations_.find(mail.keys.back().name);
      const auto add = [&](const mail::PublishedKey& key) {
        auto one = declared;
        one.selector = key.selector;
        if (!key.algorithm.empty()) {
          one.algorithm = key.algorithm;
          one.bits = key.bits;
        }
        // One that took the place of another line's may be on its way out there, too.
        const auto other = std::find_if(keys.begin(), keys.end(), [&](const auto& before) {
          return before.selector == key.selector;
        });
        if (other == keys.end()) {
          keys.push_back(std::move(one));
        } else {
          warn_of_other_sort(*other, one);
        }
      };
      if (found == rotations_.end()) {
        add({declared.selector});
        continue;
      }
      std::for_each(found->second.begin(), found->second.end(), add);
    }
    mail.declaration.spec.dkim = std::move(keys);
  }

  /// Of two lines whose keys have one selector, the first says of what sort the key is.
  void warn_of_other_sort(const mail::DkimSpec& taken, const mail::DkimSpec& asked) {
    const auto sort_of = [](const mail::DkimSpec& key) {
      return key.algorithm == "rsa" ? "rsa " + std::to_string(key.bits) : key.algorithm;
    };
    if (sort_of(taken) != sort_of(asked)) {
      problems_.warning(asked.place,
                        "the key of selector `" + asked.selector + "` is to be " + sort_of(asked) +
                            ", and is published as " + sort_of(taken) + " for another line",
                        "declare a selector that was never in use");
    }
  }

  void add_keys(const DomainEntry& domain) {
    const auto& spec = domain.mail.declaration.spec;
    for (const auto& key : spec.dkim) {
      if (key.public_key.empty() && !spec.provider.empty() && has_place_for(key, domain.mail)) {
        const auto scope = domain.mail.provider != nullptr ? mail_scope(domain) : Scope{};
        manifests_.targets.add(mail::dkim_key_target(domain.name, key),
                               {scope, kinds::kDKIMKey, key.selector},
                               {{.name = "publicKey", .type = kinds::OutputType::text}});
      }
    }
  }

  void add_reports(std::size_t number) {
    const auto& domain = manifests_.domains[number];
    const auto& dmarc = domain.mail.declaration.spec.dmarc;
    if (!dmarc) {
      return;
    }
    for (auto& destination : mail::dmarc_report_domains(*dmarc, domain.name)) {
      if (const auto* owner = manifests_.owner_of(destination)) {
        auto& reports =
            manifests_.domains[static_cast<std::size_t>(owner - manifests_.domains.data())]
                .mail.reports;
        reports.push_back({number, std::move(destination), dmarc->place});
      }
    }
  }

  Manifests& manifests_;
  const Rotations& rotations_;
  Diagnostics& problems_;
  kinds::MailContext context_;
  std::unordered_map<std::string, Result<std::string>> digests_;
  std::vector<Value> trees_;
  Value again_;
};

}  // namespace

Scope mail_scope(const DomainEntry& domain) {
  return {domain.mail.provider->config.account, domain.name.text()};
}

void tie_mail(Manifests& manifests,
              const KeyDigest& key_digest,
              const Rotations& rotations,
              Diagnostics& problems) {
  MailTie(manifests, key_digest, rotations, problems).run();
}

}  // namespace plumb::load
