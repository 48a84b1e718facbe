#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "controller/providers/postfix_dovecot/snapshot.h"
#include "resources/model/result.h"

namespace plumb::providers::postfix_dovecot {

/// A mailbox, put together from the lines of all files. Views into the Snapshot, or into
/// DomainState::keep.
struct Mailbox {
  std::string_view local;
  std::string_view hash;  ///< with its {SCHEME}; empty: nobody can log in
  std::string_view uid, gid, display_name /*encoded*/, home, shell;
  std::vector<std::string_view> extras;   ///< extra fields of others
  std::uint64_t quota = 0;                ///< octets; 0: no limit
  std::string_view place;                 ///< below Postfix's virtual_mailbox_base
  std::vector<std::string_view> send_as;  ///< sorted, without its own
  bool nologin = false;
  bool has_user = false;                                    ///< stands in the passwd-file
  bool has_place = false;                                   ///< stands in virtual_mailbox_maps
  bool owns_itself = false;                                 ///< may send as itself
  bool only_receives = false, refused_as_disabled = false;  ///< what submission_access says

  /// Postfix takes mail for it. Of a new mailbox this is written last, of one that goes it is taken
  /// out last: so half of a new one does not exist yet, and half of an old one is still there.
  bool exists() const { return has_place; }
  bool receive_only() const { return only_receives || !owns_itself; }
  bool disabled() const { return nologin && (only_receives || refused_as_disabled); }
};

enum class AliasForm : std::uint8_t { to, discard, reject };

/// An alias; views as in Mailbox.
struct Alias {
  std::string_view local;  ///< "*": all other addresses
  AliasForm form = AliasForm::to;
  std::string_view value;  ///< to: addresses with commas; reject: the text
};

/// One domain, put together from all files. Not thread-safe; may be copied before keep() was used.
struct DomainState {
  std::shared_ptr<const Snapshot> from;
  std::string name;                ///< without final dot
  bool listed = false;             ///< stands in one of the two maps of domains
  std::string_view alias_of;       ///< without final dot; empty: a domain of its own
  std::uint64_t quota = 0;         ///< octets; 0: no limit
  std::vector<Mailbox> mailboxes;  ///< sorted by local part, each once
  std::vector<Alias> aliases;      ///< sorted by local part, each once
  /// Whether every address that the catch-all must not take has a line of its own.
  bool catch_all_guarded = true;
  /// Of an alias domain: whether its lines are those that follow from its target.
  bool follows_target = true;
  std::string_view selector;  ///< empty: nothing signs

  Mailbox* mailbox(std::string_view local);
  /// The mailbox, made where it is missing.
  Mailbox& mailbox_at(std::string_view local);
  Alias* alias(std::string_view local);
  const Alias* alias(std::string_view local) const;
  Alias& alias_at(std::string_view local);
  /// A view of `text` that lives as long as this.
  std::string_view keep(std::string text) { return kept.emplace_back(std::move(text)); }

  std::deque<std::string> kept;
};

/// What is wrong with a line of `file` that belongs to `domain`, looked at alone; empty: nothing.
std::string line_trouble(File file, std::string_view domain, std::string_view line);

/// Reads what the files tell of a domain. Errors: a line that is nonsense, as "<path>:<line>: ...".
Result<DomainState> read_domain(const std::shared_ptr<const Snapshot>& snapshot,
                                std::string_view domain);

}  // namespace plumb::providers::postfix_dovecot
