#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/stories.h"

namespace plumb::test {
namespace {

std::vector<Records> crowd(std::size_t count, const std::string& last_octet) {
  std::vector<Records> all;
  all.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back({"rec-" + std::to_string(i), "A", 300, {"192.0.2." + last_octet}});
  }
  return all;
}

/// Creates, changes, then at once changes some, deletes some and creates others.
Story pages(std::size_t count) {
  auto mixed = crowd(count, "2");
  for (std::size_t i = 0; i < mixed.size(); i += 2) {
    mixed[i].values = {"192.0.2.3"};
  }
  mixed.resize(mixed.size() - mixed.size() / 3);
  for (std::size_t i = 0; i < 7; ++i) {
    mixed.push_back({"new-" + std::to_string(i), "TXT", 300, {"text " + std::to_string(i)}});
  }
  return {"Pages" + std::to_string(count),
          {{"create", crowd(count, "1")},
           {"change all", crowd(count, "2")},
           {"mixed", std::move(mixed)},
           {"almost all go", crowd(1, "2")}}};
}

}  // namespace

std::vector<Story> crowd_stories() {
  const Records ours{"www", "A", 300, {"192.0.2.1"}};
  const Records theirs{"legacy", "A", 120, {"198.51.100.7"}};
  const Records their_text{"www", "TXT", 120, {"\"token; \\\"x\\\"\""}};
  return {
      pages(99),
      pages(100),
      pages(101),
      pages(600),
      pages(1201),
      {"ForeignRecordsSurvive",
       {{"ours", {ours}},
        {"a change at another name and at theirs",
         {{"www", "A", 300, {"192.0.2.2"}}, {"legacy", "TXT", 300, {"ours"}}},
         {theirs, their_text}},
        {"ours go", {}},
        {"and come back", {ours}}}},
      {"DriftIsHealed",
       {{"ours", {ours, {"@", "MX", 300, {"10 mx1.example.net."}}}},
        {"changed behind our back",
         {ours, {"@", "MX", 300, {"10 mx1.example.net."}}},
         {{"www", "A", 60, {"203.0.113.9", "203.0.113.10"}},
          {"@", "MX", 300, {"99 evil.example.net."}}}},
        {"deleted behind our back",
         {ours, {"@", "MX", 300, {"10 mx1.example.net."}}},
         {{"www", "A", 60, {}}}}}},
  };
}

}  // namespace plumb::test
