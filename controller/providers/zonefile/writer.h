#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "controller/providers/zonefile/zone.h"

namespace plumb::providers::zonefile {

/// The TTL of record sets for which nothing is stated, in seconds.
constexpr std::uint32_t kDefaultTtl = 3600;

/// The zone as a master file, the same octets for the same zone: a comment that says whose file it
/// is, `$ORIGIN`, `$TTL`, the SOA, the apex NS, then names in canonical order (RFC 4034 §6.1), at
/// each name types by their numbers. Names and data are as parse_zone gives them; TXT in quoted
/// strings of at most 255 octets. Opaque sets come last, their data as it was, under the origin
/// that it refers to.
std::string render_zone(const Zone& zone);

/// The owner mark in the comments that a master file begins with, as render_zone writes it; empty
/// where there is none.
std::string owner_of(std::string_view text);

/// The serial that follows `serial` (RFC 1982 §3): today's YYYYMMDD00 where that is ahead, else the
/// next number. Never 0, which some secondaries read as "none".
std::uint32_t next_serial(std::uint32_t serial, std::chrono::system_clock::time_point now);

}  // namespace plumb::providers::zonefile
