#pragma once

#include <string_view>

namespace plumb::kinds {

/// Whether a glob of `dns.unmanaged` covers the record set `owner` `type`. A glob of one word is
/// compared with the owner name, one of two words ("_acme* TXT") with name and type. `*` stands
/// for any number of characters, `?` for one; letter case means nothing.
bool covers(std::string_view glob, std::string_view owner, std::string_view type);

}  // namespace plumb::kinds
