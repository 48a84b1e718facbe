#include "controller/cli/verify_after.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_lines.h"
#include "controller/env/resolver.h"
#include "controller/env/tls.h"
#include "controller/verify/look.h"
#include "controller/verify/serving.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"

namespace plumb::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{3'000};  ///< a server that loads its zones has until then
constexpr std::size_t kTold = 10;
constexpr std::size_t kMost = 500;  ///< record sets; so many are looked up in that time

/// What a change leaves behind; nothing where it is no record set.
std::optional<verify::RecordSet> set_of(const plan::ScopePlan& scope, const plan::Change& change) {
  const auto origin = values::DomainName::parse(scope.scope.container);
  if (!origin || scope.kind(change) != kinds::kRRset) {
    return std::nullopt;
  }
  const auto [owner, type_name] = kinds::split_rrset_key(scope.key(change));
  const auto type = values::find_record_type(type_name);
  const auto name = values::DomainName::parse_master_file(owner, *origin);
  if (!type || !name) {
    return std::nullopt;
  }
  verify::RecordSet set{.name = *name, .type = *type, .applied = true};
  if (const auto body = scope.after(change); !body.empty()) {
    const auto views = kinds::rrset_values(body);
    set.values.assign(views.begin(), views.end());
  }
  return set;
}

/// A record set, the servers that are to have it, and what they said last.
struct Sought {
  const verify::RecordSet* set;
  const std::vector<verify::NameServer>* servers;
  verify::Served served = {};

  /// Whether it may still come: a server has answered, and had something else.
  bool may_come() const { return served.served + served.silent < served.of; }
};

/// Asks for all of `sought` whose number is in `open`.
void ask(env::Resolver& resolver,
         std::vector<Sought>& sought,
         const std::vector<std::size_t>& open,
         const std::stop_token& stop) {
  std::vector<env::DnsQuestion> questions;
  std::vector<std::pair<std::size_t, const verify::NameServer*>> whose;
  for (const auto number : open) {
    auto& one = sought[number];
    one.served = {};
    for (const auto& server : *one.servers) {
      questions.push_back({one.set->name, one.set->type, server.address});
      whose.emplace_back(number, &server);
    }
  }
  resolver.ask_all(
      questions,
      [&](std::size_t question, const Result<env::DnsAnswer>& answer) {
        const auto& [number, server] = whose[question];
        verify::count_answer(sought[number].served, *sought[number].set, answer, server->name);
      },
      stop);
}

/// Asks, and again for what may still come, until `end`.
void look_up(std::vector<Sought>& sought,
             env::Clock& clock,
             std::chrono::steady_clock::time_point end,
             const std::stop_token& stop) {
  std::vector<std::size_t> open(sought.size());
  for (std::size_t i = 0; i < open.size(); ++i) {
    open[i] = i;
  }
  for (milliseconds pause{50};; pause = std::min(pause * 2, milliseconds(500))) {
    const auto left =
        std::max(std::chrono::duration_cast<milliseconds>(end - clock.steady()), milliseconds(1));
    env::AresResolver resolver({.try_time = milliseconds(500), .tries = 2, .deadline = left});
    ask(resolver, sought, open, stop);
    open.erase(std::remove_if(
                   open.begin(), open.end(), [&](std::size_t i) { return !sought[i].may_come(); }),
               open.end());
    if (open.empty() || clock.steady() + pause >= end ||
        !clock.wait_until(clock.steady() + pause, stop)) {
      return;
    }
  }
}

std::string line_of(const Sought& one) {
  return fmt::format("! {} {}: {} of {} serve {}; {}\n",
                     one.set->name.without_dot(),
                     values::record_type_name(one.set->type),
                     one.served.served,
                     one.served.of,
                     one.set->values.empty()
                         ? "none"
                         : verify::shown(one.set->type, one.set->values, one.served.differs_at),
                     describe::printable(verify::listed(verify::others_text(one.served))));
}

std::string text_of(const std::vector<Sought>& sought) {
  std::string text;
  std::map<std::size_t, std::size_t> good;  // by number of servers
  std::size_t told = 0;
  std::size_t silent = 0;
  for (const auto& one : sought) {
    if (one.served.everywhere()) {
      ++good[one.served.of];
    } else if (one.served.silent == one.served.of) {
      ++silent;
    } else if (++told <= kTold) {
      text += line_of(one);
    }
  }
  if (told > kTold) {
    text += fmt::format("! and {}\n", describe::counted(told - kTold, "more record set"));
  }
  if (silent != 0) {
    text += fmt::format("{} not looked up: no name server answers\n",
                        describe::counted(silent, "record set"));
  }
  if (told + silent != 0) {
    text += "    hint: plumb verify looks again, once the servers have loaded it\n";
  }
  for (const auto& [servers, count] : good) {
    text += fmt::format(
        "{} served by {} of {}\n", describe::counted(count, "record set"), servers, servers);
  }
  return text;
}

}  // namespace

