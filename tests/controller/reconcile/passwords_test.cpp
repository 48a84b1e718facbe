// Passwords go to the vendor at the last moment and are nowhere else: not in a plan, not in the
// state, not in an error.
#include <gtest/gtest.h>

#include "controller/describe/plan_json.h"
#include "controller/describe/plan_text.h"
#include "controller/env/crypto.h"
#include "controller/reconcile/reconciler.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "state/digest.h"
#include "tests/conformance/quiet_env.h"
#include "tests/controller/plan/scope_builder.h"
#include "tests/support/temp_dir.h"

namespace plumb::reconcile {
namespace {

using plan::test::Row;
using plan::test::ScopeBuilder;

constexpr std::string_view kCanary = "canary-7f3a91c";
constexpr std::string_view kHash = "{SSHA512}canary-hash-7f3a91c";

/// Secrets by "source locator".
class Vault final : public env::Secrets {
 public:
  std::map<std::string, std::string> known;
  Result<env::Secret> get(const SecretRef& reference) override {
    const auto found = known.find(reference.source + " " + reference.locator);
    if (found == known.end()) {
      return fail(ErrorCode::denied, "secret " + reference.source + " is missing");
    }
    return env::Secret(found->second);
  }
};

/// A vendor of mailboxes: what was set there is in `passwords`, and cannot be read back.
struct Mailhouse {
  std::map<std::string, std::string> boxes;  ///< key -> body
  std::map<std::string, std::string> passwords;
  int sets = 0;
};

class MailhouseProvider final : public providers::Provider {
 public:
  MailhouseProvider(Mailhouse& house, env::Secrets& secrets) : house_(house), secrets_(secrets) {}

  Result<std::vector<providers::Container>> survey(std::stop_token) override {
    return std::vector<providers::Container>();
  }
  void observe(std::span<const Scope> scopes,
               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
               std::stop_token) override {
    for (const auto& scope : scopes) {
      each(scope, look(scope));
    }
  }
  Result<ObservedScope> locate(const Scope& scope,
                               std::span<const std::string>,
                               std::stop_token) override {
    return look(scope);
  }
  void apply(const providers::Order& order,
             const providers::Report& report,
             std::stop_token) override {
    for (const auto& change : order.changes) {
      const std::string key(change.key);
      if (change.kind != kinds::kPassword) {
        house_.boxes[key] = std::string(change.after);
      } else if (change.act != providers::Act::remove) {
        ASSERT_NE(change.secret, nullptr);
        house_.passwords[key] = change.secret->source == "hash"
                                    ? change.secret->locator
                                    : std::string(secrets_.get(*change.secret)->reveal());
        ++house_.sets;
      }
      report(change.number, providers::Done{});
    }
  }
  providers::Diagnosis diagnose(std::stop_token) override { return {}; }

 private:
  ObservedScope look(const Scope& scope) const {
    ObservedScope seen;
    seen.scope = scope;
    seen.reading = Reading::read;
    TableBuilder builder;
    for (const auto& [key, body] : house_.boxes) {
      builder.add(kinds::kMailbox, key, body);
    }
    for (const auto& [key, password] : house_.passwords) {
      builder.add(kinds::kPassword, key, cbor::body({}));
    }
    seen.table = builder.seal().table;
    return seen;
  }

  Mailhouse& house_;
  env::Secrets& secrets_;
};

Mailhouse* house_at_work = nullptr;  // providers are opened by plain functions

Result<std::unique_ptr<providers::Provider>> open_mailhouse(const providers::Opening& opening) {
  return std::unique_ptr<providers::Provider>(
      std::make_unique<MailhouseProvider>(*house_at_work, opening.env.secrets));
}

class Passwords : public testing::Test {
 protected:
  Passwords() {
    house_at_work = &house;
    opened();
  }
  ~Passwords() override { house_at_work = nullptr; }

  plumb::test::TempDir directory;
  plumb::test::QuietEnv quiet;
  Vault vault;
  Mailhouse house;
  std::unique_ptr<state::Store> store;
  ScopeBuilder scope;
  Catalog catalog{kinds::resource_kinds()};

