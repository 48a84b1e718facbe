#include "controller/providers/postfix_dovecot/take_over.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "controller/providers/postfix_dovecot/address.h"
#include "controller/providers/postfix_dovecot/answers.h"
#include "controller/providers/postfix_dovecot/render.h"
#include "controller/providers/postfix_dovecot/write.h"
#include "resources/model/ascii.h"
#include "resources/values/quoted.h"

namespace plumb::providers::postfix_dovecot {
namespace {

/// "jane", "*" for all others, "" for the domain itself. Who may send as a whole domain is nothing
/// that goes with a catch-all.
std::string local_of_key(File file, std::string_view key) {
  if (key.starts_with('@') && file == File::senders) {
    return "@";
  }
  if (key.starts_with('@') || (file == File::access && key.find('@') == std::string_view::npos)) {
    return "*";
  }
  return std::string(local_of(key));
}

/// The entry as a line of a marked part.
std::string normal_line(File file, const OutsideEntry& entry) {
  if (file == File::users) {
    return entry.text;
  }
  const auto value = file == File::domains ? kMailValue : split_line(entry.text).value;
  return fmt::format("{}\t{}", entry.key, value);
}

class Move {
 public:
  Move(const std::shared_ptr<const Snapshot>& snapshot,
       const std::set<std::string>& domains,
       const std::set<std::string>& declared)
      : snapshot_(snapshot), domains_(domains), declared_(declared) {}

  Result<Takeover> run() {
    collect();
    while (true) {
      in_the_way_.clear();
      more_stays_ = false;
      PLUMB_TRY(taken, attempt());
      if (taken) {
        return std::move(*taken);
      }
      if (!more_stays_) {
        return fail(ErrorCode::conflict,
                    in_the_way_ + ": taking lines over would change what the servers find here",
                    "take the lines of this address over by hand, or leave them to others; "
                    "nothing was written");
      }
    }
  }

 private:
  struct Address {
    std::vector<std::pair<File, const OutsideEntry*>> entries;
    std::string trouble;  ///< "<path>:<line>: why it stays where it is"; empty: it moves
  };
  using Place = std::pair<std::string, std::string>;  ///< domain and local part

  std::string told(File file, const OutsideEntry& entry, std::string_view why) const {
    return fmt::format("{}:{}: {}", snapshot_->file(file).path(), entry.lines.front(), why);
  }

  void collect() {
    for (std::size_t i = 0; i < kFiles; ++i) {
      const auto file = static_cast<File>(i);
      for (const auto& run : snapshot_->files[i].runs()) {
        LineReader reader(run);
        std::string_view line;
        while (reader.next(line)) {
          marked_[i].emplace(key_in(file, line), line);
        }
      }
    }
    for (std::size_t i = 0; i < kFiles; ++i) {
      const auto file = static_cast<File>(i);
      entries_[i] = snapshot_->files[i].outside();
      for (const auto& entry : entries_[i]) {
        const auto domain = ascii_lower(domain_of(entry.key));
        if (domains_.contains(domain)) {
          add(file, entry, addresses_[{domain, ascii_lower(local_of_key(file, entry.key))}]);
        }
      }
    }
    for (auto& [place, address] : addresses_) {
      check_whole(place, address);
    }
  }

  void add(File file, const OutsideEntry& entry, Address& address) {
    const auto domain = ascii_lower(domain_of(entry.key));
    auto why = file == File::alias_domains
                   ? "a domain whose addresses are another's: declare it with `aliasOf`"
                   : line_trouble(file, domain, normal_line(file, entry));
    if (file == File::users && entry.key != ascii_lower(entry.key)) {
      why = "Dovecot looks names up in lower case";
    }
    if (file == File::senders && why.empty()) {
      why = sender_trouble(entry);
    }
    const bool twice =
        std::any_of(address.entries.begin(), address.entries.end(), [&](const auto& other) {
          return other.first == file && other.second->key == entry.key;
        });
    if (twice || is_marked(file, entry.key)) {
      why = "the same key stands twice; the servers take the first";
    }
    if (address.trouble.empty() && !why.empty()) {
      address.trouble = told(file, entry, why);
    }
    address.entries.emplace_back(file, &entry);
  }

