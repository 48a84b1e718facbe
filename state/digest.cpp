#include "state/digest.h"

#include <openssl/evp.h>

#include "resources/model/check.h"

namespace plumb::state {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

struct Sha256::Context {
  std::unique_ptr<EVP_MD_CTX, FreeContext> evp{EVP_MD_CTX_new()};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  PLUMB_CHECK(context_->evp && EVP_DigestInit_ex(context_->evp.get(), EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view octets) {
  PLUMB_CHECK(EVP_DigestUpdate(context_->evp.get(), octets.data(), octets.size()) == 1);
}

std::string Sha256::finish() {
  std::string digest(32, '\0');
  PLUMB_CHECK(EVP_DigestFinal_ex(context_->evp.get(),
                                 reinterpret_cast<unsigned char*>(digest.data()),
                                 nullptr) == 1 &&
              EVP_DigestInit_ex(context_->evp.get(), nullptr, nullptr) == 1);
  return digest;
}

std::string sha256(std::string_view octets) {
  Sha256 digest;
  digest.add(octets);
  return digest.finish();
}

std::string hex(std::string_view octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(octets.size() * 2);
  for (const char octet : octets) {
    const auto value = static_cast<unsigned char>(octet);
    text.push_back(kDigits[value >> 4U]);
    text.push_back(kDigits[value & 0xfU]);
  }
  return text;
}

}  // namespace plumb::state
