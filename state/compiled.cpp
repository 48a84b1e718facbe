#include "state/compiled.h"

#include <algorithm>
#include <cstddef>
#include <system_error>
#include <utility>

#include <lmdb.h>

#include "resources/model/table.h"
#include "state/lmdb.h"
#include "state/pages.h"

namespace plumb::state {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSeed = 0x706c756d62;
constexpr std::size_t kDigestSize = 16;
/// The second where the first is not to be had.
constexpr std::size_t kSmallMapSize = std::size_t{1} << 30U;
/// Entries (two of a file, one of a domain) of other commits that are kept besides the used ones.
constexpr std::size_t kSpare = 256;
constexpr const char* kDatabase = "compiled";

/// What stands before a value: of its octets and its key, since after a crash of the machine a page
/// may hold the value of another.
std::string digest_of(std::string_view key, std::string_view octets) {
  return hash128(octets, kSeed ^ hash64(key));
}

MDB_val val(std::string_view octets) {
  return {octets.size(), const_cast<char*>(octets.data())};  // NOLINT: LMDB does not write to it
}

std::string_view view(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

/// Whether LMDB may look at what is there: a file that is cut off would end the process.
Result<void> sound(const fs::path& directory, MDB_txn* reading) {
  return reading == nullptr ? check_head(directory)
                            : check_pages(directory, mdb_txn_id(reading), true);
}

}  // namespace

CompiledFiles::~CompiledFiles() {
  if (reading_ != nullptr) {
    mdb_txn_abort(reading_);
  }
  if (env_ != nullptr) {
    mdb_env_close(env_);
  }
}

int CompiledFiles::begin_reading() {
  return mdb_txn_begin(env_, nullptr, MDB_RDONLY, &reading_);
}

Result<std::unique_ptr<CompiledFiles>> CompiledFiles::open(const fs::path& directory,
                                                           std::size_t map_size) {
  auto files = open_once(directory, map_size);
  if (!files && files.error().code == ErrorCode::invalid_input) {
    std::error_code error;
    fs::remove_all(directory, error);
    files = open_once(directory, map_size);
  }
  return files;
}

Result<std::unique_ptr<CompiledFiles>> CompiledFiles::open_once(const fs::path& directory,
                                                                std::size_t map_size) {
  std::error_code error;
  fs::create_directory(directory, error);
  if (error) {
    return tl::unexpected(lmdb_error(error.value(), directory));
  }
  if (fs::exists(data_file(directory), error)) {
    if (auto head = sound(directory, nullptr); !head) {
      return tl::unexpected(std::move(head).error());
    }
  }
  std::unique_ptr<CompiledFiles> files(new CompiledFiles());
  files->directory_ = directory;
  files->map_size_ = map_size;
  int code = ENOMEM;
  for (const auto size : {map_size, kSmallMapSize}) {
    if (code != ENOMEM) {
      break;
    }
    if (files->env_ != nullptr) {
      mdb_env_close(files->env_);
      files->env_ = nullptr;
    }
    code = mdb_env_create(&files->env_);
    if (code == 0) {
      mdb_env_set_mapsize(files->env_, size);
      mdb_env_set_maxdbs(files->env_, 1);
      // Not synced: what a crash of the machine leaves behind is looked at like any other damage.
      code = mdb_env_open(files->env_, directory.c_str(), MDB_NOTLS | MDB_NOSYNC, 0600);
    }
  }
  code = code == 0 ? files->begin_reading() : code;
  if (code != 0) {
    return tl::unexpected(lmdb_error(code, directory));
  }
  if (auto pages = sound(directory, files->reading_); !pages) {
    return tl::unexpected(std::move(pages).error());
  }
  if (const int found = files->open_database(); found != 0) {
    return tl::unexpected(lmdb_error(found, directory));
  }
  return files;
}

int CompiledFiles::open_database() {
  // A handle is that of its transaction alone until that is committed.
  auto* txn = std::exchange(reading_, nullptr);
  int code = mdb_dbi_open(txn, kDatabase, 0, &handle_);
  if (code == MDB_NOTFOUND) {
    mdb_txn_abort(std::exchange(txn, nullptr));
    code = mdb_txn_begin(env_, nullptr, 0, &txn);
    code = code == 0 ? mdb_dbi_open(txn, kDatabase, MDB_CREATE, &handle_) : code;
  }
  if (code != 0) {
    mdb_txn_abort(txn);
    return code;
  }
  code = mdb_txn_commit(txn);
  return code == 0 ? begin_reading() : code;
}

std::optional<std::string_view> CompiledFiles::get(std::string_view key) const {
  auto wanted = val(key);
  MDB_val found{};
  const std::lock_guard lock(mutex_);  // to the end: keep() of another thread ends the pages' life
  if (reading_ == nullptr || mdb_get(reading_, handle_, &wanted, &found) != 0) {
    return std::nullopt;
  }
  const auto kept = view(found);
  if (kept.size() < kDigestSize ||
      digest_of(key, kept.substr(kDigestSize)) != kept.substr(0, kDigestSize)) {
    return std::nullopt;
  }
  return kept.substr(kDigestSize);
}

int CompiledFiles::drop_unused(MDB_txn& txn, std::span<const std::string> used) {
  MDB_stat stat{};
  int code = mdb_stat(&txn, handle_, &stat);
  if (code != 0 || stat.ms_entries <= 2 * used.size() + kSpare) {
    return code;
  }
  MDB_cursor* cursor = nullptr;
  code = mdb_cursor_open(&txn, handle_, &cursor);
  if (code != 0) {
    return code;
  }
  MDB_val key{};
  MDB_val value{};
  for (code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST); code == 0;
       code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
    if (!std::binary_search(used.begin(), used.end(), view(key))) {
      code = mdb_cursor_del(cursor, 0);
      if (code != 0) {
        break;
      }
    }
  }
  mdb_cursor_close(cursor);
  return code == MDB_NOTFOUND ? 0 : code;
}

