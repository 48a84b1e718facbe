#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "resources/model/diagnostic.h"
#include "resources/model/place.h"
#include "resources/model/value.h"

namespace plumb::load {

/// What a reader hands out of one document. Everything is given away by value; nothing refers back
/// into the text. Called in the order of the text, never after read_yaml() has returned. When that
/// returned false, what was handed out may be looked at for what else is wrong, and no more.
class DocumentSink {
 public:
  virtual ~DocumentSink() = default;
  /// One item of the list at /spec/records of the document that is being read, as soon as it is
  /// complete, instead of keeping it in the tree: a document may hold 100,000 of them. Items come
  /// before the document() that they belong to, whatever its `kind` will turn out to be.
  virtual void record(Value item) = 0;
  /// All the rest of one document: its /spec/records, if any, is an empty list that keeps its
  /// place. `start` is where the document's content begins. Empty documents are not reported.
  virtual void document(Value tree, Place start) = 0;
  /// The same for a document in which something could not be read, which has been reported: an
  /// is_hole() stands where a value is not known, keys may stand twice. `ended` is false where an
  /// error of syntax broke it off: then the item of /spec/records that it lies in is left out, and
  /// anything may be missing; null where nothing of it could be read. `start` is then the error's.
  virtual void broken_document(Value /*tree*/, Place /*start*/, bool /*ended*/) {}
};

/// Whether the value stands where something was written that could not be read.
bool is_hole(const Value& value);

/// How much of a foreign file is taken in before it is refused. Checked before the parser sees it.
struct ReadLimits {
  std::size_t file_bytes = std::size_t{32} << 20;
  /// Lists and maps inside one another, in flow and in block style. At most 256: the parser's own
  /// guard is at 500.
  int depth = 64;
  std::size_t scalar_bytes = std::size_t{1} << 20;
  std::size_t key_bytes = 1024;
  std::size_t documents_per_file = 10'000;
};

/// Reads every document of `text` (YAML 1.2, UTF-8, without anchors, aliases, tags, merge keys and
/// directives). Plain `true` and `false` are bool; plain decimal integers of 64 bits without
/// leading zeros are int; plain `null`, `~` and nothing at all are null; every other scalar, and
/// every quoted or block one, is a string (so are yes, no, on, off). Maps keep their order; every
/// Value and Field has its Place in `file`.
///
/// False when the file must not be acted upon: then `problems` got at least one error. As many
/// problems as can be told apart are reported, at most 200; behind an error of syntax, reading goes
/// on at the next line `---`. Never throws; time and memory are linear in the size of `text`.
/// Thread-safe as far as `sink` and `problems` are.
bool read_yaml(std::string_view text,
               std::uint32_t file,
               const ReadLimits& limits,
               DocumentSink& sink,
               Diagnostics& problems);

}  // namespace plumb::load
