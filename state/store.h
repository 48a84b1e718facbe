#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "resources/model/claimed.h"
#include "resources/model/result.h"
#include "state/journal.h"

namespace plumb::state {

/// What a store belongs to; a store of another project or environment is refused.
struct Binding {
  std::string project;
  std::string environment;
};

enum class Access : std::uint8_t {
  read,   ///< never creates or writes; where nothing is yet, an empty store is shown
  write,  ///< creates what is missing
};

/// Values of one resource for those who refer to it.
struct StoredOutputs {
  ResourceId id;
  std::vector<Field> values;
};

/// What a scope looked like when its plan was last empty: equal digests mean that nothing needs to
/// be looked at.
struct Settled {
  std::string desired;      ///< digest
  std::string fingerprint;  ///< the vendor's token, read before the listing (or digest of observed)
  std::string claims;       ///< digest
  friend bool operator==(const Settled&, const Settled&) = default;
};

struct SettledScope {
  Scope scope;
  Settled settled;
};

/// A Provider whose account is spelt anew: same name, same world, other text.
struct Rebinding {
  std::string provider;  ///< name of the Provider document
  std::string from;      ///< Scope::account of before
  std::string to;        ///< and of now
};

struct HistoryFilter {
  std::optional<Scope> scope;
  std::optional<ResourceId> resource;
  std::size_t limit = 50;  ///< newest first
};

/// Plumb's memory: claims, outputs, the journal of open intents, history. One LMDB environment in a
/// folder, shared by processes; writers take turns inside LMDB, scopes are locked by ScopeLock.
/// Thread-safe. Every write is one transaction, durable (fsync) when the call returns. Errors:
/// `unavailable` with a remedy for a full disk or a read-only folder; `invalid_input` for a
/// corrupt, foreign or newer store.
class Store {
 public:
  /// Opens or creates the store in `directory`. `fresh_id` becomes the store's id, and `seed` its
  /// digest seed, where a new one is made. Every `now` is RFC 3339. One process opens a folder once
  /// for reading and then for writing only after the first Store is gone; as often as it likes the
  /// same way.
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& directory,
                                             const Binding& binding,
                                             Access access,
                                             const std::string& fresh_id,
                                             std::uint64_t seed);
  virtual ~Store() = default;

  virtual const std::string& id() const = 0;
  virtual std::uint64_t seed() const = 0;
  /// Grows with every transaction that changes anything.
  virtual std::uint64_t serial() const = 0;
  /// No claim was ever written.
  virtual bool empty() const = 0;

  // Reading. Each call sees one consistent snapshot.
  virtual Result<std::vector<Scope>> scopes() const = 0;  ///< with claims, sorted
  /// nullptr where there are none and the scope is not taken over.
  virtual Result<std::shared_ptr<const ClaimedScope>> claims(const Scope& scope) const = 0;
  /// Stands for all that is remembered of a scope's claims, bytes for bytes; empty where claims()
  /// has none. Far cheaper than these.
  virtual Result<std::string> claims_digest(const Scope& scope) const = 0;
  /// What was last applied of one resource; none where it is not claimed.
  virtual Result<std::optional<std::string>> claimed_body(const ResourceId& id) const = 0;
  virtual Result<std::vector<StoredOutputs>> outputs() const = 0;
  virtual Result<std::vector<Intent>> open_intents() const = 0;  ///< by seq
  virtual Result<std::optional<Settled>> settled(const Scope& scope) const = 0;
  virtual Result<std::vector<HistoryRow>> history(const HistoryFilter& filter) const = 0;
  /// How often a consent was used or is reserved by an open intent.
  virtual Result<std::uint32_t> consent_used(const std::string& id) const = 0;
  /// Account that a Provider name was last seen with; a re-spelt endpoint is noticed by it.
  virtual Result<std::optional<std::string>> account_of(const std::string& provider) const = 0;

