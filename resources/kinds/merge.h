#pragma once

#include "resources/model/diagnostic.h"
#include "resources/model/value.h"

namespace plumb::kinds {

/// Lays `over` on `base` as profiles and domains are merged: maps merge member by member, scalars
/// and lists replace, a member `key+` appends its list to the list under `key`, null takes away
/// what `base` has. Places stay those of the text each part came from. A `key+` on what is no list
/// goes to `problems`.
Value merge(Value base, const Value& over, Diagnostics& problems);

/// Lays one `mail` block on another: `{none: true}`, `{aliasOf: D}` and a full block are
/// alternatives that replace one another; two full blocks merge.
Value merge_mail(Value base, const Value& over, Diagnostics& problems);

}  // namespace plumb::kinds
