#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// How Mailcow spells what we call otherwise.

namespace plumb::providers::mailcow {

/// Quotas are written in these, and read in octets.
inline constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
/// `active` of a mailbox that receives, but lets nobody in.
inline constexpr std::uint64_t kReceivesOnly = 2;
/// Where an alias leads whose mail is thrown away.
inline constexpr std::string_view kNowhere = "null@localhost";
/// The end of that, and of the places where mail is learned from.
inline constexpr std::string_view kSilent = "@localhost";

/// The addresses of a `goto`.
std::vector<std::string> split_targets(std::string_view to);

/// "example.com" of the container "example.com.".
std::string_view without_dot(std::string_view container);

}  // namespace plumb::providers::mailcow
