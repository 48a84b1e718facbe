#include "controller/providers/postfix_dovecot/keys.h"

#include <cerrno>
#include <system_error>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "controller/env/atomic_file.h"
#include "controller/env/secret.h"
#include "controller/providers/postfix_dovecot/folders.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/model/cbor.h"

namespace plumb::providers::postfix_dovecot {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyCap = std::size_t{64} << 10U;
constexpr mode_t kKeyMode = 0600;

}  // namespace

Result<env::PublicKey> Keys::read_file(const fs::path& path) const {
  auto pem = env::read_file(path, kKeyCap);
  if (!pem) {
    return tl::unexpected(std::move(pem).error());
  }
  auto half = env::public_half(*pem);
  env::wipe(*pem);
  if (!half) {
    return tl::unexpected(std::move(half).error().in("signing key " + path.string()));
  }
  return half;
}

Result<env::PublicKey> Keys::read(const KeyFile& key) {
  auto name = key.path.string() + "\n" + key.token;
  if (key.token.empty()) {
    return read_file(key.path);
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (const auto found = known_.find(name); found != known_.end()) {
      return found->second;
    }
  }
  PLUMB_TRY(half, read_file(key.path));
  const std::lock_guard<std::mutex> lock(mutex_);
  known_.emplace(std::move(name), half);
  return half;
}

Result<void> Keys::give_away(const fs::path& path) const {
  if (owner_.empty()) {
    return {};
  }
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(std::size_t{16} << 10U);
  if (::getpwnam_r(owner_.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr) {
    return fail(ErrorCode::not_found,
                fmt::format("there is no user {} to own signing keys", owner_),
                "install the signer first, or correct dkim.owner");
  }
  if (::chown(path.c_str(), found->pw_uid, found->pw_gid) != 0) {
    return tl::unexpected(
        cannot("give away", path, std::error_code(errno, std::generic_category())));
  }
  return {};
}

Result<env::PublicKey> Keys::make(std::string_view domain,
                                  std::string_view selector,
                                  std::string_view algorithm,
                                  std::uint32_t bits) {
  const auto path = files_.key_path(domain, selector);
  std::error_code code;
  if (fs::exists(path, code) || code) {
    PLUMB_TRY(there, read_file(path));
    if (there.algorithm != algorithm || (bits != 0 && there.bits != 0 && there.bits != bits)) {
      return fail(
          ErrorCode::conflict,
          fmt::format("{} holds another key: {} {}", path.string(), there.algorithm, there.bits),
          "declare it as it is, or choose another selector");
    }
    return there;
  }
  PLUMB_TRY(key, env::make_signing_key(algorithm, bits));
  if (auto made = make_folder(path.parent_path()); !made) {
    return tl::unexpected(std::move(made).error());
  }
  if (auto written = env::write_file_atomically(path, key.pem.reveal(), kKeyMode); !written) {
    return tl::unexpected(std::move(written).error());
  }
  if (auto given = give_away(path); !given) {
    fs::remove(path, code);  // nobody knows its public half yet
    return tl::unexpected(std::move(given).error());
  }
  return std::move(key.public_key);
}

Result<void> Keys::retire(std::string_view domain,
                          std::string_view selector,
                          std::chrono::system_clock::time_point now) const {
  const auto path = files_.key_path(domain, selector);
  std::error_code code;
  if (!fs::exists(path, code)) {
    return code ? Result<void>(tl::unexpected(cannot("look for", path, code))) : Result<void>();
  }
  const auto folder = files_.keys() / kRetired;
  if (auto made = make_folder(folder); !made) {
    return tl::unexpected(std::move(made).error());
  }
  const auto name = fmt::format("{}.{}.{:%Y%m%dT%H%M%SZ}",
                                domain,
                                selector,
                                fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
  auto target = folder / (name + ".pem");
  for (int again = 2; fs::exists(target, code); ++again) {
    target = folder / fmt::format("{}.{}.pem", name, again);
  }
  fs::rename(path, target, code);
  if (code) {
    return tl::unexpected(cannot("move away", path, code));
  }
  if (!files_.flat_keys()) {
    fs::remove(path.parent_path(), code);  // where it is empty now
  }
  return {};
}

std::string key_body(const env::PublicKey& key) {
  std::string body;
  cbor::map(body, key.bits != 0 ? 2 : 1);
  cbor::unsigned_number(body, kinds::kDkimAlgorithm);
  cbor::octets(body, key.algorithm);
  if (key.bits != 0) {
    cbor::unsigned_number(body, kinds::kDkimBits);
    cbor::unsigned_number(body, key.bits);
  }
  return body;
}

}  // namespace plumb::providers::postfix_dovecot
