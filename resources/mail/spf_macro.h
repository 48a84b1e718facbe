#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::mail {

/// What the letters of macros stand for (RFC 7208 §7.2). Those of `exp` texts are asked for only
/// there.
struct SpfMacroValues {
  std::string sender;         ///< s: "jane@example.com"
  std::string local_part;     ///< l
  std::string sender_domain;  ///< o
  std::string domain;         ///< d: the domain whose record is evaluated, without final dot
  std::string address;        ///< i: dotted quad, or 32 nibbles with dots
  std::string helo;           ///< h
  std::string family;         ///< v: "in-addr" or "ip6"
  std::string client;         ///< c: the address for people
  std::string receiver;       ///< r: the host that checks
  std::string time;           ///< t: seconds since 1970
  std::function<std::string()> validated;  ///< p: asked only where it is used, it costs lookups
};

/// A text whose macros are to be replaced.
enum class SpfMacroText : std::uint8_t {
  domain_spec,  ///< of a mechanism or modifier
  explanation,  ///< what `exp` points to: c, r and t are allowed, and blanks
};

/// Whether the macros of a text are sound (RFC 7208 §7.1).
bool are_macros_sound(std::string_view text, SpfMacroText kind);

/// The text with its macros replaced (RFC 7208 §7.3); nothing where they are not sound.
std::optional<std::string> expand_macros(std::string_view text,
                                         const SpfMacroValues& values,
                                         SpfMacroText kind);

}  // namespace plumb::mail
