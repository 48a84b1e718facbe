#include "controller/providers/postfix_dovecot/write.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "controller/providers/postfix_dovecot/address.h"
#include "controller/providers/postfix_dovecot/answers.h"
#include "controller/providers/postfix_dovecot/render.h"

namespace plumb::providers::postfix_dovecot {
namespace {

/// The lines of some domains in one file.
using Blocks = std::map<std::string, std::string, std::less<>>;

/// `blocks` in the place of the runs of their domains; sorted by domain. Views into both.
std::vector<std::string_view> merged(const MarkedFile& file, const Blocks& blocks) {
  std::vector<std::string_view> marked;
  auto block = blocks.begin();
  const auto runs = file.runs();
  for (std::size_t i = 0; i < runs.size() || block != blocks.end();) {
    if (i < runs.size() && (block == blocks.end() || runs[i].domain < block->first)) {
      marked.push_back(runs[i++].lines);
      continue;
    }
    marked.emplace_back(block->second);
    while (i < runs.size() && runs[i].domain == block->first) {
      ++i;
    }
    ++block;
  }
  return marked;
}

/// Whether `blocks` are what the file holds of their domains, in the order that we write.
bool holds(const MarkedFile& file, const Blocks& blocks) {
  const auto runs = file.runs();
  const bool ordered = std::is_sorted(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
    return a.first_line < b.first_line;
  });
  return file.is_marked() && ordered &&
         std::all_of(blocks.begin(), blocks.end(), [&](const auto& block) {
           const auto own = file.of(block.first);
           return block.second.empty() ? own.empty()
                                       : own.size() == 1 && own[0].lines == block.second;
         });
}

/// Who may send as what is not sorted by the domain of the mailbox but of the address, so that one
/// line may belong to mailboxes of many domains.
class Senders {
 public:
  Senders(const Snapshot& snapshot, const States& states) : snapshot_(snapshot), states_(states) {}

  Blocks blocks() {
    for (const auto& [name, state] : states_) {
      touched_.insert(name);
      for (const auto& pair : snapshot_.send_as_of(name)) {
        touched_.insert(std::string(domain_of(pair.address)));
      }
      for (const auto& mailbox : state.mailboxes) {
        for (const auto address : mailbox.send_as) {
          touched_.insert(std::string(domain_of(address)));
        }
      }
    }
    for (const auto& domain : touched_) {
      keep_others(domain);
    }
    for (const auto& [name, state] : states_) {
      add_own(state);
    }
    Blocks out;
    for (const auto& domain : touched_) {
      out[domain];  // a domain without lines loses those that it has
    }
    for (const auto& [place, owners] : owners_) {
      out[place.first] +=
          fmt::format("{}@{}\t{}\n", place.second, place.first, fmt::join(owners, ","));
    }
    return out;
  }

 private:
  std::set<std::string>& owners_of(std::string_view address) {
    return owners_[{std::string(domain_of(address)), std::string(local_of(address))}];
  }
  /// Whether an owner is a mailbox of a domain that is changed: has been one, or is one now. Others
  /// may have given the right to somebody whose mailbox stands outside.
  bool is_ours(std::string_view owner) {
    const auto state = states_.find(domain_of(owner));
    if (state == states_.end()) {
      return false;
    }
    const auto& now = state->second.mailboxes;
    const auto found = std::lower_bound(
        now.begin(), now.end(), local_of(owner), [](const Mailbox& one, std::string_view local) {
          return one.local < local;
        });
    if (found != now.end() && found->local == local_of(owner)) {
      return true;
    }
    const auto [known, is_new] = former_.try_emplace(state->first);
    if (is_new) {
      note_former(state->first, known->second);
    }
    return known->second.contains(owner);
  }
  void note_former(std::string_view domain, std::set<std::string_view>& logins) const {
    for (const auto file : {File::users, File::mailboxes}) {
      for (const auto& run : snapshot_.file(file).of(domain)) {
        LineReader reader(run);
        std::string_view line;
        while (reader.next(line)) {
          logins.insert(key_in(file, line));
        }
      }
    }
  }
  /// What belongs to others than mailboxes of domains that are changed.
  void keep_others(std::string_view domain) {
    for (const auto& run : snapshot_.file(File::senders).of(domain)) {
      LineReader reader(run);
      std::string_view line;
      while (reader.next(line)) {
        const auto [key, value] = split_line(line);
        for_each_item(value, [&, address = key](std::string_view owner) {
          if (!is_ours(owner)) {
            owners_of(address).insert(std::string(owner));
          }
        });
      }
    }
  }
  void add_own(const DomainState& state) {
    for (const auto& mailbox : state.mailboxes) {
      const auto login = fmt::format("{}@{}", mailbox.local, state.name);
      if (mailbox.owns_itself) {
        owners_of(login).insert(login);
      }
      for (const auto address : mailbox.send_as) {
        owners_of(address).insert(login);
      }
    }
  }

