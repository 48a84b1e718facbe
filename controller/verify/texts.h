#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/verify/look.h"

// TXT records with a version and tags. Internal to controller/verify.

namespace plumb::verify {

/// `labels` in front of `name`. Requires: short enough to be a name, as all of ours are; else the
/// root.
values::DomainName below(const values::DomainName& name, std::string_view labels);

/// The TXT at `owner` that begin with `version`, to its end or a ";" or a blank. nullopt: not known
/// yet, or no answer, which is told as a check of `topic`.
std::optional<std::vector<std::string>> text_records(Look& look,
                                                     const values::DomainName& owner,
                                                     std::string_view version);

/// The value of a tag; empty where there is none.
std::string tag_of(std::string_view text, std::string_view name);

}  // namespace plumb::verify
