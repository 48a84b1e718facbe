#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "resources/model/diagnostic.h"
#include "resources/model/result.h"
#include "resources/model/value.h"

namespace plumb::load {

/// The kinds of documents, as `kind` spells them.
std::span<const std::string_view> document_kinds();

/// The schema of a kind as text, whatever the case of `kind`; empty where there is none.
std::string_view schema_text(std::string_view kind);

/// The schema of a kind as a tree. Error not_found, with "did you mean", for an unknown kind.
Result<Value> schema_tree(std::string_view kind);

/// Checks documents against the schemas. A kind's schema is made ready when it is first needed.
/// Thread-safe.
class Schemas {
 public:
  Schemas();
  ~Schemas();
  Schemas(const Schemas&) = delete;
  Schemas& operator=(const Schemas&) = delete;

  /// Whether `document` is as the schema of `kind` (one of document_kinds()) wants it. If not,
  /// each reason is an error in `problems`, at its own place.
  bool check(std::string_view kind, const Value& document, Diagnostics& problems) const;

 private:
  struct Ready;
  std::unique_ptr<Ready[]> ready_;
};

/// What is wrong with `value` in the eyes of `schema` (a tree, of which `root` is the whole), in
/// words: the innermost reasons only.
void explain_problems(const Value& root,
                      const Value& schema,
                      const Value& value,
                      std::string_view name,
                      Diagnostics& problems);

}  // namespace plumb::load
