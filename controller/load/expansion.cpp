#include "controller/load/expansion.h"

#include <algorithm>
#include <set>
#include <utility>

#include "controller/env/parallel.h"
#include "controller/load/expand.h"
#include "controller/load/expand_mail.h"
#include "controller/load/lint.h"

namespace plumb::load {
namespace {

std::vector<Declared> addresses_of(const DomainEntry& domain) {
  std::vector<Declared> rows;
  if (domain.mail.provider == nullptr) {
    return rows;
  }
  std::set<std::pair<std::string_view, std::uint32_t>> listed;
  const auto add = [&](const char* kind, Place place, const kinds::MailExtra* extra) {
    const bool labelled = extra != nullptr && !extra->labels.empty();
    if (listed.emplace(kind, place.file).second || labelled) {
      rows.push_back({kind, "", {}, place, {mail_scope(domain)}, {}});
    }
    if (labelled) {
      rows.back().labels = extra->labels;
    }
  };
  for (const auto& in : domain.mail.mailboxes) {
    const auto& mailbox = in.pack->mailboxes()[in.number];
    add("Mailbox", mailbox.name.place, in.pack->extra(mailbox.extra));
  }
  for (const auto& in : domain.mail.aliases) {
    const auto& alias = in.pack->aliases()[in.number];
    add("Alias", alias.name.place, in.pack->extra(alias.extra));
  }
  return rows;
}

class Expander {
 public:
  Expander(Manifests& manifests, const ExpansionInputs& in, Diagnostics& problems)
      : manifests_(manifests),
        in_(in),
        problems_(problems),
        homes_(manifests),
        results_(manifests.domains.size()),
        of_addresses_(results_.size()),
        of_rules_(results_.size()),
        given_out_(in.files.size(), false) {}

  Expansion run() {
    const auto to_report = homes_.find(in_.files);
    look_up();
    give_out(to_report);
    tie_addresses(
        manifests_,
        threads(),
        [&](std::span<const std::size_t> domains) { give_out_more(domains); },
        of_addresses_,
        problems_);
    tie_dependencies(manifests_, problems_);
    expand();
    take();
    keep();
    return std::move(out_);
  }

 private:
  unsigned threads() const { return in_.options.threads; }

  void look_up() {
    if (in_.world.empty()) {
      return;
    }
    kept_.emplace(manifests_, in_.files, in_.names, in_.world, in_.reader);
    env::for_each_parallel(results_.size(), threads(), [&](std::size_t i) {
      auto known = kept_->find(i);
      if (!known) {
        return;
      }
      results_[i] = std::move(*known);
      of_addresses_[i] = results_[i].of_addresses;
      of_rules_[i] = results_[i].of_rules;
      manifests_.domains[i].kept = true;
    });
  }

  // -- rows ------------------------------------------------------------------------------------

  void give_out(const std::vector<std::uint32_t>& to_report) {
    std::set<std::uint32_t> needed(to_report.begin(), to_report.end());
    for (const auto& domain : manifests_.domains) {
      if (!domain.kept) {
        const auto files = row_files_of(domain, in_.files);
        needed.insert(files.begin(), files.end());
      }
    }
    give_out_files(needed);
  }

  void give_out_more(std::span<const std::size_t> domains) {
    std::set<std::uint32_t> needed;
    for (const auto i : domains) {
      const auto files = row_files_of(manifests_.domains[i], in_.files);
      needed.insert(files.begin(), files.end());
    }
    give_out_files(needed);
  }

  void give_out_files(const std::set<std::uint32_t>& needed) {
    in_.unpack(std::vector<std::uint32_t>(needed.begin(), needed.end()));
    for (std::size_t i = 0; i < in_.files.size(); ++i) {
      if (!in_.files[i].packed && !given_out_[i]) {
        given_out_[i] = true;
        homes_.give_out(in_.files[i], problems_);
      }
    }
  }

  // -- what comes of it ------------------------------------------------------------------------

