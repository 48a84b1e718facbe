#include "controller/verify/verify.h"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::verify {
namespace {

/// Every check of one domain, with what is known now.
Report look_at(const Declared& declared, const Zone& zone, Facts& facts, const Options& options) {
  Report report{.domain = std::string(zone.name.without_dot()), .checks = {}};
  Look look{declared, zone, facts, options, report};
  check_served(look);
  check_delegation(look);
  check_mail_path(look);
  check_senders(look);
  check_transport(look);
  check_clients(look);
  return report;
}

Check unfinished(int rounds) {
  return {.topic = "dns",
          .subject = {},
          .status = Status::unknown,
          .message = fmt::format(
              "was not looked at to the end: answers led to further questions {} times", rounds),
          .rule = {},
          .remedy =
              "nothing: look why so much hangs on each other, such as a name with very many "
              "addresses that do not answer"};
}

}  // namespace

Verified verify(const Declared& declared,
                const std::vector<values::DomainName>& names,
                const Sources& sources,
                const Options& options,
                std::stop_token stop) {
  // Of questions that come from another's answer: SPF includes are ten deep.
  constexpr int kMostRounds = 32;
  std::vector<const Zone*> open;
  for (const auto& zone : declared.zones()) {
    if (names.empty() || std::find(names.begin(), names.end(), zone.name) != names.end()) {
      open.push_back(&zone);
    }
  }
  Facts facts;
  Verified verified;
  for (int round = 0; !open.empty() && round < kMostRounds; ++round) {
    std::vector<const Zone*> next;
    for (const auto* zone : open) {
      auto report = look_at(declared, *zone, facts, options);
      if (facts.take_lacking() && !stop.stop_requested()) {
        next.push_back(zone);
      } else {
        verified.reports.push_back(std::move(report));
      }
    }
    open = std::move(next);
    facts.find_out(sources, stop);
  }
  for (const auto* zone : open) {
    auto report = look_at(declared, *zone, facts, options);
    if (facts.take_lacking()) {
      report.checks.push_back(unfinished(kMostRounds));
    }
    verified.reports.push_back(std::move(report));
  }
  verified.questions = facts.questions();
  sort_reports(verified.reports);
  return verified;
}

}  // namespace plumb::verify
