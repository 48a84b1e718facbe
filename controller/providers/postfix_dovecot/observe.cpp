#include "controller/providers/postfix_dovecot/observe.h"

#include <algorithm>
#include <utility>

#include "controller/env/atomic_file.h"
#include "controller/providers/postfix_dovecot/bodies.h"
#include "controller/providers/postfix_dovecot/policy.h"
#include "controller/providers/postfix_dovecot/shadows.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"

namespace plumb::providers::postfix_dovecot {
namespace {

constexpr std::size_t kPolicyCap = std::size_t{64} << 10U;  // RFC 8461 §3.2 asks for no more

/// Collects the rows of one domain.
class Rows {
 public:
  void add(KindId kind, std::string_view key, std::string_view body) {
    builder_.add(kind, key, body);
  }
  void add_opaque(KindId kind, std::string_view key, std::string because) {
    side_.push_back({.handle = {}, .opaque_because = std::move(because), .outputs = {}});
    builder_.add(
        kind, key, cbor::body({}), EntryFlag::opaque, static_cast<std::uint32_t>(side_.size()));
  }
  void add_with(KindId kind,
                std::string_view key,
                std::string_view body,
                std::vector<Field> outputs) {
    side_.push_back({.handle = {}, .opaque_because = {}, .outputs = std::move(outputs)});
    builder_.add(kind, key, body, 0, static_cast<std::uint32_t>(side_.size()));
  }
  void reserve(const DomainState& state) {
    const auto rows = 2 * state.mailboxes.size() + state.aliases.size() + 4;
    builder_.reserve(rows, rows * 48);
  }
  ObservedScope seal() {
    ObservedScope scope;
    scope.table = builder_.seal().table;
    scope.side = std::move(side_);
    scope.reading = Reading::read;
    return scope;
  }

 private:
  TableBuilder builder_;
  std::vector<Seen> side_;
};

std::string password_body(std::optional<bool> intact) {
  std::string body;
  cbor::map(body, intact ? 1 : 0);
  if (intact) {
    cbor::unsigned_number(body, kinds::kPasswordIntact);
    cbor::unsigned_number(body, *intact ? 1 : 0);
  }
  return body;
}

void add_lists(const DomainState& state, const Intact& intact, Rows& rows) {
  for (const auto& mailbox : state.mailboxes) {
    if (!mailbox.exists()) {
      continue;
    }
    rows.add(kinds::kMailbox, mailbox.local, mailbox_body(mailbox));
    if (!mailbox.hash.empty()) {
      rows.add(kinds::kPassword, mailbox.local, password_body(intact(mailbox.local, mailbox.hash)));
    }
  }
  for (const auto& alias : state.aliases) {
    if (alias.local != "*" || state.catch_all_guarded) {
      rows.add(kinds::kAlias, alias.local, alias_body(alias));
    }
  }
}

Result<void> add_keys(std::span<const KeyFile> files, Keys& keys, Rows& rows) {
  for (const auto& file : files) {
    auto half = keys.read(file);
    if (!half && half.error().code != ErrorCode::invalid_input) {
      return tl::unexpected(std::move(half).error());  // it may well be ours
    }
    if (!half) {
      rows.add_opaque(kinds::kDKIMKey, file.selector, half.error().message);
      continue;
    }
    rows.add_with(kinds::kDKIMKey,
                  file.selector,
                  key_body(*half),
                  {{"publicKey", Value{std::move(half->text), {}}}});
  }
  return {};
}

Result<void> add_policy(const std::filesystem::path& path, Rows& rows) {
  auto text = env::read_file(path, kPolicyCap);
  if (!text && text.error().code != ErrorCode::invalid_input) {
    return text.error().code == ErrorCode::not_found
               ? Result<void>()
               : Result<void>(tl::unexpected(std::move(text).error()));
  }
  const auto body = text ? policy_body(*text) : std::nullopt;
  if (body) {
    rows.add(kinds::kMTASTSPolicy, "", *body);
  } else {
    rows.add_opaque(kinds::kMTASTSPolicy,
                    "",
                    text ? path.string() + " is no MTA-STS policy" : text.error().message);
  }
  return {};
}

}  // namespace

Result<ObservedScope> observe_domain(const std::shared_ptr<const Snapshot>& snapshot,
                                     std::string_view domain,
                                     const Files& files,
                                     Keys& keys,
                                     const DesiredScope* declared,
                                     const Intact& intact,
                                     std::string fingerprint) {
  PLUMB_TRY(state, read_domain(snapshot, domain));
  if (auto hidden = shadowed(*snapshot, state, declared)) {
    return tl::unexpected(std::move(*hidden));
  }
  if (!snapshot->knows(domain)) {
    ObservedScope missing;
    missing.reading = Reading::missing;
    return missing;
  }
  Rows rows;
  rows.reserve(state);
  if (state.listed) {
    rows.add(kinds::kMailDomain, "", domain_body(state));
  }
  add_lists(state, intact, rows);
  if (!state.selector.empty()) {
    rows.add(kinds::kDKIMSigning, "", selector_body(state.selector));
  }
  if (auto done = add_keys(snapshot->keys_of(domain), keys, rows); !done) {
    return tl::unexpected(std::move(done).error());
  }
  if (!files.web_root().empty()) {
    if (auto done = add_policy(files.policy_path(domain), rows); !done) {
      return tl::unexpected(std::move(done).error());
    }
  }
  auto seen = rows.seal();
  seen.fingerprint = std::move(fingerprint);
  return seen;
}

Result<ObservedScope> observe_keys(const Snapshot& snapshot, std::string_view domain, Keys& keys) {
  if (!snapshot.knows(domain)) {
    ObservedScope missing;
    missing.reading = Reading::missing;
    return missing;
  }
  Rows rows;
  if (auto done = add_keys(snapshot.keys_of(domain), keys, rows); !done) {
    return tl::unexpected(std::move(done).error());
  }
  return rows.seal();
}

}  // namespace plumb::providers::postfix_dovecot
