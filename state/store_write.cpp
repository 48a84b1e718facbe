#include <algorithm>
#include <array>

#include "state/store_impl.h"

namespace plumb::state {
namespace {

/// plan::Verb as the history spells it; the numbers are on disk.
std::string verb_word(std::uint8_t verb) {
  constexpr std::array<std::string_view, 5> kWords{
      "create", "update", "replace", "rename", "remove"};
  return std::string(verb < kWords.size() ? kWords[verb] : "change");
}

std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char octet) { return octet < 0x20; }, ' ');
  return text;
}

std::string with_consent(std::string detail, const std::string& consent) {
  if (consent.empty()) {
    return detail;
  }
  return detail.empty() ? "consent " + consent : detail + "; consent " + consent;
}

/// J2: refuses a key that an open intent holds.
bool claim_key_for(Txn& txn, const std::string& row, const IntentKey& key, const Scope& scope) {
  const auto holder = txn.get(Db::open_keys, row);
  if (!holder) {
    return txn.ok();
  }
  const auto seq = records::read_number64(*holder);
  const auto intent = decode_in<Intent>(txn, txn.get(Db::intent, records::number_key(seq)));
  txn.fail({ErrorCode::conflict,
            "\"" + printable(key.key) + "\" in " + scope.container + " (" + scope.account +
                ") has a change under way already: intent " + std::to_string(seq) +
                (intent ? " of " + intent->process + ", begun " + intent->begun : std::string()),
            "wait for it to end, or run apply again: what a dead process left is settled first"});
  return false;
}

/// Reserves one use of the consent that a key needs; refuses where all its uses are gone.
bool reserve_consent(Writing& writing, const IntentKey& key) {
  if (key.consent.empty()) {
    return true;
  }
  const auto use = decode_in<records::ConsentUse>(
      writing.txn, writing.txn.get(Db::consents, records::name_key(key.consent)));
  if (use && key.consent_count != 0 && use->used + use->reserved >= key.consent_count) {
    writing.txn.fail({ErrorCode::conflict,
                      "consent \"" + key.consent + "\" is used up: it permits " +
                          std::to_string(key.consent_count),
                      "review the plan anew and add another Consent"});
    return false;
  }
  writing.count_consent(key.consent, 0, 1);
  return true;
}

/// The closing of one intent, key by key.
class Closing {
 public:
  Closing(Writing& writing, Intent intent, const std::string& now)
      : writing_(writing),
        intent_(std::move(intent)),
        now_(now),
        scope_(writing.number_of(intent_.scope)),
        left_(intent_.keys.size(), false) {}

  /// Whether anything changed; false for a key that left already (J7).
  bool take(const KeyOutcome& outcome) {
    auto* const found = find(outcome);
    if (found == nullptr) {
      return false;
    }
    switch (outcome.ending) {
      case Ending::done:
        done(*found, outcome);
        break;
      case Ending::not_done:
        record(*found, "not done", outcome.error);
        if (!found->consent.empty()) {
          writing_.count_consent(found->consent, 0, -1);
        }
        break;
      case Ending::pending: {
        const bool same = found->state == KeyState::pending && found->token == outcome.token;
        found->state = KeyState::pending;
        found->token = outcome.token;
        return !same;
      }
      case Ending::in_doubt: {
        const bool same = found->state == KeyState::in_doubt;
        found->state = KeyState::in_doubt;
        if (!same) {
          record(*found, "in doubt", outcome.error);
        }
        return !same;
      }
    }
    writing_.txn.erase(Db::open_keys, records::resource_key(scope_, found->kind, found->key));
    left_[static_cast<std::size_t>(found - intent_.keys.data())] = true;
    return true;
  }

  /// Writes what is left of the intent, or erases it where nothing is.
  void finish() {
    std::size_t number = 0;
    std::erase_if(intent_.keys, [&](const IntentKey&) { return left_[number++]; });
    const auto row = records::number_key(intent_.seq);
    if (intent_.keys.empty()) {
      writing_.txn.erase(Db::intent, row);
    } else {
      writing_.txn.put(Db::intent, row, records::encode(intent_));
    }
  }

