#include "tests/controller/plan/table_rows.h"

namespace plumb::plan::test {
namespace {

TEST(DecisionTable, CreatesWhatIsDeclaredAndNotThere) {
  Context context;
  expect_rows({{"1: nothing there, nothing ours",
                scope().declare(www(kOne)),
                {"www A: create declared"},
                kOne},
               {"1: an empty set never",
                scope().declare(www(set_body(300, {}))),
                {"www A: hold declared (empty)"}},
               {"2: ours, deleted outside",
                scope().declare(with(www(kOne), {.heal = true})).claim(www(kOne)),
                {"www A: create vanished"},
                kOne},
               {"2: ours, deleted outside, only to be reported",
                scope().declare(www(kOne)).claim(www(kOne)),
                {"www A: hold vanished"}},
               {"2: data would come back empty",
                scope().declare(server({{"hostname", "a"}})).claim(server({{"hostname", "a"}})),
                {"mx1: hold vanished (recreate)"}}},
              context);
}

TEST(DecisionTable, AdoptsAndRefreshesWhatIsAsDeclared) {
  Context context;
  auto needs = www(kOne);
  needs.needs = {{{"test", ""}, kServer, "mx1"}};
  expect_rows({{"3: there as declared, not ours",
                scope().declare(www(kOne)).see(www(kOne)),
                {"www A: adopt declared"}},
               {"4: in plumb", scope().keep(www(kOne)), {}},
               {"4: policy moved",
                scope().declare(with(www(kOne), {.protect = true})).see(www(kOne)).claim(www(kOne)),
                {"www A: refresh edited"}},
               {"4: needs moved",
                scope().declare(needs).see(www(kOne)).claim(www(kOne)),
                {"www A: refresh edited"}},
               {"4: a field is not declared any more",
                scope().declare(www(set_body({}, {"192.0.2.1"}))).see(www(kOne)).claim(www(kOne)),
                {"www A: refresh edited"}},
               {"5: converged outside",
                scope().declare(www(kTwo)).see(www(kTwo)).claim(www(kOne)),
                {"[www A: refresh edited]"}}},
              context);
}

TEST(DecisionTable, NeverOverwritesWhatIsNotOursInASharedScope) {
  Context context;
  auto not_yet = scope().declare(www(kOne)).see(www(kTwo));
  not_yet.exclusive = true;
  expect_rows(
      {{"6: shared",
        scope().declare(www(kOne)).see(www(kTwo)),
        {"www A: conflict foreign (overwrite)"}},
       {"6: exclusive, not taken over yet", not_yet, {"www A: conflict foreign (overwrite)"}},
       {"6: exclusive",
        exclusive().declare(www(kOne)).see(www(kTwo)),
        {"www A: update foreign"},
        kOne},
       {"6: data in a shared scope",
        scope().declare(server({{"hostname", "a"}})).see(server({{"hostname", "b"}})),
        {"mx1: conflict foreign (overwrite)"}}},
      context);
}

TEST(DecisionTable, SaysPerFieldWhoMoved) {
  Context context;
  const Policy heal{.heal = true};
  const auto edited_and_drifted =
      scope().declare(www(set_body(600, {"192.0.2.1"}))).see(www(kTwo)).claim(www(kOne));
  auto healed = edited_and_drifted;
  healed.desired[0].policy = heal;
  expect_rows({{"7: the manifests",
                scope().declare(www(kTwo)).see(www(kOne)).claim(www(kOne)),
                {"www A: update edited"},
                kTwo},
               {"7: the world, reported",
                scope().declare(www(kOne)).see(www(kTwo)).claim(www(kOne)),
                {"www A: hold drifted"}},
               {"7: the world, healed",
                scope().declare(with(www(kOne), heal)).see(www(kTwo)).claim(with(www(kOne), heal)),
                {"www A: update drifted"},
                kOne},
               {"7: another field each: the edit goes, the drift stays",
                edited_and_drifted,
                {"www A: update edited", "www A: hold drifted"},
                set_body(600, {"192.0.2.2"})},
               {"7: another field each, healed",
                healed,
                {"www A: update both"},
                set_body(600, {"192.0.2.1"})},
               {"7: the same field",
                scope().declare(www(kThree)).see(www(kTwo)).claim(www(kOne)),
                {"www A: conflict both (overwrite)"}},
               {"7: the same field, healed",
                scope().declare(with(www(kThree), heal)).see(www(kTwo)).claim(www(kOne)),
                {"www A: update both"},
                kThree},
               {"7: what is not declared keeps its value",
                scope()
                    .declare(www(set_body({}, {"192.0.2.2"})))
                    .see(www(set_body(42, {"192.0.2.1"})))
                    .claim(www(set_body({}, {"192.0.2.1"}))),
                {"www A: update edited"},
                set_body(42, {"192.0.2.2"})}},
              context);
}

TEST(DecisionTable, ReportsDriftOnlyWhereHealingIsOff) {
  Context context;
  context.value.no_heal = true;
  const Policy heal{.heal = true};
  expect_rows({{"drifted",
                scope().declare(with(www(kOne), heal)).see(www(kTwo)).claim(with(www(kOne), heal)),
                {"www A: hold drifted"}},
               {"vanished", scope().declare(www(kOne)).claim(www(kOne)), {"www A: hold vanished"}},
               {"vanished and edited",
                scope().declare(www(kTwo)).claim(www(kOne)),
                {"www A: create vanished"}}},
              context);
}

TEST(DecisionTable, ReplacesWhatCannotBeChangedInPlace) {
  Context context;
  const auto there = box({{"region", "a"}, {"size", "1"}});
  expect_rows({{"8: edited",
                scope().declare(box({{"region", "b"}})).see(there).claim(box({{"region", "a"}})),
                {"box: replace edited"}},
               {"8: drifted",
                scope().declare(box({{"region", "b"}})).see(there).claim(box({{"region", "b"}})),
                {"box: hold drifted"}},
               {"8: protected",
                scope()
                    .declare(with(box({{"region", "b"}}), {.protect = true}))
                    .see(there)
                    .claim(with(box({{"region", "a"}}), {.protect = true})),
                {"box: hold edited (unprotect)"}},
               {"8: data",
                scope()
                    .declare(server({{"image", "b"}}))
                    .see(server({{"image", "a"}}))
                    .claim(server({{"image", "a"}})),
                {"mx1: hold edited (replace)"}}},
              context);
}

TEST(DecisionTable, TreatsWhatSomebodyMadeAnewAsNotOurs) {
  Context context;
  const auto handled = [](Row row, std::string handle) {
    row.handle = std::move(handle);
    return row;
  };
  const auto plan = [&](const ScopeBuilder& builder) {
    auto input = builder.input();
    input.stable_handles = true;
    return texts(plan_scope(input, context.value));
  };
  EXPECT_EQ(
      plan(scope().declare(www(kOne)).see(handled(www(kOne), "2")).claim(handled(www(kOne), "1"))),
      Lines{"www A: adopt declared"});
  EXPECT_EQ(
      plan(scope().declare(www(kTwo)).see(handled(www(kOne), "2")).claim(handled(www(kOne), "1"))),
      Lines{"www A: conflict foreign (overwrite)"});
  EXPECT_EQ(plan(scope().see(handled(www(kOne), "2")).claim(handled(www(kOne), "1"))),
            Lines{"www A: forget undeclared"});
  EXPECT_EQ(
      plan(scope().declare(www(kOne)).see(handled(www(kOne), "1")).claim(handled(www(kOne), "1"))),
      Lines{});
}

TEST(DecisionTable, LeavesAloneWhatIsAmbiguousOrOpaque) {
  Context context;
  expect_rows({{"10: none picked",
                scope().declare(www(kOne)).see(flagged(www(kOne), ambiguous)),
                {"www A: conflict foreign"}},
               {"10: none picked, ours",
                scope().declare(www(kOne)).see(flagged(www(kOne), ambiguous)).claim(www(kOne)),
                {"www A: conflict both"}},
               {"11: declared",
                scope().declare(www(kOne)).see(flagged(www(kTwo), opaque)).claim(www(kOne)),
                {"www A: conflict foreign"}},
               {"11: not declared, exclusive", exclusive().see(flagged(www(kTwo), opaque)), {}},
               {"11: ours, not declared",
                scope().see(flagged(www(kTwo), opaque)).claim(www(kTwo)),
                {"www A: forget undeclared"}}},
              context);
  auto one = scope().declare(www(kTwo)).see(flagged(www(kOne), ambiguous)).claim(www(kOne));
  one.observed[0].handle = one.claimed[0].handle = "7";
  auto input = one.input();
  input.stable_handles = true;
  EXPECT_EQ(texts(plan_scope(input, context.value)), Lines{"www A: update edited"});
}

TEST(DecisionTable, WaitsForValuesThatAreNotKnown) {
  Context context;
  auto& producers = context.value.outputs.producers;
  producers["Server/new"] = {.state = KnownOutputs::State::awaits};
  producers["Server/gone"] = {.state = KnownOutputs::State::unread};
  const auto refers = [](const char* target) {
    return Row{.key = kWww,
               .body = open_body({Value{Reference{target, "ipv4", true}, {}}}),
               .flags = has_references};
  };
  expect_rows(
      {{"12: to be created", scope().declare(refers("Server/new")), {"www A: create awaits"}},
       {"12: to be updated",
        scope().declare(refers("Server/new")).see(www(kOne)).claim(www(kOne)),
        {"www A: update awaits"}},
       {"13: unread",
        scope().declare(refers("Server/gone")).see(www(kOne)).claim(www(kOne)),
        {"www A: hold awaits"}},
       {"13: unknown", scope().declare(refers("Server/who")), {"www A: hold awaits"}}},
      context);
}

TEST(DecisionTable, RemovesWhatWeMadeAndNobodyDeclaresAnyMore) {
  Context context;
  auto broken = scope().see(www(kOne)).claim(www(kOne));
  broken.complete = false;
  expect_rows(
      {{"16: made by us", scope().see(www(kOne)).claim(www(kOne)), {"www A: remove undeclared"}},
       {"16: adopted",
        scope().see(www(kOne)).claim(adopted(www(kOne))),
        {"www A: hold undeclared (delete)"}},
       {"16: adopted, exclusive",
        exclusive().see(www(kOne)).claim(adopted(www(kOne))),
        {"www A: remove undeclared"}},
       {"16: changed since",
        scope().see(www(kTwo)).claim(www(kOne)),
        {"www A: hold undeclared (delete)"}},
       {"16: protected",
        scope().see(www(kOne)).claim(with(www(kOne), {.protect = true})),
        {"www A: hold undeclared (unprotect)"}},
       {"16: data", scope().see(server({})).claim(server({})), {"mx1: hold undeclared (delete)"}},
       {"16: a broken file", broken, {}},
       {"16: system",
        scope().see(flagged(www(kOne), system_owned)).claim(www(kOne)),
        {"www A: forget undeclared"}}},
      context);
}

TEST(DecisionTable, CountsWhatIsNobodysOrRemovesItWhereTheScopeIsOurs) {
  Context context;
  auto broken = exclusive().see(www(kOne));
  broken.complete = false;
  auto not_yet = scope().see(www(kOne));
  not_yet.exclusive = true;
  expect_rows({{"17: shared", scope().see(www(kOne)), {}},
               {"17: exclusive", exclusive().see(www(kOne)), {"www A: remove foreign"}},
               {"17: not taken over yet", not_yet, {}},
               {"17: a broken file", broken, {}},
               {"17: system", exclusive().see(flagged(www(kOne), system_owned)), {}},
               {"17: the zone itself",
                exclusive().see({.kind = kZone, .key = "", .body = cbor::body({})}),
                {}},
               {"18: gone", scope().claim(www(kOne)), {"www A: forget undeclared"}}},
              context);
  EXPECT_EQ(plan_scope(scope().see(www(kOne)).input(), context.value).counts.unmanaged, 1U);
  const auto system = scope().see(flagged(www(kOne), system_owned));
  EXPECT_EQ(plan_scope(system.input(), context.value).counts.system, 1U);
}

TEST(DecisionTable, MovesWhatIsDeclaredUnderAnotherName) {
  Context context;
  auto renamed = www(kOne);
  renamed.formerly = set_key("old A");
  const Row old{.key = set_key("old A"), .body = kOne};
  auto box2 = server({});
  box2.formerly = "mx0";
  auto mx0 = server({});
  mx0.key = "mx0";
  expect_rows({{"14: first the new, then the old",
                scope().declare(renamed).see(old).claim(adopted(old)),
                {"www A: create moved", "old A: remove moved"}},
               {"14: both there",
                scope().declare(renamed).see(old).see(www(kOne)).claim(old),
                {"old A: hold moved", "www A: conflict moved"}},
               {"14: data",
                scope().declare(box2).see(mx0).claim(mx0),
                {"mx0: hold moved", "mx1: hold moved"}},
               {"14: long done", scope().keep(renamed), {}},
               {"14: never was", scope().declare(renamed), {"www A: create declared"}}},
              context);
}

TEST(DecisionTable, LeavesOutWhatAPersonTookOut) {
  Context context;
  auto globs = scope().declare(www(kTwo)).see(www(kOne)).claim(www(kOne));
  globs.unmanaged = {"WW? a"};
  auto owner = exclusive().see(www(kOne));
  owner.unmanaged = {"w*"};
  auto other = exclusive().see(www(kOne));
  other.unmanaged = {"w* TXT", "ww"};
  expect_rows({{"paused",
                scope().declare(with(www(kTwo), {.paused = true})).see(www(kOne)).claim(www(kOne)),
                {}},
               {"a claimed row became unmanaged", globs, {"www A: forget undeclared"}},
               {"a glob without a blank names the owner", owner, {}},
               {"another glob", other, {"www A: remove foreign"}},
               {"an ignored field",
                scope()
                    .declare(with(www(set_body(300, {"192.0.2.1"})), {.ignore = {"/ttl"}}))
                    .see(www(set_body(60, {"192.0.2.1"})))
                    .claim(with(www(set_body(300, {"192.0.2.1"})), {.ignore = {"/ttl"}})),
                {}},
               {"an ignored field keeps its value",
                scope()
                    .declare(with(www(set_body(300, {"192.0.2.2"})), {.ignore = {"/ttl"}}))
                    .see(www(set_body(60, {"192.0.2.1"})))
                    .claim(with(www(set_body(300, {"192.0.2.1"})), {.ignore = {"/ttl"}})),
                {"www A: update edited"},
                set_body(60, {"192.0.2.2"})},
               {"a write-only field",
                scope()
                    .declare(box({{"size", "1"}, {"password", "x"}}))
                    .see(box({{"size", "1"}}))
                    .claim(box({{"size", "1"}, {"password", "x"}})),
                {}}},
              context);
  EXPECT_EQ(plan_scope(globs.input(), context.value).counts.unmanaged, 1U);
}

TEST(DecisionTable, AsksBeforeTheNameServersOfAZoneChange) {
  Context context;
  const auto ns = [](const char* name) {
    return Row{.key = set_key("@ NS"), .body = set_body(300, {name})};
  };
  expect_rows(
      {{"created", scope().declare(ns("a.")), {"@ NS: create declared"}},
       {"as declared",
        scope().declare(ns("a.")).see(flagged(ns("a."), system_owned)),
        {"@ NS: adopt declared"}},
       {"edited",
        scope().declare(ns("b.")).see(flagged(ns("a."), system_owned)).claim(ns("a.")),
        {"@ NS: hold edited (apexNS)"}},
       {"exclusive",
        exclusive().declare(ns("b.")).see(flagged(ns("a."), system_owned)),
        {"@ NS: hold foreign (apexNS)"}},
       {"removed", scope().see(ns("a.")).claim(ns("a.")), {"@ NS: hold undeclared (apexNS)"}}},
      context);
}

}  // namespace
}  // namespace plumb::plan::test
