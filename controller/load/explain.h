#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "resources/model/result.h"

namespace plumb::load {

/// What the schemas say of one field, ready to be laid out.
struct Explanation {
  std::string path;  ///< "Domain.spec.dns.defaultTTL"
  std::string type;  ///< "number", "list of text", "one of: heal, report"
  std::string description;
  std::string default_value;          ///< empty: none
  std::vector<std::string> allowed;   ///< of an enumeration
  std::vector<std::string> examples;  ///< as YAML in flow style
  bool required = false;

  struct Member {
    std::string name;
    std::string type;
    std::string description;
    bool required = false;
  };
  std::vector<Member> members;  ///< of a map, in the order in which the schema has them
};

/// Explains a kind or a field of it: "Domain", "Domain.spec.dns", and, since most fields lie there,
/// "Domain.dns" for short; lists are passed through ("Domain.records.ttl"). Error not_found, with
/// "did you mean", where there is no such kind or field.
Result<Explanation> explain_schema(std::string_view path);

}  // namespace plumb::load
