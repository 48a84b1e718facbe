#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "resources/model/claimed.h"
#include "resources/model/result.h"
#include "resources/model/scope.h"
#include "state/journal.h"
#include "state/store.h"

/// The bytes of each record: a CBOR sequence (RFC 8742) that begins with the record's version.
/// Layouts are in docs/state-format.md. Decoding is safe on any bytes. Its errors: `invalid_input`
/// for broken bytes, and for a newer version with the hint to upgrade.
namespace plumb::state::records {

/// Version of the whole store (Db::meta, "format") and of exported files.
inline constexpr std::uint64_t kFormat = 1;

/// Db::meta "store": what never changes in the life of a store.
struct Identity {
  std::string id;
  std::uint64_t seed = 0;
  Binding binding;
};

/// Db::meta "counters".
struct Counters {
  std::uint64_t serial = 0;      ///< grows with each transaction that changes something
  std::uint64_t last_seq = 0;    ///< of intents
  std::uint32_t last_scope = 0;  ///< number of the newest scope
  std::uint64_t history = 0;     ///< rows in Db::audit
  std::string history_digest;    ///< of the newest row; empty where there is none
  bool claimed = false;          ///< a claim was written at some time
};

/// Db::claims.
struct Claim {
  std::string body;
  Owned owned;
  std::string long_key;  ///< the key, where the row's own key cannot hold it; else empty
};

/// Db::outputs.
struct Outputs {
  std::vector<Field> values;
  std::string long_key;  ///< as in Claim
};

/// Db::consents.
struct ConsentUse {
  std::string id;
  std::uint32_t used = 0;
  std::uint32_t reserved = 0;  ///< by keys of open intents
};

/// Db::taken_over.
struct TakenOver {
  std::string why;
  std::string when;  ///< RFC 3339
};

/// Db::accounts.
struct Account {
  std::string provider;
  std::string account;
};

std::string encode(const Identity& record);
std::string encode(const Counters& record);
std::string encode(const Scope& record);
std::string encode(const Claim& record);
/// The Claim of these.
std::string encode_claim(std::string_view body, const Owned& owned, std::string_view long_key);
std::string encode(const Outputs& record);
std::string encode(const Intent& record);
std::string encode(const Settled& record);
std::string encode(const ConsentUse& record);
std::string encode(const HistoryRow& record);
std::string encode(const TakenOver& record);
std::string encode(const Account& record);

/// Decodes a record of type T: one of those that `encode` takes.
template <class T>
Result<T> decode(std::string_view bytes);
template <>
Result<Identity> decode(std::string_view bytes);
template <>
Result<Counters> decode(std::string_view bytes);
template <>
Result<Scope> decode(std::string_view bytes);
template <>
Result<Claim> decode(std::string_view bytes);
template <>
Result<Outputs> decode(std::string_view bytes);
template <>
Result<Intent> decode(std::string_view bytes);
template <>
Result<Settled> decode(std::string_view bytes);
template <>
Result<ConsentUse> decode(std::string_view bytes);
template <>
Result<HistoryRow> decode(std::string_view bytes);
template <>
Result<TakenOver> decode(std::string_view bytes);
template <>
Result<Account> decode(std::string_view bytes);

// Keys of rows.

/// Big endian, so that the order of keys is the order of numbers.
std::string number_key(std::uint32_t number);
std::string number_key(std::uint64_t number);
/// The number in the first 4 or 8 octets; 0 where there are fewer.
std::uint32_t read_number32(std::string_view key);
std::uint64_t read_number64(std::string_view key);

/// Key of a resource: scope number, hash64 of its key, kind, key. So one scope is one range in
/// merge order (see Entry). A key of more than 255 octets stands there with its first 255 and its
/// SHA-256, since LMDB's keys end at 511 octets; the record then holds it whole.
std::string resource_key(std::uint32_t scope, KindId kind, std::string_view key);
/// Whether `key` must stand in the record too.
bool is_long(std::string_view key);

struct ResourceKey {
  std::uint32_t scope = 0;
  KindId kind{};
  std::string_view key;  ///< cut off where the key is long
  bool long_key = false;
};
/// Takes a resource_key apart. Errors: `invalid_input`.
Result<ResourceKey> read_resource_key(std::string_view key);

/// Db::scope_ids: SHA-256 of account NUL container.
std::string scope_key(const Scope& scope);
/// Key for a name of any length: the name itself, or its SHA-256 where it is longer than 400
/// octets.
std::string name_key(std::string_view name);

}  // namespace plumb::state::records
