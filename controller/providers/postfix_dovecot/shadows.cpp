#include "controller/providers/postfix_dovecot/shadows.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "controller/providers/postfix_dovecot/address.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"
#include "resources/values/quoted.h"

namespace plumb::providers::postfix_dovecot {
namespace {

/// What is ours of one domain. Views into what it was taken from.
class Ours {
 public:
  explicit Ours(const DomainState& state) : name_(state.name) {
    domain_ = state.listed;
    follows_ = !state.alias_of.empty();
    signs_ = !state.selector.empty();
    for (const auto& mailbox : state.mailboxes) {
      mailboxes_.insert(mailbox.local);
      send_as_.insert(send_as_.end(), mailbox.send_as.begin(), mailbox.send_as.end());
    }
    for (const auto& alias : state.aliases) {
      aliases_.insert(alias.local);
      rejects_all_ = rejects_all_ || (alias.local == "*" && alias.form == AliasForm::reject);
    }
  }

  void take(const DesiredScope& declared) {
    for (const auto& entry : declared.table.entries()) {
      const auto key = declared.table.key(entry);
      const auto body = declared.table.body(entry);
      if (entry.kind == kinds::kMailDomain) {
        domain_ = true;
        follows_ =
            follows_ || !cbor::field_octets(body, kinds::kMailDomainAliasOf).value_or("").empty();
      } else if (entry.kind == kinds::kMailbox) {
        mailboxes_.insert(key);
        const auto others = cbor::field_list(body, kinds::kMailboxSendAs);
        send_as_.insert(send_as_.end(), others.begin(), others.end());
      } else if (entry.kind == kinds::kAlias) {
        aliases_.insert(key);
        rejects_all_ = rejects_all_ || (key == "*" && cbor::field(body, kinds::kAliasReject));
      } else if (entry.kind == kinds::kDKIMSigning) {
        signs_ = true;
      }
    }
  }

  /// Whether a key of a file is ours, wherever it stands.
  bool has(File file, std::string_view key) const {
    const auto local = key.starts_with('@') ? std::string_view("*") : local_of(key);
    const bool mailbox = mailboxes_.find(local) != mailboxes_.end();
    switch (file) {
      case File::domains:
      case File::alias_domains:
        return domain_ && key == name_;
      case File::selectors:
        return signs_ && key == name_;
      case File::users:
      case File::mailboxes:
      case File::senders:
      case File::submission:
        return mailbox;
      case File::access:
        if (key == name_) {
          return rejects_all_ || follows_;
        }
        [[fallthrough]];
      case File::aliases:
        return follows_ || mailbox || aliases_.find(local) != aliases_.end();
    }
    return false;
  }
  const std::vector<std::string_view>& send_as() const { return send_as_; }

 private:
  std::string_view name_;
  bool domain_ = false, follows_ = false, signs_ = false, rejects_all_ = false;
  std::set<std::string_view> mailboxes_, aliases_;  ///< local parts
  std::vector<std::string_view> send_as_;
};

Error hides(const MarkedFile& file, std::uint32_t line, std::string_view key) {
  return Error{
      .code = ErrorCode::conflict,
      .message = fmt::format(
          "{}:{}: {} stands outside of the marked part", file.path(), line, values::quoted(key)),
      .hint = fmt::format("take the line out or, to have plumb keep it, move it between "
                          "\"{}\" and \"{}\"",
                          kBegin,
                          kEnd),
      .category = ErrorCategory::conflict};
}

}  // namespace

std::optional<Error> shadowed(const Snapshot& snapshot,
                              const DomainState& state,
                              const DesiredScope* declared) {
  const auto& files = snapshot.files;
  if (std::none_of(files.begin(), files.end(), [](const MarkedFile& file) {
        return file.has_foreign_lines();
      })) {
    return std::nullopt;
  }
  Ours ours(state);
  if (declared != nullptr) {
    ours.take(*declared);
  }
  for (std::size_t i = 0; i < kFiles; ++i) {
    for (const auto& foreign : files[i].foreign_of(state.name)) {
      if (ours.has(static_cast<File>(i), foreign.key)) {
        return hides(files[i], foreign.line, foreign.key);
      }
    }
  }
  const auto& senders = snapshot.file(File::senders);
  for (const auto address : ours.send_as()) {
    if (const auto line = senders.foreign_line_of(address); line != 0) {
      return hides(senders, line, address);
    }
  }
  return std::nullopt;
}

}  // namespace plumb::providers::postfix_dovecot
