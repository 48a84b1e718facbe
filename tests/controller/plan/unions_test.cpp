#include "tests/controller/plan/table_rows.h"

namespace plumb::plan::test {
namespace {

TEST(Unions, LiveBesideTheValuesOfOthers) {
  Context context;
  const auto txt = [](std::vector<std::string> values, std::int64_t ttl = 300) {
    return Row{.key = set_key("@ TXT"), .body = set_body(ttl, std::move(values))};
  };
  const Policy heal{.heal = true};
  expect_rows({{"ours is added, the set keeps its TTL",
                scope().declare(txt({"spf"})).see(txt({"token"}, 60)),
                {"@ TXT: update declared"},
                set_body(60, {"spf", "token"})},
               {"there already",
                scope().declare(txt({"spf"})).see(txt({"spf", "token"})),
                {"@ TXT: adopt declared"}},
               {"others come",
                scope().declare(txt({"spf"})).see(txt({"spf", "token"})).claim(txt({"spf"})),
                {}},
               {"edited",
                scope().declare(txt({"spf2"})).see(txt({"spf", "token"})).claim(txt({"spf"})),
                {"@ TXT: update edited"},
                set_body(300, {"spf2", "token"})},
               {"drifted",
                scope().declare(txt({"spf"})).see(txt({"token"})).claim(txt({"spf"})),
                {"@ TXT: hold drifted"}},
               {"healed",
                scope()
                    .declare(with(txt({"spf"}), heal))
                    .see(txt({"token"}))
                    .claim(with(txt({"spf"}), heal)),
                {"@ TXT: update drifted"},
                set_body(300, {"spf", "token"})},
               {"one edited, one drifted",
                scope().declare(txt({"a", "c"})).see(txt({"b", "token"})).claim(txt({"a", "b"})),
                {"@ TXT: update edited", "@ TXT: hold drifted"},
                set_body(300, {"c", "token"})},
               {"ours goes, theirs stays",
                scope().see(txt({"spf", "token"})).claim(txt({"spf"})),
                {"@ TXT: update undeclared"},
                set_body(300, {"token"})},
               {"all of it was ours",
                scope().see(txt({"spf"})).claim(txt({"spf"})),
                {"@ TXT: remove undeclared"}},
               {"ours is gone already",
                scope().see(txt({"token"})).claim(txt({"spf"})),
                {"@ TXT: forget undeclared"}},
               {"exclusive: all is ours",
                exclusive().declare(txt({"spf"})).see(txt({"spf", "token"})),
                {"@ TXT: update foreign"},
                set_body(300, {"spf"})},
               {"an edited TTL is the set's",
                scope().declare(txt({"spf"}, 60)).see(txt({"spf", "token"})).claim(txt({"spf"})),
                {"@ TXT: update edited"},
                set_body(60, {"spf", "token"})}},
              context);
}

TEST(Unions, ClaimOnlyWhatIsDeclared) {
  Context context;
  const Row ours{.key = set_key("@ TXT"), .body = set_body(300, {"spf"})};
  const Row theirs{.key = set_key("@ TXT"), .body = set_body(300, {"token"})};
  const auto added = plan_scope(scope().declare(ours).see(theirs).input(), context.value);
  ASSERT_EQ(added.changes.size(), 1U);
  const auto claim = added.claim_after(added.changes[0]);
  ASSERT_TRUE(claim.has_value());
  EXPECT_EQ(claim->body, ours.body);
  EXPECT_TRUE(claim->made);
  const Row all{.key = set_key("@ TXT"), .body = set_body(300, {"spf", "token"})};
  const auto removed = plan_scope(scope().see(all).claim(ours).input(), context.value);
  ASSERT_EQ(removed.changes.size(), 1U);
  EXPECT_TRUE(takes_away(removed.changes[0]));
  EXPECT_FALSE(removed.claim_after(removed.changes[0]).has_value());
}

}  // namespace
}  // namespace plumb::plan::test
