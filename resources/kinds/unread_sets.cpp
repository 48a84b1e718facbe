#include "resources/kinds/unread_sets.h"

namespace plumb::kinds {
namespace {

using values::RecordType;

}  // namespace

void UnreadSets::add(std::optional<std::string> owner, std::optional<RecordType> type) {
  if (owner) {
    auto& types = by_owner_[std::move(*owner)];
    if (type) {
      types.some.insert(*type);
    } else {
      types.any = true;
    }
  } else if (type) {
    types_.insert(*type);
  } else {
    anything_ = true;
  }
}

void UnreadSets::add_all(const UnreadSets& others) {
  anything_ = anything_ || others.anything_;
  types_.insert(others.types_.begin(), others.types_.end());
  for (const auto& [owner, types] : others.by_owner_) {
    auto& ours = by_owner_[owner];
    ours.any = ours.any || types.any;
    ours.some.insert(types.some.begin(), types.some.end());
  }
}

bool UnreadSets::covers(std::string_view owner, RecordType type) const {
  if (anything_ || types_.contains(type)) {
    return true;
  }
  const auto found = by_owner_.find(owner);
  return found != by_owner_.end() && (found->second.any || found->second.some.contains(type));
}

bool UnreadSets::covers(std::string_view owner) const {
  return anything_ || !types_.empty() || by_owner_.contains(owner);
}

bool UnreadSets::covers_below(std::string_view owner) const {
  const auto found = by_owner_.find(owner);
  return anything_ || !types_.empty() ||
         (found != by_owner_.end() &&
          (found->second.any || found->second.some.contains(RecordType::ns) ||
           found->second.some.contains(RecordType::dname)));
}

}  // namespace plumb::kinds
