#pragma once

#include <string>
#include <vector>

#include "controller/env/env.h"
#include "controller/load/loaded.h"
#include "controller/plan/plan.h"
#include "state/store.h"

namespace plumb::reconcile {

/// The secrets that rows of `inputs` refer to in write-only fields, read here and now, each once,
/// several at the same time, and wiped: what is left are their prints, HMAC-SHA-256 under the
/// store's key as hexadecimal digits, and what is wrong with them: a password has at least
/// `guards.password_length` characters and at most 1024 octets (NIST SP 800-63B §5.1.1.2 asks for
/// 8 characters and no rules of composition). Of those that cannot be read, the error. Null where
/// no row has any. Errors: the store's.
Result<plan::PrintOf> read_prints(const std::vector<plan::ScopeInput>& inputs,
                                  const plan::PlanContext& context,
                                  state::Store& store,
                                  env::Env env);

/// Appends the prints of a scope's secrets to what decides whether it must be looked at; false
/// where one could not be read.
bool put_prints(std::string& out,
                const DesiredScope& desired,
                const Catalog& catalog,
                const plan::PrintOf& print_of);

/// The print of a secret that was read, as read_prints makes them of what is no ready hash. Errors:
/// the store's.
Result<std::string> print_of(const env::Secret& secret, state::Store& store, env::Env env);

/// Whether any row that is declared refers to a secret in a write-only field: a plan of it can be
/// saved only once the store has a key.
bool has_secrets(const load::Loaded& loaded, const Catalog& catalog);

}  // namespace plumb::reconcile
