#include "state/records.h"

#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "resources/model/cbor.h"
#include "state/digest.h"

namespace plumb::state::records {
namespace {

// One version per record type; all have had one layout so far.
constexpr std::uint64_t kVersion = 1;
constexpr std::uint8_t kMade = 1;
constexpr std::uint8_t kProtect = 2;
constexpr std::uint8_t kPaused = 4;
constexpr std::uint8_t kHeal = 8;

/// Appends the items of one record.
class Writer {
 public:
  Writer() {
    constexpr std::size_t kMostly = 256;  // so that nearly none has to grow
    out_.reserve(kMostly);
    number(kVersion);
  }
  Writer& number(std::uint64_t number) {
    cbor::unsigned_number(out_, number);
    return *this;
  }
  Writer& text(std::string_view text) {
    cbor::octets(out_, text);
    return *this;
  }
  Writer& list(std::size_t items) {
    cbor::array(out_, items);
    return *this;
  }
  /// Name and value one after the other: a map would lose the order.
  Writer& fields(const std::vector<Field>& fields) {
    list(fields.size());
    for (const auto& field : fields) {
      text(field.name);
      cbor::value(out_, field.value);
    }
    return *this;
  }
  Writer& scope(const Scope& scope) { return text(scope.account).text(scope.container); }
  Writer& owned(const Owned& owned);
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

Writer& Writer::owned(const Owned& owned) {
  text(owned.handle);
  number((owned.made ? kMade : 0U) | (owned.policy.protect ? kProtect : 0U) |
         (owned.policy.paused ? kPaused : 0U) | (owned.policy.heal ? kHeal : 0U));
  list(owned.policy.ignore.size());
  for (const auto& pointer : owned.policy.ignore) {
    text(pointer);
  }
  list(owned.needs.size());
  for (const auto& need : owned.needs) {
    scope(need.scope).number(static_cast<std::uint8_t>(need.kind)).text(need.key);
  }
  return fields(owned.secret_prints).text(owned.origin);
}

/// Takes the items of one record; remembers that something was wrong and gives zeros from then on.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes), version_(number()) {
    broken_ = broken_ || version_ != kVersion;
  }
  std::uint64_t number() { return item(0).argument; }
  template <class T>
  T number_to(std::uint64_t greatest = std::numeric_limits<T>::max()) {
    const auto read = number();
    if (read > greatest) {
      broken_ = true;
      return T{};
    }
    return static_cast<T>(read);
  }
  std::string text() { return std::string(item(2).payload); }
  /// Each member takes at least `least` octets, so a count that cannot be true is found at once.
  std::size_t list(std::size_t least = 1) {
    const auto count = item(4).argument;
    if (count > rest_.size() / least) {
      broken_ = true;
    }
    return broken_ ? 0 : count;
  }
  Value value() {
    if (!broken_) {
      if (const auto bytes = cbor::skip(rest_)) {
        if (auto decoded = cbor::decode(*bytes)) {
          return std::move(*decoded);
        }
      }
    }
    broken_ = true;
    return {};
  }
  std::vector<Field> fields() {
    std::vector<Field> fields(list(2));
    for (auto& field : fields) {
      field.name = text();
      field.value = value();
    }
    return fields;
  }
  Scope scope() {
    auto account = text();
    return {std::move(account), text()};
  }
  Owned owned();
  template <class T>
  Result<T> finish(T record, const char* what) const {
    if (version_ > kVersion) {
      return fail(ErrorCode::invalid_input,
                  std::string("the state holds a ") + what + " of version " +
                      std::to_string(version_) + ", newer than this plumb knows",
                  "upgrade plumb");
    }
    if (broken_ || !rest_.empty()) {
      return fail(ErrorCode::invalid_input,
                  std::string("the state holds a ") + what + " that is corrupt",
                  "restore a backup: plumb state restore FILE");
    }
    return record;
  }

 private:
  cbor::Item item(std::uint8_t major) {
    const auto item = broken_ ? std::nullopt : cbor::next(rest_);
    if (!item || item->major != major) {
      broken_ = true;
      return {};
    }
    return *item;
  }

