// kill -9 at every step of the journal's protocol: the next run brings the world to what is
// declared, and nothing has happened twice.
#include <csignal>
#include <map>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "controller/providers/zonefile/zonefile.h"
#include "controller/reconcile/reconciler.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "tests/conformance/quiet_env.h"
#include "tests/controller/plan/scope_builder.h"
#include "tests/controller/reconcile/ledger.h"
#include "tests/support/temp_dir.h"

namespace plumb::reconcile {
namespace {

using plan::test::Row;
using plan::test::ScopeBuilder;
using plumb::test::ledger_point;

std::string body_of(const std::string& address) {
  return kinds::rrset_body(300, {address});
}
Row set_row(const std::string& label, const std::string& address) {
  return {.kind = kinds::kRRset,
          .key = plan::test::set_key(label),
          .body = body_of(address),
          .policy = {.heal = true}};
}

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  ::_exit(1);
}

/// Dies at a milestone; an empty name: never.
class Mortal final : public apply::Progress {
 public:
  explicit Mortal(std::string where) : where_(std::move(where)) {}
  void reached(apply::Milestone milestone) override {
    if (name(milestone) == where_) {
      die();
    }
  }

 private:
  static std::string_view name(apply::Milestone milestone) {
    switch (milestone) {
      case apply::Milestone::before_intent:
        return "before_intent";
      case apply::Milestone::after_intent:
        return "after_intent";
      case apply::Milestone::answered:
        return "answered";
      case apply::Milestone::after_outcome:
        return "after_outcome";
      case apply::Milestone::before_settle:
        return "before_settle";
      case apply::Milestone::after_settle:
        return "after_settle";
    }
    return "";
  }
  std::string where_;
};

/// A project, its memory and its vendor, all on disk.
class Site {
 public:
  explicit Site(std::string type) : type_(std::move(type)) {}

  plumb::test::TempDir directory;
  std::vector<ScopeBuilder> declared;
  std::vector<Consent> consents;

  std::string folder() const { return (directory.path() / "vendor").string(); }
  Value spec() const {
    return {Value::Map{{"type", Value{type_, {}}}, {"directory", Value{folder(), {}}}}, {}};
  }
  std::string account() const { return type_ + " " + folder(); }

  std::shared_ptr<const load::Loaded> loaded() const {
    auto out = std::make_shared<load::Loaded>();
    out->providers.push_back(
        {.name = "vendor", .type = type_, .account = account(), .spec = spec()});
    for (const auto& scope : declared) {
      out->scopes.push_back(scope.desired_scope());
    }
    out->consents = consents;
    return out;
  }
  std::unique_ptr<state::Store> store() const {
    auto opened = state::Store::open(
        directory.path() / "state", {"acme", "test"}, state::Access::write, "st-1", 42);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return std::move(*opened);
  }
  std::vector<providers::ProviderType> types() const {
    const auto ledgers = plumb::test::ledger_types();
    std::vector<providers::ProviderType> all(ledgers.begin(), ledgers.end());
    all.push_back(providers::zonefile::zonefile_provider());
    return all;
  }

