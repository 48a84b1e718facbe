#include <algorithm>
#include <map>

#include "resources/model/cbor.h"
#include "resources/model/table.h"
#include "state/store_impl.h"

namespace plumb::state {
namespace {

/// A row of claims or outputs.
template <class T>
struct ResourceRow {
  std::uint32_t scope = 0;
  KindId kind{};
  std::string key;
  T record;
};

/// The row at the cursor; nullopt where it is broken, which is then the transaction's failure.
template <class T>
std::optional<ResourceRow<T>> read_row(Txn& txn, const Cursor& cursor) {
  const auto key = records::read_resource_key(cursor.key());
  if (!key) {
    txn.fail(key.error());
    return std::nullopt;
  }
  auto record = decode_in<T>(txn, cursor.value());
  if (!record) {
    return std::nullopt;
  }
  auto whole = whole_key(*key, record->long_key);
  if (!whole) {
    txn.fail(whole.error());
    return std::nullopt;
  }
  return ResourceRow<T>{key->scope, key->kind, std::move(*whole), std::move(*record)};
}

/// The rows of one scope in merge order.
ClaimedScope read_claims(Txn& txn, const Scope& scope, std::uint32_t number) {
  ClaimedScope claimed;
  claimed.scope = scope;
  claimed.taken_over = txn.get(Db::taken_over, records::number_key(number)).has_value();
  TableBuilder rows;
  Cursor cursor(txn, Db::claims, records::number_key(number));
  while (cursor.next()) {
    auto row = read_row<records::Claim>(txn, cursor);
    if (!row) {
      break;
    }
    claimed.side.push_back(std::move(row->record.owned));
    const auto side = static_cast<std::uint32_t>(claimed.side.size());
    rows.add(row->kind, row->key, row->record.body, 0, side);
  }
  claimed.table = rows.seal().table;
  return claimed;
}

bool matches(const HistoryRow& row, const HistoryFilter& filter) {
  if (filter.scope && row.scope != *filter.scope) {
    return false;
  }
  return !filter.resource || (row.scope == filter.resource->scope &&
                              row.kind == filter.resource->kind && row.key == filter.resource->key);
}

}  // namespace

template <class T>
Result<T> LmdbStore::read(const std::function<T(Txn&)>& reading) const {
  if (!env_) {
    return T();
  }
  Txn txn(*env_, false);
  auto found = reading(txn);
  if (txn.error()) {
    return tl::unexpected(*txn.error());
  }
  return found;
}

std::uint64_t LmdbStore::serial() const {
  const auto counters = read<records::Counters>(read_counters);
  return counters ? counters->serial : 0;
}

bool LmdbStore::empty() const {
  // What cannot be read is taken for empty: over an empty store nothing is ever deleted.
  const auto counters = read<records::Counters>(read_counters);
  return !counters || !counters->claimed;
}

Result<std::vector<Scope>> LmdbStore::scopes() const {
  return read<std::vector<Scope>>([](Txn& txn) {
    std::vector<Scope> scopes;
    Cursor cursor(txn, Db::scopes);
    while (cursor.next()) {
      if (!Cursor(txn, Db::claims, cursor.key()).next()) {
        continue;
      }
      if (auto scope = decode_in<Scope>(txn, cursor.value())) {
        scopes.push_back(std::move(*scope));
      }
    }
    std::sort(scopes.begin(), scopes.end());
    return scopes;
  });
}

Result<std::shared_ptr<const ClaimedScope>> LmdbStore::claims(const Scope& scope) const {
  return read<std::shared_ptr<const ClaimedScope>>(
      [&](Txn& txn) -> std::shared_ptr<const ClaimedScope> {
        const auto number = scope_number(txn, scope);
        if (!number) {
          return nullptr;
        }
        auto claimed = read_claims(txn, scope, *number);
        if (claimed.table.empty() && !claimed.taken_over) {
          return nullptr;
        }
        return std::make_shared<const ClaimedScope>(std::move(claimed));
      });
}

Result<std::string> LmdbStore::claims_digest(const Scope& scope) const {
  return read<std::string>([&](Txn& txn) -> std::string {
    const auto number = scope_number(txn, scope);
    if (!number) {
      return {};
    }
    const auto prefix = records::number_key(*number);
    const bool taken_over = txn.get(Db::taken_over, prefix).has_value();
    std::string rows;
    const auto add = [&](std::string_view part) { cbor::octets(rows, part); };
    Cursor cursor(txn, Db::claims, prefix);
    while (cursor.next()) {
      add(cursor.key().substr(prefix.size()));
      add(cursor.value());
    }
    if (rows.empty() && !taken_over) {
      return {};
    }
    return hash128(rows, identity_.seed) + (taken_over ? '\1' : '\0');
  });
}

Result<std::optional<std::string>> LmdbStore::claimed_body(const ResourceId& id) const {
  return read<std::optional<std::string>>([&](Txn& txn) -> std::optional<std::string> {
    const auto number = scope_number(txn, id.scope);
    if (!number) {
      return std::nullopt;
    }
    auto claim = decode_in<records::Claim>(
        txn, txn.get(Db::claims, records::resource_key(*number, id.kind, id.key)));
    return claim ? std::optional(std::move(claim->body)) : std::nullopt;
  });
}

Result<std::vector<StoredOutputs>> LmdbStore::outputs() const {
  return read<std::vector<StoredOutputs>>([](Txn& txn) {
    std::vector<StoredOutputs> all;
    Cursor cursor(txn, Db::outputs);
    std::map<std::uint32_t, Scope> scopes;
    while (cursor.next()) {
      auto row = read_row<records::Outputs>(txn, cursor);
      if (!row) {
        break;
      }
      const auto [scope, fresh] = scopes.try_emplace(row->scope);
      if (fresh) {
        const auto key = records::number_key(row->scope);
        scope->second = decode_in<Scope>(txn, txn.get(Db::scopes, key)).value_or(Scope());
      }
      all.push_back(
          {{scope->second, row->kind, std::move(row->key)}, std::move(row->record.values)});
    }
    return all;
  });
}

Result<std::vector<Intent>> LmdbStore::open_intents() const {
  return read<std::vector<Intent>>([](Txn& txn) {
    std::vector<Intent> intents;
    Cursor cursor(txn, Db::intent);
    while (cursor.next()) {
      if (auto intent = decode_in<Intent>(txn, cursor.value())) {
        intents.push_back(std::move(*intent));
      }
    }
    return intents;
  });
}

Result<std::optional<Settled>> LmdbStore::settled(const Scope& scope) const {
  return read<std::optional<Settled>>([&](Txn& txn) -> std::optional<Settled> {
    const auto number = scope_number(txn, scope);
    return number ? decode_in<Settled>(txn, txn.get(Db::settled, records::number_key(*number)))
                  : std::nullopt;
  });
}

Result<std::vector<HistoryRow>> LmdbStore::history(const HistoryFilter& filter) const {
  return read<std::vector<HistoryRow>>([&](Txn& txn) {
    std::vector<HistoryRow> rows;
    Cursor cursor(txn, Db::audit);
    while (rows.size() < filter.limit && cursor.previous()) {
      auto row = decode_in<HistoryRow>(txn, history_record(txn, cursor.value()));
      if (row && matches(*row, filter)) {
        rows.push_back(std::move(*row));
      }
    }
    return rows;
  });
}

Result<std::uint32_t> LmdbStore::consent_used(const std::string& id) const {
  return read<std::uint32_t>([&](Txn& txn) {
    const auto use =
        decode_in<records::ConsentUse>(txn, txn.get(Db::consents, records::name_key(id)));
    return use ? use->used + use->reserved : 0U;
  });
}

Result<std::optional<std::string>> LmdbStore::account_of(const std::string& provider) const {
  return read<std::optional<std::string>>([&](Txn& txn) -> std::optional<std::string> {
    auto row = decode_in<records::Account>(txn, txn.get(Db::accounts, records::name_key(provider)));
    return row ? std::optional(std::move(row->account)) : std::nullopt;
  });
}

Result<void> LmdbStore::verify() const {
  if (env_) {
    if (auto sound = env_->check(true); !sound) {
      return sound;
    }
  }
  auto walked = read<bool>([](Txn& txn) {
    verify_rows(txn);
    return true;
  });
  if (!walked) {
    return tl::unexpected(std::move(walked).error().in("state in " + directory_.string()));
  }
  return {};
}

}  // namespace plumb::state
