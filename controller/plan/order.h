#pragma once

#include "controller/plan/plan.h"

namespace plumb::plan {

/// Puts the changes of a scope into the order in which they are shown and, as far as no edge says
/// otherwise, sent; and numbers their groups. What creates or updates comes first, by the rank of
/// its kind; groups that only remove come after, ranks reversed. Inside a group removals come
/// first: a CNAME makes room for what replaces it. Deterministic: by key, never by hash.
void order_changes(ScopePlan& scope, const Catalog& catalog);

}  // namespace plumb::plan
