#pragma once

#include <span>
#include <string_view>

namespace plumb::load {

/// One JSON Schema as it is carried in the program.
struct SchemaText {
  std::string_view kind;  ///< in lower case, as its file is called: "dnsrecord"
  std::string_view text;  ///< JSON Schema, draft 7
};

/// The schemas of all kinds of documents, sorted by kind. Made from schemas/ when plumb is built.
std::span<const SchemaText> schema_texts();

}  // namespace plumb::load
