#include "tests/support/spf_cases.h"

#include <algorithm>
#include <fstream>

namespace plumb::test {
namespace {

std::ifstream open(const std::string& name) {
  return std::ifstream(std::string(PLUMB_SOURCE_DIR) + "/tests/resources/mail/" + name);
}

/// The parts of a line between " | ".
std::vector<std::string> columns(std::string_view line) {
  constexpr std::string_view kMark = " | ";
  std::vector<std::string> parts;
  while (true) {
    const auto end = line.find(kMark);
    parts.emplace_back(line.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    line.remove_prefix(end + kMark.size());
  }
}

void read_options(std::string_view text, SpfCase& one) {
  while (!text.empty()) {
    const auto equals = text.find('=');
    const auto key = std::string(text.substr(0, equals));
    // What explains goes to the end of the line.
    const auto end = key == "exp" ? text.size() : std::min(text.find(' '), text.size());
    one.options[key] = text.substr(equals + 1, end - equals - 1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

std::string SpfCase::result_of(const std::string& program) const {
  const auto found = options.find(program);
  return found == options.end() ? result : found->second;
}

std::vector<SpfCase> read_spf_cases() {
  std::vector<SpfCase> cases;
  auto in = open("spf_cases.txt");
  for (std::string line; std::getline(in, line);) {
    const auto parts = columns(line);
    if (line.starts_with('#') || parts.size() < 4) {
      continue;
    }
    SpfCase one{
        parts[0], parts[1], parts[2], parts[3], "helo.host", "user@" + parts[0] + ".example"};
    read_options(parts.size() > 4 ? std::string_view(parts[4]) : std::string_view(), one);
    for (const auto& [key, value] : one.options) {
      (key == "helo" ? one.helo : key == "sender" ? one.sender : line) = value;
    }
    cases.push_back(std::move(one));
  }
  return cases;
}

SpfZone read_spf_zone(const std::vector<SpfCase>& cases) {
  SpfZone zone;
  auto in = open("spf_zone.txt");
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find(' ');
    const auto second = line.find(' ', first + 1);
    if (!line.starts_with('#') && second != std::string::npos) {
      zone[{line.substr(0, first), line.substr(first + 1, second - first - 1)}].push_back(
          line.substr(second + 1));
    }
  }
  for (const auto& one : cases) {
    if (one.record != "-") {
      zone[{one.id + ".example", "TXT"}].push_back(one.record);
    }
  }
  return zone;
}

bool is_broken(std::string_view name) {
  constexpr std::string_view kBroken = "broken.example";
  return name == kBroken || name.ends_with(".broken.example");
}

}  // namespace plumb::test
