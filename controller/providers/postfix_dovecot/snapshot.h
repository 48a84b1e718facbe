#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "controller/providers/postfix_dovecot/config.h"
#include "controller/providers/postfix_dovecot/key_folders.h"
#include "controller/providers/postfix_dovecot/marked_file.h"

namespace plumb::providers::postfix_dovecot {

/// The files with a marked part, in the order in which what is new is written: who can log in
/// before who can receive, where mail goes before that it is taken at all.
enum class File : std::uint8_t {
  users,          ///< Dovecot's passwd-file
  senders,        ///< smtpd_sender_login_maps
  submission,     ///< check_sasl_access: who may not send
  mailboxes,      ///< virtual_mailbox_maps
  access,         ///< check_recipient_access: rejects
  aliases,        ///< virtual_alias_maps
  selectors,      ///< domain and selector, for the signer
  alias_domains,  ///< virtual_alias_domains
  domains,        ///< virtual_mailbox_domains
};
constexpr std::size_t kFiles = 9;
constexpr std::size_t at(File file) {
  return static_cast<std::size_t>(file);
}

/// The file's name below the provider's directory; `selectors` is in that of the keys.
std::string_view name_of(File file);
/// Whether Postfix reads it as a table: such are indexed by postmap.
bool is_postfix_table(File file);

/// What files are to hold; nothing: such a file stays as the snapshot has it, whatever its size.
using Contents = std::array<std::optional<std::string>, kFiles>;

/// One address that a mailbox may send as besides its own; views into `senders`.
struct SendAs {
  std::string_view owner;  ///< login name
  std::string_view address;
};

/// All files at one moment. Immutable.
struct Snapshot {
  std::array<MarkedFile, kFiles> files;
  std::vector<SendAs> send_as;        ///< by domain of the owner, owner, address
  std::vector<KeyFile> keys;          ///< by domain and selector
  std::vector<std::string> policies;  ///< domains that have a policy file, sorted

  /// The same with other files. Errors: a line of `senders` that is nonsense, marks that are gone.
  static Result<std::shared_ptr<const Snapshot>> with_files(const Snapshot& old,
                                                            const Contents& contents);

  const MarkedFile& file(File which) const { return files[at(which)]; }
  std::span<const SendAs> send_as_of(std::string_view owner_domain) const;
  std::span<const KeyFile> keys_of(std::string_view domain) const;
  /// Every domain that a file tells of, sorted; senders do not count.
  std::vector<std::string_view> domains() const;
  /// Whether a file has lines of it; senders do not count.
  bool has_lines_of(std::string_view domain) const;
  /// Whether domains() has it.
  bool knows(std::string_view domain) const;
  /// The value of a domain's own line in `domains`, `alias_domains` or `selectors`; nothing: none.
  std::optional<std::string_view> line_of(File which, std::string_view domain) const;
  /// Domains whose addresses are those of `domain`.
  std::vector<std::string_view> aliases_of(std::string_view domain) const;
  /// A change token of all that the files tell of a domain; empty where a key or policy has moved
  /// just now, so that it would prove nothing.
  std::string fingerprint(std::string_view domain, const std::filesystem::path& web_root) const;
};

/// Where the files are, and what they held when last read. Thread-safe.
class Files {
 public:
  Files(const std::filesystem::path& root, const Config& config);

  std::filesystem::path path_of(File file) const;
  const std::filesystem::path& directory() const { return directory_; }
  const std::filesystem::path& keys() const { return keys_; }          ///< empty: no keys
  const std::filesystem::path& web_root() const { return web_root_; }  ///< empty: no policies
  bool flat_keys() const { return flat_; }
  std::filesystem::path key_path(std::string_view domain, std::string_view selector) const;
  std::filesystem::path policy_path(std::string_view domain) const;

  /// What the files hold now. Each is read again only where it has moved. Errors: a file that
  /// cannot be read, or no part of which can be told to a domain.
  Result<std::shared_ptr<const Snapshot>> load();
  /// Makes load() give this, until a file moves.
  void pretend(std::shared_ptr<const Snapshot> snapshot);
  void stop_pretending();

 private:
  using Stamps = std::array<std::optional<std::string>, kFiles>;
  std::string tokens() const;
  Result<std::shared_ptr<const Snapshot>> read(Stamps& stamps) const;
  Result<MarkedFile> read_file(File which) const;
  void list_policies(Snapshot& into) const;

  std::filesystem::path directory_, keys_, web_root_;
  bool flat_ = false;
  std::mutex mutex_;
  KeyFolders key_folders_;
  std::string pretended_tokens_;
  std::shared_ptr<const Snapshot> pretended_;
  std::shared_ptr<const Snapshot> last_;
  Stamps last_stamps_;  ///< of the files of `last_`; nothing: such a one is read again
};

/// Calls `each` for the texts of a list as tables write it: separated by commas and blanks.
template <class Each>
void for_each_item(std::string_view list, Each each, std::string_view separators = ", \t") {
  while (true) {
    const auto begin = list.find_first_not_of(separators);
    if (begin == std::string_view::npos) {
      return;
    }
    const auto end = std::min(list.find_first_of(separators, begin), list.size());
    each(list.substr(begin, end - begin));
    list.remove_prefix(end);
  }
}

/// Cuts a line of a table at the blanks behind its key.
struct KeyValue {
  std::string_view key, value;
};
KeyValue split_line(std::string_view line);

}  // namespace plumb::providers::postfix_dovecot
