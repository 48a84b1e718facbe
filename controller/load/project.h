#pragma once

#include <string>
#include <vector>

#include "controller/load/loaded.h"
#include "controller/load/manifest.h"
#include "resources/kinds/common.h"

namespace plumb::load {

/// Project.spec, typed; its name and guards. What only code can check goes to `problems`.
Project read_project(const Document& document, Diagnostics& problems);

/// A list of DNS servers, "127.0.0.1:5353", with their ports. What is no address goes to
/// `problems`.
std::vector<std::string> read_servers(const Value* written, Diagnostics& problems);

/// `manifests` of the Project: the files and folders that are read, without "./" and final slash.
/// Empty: everything.
std::vector<kinds::PlacedText> manifest_roots(const Document& document);

}  // namespace plumb::load
