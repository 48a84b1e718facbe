#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The table of SPF cases (tests/resources/mail/spf_cases.txt) and the DNS it plays in.

namespace plumb::test {

struct SpfCase {
  std::string id;
  std::string client;
  std::string result;
  std::string record;  ///< of <id>.example; "-": none
  std::string helo;
  std::string sender;
  std::map<std::string, std::string> options;  ///< "exp", "pyspf", "libspf2" where stated

  /// What a program of that name is known to say.
  std::string result_of(const std::string& program) const;
};

std::vector<SpfCase> read_spf_cases();

/// "mail.example" and "A" -> data in the order of the file; the records of the cases included.
/// Names and types as written.
using SpfZone = std::map<std::pair<std::string, std::string>, std::vector<std::string>>;
SpfZone read_spf_zone(const std::vector<SpfCase>& cases);

/// Whether a name lies where no server answers.
bool is_broken(std::string_view name);

}  // namespace plumb::test
