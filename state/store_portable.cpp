#include <algorithm>
#include <system_error>

#include <unistd.h>

#include "state/lock_file.h"
#include "state/portable.h"
#include "state/store_impl.h"

namespace plumb::state {
namespace fs = std::filesystem;
namespace {

/// Closes what lock_bytes gave.
class LockedFile {
 public:
  explicit LockedFile(int file) : file_(file) {}
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;
  ~LockedFile() { ::close(file_); }

 private:
  int file_;
};

/// What an import would replace.
struct Live {
  records::Identity identity;
  records::Counters counters;
  std::uint64_t intents = 0;
};

Result<Live> look_at(Env& env) {
  Txn txn(env, false);
  Live live{read_identity(txn), read_counters(txn), txn.count(Db::intent)};
  if (txn.error()) {
    return tl::unexpected(*txn.error());
  }
  return live;
}

/// "<directory>.before-<serial>", with a number where that is taken.
fs::path backup_name(const fs::path& directory, std::uint64_t serial) {
  auto folder = directory.lexically_normal();
  if (!folder.has_filename()) {
    folder = folder.parent_path();
  }
  const auto base = folder.string() + ".before-" + std::to_string(serial);
  fs::path name = base;
  for (int number = 2; fs::exists(name); ++number) {
    name = base + "-" + std::to_string(number);
  }
  return name;
}

/// Why the store should not be replaced without `force`.
Result<void> check_replacement(const Portable& file, const Live& live) {
  const std::string hint = "look at both with plumb state show, or force it";
  if (live.intents != 0) {
    return fail(ErrorCode::conflict,
                "the state has " + std::to_string(live.intents) +
                    " changes under way or in doubt, which would be forgotten",
                "run plumb apply, which settles them first, or force it");
  }
  if (file.identity.id != live.identity.id) {
    return fail(ErrorCode::conflict,
                "the file comes from another store (" + file.identity.id + ", not " +
                    live.identity.id + ")",
                hint);
  }
  if (file.counters.serial < live.counters.serial) {
    return fail(ErrorCode::conflict,
                "the file has serial " + std::to_string(file.counters.serial) +
                    ", but the state is further on: serial " + std::to_string(live.counters.serial),
                hint);
  }
  if (file.counters.serial == live.counters.serial) {
    return fail(ErrorCode::conflict,
                "the file and the state have the same serial " +
                    std::to_string(live.counters.serial) + " but differ",
                hint);
  }
  return {};
}

/// Fills an empty store; the rows are checked as a whole before they count.
void load(Txn& txn, const Portable& file, const records::Counters& counters) {
  for (const auto& row : file.rows) {
    txn.put(row.db, row.key, row.value);
  }
  txn.put(Db::meta, kCountersKey, records::encode(counters));
  verify_rows(txn);
}

/// Replaces everything in one transaction, so readers and writers of other processes see the one
/// store or the other.
Result<void> replace(Env& env, const Portable& file, const Live& live) {
  auto counters = file.counters;
  if (file.identity.id == live.identity.id) {
    // A marker "<id>-<seq>" must never name two creates.
    counters.last_seq = std::max(counters.last_seq, live.counters.last_seq);
  }
  if (counters.serial <= live.counters.serial) {
    counters.serial = live.counters.serial + 1;
  }
  Txn txn(env, true);
  if (read_counters(txn).serial != live.counters.serial) {
    txn.fail({ErrorCode::conflict, "the state was changed meanwhile", "run it again"});
  }
  for (std::size_t db = 0; db < kDbCount; ++db) {
    txn.clear(static_cast<Db>(db));
  }
  load(txn, file, counters);
  return txn.commit();
}

}  // namespace

Result<void> LmdbStore::export_to(const fs::path& file) const {
  if (!env_) {
    return fail(ErrorCode::not_found,
                "there is no state in " + directory_.string() + " yet",
                "name the folder of the state with --state");
  }
  Txn txn(*env_, false);
  if (auto written = write_portable(txn, file); !written) {
    return tl::unexpected(std::move(written).error());
  }
  return {};
}

Result<void> check_serial(const fs::path& file, const Store& store) {
  if (!fs::exists(file)) {
    return {};
  }
  PLUMB_TRY(portable, read_portable(file));
  if (portable.identity.id == store.id() && portable.counters.serial <= store.serial()) {
    return {};
  }
  const bool other = portable.identity.id != store.id();
  return fail(ErrorCode::conflict,
              other ? file.string() + " comes from another store (" + portable.identity.id + ")"
                    : file.string() + " is further on (serial " +
                          std::to_string(portable.counters.serial) + ") than the state (serial " +
                          std::to_string(store.serial()) + ")",
              "pull it first, or force the push if you are sure that it may be lost");
}

Result<void> import_store(const fs::path& file,
                          const fs::path& directory,
                          const Binding& binding,
                          bool force) {
  PLUMB_TRY(portable, read_portable(file));
  if (auto ours = check_binding(portable.identity.binding, binding, file.string()); !ours) {
    return ours;
  }
  auto locked = lock_bytes(directory, 0, 0);
  if (!locked) {
    return tl::unexpected(
        std::move(locked).error().in("the state in " + directory.string() + " is in use"));
  }
  const LockedFile lock(*locked);
  if (std::error_code ignored; !fs::exists(data_file(directory), ignored)) {
    PLUMB_TRY(created,
              Env::create(directory, [&](Txn& txn) { load(txn, portable, portable.counters); }));
    if (created) {
      return {};
    }
  }
  PLUMB_TRY(env, Env::open(directory, true));
  PLUMB_TRY(live, look_at(*env));
  if (auto ours =
          check_binding(live.identity.binding, binding, "the state in " + directory.string());
      !ours) {
    return ours;
  }
  const bool untouched = live.counters.serial == 0;
  if (!untouched) {
    const auto backup = backup_name(directory, live.counters.serial);
    Txn txn(*env, false);
    PLUMB_TRY(digest, write_portable(txn, backup));
    auto allowed =
        force || digest == portable.digest ? Result<void>() : check_replacement(portable, live);
    if (!allowed || digest == portable.digest) {
      std::error_code ignored;
      fs::remove(backup, ignored);  // nothing is replaced
      return allowed;
    }
  }
  return replace(*env, portable, live);
}

}  // namespace plumb::state
