#include "controller/providers/postfix_dovecot/take_over.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "controller/providers/postfix_dovecot/address.h"
#include "controller/providers/postfix_dovecot/passwd_line.h"
#include "controller/providers/postfix_dovecot/render.h"
#include "controller/providers/postfix_dovecot/write.h"
#include "resources/values/quoted.h"

namespace plumb::providers::postfix_dovecot {
namespace {

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  return out;
}

/// "jane", "*" for all others, "" for the domain itself.
std::string local_of_key(File file, std::string_view key) {
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

/// What a server reads under a key, in one spelling.
std::string meaning(File file, std::string_view line) {
  const auto value = split_line(line).value;
  std::vector<std::string> items;
  Mailbox mailbox;
  switch (file) {
    case File::users:
      if (!read_passwd_line(line, mailbox).empty()) {
        return std::string(line);
      }
      for (const auto extra : mailbox.extras) {
        items.emplace_back(extra);
      }
      items.push_back(fmt::format("{}:{}:{}:{}:{}:{} {} {}",
                                  mailbox.hash,
                                  mailbox.uid,
                                  mailbox.gid,
                                  mailbox.display_name,
                                  mailbox.home,
                                  mailbox.shell,
                                  mailbox.quota,
                                  mailbox.nologin));
      break;
    case File::domains:
      return {};
    case File::senders:
    case File::aliases:
      for_each_item(value, [&](std::string_view item) { items.emplace_back(item); });
      break;
    default:
      return std::string(value);
  }
  std::sort(items.begin(), items.end());
  return fmt::format("{}", fmt::join(items, "\n"));
}

using Answers = std::map<std::string, std::string>;

/// What a file answers for the keys of `domains`.
Answers answers_of(const MarkedFile& lines, File file, const std::set<std::string>& domains) {
  Answers answers;
  for (const auto& entry : lines.outside()) {
    if (domains.contains(std::string(domain_of(entry.key)))) {
      answers.emplace(entry.key, meaning(file, entry.text));
    }
  }
  for (const auto& domain : domains) {
    for (const auto& run : lines.of(domain)) {
      LineReader reader(run);
      std::string_view line;
      while (reader.next(line)) {
        const auto key =
            file == File::users ? line.substr(0, line.find(':')) : split_line(line).key;
        answers.emplace(std::string(key), meaning(file, line));
      }
    }
  }
  return answers;
}

class Move {
 public:
  Move(const std::shared_ptr<const Snapshot>& snapshot, const std::set<std::string>& domains)
      : snapshot_(snapshot), domains_(domains) {}

  Result<Takeover> run() {
    collect();
    for (std::size_t tries = addresses_.size() + domains_.size() + 2; tries > 0; --tries) {
      PLUMB_TRY(taken, attempt());
      if (taken) {
        return std::move(*taken);
      }
    }
    return fail(ErrorCode::internal, "the lines of the mail server cannot be taken over");
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
      entries_[i] = snapshot_->files[i].outside();
      for (const auto& entry : entries_[i]) {
        const auto domain = lower_case(domain_of(entry.key));
        if (domains_.contains(domain)) {
          add(file, entry, addresses_[{domain, lower_case(local_of_key(file, entry.key))}]);
        }
      }
    }
    for (auto& [place, address] : addresses_) {
      check_whole(place, address);
    }
  }

  void add(File file, const OutsideEntry& entry, Address& address) {
    const auto domain = lower_case(domain_of(entry.key));
    auto why = file == File::alias_domains
                   ? "a domain whose addresses are another's: declare it with `aliasOf`"
                   : line_trouble(file, domain, normal_line(file, entry));
    if (file == File::users && entry.key != lower_case(entry.key)) {
      why = "Dovecot looks names up in lower case";
    }
    if (file == File::senders && why.empty()) {
      const auto owners = split_line(entry.text).value;
      for_each_item(owners, [&](std::string_view owner) {
        why = is_target(owner) ? why : fmt::format("{} is no login name", values::quoted(owner));
      });
      why = owners.empty() ? "nobody owns the address" : why;
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

  bool is_marked(File file, std::string_view key) const {
    for (const auto& run : snapshot_->file(file).of(domain_of(key))) {
      LineReader reader(run);
      std::string_view line;
      while (reader.next(line)) {
        if (key == (file == File::users ? line.substr(0, line.find(':')) : split_line(line).key)) {
          return true;
        }
      }
    }
    return false;
  }

  /// A login without a mailbox is none that a manifest can say.
  void check_whole(const Place& place, Address& address) const {
    const auto entry_in = [&](File file) -> const OutsideEntry* {
      for (const auto& [in, entry] : address.entries) {
        if (in == file) {
          return entry;
        }
      }
      return nullptr;
    };
    const auto* user = entry_in(File::users);
    if (address.trouble.empty() && user != nullptr && entry_in(File::mailboxes) == nullptr &&
        !is_marked(File::mailboxes, place.second + "@" + place.first)) {
      address.trouble = told(File::users, *user, "no line in postfix/mailboxes: it gets no mail");
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
    std::array<std::string, kFiles> contents;
    for (std::size_t i = 0; i < kFiles; ++i) {
      contents[i] = snapshot_->files[i].moved(dropped[i], added[i]);
    }
    PLUMB_TRY(merged, Snapshot::with_files(*snapshot_, contents));
    States states;
    for (const auto& [domain, count] : out.addresses) {
      auto state = read_domain(merged, domain);
      if (!state) {
        addresses_[{domain, ""}].trouble = state.error().message;
        return std::optional<Takeover>();
      }
      states.emplace(domain, std::move(*state));
    }
    PLUMB_TRY(written, contents_with(merged, states));
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
      const bool has_mailbox =
          std::any_of(address.entries.begin(), address.entries.end(), [](const auto& entry) {
            return entry.first == File::mailboxes;
          });
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
      const auto before = answers_of(snapshot_->files[i], file, domains_);
      const auto now = answers_of(after.files[i], file, domains_);
      for (const auto& [key, value] : before) {
        const auto found = now.find(key);
        if (found == now.end() || found->second != value) {
          keep_out(file, key, local_of_key(file, key));
          same = false;
        }
      }
      const bool may_grow = file == File::domains || file == File::senders;
      for (const auto& [key, value] : now) {
        if (!may_grow && !before.contains(key)) {
          keep_out(file, key, "*");
          same = false;
        }
      }
    }
    return same;
  }

  /// Finds who is to stay where he is, so that the servers find under `key` what they find now.
  void keep_out(File file, const std::string& key, const std::string& local) {
    const std::string domain(domain_of(key));
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
    const auto* why = local == "*" ? "the catch-all takes the mail of mailboxes as well"
                                   : "a manifest would say something else";
    address.trouble =
        address.entries.empty()
            ? fmt::format("{}: {}: {}", snapshot_->file(file).path(), key, why)
            : told(address.entries.front().first, *address.entries.front().second, why);
  }

  Takeover finish(Takeover out, const std::array<std::string, kFiles>& written) const {
    for (std::size_t i = 0; i < kFiles; ++i) {
      out.contents[i] =
          out.addresses.empty() ? std::string(snapshot_->files[i].content()) : written[i];
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
  std::array<std::vector<OutsideEntry>, kFiles> entries_;
  std::map<Place, Address> addresses_;
  std::set<Place> kept_out_;  ///< by the last go
};

}  // namespace

Result<Takeover> take_over_lines(const std::shared_ptr<const Snapshot>& snapshot,
                                 const std::set<std::string>& domains) {
  return Move(snapshot, domains).run();
}

}  // namespace plumb::providers::postfix_dovecot