 private:
  /// The key that an outcome is about, unless it has left. Outcomes come in the order of the keys,
  /// mostly: looked for from where the last one was.
  IntentKey* find(const KeyOutcome& outcome) {
    const auto size = intent_.keys.size();
    for (std::size_t i = 0; i < size; ++i) {
      const auto at = (next_ + i) % size;
      auto& key = intent_.keys[at];
      if (!left_[at] && key.kind == outcome.kind && key.key == outcome.key) {
        next_ = at + 1;
        return &key;
      }
    }
    return nullptr;
  }

  void done(const IntentKey& key, const KeyOutcome& outcome) {
    if (key.after.empty() || !key.claims) {
      const auto row = records::resource_key(scope_, key.kind, key.key);
      writing_.txn.erase(Db::claims, row);
      writing_.txn.erase(Db::outputs, row);
    } else {
      auto owned = key.claim;
      if (!outcome.handle.empty()) {
        owned.handle = outcome.handle;
      }
      const auto& body = key.claimed_body.empty() ? key.after : key.claimed_body;
      writing_.put_claim(scope_, key.kind, key.key, body, owned);
      if (!outcome.outputs.empty()) {  // none said: those of before hold
        writing_.put_outputs(scope_, key.kind, key.key, outcome.outputs);
      }
    }
    if (!key.consent.empty()) {
      writing_.count_consent(key.consent, 1, -1);
    }
    record(key, "done", {});
  }

  void record(const IntentKey& key, const char* result, const std::string& detail) {
    HistoryRow row;
    row.when = now_;
    row.run = intent_.run;
    row.commit = intent_.commit;
    row.scope = intent_.scope;
    row.kind = key.kind;
    row.key = key.key;
    row.what = verb_word(key.verb);
    row.result = result;
    row.before = key.before;
    row.after = key.after;
    row.detail = with_consent(detail, key.consent);
    writing_.record(row);
  }

  Writing& writing_;
  Intent intent_;
  const std::string& now_;
  std::uint32_t scope_;
  std::vector<bool> left_;  ///< parallel to the keys: closed here
  std::size_t next_ = 0;
};

}  // namespace

std::string history_digest(Sha256& sha256, std::string_view before, std::string_view record) {
  sha256.add(before);
  sha256.add(record);
  return sha256.finish();
}

std::uint32_t Writing::number_of(const Scope& scope) {
  if (const auto number = scope_number(txn, scope)) {
    return *number;
  }
  const auto number = ++counters.last_scope;
  const auto key = records::number_key(number);
  txn.put(Db::scope_ids, records::scope_key(scope), key);
  txn.put(Db::scopes, key, records::encode(scope));
  return number;
}

void Writing::record(HistoryRow& row) {
  row.seq = ++counters.history;
  const auto record = records::encode(row);
  counters.history_digest = history_digest(sha256, counters.history_digest, record);
  txn.put(Db::audit, records::number_key(row.seq), counters.history_digest + record);
}

void Writing::count_consent(const std::string& id, int used, int reserved) {
  const auto key = records::name_key(id);
  auto use = decode_in<records::ConsentUse>(txn, txn.get(Db::consents, key))
                 .value_or(records::ConsentUse{id});
  const auto add = [](std::uint32_t count, int change) {
    return change < 0 && count == 0 ? 0U : count + static_cast<std::uint32_t>(change);
  };
  use.used = add(use.used, used);
  use.reserved = add(use.reserved, reserved);
  if (use.used == 0 && use.reserved == 0) {
    txn.erase(Db::consents, key);
  } else {
    txn.put(Db::consents, key, records::encode(use));
  }
}

