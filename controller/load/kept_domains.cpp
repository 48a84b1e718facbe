#include "controller/load/kept_domains.h"

#include <algorithm>
#include <set>
#include <utility>

#include "controller/load/flat_scope.h"

namespace plumb::load {
namespace {

using Numbers = std::set<std::uint32_t>;

/// All files whose Places may be in what a domain comes to.
class FilesOf {
 public:
  FilesOf(const Manifests& manifests, std::span<const ManifestFile> files)
      : manifests_(manifests), files_(files) {}

  Numbers run(const DomainEntry& domain) {
    add_documents(domain);
    found_.insert(domain.mail.files.begin(), domain.mail.files.end());
    for (const auto* record : domain.records) {
      add(record->place);
    }
    for (const auto* server : domain.servers) {
      add(server->place);
    }
    for (const auto& delegation : domain.delegations) {
      add_documents(manifests_.domains[delegation.child]);
    }
    for (const auto& reports : domain.mail.reports) {
      add_documents(manifests_.domains[reports.domain]);
    }
    return std::move(found_);
  }

 private:
  void add(Place place) {
    if (place.known()) {
      found_.insert(place.file - 1);
    }
  }
  void add(const DocumentIn& in) {
    found_.insert(static_cast<std::uint32_t>(in.file - files_.data()));
  }
  void add_documents(const DomainEntry& domain) {
    add(domain.source);
    for (const auto& profile : domain.profiles) {
      add(profile);
    }
    if (domain.mail.alias_of != DomainMail::kNobody) {
      const auto& other = manifests_.domains[domain.mail.alias_of];
      add(other.source);
      for (const auto& profile : other.profiles) {
        add(profile);
      }
    }
  }

  const Manifests& manifests_;
  std::span<const ManifestFile> files_;
  Numbers found_;
};

/// The numbers that Places have.
std::vector<std::uint32_t> as_in_places(const Numbers& files) {
  std::vector<std::uint32_t> numbers;
  for (const auto file : files) {
    numbers.push_back(file + 1);
  }
  return numbers;
}

}  // namespace

std::vector<std::uint32_t> row_files_of(const DomainEntry& domain,
                                        std::span<const ManifestFile> files) {
  Numbers found(domain.mail.files.begin(), domain.mail.files.end());
  const auto add = [&](const DocumentIn& in) {
    found.insert(static_cast<std::uint32_t>(in.file - files.data()));
  };
  add(domain.source);
  std::for_each(domain.profiles.begin(), domain.profiles.end(), add);
  return {found.begin(), found.end()};
}

std::string world_of(const Manifests& manifests,
                     std::span<const ManifestFile> files,
                     const Files& names,
                     const LoadOptions& options,
                     const CertificatesRead& certificates,
                     const ManifestReader& reader) {
  PackWriter out;
  out.text(options.environment);
  for (const auto* type : options.provider_types) {
    out.text(type->type);
  }
  for (const auto& kind : options.catalog.kinds()) {
    out.number(static_cast<std::uint8_t>(kind.id));
    out.text(kind.name);
  }
  out.number(options.rotations.size());
  for (const auto& [name, keys] : options.rotations) {
    out.text(name);
    out.number(keys.size());
    for (const auto& key : keys) {
      out.text(key.selector);
      out.text(key.algorithm);
      out.number(key.bits);
    }
  }
  out.number(manifests.providers.size());
  for (const auto& [name, entry] : manifests.providers) {
    out.text(name);
    out.text(entry.config.type);
    out.text(entry.config.account);
    out.flag(entry.traits != nullptr);
  }
  out.number(certificates.size());
  for (const auto& [path, found] : certificates) {
    out.text(path);
    out.text(found);
  }
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    if (!files[i].structure.empty()) {
      out.text(names.path(i + 1));
      out.text(files[i].structure);
    }
  }
  return reader.digest_of(out.octets());
}

KeptDomains::KeptDomains(const Manifests& manifests,
                         std::span<const ManifestFile> files,
                         const Files& names,
                         const std::string& world,
                         ManifestReader& reader)
    : manifests_(manifests), files_(files), world_(world), reader_(reader) {
  for (std::size_t i = 0; i < manifests.domains.size(); ++i) {
    PackWriter out;
    out.text(world);
    out.text(manifests.domains[i].name.text());
    for (const auto number : numbers_of(i)) {
      out.text(names.path(number));
      out.text(files[number - 1].digest);
    }
    keys_.push_back(reader.digest_of(out.octets()));
  }
}

std::vector<std::uint32_t> KeptDomains::numbers_of(std::size_t domain) const {
  return as_in_places(FilesOf(manifests_, files_).run(manifests_.domains[domain]));
}

/// Stands for all that rules can find in the zone of a domain but for Places, of which those of
/// other files are not kept.
std::string KeptDomains::zone_of(std::size_t domain) const {
  const auto& entry = manifests_.domains[domain];
  PackWriter out;
  out.text(world_);
  out.text(entry.name.text());
  out.text(entry.source.file->zone_rows);
  for (const auto& profile : entry.profiles) {
    out.text(profile.file->zone_rows);
  }
  return reader_.digest_of(out.octets());
}

std::optional<DomainResult> KeptDomains::find(std::size_t domain) {
  const auto octets = reader_.get(keys_[domain]);
  if (!octets) {
    return std::nullopt;
  }
  const auto numbers = numbers_of(domain);
  PackReader in(*octets, numbers);
  DomainResult result;
  for (auto left = in.count(); left > 0; --left) {
    const auto name = in.text();
    const auto zone = in.text();
    const auto found = manifests_.domain_index.find(std::string(name));
    if (found == manifests_.domain_index.end() || zone_of(found->second) != zone) {
      return std::nullopt;  // the rules could find something else now
    }
    result.asked.push_back(found->second);
  }
  for (auto* scopes : {&result.zones, &result.mail}) {
    scopes->resize(in.count());
    for (auto& scope : *scopes) {
      scope = read_scope(in);
    }
  }
  result.addresses.resize(in.count());
  for (auto& address : result.addresses) {
    address = read_declared(in);
  }
  for (auto* found : {&result.of_addresses, &result.of_rules, &result.of_zones, &result.of_mail}) {
    *found = read_diagnostics(in);
  }
  return in.good() && in.at_end() ? std::optional(std::move(result)) : std::nullopt;
}

void KeptDomains::put(std::size_t domain, const DomainResult& result) {
  const auto numbers = numbers_of(domain);
  const bool secret = std::any_of(numbers.begin(), numbers.end(), [&](std::uint32_t number) {
    return files_[number - 1].mail.holds_hash();
  });
  if (secret) {
    return;
  }
  PackWriter out(numbers);
  out.number(result.asked.size());
  for (const auto other : result.asked) {
    out.text(manifests_.domains[other].name.text());
    out.text(zone_of(other));
  }
  for (const auto* scopes : {&result.zones, &result.mail}) {
    out.number(scopes->size());
    for (const auto& scope : *scopes) {
      write_scope(*scope, out);
    }
  }
  out.number(result.addresses.size());
  for (const auto& address : result.addresses) {
    write_declared(address, out);
  }
  for (const auto* found :
       {&result.of_addresses, &result.of_rules, &result.of_zones, &result.of_mail}) {
    write_diagnostics(*found, out);
  }
  if (out.good()) {  // else a Place lies in a file that the key does not stand for
    reader_.put(keys_[domain], out.take());
  }
}

}  // namespace plumb::load
