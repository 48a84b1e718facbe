#include "controller/env/password_hash.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <utility>

#include <crypt.h>
#include <fmt/format.h>
#include <sodium.h>

#include "controller/env/crypto.h"

namespace plumb::env {
namespace {

constexpr std::size_t kLongestPassword = 1024;
constexpr std::size_t kLongestHash = 512;

/// crypt(3)'s working memory: 32 KiB that hold the password for a while.
class CryptData {
 public:
  CryptData() : data_(std::make_unique<crypt_data>()) {}
  ~CryptData() { sodium_memzero(data_.get(), sizeof(crypt_data)); }
  CryptData(const CryptData&) = delete;
  CryptData& operator=(const CryptData&) = delete;

  /// The hash; empty where crypt(3) refuses the setting.
  std::string run(std::string text, const std::string& setting) {
    const char* made = ::crypt_r(text.c_str(), setting.c_str(), data_.get());
    wipe(text);
    return made == nullptr || *made == '*' ? std::string() : std::string(made);
  }

 private:
  std::unique_ptr<crypt_data> data_;
};

Result<std::string> hash_argon2id(std::string_view password) {
  std::array<char, crypto_pwhash_STRBYTES> made{};
  if (::sodium_init() < 0 || ::crypto_pwhash_str(made.data(),
                                                 password.data(),
                                                 password.size(),
                                                 crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                                 crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
    return fail(ErrorCode::unavailable,
                "a password could not be hashed: 64 MiB of memory are needed",
                "free some memory, or use passwordScheme: SHA512-CRYPT");
  }
  return "{ARGON2ID}" + std::string(made.data());
}

Result<std::string> hash_sha512_crypt(std::string_view password, Random& random) {
  constexpr std::string_view kAlphabet =
      "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::array<std::byte, 16> salt{};
  random.fill(salt);
  std::string setting = "$6$";
  for (const auto octet : salt) {
    setting += kAlphabet[std::to_integer<unsigned>(octet) & 63U];
  }
  auto made = CryptData().run(std::string(password), setting + "$");
  if (made.empty()) {
    return fail(ErrorCode::internal, "a password could not be hashed by crypt(3)");
  }
  return "{SHA512-CRYPT}" + made;
}

/// The `{SCHEME}` of a hash, in upper case, and the rest.
std::pair<std::string, std::string_view> split_scheme(std::string_view hash) {
  const auto end = hash.find('}');
  if (!hash.starts_with('{') || end == std::string_view::npos) {
    return {"", hash};
  }
  std::string scheme(hash.substr(1, end - 1));
  for (auto& c : scheme) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return {std::move(scheme), hash.substr(end + 1)};
}

std::string_view scheme_of_crypt(std::string_view hash) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kForms{{
      {"$argon2id$", "ARGON2ID"},
      {"$argon2i$", "ARGON2I"},
      {"$2a$", "BLF-CRYPT"},
      {"$2b$", "BLF-CRYPT"},
      {"$2y$", "BLF-CRYPT"},
      {"$5$", "SHA256-CRYPT"},
      {"$6$", "SHA512-CRYPT"},
      {"$y$", "CRYPT"},
  }};
  const auto* form = std::find_if(
      kForms.begin(), kForms.end(), [&](const auto& each) { return hash.starts_with(each.first); });
  return form == kForms.end() ? std::string_view() : form->second;
}

/// Encodings behind a dot ("PLAIN.b64") do not make it a hash.
bool keeps_the_password(std::string_view scheme) {
  constexpr std::array<std::string_view, 4> kOpen{"PLAIN", "CLEARTEXT", "CLEAR", "PLAIN-TRUNC"};
  return std::find(kOpen.begin(), kOpen.end(), scheme.substr(0, scheme.find('.'))) != kOpen.end();
}

}  // namespace

Result<std::string> hash_password(const Secret& password, PasswordScheme scheme, Random& random) {
  const auto text = password.reveal();
  if (text.empty() || text.size() > kLongestPassword || text.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::invalid_input,
                "the password is empty, longer than 1024 octets, or has a NUL in it",
                "set another password");
  }
  return scheme == PasswordScheme::argon2id ? hash_argon2id(text) : hash_sha512_crypt(text, random);
}

Result<std::string> ready_password_hash(std::string_view hash) {
  const auto bad = [](std::string why) {
    return fail(ErrorCode::invalid_input,
                "the ready hash of a password " + std::move(why),
                "make one with `doveadm pw -s ARGON2ID`, and write it whole");
  };
  const bool holdable =
      std::all_of(hash.begin(), hash.end(), [](char c) { return c > ' ' && c < 0x7F && c != ':'; });
  if (hash.size() > kLongestHash || !holdable) {
    return bad("has characters that a passwd-file cannot hold");
  }
  const auto [scheme, rest] = split_scheme(hash);
  if (rest.size() < 8) {
    return bad("is too short to be one");
  }
  if (keeps_the_password(scheme)) {
    return bad("is the password itself");
  }
  const bool named = !scheme.empty() && std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
  if (named) {
    return std::string(hash);
  }
  const auto form = scheme_of_crypt(hash);
  if (!scheme.empty() || form.empty()) {
    return bad("is of a form that Dovecot does not know");
  }
  return fmt::format("{{{}}}{}", form, hash);
}

PasswordMatch verify_password(const Secret& password, std::string_view hash) {
  const auto text = password.reveal();
  if (text.empty() || text.size() > kLongestPassword || text.find('\0') != std::string_view::npos) {
    return PasswordMatch::no;
  }
  const auto [scheme, rest] = split_scheme(hash);
  const std::string form(rest);
  if (form.starts_with("$argon2")) {
    if (form.size() >= crypto_pwhash_STRBYTES || ::sodium_init() < 0) {
      return PasswordMatch::cannot_tell;
    }
    std::array<char, crypto_pwhash_STRBYTES> whole{};
    std::copy(form.begin(), form.end(), whole.begin());
    errno = 0;
    if (::crypto_pwhash_str_verify(whole.data(), text.data(), text.size()) == 0) {
      return PasswordMatch::yes;
    }
    // libsodium says EINVAL of another password, and something else, or nothing, where it lacks
    // memory or cannot read the hash.
    return errno == EINVAL && scheme_of_crypt(form).starts_with("ARGON2")
               ? PasswordMatch::no
               : PasswordMatch::cannot_tell;
  }
  if (scheme_of_crypt(form).empty()) {
    return PasswordMatch::cannot_tell;
  }
  const auto again = CryptData().run(std::string(text), form);
  if (again.empty()) {
    return PasswordMatch::cannot_tell;
  }
  return equal_in_constant_time(again, form) ? PasswordMatch::yes : PasswordMatch::no;
}

}  // namespace plumb::env