  std::string_view rest_;
  bool broken_ = false;  // before version_, whose reading may set it
  std::uint64_t version_;
};

Owned Reader::owned() {
  Owned owned;
  owned.handle = text();
  const auto flags = number_to<std::uint8_t>(kMade | kProtect | kPaused | kHeal);
  owned.made = (flags & kMade) != 0;
  owned.policy.protect = (flags & kProtect) != 0;
  owned.policy.paused = (flags & kPaused) != 0;
  owned.policy.heal = (flags & kHeal) != 0;
  owned.policy.ignore.resize(list());
  for (auto& pointer : owned.policy.ignore) {
    pointer = text();
  }
  owned.needs.resize(list(4));
  for (auto& need : owned.needs) {
    need.scope = scope();
    need.kind = number_to<KindId>(0xff);
    need.key = text();
  }
  owned.secret_prints = fields();
  owned.origin = text();
  return owned;
}

template <class T>
std::string big_endian(T number) {
  std::string key;
  for (auto shift = sizeof(T) * 8; shift > 0; shift -= 8) {
    key.push_back(static_cast<char>(number >> (shift - 8) & 0xffU));
  }
  return key;
}

template <class T>
T read_big_endian(std::string_view key) {
  T number = 0;
  if (key.size() >= sizeof(T)) {
    for (const char octet : key.substr(0, sizeof(T))) {
      number = static_cast<T>(number << 8U | static_cast<unsigned char>(octet));
    }
  }
  return number;
}

constexpr std::size_t kHead = 4 + 8 + 1;  // scope, hash, kind
constexpr std::size_t kKeptOfKey = 255;   // so head + key + digest stay below LMDB's 511 octets
constexpr std::size_t kKeptOfName = 400;
constexpr std::size_t kDigest = 32;

}  // namespace

std::string encode(const Identity& record) {
  return Writer()
      .text(record.id)
      .number(record.seed)
      .text(record.binding.project)
      .text(record.binding.environment)
      .take();
}

template <>
Result<Identity> decode(std::string_view bytes) {
  Reader reader(bytes);
  Identity record;
  record.id = reader.text();
  record.seed = reader.number();
  record.binding.project = reader.text();
  record.binding.environment = reader.text();
  return reader.finish(std::move(record), "store record");
}

std::string encode(const Counters& record) {
  return Writer()
      .number(record.serial)
      .number(record.last_seq)
      .number(record.last_scope)
      .number(record.history)
      .text(record.history_digest)
      .number(record.claimed ? 1 : 0)
      .take();
}

template <>
Result<Counters> decode(std::string_view bytes) {
  Reader reader(bytes);
  Counters record;
  record.serial = reader.number();
  record.last_seq = reader.number();
  record.last_scope = reader.number_to<std::uint32_t>();
  record.history = reader.number();
  record.history_digest = reader.text();
  record.claimed = reader.number_to<std::uint8_t>(1) == 1;
  return reader.finish(std::move(record), "counter record");
}

std::string encode(const Scope& record) {
  return Writer().scope(record).take();
}

template <>
Result<Scope> decode(std::string_view bytes) {
  Reader reader(bytes);
  auto record = reader.scope();
  return reader.finish(std::move(record), "scope");
}

std::string encode(const Claim& record) {
  return encode_claim(record.body, record.owned, record.long_key);
}

std::string encode_claim(std::string_view body, const Owned& owned, std::string_view long_key) {
  return Writer().text(body).owned(owned).text(long_key).take();
}

template <>
Result<Claim> decode(std::string_view bytes) {
  Reader reader(bytes);
  Claim record;
  record.body = reader.text();
  record.owned = reader.owned();
  record.long_key = reader.text();
  return reader.finish(std::move(record), "claim");
}

std::string encode(const Outputs& record) {
  return Writer().fields(record.values).text(record.long_key).take();
}

template <>
Result<Outputs> decode(std::string_view bytes) {
  Reader reader(bytes);
  Outputs record;
  record.values = reader.fields();
  record.long_key = reader.text();
  return reader.finish(std::move(record), "output");
}

std::string encode(const Intent& record) {
  Writer writer;
  writer.number(record.seq).text(record.run).text(record.commit).scope(record.scope);
  writer.text(record.marker).text(record.begun).text(record.process).list(record.keys.size());
  for (const auto& key : record.keys) {
    writer.number(static_cast<std::uint8_t>(key.kind)).text(key.key).number(key.verb);
    writer.text(key.before).text(key.after).text(key.claimed_body).number(key.claims ? 1 : 0);
    writer.number(static_cast<std::uint8_t>(key.state));
    writer.text(key.token).owned(key.claim).text(key.consent).number(key.consent_count);
  }
  return writer.take();
}

template <>
Result<Intent> decode(std::string_view bytes) {
  Reader reader(bytes);
  Intent record;
  record.seq = reader.number();
  record.run = reader.text();
  record.commit = reader.text();
  record.scope = reader.scope();
  record.marker = reader.text();
  record.begun = reader.text();
  record.process = reader.text();
  record.keys.resize(reader.list(16));
  for (auto& key : record.keys) {
    key.kind = reader.number_to<KindId>(0xff);
    key.key = reader.text();
    key.verb = reader.number_to<std::uint8_t>();
    key.before = reader.text();
    key.after = reader.text();
    key.claimed_body = reader.text();
    key.claims = reader.number_to<std::uint8_t>(1) == 1;
    key.state = reader.number_to<KeyState>(static_cast<std::uint64_t>(KeyState::in_doubt));
    key.token = reader.text();
    key.claim = reader.owned();
    key.consent = reader.text();
    key.consent_count = reader.number_to<std::uint32_t>();
  }
  return reader.finish(std::move(record), "journal record");
}

