#include <cerrno>
#include <charconv>
#include <system_error>

#include "state/store_impl.h"

namespace plumb::state {
namespace fs = std::filesystem;
namespace {

Error foreign(const std::string& what) {
  return {ErrorCode::invalid_input,
          "the state " + what,
          "choose another folder with --state, or restore a backup: plumb state restore FILE"};
}

}  // namespace

records::Counters read_counters(Txn& txn) {
  auto counters = decode_in<records::Counters>(txn, txn.get(Db::meta, kCountersKey));
  if (!counters) {
    txn.fail(foreign("has no counters: it is corrupt, or was not written by plumb"));
    return {};
  }
  return std::move(*counters);
}

records::Identity read_identity(Txn& txn) {
  // The format stands in decimal digits, so that any version can read it.
  const auto format = txn.get(Db::meta, kFormatKey);
  std::uint64_t version = 0;
  if (format) {
    std::from_chars(format->data(), format->data() + format->size(), version);
  }
  if (version == 0) {
    txn.fail(foreign("has no format: it is corrupt, or was not written by plumb"));
    return {};
  }
  if (version > records::kFormat) {
    txn.fail({ErrorCode::invalid_input,
              "the state has format " + std::to_string(version) + ", newer than this plumb knows",
              "upgrade plumb"});
    return {};
  }
  auto identity = decode_in<records::Identity>(txn, txn.get(Db::meta, kIdentityKey));
  if (!identity) {
    txn.fail(foreign("does not say whose it is: it is corrupt"));
    return {};
  }
  return std::move(*identity);
}

Result<void> check_binding(const Binding& has, const Binding& wanted, const std::string& what) {
  if (has.project == wanted.project && has.environment == wanted.environment) {
    return {};
  }
  const auto name = [](const Binding& binding) {
    return "project \"" + binding.project + "\", environment \"" + binding.environment + "\"";
  };
  return fail(ErrorCode::invalid_input,
              what + " belongs to " + name(has) + ", not to " + name(wanted),
              "name the state of this project and environment, or an empty folder, with --state");
}

void write_fresh(Txn& txn, const records::Identity& identity) {
  txn.put(Db::meta, kFormatKey, std::to_string(records::kFormat));
  txn.put(Db::meta, kIdentityKey, records::encode(identity));
  txn.put(Db::meta, kCountersKey, records::encode(records::Counters{}));
}

std::optional<std::uint32_t> scope_number(Txn& txn, const Scope& scope) {
  const auto found = txn.get(Db::scope_ids, records::scope_key(scope));
  return found ? std::optional(records::read_number32(*found)) : std::nullopt;
}

Result<std::string> whole_key(const records::ResourceKey& key, const std::string& long_key) {
  if (!key.long_key) {
    return std::string(key.key);
  }
  if (!long_key.starts_with(key.key) || !records::is_long(long_key)) {
    return fail(ErrorCode::invalid_input,
                "the state holds a row whose key and record differ",
                "restore a backup: plumb state restore FILE");
  }
  return long_key;
}

Result<std::unique_ptr<Store>> Store::open(const fs::path& directory,
                                           const Binding& binding,
                                           Access access,
                                           const std::string& fresh_id,
                                           std::uint64_t seed) {
  records::Identity identity{fresh_id, seed, binding};
  std::error_code trouble;
  const bool no_folder = fs::exists(directory, trouble) && !fs::is_directory(directory, trouble);
  const bool there = !no_folder && !trouble && fs::exists(data_file(directory), trouble);
  if (no_folder) {
    return tl::unexpected(lmdb_error(ENOTDIR, directory));
  }
  if (trouble && trouble != std::errc::no_such_file_or_directory) {
    return tl::unexpected(lmdb_error(trouble.value(), directory));
  }
  if (!there && access == Access::read) {
    return std::make_unique<LmdbStore>(nullptr, directory, std::move(identity));
  }
  if (!there) {
    auto created = Env::create(directory, [&](Txn& txn) { write_fresh(txn, identity); });
    if (!created) {
      return tl::unexpected(std::move(created).error());
    }
  }
  PLUMB_TRY(env, Env::open(directory, access == Access::write));
  {
    Txn txn(*env, false);
    identity = read_identity(txn);
    read_counters(txn);
    if (txn.error()) {
      return tl::unexpected(*txn.error());
    }
  }
  if (auto ours = check_binding(identity.binding, binding, "the state in " + directory.string());
      !ours) {
    return tl::unexpected(std::move(ours).error());
  }
  return std::make_unique<LmdbStore>(std::move(env), directory, std::move(identity));
}

}  // namespace plumb::state
