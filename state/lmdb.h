#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "resources/model/result.h"

struct MDB_cursor;
struct MDB_env;
struct MDB_txn;

namespace plumb::state {

/// The databases of a store (docs/state-format.md has keys and values of each).
enum class Db : std::uint8_t {
  meta,
  scopes,
  scope_ids,
  claims,
  outputs,
  intent,
  open_keys,
  settled,
  consents,
  audit,
  taken_over,
  accounts,
};
inline constexpr std::size_t kDbCount = 12;

/// The name of a database on disk.
std::string_view db_name(Db db);

/// The data file of the store in `directory`.
std::filesystem::path data_file(const std::filesystem::path& directory);

class Txn;

/// One open LMDB environment with its databases. Shared within the process: LMDB must not be opened
/// twice by one process, because closing the second would drop the locks of the first. Thread-safe.
class Env {
 public:
  /// Opens the store file in `directory`, which must exist. Where it cannot be written and
  /// `writable` is false, it is read without a lock. Errors: see `lmdb_error`; `conflict` where
  /// this process has it open for reading and now wants to write.
  static Result<std::shared_ptr<Env>> open(const std::filesystem::path& directory, bool writable);
  /// Makes the store file whole or not at all: it is filled elsewhere and then linked into place.
  /// false: a store is there already, and stays as it is.
  static Result<bool> create(const std::filesystem::path& directory,
                             const std::function<void(Txn&)>& fill);
  Env(const Env&) = delete;
  Env& operator=(const Env&) = delete;
  ~Env();

  /// Looks whether the pages can be walked safely (see check_pages).
  Result<void> check(bool thorough);
  bool writable() const { return writable_; }
  const std::filesystem::path& directory() const { return directory_; }

 private:
  friend class Cursor;
  friend class Txn;
  Env() = default;
  Result<void> open_file(const std::filesystem::path& directory, bool writable);
  int open_mapped(const std::filesystem::path& directory, unsigned flags);
  Result<void> open_databases(bool create);

  MDB_env* env_ = nullptr;
  std::array<unsigned, kDbCount> handles_{};
  std::filesystem::path directory_;
  bool writable_ = false;
  std::uint64_t registered_ = 0;  ///< 1 + number in the table of open environments
  std::shared_mutex resize_;      ///< held shared by transactions: the map moves only without any
};

/// A failure of LMDB or of a system call on its files as an Error with a remedy: `unavailable` for
/// a full disk or a read-only folder, `invalid_input` for a file that is corrupt or not ours.
Error lmdb_error(int code, const std::filesystem::path& directory);

/// Rows of one database in key order whose keys begin with a prefix. Views are valid until the
/// transaction writes or ends.
class Cursor {
 public:
  Cursor(Txn& txn, Db db, std::string_view prefix = {});
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  ~Cursor();
  /// Goes to the next row (first to the first); false at the end or on a failure (Txn::error).
  bool next();
  /// Goes to the row before (first to the last); not for cursors with a prefix.
  bool previous();
  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }

 private:
  bool move(int operation);

  Txn& txn_;
  MDB_cursor* cursor_ = nullptr;
  std::string prefix_;
  bool started_ = false;
  std::string_view key_;
  std::string_view value_;
};

/// One transaction: a consistent snapshot, or the one writer. It remembers its first failure, does
/// nothing from then on, and commit() reports it; so callers need to look once, at the end. Not
/// thread-safe. Aborted when it goes without commit().
class Txn {
 public:
  Txn(Env& env, bool writable);
  Txn(const Txn&) = delete;
  Txn& operator=(const Txn&) = delete;
  ~Txn();

  /// The value under `key`, valid until the transaction writes or ends; nullopt where there is
  /// none.
  std::optional<std::string_view> get(Db db, std::string_view key);
  void put(Db db, std::string_view key, std::string_view value);
  /// Passes over a key that is not there.
  void erase(Db db, std::string_view key);
  void clear(Db db);
  std::uint64_t count(Db db);
  /// Makes durable (fsync) all that was put, or reports the first failure and changes nothing.
  Result<void> commit();

  /// LMDB's number of the snapshot.
  std::uint64_t number() const;

  /// Remembers a failure, unless there is one already.
  void fail(Error error);
  bool ok() const { return !error_; }
  const std::optional<Error>& error() const { return error_; }

 private:
  friend class Cursor;
  bool failed(int code);

  Env& env_;
  std::shared_lock<std::shared_mutex> mapped_;
  MDB_txn* txn_ = nullptr;
  std::optional<Error> error_;
};

}  // namespace plumb::state
