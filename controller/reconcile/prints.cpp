#include "controller/reconcile/prints.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "controller/env/crypto.h"
#include "controller/env/parallel.h"
#include "controller/env/random.h"
#include "resources/model/cbor.h"
#include "state/digest.h"

namespace plumb::reconcile {
namespace {

using Name = std::pair<std::string, std::string>;  // source, locator
using Prints = std::map<Name, Result<plan::SecretPrint>>;

/// The secrets of one table, each handed to `each`.
template <class Each>
void secrets_of(const Table& table, const Catalog& catalog, const Each& each) {
  for (const auto& entry : table.entries()) {
    if ((entry.flags & has_references) == 0) {
      continue;
    }
    for (const auto& field : catalog.of(entry.kind).fields) {
      const auto content = field.type == FieldType::write_only
                               ? cbor::field(table.body(entry), field.number)
                               : std::nullopt;
      const auto value = content ? cbor::decode(*content) : Result<Value>();
      const auto* secret = value ? std::get_if<SecretRef>(&value->data) : nullptr;
      if (secret != nullptr) {
        each(*secret);
      }
    }
  }
}

/// Characters of UTF-8: octets that do not go on with one.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char octet) {
    return (static_cast<unsigned char>(octet) & 0xC0U) != 0x80U;
  }));
}

/// What is wrong with a password, without any of it; empty: nothing.
std::string flaw_of(std::string_view password, std::uint32_t shortest) {
  constexpr std::size_t kLongest = 1024;
  if (characters(password) < shortest) {
    return fmt::format("is shorter than {} characters", shortest);
  }
  if (password.size() > kLongest) {
    return fmt::format("is longer than {} octets", kLongest);
  }
  return password.find('\0') == std::string_view::npos ? "" : "has a NUL in it";
}

/// The print of one secret. A ready hash is its own secret; it is told apart from a password that
/// reads like it.
Result<plan::SecretPrint> print(const std::string& key,
                                const Name& name,
                                std::uint32_t shortest,
                                env::Secrets& secrets) {
  constexpr std::string_view kHash("hash\0", 5);
  if (name.first == "hash") {
    return plan::SecretPrint{state::hex(env::hmac_sha256(key, std::string(kHash) + name.second)),
                             {}};
  }
  PLUMB_TRY(secret, secrets.get({name.first, name.second}));
  return plan::SecretPrint{state::hex(env::hmac_sha256(key, secret.reveal())),
                           flaw_of(secret.reveal(), shortest)};
}

/// The key that all prints of a store are made with; wipe it.
Result<std::string> key_of(state::Store& store, env::Env env) {
  std::array<std::byte, 32> fresh{};
  env.random.fill(fresh);
  std::string drawn(fresh.size(), '\0');
  std::transform(fresh.begin(), fresh.end(), drawn.begin(), [](std::byte octet) {
    return static_cast<char>(octet);
  });
  return store.print_key(drawn);
}

}  // namespace

Result<std::string> print_of(const env::Secret& secret, state::Store& store, env::Env env) {
  PLUMB_TRY(key, key_of(store, env));
  auto text = state::hex(env::hmac_sha256(key, secret.reveal()));
  env::wipe(key);
  return text;
}

bool has_secrets(const load::Loaded& loaded, const Catalog& catalog) {
  bool any = false;
  for (const auto& scope : loaded.scopes) {
    secrets_of(scope->table, catalog, [&](const SecretRef&) { any = true; });
  }
  return any;
}

bool put_prints(std::string& out,
                const DesiredScope& desired,
                const Catalog& catalog,
                const plan::PrintOf& print_of) {
  bool all = true;
  secrets_of(desired.table, catalog, [&](const SecretRef& secret) {
    const auto print = print_of ? print_of(secret) : Result<plan::SecretPrint>();
    all = all && print_of && print.has_value();
    cbor::octets(out, print ? print->text : std::string());
  });
  return all;
}

Result<plan::PrintOf> read_prints(const std::vector<plan::ScopeInput>& inputs,
                                  const plan::PlanContext& context,
                                  state::Store& store,
                                  env::Env env) {
  const auto prints = std::make_shared<Prints>();
  for (const auto& input : inputs) {
    if (input.desired) {
      secrets_of(input.desired->table, context.catalog, [&](const SecretRef& secret) {
        prints->emplace(Name(secret.source, secret.locator), plan::SecretPrint());
      });
    }
  }
  if (prints->empty()) {
    return plan::PrintOf();
  }
  PLUMB_TRY(key, key_of(store, env));
  std::vector<Prints::value_type*> rows;
  for (auto& row : *prints) {
    rows.push_back(&row);
  }
  constexpr unsigned kThreads = 8;  // commands among them wait, each for its own
  env::for_each_parallel(rows.size(), kThreads, [&](std::size_t i) {
    rows[i]->second = print(key, rows[i]->first, context.guards.password_length, env.secrets);
  });
  env::wipe(key);
  return plan::PrintOf([prints](const SecretRef& secret) -> Result<plan::SecretPrint> {
    const auto found = prints->find(Name(secret.source, secret.locator));
    if (found == prints->end()) {
      return fail(ErrorCode::not_found, "its secret was not read");
    }
    return found->second;
  });
}

}  // namespace plumb::reconcile
