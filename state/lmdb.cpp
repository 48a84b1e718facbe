#include "state/lmdb.h"

#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/pages.h"

namespace plumb::state {
namespace fs = std::filesystem;
namespace {

constexpr std::array<const char*, kDbCount> kNames{"meta",
                                                   "scopes",
                                                   "scope_ids",
                                                   "claims",
                                                   "outputs",
                                                   "intent",
                                                   "open_keys",
                                                   "settled",
                                                   "consents",
                                                   "audit",
                                                   "taken_over",
                                                   "accounts"};
// The map is sparse: it costs address space only, and the file grows as it is used.
constexpr std::size_t kMapSize = std::size_t{64} << 30U;
constexpr std::size_t kSmallMapSize = std::size_t{1} << 30U;
constexpr unsigned kMaxReaders = 512;

MDB_val val(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};  // LMDB does not write through it
}

std::string_view view(const MDB_val& bytes) {
  return {static_cast<const char*>(bytes.mv_data), bytes.mv_size};
}

/// The environments that this process has open, by identity of the data file. The one piece of
/// process-wide state here, because the limit that it guards against is per process too.
struct OpenEnvironments {
  struct Row {
    std::weak_ptr<Env> env;
    pid_t process = 0;  ///< a forked child must not use its parent's
    std::uint64_t number = 0;
  };
  std::mutex mutex;
  std::condition_variable closed;
  std::map<std::pair<dev_t, ino_t>, Row> rows;
  std::uint64_t last = 0;
};

OpenEnvironments& open_environments() {
  static OpenEnvironments environments;
  return environments;
}

}  // namespace

std::string_view db_name(Db db) {
  return kNames[static_cast<std::size_t>(db)];
}

fs::path data_file(const fs::path& directory) {
  return directory / "data.mdb";
}

Error lmdb_error(int code, const fs::path& directory) {
  const auto where = "the state in " + directory.string();
  switch (code) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return {ErrorCode::unavailable,
              where + " cannot be written: disk full",
              "free some space and run it again; what was recorded before is safe"};
    case EIO:  // what LMDB makes of a write that ends early, as it does when the disk gets full
      return {ErrorCode::unavailable,
              where + " cannot be written: disk full, or failing",
              "free some space or check the disk, and run it again; what was recorded before is "
              "safe"};
    case EACCES:
    case EPERM:
    case EROFS:
      return {ErrorCode::unavailable,
              where + " cannot be opened or written: " + std::generic_category().message(code),
              "make the folder writable for this user, or choose another with --state"};
    case ENOTDIR:
    case EISDIR:
      return {ErrorCode::invalid_input,
              where + " cannot be opened: " + std::generic_category().message(code),
              "name a folder with --state"};
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INCOMPATIBLE:
    case MDB_BAD_DBI:
    case MDB_NOTFOUND:
    case MDB_VERSION_MISMATCH:
      return {ErrorCode::invalid_input,
              where + " is corrupt, or was not written by plumb (" + mdb_strerror(code) + ")",
              "move the folder away and restore a backup: plumb state restore FILE"};
    case MDB_MAP_FULL:
      return {ErrorCode::unavailable,
              where + " has reached the largest size that it can have",
              "allow the process more address space (ulimit -v)"};
    case MDB_READERS_FULL:
      return {ErrorCode::unavailable,
              where + " is being read by too many processes",
              "run it again when some of them have ended"};
    case MDB_PANIC:
      return {ErrorCode::unavailable,
              where + " could not be written earlier in this process",
              "check the disk and run it again; what was recorded before is safe"};
    default:
      return {ErrorCode::internal, where + ": " + mdb_strerror(code), ""};
  }
}

Result<std::shared_ptr<Env>> Env::open(const fs::path& directory, bool writable) {
  struct stat file {};
  if (::stat(data_file(directory).c_str(), &file) != 0) {
    return tl::unexpected(lmdb_error(errno, directory));
  }
  auto& open_ones = open_environments();
  std::unique_lock lock(open_ones.mutex);
  const std::pair identity(file.st_dev, file.st_ino);
  while (true) {
    const auto found = open_ones.rows.find(identity);
    if (found == open_ones.rows.end() || found->second.process != ::getpid()) {
      break;
    }
    if (auto env = found->second.env.lock()) {
      if (writable && !env->writable()) {
        return fail(ErrorCode::conflict,
                    "the state in " + directory.string() + " is open for reading in this process",
                    "close it before writing");
      }
      return env;
    }
    open_ones.closed.wait(lock);  // its destructor is on the way
  }
  std::shared_ptr<Env> env(new Env());
  if (auto opened = env->open_file(directory, writable); !opened) {
    lock.unlock();
    return tl::unexpected(std::move(opened).error());
  }
  env->registered_ = ++open_ones.last;
  open_ones.rows[identity] = {env, ::getpid(), env->registered_};
  return env;
}

