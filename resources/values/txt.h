#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "resources/model/result.h"

namespace plumb::values {

/// The longest text that fits the 65,535 octets of a TXT record's data when it is cut into
/// character-strings of 255 octets (RFC 1035 §3.3.14).
inline constexpr std::size_t kTxtLimit = 65279;

/// The text of a TXT record as master files and PowerDNS want it: character-strings of at most 255
/// octets in double quotes, separated by a space (RFC 1035 §5.1). `"` and `\` are escaped, octets
/// that cannot be printed are \DDD. No octets give `""`.
std::string quote_chunks(std::string_view octets);

/// One character-string in double quotes, however long: for CAA, URI and NAPTR.
std::string quote_string(std::string_view octets);

/// The octets of a TXT record, its character-strings joined (RFC 7208 §3.3), from presentation
/// format: strings in quotes or without, `\DDD` and `\X` escapes. Strings longer than 255 octets
/// are taken as they are. Errors say the column.
Result<std::string> parse_presentation(std::string_view text);

/// Whether `text` can be a TXT value of a manifest, where a value is the text itself: at most
/// kTxtLimit octets, and not a text in double quotes.
Result<void> check_manifest_text(std::string_view text);

/// A `\DDD` or `\X` escape (RFC 1035 §5.1) and how many characters it takes; size 0 if broken.
struct Escape {
  unsigned char octet = 0;
  std::size_t size = 0;
};

/// The escape at the beginning of `text`. Requires: `text` begins with a backslash.
Escape read_escape(std::string_view text);

/// Appends `\DDD`.
void append_decimal_escape(std::string& out, unsigned char octet);

}  // namespace plumb::values