  /// One run as the command line makes it: settle what is open, plan, apply.
  void run(const std::string& dies_at) const {
    const auto memory = store();
    plumb::test::QuietEnv quiet;
    const Catalog catalog(kinds::resource_kinds());
    const auto known = types();
    Reconciler reconciler(quiet.env(), *memory, catalog, known, directory.path());
    const apply::Run who{.id = "run",
                         .commit = "3f2a91c",
                         .lock_directory = directory.path() / "state",
                         .self = {"ci-7", static_cast<std::uint64_t>(::getpid()), "3f2a91c", ""},
                         .workers = 1};
    Mortal mortal(dies_at);
    PassOptions blind;
    blind.refresh = false;
    const auto opened = reconciler.plan(loaded(), blind, {});
    ASSERT_TRUE(opened.has_value());
    ASSERT_TRUE(reconciler.recover(*opened, who, mortal, {}).has_value());
    const auto pass = reconciler.plan(loaded(), {}, {});
    ASSERT_TRUE(pass.has_value());
    reconciler.apply(*pass, who, false, mortal, {});
  }
  /// The same in a process that dies at a point; whether it did.
  bool run_mortally(const std::string& dies_at) const {
    const auto child = ::fork();
    if (child == 0) {
      std::map<std::string, int> passed;
      ledger_point() = [&](std::string_view point) {
        const auto count = ++passed[std::string(point)];
        if (point == dies_at || std::string(point) + std::to_string(count) == dies_at) {
          die();
        }
      };
      run(dies_at);
      ::_exit(0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }
  /// No open intent, an empty plan, a history that verifies.
  void expect_in_plumb() const {
    const auto memory = store();
    plumb::test::QuietEnv quiet;
    const Catalog catalog(kinds::resource_kinds());
    const auto known = types();
    Reconciler reconciler(quiet.env(), *memory, catalog, known, directory.path());
    EXPECT_TRUE(memory->open_intents()->empty());
    const auto pass = reconciler.plan(loaded(), {}, {});
    ASSERT_TRUE(pass.has_value());
    EXPECT_EQ(pass->plan.change_count(), 0U);
    for (const auto& scope : pass->plan.scopes) {
      EXPECT_EQ(scope.state, plan::ScopeState::planned) << scope.why;
    }
    EXPECT_TRUE(memory->verify().has_value());
  }

 private:
  std::string type_;
};

struct Death {
  std::string verb;   ///< create, marked_create, update, remove
  std::string point;  ///< where the first process dies; two points: where the next one does, too
  std::string again;
  bool stale = false;

  friend void PrintTo(const Death& death, std::ostream* out) { *out << death.verb; }
};

std::string death_name(const testing::TestParamInfo<Death>& info) {
  const auto& death = info.param;
  return death.verb + "_" + death.point + (death.again.empty() ? "" : "_" + death.again) +
         (death.stale ? "_stale" : "_consistent");
}

std::vector<Death> deaths() {
  std::vector<Death> all;
  for (const bool stale : {false, true}) {
    for (const char* verb : {"create", "marked_create", "update", "remove"}) {
      for (const char* point :
           {"before_intent", "after_intent", "sent", "effect", "answered", "after_outcome"}) {
        all.push_back({verb, point, "", stale});
      }
      for (const char* again : {"before_settle", "after_settle"}) {
        all.push_back({verb, "effect", again, stale});
        all.push_back({verb, "sent", again, stale});
      }
    }
  }
  return all;
}

class Crash : public testing::TestWithParam<Death> {
 protected:
  /// What stands before the change that is interrupted, and that change.
  void prepare(Site& site, ScopeBuilder& scope, std::map<std::string, int>& expected) const {
    const auto& verb = GetParam().verb;
    scope.scope = {site.account(), verb == "marked_create" ? "" : "example.com."};
    scope.domain = verb == "marked_create" ? "" : "example.com";
    if (verb == "marked_create") {
      scope.desired = {{.kind = kinds::kServer, .key = "mx1", .body = cbor::body({})}};
      expected = {{"mx1", 1}};
      return;
    }
    const auto keep = set_row("keep A", "192.0.2.1");
    const auto www = set_row("www A", "192.0.2.2");
    const auto mail = set_row("mail A", "192.0.2.3");
    expected = {{www.key, 1}, {mail.key, 1}};
    scope.desired = {keep};
    if (verb != "create") {
      scope.desired = {keep, www, mail};
    }
    site.declared = {scope};
    site.run("");
    if (verb == "create") {
      scope.desired = {keep, www, mail};
    } else if (verb == "update") {
      scope.desired = {keep, set_row("www A", "192.0.2.22"), set_row("mail A", "192.0.2.33")};
    } else {
      scope.desired = {keep};
    }
  }
};

TEST_P(Crash, LosesNothingAndRepeatsNothing) {
  const auto& death = GetParam();
  Site site(death.verb == "marked_create" ? "marked-ledger" : "ledger");
  const plumb::test::LedgerFiles vendor(site.folder());
  ScopeBuilder scope;
  std::map<std::string, int> expected;
  prepare(site, scope, expected);
  site.declared = {scope};
  vendor.forget_effects();

  ASSERT_TRUE(site.run_mortally(death.point));
  if (death.stale) {
    vendor.be_stale_once();
  }
  if (!death.again.empty()) {
    ASSERT_TRUE(site.run_mortally(death.again));
  }
  site.run("");

  plumb::test::LedgerFiles::Rows wanted;
  for (const auto& row : scope.desired) {
    wanted[{scope.scope.container, static_cast<int>(row.kind), row.key}] = row.body;
  }
  EXPECT_EQ(vendor.rows(), wanted);
  EXPECT_EQ(vendor.effects(), expected);
  site.expect_in_plumb();
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, Crash, testing::ValuesIn(deaths()), death_name);

class BulkCrash : public testing::TestWithParam<Death> {
 protected:
  /// The scopes of one call: a key of its own each, and one that stays.
  static std::vector<ScopeBuilder> scopes(const Site& site, const std::string& address) {
    std::vector<ScopeBuilder> all;
    for (const char* name : {"a", "b", "c"}) {
      auto& scope = all.emplace_back();
      scope.scope = {site.account(), std::string(name) + ".example."};
      scope.domain = std::string(name) + ".example";
      scope.desired = {set_row("keep A", "192.0.2.1")};
      if (!address.empty()) {
        scope.desired.push_back(set_row(std::string(name) + " A", address));
      }
    }
    return all;
  }
};

TEST_P(BulkCrash, LosesNothingAndRepeatsNothing) {
  const auto& death = GetParam();
  Site site("bulk-ledger");
  const plumb::test::LedgerFiles vendor(site.folder());
  site.declared = scopes(site, death.verb == "create" ? "" : "192.0.2.2");
  site.run("");
  vendor.forget_effects();
  site.declared = scopes(site, death.verb == "remove" ? "" : "192.0.2.3");

  ASSERT_TRUE(site.run_mortally(death.point));
  if (death.stale) {
    vendor.be_stale_once();
  }
  if (!death.again.empty()) {
    ASSERT_TRUE(site.run_mortally(death.again));
  }
  site.run("");

  plumb::test::LedgerFiles::Rows wanted;
  std::map<std::string, int> expected;
  for (const auto& scope : site.declared) {
    for (const auto& row : scope.desired) {
      wanted[{scope.scope.container, static_cast<int>(row.kind), row.key}] = row.body;
    }
    expected[set_row(scope.domain.substr(0, 1) + " A", "").key] = 1;
  }
  EXPECT_EQ(vendor.rows(), wanted);
  EXPECT_EQ(vendor.effects(), expected);
  site.expect_in_plumb();
}

/// As deaths(), of calls over several scopes, at each of their changes.
std::vector<Death> bulk_deaths() {
  std::vector<Death> all;
  for (auto& death : deaths()) {
    if (death.verb == "marked_create") {
      continue;
    }
    all.push_back(death);
    const bool within = death.point == "sent" || death.point == "effect";
    if (within && death.again.empty()) {
      for (const char* later : {"2", "3"}) {
        auto another = death;
        another.point += later;
        all.push_back(another);
      }
    }
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, BulkCrash, testing::ValuesIn(bulk_deaths()), death_name);

class ZoneCrash : public testing::TestWithParam<const char*> {};

/// A zone with everything in it: the container and its content in one batch.
TEST_P(ZoneCrash, AZoneIsMadeAndTakenAwayOnce) {
  Site site("zonefile");
  ScopeBuilder zone;
  zone.scope = {site.account(), "example.com."};
  zone.desired = {{.kind = kinds::kZone, .key = "", .body = cbor::body({})},
                  set_row("www A", "192.0.2.2"),
                  set_row("mail A", "192.0.2.3")};
  site.declared = {zone};
  const auto file = std::filesystem::path(site.folder()) / "example.com.zone";
  ASSERT_TRUE(site.run_mortally(GetParam()));
  site.run("");
  EXPECT_TRUE(std::filesystem::exists(file));
  site.expect_in_plumb();

  site.declared.clear();
  Consent consent;
  consent.id = "drop";
  consent.allow = "delete";
  consent.on = "Domain/example.com";
  consent.including = {"zone"};
  consent.place = place_at(1, 1, 1);
  site.consents = {consent};
  ASSERT_TRUE(site.run_mortally(GetParam()));
  site.run("");
  EXPECT_FALSE(std::filesystem::exists(file));
  site.expect_in_plumb();
  const auto memory = site.store();
  EXPECT_TRUE(memory->scopes()->empty());
  EXPECT_EQ(*memory->consent_used("drop"), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    AtEachStep,
    ZoneCrash,
    testing::Values("before_intent", "after_intent", "answered", "after_outcome"),
    [](const auto& death) { return std::string(death.param); });

}  // namespace
}  // namespace plumb::reconcile
