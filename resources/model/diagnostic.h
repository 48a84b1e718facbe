#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/place.h"
#include "resources/model/result.h"

namespace plumb {

enum class Severity : std::uint8_t { error, warning, note };

/// What sort of mistake, where no rule over a whole zone is broken: resources/model/mistakes.h.
enum class Mistake : std::uint8_t;

/// One thing that is wrong with what a person wrote, in the form in which it is shown.
struct Diagnostic {
  Severity severity = Severity::error;
  Place place;
  std::string message;  ///< one sentence, names the object, no final dot
  std::string hint;     ///< what to do, imperative; may be empty
  /// "mx-target-address", "unknown-field": a rule of resources/rules or an id of mistakes.h. What
  /// is added without one is "bad-declaration".
  std::string rule;
  std::string reference;  ///< "RFC 5321 §5.1"; may be empty
  std::string excerpt;    ///< the source line, filled in by load/; may be empty
  Place related = {};     ///< a second place: "first declared here"
};

/// All that was found wrong, in the order of finding; nothing stops at the first. Not thread-safe.
class Diagnostics {
 public:
  void add(Diagnostic diagnostic);
  void error(Place place, Mistake mistake, std::string message, std::string hint = {});
  void warning(Place place, Mistake mistake, std::string message, std::string hint = {});
  void note(Place place, Mistake mistake, std::string message, std::string hint = {});
  /// An Error of a lower room, with its place.
  void error(Place place, Mistake mistake, const Error& error);
  /// The same as Mistake::bad_declaration.
  void error(Place place, std::string message, std::string hint = {});
  void warning(Place place, std::string message, std::string hint = {});
  void error(Place place, const Error& error);
  void append(Diagnostics other);

  bool has_errors() const { return errors_ != 0; }
  std::size_t error_count() const { return errors_; }
  std::size_t warning_count() const { return warnings_; }
  bool empty() const { return all_.empty(); }
  std::span<const Diagnostic> all() const { return all_; }
  std::span<Diagnostic> all() { return all_; }
  /// By file, line and column; equal places keep their order. Exact repetitions are dropped.
  void sort();

 private:
  std::vector<Diagnostic> all_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
};

/// The candidate nearest to `word` in edits (Damerau-Levenshtein), if near enough to be what was
/// meant; else empty.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// "did you mean X?", or empty where nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace plumb
