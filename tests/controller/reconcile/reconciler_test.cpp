#include "controller/reconcile/reconciler.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <utility>

#include "tests/controller/reconcile/house.h"

namespace plumb::reconcile::test {
namespace {

using Records = std::vector<std::array<std::string, 3>>;
const Records kOne{{"www", "A", "192.0.2.1"}};
const Records kTwo{{"www", "A", "192.0.2.1"}, {"mail", "A", "192.0.2.2"}};

TEST(Reconciler, AfterAnApplyThePlanIsEmpty) {
  House house;
  house.domain("example.com", kTwo);
  house.domain("example.net", kOne);
  const auto pass = house.plan();
  EXPECT_EQ(pass.resources, 5U);
  EXPECT_EQ(pass.domains, 2U);
  EXPECT_EQ(pass.plan.change_count(), 5U);
  EXPECT_TRUE(house.apply(pass).all_done());
  EXPECT_TRUE(house.plan().plan.empty());
  EXPECT_NE(house.zone("example.com").find("192.0.2.2"), std::string::npos);
}

TEST(Reconciler, AProviderThatCannotBeReadLeavesItsScopesAloneAndTheOthersGoOn) {
  House house;
  house.provider("broken", "no-folder");
  house.domain("example.com", kOne);
  house.domain("example.net", kOne, "broken");
  house.settle();
  std::filesystem::remove_all(house.directory.path() / "no-folder");
  house.directory.write("no-folder", "a file where a folder was");
  house.domain("example.com", kTwo);
  house.domain("example.net", kTwo, "broken");
  const auto pass = house.plan();
  EXPECT_EQ(scope_of(pass, "example.net").state, plan::ScopeState::unread);
  EXPECT_FALSE(scope_of(pass, "example.net").why.empty());
  EXPECT_TRUE(scope_of(pass, "example.net").changes.empty());
  EXPECT_TRUE(house.apply(pass).all_done());
  EXPECT_NE(house.zone("example.com").find("192.0.2.2"), std::string::npos);
}

TEST(Reconciler, ADeclarationThatNamesNoOpenProviderIsUnreadNotGone) {
  House house;
  house.domain("example.com", kOne);
  house.settle();
  house.types.clear();
  house.types.push_back(builtin_providers()[2]);  // static alone
  auto loaded = std::make_shared<load::Loaded>();
  const auto pass = house.reconciler().plan(loaded, {}, {});
  ASSERT_TRUE(pass.has_value());
  ASSERT_EQ(pass->plan.scopes.size(), 1U);
  EXPECT_EQ(pass->plan.scopes[0].state, plan::ScopeState::unread);
  EXPECT_NE(pass->plan.scopes[0].why.find("no Provider document"), std::string::npos);
}

// A vendor that knows nobody.
std::atomic<int> asked = 0;

class Stranger final : public providers::Provider {
 public:
  Result<std::vector<providers::Container>> survey(std::stop_token) override { return refused(); }
  void observe(std::span<const Scope> scopes,
               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
               std::stop_token) override {
    for (const auto& scope : scopes) {
      ++asked;
      each(scope, refused());
    }
  }
  Result<ObservedScope> locate(const Scope&,
                               std::span<const std::string>,
                               std::stop_token) override {
    return refused();
  }
  void apply(const providers::Order&, const providers::Report&, std::stop_token) override {}
  providers::Diagnosis diagnose(std::stop_token) override { return {}; }

 private:
  static tl::unexpected<Error> refused() {
    return tl::unexpected(Error{.code = ErrorCode::denied,
                                .message = "who are you",
                                .category = ErrorCategory::authentication});
  }
};

Result<std::string> stranger_account(const Value&) {
  return std::string("stranger");
}

const ProviderTraits kStranger{
    .type = "stranger", .limits = {.calls_at_once = 1}, .dns = true, .account = stranger_account};

TEST(Reconciler, WrongCredentialsStopThatProviderAndNoOther) {
  House house;
  house.types.push_back(
      {&kStranger, [](const providers::Opening&) -> Result<std::unique_ptr<providers::Provider>> {
         return std::unique_ptr<providers::Provider>(std::make_unique<Stranger>());
       }});
  house.directory.write("providers/strange.yaml",
                        "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: strange}\n"
                        "spec: {type: stranger}\n");
  for (int i = 0; i < 40; ++i) {
    house.domain("s" + std::to_string(i) + ".example", kOne, "strange");
  }
  house.domain("example.com", kOne);
  asked = 0;
  const auto pass = house.plan();
  EXPECT_LT(asked, 40);
  EXPECT_EQ(scope_of(pass, "s0.example").state, plan::ScopeState::unread);
  EXPECT_EQ(scope_of(pass, "s39.example").state, plan::ScopeState::unread);
  EXPECT_EQ(scope_of(pass, "example.com").state, plan::ScopeState::planned);
  EXPECT_EQ(scope_of(pass, "example.com").changes.size(), 2U);
}

const providers::ProviderType& zone_files() {
  return *std::find_if(builtin_providers().begin(),
                       builtin_providers().end(),
                       [](const auto& type) { return type.traits->type == "zonefile"; });
}

/// What others do once a scope was looked at, and before anything is made of that; once.
std::function<void()> meanwhile;

/// Zone files, looked at by somebody slow.
class Slow final : public providers::Provider {
 public:
  explicit Slow(std::unique_ptr<providers::Provider> files) : files_(std::move(files)) {}
  Result<std::vector<providers::Container>> survey(std::stop_token stop) override {
    return files_->survey(std::move(stop));
  }
  void observe(std::span<const Scope> scopes,
               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
               std::stop_token stop) override {
    files_->observe(
        scopes,
        [&](const Scope& scope, Result<ObservedScope> seen) {
          if (auto others = std::exchange(meanwhile, nullptr)) {
            others();
          }
          each(scope, std::move(seen));
        },
        std::move(stop));
  }
  Result<ObservedScope> locate(const Scope& scope,
                               std::span<const std::string> keys,
                               std::stop_token stop) override {
    return files_->locate(scope, keys, std::move(stop));
  }
  void apply(const providers::Order& order,
             const providers::Report& report,
             std::stop_token stop) override {
    files_->apply(order, report, std::move(stop));
  }
  providers::Diagnosis diagnose(std::stop_token) override { return {}; }

