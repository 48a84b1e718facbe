#pragma once

#include <span>
#include <string>
#include <vector>

#include "controller/load/manifest.h"
#include "controller/load/source.h"
#include "resources/model/diagnostic.h"
#include "resources/model/place.h"

namespace plumb::load {

/// The texts in Provider documents that may be secrets written out by mistake: scalars below `auth`
/// and members called like one. They are never to be shown.
std::vector<std::string> possible_secrets(std::span<const ManifestFile> files);

/// Fills in Diagnostic::excerpt: the source line of each place, with every one of `secrets` masked.
/// Lines of a file that cannot be read again stay empty.
void fill_excerpts(Source& source,
                   const Files& files,
                   std::span<const std::string> secrets,
                   Diagnostics& diagnostics);

}  // namespace plumb::load
