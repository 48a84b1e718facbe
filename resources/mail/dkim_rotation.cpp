#include "resources/mail/dkim_rotation.h"

#include <algorithm>
#include <utility>

namespace plumb::mail {

std::string rotated_selector(std::string_view declared, std::uint32_t number) {
  return number <= 1 ? std::string(declared) : std::string(declared) + "-" + std::to_string(number);
}

std::string rotated_selector(const DkimRotation& rotation,
                             std::string_view declared,
                             std::uint32_t number) {
  return number == kFormer && !rotation.former.empty() ? rotation.former.front().selector
                                                       : rotated_selector(declared, number);
}

std::vector<std::string> old_selectors(const DkimRotation& rotation, std::string_view declared) {
  std::vector<std::string> out;
  if (rotation.old == kFormer) {
    for (const auto& key : rotation.former) {
      out.push_back(key.selector);
    }
  } else if (rotation.old != 0) {
    out.push_back(rotated_selector(declared, rotation.old));
  }
  return out;
}

std::vector<PublishedKey> published(const DkimRotation& rotation, std::string_view declared) {
  std::vector<PublishedKey> out;
  const auto add = [&](std::uint32_t number) {
    if (number == kFormer) {
      for (const auto& key : rotation.former) {
        out.push_back({key.selector, key.algorithm, key.bits});
      }
    } else if (number != 0) {
      out.push_back({rotated_selector(declared, number)});
    }
  };
  add(rotation.signing);
  add(rotation.next);
  add(rotation.removing ? 0 : rotation.old);
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

void take_over(DkimRotation& rotation, std::vector<FormerKey> former) {
  const auto number = rotation.signing == kFormer ? rotation.next : rotation.signing;
  rotation = {.signing = kFormer, .next = number, .former = std::move(former)};
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
    rotation.former.clear();
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
    rotation = {
        .signing = rotation.next, .old = rotation.signing, .former = std::move(rotation.former)};
  }
}

}  // namespace plumb::mail