  void expand() {
    const auto& catalog = in_.options.catalog;
    zones_.resize(results_.size());
    env::for_each_parallel(results_.size(), threads(), [&](std::size_t i) {
      if (!manifests_.domains[i].kept) {
        zones_[i] = expand_domain(manifests_.domains[i], manifests_, catalog);
      }
    });
    env::for_each_parallel(results_.size(), threads(), [&](std::size_t i) {
      const auto& domain = manifests_.domains[i];
      if (domain.kept) {
        return;
      }
      auto mail = expand_mail(domain, manifests_, catalog);
      results_[i].mail = std::move(mail.scopes);
      results_[i].of_mail = std::move(mail.problems);
      results_[i].addresses = addresses_of(domain);
    });
    servers_ = expand_servers(manifests_, catalog);
    lint();
    for (std::size_t i = 0; i < results_.size(); ++i) {
      if (!manifests_.domains[i].kept) {
        results_[i].of_zones = zones_[i].problems;
        if (!zones_[i].stand_in) {
          results_[i].zones = zones_[i].scopes;
        }
      }
    }
  }

  void lint() {
    std::vector<std::vector<std::size_t>> asked(results_.size());
    const auto expand_kept = [&](std::size_t i) {
      in_.unpack(row_files_of(manifests_.domains[i], in_.files));
      return expand_domain(manifests_.domains[i], manifests_, in_.options.catalog);
    };
    lint_zones(manifests_, zones_, expand_kept, threads(), of_rules_, asked, problems_);
    for (std::size_t i = 0; i < results_.size(); ++i) {
      if (!manifests_.domains[i].kept) {
        results_[i].asked = std::move(asked[i]);
      }
    }
  }

  void take() {
    auto& all = out_.scopes;
    for (const auto& result : results_) {
      problems_.append(result.of_zones);
      all.insert(all.end(), result.zones.begin(), result.zones.end());
    }
    for (const auto& result : results_) {
      problems_.append(result.of_mail);
      all.insert(all.end(), result.mail.begin(), result.mail.end());
    }
    problems_.append(std::move(servers_.problems));
    all.insert(all.end(), servers_.scopes.begin(), servers_.scopes.end());
    for (const auto& domain : manifests_.domains) {
      out_.known_domains += domain.kept ? 1U : 0U;
    }
    for (auto& result : results_) {
      auto& rows = out_.addresses;
      rows.insert(rows.end(), result.addresses.begin(), result.addresses.end());
    }
  }

  /// Whether nothing but its own files and the world made the domain what it is.
  bool stands_alone(std::size_t i) const {
    const auto& domain = manifests_.domains[i];
    const auto& zone = zones_[i];
    return domain.mail.book.closed && domain.mail.book.whole && domain.mail.known &&
           domain.mail_known && domain.lint_known && domain.unread.empty() && !zone.stand_in &&
           zone.unread.empty();
  }

  void keep() {
    if (!kept_ || problems_.has_errors()) {
      return;
    }
    env::for_each_parallel(results_.size(), threads(), [&](std::size_t i) {
      if (!manifests_.domains[i].kept && stands_alone(i)) {
        auto& result = results_[i];
        result.of_addresses = std::move(of_addresses_[i]);
        result.of_rules = std::move(of_rules_[i]);
        kept_->put(i, result);
      }
    });
  }

  Manifests& manifests_;
  const ExpansionInputs& in_;
  Diagnostics& problems_;
  Homes homes_;
  std::optional<KeptDomains> kept_;
  std::vector<DomainResult> results_;  ///< parallel to the domains, like all that follows
  std::vector<Diagnostics> of_addresses_;
  std::vector<Diagnostics> of_rules_;
  std::vector<Expanded> zones_;
  Expanded servers_;
  std::vector<bool> given_out_;  ///< by file
  Expansion out_;
};

}  // namespace

Expansion expand_all(Manifests& manifests, const ExpansionInputs& inputs, Diagnostics& problems) {
  return Expander(manifests, inputs, problems).run();
}

}  // namespace plumb::load
