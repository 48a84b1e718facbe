#pragma once

#include <memory>

#include "controller/load/loaded.h"
#include "resources/model/desired.h"
#include "resources/model/diagnostic.h"
#include "resources/model/packed.h"

namespace plumb::load {

// What expanded declarations are in the cache: rows as they lie in memory, so that reading them
// costs little more than copying. Each read_*() gives what its write_*() of the same program put;
// where that is not there, the reader is no longer good().

/// All but DesiredScope::complete, which is of a whole load.
void write_scope(const DesiredScope& scope, PackWriter& out);
std::shared_ptr<DesiredScope> read_scope(PackReader& in);

/// All but Declared::users.
void write_declared(const Declared& declared, PackWriter& out);
Declared read_declared(PackReader& in);

/// All but excerpts.
void write_diagnostics(const Diagnostics& diagnostics, PackWriter& out);
Diagnostics read_diagnostics(PackReader& in);

}  // namespace plumb::load
