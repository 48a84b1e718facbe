#include "controller/plan/order.h"

#include <algorithm>
#include <tuple>

namespace plumb::plan {
namespace {

/// What a change is sorted by.
struct Slot {
  std::uint32_t number = 0;  ///< index of the change
  std::uint8_t rank = 0;
  bool removal = false;  ///< takes an object away, as a whole
  bool late = false;     ///< its group only removes
  KindId kind{};
  std::string_view group;
  std::string_view key;
};

bool same_group(const Slot& a, const Slot& b) {
  return a.kind == b.kind && a.group == b.group;
}

std::vector<Slot> slots_of(const ScopePlan& scope, const Catalog& catalog) {
  std::vector<Slot> slots;
  slots.reserve(scope.changes.size());
  for (const auto& change : scope.changes) {
    const auto& kind = catalog.of(scope.kind(change));
    const auto key = scope.key(change);
    slots.push_back({.number = static_cast<std::uint32_t>(slots.size()),
                     .rank = kind.rank,
                     .removal = change.verb == Verb::remove,
                     .kind = kind.id,
                     .group = kind.group == nullptr ? key : kind.group(key),
                     .key = key});
  }
  return slots;
}

/// Marks the groups that only remove. Requires: sorted by group.
void mark_late(std::vector<Slot>& slots) {
  for (auto first = slots.begin(); first != slots.end();) {
    const auto last = std::find_if(
        first, slots.end(), [&](const Slot& slot) { return !same_group(*first, slot); });
    const bool late = std::all_of(first, last, [](const Slot& slot) { return slot.removal; });
    for (; first != last; ++first) {
      first->late = late;
    }
  }
}

auto by_group(const Slot& slot) {
  return std::tuple(slot.rank, slot.kind, slot.group, !slot.removal, slot.key, slot.number);
}

}  // namespace

void order_changes(ScopePlan& scope, const Catalog& catalog) {
  auto slots = slots_of(scope, catalog);
  std::sort(slots.begin(), slots.end(), [](const Slot& a, const Slot& b) {
    return by_group(a) < by_group(b);
  });
  mark_late(slots);
  std::stable_sort(slots.begin(), slots.end(), [](const Slot& a, const Slot& b) {
    if (a.late != b.late) {
      return b.late;
    }
    return a.late && a.rank > b.rank;
  });
  std::vector<Change> sorted;
  sorted.reserve(slots.size());
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    group += i > 0 && !same_group(slots[i - 1], slots[i]) ? 1U : 0U;
    sorted.push_back(scope.changes[slots[i].number]);
    sorted.back().group = group;
  }
  scope.changes = std::move(sorted);
}

}  // namespace plumb::plan