void AfterApply::note(const plan::Plan& plan, const apply::Summary& summary) {
  for (const auto& result : summary.results) {
    const auto& scope = plan.scopes[result.scope];
    const auto& change = scope.changes[result.change];
    if (result.ending != apply::Ending::done) {
      continue;
    }
    if (auto set = set_of(scope, change)) {
      touched_[{scope.provider, scope.scope.container}].insert_or_assign(
          std::string(scope.key(change)), std::move(*set));
    }
  }
}

AfterApply::Servers AfterApply::servers(Workspace& workspace,
                                        const load::Loaded& loaded,
                                        milliseconds patience,
                                        const std::stop_token& stop) const {
  Servers servers;
  std::set<values::DomainName> open;
  for (const auto& [where, sets] : touched_) {
    const auto& name = where.first;
    const auto provider = std::find_if(loaded.providers.begin(),
                                       loaded.providers.end(),
                                       [&name](const auto& one) { return one.name == name; });
    const auto zone = values::DomainName::parse(where.second);
    if (provider == loaded.providers.end() || !zone) {
      continue;
    }
    for (const auto& server : provider->name_servers) {
      servers[where].push_back({server, server});
    }
    // Without resolvers of its own a project is not looked up behind the user's back.
    if (provider->name_servers.empty() && !loaded.project.resolvers.empty()) {
      open.insert(*zone);
    }
  }
  if (open.empty()) {
    return servers;
  }
  env::AresResolver resolver({.servers = loaded.project.resolvers,
                              .try_time = milliseconds(1'000),
                              .tries = 1,
                              .deadline = patience});
  const verify::Sources sources{.resolver = resolver, .http = workspace.env().http};
  const verify::Declared nothing({});
  const bool six = env::reaches_ipv6();
  verify::Facts facts;
  do {
    for (const auto& [where, sets] : touched_) {
      const auto zone = values::DomainName::parse(where.second);
      if (zone && open.contains(*zone) && servers[where].empty()) {
        auto found = verify::name_servers(facts, nothing, *zone, six);
        servers[where] = found ? std::move(found->servers) : std::vector<verify::NameServer>();
      }
    }
  } while (facts.take_lacking() && facts.find_out(sources, stop));
  return servers;
}

std::string AfterApply::look(Workspace& workspace,
                             const load::Loaded& loaded,
                             std::stop_token stop) const {
  auto& clock = workspace.env().clock;
  const auto end = clock.steady() + kPatience;
  const auto all = servers(workspace, loaded, kPatience, stop);
  std::vector<Sought> sought;
  std::size_t left_out = 0;
  for (const auto& [where, sets] : touched_) {
    const auto found = all.find(where);
    for (const auto& [key, set] : sets) {
      if (found == all.end() || found->second.empty()) {
        continue;
      }
      if (sought.size() == kMost) {
        ++left_out;
        continue;
      }
      sought.push_back({&set, &found->second});
    }
  }
  if (!sought.empty() && !stop.stop_requested()) {
    look_up(sought, clock, end, stop);
  }
  if (sought.empty() || stop.stop_requested()) {
    return {};  // somebody has pressed Ctrl-C: what was applied is applied
  }
  return text_of(sought) + (left_out == 0
                                ? std::string()
                                : fmt::format("{} not looked up: plumb verify looks at all\n",
                                              describe::counted(left_out, "more record set")));
}

}  // namespace plumb::cli
