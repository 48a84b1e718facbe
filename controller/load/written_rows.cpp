#include "controller/load/written_rows.h"

#include <algorithm>
#include <numeric>

namespace plumb::load {

WrittenRow WrittenRows::row_of(const kinds::DeclaredSet& set) {
  WrittenRow row;
  row.name = set.name_place;
  row.rules_off = set.lint != nullptr ? &set.lint->off : nullptr;
  std::vector<std::size_t> order(set.values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (order.size() > 1 && !set.has_references()) {  // a body sorts its values, each once
    const auto text = [&](std::size_t i) -> const std::string& {
      return *set.values[i].value.as_string();
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return text(a) < text(b);
    });
    order.erase(std::unique(order.begin(),
                            order.end(),
                            [&](std::size_t a, std::size_t b) { return text(a) == text(b); }),
                order.end());
  }
  for (const auto i : order) {
    row.values.push_back(set.values[i].place);
  }
  return row;
}

void WrittenRows::add(const WrittenRow& row) {
  heads_.push_back({row.name,
                    static_cast<std::uint32_t>(values_.size()),
                    static_cast<std::uint32_t>(row.values.size()),
                    row.rules_off});
  values_.insert(values_.end(), row.values.begin(), row.values.end());
}

WrittenRows WrittenRows::in_order(std::span<const std::uint32_t> order) const {
  WrittenRows out;
  out.heads_.reserve(order.size());
  out.values_.reserve(values_.size());
  for (const auto old : order) {
    auto head = heads_[old];
    const auto places = values(old);
    head.first = static_cast<std::uint32_t>(out.values_.size());
    out.values_.insert(out.values_.end(), places.begin(), places.end());
    out.heads_.push_back(head);
  }
  return out;
}

std::span<const Place> WrittenRows::values(std::size_t row) const {
  return std::span(values_).subspan(heads_[row].first, heads_[row].count);
}

}  // namespace plumb::load