  static std::string sender_trouble(const OutsideEntry& entry) {
    if (entry.key.starts_with('@')) {
      return "it speaks of a whole domain, which no manifest can say";
    }
    if (!is_alias_local(local_of(entry.key))) {
      return fmt::format("{} is no address", values::quoted(entry.key));
    }
    const auto owners = split_line(entry.text).value;
    std::string why = owners.empty() ? "nobody owns the address" : "";
    for_each_item(owners, [&](std::string_view owner) {
      why = is_target(owner) ? why : fmt::format("{} is no login name", values::quoted(owner));
    });
    return why;
  }

  bool is_marked(File file, std::string_view key) const {
    return marked_[at(file)].find(key) != marked_[at(file)].end();
  }

  static const OutsideEntry* entry_in(File file, const Address& address) {
    for (const auto& [in, entry] : address.entries) {
      if (in == file) {
        return entry;
      }
    }
    return nullptr;
  }

  /// The line of a key, moved or marked already; empty: there is none.
  std::string line_in(File file, const Address& address, const std::string& key) const {
    if (const auto* entry = entry_in(file, address)) {
      return normal_line(file, *entry);
    }
    const auto found = marked_[at(file)].find(key);
    return found == marked_[at(file)].end() ? std::string() : std::string(found->second);
  }

  /// What of the address as a whole is none that a manifest can say.
  void check_whole(const Place& place, Address& address) const {
    if (!address.trouble.empty() || place.second.empty() || place.second == "@") {
      return;
    }
    const auto key = (place.second == "*" ? std::string() : place.second) + "@" + place.first;
    const bool mailbox = !line_in(File::mailboxes, address, key).empty();
    const auto alias = line_in(File::aliases, address, key);
    const auto access = line_in(File::access, address, place.second == "*" ? place.first : key);
    const bool itself = !alias.empty() && split_line(alias).value == key;
    const bool rejects = !access.empty() && split_line(access).value.starts_with("REJECT");
    const bool leads = !alias.empty() && !(itself && mailbox);
    const auto& [file, entry] = address.entries.front();
    if (const auto* user = entry_in(File::users, address); user != nullptr && !mailbox) {
      address.trouble = told(File::users, *user, "no line in postfix/mailboxes: it gets no mail");
    } else if (static_cast<int>(mailbox) + static_cast<int>(leads) + static_cast<int>(rejects) >
               1) {
      address.trouble =
          told(file, *entry, "of a mailbox, an alias and a reject, a manifest can say one alone");
    } else if (itself && !mailbox) {
      address.trouble = told(file, *entry, "an alias to itself, where nobody has a mailbox");
    } else if (mailbox && line_in(File::senders, address, key).empty() && owns_by_domain(place)) {
      address.trouble = told(
          file,
          *entry,
          "the right to send is in a line for the whole domain alone, which no manifest can say");
    }
  }

  /// Whether the line for all senders of its domain names a login.
  bool owns_by_domain(const Place& place) const {
    const auto login = place.second + "@" + place.first;
    const auto whole = addresses_.find({place.first, "@"});
    const auto owners = line_in(
        File::senders, whole == addresses_.end() ? Address() : whole->second, "@" + place.first);
    bool owns = false;
    for_each_item(split_line(owners).value,
                  [&](std::string_view owner) { owns = owns || ascii_lower(owner) == login; });
    return owns;
  }

  /// Whether what manifests say of a domain is all there is.
  bool is_known(const std::string& domain) const {
    return domains_.contains(domain) || declared_.contains(domain);
  }
  /// Whether somebody has the address in a marked part, once all has moved that does not stay. Of
  /// domains without manifests, nothing is known.
  bool is_there(std::string_view address) const {
    auto domain = std::string(domain_of(address));
    if (const auto target = snapshot_->line_of(File::alias_domains, domain)) {
      domain = *target;
    }
    if (!is_known(domain)) {
      return true;
    }
    const auto local = ascii_lower(local_of(address));
    return holds(domain, local, false) || holds(domain, local.substr(0, local.find('+')), false) ||
           holds(domain, "*", false);
  }
  bool holds(const std::string& domain, const std::string& local, bool mailbox_alone) const {
    const auto key = (local == "*" ? std::string() : local) + "@" + domain;
    const auto found = addresses_.find({domain, local});
    const auto none = Address();
    const auto& address = found == addresses_.end() || stays(found->first) ? none : found->second;
    const auto access = line_in(File::access, address, local == "*" ? domain : key);
    return !line_in(File::mailboxes, address, key).empty() ||
           (!mailbox_alone && (!line_in(File::aliases, address, key).empty() ||
                               split_line(access).value.starts_with("REJECT")));
  }

