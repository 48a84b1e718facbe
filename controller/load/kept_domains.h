#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "controller/load/compiled.h"
#include "controller/load/loaded.h"
#include "controller/load/manifests.h"
#include "resources/model/desired.h"
#include "resources/model/diagnostic.h"

namespace plumb::load {

/// What one domain came to.
struct DomainResult {
  std::vector<std::shared_ptr<DesiredScope>> zones;  ///< one per provider
  std::vector<std::shared_ptr<DesiredScope>> mail;   ///< one, or none
  std::vector<Declared> addresses;                   ///< its part of Loaded::addresses
  // What there was to say of it, by the step that said it.
  Diagnostics of_addresses, of_rules, of_zones, of_mail;
  /// Whose zones the rules looked into besides its own: indices into Manifests::domains.
  std::vector<std::size_t> asked;
};

/// What a certificate file of the project came to: its path, and a digest or an error.
using CertificatesRead = std::vector<std::pair<std::string, std::string>>;

/// Stands for all that any domain may depend on but for the rows of `records`, of `aliases`, of
/// mailboxes and of aliases, and for Places: two loads that differ in it have nothing in common.
std::string world_of(const Manifests& manifests,
                     std::span<const ManifestFile> files,
                     const Files& names,
                     const LoadOptions& options,
                     const CertificatesRead& certificates,
                     const ManifestReader& reader);

/// What domains came to in earlier loads. An entry stands under a digest of the world and of all
/// files whose rows or Places are in it, whole; so it is found only where a load would come to the
/// same. Thread-safe, but for the making.
class KeptDomains {
 public:
  /// Borrows all it is given. Requires: tie_mail, Homes::find.
  KeptDomains(const Manifests& manifests,
              std::span<const ManifestFile> files,
              const Files& names,
              const std::string& world,
              ManifestReader& reader);

  /// What `domain`, an index, came to; nothing where that is not known.
  std::optional<DomainResult> find(std::size_t domain);
  /// Keeps it for the next time, if it depends on nothing but its own files. Requires: nothing in
  /// the load is an error.
  void put(std::size_t domain, const DomainResult& result);

 private:
  std::vector<std::uint32_t> numbers_of(std::size_t domain) const;
  std::string zone_of(std::size_t domain) const;

  const Manifests& manifests_;
  std::span<const ManifestFile> files_;
  std::string world_;
  ManifestReader& reader_;
  std::vector<std::string> keys_;
};

/// The files, by their numbers from 0, that hold rows of a domain.
std::vector<std::uint32_t> row_files_of(const DomainEntry& domain,
                                        std::span<const ManifestFile> files);

}  // namespace plumb::load
