// The part of ScopePlanner that knows whose a container is, and what is told of it though no change
// mends it.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "controller/plan/scope_planner.h"

namespace plumb::plan {

/// Whether the container is marked as somebody else's, and nobody says that it is ours.
bool ScopePlanner::is_others() {
  const auto* mark = foreign_mark();
  if (mark == nullptr) {
    return false;
  }
  const auto consent = find_consent(context_.consents, {Guard::owner, {}, &plan_, 1, nullptr});
  if (consent != 0) {
    plan_.consents_used.push_back(consent - 1U);
    return false;
  }
  plan_.state = ScopeState::refused;
  plan_.guard = Guard::owner;
  const bool partly = input_.observed->owner == context_.owner;
  plan_.why = fmt::format("{} marked as owned by {}, and this is {}",
                          partly ? "holds objects that are" : "is",
                          *mark,
                          context_.owner);
  const bool exclusive = input_.desired && input_.desired->exclusive;
  plan_.hint =
      fmt::format("declare it in one project only; to {}: plumb {} --consent 'allow={},on={}'",
                  exclusive ? "take it over" : "write there all the same",
                  exclusive ? "adopt --exclusive " + plan_.domain : "apply",
                  consent_word(Guard::owner),
                  scope_name(plan_));
  return true;
}

/// A consent that lets us write to what is marked as another's makes it ours, too: else it would be
/// asked for in each run.
void ScopePlanner::find_mark() {
  const auto& mark = input_.observed->owner;
  const bool lacks = mark != context_.owner || !input_.observed->further_owners.empty();
  const bool ours = exclusive_ || foreign_mark() != nullptr || mark == context_.owner;
  if (!ours || !input_.desired || !input_.desired->exclusive) {
    return;
  }
  plan_.mark = context_.owner;
  if (lacks && (mark.empty() || is_owner_mark(mark))) {
    plan_.owner = context_.owner;
  }
}

/// What says that the container, or a part of it, is somebody else's; nullptr: nothing does.
const std::string* ScopePlanner::foreign_mark() const {
  const auto& observed = *input_.observed;
  const auto is_foreign = [&](const std::string& mark) {
    return is_owner_mark(mark) && mark != context_.owner;
  };
  if (context_.owner.empty()) {
    return nullptr;
  }
  if (is_foreign(observed.owner)) {
    return &observed.owner;
  }
  const auto& further = observed.further_owners;
  const auto found = std::find_if(further.begin(), further.end(), is_foreign);
  return found == further.end() ? nullptr : &*found;
}

/// A zone that was made anew has other name servers than it had: whoever asks the declared ones
/// gets no answer, and no record can be written that mends it.
void ScopePlanner::note_name_servers() {
  if (!input_.desired || input_.desired->name_servers.empty()) {
    return;
  }
  const auto& entries = observed_.entries();
  const auto zone = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
    return entry.side != 0 && is_container(context_.catalog.of(entry.kind), observed_.key(entry));
  });
  if (zone == entries.end()) {
    return;
  }
  const auto& declared = input_.desired->name_servers;
  for (const auto& output : input_.observed->side[zone->side - 1].outputs) {
    const auto* servers = output.name == "nameServers" ? output.value.as_list() : nullptr;
    std::string all;
    bool lacks = false;
    for (std::size_t i = 0; servers != nullptr && i < servers->size(); ++i) {
      const auto& server = *(*servers)[i].as_string();
      lacks = lacks || std::find(declared.begin(), declared.end(), server) == declared.end();
      all += (all.empty() ? "" : ", ") + server;
    }
    if (lacks) {
      plan_.notes.push_back(
          fmt::format("{}: its name servers are {}, and dns.nameServers says {}: write those that "
                      "it has, there "
                      "and where the domain is registered",
                      plan_.domain,
                      all,
                      fmt::join(declared, ", ")));
    }
  }
}

/// The lowest TTL of a set is the one that is compared; the others are moved by its next change.
void ScopePlanner::note_mixed_ttl() {
  if (!exclusive_) {
    return;
  }
  constexpr std::size_t kNamed = 3;
  std::size_t count = 0;
  std::string names;
  for (const auto& entry : observed_.entries()) {
    const auto* seen = entry.side != 0 ? &input_.observed->side[entry.side - 1] : nullptr;
    const bool mixed = seen != nullptr && std::any_of(seen->outputs.begin(),
                                                      seen->outputs.end(),
                                                      [](auto& o) { return o.name == "mixedTTL"; });
    if (mixed && desired_.find(entry.kind, observed_.key(entry)) && ++count <= kNamed) {
      names +=
          (names.empty() ? "" : ", ") + context_.catalog.of(entry.kind).label(observed_.key(entry));
    }
  }
  if (count != 0) {
    plan_.notes.push_back(
        fmt::format("{}: {}{} {} several TTLs in one set: the lowest counts, and "
                    "the next change of the set evens them out",
                    plan_.domain,
                    names,
                    count > kNamed ? fmt::format(" and {} more", count - kNamed) : "",
                    count == 1 ? "has" : "have"));
  }
}

}  // namespace plumb::plan
