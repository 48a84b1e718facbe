#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "resources/model/place.h"
#include "resources/model/scope.h"
#include "resources/model/table.h"
#include "resources/model/value.h"

namespace plumb {

/// What a person said about how a resource is to be treated. Interned: a handful in a project.
struct Policy {
  bool protect = false;             ///< never deleted or replaced; remembered in the claim
  bool paused = false;              ///< not managed for now
  bool heal = false;                ///< drift is undone, else reported
  std::vector<std::string> ignore;  ///< JSON pointers of fields that are not compared: "/ttl"
  friend bool operator==(const Policy&, const Policy&) = default;
};

/// What one row must wait for outside its own scope, and in it by explicit `dependsOn`.
struct Needs {
  std::uint32_t entry = 0;  ///< row of the table
  std::vector<ResourceId> on;
};

/// A row under its former name: `formerly`.
struct Former {
  std::uint32_t entry = 0;  ///< row of the table
  std::string key;          ///< the natural key it had
};

/// What is declared for one scope. Immutable once published.
struct DesiredScope {
  Scope scope;
  std::string provider;  ///< name of the Provider document, for people
  std::string domain;    ///< how the scope is headed in a plan: "example.com"; "" = by provider
  Table table;
  std::vector<Place> places;          ///< parallel to the table's rows: the line that made it
  std::vector<std::uint16_t> policy;  ///< parallel: index into `policies`
  std::vector<Policy> policies;       ///< at least one
  std::vector<Needs> needs;           ///< ascending by entry
  std::vector<Former> formers;        ///< ascending by entry
  std::vector<std::string>
      unmanaged;  ///< globs over labels ("_acme* TXT", "legacy.*"): neither touched nor diffed
  bool exclusive =
      false;  ///< declared `ownership: exclusive`; in force once taken over (ClaimedScope)
  bool paused = false;  ///< the whole scope
  bool complete =
      true;     ///< false: a file is broken or the selection is partial: nothing is deleted here
  Place place;  ///< of the declaration that heads the scope
};

}  // namespace plumb
