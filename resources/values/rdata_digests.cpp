// The types whose data is keys and their digests: DS, SSHFP, TLSA and SMIMEA, OPENPGPKEY.

#include <algorithm>
#include <array>

#include "resources/values/rdata_reader.h"
#include "resources/values/rdata_types.h"

namespace plumb::values {
namespace {

/// How many octets a digest of some type has.
struct DigestLength {
  std::uint8_t type;
  std::size_t octets;
};

/// IANA, DNSSEC Algorithm Numbers.
constexpr std::array kAlgorithms = {
    Mnemonic{"RSAMD5", 1},
    Mnemonic{"DH", 2},
    Mnemonic{"DSA", 3},
    Mnemonic{"RSASHA1", 5},
    Mnemonic{"DSA-NSEC3-SHA1", 6},
    Mnemonic{"RSASHA1-NSEC3-SHA1", 7},
    Mnemonic{"RSASHA256", 8},
    Mnemonic{"RSASHA512", 10},
    Mnemonic{"ECC-GOST", 12},
    Mnemonic{"ECDSAP256SHA256", 13},
    Mnemonic{"ECDSAP384SHA384", 14},
    Mnemonic{"ED25519", 15},
    Mnemonic{"ED448", 16},
};

/// IANA, DS RR Type Digest Algorithms: SHA-1, SHA-256, GOST R 34.11-94, SHA-384.
constexpr std::array kDsDigests = {
    DigestLength{1, 20}, DigestLength{2, 32}, DigestLength{3, 32}, DigestLength{4, 48}};

/// RFC 4255 §3.1.2 and RFC 6594 §5.2: SHA-1, SHA-256.
constexpr std::array kSshDigests = {DigestLength{1, 20}, DigestLength{2, 32}};

/// RFC 6698 §2.1.3: SHA2-256, SHA2-512.
constexpr std::array kTlsaDigests = {DigestLength{1, 32}, DigestLength{2, 64}};

constexpr std::array kTlsaUsages = {Mnemonic{"PKIX-TA", 0},
                                    Mnemonic{"PKIX-EE", 1},
                                    Mnemonic{"DANE-TA", 2},
                                    Mnemonic{"DANE-EE", 3},
                                    Mnemonic{"PrivCert", 255}};
constexpr std::array kTlsaSelectors = {
    Mnemonic{"Cert", 0}, Mnemonic{"SPKI", 1}, Mnemonic{"PrivSel", 255}};
constexpr std::array kTlsaMatchings = {Mnemonic{"Full", 0},
                                       Mnemonic{"SHA2-256", 1},
                                       Mnemonic{"SHA2-512", 2},
                                       Mnemonic{"PrivMatch", 255}};
constexpr std::array<Mnemonic, 0> kNoMnemonics = {};
constexpr std::array kSshAlgorithms = {Mnemonic{"RSA", 1},
                                       Mnemonic{"DSA", 2},
                                       Mnemonic{"ECDSA", 3},
                                       Mnemonic{"Ed25519", 4},
                                       Mnemonic{"Ed448", 6}};

/// The digest that is left to read, of the length that its type says; types we do not know may have
/// any.
Result<std::string> read_digest(RdataReader& reader,
                                std::string_view field,
                                std::uint8_t type,
                                std::span<const DigestLength> lengths) {
  PLUMB_TRY(digits, reader.hex(field));
  const auto* known = std::find_if(lengths.data(),
                                   lengths.data() + lengths.size(),
                                   [&](const DigestLength& l) { return l.type == type; });
  if (known != lengths.data() + lengths.size() && digits.size() != 2 * known->octets) {
    return reader.refuse(field,
                         "of type " + std::to_string(type) + " must have " +
                             std::to_string(2 * known->octets) + " hexadecimal digits, not " +
                             std::to_string(digits.size()),
                         "check that the digest is whole and its type right");
  }
  return std::move(digits);
}

/// A number; where people declare it, only one that means something.
Result<std::uint8_t> read_code(RdataReader& reader,
                               std::string_view field,
                               std::span<const Mnemonic> assigned,
                               std::span<const Mnemonic> mnemonics) {
  PLUMB_TRY(code, reader.number<std::uint8_t>(field, mnemonics));
  const auto known = std::any_of(
      assigned.begin(), assigned.end(), [&](const Mnemonic& m) { return m.number == code; });
  if (!reader.is_manifest() || known) {
    return code;
  }
  std::string codes;
  for (const auto& m : assigned) {
    codes +=
        (codes.empty() ? "" : ", ") + std::to_string(m.number) + " (" + std::string(m.name) + ")";
  }
  return reader.refuse(field, std::to_string(code) + " means nothing", "use one of " + codes);
}

}  // namespace

Result<Ds> Ds::parse(std::string_view text, const DomainName& origin, TargetRule rule) {
  RdataReader reader(RecordType::ds, text, origin, rule);
  PLUMB_TRY(key_tag, reader.number<std::uint16_t>("key tag"));
  PLUMB_TRY(algorithm, reader.number<std::uint8_t>("algorithm", kAlgorithms));
  PLUMB_TRY(digest_type, reader.number<std::uint8_t>("digest type"));
  PLUMB_TRY(digest, read_digest(reader, "digest", digest_type, kDsDigests));
  return Ds{key_tag, algorithm, digest_type, std::move(digest)};
}

std::string Ds::text() const {
  return std::to_string(key_tag) + ' ' + std::to_string(algorithm) + ' ' +
         std::to_string(digest_type) + ' ' + digest;
}

Result<Sshfp> Sshfp::parse(std::string_view text, const DomainName& origin, TargetRule rule) {
  RdataReader reader(RecordType::sshfp, text, origin, rule);
  PLUMB_TRY(algorithm, read_code(reader, "algorithm", kSshAlgorithms, kNoMnemonics));
  PLUMB_TRY(type, reader.number<std::uint8_t>("fingerprint type"));
  PLUMB_TRY(fingerprint, read_digest(reader, "fingerprint", type, kSshDigests));
  return Sshfp{algorithm, type, std::move(fingerprint)};
}

std::string Sshfp::text() const {
  return std::to_string(algorithm) + ' ' + std::to_string(fingerprint_type) + ' ' + fingerprint;
}

Result<Tlsa> Tlsa::parse(std::string_view text,
                         const DomainName& origin,
                         TargetRule rule,
                         RecordType type) {
  RdataReader reader(type, text, origin, rule);
  PLUMB_TRY(usage, read_code(reader, "usage", kTlsaUsages, kTlsaUsages));
  PLUMB_TRY(selector, read_code(reader, "selector", kTlsaSelectors, kTlsaSelectors));
  PLUMB_TRY(matching, read_code(reader, "matching type", kTlsaMatchings, kTlsaMatchings));
  PLUMB_TRY(association, read_digest(reader, "association data", matching, kTlsaDigests));
  return Tlsa{usage, selector, matching, std::move(association)};
}

std::string Tlsa::text() const {
  return std::to_string(usage) + ' ' + std::to_string(selector) + ' ' +
         std::to_string(matching_type) + ' ' + association;
}

Result<Openpgpkey> Openpgpkey::parse(std::string_view text,
                                     const DomainName& origin,
                                     TargetRule rule) {
  RdataReader reader(RecordType::openpgpkey, text, origin, rule);
  PLUMB_TRY(key, reader.base64("key"));
  return Openpgpkey{std::move(key)};
}

std::string Openpgpkey::text() const {
  return key;
}

}  // namespace plumb::values