  /// Why a line cannot be said in manifests beside what stays outside; empty: it can.
  std::string leads_outside(File file, const OutsideEntry& entry) const {
    const auto value = split_line(entry.text).value;
    std::string why;
    if (file == File::aliases && value != kDiscardAddress) {
      for_each_item(value, [&](std::string_view target) {
        why = is_there(target) ? why
                               : fmt::format("it leads to {}, which stays outside or is nobody's",
                                             values::quoted(target));
      });
    } else if (file == File::senders) {
      why = is_there(entry.key) ? "" : "nobody's address, or one that stays outside";
      for_each_item(value, [&](std::string_view owner) {
        const auto domain = std::string(domain_of(owner));
        const bool known = !is_known(domain) || holds(domain, std::string(local_of(owner)), true);
        why = known ? why : fmt::format("{} stays outside or is nobody's", values::quoted(owner));
      });
    }
    return why;
  }

  /// What stays keeps back what leads to it, and so on.
  void keep_back() {
    for (bool again = true; again;) {
      again = false;
      for (auto& [place, address] : addresses_) {
        for (const auto& [file, entry] : address.entries) {
          if (stays(place)) {
            break;
          }
          if (const auto why = leads_outside(file, *entry); !why.empty()) {
            address.trouble = told(file, *entry, why);
            again = true;
          }
        }
      }
    }
  }

  bool stays(const Place& place) const {
    const auto whole = addresses_.find({place.first, ""});
    const auto own = addresses_.find(place);
    return (whole != addresses_.end() && !whole->second.trouble.empty()) ||
           (own != addresses_.end() && !own->second.trouble.empty());
  }

  /// One go; nothing: something must stay that was thought to move.
  Result<std::optional<Takeover>> attempt() {
    keep_back();
    std::array<std::set<std::uint32_t>, kFiles> dropped;
    std::array<std::string, kFiles> added;
    Takeover out;
    for (const auto& [place, address] : addresses_) {
      if (stays(place)) {
        continue;
      }
      out.addresses[place.first] += static_cast<std::size_t>(!place.second.empty());
      for (const auto& [file, entry] : address.entries) {
        dropped[at(file)].insert(entry->lines.begin(), entry->lines.end());
        added[at(file)] += normal_line(file, *entry) + "\n";
      }
    }
    if (out.addresses.empty()) {
      return std::optional(finish(std::move(out), {}));
    }
    add_what_is_missing(out, added);
    Contents contents;
    for (std::size_t i = 0; i < kFiles; ++i) {
      contents[i] = snapshot_->files[i].moved(dropped[i], added[i]);
    }
    PLUMB_TRY(merged, Snapshot::with_files(*snapshot_, contents));
    States states;
    for (const auto& [domain, count] : out.addresses) {
      auto state = read_domain(merged, domain);
      if (!state) {
        addresses_[{domain, ""}].trouble = state.error().message;
        more_stays_ = true;
        return std::optional<Takeover>();
      }
      states.emplace(domain, std::move(*state));
    }
    PLUMB_TRY(changed, contents_with(merged, states));
    auto written = std::move(contents);
    for (std::size_t i = 0; i < kFiles; ++i) {
      if (changed[i]) {
        written[i] = std::move(changed[i]);
      }
    }
    PLUMB_TRY(after, Snapshot::with_files(*snapshot_, written));
    return same_answers(*after) ? std::optional(finish(std::move(out), written))
                                : std::optional<Takeover>();
  }

  void add_what_is_missing(const Takeover& out, std::array<std::string, kFiles>& added) const {
    for (const auto& [domain, count] : out.addresses) {
      if (!snapshot_->line_of(File::domains, domain) &&
          !snapshot_->line_of(File::alias_domains, domain) &&
          addresses_.find({domain, ""}) == addresses_.end()) {
        added[at(File::domains)] += fmt::format("{}\t{}\n", domain, kMailValue);
      }
    }
    if (snapshot_->file(File::senders).has_foreign_lines()) {
      return;
    }
    for (const auto& [place, address] : addresses_) {
      const bool has_mailbox = entry_in(File::mailboxes, address) != nullptr;
      const auto name = place.second + "@" + place.first;
      if (has_mailbox && !stays(place) && !is_marked(File::senders, name)) {
        added[at(File::senders)] += fmt::format("{0}\t{0}\n", name);
      }
    }
  }

