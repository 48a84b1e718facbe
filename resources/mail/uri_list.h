#pragma once

#include <span>
#include <string>
#include <string_view>

// Internal to resources/mail.

namespace plumb::mail {

/// URIs joined by commas, with the octets in `reserved` percent-encoded in each.
std::string uri_list(std::span<const std::string> uris, std::string_view reserved);

}  // namespace plumb::mail
