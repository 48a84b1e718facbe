#include "controller/env/crypto.h"

#include <array>

#include <sodium.h>

namespace plumb::env {
namespace {

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

std::string sha256_hex(std::string_view octets) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), bytes(octets), octets.size());
  std::string hex(digest.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  hex.pop_back();
  return hex;
}

std::string hmac_sha256(std::string_view key, std::string_view octets) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes(key), key.size());
  crypto_auth_hmacsha256_update(&state, bytes(octets), octets.size());
  std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_final(&state, bytes(mac));
  sodium_memzero(&state, sizeof state);
  return mac;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string base64_encode(std::string_view octets) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::string text(sodium_base64_encoded_len(octets.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes(octets), octets.size(), kVariant);
  text.pop_back();  // the NUL
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  std::string octets(text.size() / 4 * 3, '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  const int rc = sodium_base642bin(bytes(octets),
                                   octets.size(),
                                   text.data(),
                                   text.size(),
                                   nullptr,
                                   &size,
                                   &end,
                                   sodium_base64_VARIANT_ORIGINAL);
  if (rc != 0 || end != text.data() + text.size()) {
    return std::nullopt;
  }
  octets.resize(size);
  return octets;
}

}  // namespace plumb::env