  const Snapshot& snapshot_;
  const States& states_;
  std::set<std::string> touched_;  ///< domains of addresses
  /// Mailboxes that have been there, by domain; only where somebody asked for one.
  std::map<std::string_view, std::set<std::string_view>> former_;
  std::map<std::pair<std::string, std::string>, std::set<std::string>> owners_;
};

/// The alias domains that follow one of `states` and are not among them.
Result<States> followers(const std::shared_ptr<const Snapshot>& snapshot, const States& states) {
  States out;
  for (const auto& run : snapshot->file(File::alias_domains).runs()) {
    if (states.find(run.domain) != states.end()) {
      continue;
    }
    const auto target = snapshot->line_of(File::alias_domains, run.domain);
    if (target && states.find(*target) != states.end()) {
      PLUMB_TRY(read, read_domain(snapshot, run.domain));
      out.emplace(std::string(run.domain), std::move(read));
    }
  }
  return out;
}

Result<std::array<std::string, kFiles>> render_one(const std::shared_ptr<const Snapshot>& snapshot,
                                                   const States& states,
                                                   const DomainState& state) {
  if (state.alias_of.empty()) {
    return render(state);
  }
  if (const auto target = states.find(state.alias_of); target != states.end()) {
    const bool real = target->second.alias_of.empty();
    return render_alias_domain(state, real ? &target->second : nullptr);
  }
  if (!snapshot->has_lines_of(state.alias_of)) {
    return render_alias_domain(state, nullptr);
  }
  PLUMB_TRY(target, read_domain(snapshot, state.alias_of));
  return render_alias_domain(state, target.alias_of.empty() ? &target : nullptr);
}

}  // namespace

Result<Contents> contents_with(const std::shared_ptr<const Snapshot>& snapshot,
                               const States& states) {
  PLUMB_TRY(following, followers(snapshot, states));
  std::array<Blocks, kFiles> blocks;
  for (const auto* group : {&states, &std::as_const(following)}) {
    for (const auto& [name, state] : *group) {
      PLUMB_TRY(lines, render_one(snapshot, states, state));
      for (std::size_t i = 0; i < kFiles; ++i) {
        blocks[i][name] = std::move(lines[i]);
      }
    }
  }
  blocks[at(File::senders)] = Senders(*snapshot, states).blocks();
  Contents contents;
  for (std::size_t i = 0; i < kFiles; ++i) {
    const auto& file = snapshot->files[i];
    if (!holds(file, blocks[i])) {
      contents[i] = file.with(merged(file, blocks[i]));
    }
  }
  return contents;
}

std::array<File, kFiles> in_order(Direction direction) {
  if (direction == Direction::adding) {
    return {File::users,
            File::senders,
            File::submission,
            File::mailboxes,
            File::access,
            File::aliases,
            File::selectors,
            File::alias_domains,
            File::domains};
  }
  return {File::domains,
          File::alias_domains,
          File::selectors,
          File::aliases,
          File::access,
          File::senders,
          File::users,
          File::mailboxes,
          File::submission};
}

}  // namespace plumb::providers::postfix_dovecot
