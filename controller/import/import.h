#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "controller/import/imported.h"
#include "controller/import/manifest_text.h"
#include "controller/load/loaded.h"
#include "controller/load/source.h"
#include "resources/model/result.h"

namespace plumb::importing {

/// The Servers that a project declares.
std::vector<KnownServer> servers_of(const load::Loaded& loaded);

/// Loads a project from a Source, as every command does.
using LoadProject = std::function<Result<load::Loaded>(load::Source& source)>;

/// The manifests of an import.
struct Import {
  std::vector<Manifest> files;  ///< profiles first; none of them is in the project yet
  /// The project together with them, as it is once they are written.
  std::shared_ptr<const load::Loaded> loaded;
  std::size_t profiles = 0;
  /// Where profiles were found that do not load, so that there are none: what is wrong with them.
  std::string without_profiles;
  std::size_t sets = 0;       ///< record sets that were declared
  std::size_t with_lint = 0;  ///< of them, broken ones that were kept with `lint.off`
  /// "example.com: www TYPE65534: …": what stays unmanaged, and why.
  std::vector<std::string> left;
  /// "example.com: @ TXT": sets whose values have several TTLs in the world; the lowest is declared
  /// (RFC 2181 §5.2).
  std::vector<std::string> mixed_ttls;
};

/// Writes `domains` as manifests that load together with the project in `base`: mail blocks
/// recognised, profiles found, rules that the world breaks switched off where it does, what no
/// manifest can say left unmanaged. `project`: what `base` says, without errors. Error
/// where a file would be overwritten.
Result<Import> make_import(std::vector<ImportedDomain> domains,
                           const load::Loaded& project,
                           load::Source& base,
                           const LoadProject& load_project);

}  // namespace plumb::importing
