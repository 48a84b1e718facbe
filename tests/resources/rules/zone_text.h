#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "resources/rules/rules.h"
#include "resources/values/rdata.h"

namespace plumb::rules {

/// A zone from lines "owner TYPE value"; the values of one owner and type make one record whose
/// place is the line of the first. The value "?" is one that is not known yet; "(proxied)"
/// is none, and puts a proxy in front of the others.
class TextZone {
 public:
  explicit TextZone(const std::vector<std::string>& lines,
                    std::string_view origin = "example.com",
                    ZoneSettings settings = {})
      : view_(values::DomainName::parse(origin).value(), read(lines, origin), settings) {}
  TextZone(const TextZone&) = delete;
  TextZone& operator=(const TextZone&) = delete;

  const ZoneView& view() const { return view_; }

 private:
  std::vector<ZoneRecord> read(const std::vector<std::string>& lines, std::string_view origin) {
    const auto zone = values::DomainName::parse(origin).value();
    std::map<std::pair<std::string, values::RecordType>, ZoneRecord> records;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto first = lines[i].find(' ');
      const auto second = lines[i].find(' ', first + 1);
      const auto owner = lines[i].substr(0, first);
      const auto type = values::find_record_type(lines[i].substr(first + 1, second - first - 1));
      EXPECT_TRUE(type) << lines[i];
      const auto text = lines[i].substr(second + 1);
      auto& record = records[{owner, type.value()}];
      if (!record.place.known()) {
        record.owner = texts_.emplace_back(owner);
        record.type = *type;
        record.place = place_at(1, i + 1, 1);
      }
      if (text == "(proxied)") {
        record.proxied = true;
        continue;
      }
      if (text == "?") {
        record.unresolved = true;
        continue;
      }
      auto data = values::canonical_rdata(*type, text, zone, values::TargetRule::master_file);
      record.values.push_back(
          texts_.emplace_back(*type == values::RecordType::txt || !data ? text : *data));
    }
    std::vector<ZoneRecord> all;
    for (auto& [key, record] : records) {
      all.push_back(std::move(record));
    }
    return all;
  }

  std::deque<std::string> texts_;
  ZoneView view_;
};

/// What a zone is told, one line for each finding: "error mx-target-ip: message".
inline std::vector<std::string> findings(const ZoneView& zone,
                                         const ZoneDirectory* others = nullptr,
                                         std::vector<std::string> off = {}) {
  Diagnostics problems;
  lint_zone(zone, others, off, problems);
  std::vector<std::string> lines;
  for (const auto& found : problems.all()) {
    const auto* word = found.severity == Severity::error     ? "error "
                       : found.severity == Severity::warning ? "warning "
                                                             : "note ";
    lines.push_back(word + found.rule + ": " + found.message);
  }
  return lines;
}

/// The same, only of one rule and without its id.
inline std::vector<std::string> findings_of(std::string_view rule,
                                            const ZoneView& zone,
                                            const ZoneDirectory* others = nullptr) {
  std::vector<std::string> lines;
  for (const auto& line : findings(zone, others)) {
    const auto at = line.find(' ');
    if (line.substr(at + 1).starts_with(std::string(rule) + ":")) {
      lines.push_back(line.substr(0, at) + line.substr(at + 1 + rule.size()));
    }
  }
  return lines;
}

}  // namespace plumb::rules
