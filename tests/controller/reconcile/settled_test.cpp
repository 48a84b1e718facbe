// Scopes that have not moved since they were in plumb are not read.
#include <algorithm>

#include "controller/reconcile/observer.h"
#include "tests/controller/reconcile/house.h"

namespace plumb::reconcile::test {
namespace {

using Records = std::vector<std::array<std::string, 3>>;
const Records kTwo{{"www", "A", "192.0.2.1"}, {"mail", "A", "192.0.2.2"}};

class Settled : public testing::Test {
 protected:
  Settled() {
    house.domain("example.com", kTwo);
    house.domain("example.net", kTwo);
    house.settle();
    const auto second_look = house.plan();
    EXPECT_EQ(second_look.skipped, 0U);
    EXPECT_TRUE(house.reconciler().keep_settled(second_look, Tokens::exact).has_value());
    EXPECT_EQ(house.plan().skipped, 2U);
  }
  House house;
};

TEST_F(Settled, IsNotReadWhileNothingMoves) {
  const auto pass = house.plan();
  EXPECT_EQ(pass.skipped, 2U);
  EXPECT_TRUE(pass.plan.empty());
  EXPECT_EQ(scope_of(pass, "example.com").counts.declared, 3U);
  EXPECT_EQ(scope_of(pass, "example.com").counts.in_plumb, 3U);
  EXPECT_EQ(pass.resources, 6U);
}

TEST_F(Settled, WhatThisRunHasReadIsNotReadAgain) {
  const auto before = house.plan();
  const Scope scope = scope_of(before, "example.com").scope;
  std::map<Scope, std::shared_ptr<const ObservedScope>> seen;
  observe(
      *before.roster, {scope}, [&](std::size_t, Look look) { seen[scope] = look.observed; }, {});
  house.append("example.com", "www.example.com. 300 IN A 192.0.2.99");
  house.append("example.net", "www.example.net. 300 IN A 192.0.2.99");
  PassOptions options;
  options.tokens = Tokens::none;
  EXPECT_EQ(house.plan(options).plan.change_count(), 2U);
  options.seen = &seen;
  EXPECT_EQ(house.plan(options).plan.change_count(), 1U) << "of example.net, which is read";
}

TEST_F(Settled, AnEditOfTheWorldIsSeen) {
  house.append("example.com", "www.example.com. 300 IN A 192.0.2.99");
  const auto pass = house.plan();
  EXPECT_EQ(pass.skipped, 1U);
  EXPECT_EQ(pass.plan.change_count(), 1U);
}

TEST_F(Settled, AnEditOfTheManifestsIsSeen) {
  house.domain("example.com", {{"www", "A", "192.0.2.7"}, {"mail", "A", "192.0.2.2"}});
  EXPECT_EQ(house.plan().plan.change_count(), 1U);
}

TEST_F(Settled, APolicyThatChangesNoRecordIsSeenToo) {
  house.domain("example.com", kTwo, "dns", "", "  protect: true\n");
  const auto pass = house.plan();
  EXPECT_EQ(pass.skipped, 1U);
  EXPECT_EQ(pass.plan.change_count(), 1U);  // the zone's claim must learn of it
}

TEST_F(Settled, WhatItIsToWaitForIsSeenToo) {
  house.domain("example.com", kTwo, "dns", "", "  dependsOn: [Domain/example.net]\n");
  const auto pass = house.plan();
  EXPECT_EQ(pass.skipped, 1U);
  EXPECT_EQ(pass.plan.change_count(), 1U);
}

TEST_F(Settled, OwnershipThatIsDeclaredIsSeenToo) {
  house.domain("example.com", kTwo, "dns], ownership: exclusive, unmanaged: [\"x *\"");
  const auto pass = house.plan();
  EXPECT_EQ(pass.skipped, 1U);
  EXPECT_NE(scope_of(pass, "example.com").owner, "");
}

TEST_F(Settled, AChangeOfTheClaimsIsSeen) {
  const Scope scope = scope_of(house.plan(), "example.com").scope;
  const auto claimed = *house.store->claims(scope);
  const auto& entry = claimed->table[0];
  const std::vector<state::Bookkeeping> rows{{.what = state::Bookkeeping::What::forget,
                                              .kind = entry.kind,
                                              .key = std::string(claimed->table.key(entry))}};
  ASSERT_TRUE(house.store->keep(scope, rows, "run", "c", "2026-11-20T12:00:00Z").has_value());
  EXPECT_EQ(house.plan().skipped, 1U);
}

TEST_F(Settled, AFullRefreshReadsAll) {
  PassOptions options;
  options.tokens = Tokens::none;
  EXPECT_EQ(house.plan(options).skipped, 0U);
}

TEST_F(Settled, AProviderThatIsSetUpOtherwiseIsRead) {
  house.directory.write("providers/dns.yaml",
                        "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: dns}\n"
                        "spec: {type: zonefile, directory: zones, limits: {concurrency: 3}}\n");
  EXPECT_EQ(house.plan().skipped, 0U);
}

TEST_F(Settled, WhatIsUnmanagedIsCountedSoItIsRead) {
  house.append("example.com", "theirs.example.com. 300 IN A 192.0.2.9");
  const auto pass = house.plan();
  ASSERT_EQ(scope_of(pass, "example.com").counts.unmanaged, 1U);
  ASSERT_TRUE(house.reconciler().keep_settled(pass, Tokens::all).has_value());
  EXPECT_EQ(house.plan().skipped, 1U);
}

TEST_F(Settled, TokensThatProveNothingAreBelievedOnlyWhereThatIsAskedFor) {
  static ProviderTraits vendor = *house.types.front().traits;
  const auto zonefile = std::find_if(house.types.begin(), house.types.end(), [](const auto& type) {
    return type.traits->type == "zonefile";
  });
  vendor = *zonefile->traits;
  vendor.exact_tokens = false;
  zonefile->traits = &vendor;
  EXPECT_EQ(house.plan().skipped, 0U);
  PassOptions all;
  all.tokens = Tokens::all;
  EXPECT_EQ(house.plan(all).skipped, 2U);
}

TEST_F(Settled, AZoneThatIsGoneIsNotTakenForSettled) {
  std::filesystem::remove(house.directory.path() / "zones" / "example.com.zone");
  const auto pass = house.plan();
  EXPECT_EQ(pass.skipped, 1U);
  EXPECT_EQ(scope_of(pass, "example.com").state, plan::ScopeState::suspect);
}

TEST_F(Settled, OnlyAScopeWithNothingToDoIsRemembered) {
  house.append("example.com", "www.example.com. 300 IN A 192.0.2.99");
  const auto pass = house.plan();
  ASSERT_TRUE(house.reconciler().keep_settled(pass, Tokens::exact).has_value());
  EXPECT_EQ(house.plan().plan.change_count(), 1U);
}

TEST_F(Settled, APassThatReadNothingRemembersNothing) {
  house.append("example.com", "www.example.com. 300 IN A 192.0.2.99");
  PassOptions blind;
  blind.refresh = false;
  const auto pass = house.plan(blind);
  EXPECT_EQ(pass.plan.change_count(), 0U);
  ASSERT_TRUE(house.reconciler().keep_settled(pass, Tokens::exact).has_value());
  EXPECT_EQ(house.plan().plan.change_count(), 1U);
}

TEST(SettledReferences, AValueThatMovesElsewhereIsSeen) {
  House house;
  const auto server = [&](const std::string& address) {
    house.directory.write("servers.yaml",
                          "apiVersion: plumb/v1\nkind: Server\nmetadata: {name: mx1}\n"
                          "spec: {hostname: mx1.example.com, addresses: [" +
                              address + "]}\n");
  };
  server("192.0.2.1");
  house.domain("example.com", {{"web", "A", "${Server/mx1:ipv4}"}});
  for (int i = 0; i < 4 && house.plan().plan.change_count() != 0; ++i) {
    EXPECT_TRUE(house.apply().all_done());
  }
  const auto look = house.plan();
  ASSERT_EQ(look.plan.change_count(), 0U);
  ASSERT_TRUE(house.reconciler().keep_settled(look, Tokens::exact).has_value());
  EXPECT_EQ(house.plan().skipped, 1U);
  server("192.0.2.9");
  const auto pass = house.plan();
  EXPECT_NE(scope_of(pass, "example.com").changes.size(), 0U);
}

}  // namespace
}  // namespace plumb::reconcile::test
