// What is declared under a new name, and what leads to something that is not there.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/controller/plan/table_rows.h"

namespace plumb::plan {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): a test's own vocabulary

Row server(const std::string& key) {
  return {.kind = kServer, .key = key, .body = cbor::body({})};
}
Row printed(const std::string& key, const std::string& print) {
  return {.kind = kBox, .key = key, .body = box_body({{"password", print}})};
}
/// A box whose password is where the variable says.
Row declared(const std::string& key, const std::string& variable) {
  std::string bytes;
  cbor::value(bytes, Value{SecretRef{"env", variable}, {}});
  const std::array<std::pair<std::uint8_t, std::string>, 1> fields{{{3, bytes}}};
  return {.kind = kBox, .key = key, .body = cbor::body(fields), .flags = has_references};
}
Row formerly(Row row, const std::string& key) {
  row.formerly = key;
  return row;
}

Lines planned(const ScopeBuilder& scope, bool renames = true) {
  Context context;
  context.value.print_of = [](const SecretRef& secret) -> Result<SecretPrint> {
    if (secret.locator == "NOBODY") {
      return fail(ErrorCode::denied, "there is nobody");
    }
    return SecretPrint{secret.locator, ""};
  };
  auto input = scope.input();
  input.renames = renames;
  auto lines = texts(plan_scope(input, context.value));
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST(Moves, OfDataAreForVendorsThatRename) {
  ScopeBuilder scope;
  scope.declare(formerly(server("mx1"), "mx0")).see(server("mx0")).claim(server("mx0"));
  EXPECT_EQ(planned(scope), (Lines{"mx0: remove moved", "mx1: create moved"}));
  EXPECT_EQ(planned(scope, false), (Lines{"mx0: hold moved", "mx1: hold moved"}));
  scope.see(server("mx1"));
  EXPECT_EQ(planned(scope), (Lines{"mx0: hold moved", "mx1: conflict moved"}));
}

TEST(Moves, TakeAWriteOnlyValueAlongThatIsStillTheDeclaredOne) {
  const auto moved = [](const std::string& variable) {
    ScopeBuilder scope;
    scope.declare(formerly(declared("new", variable), "old"));
    scope.see({.kind = kBox, .key = "old", .body = box_body({})}).claim(printed("old", "JANE"));
    return planned(scope);
  };
  EXPECT_EQ(moved("JANE"), (Lines{"[old: forget moved]"}));
  EXPECT_EQ(moved("NOBODY"), (Lines{"[old: forget moved]"})) << "nobody can tell";
  EXPECT_EQ(moved("OTHER"), (Lines{"new: create moved", "old: forget moved"}));
}

TEST(Moves, AnEditGoesThroughWhereOtherSetsAreEmpty) {
  const auto named = [](const std::string& hostname, bool all) {
    Value::Map map{{"hostname", Value{hostname, {}}}};
    if (all) {
      map.push_back({"ipv4", Value{Value::List(), {}}});
    }
    return Row{
        .kind = kServer, .key = "jane", .body = *encode(kServerFields, Value{std::move(map), {}})};
  };
  ScopeBuilder scope;
  scope.declare(named("b", false)).see(named("a", true)).claim(named("a", false));
  EXPECT_EQ(planned(scope), (Lines{"jane: update edited"}));
}

/// Sets lead to servers and sets that their values name.
bool leads_to(std::string_view body, KindId target, std::string_view key, std::string_view) {
  const auto values = cbor::field_list(body, 2);
  return (target == kServer || target == kSet) &&
         std::find(values.begin(), values.end(), owner_of(key)) != values.end();
}

TEST(Moves, NothingIsMadeToLeadToWhatIsNotThere) {
  auto kinds = test::kinds();
  kinds[1].leads_to = leads_to;
  const Catalog catalog(kinds);
  PlanContext context{.catalog = catalog, .guards = {{0, 0}, {0, 0}, {0, 0}}};
  const auto set = [](const std::string& owner, const std::string& to) {
    return Row{.key = set_key(owner + " A"), .body = set_body(300, {to})};
  };
  ScopeBuilder scope;  // a server that vanished comes back with consent only
  scope.declare(server("gone")).claim(server("gone")).keep(server("here"));
  scope.declare(set("a", "gone")).declare(set("b", "here")).declare(set("c", "a"));
  scope.declare(set("d", "gone")).see(set("d", "here")).claim(set("d", "here"));
  auto lines = texts(plan_scope(scope.input(), context));
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(lines,
            (Lines{"a A: hold awaits",
                   "b A: create declared",
                   "c A: hold awaits",
                   "d A: hold awaits",
                   "gone: hold vanished (recreate)"}));
}

TEST(Moves, WhatWouldLeadNowhereIsNoted) {
  auto kinds = test::kinds();
  kinds[1].leads_to = leads_to;
  const Catalog catalog(kinds);
  PlanContext context{.catalog = catalog, .guards = {{0, 0}, {0, 0}, {0, 0}}};
  const auto set = [](const std::string& owner, const std::string& to) {
    return Row{.key = set_key(owner + " A"), .body = set_body(300, {to})};
  };
  ScopeBuilder scope;  // of what leads to the server that goes, one is ours and changes
  scope.see(server("tom")).claim(server("tom")).see(set("theirs", "tom"));
  scope.declare(set("ours", "here")).see(set("ours", "tom")).claim(set("ours", "tom"));
  EXPECT_EQ(plan_scope(scope.input(), context).notes,
            (Lines{"RRset/example.com/theirs A stays, and would lead nowhere without "
                   "Server/example.com/tom"}));
}

}  // namespace
}  // namespace plumb::plan
