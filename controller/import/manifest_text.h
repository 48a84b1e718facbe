#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/import/imported.h"

namespace plumb::importing {

/// A manifest file on its way to the disk.
struct Manifest {
  std::string path;  ///< relative to the project
  std::string text;  ///< in the form that `plumb fmt` gives
  /// Where each record set of the domain stands: its first line, ascending, parallel to
  /// ImportedDomain::sets. Empty for profiles.
  std::vector<std::uint32_t> set_lines;
};

/// domains/<name>.yaml: the Domain, and its Mailbox documents.
Manifest domain_manifest(const ImportedDomain& domain);

/// profiles/<name>.yaml.
Manifest profile_manifest(const ImportedProfile& profile);

}  // namespace plumb::importing
