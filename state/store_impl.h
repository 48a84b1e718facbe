#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "state/digest.h"
#include "state/lmdb.h"
#include "state/records.h"
#include "state/store.h"

namespace plumb::state {

/// Decodes what `found` holds into T; a failure becomes the transaction's.
template <class T>
std::optional<T> decode_in(Txn& txn, std::optional<std::string_view> found) {
  if (!found) {
    return std::nullopt;
  }
  auto record = records::decode<T>(*found);
  if (!record) {
    txn.fail(std::move(record).error());
    return std::nullopt;
  }
  return std::move(*record);
}

inline constexpr std::string_view kFormatKey = "format";
inline constexpr std::string_view kIdentityKey = "store";
inline constexpr std::string_view kCountersKey = "counters";
inline constexpr std::string_view kPrintKey = "print key";

/// Reads the counters; zeros where they fail, which is then the transaction's failure.
records::Counters read_counters(Txn& txn);
/// Reads who the store is, after a look at its format. Failures as above.
records::Identity read_identity(Txn& txn);
/// "belongs to acme, production, not to ..." where the bindings differ.
Result<void> check_binding(const Binding& has, const Binding& wanted, const std::string& what);
/// Writes the first records of a store.
void write_fresh(Txn& txn, const records::Identity& identity);

/// The number of a scope; nullopt where the store does not know it.
std::optional<std::uint32_t> scope_number(Txn& txn, const Scope& scope);

/// The whole key of a resource row, from the row's key and what its record says.
Result<std::string> whole_key(const records::ResourceKey& key, const std::string& long_key);

/// The digest that a row of history must have, given its predecessor's (empty for the first).
std::string history_digest(Sha256& sha256, std::string_view before, std::string_view record);
/// The record within a row of Db::audit, without the digest that stands before it.
std::string_view history_record(Txn& txn, std::string_view row);

/// The store's rows as a walk over everything: versions, CBOR, cross-references, history's chain.
/// Failures are the transaction's.
void verify_rows(Txn& txn);

/// What one writing transaction has at hand.
struct Writing {
  Txn& txn;
  records::Counters counters;
  Sha256 sha256 = {};

  /// The number of a scope, which is given one where it has none.
  std::uint32_t number_of(const Scope& scope);
  /// Appends to the history; gives `row` its seq.
  void record(HistoryRow& row);
  /// Changes the use of a consent; never below zero.
  void count_consent(const std::string& id, int used, int reserved);
  void put_claim(std::uint32_t scope,
                 KindId kind,
                 const std::string& key,
                 const std::string& body,
                 const Owned& owned);
  /// Writes the outputs of one resource, or erases them where there are none; passes over what is
  /// so already. Whether anything changed.
  bool put_outputs(std::uint32_t scope,
                   KindId kind,
                   const std::string& key,
                   const std::vector<Field>& values);
  /// Puts unless the same bytes stand there already. Whether anything changed.
  bool put_if_new(Db db, std::string_view key, const std::string& value);
};

/// A Store over LMDB. Without an environment it is the empty store of a folder where nothing is.
class LmdbStore final : public Store {
 public:
  LmdbStore(std::shared_ptr<Env> env, std::filesystem::path directory, records::Identity identity)
      : env_(std::move(env)), directory_(std::move(directory)), identity_(std::move(identity)) {}

  const std::string& id() const override { return identity_.id; }
  std::uint64_t seed() const override { return identity_.seed; }
  std::uint64_t serial() const override;
  bool empty() const override;
  Result<std::vector<Scope>> scopes() const override;
  Result<std::shared_ptr<const ClaimedScope>> claims(const Scope& scope) const override;
  Result<std::string> claims_digest(const Scope& scope) const override;
  Result<std::optional<std::string>> claimed_body(const ResourceId& id) const override;
  Result<std::vector<StoredOutputs>> outputs() const override;
  Result<std::vector<Intent>> open_intents() const override;
  Result<std::optional<Settled>> settled(const Scope& scope) const override;
  Result<std::vector<HistoryRow>> history(const HistoryFilter& filter) const override;
  Result<std::uint32_t> consent_used(const std::string& id) const override;
  Result<std::optional<std::string>> account_of(const std::string& provider) const override;

  Result<std::vector<std::uint64_t>> begin_all(std::span<const Intent> intents,
                                               const std::string& now) override;
  Result<void> close_all(std::span<const IntentOutcome> intents, const std::string& now) override;
  Result<void> keep_all(std::span<const ScopeBooks> books,
                        const std::string& run,
                        const std::string& commit,
                        const std::string& now) override;
  Result<void> put_outputs(std::span<const StoredOutputs> outputs) override;
  Result<void> put_all_settled(std::span<const SettledScope> settled) override;
  Result<void> take_over(const Scope& scope,
                         bool taken,
                         const std::string& why,
                         const std::string& now) override;
  Result<std::string> print_key(const std::string& fresh) override;
  Result<void> put_account(const std::string& provider, const std::string& account) override;
  Result<void> rebind(const Rebinding& what,
                      const std::string& consent,
                      const std::string& run,
                      const std::string& commit,
                      const std::string& now) override;
  Result<void> use_consent(const std::string& id,
                           const std::string& detail,
                           const std::string& now) override;
  Result<void> verify() const override;
  Result<void> export_to(const std::filesystem::path& file) const override;

 private:
  /// Runs `reading` on a snapshot; T() where there is no environment.
  template <class T>
  Result<T> read(const std::function<T(Txn&)>& reading) const;
  /// Runs `writing` in one durable transaction; it returns whether anything changed, and nothing is
  /// written where not.
  Result<void> write(const std::function<bool(Writing&)>& writing);

  std::shared_ptr<Env> env_;
  std::filesystem::path directory_;
  records::Identity identity_;
};

}  // namespace plumb::state
