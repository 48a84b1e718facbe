#include "controller/describe/plan_text.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "controller/describe/paint.h"
#include "tests/controller/describe/world.h"
#include "tests/support/golden.h"

namespace plumb::describe::test {
namespace {

using plumb::test::expect_golden;

std::string golden(std::string_view name) {
  return "controller/describe/golden/" + std::string(name);
}

std::size_t lines_in(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// Without the escape sequences of colours.
std::string plain(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = text.find('m', i);
      continue;
    }
    out += text[i];
  }
  return out;
}

TEST(PlanText, TellsEverything) {
  const World world(everything());
  expect_golden(golden("everything.txt"), plan_text(world.view(), {.width = 110}));
}

TEST(PlanText, TellsPlacesWhenVerbose) {
  const World world(everything());
  expect_golden(golden("everything-verbose.txt"),
                plan_text(world.view(), {.verbose = true, .width = 140}));
}

TEST(PlanText, TakesTwoLinesWhereTheTerminalIsNarrow) {
  const World world(everything());
  expect_golden(golden("everything-narrow.txt"), plan_text(world.view(), {.width = 60}));
}

TEST(PlanText, SaysTheSameWithAndWithoutColours) {
  const World world(everything());
  const auto coloured = plan_text(world.view(), {.colour = true, .width = 110});
  EXPECT_NE(coloured, plain(coloured));
  EXPECT_EQ(plain(coloured), plan_text(world.view(), {.width = 110}));
  expect_golden(golden("everything-coloured.txt"), coloured);
}

TEST(PlanText, GroupsWhatOneLineCausesButNeverDeletes) {
  const World world(many(40));
  const auto text = plan_text(world.view(), {.width = 110});
  for (int i = 0; i < 40; ++i) {
    const auto name = "\nd" + std::to_string(i) + ".example\n";
    EXPECT_TRUE(has(text, name)) << name;
  }
  expect_golden(golden("groups.txt"), plan_text(World(many(8)).view(), {.width = 110}));
}

TEST(PlanText, NamesZonesInALineEachWhereManyAreOnlyAddedTo) {
  const World world(new_zones(500, 30));
  const auto text = plan_text(world.view(), {.width = 100});
  EXPECT_LT(lines_in(text), 30U);
  expect_golden(golden("many-new.txt"), text);
}

TEST(PlanText, TellsOnceWhatNobodyWouldReadLineByLine) {
  std::vector<Zone> zones;
  for (int i = 0; i < 30; ++i) {
    Zone zone("d" + std::to_string(i) + ".example");
    for (std::uint32_t k = 0; k < 50; ++k) {
      const auto label = "host" + std::to_string(k) + " A";
      const auto line = static_cast<std::uint32_t>(i) * 100 + k + 1;  // no cause in common
      zone.declare({label, {"192.0.2.1"}, line, 60}).had({label, {"192.0.2.1"}});
    }
    zone.declare({"odd A", {"192.0.2." + std::to_string(i + 1)}, 9'000U + static_cast<unsigned>(i)})
        .had({"odd A", {"198.51.100.1"}});
    zones.push_back(std::move(zone));
  }
  const World world(zones);
  const auto text = plan_text(world.view(), {.width = 100});
  EXPECT_TRUE(has(text,
                  "in 30 domains\n  ~ 1,500 RRset  ttl 300 → 60  manifest changed (-v shows "
                  "them)\n"))
      << text;
  EXPECT_TRUE(has(text, "198.51.100.1 → 192.0.2.30")) << "what differs is shown";
  EXPECT_LT(lines_in(text), 110U);
  EXPECT_GT(lines_in(plan_text(world.view(), {.verbose = true, .width = 100})), 1'500U);
}

TEST(PlanText, ShowsASmallNewZoneInFullWithTheZoneFirst) {
  const World world(new_zones(1, 3));
  expect_golden(golden("one-new.txt"), plan_text(world.view(), {.width = 100}));
}

TEST(PlanText, CountsWhatIsManyOfOneKindInADomain) {
  const World world(new_zones(1, 40));
  const auto text = plan_text(world.view(), {.width = 100});
  EXPECT_TRUE(has(text, "  + 27 more to create (-v shows them)\n")) << text;
  EXPECT_GT(lines_in(plan_text(world.view(), {.verbose = true, .width = 100})), 41U);
}

TEST(PlanText, CutsCreatesAndWrapsWhatChanges) {
  Zone zone("example.com");
  const std::string key(400, 'k');
  zone.declare({"a TXT", {key}, 5})
      .declare({"@ TXT",
                {"v=spf1 include:first.example include:second.example include:third.example "
                 "include:fourth.example -all"},
                6})
      .had({"@ TXT", {"v=spf1 -all"}});
  const World world({zone});
  const auto text = plan_text(world.view(), {.width = 100});
  EXPECT_TRUE(has(text, "include:fourth.example")) << text;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    const auto line = text.substr(begin, end - begin);
    if (line.starts_with("  +") || line.starts_with("  ~") || line.starts_with("      ")) {
      EXPECT_LE(columns(line), 100U) << line;
    }
    begin = end + 1;
  }
}

TEST(PlanText, KeepsItsLinesWithinTheTerminal) {
  const World world(everything());
  for (unsigned width = 40; width <= 160; ++width) {
    auto text = plan_text(world.view(), {.width = width});
    text.resize(text.find("Conflict:"));  // what is to be pasted is never broken
    for (std::size_t begin = 0; begin < text.size();) {
      const auto end = std::min(text.find('\n', begin), text.size());
      const auto line = text.substr(begin, end - begin);
      begin = end + 1;
      if (line.starts_with("  ") && !line.starts_with("    hint")) {
        EXPECT_LE(columns(line), width) << line;
      }
    }
  }
}

TEST(PlanText, SaysWhereTheWorldIsAsDeclared) {
  Zone zone("example.com");
  zone.keep({"www A", {"192.0.2.1"}});
  const World world({zone});
  expect_golden(golden("in-plumb.txt"), plan_text(world.view(), {.width = 100}));
}

TEST(PlanText, ShowsTheDriftAndNothingElse) {
  const World world(everything());
  const auto text = plan_text(world.view(true), {.width = 110});
  EXPECT_FALSE(has(text, "manifest changed"));
  EXPECT_TRUE(has(text, "drift: changed outside"));
  EXPECT_TRUE(has(text, "drift: deleted outside"));
  expect_golden(golden("drift.txt"), text);
}

TEST(PlanText, SaysWhichDriftIsOnlyReported) {
  std::vector zones{everything().front()};
  zones[0].heal = false;
  const World world(zones);
  expect_golden(golden("drift-reported.txt"), plan_text(world.view(true), {.width = 110}));
}

TEST(PlanText, TellsCronOnlyWhatDrifted) {
  EXPECT_EQ(drift_summary(World(everything()).view()),
            "example.com: 2 resources out of plumb\n"
            "example.org: could not be read: powerdns \"pdns\" at http://127.0.0.1:8081: "
            "connection refused\n");
  Zone zone("example.com");
  zone.keep({"www A", {"192.0.2.1"}});
  EXPECT_EQ(drift_summary(World({zone}).view()), "");
}

TEST(PlanText, TellsScopesOfOneStoryTogether) {
  std::vector<Zone> zones;
  for (int i = 0; i < 200; ++i) {
    Zone zone("d" + std::to_string(i) + ".example");
    zone.unread_because = "connection refused";
    zones.push_back(zone);
  }
  const World world(zones);
  const auto text = plan_text(world.view(), {.width = 100});
  EXPECT_LT(lines_in(text), 10U) << text;
  EXPECT_TRUE(has(text, "and 195 more")) << text;
  EXPECT_TRUE(has(text, "Nothing to do where it could be read.")) << text;
}

TEST(PlanText, RefusesARunWithBothWaysToConsent) {
  World world;
  world.limits.deletes_per_run = {1, 0};
  Zone zone("example.com");
  for (int i = 0; i < 4; ++i) {
    zone.had({"old" + std::to_string(i) + " A", {"192.0.2.1"}});
  }
  world.make({zone});
  ASSERT_TRUE(world.plan.run_refused);
  expect_golden(golden("run-refused.txt"), plan_text(world.view(), {.width = 100}));
}

TEST(PlanText, LeavesOutHowToApplyWhereThatComesNext) {
  const World world(new_zones(1, 1));
  auto view = world.view();
  EXPECT_TRUE(has(plan_text(view, {}), "Nothing is applied yet."));
  view.about_to_apply = true;
  EXPECT_FALSE(has(plan_text(view, {}), "Nothing is applied yet."));
}

TEST(PlanText, HeadsWithWhatIsKnownOnly) {
  World world(new_zones(1, 1));
  world.header.commit.clear();
  world.header.refreshed = false;
  world.header.left_out = 3;
  world.header.accounts = {{"static", "static"}};
  const auto text = plan_text(world.view(), {.width = 100});
  EXPECT_TRUE(text.starts_with(
      "acme-mail · production · state 118\n"
      "412 domains, 41,280 resources in 824 scopes as last remembered (nothing was looked at)\n"
      "3 scopes left out by the selection: this says nothing about them\n"))
      << text;
}

TEST(PlanText, NeverPrintsWhatATerminalWouldObey) {
  World world;
  Zone zone("example.com");
  zone.declare({"evil\x1b[2J TXT",
                {"\x1b]0;owned\x07 \xe2\x80\xae"
                 "desrever\n"},
                4});
  world.make({zone});
  world.header.summary = "feat: \x1b[31mred\r\nall is well";
  world.plan.notes.push_back("note \x1b[0m");
  for (const auto& style : {Style{.width = 100}, Style{.verbose = true, .width = 40}}) {
    const auto text = plan_text(world.view(), style);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find('\r'), std::string::npos);
    EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos);
  }
}

TEST(PlanText, TellsWhatItComesTo) {
  EXPECT_EQ(totals_line(World(everything()).plan),
            "1 to create, 2 to change, 2 to heal, 1 to delete · 1 conflict · "
            "3 refused until consented · "
            "1 scope unread · 1 unmanaged object left alone");
  EXPECT_EQ(totals_line(plan::Plan{}), "nothing to change");
}

}  // namespace
}  // namespace plumb::describe::test
