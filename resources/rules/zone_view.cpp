#include "resources/rules/zone_view.h"

#include <algorithm>
#include <functional>
#include <tuple>

#include "resources/kinds/unmanaged.h"

namespace plumb::rules {
namespace {

using values::RecordType;

auto order_of(const ZoneRecord& record) {
  return std::tuple(record.owner, record.type);
}

bool less_from_right(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
}

/// The position after the first dot that ends a label; npos where there is but one label.
std::size_t after_first_label(std::string_view name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\') {
      ++i;
    } else if (name[i] == '.') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

/// Whether the octet before `at` is a dot that ends a label.
bool label_ends_before(std::string_view name, std::size_t at) {
  if (at == 0 || name[at - 1] != '.') {
    return false;
  }
  std::size_t backslashes = 0;
  while (backslashes + 1 < at && name[at - 2 - backslashes] == '\\') {
    ++backslashes;
  }
  return backslashes % 2 == 0;
}

}  // namespace

std::string_view parent_of(std::string_view owner) {
  const auto after = after_first_label(owner);
  return after == std::string_view::npos ? std::string_view("@") : owner.substr(after);
}

ZoneView::ZoneView(values::DomainName origin,
                   std::vector<ZoneRecord> records,
                   ZoneSettings settings)
    : origin_(std::move(origin)), settings_(std::move(settings)), records_(std::move(records)) {
  const auto less = [](const ZoneRecord& a, const ZoneRecord& b) {
    return order_of(a) < order_of(b);
  };
  if (!std::is_sorted(records_.begin(), records_.end(), less)) {
    std::stable_sort(records_.begin(), records_.end(), less);
  }
  bool has_wildcard = false;
  for (std::uint32_t row = 0; row < records_.size(); ++row) {
    const auto& record = records_[row];
    auto rows = std::find_if(by_type_.begin(), by_type_.end(), [&](const TypeRows& candidate) {
      return candidate.type == record.type;
    });
    if (rows == by_type_.end()) {
      rows = by_type_.insert(by_type_.end(), TypeRows{record.type, {}});
    }
    rows->rows.push_back(row);
    has_wildcard = has_wildcard || record.owner.starts_with('*');
  }
  for (const auto row : of_type(RecordType::ns)) {
    const auto owner = records_[row].owner;
    if (owner != "@" && (cuts_.empty() || cuts_.back() != owner)) {
      cuts_.push_back(owner);
    }
  }
  if (has_wildcard) {
    for (const auto& record : records_) {
      if (from_right_.empty() || from_right_.back() != record.owner) {
        from_right_.push_back(record.owner);
      }
    }
    std::sort(from_right_.begin(), from_right_.end(), less_from_right);
  }
}

std::span<const ZoneRecord> ZoneView::at(std::string_view owner) const {
  const auto found =
      std::equal_range(records_.begin(),
                       records_.end(),
                       ZoneRecord{.owner = owner, .values = {}},
                       [](const ZoneRecord& a, const ZoneRecord& b) { return a.owner < b.owner; });
  return {found.first, found.second};
}

std::span<const ZoneRecord> ZoneView::at(std::string_view owner, RecordType type) const {
  const auto all = at(owner);
  const auto found =
      std::equal_range(all.begin(),
                       all.end(),
                       ZoneRecord{.owner = owner, .type = type, .values = {}},
                       [](const ZoneRecord& a, const ZoneRecord& b) { return a.type < b.type; });
  return {found.first, found.second};
}

std::span<const std::uint32_t> ZoneView::of_type(RecordType type) const {
  for (const auto& candidate : by_type_) {
    if (candidate.type == type) {
      return candidate.rows;
    }
  }
  return {};
}

bool ZoneView::has_below(std::string_view owner) const {
  const auto suffix = "." + std::string(owner);
  const auto found =
      std::lower_bound(from_right_.begin(), from_right_.end(), suffix, less_from_right);
  return found != from_right_.end() && found->ends_with(suffix);
}

std::optional<std::string_view> ZoneView::owner_of(std::string_view absolute) const {
  const std::string_view origin = origin_.text();
  if (absolute == origin) {
    return "@";
  }
  if (origin_.is_root()) {
    return absolute.substr(0, absolute.size() - 1);
  }
  if (absolute.size() <= origin.size() || !absolute.ends_with(origin) ||
      !label_ends_before(absolute, absolute.size() - origin.size())) {
    return std::nullopt;
  }
  return absolute.substr(0, absolute.size() - origin.size() - 1);
}

std::string ZoneView::full_name(std::string_view owner) const {
  const auto zone = origin_.without_dot();
  if (owner == "@") {
    return std::string(zone);
  }
  return origin_.is_root() ? std::string(owner) : std::string(owner) + "." + std::string(zone);
}

std::optional<std::string_view> ZoneView::cut_above(std::string_view owner) const {
  std::optional<std::string_view> highest;
  if (cuts_.empty()) {
    return highest;
  }
  for (auto name = owner; name != "@"; name = parent_of(name)) {
    const auto found = std::lower_bound(cuts_.begin(), cuts_.end(), name);
    if (found != cuts_.end() && *found == name) {
      highest = *found;
    }
  }
  return highest;
}

Place ZoneRecord::of_value(std::string_view value) const {
  for (std::size_t i = 0; i < values.size() && i < value_places.size(); ++i) {
    const auto* end = values[i].data() + values[i].size();
    const bool inside = !std::less<>()(value.data(), values[i].data()) &&
                        (std::less<>()(value.data(), end) || values[i].empty());
    if (inside) {
      return value_places[i];
    }
  }
  return of_values();
}

bool ZoneView::may_be_unread(std::string_view owner) const {
  const auto* unread = settings_.unread;
  if (unread == nullptr || unread->empty()) {
    return false;
  }
  if (unread->covers(owner)) {
    return true;
  }
  for (auto name = owner; name != "@";) {
    name = parent_of(name);
    if ((name != "@" && unread->covers_below(name)) ||
        unread->covers(name == "@" ? std::string("*") : "*." + std::string(name))) {
      return true;
    }
  }
  return false;
}

bool ZoneView::may_be_elsewhere(std::string_view owner, RecordType type) const {
  if (settings_.unread != nullptr && settings_.unread->covers(owner, type)) {
    return true;
  }
  return std::any_of(
      settings_.unmanaged.begin(), settings_.unmanaged.end(), [&](const std::string& glob) {
        return kinds::covers(glob, owner, values::record_type_name(type));
      });
}

ZoneDirectory::ZoneDirectory(std::vector<const ZoneView*> zones) : zones_(std::move(zones)) {
  std::stable_sort(zones_.begin(), zones_.end(), [](const ZoneView* a, const ZoneView* b) {
    return a->origin() < b->origin();
  });
}

const ZoneView* ZoneDirectory::zone_of(std::string_view absolute) const {
  for (auto name = absolute; !name.empty();) {
    const auto found = std::lower_bound(
        zones_.begin(), zones_.end(), name, [](const ZoneView* zone, std::string_view wanted) {
          return zone->origin().text() < wanted;
        });
    if (found != zones_.end() && (*found)->origin().text() == name) {
      return *found;
    }
    const auto after = after_first_label(name);
    if (after == std::string_view::npos || name == ".") {
      break;
    }
    name = after == name.size() ? std::string_view(".") : name.substr(after);
  }
  return nullptr;
}

}  // namespace plumb::rules