  void opened(state::Access access = state::Access::write) {
    store.reset();
    auto made =
        state::Store::open(directory.path() / "state", {"acme", "test"}, access, "st-1", 42);
    ASSERT_TRUE(made) << made.error().message;
    store = std::move(*made);
  }
  void mailbox(const std::string& key, const SecretRef& secret) {
    std::string bytes;
    cbor::value(bytes, Value{secret, {}});
    const std::array<std::pair<std::uint8_t, std::string>, 1> fields{
        {{kinds::kPasswordValue, bytes}}};
    scope.declare({.kind = kinds::kMailbox, .key = key, .body = cbor::body({})});
    scope.declare({.kind = kinds::kPassword,
                   .key = key,
                   .body = cbor::body(fields),
                   .flags = has_references,
                   .line = 3});
  }
  env::Env env() {
    auto& all = quiet.env();
    return {all.clock, all.random, all.log, all.http, vault};
  }
  std::shared_ptr<const load::Loaded> loaded() {
    auto out = std::make_shared<load::Loaded>();
    out->providers.push_back(
        {.name = "mail", .type = "mailhouse", .account = "mailhouse", .spec = Value()});
    scope.scope = {"mailhouse", "example.com."};
    out->scopes.push_back(scope.desired_scope());
    return out;
  }
  Pass plan() {
    Reconciler reconciler(env(), *store, catalog, types, directory.path());
    auto pass = reconciler.plan(loaded(), {}, {});
    EXPECT_TRUE(pass) << (pass ? "" : pass.error().message);
    expect_secret(texts_of(*pass));
    return std::move(*pass);
  }
  apply::Summary apply() {
    const auto pass = plan();
    Reconciler reconciler(env(), *store, catalog, types, directory.path());
    apply::Progress quiet_progress;
    return reconciler.apply(pass,
                            {.id = "run",
                             .commit = "3f2a91c",
                             .lock_directory = directory.path() / "state",
                             .self = {"ci-7", 1, "3f2a91c", ""}},
                            true,
                            quiet_progress,
                            {});
  }
  /// All that is ever said of a plan.
  std::string texts_of(const Pass& pass) const {
    const describe::Header header;
    const describe::PlanView view{pass.plan, header, catalog, pass.loaded->files};
    const describe::Style plain{.verbose = true};
    return describe::plan_text(view, plain) + describe::plan_json(view) +
           describe::plan_markdown(view) + describe::saved_plan(view, state::sha256);
  }
  static void expect_secret(const std::string& octets) {
    EXPECT_EQ(octets.find("canary"), std::string::npos);
  }
  void expect_not_on_disk() const {
    for (const auto& file : std::filesystem::recursive_directory_iterator(directory.path())) {
      if (file.is_regular_file()) {
        expect_secret(
            directory.read(std::filesystem::relative(file.path(), directory.path()).string()));
      }
    }
  }

  static constexpr ProviderTraits kTraits{.type = "mailhouse", .mail = true};
  std::array<providers::ProviderType, 1> types{{{&kTraits, open_mailhouse}}};
};

TEST_F(Passwords, ReachTheVendorAndNothingElse) {
  vault.known = {{"env JANE", std::string(kCanary)}};
  mailbox("jane", {"env", "JANE"});
  mailbox("joe", {"hash", std::string(kHash)});
  EXPECT_TRUE(apply().all_done());
  EXPECT_EQ(house.passwords,
            (std::map<std::string, std::string>{{"jane", std::string(kCanary)},
                                                {"joe", std::string(kHash)}}));
  EXPECT_EQ(plan().plan.change_count(), 0U);
  ASSERT_TRUE(store->export_to(directory.path() / "exported"));
  expect_not_on_disk();
}

TEST_F(Passwords, AreSetAnewOnlyWhenTheyMove) {
  vault.known = {{"env JANE", "password one"}};
  mailbox("jane", {"env", "JANE"});
  EXPECT_TRUE(apply().all_done());
  EXPECT_EQ(plan().plan.change_count(), 0U);
  vault.known = {{"env JANE", std::string(kCanary)}};
  EXPECT_EQ(plan().plan.change_count(), 1U);
  EXPECT_TRUE(apply().all_done());
  EXPECT_EQ(house.passwords["jane"], kCanary);
  EXPECT_EQ(house.sets, 2);
  vault.known = {{"file secrets/jane", std::string(kCanary)}};
  scope.desired.clear();
  mailbox("jane", {"file", "secrets/jane"});  // the same, from somewhere else
  EXPECT_EQ(plan().plan.change_count(), 0U);
}

TEST_F(Passwords, OfMailboxesThatExistAreAdoptedAndNotTouched) {
  house.boxes = {{"jane", cbor::body({})}};
  house.passwords = {{"jane", "her own"}};
  vault.known = {{"env JANE", std::string(kCanary)}};
  mailbox("jane", {"env", "JANE"});
  const auto summary = apply();
  EXPECT_EQ(summary.kept, 2U);
  EXPECT_EQ(house.passwords["jane"], "her own");
  EXPECT_EQ(plan().plan.change_count(), 0U);
  vault.known = {{"env JANE", "another one"}};
  EXPECT_TRUE(apply().all_done());
  EXPECT_EQ(house.passwords["jane"], "another one");
}

TEST_F(Passwords, ThatCannotBeReadHereAreLeftAlone) {
  vault.known = {{"env JANE", "password one"}};
  mailbox("jane", {"env", "JANE"});
  EXPECT_TRUE(apply().all_done());
  vault.known.clear();
  mailbox("joe", {"env", "JOE"});
  const auto pass = plan();
  EXPECT_EQ(pass.plan.batches.size(), 0U);
  EXPECT_EQ(pass.plan.notes,
            std::vector<std::string>{"mail: 1 password could not be read here: left alone: "
                                     "secret env is missing"});
  ASSERT_EQ(pass.plan.refusals.size(), 1U);
  EXPECT_EQ(pass.plan.refusals[0].message,
            "Password/example.com/joe cannot be made: secret env is missing");
  EXPECT_EQ(house.boxes.size(), 1U);  // joe is not made without his password
}

TEST_F(Passwords, OfAReadOnlyStoreArePlannedAllTheSame) {
  vault.known = {{"env JANE", "password one"}};
  mailbox("jane", {"env", "JANE"});
  EXPECT_TRUE(apply().all_done());
  opened(state::Access::read);
  EXPECT_EQ(plan().plan.change_count(), 0U);
}

}  // namespace
}  // namespace plumb::reconcile
