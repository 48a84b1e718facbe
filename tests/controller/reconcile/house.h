#pragma once

// A project in a folder, its zone files and its memory: passes are made as the product makes them.

#include <array>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "controller/builtin_providers.h"
#include "controller/load/load.h"
#include "controller/load/source.h"
#include "controller/reconcile/reconciler.h"
#include "resources/kinds/resource_kinds.h"
#include "tests/conformance/quiet_env.h"
#include "tests/support/temp_dir.h"

namespace plumb::reconcile::test {

class House {
 public:
  House() {
    directory.write("plumb.yaml",
                    "apiVersion: plumb/v1\nkind: Project\nmetadata: {name: acme}\n"
                    "spec: {guards: {deletesPerScope: 100%, deletesPerRun: 1000}}\n");
    provider("dns", "zones");
    open_store();
  }

  plumb::test::TempDir directory;
  plumb::test::QuietEnv quiet;
  std::unique_ptr<state::Store> store;
  std::vector<providers::ProviderType> types{builtin_providers().begin(),
                                             builtin_providers().end()};
  apply::Progress progress;

  void open_store() {
    store.reset();
    auto opened = state::Store::open(
        directory.path() / ".plumb", {"acme", "default"}, state::Access::write, "st-1", 42);
    ASSERT_TRUE(opened) << opened.error().message;
    store = std::move(*opened);
  }
  void provider(const std::string& name, const std::string& folder) const {
    directory.write("providers/" + name + ".yaml",
                    "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: " + name +
                        "}\nspec: {type: zonefile, directory: " + folder + "}\n");
  }
  /// A Domain whose records are lines like "www A 192.0.2.1".
  void domain(const std::string& name,
              const std::vector<std::array<std::string, 3>>& records,
              const std::string& provider = "dns",
              const std::string& metadata = "",
              const std::string& spec = "") const {
    std::string text = "apiVersion: plumb/v1\nkind: Domain\nmetadata: {name: " + name + metadata +
                       "}\nspec:\n" + spec + "  dns: {providers: [" + provider + "]}\n  records:\n";
    for (const auto& [owner, type, value] : records) {
      text += "    - {name: \"" + owner + "\", type: " + type + ", ttl: 300, value: \"" + value +
              "\"}\n";
    }
    directory.write("domains/" + name + ".yaml", text + (records.empty() ? "    []\n" : ""));
  }
  void no_domain(const std::string& name) const {
    std::filesystem::remove(directory.path() / "domains" / (name + ".yaml"));
  }
  void consent(const std::string& name, const std::string& spec) const {
    directory.write("consents/" + name + ".yaml",
                    "apiVersion: plumb/v1\nkind: Consent\nmetadata: {name: " + name + "}\nspec: {" +
                        spec + "}\n");
  }
  std::string zone(const std::string& name) const {
    return directory.read("zones/" + name + ".zone");
  }
  void append(const std::string& name, const std::string& line) const {
    directory.write("zones/" + name + ".zone", zone(name) + line + "\n");
  }

  std::shared_ptr<const load::Loaded> load() {
    auto source = load::open_worktree(directory.path());
    EXPECT_TRUE(source.has_value());
    std::vector<const ProviderTraits*> traits;
    for (const auto& type : types) {
      traits.push_back(type.traits);
    }
    auto loaded =
        load::load(**source, {.catalog = catalog, .provider_types = traits, .today = "2026-11-20"});
    EXPECT_TRUE(loaded.has_value());
    for (const auto& problem : loaded->diagnostics.all()) {
      EXPECT_NE(problem.severity, Severity::error)
          << loaded->files.text(problem.place) << ": " << problem.message;
    }
    return std::make_shared<const load::Loaded>(std::move(*loaded));
  }
  Reconciler reconciler() { return {quiet.env(), *store, catalog, types, directory.path()}; }
  Pass plan(const PassOptions& options = {}) {
    auto pass = reconciler().plan(load(), options, {});
    EXPECT_TRUE(pass) << (pass ? "" : pass.error().message);
    return pass ? std::move(*pass) : Pass{};
  }
  apply::Summary apply(const Pass& pass, bool reread = false) {
    const apply::Run run{.id = "run-" + std::to_string(++runs_),
                         .commit = "3f2a91c",
                         .lock_directory = directory.path() / ".plumb",
                         .self = {"ci-7", 4711, "3f2a91c", ""},
                         .workers = 2};
    return reconciler().apply(pass, run, reread, progress, {});
  }
  apply::Summary apply() {
    const auto pass = plan();
    return apply(pass);
  }
  /// Applies until nothing is left to do.
  void settle() {
    EXPECT_TRUE(apply().all_done());
    EXPECT_EQ(plan().plan.change_count(), 0U);
  }

  const Catalog catalog{kinds::resource_kinds()};

 private:
  int runs_ = 0;
};

/// The plan of one domain; fails the test where there is none.
inline const plan::ScopePlan& scope_of(const Pass& pass, const std::string& domain) {
  static const plan::ScopePlan kNone;
  for (const auto& scope : pass.plan.scopes) {
    if (scope.domain == domain) {
      return scope;
    }
  }
  ADD_FAILURE() << "no plan of " << domain;
  return kNone;
}

}  // namespace plumb::reconcile::test
