#include <gtest/gtest.h>

#include "controller/describe/plan_json.h"
#include "tests/controller/describe/world.h"
#include "tests/support/golden.h"

namespace plumb::describe::test {
namespace {

/// The text without its code spans and fenced blocks: what a renderer looks for markup in.
std::string markup(const std::string& text) {
  std::string out;
  bool in_code = false;
  bool in_fence = false;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with("  ```")) {
      in_fence = !in_fence;
      continue;
    }
    if (in_fence) {
      EXPECT_TRUE(line.starts_with("  "));
      continue;
    }
    for (const char c : line) {
      in_code = c == '`' ? !in_code : in_code;
      out += in_code || c == '`' ? "" : std::string(1, c);
    }
    EXPECT_FALSE(in_code) << line;
    in_code = false;
    out += '\n';
  }
  EXPECT_FALSE(in_fence);
  return out;
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

TEST(PlanMarkdown, TellsWhatIsRiskyFirst) {
  const World world(everything());
  const auto text = plan_markdown(world.view());
  EXPECT_LT(text.find("Look at these first"), text.find("<details"));
  plumb::test::expect_golden("controller/describe/golden/everything.md", text);
}

TEST(PlanMarkdown, FitsAComment) {
  std::vector<Zone> zones = new_zones(200, 40);
  for (int i = 0; i < 300; ++i) {
    Zone zone("d" + std::to_string(i) + ".example");
    zone.declared_zone = true;
    for (int k = 0; k < 10; ++k) {
      zone.had({"old" + std::to_string(k) + " TXT", {std::string(400, '|')}});
    }
    if (i % 3 == 0) {
      zone.unread_because = std::string(5'000, '@');
    }
    if (i % 3 == 1) {
      zone.is_declared = false;
    }
    zones.push_back(std::move(zone));
  }
  const World world(zones);
  const auto text = plan_markdown(world.view());
  EXPECT_LE(text.size(), 60'000U);
  EXPECT_GT(text.size(), 50'000U);
  EXPECT_TRUE(text.ends_with("</details>\n"));
  EXPECT_EQ(count(text, "<details"), count(text, "</details>"));
  EXPECT_NE(text.find("more lines: `plumb plan` shows all."), std::string::npos);
}

TEST(PlanMarkdown, LetsNothingFromOutsideBecomeMarkup) {
  const std::string hostile =
      "`</details> <img src=x onerror=alert(1)> [click](https://evil.example) @maintainer #1 "
      "|pipe| **bold** ``` \n# heading\n\n<!-- ";
  World world;
  Zone zone(hostile);
  zone.provider = hostile;
  zone.declare({"evil" + hostile + " TXT", {hostile}, 4})
      .had({"gone" + hostile + " TXT", {hostile}});
  Zone unread("example.org");
  unread.unread_because = hostile;
  Zone gone("old" + hostile);
  gone.is_declared = false;
  gone.had({"@ A", {"192.0.2.1"}});
  world.make({zone, unread, gone});
  world.header.project = world.header.environment = world.header.summary = hostile;
  world.plan.notes.push_back(hostile);
  const auto outside = markup(plan_markdown(world.view()));
  for (const auto* part :
       {"@", "<img", "evil", "http", "](", "#1", "**bold", "<!--", "# heading"}) {
    EXPECT_EQ(outside.find(part), std::string::npos) << part << "\n" << outside;
  }
  EXPECT_EQ(count(outside, "<"),
            count(outside, "<details") + count(outside, "</details>") +
                count(outside, "<summary>") + count(outside, "</summary>"));
  EXPECT_EQ(count(outside, "</details>"), count(outside, "<details"));
  for (std::size_t begin = 0; begin < outside.size();) {
    const auto end = outside.find('\n', begin);
    const auto line = outside.substr(begin, end - begin);
    if (line.starts_with("| ")) {
      EXPECT_EQ(count(line, "|"), 7U) << line;
    }
    begin = end + 1;
  }
}

TEST(PlanMarkdown, TellsEqualChangesOnce) {
  const auto text = plan_markdown(World(many(40)).view());
  EXPECT_NE(text.find("| `~` | 38 domains | `RRset @ TXT` | `SPF + include:amazonses.com` | `pdns` "
                      "| manifest changed `profiles.yaml:14` |"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("| `~` | `d3.example` | `RRset @ TXT` |"), std::string::npos) << text;
  EXPECT_EQ(count(text, "| `-` |"), 40U) << "deletes are never grouped";
}

TEST(PlanMarkdown, OpensWhatIsShortAndHarmless) {
  const World world(new_zones(1, 2));
  const auto text = plan_markdown(world.view());
  EXPECT_NE(text.find("<details open><summary>3 changes</summary>"), std::string::npos) << text;
}

}  // namespace
}  // namespace plumb::describe::test