std::string encode(const Settled& record) {
  return Writer().text(record.desired).text(record.fingerprint).text(record.claims).take();
}

template <>
Result<Settled> decode(std::string_view bytes) {
  Reader reader(bytes);
  Settled record;
  record.desired = reader.text();
  record.fingerprint = reader.text();
  record.claims = reader.text();
  return reader.finish(std::move(record), "settled record");
}

std::string encode(const ConsentUse& record) {
  return Writer().text(record.id).number(record.used).number(record.reserved).take();
}

template <>
Result<ConsentUse> decode(std::string_view bytes) {
  Reader reader(bytes);
  ConsentUse record;
  record.id = reader.text();
  record.used = reader.number_to<std::uint32_t>();
  record.reserved = reader.number_to<std::uint32_t>();
  return reader.finish(std::move(record), "consent record");
}

std::string encode(const HistoryRow& record) {
  return Writer()
      .number(record.seq)
      .text(record.when)
      .text(record.run)
      .text(record.commit)
      .scope(record.scope)
      .number(static_cast<std::uint8_t>(record.kind))
      .text(record.key)
      .text(record.what)
      .text(record.result)
      .text(record.before)
      .text(record.after)
      .text(record.detail)
      .take();
}

template <>
Result<HistoryRow> decode(std::string_view bytes) {
  Reader reader(bytes);
  HistoryRow record;
  record.seq = reader.number();
  record.when = reader.text();
  record.run = reader.text();
  record.commit = reader.text();
  record.scope = reader.scope();
  record.kind = reader.number_to<KindId>(0xff);
  record.key = reader.text();
  record.what = reader.text();
  record.result = reader.text();
  record.before = reader.text();
  record.after = reader.text();
  record.detail = reader.text();
  return reader.finish(std::move(record), "history row");
}

std::string encode(const TakenOver& record) {
  return Writer().text(record.why).text(record.when).take();
}

template <>
Result<TakenOver> decode(std::string_view bytes) {
  Reader reader(bytes);
  TakenOver record;
  record.why = reader.text();
  record.when = reader.text();
  return reader.finish(std::move(record), "take-over record");
}

std::string encode(const Account& record) {
  return Writer().text(record.provider).text(record.account).take();
}

template <>
Result<Account> decode(std::string_view bytes) {
  Reader reader(bytes);
  Account record;
  record.provider = reader.text();
  record.account = reader.text();
  return reader.finish(std::move(record), "account record");
}

std::string number_key(std::uint32_t number) {
  return big_endian(number);
}

std::string number_key(std::uint64_t number) {
  return big_endian(number);
}

std::uint32_t read_number32(std::string_view key) {
  return read_big_endian<std::uint32_t>(key);
}

std::uint64_t read_number64(std::string_view key) {
  return read_big_endian<std::uint64_t>(key);
}

bool is_long(std::string_view key) {
  return key.size() > kKeptOfKey;
}

std::string resource_key(std::uint32_t scope, KindId kind, std::string_view key) {
  auto row = number_key(scope) + number_key(hash64(key));
  row.push_back(static_cast<char>(kind));
  row += key.substr(0, kKeptOfKey);
  if (is_long(key)) {
    row += sha256(key);
  }
  return row;
}

Result<ResourceKey> read_resource_key(std::string_view key) {
  const auto kept = key.size() < kHead ? 0 : key.size() - kHead;
  if (key.size() < kHead || (kept > kKeptOfKey && kept != kKeptOfKey + kDigest)) {
    return fail(ErrorCode::invalid_input,
                "the state holds a row with a broken key",
                "restore a backup: plumb state restore FILE");
  }
  ResourceKey read;
  read.scope = read_number32(key);
  read.kind = static_cast<KindId>(static_cast<unsigned char>(key[kHead - 1]));
  read.long_key = kept > kKeptOfKey;
  read.key = key.substr(kHead, kKeptOfKey);
  return read;
}

std::string scope_key(const Scope& scope) {
  std::string text = scope.account;
  text.push_back('\0');
  text += scope.container;
  return sha256(text);
}

std::string name_key(std::string_view name) {
  // A digest is 32 octets too, but no name that is kept begins with NUL.
  return name.size() <= kKeptOfName && !name.empty() ? std::string(name)
                                                     : std::string(1, '\0') + sha256(name);
}

}  // namespace plumb::state::records