  // Writing.
  /// Txn A: the intents are durable, their consents are reserved; all of them or none. Refuses
  /// (conflict) a key that is in an open intent already (J2), and a consent whose uses are all
  /// gone. Gives the seqs, parallel to `intents`; `marker` of a stored intent is "<id>-<seq>".
  virtual Result<std::vector<std::uint64_t>> begin_all(std::span<const Intent> intents,
                                                       const std::string& now) = 0;
  Result<std::uint64_t> begin(const Intent& intent, const std::string& now);
  /// Txn B and C: closes keys of intents with claim, outputs, history and consents; what is not
  /// named stays. An empty intent is deleted. Idempotent: a key that left already is passed over
  /// (J7).
  virtual Result<void> close_all(std::span<const IntentOutcome> intents,
                                 const std::string& now) = 0;
  Result<void> close(std::uint64_t seq,
                     std::span<const KeyOutcome> outcomes,
                     const std::string& now);
  /// Adopt, refresh and forget in any number of scopes; all of it or nothing. Refuses (conflict) a
  /// key that is in an open intent (J6).
  virtual Result<void> keep_all(std::span<const ScopeBooks> books,
                                const std::string& run,
                                const std::string& commit,
                                const std::string& now) = 0;
  Result<void> keep(const Scope& scope,
                    std::span<const Bookkeeping> changes,
                    const std::string& run,
                    const std::string& commit,
                    const std::string& now);
  /// Those that are so already are passed over; no values: the row goes.
  virtual Result<void> put_outputs(std::span<const StoredOutputs> outputs) = 0;
  virtual Result<void> put_all_settled(std::span<const SettledScope> settled) = 0;
  Result<void> put_settled(const Scope& scope, const Settled& settled);
  /// `exclusive` comes into force, or ends, for a scope.
  virtual Result<void> take_over(const Scope& scope,
                                 bool taken,
                                 const std::string& why,
                                 const std::string& now) = 0;
  /// The key under which secrets are printed (HMAC): never leaves the store but in its exports. A
  /// store without one takes `fresh`; one that was opened for reading does so until it ends.
  virtual Result<std::string> print_key(const std::string& fresh) = 0;
  virtual Result<void> put_account(const std::string& provider, const std::string& account) = 0;
  /// Moves all that is remembered under one account to another: claims, what they need, values,
  /// open intents, who took over what; and binds the Provider to it. Where both remember the same
  /// object the new account's word holds. One transaction, with the consent and a row of history
  /// for each scope. Errors: `conflict` where an object is in open intents of both.
  virtual Result<void> rebind(const Rebinding& what,
                              const std::string& consent,
                              const std::string& run,
                              const std::string& commit,
                              const std::string& now) = 0;
  /// Records that a consent was used outside of an intent (a whole scope, a run).
  virtual Result<void> use_consent(const std::string& id,
                                   const std::string& detail,
                                   const std::string& now) = 0;

  /// Walks every record: versions, CBOR, the history's chain (J10). Errors name the first broken
  /// record.
  virtual Result<void> verify() const = 0;
  /// One portable file with everything, bound to project and environment, with serial and SHA-256.
  virtual Result<void> export_to(const std::filesystem::path& file) const = 0;
};

/// Makes the store in `directory` what an exported file says, in one transaction. Refused: another
/// binding; a file that is damaged or newer; `conflict` while any scope is locked; and, unless
/// `force`, a lower serial or the same with other content, another store's id, open intents that
/// would be forgotten. The same file again changes nothing. The store that was is kept beside, as
/// an exported file "<directory>.before-<serial>".
Result<void> import_store(const std::filesystem::path& file,
                          const std::filesystem::path& directory,
                          const Binding& binding,
                          bool force);

/// Whether `store` may be exported over `file`: there is no such file, or it is of the same store
/// and no further on. Errors: `conflict`, says which is further on; `invalid_input` where the file
/// is damaged.
Result<void> check_serial(const std::filesystem::path& file, const Store& store);

/// Who holds a scope.
struct LockHolder {
  std::string host;
  std::uint64_t pid = 0;
  std::string commit;
  std::string since;  ///< RFC 3339
};

/// The file whose bytes are locked, open. Any number of ScopeLocks share one descriptor.
class LockFile {
 public:
  /// Makes the folder and the file where they are missing. Errors: `unavailable`.
  static Result<std::shared_ptr<LockFile>> open(const std::filesystem::path& directory);
  /// Takes over an open descriptor of the folder's lock file.
  LockFile(int file, std::filesystem::path directory);
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  ~LockFile();

 private:
  friend class ScopeLock;
  void write_note(const std::filesystem::path& file, const LockHolder& self);
  void remove_note(const std::filesystem::path& file);

  int file_;
  std::filesystem::path directory_;
  std::mutex mutex_;            // guards what follows
  std::filesystem::path note_;  ///< one that is there and ours: further ones are links to it
  std::string note_text_;
};

/// The exclusive right to write one scope: an OFD byte-range lock on `<directory>/lock`, released
/// by the kernel when the process ends, however it ends. Not thread-safe; one per scope and
/// LockFile, which cannot tell two of its own apart.
class ScopeLock {
 public:
  ScopeLock() = default;
  ScopeLock(ScopeLock&& other) noexcept;
  ScopeLock& operator=(ScopeLock&& other) noexcept;
  ~ScopeLock();
  /// `conflict` with "held by host/pid/commit since ..." where another process has it.
  static Result<ScopeLock> take(std::shared_ptr<LockFile> file,
                                const Scope& scope,
                                const LockHolder& self);
  /// The same with a descriptor of its own.
  static Result<ScopeLock> take(const std::filesystem::path& directory,
                                const Scope& scope,
                                const LockHolder& self);

 private:
  std::shared_ptr<LockFile> file_;  ///< null: nothing is held
  std::int64_t byte_ = 0;
  std::filesystem::path holder_file_;  ///< says who we are, for the message of others
};

}  // namespace plumb::state