 private:
  std::unique_ptr<providers::Provider> files_;
};

TEST(Reconciler, WhatAnotherRunClaimsWhileTheWorldIsReadIsNotForgotten) {
  House house;
  house.domain("example.com", kOne);
  house.settle();
  const auto quick = house.types;
  const auto before = house.load();
  meanwhile = [&] {
    house.domain("example.com", kTwo);
    const auto slow = std::exchange(house.types, quick);
    house.settle();
    house.types = slow;
  };
  house.types = {{zone_files().traits, [](const providers::Opening& opening) {
                    auto files = zone_files().open(opening);
                    EXPECT_TRUE(files.has_value());
                    return Result<std::unique_ptr<providers::Provider>>(
                        std::make_unique<Slow>(std::move(*files)));
                  }}};
  const auto pass = house.reconciler().plan(before, {}, {});
  ASSERT_TRUE(pass.has_value());
  ASSERT_FALSE(meanwhile) << "nobody looked";
  EXPECT_FALSE(house.apply(*pass).all_done());
  const auto claims = house.store->claims(scope_of(*pass, "example.com").scope);
  ASSERT_TRUE(claims && *claims);
  EXPECT_EQ((*claims)->table.size(), 3U) << "the zone, and two record sets";
}

TEST(Reconciler, WithoutRefreshTheClaimsAreTakenForTheWorld) {
  House house;
  house.domain("example.com", kOne);
  house.settle();
  house.append("example.com", "www.example.com. 300 IN A 192.0.2.99");
  PassOptions blind;
  blind.refresh = false;
  EXPECT_EQ(house.plan(blind).plan.change_count(), 0U);
  EXPECT_EQ(house.plan().plan.change_count(), 1U);
  house.domain("example.com", kTwo);
  EXPECT_EQ(house.plan(blind).plan.change_count(), 1U);
}

TEST(Reconciler, WhatIsRememberedMayNotMoveBetweenPlanAndApply) {
  House house;
  house.domain("example.com", kOne);
  house.domain("example.net", kOne);
  house.settle();
  house.domain("example.com", kTwo);
  house.domain("example.net", kTwo);
  const auto early = house.plan();
  PassOptions only;
  only.selection.targets = {"example.com"};
  const auto other = house.plan(only);
  EXPECT_TRUE(house.apply(other).all_done());

  const auto summary = house.apply(early);
  ASSERT_EQ(summary.troubles.size(), 1U);
  EXPECT_EQ(summary.troubles[0].code, ErrorCode::conflict);
  EXPECT_NE(summary.troubles[0].message.find("stale"), std::string::npos);
  EXPECT_EQ(summary.count(apply::Ending::refused), 1U);
  EXPECT_EQ(summary.count(apply::Ending::done), 1U);  // example.net
}

TEST(Reconciler, ARereadRefusesWhatHasMovedInTheWorld) {
  House house;
  house.domain("example.com", kOne);
  house.settle();
  house.domain("example.com", {{"www", "A", "192.0.2.7"}});
  const auto pass = house.plan();
  house.append("example.com", "www.example.com. 300 IN A 192.0.2.99");
  const auto summary = house.apply(pass, true);
  ASSERT_EQ(summary.troubles.size(), 1U);
  EXPECT_NE(summary.troubles[0].message.find("stale"), std::string::npos);
  EXPECT_NE(house.zone("example.com").find("192.0.2.99"), std::string::npos);
}

TEST(Reconciler, OnlyATouchedObjectThatMovedMakesAPlanStale) {
  House house;
  house.domain("example.com", kOne);
  house.settle();
  house.domain("example.com", {{"www", "A", "192.0.2.7"}});
  const auto pass = house.plan();
  house.append("example.com", "other.example.com. 300 IN A 192.0.2.99");
  EXPECT_TRUE(house.apply(pass, true).all_done());
}

TEST(Reconciler, ADocumentWithoutACountIsUsedUpByTheRunThatUsedIt) {
  House house;
  house.domain("example.com", kOne);
  house.domain("example.net", kOne);
  house.settle();
  house.consent("drop", "allow: delete, on: Domain/example.com, including: [zone]");
  house.no_domain("example.com");
  EXPECT_TRUE(house.apply().all_done());
  EXPECT_EQ(*house.store->consent_used("drop"), 1U);

  house.domain("example.com", kOne);
  EXPECT_TRUE(house.apply().all_done());
  house.no_domain("example.com");
  EXPECT_TRUE(house.plan().plan.batches.empty());
  EXPECT_FALSE(house.plan().plan.refusals.empty());

  PassOptions same_run;
  same_run.consents_in_use = {"drop"};
  EXPECT_EQ(house.plan(same_run).plan.batches.size(), 1U);
}

TEST(Reconciler, ADocumentWithACountIsUsedUpByItsCount) {
  House house;
  house.domain("example.com", kOne);
  house.domain("example.net", kOne);
  house.settle();
  house.consent("drop", "allow: delete, on: Domain/example.com, including: [zone], count: 2");
  for (int i = 0; i < 2; ++i) {
    house.no_domain("example.com");
    EXPECT_TRUE(house.apply().all_done());
    house.domain("example.com", kOne);
    EXPECT_TRUE(house.apply().all_done());
  }
  EXPECT_EQ(*house.store->consent_used("drop"), 2U);
  house.no_domain("example.com");
  EXPECT_TRUE(house.plan().plan.batches.empty());
}

TEST(Reconciler, AConsentThatHasRunOutPermitsNothing) {
  House house;
  house.domain("example.com", kOne);
  house.domain("example.net", kOne);
  house.settle();
  house.no_domain("example.com");
  house.consent("drop",
                "allow: delete, on: Domain/example.com, including: [zone], until: 2026-11-20");
  EXPECT_EQ(house.plan().plan.batches.size(), 1U);
  house.quiet.clock().advance(std::chrono::hours(24));
  EXPECT_TRUE(house.plan().plan.batches.empty());
}

struct Words {
  std::vector<std::string> targets;
  std::vector<std::string> excludes;
  std::set<std::string> expected;
};

TEST(Selection, TakesDomainsGlobsKindsLabelsAndFiles) {
  House house;
  house.domain("example.com", kOne, "dns", ", labels: {team: sales}");
  house.domain("shop1.example", kOne);
  house.domain("shop2.example", kOne, "dns", ", labels: {team: sales}");
  const std::set<std::string> all{"example.com", "shop1.example", "shop2.example"};
  const std::set<std::string> shops{"shop1.example", "shop2.example"};
  const Words lines[] = {
      {{}, {}, all},
      {{"example.com"}, {}, {"example.com"}},
      {{"EXAMPLE.com"}, {}, {"example.com"}},
      {{"shop*"}, {}, shops},
      {{"shop?.example"}, {"shop1.example"}, {"shop2.example"}},
      {{"Domain/shop1.example"}, {}, {"shop1.example"}},
      {{"kind:Domain"}, {}, all},
      {{"label:team=sales"}, {}, {"example.com", "shop2.example"}},
      {{"file:domains/shop1.example.yaml"}, {}, {"shop1.example"}},
      {{"file:domains"}, {}, all},
      {{}, {"shop*"}, {"example.com"}},
      {{"example.com", "shop1.example"}, {}, {"example.com", "shop1.example"}},
  };
  for (const auto& line : lines) {
    PassOptions options;
    options.selection.targets = line.targets;
    options.selection.excludes = line.excludes;
    const auto pass = house.plan(options);
    std::set<std::string> found;
    for (const auto& scope : pass.plan.scopes) {
      found.insert(scope.domain);
    }
    EXPECT_EQ(found, line.expected) << (line.targets.empty() ? "" : line.targets[0]);
    EXPECT_EQ(pass.left_out, 3 - line.expected.size());
  }
}

TEST(Selection, AWordThatSelectsNothingIsAnErrorWithADidYouMean) {
  House house;
  house.domain("example.com", kOne);
  PassOptions options;
  options.selection.targets = {"exampel.com"};
  const auto pass = house.reconciler().plan(house.load(), options, {});
  ASSERT_FALSE(pass.has_value());
  EXPECT_EQ(pass.error().message, "'exampel.com' selects nothing");
  EXPECT_NE(pass.error().hint.find("example.com"), std::string::npos);
}

TEST(Selection, FindsADomainThatIsNoLongerDeclared) {
  House house;
  house.domain("example.com", kOne);
  house.domain("old.example", kOne);
  house.settle();
  house.no_domain("old.example");
  PassOptions options;
  options.selection.targets = {"old.example"};
  EXPECT_EQ(house.plan(options).plan.scopes.size(), 1U);
}

}  // namespace
}  // namespace plumb::reconcile::test
