// Consents, diagnostics, resources, history, claims and graphs as text.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_text.h"
#include "controller/describe/resources_text.h"
#include "tests/controller/describe/world.h"
#include "tests/support/golden.h"

namespace plumb::describe::test {
namespace {

using plumb::test::expect_golden;

std::string golden(std::string_view name) {
  return "controller/describe/golden/" + std::string(name);
}

Zone example() {
  return Zone("example.com")
      .keep({"@ TXT", {"google-site-verification=abc", kSpf}, 12})
      .keep({"@ MX", {"10 mx1.example.com.", "20 mx2.example.com."}, 13})
      .keep({"mx1 A", {"192.0.2.10"}, 14, 60, false})
      .keep({"odd TXT", {"a\x1b[0m\xff \"quoted\" `tick`"}, 15});
}

TEST(ConsentText, IsReadyToBePasted) {
  const Consent consent{.allow = "delete",
                        .on = "Domain/old.example",
                        .including = {"mailboxes", "zone"},
                        .count = 12,
                        .until = "2027-01-31"};
  EXPECT_EQ(consent_yaml(consent),
            "apiVersion: plumb/v1\n"
            "kind: Consent\n"
            "metadata: {name: delete-old-example-mailboxes}\n"
            "spec:\n"
            "  allow: delete\n"
            "  on: 'Domain/old.example'\n"
            "  including: [mailboxes, zone]\n"
            "  count: 12\n"
            "  until: 2027-01-31\n");
  EXPECT_EQ(consent_argument(consent),
            "allow=delete,on=Domain/old.example,including=mailboxes,including=zone,count=12");
}

TEST(ConsentText, NamesItselfPlainly) {
  const struct {
    const char* on;
    const char* name;
  } cases[] = {{"RRset/example.com/@ TXT", "overwrite-example-com-txt"},
               {"Project", "overwrite-project"},
               {"RRset/example.com/*.a_b A", "overwrite-example-com-a-b-a"},
               {"RRset/it's/x", "overwrite-it-s-x"}};
  for (const auto& one : cases) {
    const auto yaml = consent_yaml({.allow = "overwrite", .on = one.on});
    EXPECT_NE(yaml.find("{name: " + std::string(one.name) + "}"), std::string::npos) << yaml;
  }
  EXPECT_NE(consent_yaml({.allow = "delete", .on = "it's"}).find("on: 'it''s'"), std::string::npos);
}

Diagnostics findings(Files& files) {
  Diagnostics all;
  const auto file = files.intern("domains/example.com.yaml");
  all.add({.place = place_at(file, 14, 36),
           .message = "MX target mx2.example.com has no A or AAAA record in this zone",
           .hint = "declare an A or AAAA for mx2, or did you mean mx1.example.com?",
           .rule = "mx-target-address",
           .reference = "RFC 5321 §5.1",
           .excerpt = "    - {name: \"@\", type: MX, values: [\"20 mx2.example.com.\"]}"});
  all.add({.severity = Severity::warning,
           .place = place_at(file, 3, 1),
           .message = "100% odd: \x1b[2J, and more",
           .related = place_at(file, 1, 1)});
  all.add({.message = "no project here", .hint = "write plumb.yaml"});
  return all;
}

TEST(DiagnosticsText, ReadsLikeAGoodCompiler) {
  Files files;
  const auto all = findings(files);
  expect_golden(golden("diagnostics.txt"), diagnostics_text(all, files, {.width = 100}));
}

TEST(DiagnosticsText, CutsLongLinesAroundTheCaret) {
  Files files;
  Diagnostics all;
  all.add({.place = place_at(files.intern("a.yaml"), 7, 501),
           .message = "wrong",
           .excerpt = std::string(500, 'x') + "HERE" + std::string(500, 'y')});
  const auto text = diagnostics_text(all, files, {.width = 80});
  const auto caret = text.find('^');
  ASSERT_NE(caret, std::string::npos);
  const auto caret_column = caret - text.rfind('\n', caret);
  const auto here = text.find("HERE");
  ASSERT_NE(here, std::string::npos);
  EXPECT_EQ(here - text.rfind('\n', here), caret_column);
}

TEST(DiagnosticsText, IsJsonForMachines) {
  Files files;
  const auto all = findings(files);
  expect_golden(golden("diagnostics.json"), diagnostics_json(all, files) + "\n");
}

TEST(DiagnosticsText, IsAnnotationsForGitHub) {
  Files files;
  const auto all = findings(files);
  expect_golden(golden("diagnostics.github"), diagnostics_github(all, files));
}

TEST(DiagnosticsText, OfAnErrorHasItsHint) {
  EXPECT_EQ(error_text({.code = ErrorCode::invalid_input, .message = "bad\n", .hint = "do so"}, {}),
            "error: bad\\x0a\n  hint: do so\n");
}

TEST(ResourcesText, IsYaml) {
  const World world;
  expect_golden(golden("resources.yaml"),
                resources_yaml(*example().input().desired, world.catalog));
}

TEST(ResourcesText, IsJson) {
  const World world;
  const auto text = resources_json(*example().input().desired, world.catalog);
  EXPECT_TRUE(nlohmann::json::accept(text));
  expect_golden(golden("resources.json"), text + "\n");
}

TEST(ResourcesText, TellsClaims) {
  const World world;
  const auto claimed = example().input().claimed;
  expect_golden(golden("claims.txt"), claims_text(*claimed, world.catalog, {.width = 100}));
  EXPECT_TRUE(nlohmann::json::accept(claims_json(*claimed, world.catalog)));
}

std::vector<state::HistoryRow> history() {
  const auto body = [](const char* text) { return kinds::rrset_body(300, {text}); };
  const Scope scope{"powerdns http://127.0.0.1:8081/ localhost", "example.com."};
  return {{.seq = 3,
           .when = "2026-11-20T22:00:00Z",
           .run = "r2",
           .commit = "3f2a91c0b7d2",
           .scope = scope,
           .kind = kinds::kRRset,
           .key = key_of("_dmarc TXT"),
           .what = "update",
           .result = "done",
           .before = body("v=DMARC1; p=none"),
           .after = body("v=DMARC1; p=reject")},
          {.seq = 2,
           .when = "2026-11-20T21:00:00Z",
           .run = "r1",
           .commit = "3f2a91c0b7d2",
           .scope = scope,
           .kind = kinds::kRRset,
           .key = key_of("www A"),
           .what = "create",
           .result = "not done",
           .after = body("192.0.2.1"),
           .detail = "refused:\x1b[31m no"},
          {.seq = 1,
           .when = "2026-11-20T20:00:00Z",
           .run = "r1",
           .scope = scope,
           .kind = KindId{99},
           .key = "?",
           .what = "consent",
           .result = "done"}};
}

TEST(HistoryText, IsALineForEachChange) {
  const World world;
  expect_golden(golden("history.txt"), history_text(history(), world.catalog, {.width = 140}));
}

TEST(HistoryText, IsJson) {
  const World world;
  expect_golden(golden("history.json"), history_json(history(), world.catalog) + "\n");
}

TEST(GraphText, ShowsBatchesAndWhatTheyWaitFor) {
  World world(new_zones(2, 2));
  ASSERT_GE(world.plan.batches.size(), 2U);
  world.plan.batches[1].after = {0};
  expect_golden(golden("graph.txt"), graph_text(world.plan, world.catalog));
}

TEST(GraphText, IsDot) {
  World world(new_zones(2, 20));
  world.plan.batches[1].after = {0};
  expect_golden(golden("graph.dot"), graph_dot(world.plan, world.catalog));
}

TEST(GraphText, IsJson) {
  World world(new_zones(2, 2));
  world.plan.batches[1].after = {0};
  expect_golden(golden("graph.json"), graph_json(world.plan, world.catalog, 0) + "\n");
}

TEST(GraphText, CannotBeBrokenByALabel) {
  Zone zone("example.com");
  zone.declare({"a\"];evil [label=\"\n\\ TXT", {"x"}, 1});
  const World world({zone});
  const auto text = graph_dot(world.plan, world.catalog);
  const auto at = text.find("\"];evil");
  ASSERT_NE(at, std::string::npos) << text;
  EXPECT_EQ(text[at - 1], '\\') << text;
}

}  // namespace
}  // namespace plumb::describe::test