  /// Whether the servers find under each key what they find now; else what is in the way stays.
  bool same_answers(const Snapshot& after) {
    bool same = true;
    kept_out_.clear();
    for (std::size_t i = 0; i < kFiles; ++i) {
      const auto file = static_cast<File>(i);
      const auto before = answers_of(snapshot_->files[i], file);
      const auto now = answers_of(after.files[i], file);
      for (const auto& [key, value] : before) {
        const auto found = now.find(key);
        if (found == now.end() || found->second != value) {
          keep_out(file, key);
          same = false;
        }
      }
      const bool may_grow = file == File::domains || file == File::senders;
      for (const auto& [key, value] : now) {
        if (!may_grow && !before.contains(key)) {
          keep_out(file, key);
          same = false;
        }
      }
    }
    return same;
  }

  /// Finds who is to stay where he is, so that the servers find under `key` what they find now.
  void keep_out(File file, const std::string& key) {
    in_the_way_ = fmt::format("{}: {}", snapshot_->file(file).path(), values::quoted(key));
    std::string domain(domain_of(key));
    if (const auto target = snapshot_->line_of(File::alias_domains, domain)) {
      domain = *target;  // whose addresses it follows
    }
    if (!domains_.contains(domain)) {
      return;
    }
    auto local = local_of_key(file, key);
    if (const auto all = addresses_.find({domain, "*"});
        (file == File::aliases || file == File::access) && all != addresses_.end() &&
        (all->second.trouble.empty() || kept_out_.contains({domain, "*"})) &&
        entry_in(file, all->second) != nullptr) {
      local = "*";
    }
    if (!kept_out_.emplace(domain, local).second) {
      return;  // he stays already, from the next go on
    }
    auto found = addresses_.find({domain, local});
    if (found == addresses_.end() || !found->second.trouble.empty()) {
      found = addresses_.try_emplace({domain, ""}).first;
    }
    auto& address = found->second;
    if (!address.trouble.empty()) {
      return;
    }
    more_stays_ = true;
    const auto* why = local == "*" ? "the catch-all takes the mail of mailboxes as well"
                                   : "a manifest would say something else";
    if (const auto* entry = entry_in(file, address)) {
      address.trouble = told(file, *entry, why);
    } else if (!address.entries.empty()) {
      address.trouble = told(address.entries.front().first, *address.entries.front().second, why);
    } else {
      address.trouble = fmt::format("{}: {}: {}", snapshot_->file(file).path(), key, why);
    }
  }

  Takeover finish(Takeover out, Contents written) const {
    if (!out.addresses.empty()) {
      out.contents = std::move(written);
    }
    for (const auto& [place, address] : addresses_) {
      const auto whole = addresses_.find({place.first, ""});
      if (!address.trouble.empty()) {
        out.left.push_back(address.trouble);
      } else if (whole != addresses_.end() && !whole->second.trouble.empty() &&
                 !address.entries.empty()) {
        const auto& [file, entry] = address.entries.front();
        out.left.push_back(told(file, *entry, "its domain stays outside"));
      }
    }
    return out;
  }

  const std::shared_ptr<const Snapshot>& snapshot_;
  const std::set<std::string>& domains_;
  const std::set<std::string>& declared_;
  std::array<std::vector<OutsideEntry>, kFiles> entries_;
  std::array<std::map<std::string_view, std::string_view>, kFiles> marked_;  ///< lines, by key
  std::map<Place, Address> addresses_;
  std::set<Place> kept_out_;  ///< by the last go
  std::string in_the_way_;    ///< what the last go would have changed
  bool more_stays_ = false;   ///< than at the beginning of the last go
};

}  // namespace

Result<Takeover> take_over_lines(const std::shared_ptr<const Snapshot>& snapshot,
                                 const std::set<std::string>& domains,
                                 const std::set<std::string>& declared) {
  return Move(snapshot, domains, declared).run();
}

}  // namespace plumb::providers::postfix_dovecot
