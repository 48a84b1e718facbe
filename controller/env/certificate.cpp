#include "controller/env/certificate.h"

#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "controller/env/crypto.h"

namespace plumb::env {
namespace {

constexpr std::size_t kLargest = std::size_t{1} << 20U;

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Certificate = std::unique_ptr<X509, FreeCertificate>;

Certificate read_certificate(std::string_view octets) {
  if (octets.find("-----BEGIN") == std::string_view::npos) {
    const auto* begin = reinterpret_cast<const unsigned char*>(octets.data());
    return Certificate(d2i_X509(nullptr, &begin, static_cast<long>(octets.size())));
  }
  const std::unique_ptr<BIO, FreeBio> bio(
      BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size())));
  return bio == nullptr ? nullptr
                        : Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

}  // namespace

Result<std::string> key_digest_of_certificate(std::string_view octets) {
  if (octets.size() > kLargest) {
    return fail(ErrorCode::invalid_input, "a certificate has more than 1 MiB");
  }
  const auto certificate = read_certificate(octets);
  unsigned char* der = nullptr;
  const int size =
      certificate == nullptr ? -1 : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &der);
  ERR_clear_error();
  if (size <= 0) {
    return fail(ErrorCode::invalid_input,
                "this is no certificate",
                "give a certificate in PEM or DER, not its key");
  }
  const auto digest =
      sha256_hex({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return digest;
}

}  // namespace plumb::env
