#include "state/store_impl.h"

namespace plumb::state {
namespace {

std::string word(Bookkeeping::What what) {
  switch (what) {
    case Bookkeeping::What::adopt:
      return "adopt";
    case Bookkeeping::What::refresh:
      return "refresh";
    case Bookkeeping::What::forget:
      return "forget";
  }
  return {};
}

/// One change of memory. Whether anything changed. `row`: of the history, with what all changes of
/// the scope have in common.
bool keep_one(Writing& writing, std::uint32_t number, const Bookkeeping& change, HistoryRow& row) {
  auto& txn = writing.txn;
  const auto where = records::resource_key(number, change.kind, change.key);
  if (txn.get(Db::open_keys, where)) {  // J6
    txn.fail({ErrorCode::conflict,
              "\"" + change.key + "\" in " + row.scope.container + " (" + row.scope.account +
                  ") has a change under way",
              "run apply again: open changes are settled first"});
  }
  const auto before = decode_in<records::Claim>(txn, txn.get(Db::claims, where));
  if (!txn.ok()) {
    return false;
  }
  if (change.what == Bookkeeping::What::forget) {
    const bool had_outputs = txn.get(Db::outputs, where).has_value();
    if (!before && !had_outputs) {
      return false;
    }
    txn.erase(Db::claims, where);
    txn.erase(Db::outputs, where);
  } else {
    writing.put_claim(number, change.kind, change.key, change.body, change.claim);
  }
  if (!change.silent) {
    row.kind = change.kind;
    row.key = change.key;
    row.what = word(change.what);
    row.result = "done";
    row.before = before ? before->body : std::string();
    row.after = change.body;
    row.detail = change.why;
    writing.record(row);
  }
  return true;
}

}  // namespace

Result<void> Store::keep(const Scope& scope,
                         std::span<const Bookkeeping> changes,
                         const std::string& run,
                         const std::string& commit,
                         const std::string& now) {
  const ScopeBooks books{scope, changes};
  return keep_all({&books, 1}, run, commit, now);
}

Result<void> LmdbStore::keep_all(std::span<const ScopeBooks> books,
                                 const std::string& run,
                                 const std::string& commit,
                                 const std::string& now) {
  return write([&](Writing& writing) {
    bool changed = false;
    HistoryRow row;
    row.when = now;
    row.run = run;
    row.commit = commit;
    for (const auto& [scope, changes] : books) {
      const auto number = writing.number_of(scope);
      row.scope = scope;
      for (const auto& change : changes) {
        changed = keep_one(writing, number, change, row) || changed;
      }
    }
    return changed;
  });
}

Result<void> LmdbStore::put_outputs(std::span<const StoredOutputs> outputs) {
  return write([&](Writing& writing) {
    bool changed = false;
    for (const auto& [id, values] : outputs) {
      const auto number = writing.number_of(id.scope);
      changed = writing.put_outputs(number, id.kind, id.key, values) || changed;
    }
    return changed;
  });
}

Result<void> Store::put_settled(const Scope& scope, const Settled& settled) {
  const SettledScope row{scope, settled};
  return put_all_settled({&row, 1});
}

Result<void> LmdbStore::put_all_settled(std::span<const SettledScope> settled) {
  return write([&](Writing& writing) {
    bool changed = false;
    for (const auto& [scope, record] : settled) {
      const auto key = records::number_key(writing.number_of(scope));
      changed = writing.put_if_new(Db::settled, key, records::encode(record)) || changed;
    }
    return changed;
  });
}

Result<void> LmdbStore::take_over(const Scope& scope,
                                  bool taken,
                                  const std::string& why,
                                  const std::string& now) {
  return write([&](Writing& writing) {
    const auto key = records::number_key(writing.number_of(scope));
    if (writing.txn.get(Db::taken_over, key).has_value() == taken) {
      return false;
    }
    if (taken) {
      writing.txn.put(Db::taken_over, key, records::encode(records::TakenOver{why, now}));
    } else {
      writing.txn.erase(Db::taken_over, key);
    }
    HistoryRow row;
    row.when = now;
    row.scope = scope;
    row.what = taken ? "take over" : "give up";
    row.result = "done";
    row.detail = why;
    writing.record(row);
    return true;
  });
}

Result<std::string> LmdbStore::print_key(const std::string& fresh) {
  if (!env_) {
    return fresh;
  }
  {
    Txn txn(*env_, false);
    const auto kept = txn.get(Db::meta, kPrintKey);
    if (txn.error()) {
      return tl::unexpected(*txn.error());
    }
    if (kept || !env_->writable()) {
      return kept ? std::string(*kept) : fresh;
    }
  }
  std::string key = fresh;
  auto written = write([&](Writing& writing) {
    if (const auto found = writing.txn.get(Db::meta, kPrintKey)) {  // another process was first
      key = *found;
      return false;
    }
    writing.txn.put(Db::meta, kPrintKey, fresh);
    return true;
  });
  if (!written) {
    return tl::unexpected(std::move(written).error());
  }
  return key;
}

Result<void> LmdbStore::put_account(const std::string& provider, const std::string& account) {
  return write([&](Writing& writing) {
    return writing.put_if_new(Db::accounts,
                              records::name_key(provider),
                              records::encode(records::Account{provider, account}));
  });
}

Result<void> LmdbStore::use_consent(const std::string& id,
                                    const std::string& detail,
                                    const std::string& now) {
  return write([&](Writing& writing) {
    writing.count_consent(id, 1, 0);
    HistoryRow row;
    row.when = now;
    row.what = "consent";
    row.result = "done";
    row.detail = id + (detail.empty() ? "" : ": " + detail);
    writing.record(row);
    return true;
  });
}

}  // namespace plumb::state
