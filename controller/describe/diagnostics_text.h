#pragma once

#include <string>

#include "controller/describe/style.h"
#include "resources/model/diagnostic.h"
#include "resources/model/place.h"
#include "resources/model/result.h"

namespace plumb::describe {

/// Like a good compiler: "file:line:col: error: what  [rule, RFC]", the source line, a caret, the
/// hint; a last line counts errors and warnings.
std::string diagnostics_text(const Diagnostics& diagnostics,
                             const Files& files,
                             const Style& style);
/// The same where diagnostics stand in the way of something else: errors in full (at most 50),
/// warnings counted by rule. Empty where there are none.
std::string diagnostics_brief(const Diagnostics& diagnostics,
                              const Files& files,
                              const Style& style);
/// {"format":"plumb.diagnostics/1","errors":n,"warnings":n,"diagnostics":[{severity,file,line,column,message,hint,rule,reference}]}
std::string diagnostics_json(const Diagnostics& diagnostics, const Files& files);
/// GitHub workflow commands: "::error file=…,line=…,col=…,title=…::message".
std::string diagnostics_github(const Diagnostics& diagnostics, const Files& files);

/// "error: message" and, below, "hint: …".
std::string error_text(const Error& error, const Style& style);

/// Text that comes from outside, made safe for a terminal, for JSON and for YAML: always valid
/// UTF-8; what is none, controls, and code points that hide or reorder text become \\xNN, octet by
/// octet; a tab becomes a blank. Idempotent; an escape looks like the same text written out.
std::string printable(std::string_view text);

}  // namespace plumb::describe
