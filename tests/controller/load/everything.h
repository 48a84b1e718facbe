#pragma once

// All that a load gives, as one text: two loads are the same where their texts are.

#include <string>
#include <string_view>

#include "controller/load/loaded.h"

namespace plumb::test {

inline std::string id_text(const Scope& scope) {
  return scope.account + " " + scope.container;
}

inline std::string id_text(const ResourceId& id) {
  return id_text(id.scope) + " " + std::to_string(static_cast<int>(id.kind)) + " " + id.key;
}

inline std::string policy_text(const Policy& policy) {
  std::string out = std::to_string(int{policy.protect}) + std::to_string(int{policy.paused}) +
                    std::to_string(int{policy.heal});
  for (const auto& one : policy.ignore) {
    out += " " + one;
  }
  return out;
}

/// Rows in their order, with all that is parallel to them.
inline std::string rows_text(const DesiredScope& scope, const Files& files) {
  std::string out;
  for (std::uint32_t row = 0; row < scope.table.size(); ++row) {
    const auto& entry = scope.table[row];
    out += std::to_string(static_cast<int>(entry.kind)) + " " +
           std::string(scope.table.key(entry)) + " " + std::to_string(entry.flags) + " " +
           std::to_string(entry.side) + " " + std::to_string(entry.key_hash) + " " +
           std::to_string(entry.body_hash) + " " + std::string(scope.table.body(entry)) + " @ " +
           files.text(scope.places.at(row)) + " " +
           policy_text(scope.policies.at(scope.policy.at(row))) + " " +
           std::string(scope.made_by(row)) + "\n";
  }
  for (const auto& one : scope.sources) {
    out += "sources " + std::to_string(one.entry);
    for (const auto place : one.places) {
      out += " " + files.text(place);
    }
    out += "\n";
  }
  for (const auto& one : scope.needs) {
    out += "needs " + std::to_string(one.entry);
    for (const auto& id : one.on) {
      out += " " + id_text(id);
    }
    out += "\n";
  }
  for (const auto& one : scope.formers) {
    out += "former " + std::to_string(one.entry) + " " + one.key + "\n";
  }
  return out;
}

inline std::string scope_text(const DesiredScope& scope, const Files& files) {
  auto out = "scope " + id_text(scope.scope) + " " + scope.provider + " " + scope.domain + " " +
             std::to_string(int{scope.exclusive}) + std::to_string(int{scope.paused}) +
             std::to_string(int{scope.complete}) + " @ " + files.text(scope.place) + "\n";
  for (const auto& glob : scope.unmanaged) {
    out += "unmanaged " + glob + "\n";
  }
  for (const auto& policy : scope.policies) {
    out += "policy " + policy_text(policy) + "\n";
  }
  for (const auto& maker : scope.makers) {
    out += "maker " + maker + "\n";
  }
  return out + rows_text(scope, files);
}

inline std::string declared_text(const load::Declared& declared, const Files& files) {
  auto out = declared.kind + "/" + declared.name + " " + files.text(declared.place) + "\n";
  for (const auto& [name, value] : declared.labels) {
    out += name + "=" + value + "\n";
  }
  for (const auto& scope : declared.scopes) {
    out += "in " + id_text(scope) + "\n";
  }
  for (const auto user : declared.users) {
    out += "user " + std::to_string(user) + "\n";
  }
  return out;
}

inline std::string diagnostics_text(const load::Loaded& loaded) {
  std::string out;
  for (const auto& one : loaded.diagnostics.all()) {
    out += std::to_string(static_cast<int>(one.severity)) + " " + loaded.files.text(one.place) +
           ": " + one.message + " (" + one.hint + ") [" + one.rule + ", " + one.reference + "] " +
           loaded.files.text(one.related) + " | " + one.excerpt + "\n";
  }
  return out;
}

inline std::string all_of(const load::Loaded& loaded) {
  const auto& files = loaded.files;
  auto out = diagnostics_text(loaded);
  for (const auto& provider : loaded.providers) {
    out += "provider " + provider.name + " " + provider.account + "\n";
  }
  for (const auto& scope : loaded.scopes) {
    out += scope_text(*scope, files);
  }
  for (const auto& producer : loaded.producers) {
    out += "producer " + producer.declaration + " " + id_text(producer.id) + "\n";
  }
  for (const auto& key : loaded.signing_keys) {
    out += "key " + key.name + " " + key.selector + " " + id_text(key.mail) + " " + key.zone + " " +
           std::to_string(key.rotate_every_s) + std::to_string(int{key.signs}) + " " +
           files.text(key.place) + "\n";
  }
  for (const auto& servers : loaded.login_servers) {
    out += "login " + id_text(servers.mail);
    for (const auto& one : servers.servers) {
      out += " " + one;
    }
    out += "\n";
  }
  for (const auto& consent : loaded.consents) {
    out += "consent " + consent.id + "\n";
  }
  for (const auto* list : {&loaded.declared, &loaded.addresses}) {
    for (const auto& declared : *list) {
      out += declared_text(declared, files);
    }
  }
  return out;
}

}  // namespace plumb::test
