// What is remembered under the account of a Provider goes to the account that it has now.
#include <vector>

#include "state/store_impl.h"

namespace plumb::state {
namespace {

/// A row that stands under another key, or says something else, afterwards.
struct Rewrite {
  std::string from;
  std::string to;
  std::string value;
};

bool point_to(std::vector<ResourceId>& needs, const Rebinding& what) {
  bool any = false;
  for (auto& need : needs) {
    if (need.scope.account == what.from) {
      need.scope.account = what.to;
      any = true;
    }
  }
  return any;
}

/// One rebinding within its transaction.
class Rebind {
 public:
  Rebind(Txn& txn, const Rebinding& what) : txn_(txn), what_(what) {}

  /// The scopes that were moved, under their new account.
  std::vector<Scope> run() {
    const auto scopes = of_old_account();
    for (const auto& [number, scope] : scopes) {
      const Scope renamed{what_.to, scope.container};
      move_intents(number, renamed);
      const auto there = scope_number(txn_, renamed);
      txn_.erase(Db::settled, records::number_key(number));
      if (there) {
        txn_.erase(Db::settled, records::number_key(*there));
        join(number, *there);
      } else {
        rename(number, scope, renamed);
      }
      moved_.push_back(renamed);
    }
    point_intents();
    point_claims();
    return std::move(moved_);
  }

 private:
  std::vector<std::pair<std::uint32_t, Scope>> of_old_account() {
    std::vector<std::pair<std::uint32_t, Scope>> found;
    Cursor cursor(txn_, Db::scopes);
    while (cursor.next()) {
      auto scope = decode_in<Scope>(txn_, cursor.value());
      if (scope && scope->account == what_.from) {
        found.emplace_back(records::read_number32(cursor.key()), std::move(*scope));
      }
    }
    return found;
  }

  /// Rows refer to their scope by its number: it is called otherwise, and that is all.
  void rename(std::uint32_t number, const Scope& scope, const Scope& renamed) {
    const auto key = records::number_key(number);
    txn_.erase(Db::scope_ids, records::scope_key(scope));
    txn_.put(Db::scope_ids, records::scope_key(renamed), key);
    txn_.put(Db::scopes, key, records::encode(renamed));
  }

  /// The new account has such a scope already: what it remembers itself holds.
  void join(std::uint32_t number, std::uint32_t there) {
    for (const auto db : {Db::claims, Db::outputs}) {
      join_rows(db, number, there);
    }
    const auto key = records::number_key(number);
    const auto taken = txn_.get(Db::taken_over, key);
    if (taken && !txn_.get(Db::taken_over, records::number_key(there))) {
      txn_.put(Db::taken_over, records::number_key(there), std::string(*taken));
    }
    txn_.erase(Db::taken_over, key);
  }

  void join_rows(Db db, std::uint32_t number, std::uint32_t there) {
    std::vector<Rewrite> rows;
    {
      const auto prefix = records::number_key(number);
      Cursor cursor(txn_, db, prefix);
      while (cursor.next()) {
        const auto to =
            records::number_key(there) + std::string(cursor.key().substr(prefix.size()));
        rows.push_back({std::string(cursor.key()), to, std::string(cursor.value())});
      }
    }
    for (const auto& row : rows) {
      if (!txn_.get(db, row.to)) {
        txn_.put(db, row.to, row.value);
      }
      txn_.erase(db, row.from);
    }
  }

  /// What may or may not have been done is looked for at the new account.
  void move_intents(std::uint32_t number, const Scope& renamed) {
    std::vector<std::pair<std::string, Intent>> intents;
    {
      Cursor cursor(txn_, Db::intent);
      while (cursor.next()) {
        auto intent = decode_in<Intent>(txn_, cursor.value());
        if (intent && intent->scope == Scope{what_.from, renamed.container}) {
          intents.emplace_back(std::string(cursor.key()), std::move(*intent));
        }
      }
    }
    const auto there = scope_number(txn_, renamed).value_or(number);
    for (auto& [row, intent] : intents) {
      intent.scope = renamed;
      for (auto& key : intent.keys) {
        txn_.erase(Db::open_keys, records::resource_key(number, key.kind, key.key));
        const auto resource = records::resource_key(there, key.kind, key.key);
        if (txn_.get(Db::open_keys, resource)) {
          txn_.fail({ErrorCode::conflict,
                     "changes of " + renamed.container + " are open at both accounts of Provider " +
                         what_.provider,
                     "run plumb apply without the consent first: open changes are settled then"});
        }
        txn_.put(Db::open_keys, resource, row);
      }
      txn_.put(Db::intent, row, records::encode(intent));
    }
  }

  /// What is open elsewhere becomes claims once it is settled.
  void point_intents() {
    std::vector<std::pair<std::string, Intent>> intents;
    {
      Cursor cursor(txn_, Db::intent);
      while (cursor.next()) {
        auto intent = decode_in<Intent>(txn_, cursor.value());
        bool any = false;
        for (std::size_t i = 0; intent && i < intent->keys.size(); ++i) {
          any |= point_to(intent->keys[i].claim.needs, what_);
        }
        if (any) {
          intents.emplace_back(std::string(cursor.key()), std::move(*intent));
        }
      }
    }
    for (const auto& [row, intent] : intents) {
      txn_.put(Db::intent, row, records::encode(intent));
    }
  }

  void point_claims() {
    std::vector<Rewrite> rows;
    {
      Cursor cursor(txn_, Db::claims);
      while (cursor.next()) {
        auto claim = decode_in<records::Claim>(txn_, cursor.value());
        if (claim && point_to(claim->owned.needs, what_)) {
          rows.push_back({{}, std::string(cursor.key()), records::encode(*claim)});
        }
      }
    }
    for (const auto& row : rows) {
      txn_.put(Db::claims, row.to, row.value);
    }
  }

  Txn& txn_;
  const Rebinding& what_;
  std::vector<Scope> moved_;
};

}  // namespace

Result<void> LmdbStore::rebind(const Rebinding& what,
                               const std::string& consent,
                               const std::string& run,
                               const std::string& commit,
                               const std::string& now) {
  return write([&](Writing& writing) {
    HistoryRow row;
    row.when = now;
    row.run = run;
    row.commit = commit;
    row.what = "rebind";
    row.result = "done";
    row.detail = "Provider " + what.provider + " was " + what.from + ", by Consent " + consent;
    for (auto& scope : Rebind(writing.txn, what).run()) {
      row.scope = std::move(scope);
      writing.record(row);
    }
    writing.put_if_new(Db::accounts,
                       records::name_key(what.provider),
                       records::encode(records::Account{what.provider, what.to}));
    writing.count_consent(consent, 1, 0);
    return true;
  });
}

}  // namespace plumb::state
