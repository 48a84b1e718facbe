#include "controller/verify/check.h"

#include <algorithm>
#include <array>

namespace plumb::verify {

std::string_view status_name(Status status) {
  constexpr std::array<std::string_view, 4> kNames = {"pass", "unknown", "warning", "fail"};
  return kNames.at(static_cast<std::size_t>(status));
}

std::size_t Report::count(Status status) const {
  return static_cast<std::size_t>(std::count_if(
      checks.begin(), checks.end(), [&](const Check& check) { return check.status == status; }));
}

Status Report::worst() const {
  auto worst = Status::pass;
  for (const auto& check : checks) {
    worst = std::max(worst, check.status);
  }
  return worst;
}

void sort_reports(std::vector<Report>& reports) {
  for (auto& report : reports) {
    std::stable_sort(report.checks.begin(),
                     report.checks.end(),
                     [](const Check& a, const Check& b) { return a.status > b.status; });
  }
  std::sort(reports.begin(), reports.end(), [](const Report& a, const Report& b) {
    const auto key = [](const Report& report) {
      return std::array{report.count(Status::fail), report.count(Status::warning)};
    };
    return a.worst() != b.worst() ? a.worst() > b.worst()
           : key(a) != key(b)     ? key(a) > key(b)
                                  : a.domain < b.domain;
  });
}

}  // namespace plumb::verify
