#include <map>

#include "state/store_impl.h"

namespace plumb::state {
namespace {

constexpr std::size_t kDigest = 32;

Error broken(const std::string& what) {
  return {ErrorCode::invalid_input, what, "restore a backup: plumb state restore FILE"};
}

/// Fails the transaction with the number of the row that is broken.
void in_row(Txn& txn, Db db, std::uint64_t row, Error error) {
  txn.fail(std::move(error).in(std::string(db_name(db)) + ", row " + std::to_string(row)));
}

/// Decodes every row of a database and hands it to `each` with its key.
template <class T, class Each>
void walk(Txn& txn, Db db, Each each) {
  Cursor cursor(txn, db);
  for (std::uint64_t row = 1; cursor.next(); ++row) {
    auto record = records::decode<T>(cursor.value());
    if (!record) {
      in_row(txn, db, row, std::move(record).error());
      return;
    }
    if (auto wrong = each(cursor.key(), *record); !wrong.empty()) {
      in_row(txn, db, row, broken(wrong));
      return;
    }
  }
}

template <class T>
void walk_resources(Txn& txn, Db db) {
  walk<T>(txn, db, [&](std::string_view row, const T& record) -> std::string {
    const auto key = records::read_resource_key(row);
    const auto whole = key ? whole_key(*key, record.long_key) : Result<std::string>();
    if (!key || !whole) {
      return "its key is broken";
    }
    if (!txn.get(Db::scopes, records::number_key(key->scope))) {
      return "its scope is unknown";
    }
    return records::resource_key(key->scope, key->kind, *whole) == row
               ? ""
               : "its key does not fit its record";
  });
}

void verify_scopes(Txn& txn) {
  walk<Scope>(txn, Db::scopes, [&](std::string_view key, const Scope& scope) -> std::string {
    const auto number = scope_number(txn, scope);
    return number && records::number_key(*number) == key ? "" : "the scope has no number";
  });
  if (txn.count(Db::scopes) != txn.count(Db::scope_ids)) {
    txn.fail(broken("scopes and their numbers differ"));
  }
}

/// What the open intents hold, by their own word.
struct Held {
  std::uint64_t keys = 0;
  std::map<std::string, std::uint32_t> consents;
};

/// Counts what an intent holds; false where one of its keys is not marked as open.
bool count_keys(Txn& txn, std::string_view row, const Intent& intent, Held& held) {
  const auto scope = scope_number(txn, intent.scope);
  for (const auto& key : intent.keys) {
    const auto resource = records::resource_key(scope.value_or(0), key.kind, key.key);
    const auto holder = txn.get(Db::open_keys, resource);
    if (!holder || *holder != row) {
      return false;
    }
    ++held.keys;
    if (!key.consent.empty()) {
      ++held.consents[key.consent];
    }
  }
  return true;
}

void verify_journal(Txn& txn) {
  Held held;
  walk<Intent>(txn, Db::intent, [&](std::string_view row, const Intent& intent) -> std::string {
    if (records::number_key(intent.seq) != row || intent.keys.empty()) {
      return "the intent does not fit its key";
    }
    return count_keys(txn, row, intent, held) ? "" : "a key of the intent is not marked as open";
  });
  if (txn.ok() && txn.count(Db::open_keys) != held.keys) {
    txn.fail(broken("a key is marked as open that no intent names"));
  }
  walk<records::ConsentUse>(
      txn, Db::consents, [&](std::string_view, const records::ConsentUse& use) -> std::string {
        const auto found = held.consents.find(use.id);
        return use.reserved == (found == held.consents.end() ? 0U : found->second)
                   ? ""
                   : "consent \"" + use.id + "\" is not reserved as the open intents say";
      });
}

void verify_history(Txn& txn) {
  const auto counters = read_counters(txn);
  Sha256 sha256;
  std::string digest;
  std::uint64_t seq = 0;
  Cursor cursor(txn, Db::audit);
  while (txn.ok() && cursor.next()) {
    ++seq;
    const auto record = history_record(txn, cursor.value());
    digest = history_digest(sha256, digest, record);
    // The chain first: what was changed need not be a record any more.
    const auto row =
        cursor.value().starts_with(digest) ? decode_in<HistoryRow>(txn, record) : std::nullopt;
    if (!row || row->seq != seq || records::number_key(seq) != cursor.key()) {
      txn.fail(broken("history row " + std::to_string(seq) +
                      ": the chain of digests is broken: this row, or the one before it, was "
                      "changed or is missing"));
    }
  }
  if (txn.ok() && (seq != counters.history || digest != counters.history_digest)) {
    txn.fail(broken("history: rows are missing at its end"));
  }
}

}  // namespace

std::string_view history_record(Txn& txn, std::string_view row) {
  if (row.size() < kDigest) {
    txn.fail(broken("the state holds a history row that is cut off"));
    return {};
  }
  return row.substr(kDigest);
}

void verify_rows(Txn& txn) {
  read_identity(txn);
  verify_scopes(txn);
  walk_resources<records::Claim>(txn, Db::claims);
  walk_resources<records::Outputs>(txn, Db::outputs);
  walk<Settled>(txn, Db::settled, [](std::string_view, const Settled&) { return std::string(); });
  walk<records::TakenOver>(txn, Db::taken_over, [](std::string_view, const records::TakenOver&) {
    return std::string();
  });
  walk<records::Account>(
      txn, Db::accounts, [](std::string_view, const records::Account&) { return std::string(); });
  verify_journal(txn);
  verify_history(txn);
}

}  // namespace plumb::state
