#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "resources/kinds/common.h"
#include "resources/model/diagnostic.h"
#include "resources/model/packed.h"
#include "resources/model/place.h"
#include "resources/model/value.h"

namespace plumb::kinds {

/// What few mailboxes and aliases say.
struct MailExtra {
  Common common;
  std::vector<std::pair<std::string, std::string>> labels;
};

/// A piece of a pack's text.
struct PackedText {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  Place place;
};

/// One Mailbox as written: nothing made canonical, its domain not yet known.
struct PackedMailbox {
  PackedText name;  ///< the address
  PackedText display_name;
  PackedText password;  ///< where it is: the locator of its SecretRef
  std::uint64_t quota = 0;
  Place quota_place;
  std::uint32_t first_sender = 0;
  std::uint32_t senders = 0;  ///< of `sendAs`
  std::uint32_t extra = 0;    ///< 1 + index; 0 = none
  enum class Source : std::uint8_t { none, env, file, exec, hash } source = Source::none;
  bool has_display_name : 1 = false;
  bool has_quota : 1 = false;
  bool has_senders : 1 = false;
  bool has_receive_only : 1 = false;
  bool receive_only : 1 = false;
  bool has_disabled : 1 = false;
  bool disabled : 1 = false;
  bool always : 1 = false;  ///< `manage: always`
};

/// One alias as written, of a document of its own or of the `aliases` of a Domain or Profile.
struct PackedAlias {
  PackedText name;  ///< the address, or a local part, or "*"
  std::uint32_t first_text = 0;
  std::uint32_t texts = 0;  ///< targets, or the one text of `reject`
  std::uint32_t extra = 0;  ///< 1 + index; 0 = none
  enum class What : std::uint8_t { to, discard, reject, gone } what = What::to;
};

/// The mailboxes and aliases of one file in about the room that their text takes: a project may
/// have hundreds of thousands. Not thread-safe while it is being filled.
class MailPack {
 public:
  /// Whether a document of kind Mailbox or Alias is of the common plain form, for which no schema
  /// need be asked: whatever is plain, its schema accepts.
  static bool is_plain(const Value& document);
  /// The same for one member of `aliases`.
  static bool is_plain_alias(const Value& target);

  /// Adds a Mailbox or Alias that is plain or has passed its schema. What only code can check goes
  /// to `problems`; then it is left out and false is returned.
  bool add_mailbox(const Value& document, Diagnostics& problems);
  bool add_alias(const Value& document, Diagnostics& problems);
  /// Adds one member of `aliases`; `target` null: what a profile gives is taken away.
  bool add_inline(const Field& member, Diagnostics& problems);

  std::span<const PackedMailbox> mailboxes() const { return mailboxes_; }
  /// Of documents and of `aliases`, in the order in which they were added.
  std::span<const PackedAlias> aliases() const { return aliases_; }
  /// Numbers in aliases() of those with documents of their own.
  std::span<const std::uint32_t> alias_documents() const { return alias_documents_; }

  std::string_view text(const PackedText& text) const {
    return std::string_view(text_).substr(text.offset, text.size);
  }
  std::span<const PackedText> senders(const PackedMailbox& mailbox) const {
    return std::span(texts_).subspan(mailbox.first_sender, mailbox.senders);
  }
  std::span<const PackedText> texts(const PackedAlias& alias) const {
    return std::span(texts_).subspan(alias.first_text, alias.texts);
  }
  /// nullptr for a plain one.
  const MailExtra* extra(std::uint32_t number) const {
    return number == 0 ? nullptr : &extras_[number - 1];
  }
  /// Gives back what the vectors have too much.
  void shrink();

  /// Whether a password's hash stands in it, which is to be written nowhere.
  bool holds_hash() const;
  /// All of it, for read() of the same program.
  void write(PackWriter& out) const;
  static MailPack read(PackReader& in);

 private:
  PackedText store(std::string_view text, Place place);
  void store_list(const Value& list, std::uint32_t& first, std::uint32_t& count);
  std::uint32_t store_extra(const Value& document, const Kind& kind, Diagnostics& problems);
  bool read_password(const Value& password, PackedMailbox& mailbox, Diagnostics& problems);
  bool read_target(const Value& target, PackedAlias& alias, Diagnostics& problems);

  std::string text_;
  std::vector<PackedText> texts_;
  std::vector<PackedMailbox> mailboxes_;
  std::vector<PackedAlias> aliases_;
  std::vector<std::uint32_t> alias_documents_;
  std::vector<MailExtra> extras_;
};

}  // namespace plumb::kinds
