#include "resources/mail/dkim_rotation.h"

#include <algorithm>

namespace plumb::mail {

std::string rotated_selector(std::string_view declared, std::uint32_t number) {
  return number <= 1 ? std::string(declared) : std::string(declared) + "-" + std::to_string(number);
}

std::vector<std::string> selectors(const DkimRotation& rotation, std::string_view declared) {
  std::vector<std::string> out{rotated_selector(declared, rotation.signing)};
  if (rotation.next != 0) {
    out.push_back(rotated_selector(declared, rotation.next));
  }
  if (rotation.old != 0 && !rotation.removing) {
    out.push_back(rotated_selector(declared, rotation.old));
  }
  return out;
}

bool can_begin(const DkimRotation& rotation) {
  return rotation.next == 0 && rotation.old == 0;
}

void begin(DkimRotation& rotation, std::uint32_t number) {
  rotation.next = number;
  rotation.visible_since = 0;
  rotation.ttl = 0;
}

bool is_due(const DkimRotation& rotation, std::uint64_t every, std::int64_t now) {
  return every != 0 && can_begin(rotation) && rotation.signs_since != 0 &&
         now >= rotation.signs_since &&
         static_cast<std::uint64_t>(now - rotation.signs_since) >= every;
}

std::int64_t signs_from(const DkimRotation& rotation) {
  return rotation.next == 0 || rotation.visible_since == 0
             ? 0
             : rotation.visible_since + std::int64_t{rotation.ttl};
}

std::int64_t goes_from(const DkimRotation& rotation) {
  return rotation.old == 0 || rotation.signs_since == 0 ? 0 : rotation.signs_since + kOldKeyKept;
}

void step(DkimRotation& rotation, const DkimSeen& seen, std::int64_t now) {
  if (rotation.removing && seen.gone) {
    rotation.old = 0;
    rotation.removing = false;
  }
  if (rotation.signs_since == 0 && seen.signs) {
    rotation.signs_since = now;
  }
  if (const auto when = goes_from(rotation); when != 0 && now >= when) {
    rotation.removing = true;
  }
  if (rotation.next == 0) {
    return;
  }
  if (seen.visible == false) {
    rotation.visible_since = 0;
    rotation.ttl = 0;
  } else if (seen.visible == true) {
    rotation.visible_since = rotation.visible_since == 0 ? now : rotation.visible_since;
    rotation.ttl = std::max(rotation.ttl, seen.ttl);
  }
  // Not while a server is silent: it may have gone back to what it had.
  if (const auto when = signs_from(rotation); seen.visible == true && when != 0 && now >= when) {
    rotation = {.signing = rotation.next, .old = rotation.signing};
  }
}

}  // namespace plumb::mail
