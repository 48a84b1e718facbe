#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/diagnostic.h"
#include "resources/model/result.h"
#include "resources/model/value.h"

namespace plumb::load {

/// The kinds of documents, as `kind` spells them.
std::span<const std::string_view> document_kinds();

/// What to write instead of a kind that a document cannot be, since it is part of another one:
/// "DKIMKey". Empty for any other word.
std::string_view part_of_another(std::string_view kind);
/// The same, "did you mean", or all kinds: for a word that is none.
std::string hint_for_kind(std::string_view word);

/// The schema of a kind as text, whatever the case of `kind`; empty where there is none.
std::string_view schema_text(std::string_view kind);

/// The schema of a kind as a tree. Error not_found, with "did you mean", for an unknown kind.
Result<Value> schema_tree(std::string_view kind);

/// What a schema says of a document, and what is left of it.
struct Verdict {
  bool good = false;    ///< as the schema wants it, nothing was taken out
  bool usable = false;  ///< as the schema wants it, now that what is wrong was taken out
  /// Members of its `spec` that were taken out, "vars" or "dns.unmanaged", or that something deeper
  /// was taken out of.
  std::vector<std::string> lost;
};

/// Checks documents against the schemas. A kind's schema is made ready when it is first needed.
/// Thread-safe.
class Schemas {
 public:
  Schemas();
  ~Schemas();
  Schemas(const Schemas&) = delete;
  Schemas& operator=(const Schemas&) = delete;

  /// Whether `document` is as the schema of `kind` (one of document_kinds()) wants it. If not,
  /// each reason is an error in `problems`, at its own place, and what is wrong is taken out, so
  /// that the rest can be looked at. Where the document was not read to its end (`ended`), nothing
  /// is said of what is missing.
  Verdict repair(std::string_view kind, Value& document, bool ended, Diagnostics& problems) const;

 private:
  bool passes(std::string_view kind, const Value& document, Diagnostics& problems) const;
  struct Ready;
  std::unique_ptr<Ready[]> ready_;
};

/// What is wrong with `value` in the eyes of `schema` (a tree, of which `root` is the whole), in
/// words: the innermost reasons only. `rejected` gets the addresses of the Fields and Values that
/// are to blame.
void explain_problems(const Value& root,
                      const Value& schema,
                      const Value& value,
                      std::string_view name,
                      Diagnostics& problems,
                      std::vector<const void*>& rejected);

}  // namespace plumb::load
