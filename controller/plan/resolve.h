#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/plan/plan.h"

namespace plumb::plan {

/// A desired body with the values of its producers put in.
struct Resolved {
  enum class State : std::uint8_t {
    bytes,      ///< `body` is canonical
    absent,     ///< a set is empty because its source is
    awaits,     ///< a producer's value is known only after its own change
    unread,     ///< a producer could not be read
    broken,     ///< the values make no valid body: `problem`
    no_secret,  ///< a write-only value cannot be read here
  };
  State state = State::bytes;
  std::string body;
  std::string by;       ///< awaits, unread: the producer, "Server/mx1"; no_secret: why,
                        ///< "secret env JANE is not set (export JANE ...)"
  std::string problem;  ///< broken: one sentence
  std::string flaw;     ///< bytes: why what is written must not be set, "secret env JANE is ..."
};

/// Puts outputs in the place of the References of a body, and prints in that of its SecretRefs,
/// then makes it canonical (and what the vendor will read back, where `adapt` is given). A list
/// takes all members of an `all` reference; an empty one drops the value. Pure.
Resolved resolve(const Kind& kind,
                 std::string_view key,
                 std::string_view body,
                 const KnownOutputs& outputs,
                 Result<std::string> (*adapt)(const Kind&, std::string_view, std::string_view),
                 const PrintOf& print_of = nullptr);

/// The producers that a body refers to, each once: "Server/mx1".
std::vector<std::string> producers_of(const Kind& kind, std::string_view body);

/// Whether a set field is there and empty.
bool has_empty_set(const Kind& kind, std::string_view body);

}  // namespace plumb::plan
