#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "resources/kinds/common.h"
#include "resources/kinds/reference_targets.h"
#include "resources/model/diagnostic.h"
#include "resources/values/domain_name.h"

namespace plumb::kinds {

/// A Server, typed.
struct ServerDeclaration {
  std::string name;
  std::string provider = "static";
  Place provider_place;
  values::DomainName hostname;
  std::vector<std::string> ipv4;  ///< canonical texts
  std::vector<std::string> ipv6;  ///< canonical texts
  Common common;
  Place place;

  /// What `${Server/name:...}` may name.
  std::vector<Output> outputs() const;
  /// The fields of its resource.
  Value fields() const;
};

/// Reads the spec of a Server that has passed its schema. False when it cannot be used.
bool read_server(const Value& spec, ServerDeclaration& server, Diagnostics& problems);

}  // namespace plumb::kinds
