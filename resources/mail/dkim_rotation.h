#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::mail {

/// How long the key of before stays published after another one signs. What it has signed may still
/// be on its way: a queue gives up after four to five days (RFC 5321 §4.5.4.1).
constexpr std::int64_t kOldKeyKept = std::int64_t{7} * 24 * 3600;  ///< seconds

/// A key that signed for a domain under a selector that is declared no more.
struct FormerKey {
  std::string selector;
  std::string algorithm = "rsa";  ///< "rsa" | "ed25519"
  std::uint32_t bits = 0;         ///< of rsa; 0: not known

  friend bool operator==(const FormerKey&, const FormerKey&) = default;
};
/// The number that stands for all of DkimRotation::former.
constexpr std::uint32_t kFormer = ~0U;

/// How far the keys of one declared selector have come. What is declared follows from it: it is
/// remembered by number of key, never by a step that is under way, so it may be broken off
/// anywhere. Moments are seconds since 1970; 0: not yet.
struct DkimRotation {
  std::uint32_t signing = 1;       ///< number of the key that is to sign
  std::int64_t signs_since = 0;    ///< when it was first seen to
  std::uint32_t next = 0;          ///< number of the key that is being published; 0: none
  std::int64_t visible_since = 0;  ///< since when every name server has had it, unbroken
  std::uint32_t ttl = 0;           ///< seconds: as long as a cache may hold what was before
  std::uint32_t old = 0;           ///< number of the key that signed before; 0: none
  bool removing = false;           ///< its time is over: it is declared no more
  /// Where the selector was changed by hand: the keys of before, the one that signed first.
  std::vector<FormerKey> former = {};

  friend bool operator==(const DkimRotation&, const DkimRotation&) = default;
};

/// What a look at the world has found, for one step.
struct DkimSeen {
  bool signs = false;  ///< the key `signing` is what signs, as last applied
  bool gone = false;   ///< nothing of the key `old` is left, as last applied
  /// Whether every authoritative server has the record of the key `next`; nothing: not all said.
  std::optional<bool> visible;
  std::uint32_t ttl = 0;  ///< seconds, of that record
};

/// The selector of key `number`: "s1", "s1-2", "s1-3".
std::string rotated_selector(std::string_view declared, std::uint32_t number);
/// The same of a rotation, where a number may stand for former keys: of the first of them.
std::string rotated_selector(const DkimRotation& rotation,
                             std::string_view declared,
                             std::uint32_t number);
/// All selectors of the key `old`: several where former keys are kept.
std::vector<std::string> old_selectors(const DkimRotation& rotation, std::string_view declared);

/// A key that is published. Of the declared sort where `algorithm` is empty.
struct PublishedKey {
  std::string selector;
  std::string algorithm = {};
  std::uint32_t bits = 0;

  friend bool operator==(const PublishedKey&, const PublishedKey&) = default;
};
/// The keys that are published, the one that signs first.
std::vector<PublishedKey> published(const DkimRotation& rotation, std::string_view declared);

/// Whether a new key can be begun: none is, and the last one of before has gone.
bool can_begin(const DkimRotation& rotation);
/// Begins a new key. Requires: can_begin(). `number` is free: nobody else has its selector.
void begin(DkimRotation& rotation, std::uint32_t number);
/// Begins to take over from keys whose selector was changed by hand; the first of `former` signs
/// until the declared key has been visible. Whatever was under way is given up: it never signed.
/// Requires: one at least.
void take_over(DkimRotation& rotation, std::vector<FormerKey> former);
/// Whether `every` seconds (0: never) are over since the key began to sign.
bool is_due(const DkimRotation& rotation, std::uint64_t every, std::int64_t now);

/// Goes on as far as what was seen and the time allow:
///   a new key signs once every name server has had its record for the TTL,
///   the one of before is declared for 7 more days from the moment at which that was seen to sign.
/// A step back of the clock delays, and never hastens. Pure.
void step(DkimRotation& rotation, const DkimSeen& seen, std::int64_t now);

/// When `next` may sign, and when `old` may go; 0: it depends on what is yet to happen.
std::int64_t signs_from(const DkimRotation& rotation);
std::int64_t goes_from(const DkimRotation& rotation);

}  // namespace plumb::mail
