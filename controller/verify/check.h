#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::verify {

/// What a check came to, best first.
enum class Status : std::uint8_t {
  pass,
  unknown,  ///< could not be looked up: no opinion
  warning,
  fail,
};

/// "pass", "fail".
std::string_view status_name(Status status);

/// One thing that was looked at, as the world sees it.
struct Check {
  std::string topic;    ///< "served", "mx", "spf"
  std::string subject;  ///< what of it: "www.example.com A"; may be empty
  Status status = Status::pass;
  std::string message;  ///< one sentence, no final dot
  std::string rule;     ///< where it is written: "RFC 7208 §4.6.4"; may be empty
  std::string remedy;   ///< what Plumb will do about it, or what a person may; empty with pass
};

/// All checks of one domain, worst first, then in the order of looking.
struct Report {
  std::string domain;  ///< "example.com"
  std::vector<Check> checks;

  std::size_t count(Status status) const;
  /// pass where nothing was checked.
  Status worst() const;
};

/// Reports with the worst first, then by domain.
void sort_reports(std::vector<Report>& reports);

}  // namespace plumb::verify
