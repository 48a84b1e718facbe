#pragma once

// How plumb speaks about failure. Include this, not <tl/expected.hpp>, so that
// the day GCC and Clang both ship std::expected only this file changes.

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace plumb {

/// The failures that some caller handles differently. Not a catalogue of
/// everything that can go wrong: what nobody branches on is `internal`.
enum class ErrorCode {
  invalid_input,  ///< what the user wrote cannot be accepted
  not_found,      ///< the remote or local object does not exist
  conflict,       ///< someone else changed or owns the object
  denied,         ///< credentials are missing or insufficient
  unavailable,    ///< worth trying again later; see `retry_after`
  cancelled,      ///< we were asked to stop
  internal,       ///< a library or the vendor broke its contract
};

/// What sort of trouble a failure is, for summaries and for deciding whom to stop.
enum class ErrorCategory {
  none,            ///< ours, or not worth telling apart
  authentication,  ///< who we are was not accepted: the provider is stopped, others go on
  authorization,   ///< we are known but may not do this
  rate_limit,      ///< too fast; `retry_after` says how long
  not_found,
  conflict,
  server,      ///< the vendor's own trouble (5xx)
  network,     ///< no answer, or not a whole one
  validation,  ///< the vendor refuses what was sent
};

/// Whether the failed call may have changed the world. `maybe` is never resent blindly: look first.
enum class Effect { none, maybe };

/// One failure, ready to be shown: what happened, and what the reader may do about it.
struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;  ///< one sentence, no trailing dot: "zone example.org is not delegated"
  std::string hint;     ///< imperative, may be empty: "add NS records at the parent"
  std::optional<std::chrono::milliseconds> retry_after = {};  ///< vendor's wish (RFC 9110 §10.2.3)
  ErrorCategory category = ErrorCategory::none;
  std::string vendor_code;  ///< the vendor's own code or status, may be empty: "422", "81057"
  Effect effect = Effect::none;

  /// The same failure seen from one level up: "<what>: <message>".
  Error in(std::string what) && {
    message = std::move(what) + ": " + message;
    return std::move(*this);
  }
};

/// A T or an Error. A class rather than an alias because tl::expected is not [[nodiscard]], and an
/// ignored failure here loses somebody's mail. Chain with PLUMB_TRY, not with and_then.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  // NOLINTNEXTLINE(google-explicit-constructor): what tl's own operations return is a Result too
  Result(tl::expected<T, Error> other) : tl::expected<T, Error>(std::move(other)) {}
};

inline auto fail(ErrorCode code, std::string message, std::string hint = {}) {
  return tl::unexpected(Error{code, std::move(message), std::move(hint)});
}

// NOLINTBEGIN(bugprone-macro-parentheses): `var` is a name being declared
// clang-format off
/// Evaluates `expr` (a Result); on failure returns its Error from the enclosing function,
/// else names the value `var`:  PLUMB_TRY(zone, find_zone(name));
#define PLUMB_TRY(var, expr)                                                            \
  auto var##_result = (expr);                                                           \
  if (!var##_result) { return ::tl::unexpected(std::move(var##_result).error()); }      \
  auto& var = *var##_result
// clang-format on
// NOLINTEND(bugprone-macro-parentheses)

}  // namespace plumb
