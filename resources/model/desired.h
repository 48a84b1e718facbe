#pragma once

#include <cstdint>
#include <string>
#include <string_view>
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

/// The further lines that a row is declared by: TXT values unite.
struct Sources {
  std::uint32_t entry = 0;  ///< row of the table
  std::vector<Place> places;
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
  std::vector<std::uint32_t> maker;   ///< parallel, or empty: 1 + index into `makers`; 0 = written
  std::vector<std::string> makers;    ///< what made rows that nobody wrote: "dns.nameServers"
  std::vector<Sources> sources;       ///< ascending by entry; besides `places`
  std::vector<Needs> needs;           ///< ascending by entry
  std::vector<Former> formers;        ///< ascending by entry
  std::vector<std::string>
      unmanaged;  ///< globs over labels ("_acme* TXT", "legacy.*"): neither touched nor diffed
  /// The name servers that are declared for the container, where its vendor has its own: those that
  /// it should give.
  std::vector<std::string> name_servers;
  bool exclusive =
      false;  ///< declared `ownership: exclusive`; in force once taken over (ClaimedScope)
  bool paused = false;  ///< the whole scope
  bool complete =
      true;     ///< false: a file is broken or the selection is partial: nothing is deleted here
  Place place;  ///< of the declaration that heads the scope

  /// What made a row that is not written as a resource: "Server/mx1", "mail: {none: true}"; else
  /// empty.
  std::string_view made_by(std::uint32_t row) const {
    return row < maker.size() && maker[row] != 0 ? std::string_view(makers[maker[row] - 1])
                                                 : std::string_view();
  }
};

}  // namespace plumb