int CompiledFiles::put_all(std::span<const CompiledFile> fresh, std::span<const std::string> used) {
  MDB_txn* txn = nullptr;
  int code = mdb_txn_begin(env_, nullptr, 0, &txn);
  for (std::size_t i = 0; i < fresh.size() && code == 0; ++i) {
    const auto octets = digest_of(fresh[i].key, fresh[i].octets) + fresh[i].octets;
    auto key = val(fresh[i].key);
    auto value = val(octets);
    code = mdb_put(txn, handle_, &key, &value, 0);
  }
  if (code == 0 && !used.empty()) {
    code = drop_unused(*txn, used);
  }
  if (txn != nullptr) {
    code = code == 0 ? mdb_txn_commit(txn) : (mdb_txn_abort(txn), code);
  }
  return code;
}

Result<void> CompiledFiles::start_anew() {
  mdb_env_close(std::exchange(env_, nullptr));
  std::error_code error;
  fs::remove_all(directory_, error);  // who has it open keeps what he has
  PLUMB_TRY(again, open_once(directory_, map_size_));
  std::swap(env_, again->env_);
  std::swap(reading_, again->reading_);
  handle_ = again->handle_;
  return {};
}

Result<void> CompiledFiles::keep(std::span<const CompiledFile> fresh,
                                 std::span<const std::string> used) {
  const std::lock_guard lock(mutex_);
  mdb_txn_abort(reading_);  // it would keep the pages of what is dropped
  reading_ = nullptr;
  if (env_ == nullptr) {
    return {};
  }
  int code = put_all(fresh, used);
  if (code == MDB_MAP_FULL) {  // what is not in `fresh` is put again when it is next read
    if (auto begun = start_anew(); !begun) {
      return begun;
    }
    mdb_txn_abort(std::exchange(reading_, nullptr));
    code = put_all(fresh, used);
  }
  if (const int again = begin_reading(); again != 0) {
    reading_ = nullptr;
    code = code == 0 ? again : code;
  }
  return code == 0 ? Result<void>() : tl::unexpected(lmdb_error(code, directory_));
}

}  // namespace plumb::state