Env::~Env() {
  auto& open_ones = open_environments();
  const std::lock_guard lock(open_ones.mutex);
  if (env_ != nullptr) {
    mdb_env_close(env_);
  }
  std::erase_if(open_ones.rows, [&](const auto& row) { return row.second.number == registered_; });
  open_ones.closed.notify_all();
}

Result<void> Env::open_file(const fs::path& directory, bool writable) {
  directory_ = directory;
  writable_ = writable;
  if (auto sound = check_head(directory); !sound) {
    return sound;
  }
  int code = open_mapped(directory, writable ? 0U : static_cast<unsigned>(MDB_RDONLY));
  if (!writable && (code == EACCES || code == EPERM || code == EROFS)) {
    code = open_mapped(directory, MDB_RDONLY | MDB_NOLOCK);
  }
  if (code != 0) {
    return tl::unexpected(lmdb_error(code, directory));
  }
  int dead = 0;
  mdb_reader_check(env_, &dead);  // a killed reader would pin old pages for ever
  if (auto sound = check(false); !sound) {
    return sound;
  }
  return open_databases(false);
}

Result<void> Env::check(bool thorough) {
  constexpr int kAttempts = 8;
  Result<void> checked;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Txn txn(*this, false);  // keeps writers off the pages of its snapshot
    if (txn.error()) {
      return tl::unexpected(*txn.error());
    }
    checked = check_pages(directory_, txn.number(), thorough);
    if (checked || checked.error().code != ErrorCode::unavailable) {
      break;
    }
  }
  return checked;
}

int Env::open_mapped(const fs::path& directory, unsigned flags) {
  int code = 0;
  for (const auto size : {kMapSize, kSmallMapSize}) {
    if (env_ != nullptr) {
      mdb_env_close(env_);
      env_ = nullptr;
    }
    code = mdb_env_create(&env_);
    if (code != 0) {
      env_ = nullptr;
      return code;
    }
    mdb_env_set_mapsize(env_, size);
    mdb_env_set_maxreaders(env_, kMaxReaders);
    mdb_env_set_maxdbs(env_, kDbCount + 4);
    // NOTLS: a reader belongs to its transaction, so threads may come and go.
    code = mdb_env_open(env_, directory.c_str(), flags | MDB_NOTLS, 0600);
    if (code != ENOMEM) {
      break;
    }
  }
  return code;
}

Result<void> Env::open_databases(bool create) {
  MDB_txn* txn = nullptr;
  int code = mdb_txn_begin(env_, nullptr, create ? 0U : static_cast<unsigned>(MDB_RDONLY), &txn);
  if (code != 0) {
    return tl::unexpected(lmdb_error(code, directory_));
  }
  for (std::size_t i = 0; i < kDbCount && code == 0; ++i) {
    code =
        mdb_dbi_open(txn, kNames[i], create ? static_cast<unsigned>(MDB_CREATE) : 0U, &handles_[i]);
  }
  if (code != 0) {
    mdb_txn_abort(txn);
    return tl::unexpected(lmdb_error(code, directory_));
  }
  code = mdb_txn_commit(txn);
  if (code != 0) {
    return tl::unexpected(lmdb_error(code, directory_));
  }
  return {};
}

