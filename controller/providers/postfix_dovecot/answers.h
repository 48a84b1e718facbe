#pragma once

#include <map>
#include <string>
#include <string_view>

#include "controller/providers/postfix_dovecot/snapshot.h"

namespace plumb::providers::postfix_dovecot {

/// What a server reads under each key of a file, in one spelling: the order of owners, of targets
/// and of extra fields does not count. A key that stands twice has the values of both lines.
using Answers = std::map<std::string, std::string>;

/// The key of a line of a marked part.
std::string_view key_in(File file, std::string_view line);

/// All answers of a file, from its marked part and from outside.
Answers answers_of(const MarkedFile& lines, File file);

}  // namespace plumb::providers::postfix_dovecot
