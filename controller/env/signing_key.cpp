#include "controller/env/signing_key.h"

#include <array>
#include <limits>
#include <memory>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sodium.h>

#include "controller/env/crypto.h"

namespace plumb::env {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(PKCS8_PRIV_KEY_INFO* info) const { PKCS8_PRIV_KEY_INFO_free(info); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Bio = std::unique_ptr<BIO, FreeKey>;
using KeyInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreeKey>;

constexpr std::uint32_t kFewestBits = 2048;
constexpr std::uint32_t kMostBits = 4096;  // verifiers need not go beyond (RFC 8301 §3.2)

Result<PublicKey> public_of(EVP_PKEY* key) {
  PublicKey made;
  if (EVP_PKEY_is_a(key, "ED25519") == 1) {
    std::array<unsigned char, 32> raw{};
    auto size = raw.size();
    if (EVP_PKEY_get_raw_public_key(key, raw.data(), &size) != 1 || size != raw.size()) {
      return fail(ErrorCode::internal, "a signing key has no public half");
    }
    made.algorithm = "ed25519";
    made.text = base64_encode({reinterpret_cast<const char*>(raw.data()), raw.size()});
    return made;
  }
  if (EVP_PKEY_is_a(key, "RSA") != 1) {
    return fail(ErrorCode::invalid_input,
                "the key is neither RSA nor Ed25519",
                "DKIM knows no others (RFC 6376, RFC 8463)");
  }
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) {
    return fail(ErrorCode::internal, "a signing key has no public half");
  }
  made.algorithm = "rsa";
  made.bits = static_cast<std::uint32_t>(EVP_PKEY_get_bits(key));
  made.text = base64_encode({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return made;
}

Result<Secret> pem_of(EVP_PKEY* key) {
  const Bio memory(BIO_new(BIO_s_secmem() != nullptr ? BIO_s_secmem() : BIO_s_mem()));
  if (!memory ||
      PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return fail(ErrorCode::internal, "a signing key could not be written as PEM");
  }
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &text);
  Secret pem(std::string_view(text, static_cast<std::size_t>(size)));
  sodium_memzero(text, static_cast<std::size_t>(size));
  return pem;
}

/// No passphrase is ever asked for at a terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) {
  return -1;
}

Bio reader_of(std::string_view pem) {
  const auto size = pem.size() > std::numeric_limits<int>::max() ? 0 : static_cast<int>(pem.size());
  return Bio(BIO_new_mem_buf(pem.data(), size));
}

/// A key of Ed25519 in PKCS #8; nothing: some other, or none. OpenSSL's own way of reading keys
/// tries every form it knows of, which takes a hundred times as long.
Key ed25519_of(std::string_view pem) {
  // CurvePrivateKey: an OCTET STRING of 32 octets (RFC 8410 §7).
  constexpr int kHead = 2;
  constexpr int kOctets = 32;
  const auto memory = reader_of(pem);
  const KeyInfo info(
      memory ? PEM_read_bio_PKCS8_PRIV_KEY_INFO(memory.get(), nullptr, no_passphrase, nullptr)
             : nullptr);
  const ASN1_OBJECT* algorithm = nullptr;
  const unsigned char* octets = nullptr;
  int size = 0;
  if (!info || PKCS8_pkey_get0(&algorithm, &octets, &size, nullptr, info.get()) != 1 ||
      OBJ_obj2nid(algorithm) != NID_ED25519 || size != kHead + kOctets ||
      octets[0] != V_ASN1_OCTET_STRING || octets[1] != kOctets) {
    return {};
  }
  return Key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets + kHead, kOctets));
}

}  // namespace

Result<SigningKey> make_signing_key(std::string_view algorithm, std::uint32_t bits) {
  Key key;
  if (algorithm == "ed25519") {
    key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  } else if (algorithm == "rsa" && bits >= kFewestBits && bits <= kMostBits) {
    key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits}));
  } else {
    return fail(ErrorCode::invalid_input,
                fmt::format("no signing key of {} with {} bits can be made", algorithm, bits),
                "use rsa with 2048 to 4096 bits, or ed25519");
  }
  if (!key) {
    ERR_clear_error();
    return fail(ErrorCode::internal, "OpenSSL could not make a signing key");
  }
  PLUMB_TRY(pem, pem_of(key.get()));
  PLUMB_TRY(public_key, public_of(key.get()));
  return SigningKey{std::move(pem), std::move(public_key)};
}

Result<PublicKey> public_half(std::string_view pem) {
  auto key = ed25519_of(pem);
  if (!key) {
    const auto memory = reader_of(pem);
    key.reset(memory ? PEM_read_bio_PrivateKey(memory.get(), nullptr, no_passphrase, nullptr)
                     : nullptr);
  }
  ERR_clear_error();
  if (!key) {
    return fail(ErrorCode::invalid_input,
                "it holds no private key that can be read",
                "it must be PEM without a passphrase");
  }
  return public_of(key.get());
}

}  // namespace plumb::env