Result<bool> Env::create(const fs::path& directory, const std::function<void(Txn&)>& fill) {
  std::error_code failed;
  fs::create_directories(directory, failed);
  auto pattern = (directory / "new-XXXXXX").string();
  if (failed || ::mkdtemp(pattern.data()) == nullptr) {
    return tl::unexpected(lmdb_error(failed ? failed.value() : errno, directory));
  }
  const fs::path fresh = pattern;
  auto made = [&]() -> Result<void> {
    Env env;
    env.directory_ = directory;
    env.writable_ = true;
    if (const int code = env.open_mapped(fresh, 0); code != 0) {
      return tl::unexpected(lmdb_error(code, directory));
    }
    if (auto opened = env.open_databases(true); !opened) {
      return opened;
    }
    Txn txn(env, true);
    fill(txn);
    return txn.commit();
  }();
  int code = 0;
  if (made && ::link(data_file(fresh).c_str(), data_file(directory).c_str()) != 0) {
    code = errno;
  }
  fs::remove_all(fresh, failed);
  if (!made) {
    return tl::unexpected(std::move(made).error());
  }
  if (code != 0 && code != EEXIST) {  // EEXIST: another process was first
    return tl::unexpected(lmdb_error(code, directory));
  }
  if (const int folder = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
  return code == 0;
}

Txn::Txn(Env& env, bool writable) : env_(env), mapped_(env.resize_) {
  if (writable && !env.writable_) {
    fail({ErrorCode::unavailable,
          "the state in " + env.directory_.string() + " was opened for reading only",
          "open it for writing"});
    return;
  }
  const unsigned flags = writable ? 0U : static_cast<unsigned>(MDB_RDONLY);
  if (writable) {
    int dead = 0;
    mdb_reader_check(env.env_, &dead);
  }
  int code = mdb_txn_begin(env.env_, nullptr, flags, &txn_);
  while (code == MDB_MAP_RESIZED) {  // another process made it larger than our map
    mapped_.unlock();
    {
      const std::unique_lock alone(env.resize_);
      code = mdb_env_set_mapsize(env.env_, 0);
    }
    mapped_.lock();
    if (code == 0) {
      code = mdb_txn_begin(env.env_, nullptr, flags, &txn_);
    }
  }
  if (code != 0) {
    txn_ = nullptr;
    failed(code);
  }
}

Txn::~Txn() {
  if (txn_ != nullptr) {
    mdb_txn_abort(txn_);
  }
}

std::uint64_t Txn::number() const {
  return txn_ == nullptr ? 0 : mdb_txn_id(txn_);
}

void Txn::fail(Error error) {
  if (!error_) {
    error_ = std::move(error);
  }
}

bool Txn::failed(int code) {
  if (code != 0) {
    fail(lmdb_error(code, env_.directory_));
  }
  return code != 0;
}

std::optional<std::string_view> Txn::get(Db db, std::string_view key) {
  if (!ok()) {
    return std::nullopt;
  }
  auto wanted = val(key);
  MDB_val found{};
  const int code = mdb_get(txn_, env_.handles_[static_cast<std::size_t>(db)], &wanted, &found);
  if (code == MDB_NOTFOUND || failed(code)) {
    return std::nullopt;
  }
  return view(found);
}

void Txn::put(Db db, std::string_view key, std::string_view value) {
  if (ok()) {
    auto where = val(key);
    auto what = val(value);
    failed(mdb_put(txn_, env_.handles_[static_cast<std::size_t>(db)], &where, &what, 0));
  }
}

void Txn::erase(Db db, std::string_view key) {
  if (ok()) {
    auto where = val(key);
    const int code = mdb_del(txn_, env_.handles_[static_cast<std::size_t>(db)], &where, nullptr);
    failed(code == MDB_NOTFOUND ? 0 : code);
  }
}

void Txn::clear(Db db) {
  if (ok()) {
    failed(mdb_drop(txn_, env_.handles_[static_cast<std::size_t>(db)], 0));
  }
}

std::uint64_t Txn::count(Db db) {
  MDB_stat stat{};
  if (!ok() || failed(mdb_stat(txn_, env_.handles_[static_cast<std::size_t>(db)], &stat))) {
    return 0;
  }
  return stat.ms_entries;
}

Result<void> Txn::commit() {
  if (ok()) {
    const int code = mdb_txn_commit(txn_);
    txn_ = nullptr;  // freed, whatever the outcome
    failed(code);
  }
  if (error_) {
    return tl::unexpected(*error_);
  }
  return {};
}

Cursor::Cursor(Txn& txn, Db db, std::string_view prefix) : txn_(txn), prefix_(prefix) {
  if (txn_.ok() && txn_.failed(mdb_cursor_open(
                       txn_.txn_, txn_.env_.handles_[static_cast<std::size_t>(db)], &cursor_))) {
    cursor_ = nullptr;
  }
}

Cursor::~Cursor() {
  // A writer's cursor is closed by its transaction's end; one of a reader is ours.
  if (cursor_ != nullptr && txn_.txn_ != nullptr) {
    mdb_cursor_close(cursor_);
  }
}

bool Cursor::next() {
  const bool first = !std::exchange(started_, true);
  return move(!first            ? MDB_NEXT
              : prefix_.empty() ? MDB_FIRST
                                : MDB_SET_RANGE) &&
         key_.starts_with(prefix_);
}

bool Cursor::previous() {
  return move(std::exchange(started_, true) ? MDB_PREV : MDB_LAST);
}

bool Cursor::move(int operation) {
  if (cursor_ == nullptr || !txn_.ok()) {
    return false;
  }
  auto key = val(prefix_);
  MDB_val value{};
  const int code = mdb_cursor_get(cursor_, &key, &value, static_cast<MDB_cursor_op>(operation));
  if (code == MDB_NOTFOUND || txn_.failed(code)) {
    return false;
  }
  key_ = view(key);
  value_ = view(value);
  return true;
}

}  // namespace plumb::state
