// What declarations need of one another: `dependsOn`, references, and the circles they may form.

#include <algorithm>

#include "controller/load/manifests.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/mistakes.h"
#include "resources/model/references.h"

namespace plumb::load {
namespace {

struct Edge {
  std::string to;
  Place place;
};

class Dependencies {
 public:
  Dependencies(Manifests& manifests, Diagnostics& problems)
      : manifests_(manifests), problems_(problems) {}

  void run() {
    for (const auto& server : manifests_.servers) {
      const auto name = "Server/" + server.name;
      manifests_.resources[name] = {
          {{server_account(manifests_, server), ""}, kinds::kServer, server.name}};
      add_edges(name, server.common);
    }
    for (const auto& domain : manifests_.domains) {
      add_domain(domain);
    }
    for (const auto& record : manifests_.records) {
      add_record(*record);
    }
    check_targets();
    for (const auto& [name, edges] : edges_) {
      visit(name);
    }
  }

 private:
  void add_edges(const std::string& from, const kinds::Common& common) {
    for (const auto& target : common.depends_on) {
      edges_[from].push_back({target.text, target.place});
    }
  }

  void add_domain(const DomainEntry& domain) {
    std::vector<ResourceId> zones;
    for (auto& scope : scopes_of(domain)) {
      zones.push_back({std::move(scope), kinds::kZone, ""});
    }
    manifests_.resources["Domain/" + std::string(domain.name.without_dot())] = zones;
    manifests_.resources["Domain/" + domain.display] = std::move(zones);
    add_edges("Domain/" + domain.display, domain.spec.common);
  }

  void add_record(const RecordDeclaration& record) {
    const auto name = "DNSRecord/" + record.name;
    const auto& domain = manifests_.domains[record.domain];
    auto& ids = manifests_.resources[name];
    Diagnostics reported;  // the same is said where the record is expanded
    const auto& packed = record.pack[0];
    const auto owner_text =
        domain.spec.variables.expand_text(record.pack.name(packed), packed.name_place, reported);
    const auto owner = values::DomainName::parse_relative(owner_text.value_or(""), domain.name);
    for (auto& scope : scopes_of(domain)) {
      if (owner) {
        ids.push_back({std::move(scope),
                       kinds::kRRset,
                       kinds::rrset_key(owner->relative_to(domain.name), packed.type)});
      }
    }
    add_edges(name, record.common);
    auto& edges = edges_[name];
    edges.push_back({"Domain/" + domain.display, record.place});
    for (const auto& value : record.pack.values(packed)) {
      std::vector<std::string> targets;
      const auto text = record.pack.text(value);
      if (const auto expanded = value.variable != 0U
                                    ? domain.spec.variables.expand(text, value.place, reported)
                                    : std::nullopt) {
        collect_references(*expanded, targets);
      }
      for (auto& target : targets) {
        edges.push_back({std::move(target), value.place});
      }
    }
  }

  void check_targets() {
    std::vector<std::string_view> names;
    for (const auto& [name, ids] : manifests_.resources) {
      names.push_back(name);
    }
    const auto check = [&](const kinds::Common& common) {
      for (const auto& target : common.depends_on) {
        if (target.text.find('/') == std::string::npos ||  // reported where it was read
            manifests_.resources.contains(target.text) ||
            manifests_.targets.find(target.text) != nullptr ||
            manifests_.broken.contains(target.text) || manifests_.unknown) {
          continue;
        }
        auto hint = did_you_mean(target.text, names);
        problems_.error(
            target.place,
            Mistake::depends_on_unknown,
            "`dependsOn` names `" + target.text + "`, which is not declared",
            !hint.empty() ? std::move(hint) : "Servers, Domains and DNSRecords can be named");
      }
    };
    for (const auto& server : manifests_.servers) {
      check(server.common);
    }
    for (const auto& domain : manifests_.domains) {
      check(domain.spec.common);
    }
    for (const auto& record : manifests_.records) {
      check(record->common);
    }
    const auto check_extra = [&](const kinds::MailExtra* extra) {
      if (extra != nullptr) {
        check(extra->common);
      }
    };
    for (const auto& domain : manifests_.domains) {
      for (const auto& in : domain.mail.mailboxes) {
        check_extra(in.pack->extra(in.pack->mailboxes()[in.number].extra));
      }
      for (const auto& in : domain.mail.aliases) {
        check_extra(in.pack->extra(in.pack->aliases()[in.number].extra));
      }
    }
  }

  /// Depth first, without recursion: a chain may be as long as the manifests are.
  void visit(const std::string& start) {
    struct Step {
      std::string name;
      std::size_t next = 0;
    };
    std::vector<Step> steps;
    const auto enter = [&](const std::string& name) {
      states_[name] = State::open;
      path_.push_back(name);
      steps.push_back({name});
    };
    if (states_[start] == State::fresh) {
      enter(start);
    }
    while (!steps.empty()) {
      auto& step = steps.back();
      const auto found = edges_.find(step.name);
      if (found == edges_.end() || step.next == found->second.size()) {
        states_[step.name] = State::done;
        path_.pop_back();
        steps.pop_back();
        continue;
      }
      const auto& edge = found->second[step.next++];
      if (const auto state = states_[edge.to]; state == State::open) {
        report_circle(edge.to, edge.place);
      } else if (state == State::fresh) {
        enter(edge.to);
      }
    }
  }

  void report_circle(const std::string& name, Place place) {
    std::string circle;
    for (auto it = std::find(path_.begin(), path_.end(), name); it != path_.end(); ++it) {
      circle += *it + " → ";
    }
    problems_.error(place,
                    Mistake::dependency_circle,
                    "dependencies form a circle: " + circle + name,
                    "take one of them away: nothing could be done first");
  }

  enum class State : std::uint8_t { fresh, open, done };

  Manifests& manifests_;
  Diagnostics& problems_;
  std::map<std::string, std::vector<Edge>> edges_;
  std::map<std::string, State> states_;
  std::vector<std::string> path_;
};

}  // namespace

void tie_dependencies(Manifests& manifests, Diagnostics& problems) {
  Dependencies(manifests, problems).run();
}

}  // namespace plumb::load
