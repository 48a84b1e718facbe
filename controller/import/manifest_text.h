#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "controller/import/imported.h"

namespace plumb::importing {

/// Where something of a domain stands in its manifest.
struct Spot {
  enum class What : std::uint8_t { nothing, set, alias, mailbox };
  std::uint32_t line = 0;  ///< the first one; it reaches to the next spot
  What what = What::nothing;
  std::size_t number = 0;  ///< into ImportedDomain::sets, ImportedMail::aliases or mailboxes
};

/// A manifest file on its way to the disk.
struct Manifest {
  std::string path;         ///< relative to the project
  std::string text;         ///< in the form that `plumb fmt` gives
  std::vector<Spot> spots;  ///< by line; none for profiles

  /// What stands at a line.
  Spot at(std::uint32_t line) const;
};

/// How many Mailbox documents one file is given: far below what a file may hold.
inline constexpr std::size_t kMailboxesPerFile = 5000;

/// domains/<name>.yaml: the Domain and its Mailbox documents; those that are too many for one file
/// in domains/<name>.mailboxes-2.yaml and so on.
std::vector<Manifest> domain_manifests(const ImportedDomain& domain);

/// "profiles/<name>.yaml".
std::string profile_path(const std::string& name);

/// profiles/<name>.yaml.
Manifest profile_manifest(const ImportedProfile& profile);

}  // namespace plumb::importing