void Writing::put_claim(std::uint32_t scope,
                        KindId kind,
                        const std::string& key,
                        const std::string& body,
                        const Owned& owned) {
  counters.claimed = true;
  txn.put(Db::claims,
          records::resource_key(scope, kind, key),
          records::encode_claim(body, owned, records::is_long(key) ? key : std::string_view()));
}

bool Writing::put_if_new(Db db, std::string_view key, const std::string& value) {
  const auto found = txn.get(db, key);
  if (found == value) {
    return false;
  }
  txn.put(db, key, value);
  return true;
}

bool Writing::put_outputs(std::uint32_t scope,
                          KindId kind,
                          const std::string& key,
                          const std::vector<Field>& values) {
  const auto row = records::resource_key(scope, kind, key);
  if (values.empty()) {
    const bool there = txn.get(Db::outputs, row).has_value();
    txn.erase(Db::outputs, row);
    return there;
  }
  return put_if_new(
      Db::outputs,
      row,
      records::encode(records::Outputs{values, records::is_long(key) ? key : std::string()}));
}

Result<void> LmdbStore::write(const std::function<bool(Writing&)>& writing) {
  if (!env_) {
    return fail(ErrorCode::unavailable,
                "the state in " + directory_.string() + " was opened for reading only",
                "open it for writing");
  }
  Txn txn(*env_, true);
  Writing changes{txn, read_counters(txn)};
  if (txn.ok() && read_identity(txn).id != identity_.id) {
    txn.fail({ErrorCode::conflict,
              "the state in " + directory_.string() + " was replaced by another while in use",
              "run it again"});
  }
  const bool changed = txn.ok() && writing(changes);
  if (txn.ok() && !changed) {
    return {};
  }
  ++changes.counters.serial;
  txn.put(Db::meta, kCountersKey, records::encode(changes.counters));
  return txn.commit();
}

Result<std::uint64_t> Store::begin(const Intent& intent, const std::string& now) {
  PLUMB_TRY(numbers, begin_all({&intent, 1}, now));
  return numbers.front();
}

Result<std::vector<std::uint64_t>> LmdbStore::begin_all(std::span<const Intent> intents,
                                                        const std::string& now) {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(intents.size());
  auto written = write([&](Writing& writing) {
    for (const auto& intent : intents) {
      auto stored = intent;
      stored.seq = ++writing.counters.last_seq;
      stored.marker = identity_.id + "-" + std::to_string(stored.seq);
      stored.begun = now;
      const auto scope = writing.number_of(stored.scope);
      for (const auto& key : stored.keys) {
        const auto row = records::resource_key(scope, key.kind, key.key);
        if (!claim_key_for(writing.txn, row, key, stored.scope) || !reserve_consent(writing, key)) {
          return false;
        }
        writing.txn.put(Db::open_keys, row, records::number_key(stored.seq));
      }
      writing.txn.put(Db::intent, records::number_key(stored.seq), records::encode(stored));
      numbers.push_back(stored.seq);
    }
    return !intents.empty();
  });
  if (!written) {
    return tl::unexpected(std::move(written).error());
  }
  return numbers;
}

Result<void> Store::close(std::uint64_t seq,
                          std::span<const KeyOutcome> outcomes,
                          const std::string& now) {
  const IntentOutcome intent{seq, outcomes};
  return close_all({&intent, 1}, now);
}

Result<void> LmdbStore::close_all(std::span<const IntentOutcome> intents, const std::string& now) {
  return write([&](Writing& writing) {
    bool any = false;
    for (const auto& [seq, outcomes] : intents) {
      auto intent =
          decode_in<Intent>(writing.txn, writing.txn.get(Db::intent, records::number_key(seq)));
      if (!intent) {
        continue;
      }
      Closing closing(writing, std::move(*intent), now);
      bool changed = false;
      for (const auto& outcome : outcomes) {
        changed = closing.take(outcome) || changed;
      }
      if (changed) {
        closing.finish();
      }
      any = any || changed;
    }
    return any;
  });
}

}  // namespace plumb::state
