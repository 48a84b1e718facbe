#include "controller/load/load.h"

#include <gtest/gtest.h>

#include "tests/controller/load/loading.h"

namespace plumb::test {
namespace {

using Rows = std::vector<std::string>;

TEST(Load, GivesTheRecordsOfADomainInCanonicalForm) {
  const auto loaded =
      load_text(domain("    - {name: WWW, type: A, ttl: 300, values: [192.0.2.2, 192.0.2.1]}\n"
                       "    - {name: \"@\", type: MX, value: \"010 www\"}\n"
                       "    - {name: t, type: TXT, value: 'a \"b\" \\c; d'}\n",
                       ", defaultTTL: 60"));
  EXPECT_EQ(errors(loaded), "");
  ASSERT_EQ(loaded.scopes.size(), 1U);
  const auto& scope = *loaded.scopes[0];
  EXPECT_EQ(scope.scope.account, "files zones");
  EXPECT_EQ(scope.scope.container, "example.com.");
  EXPECT_EQ(scope.provider, "dns");
  EXPECT_EQ(scope.domain, "example.com");
  EXPECT_TRUE(scope.complete);
  EXPECT_FALSE(scope.exclusive);
  EXPECT_EQ(rows(scope),
            (Rows{"@ MX 60 10 www.example.com.",
                  "t TXT 60 a \"b\" \\c; d",
                  "www A 300 192.0.2.1 | 192.0.2.2"}));
  EXPECT_TRUE(scope.table.find(kinds::kZone, "").has_value());
  EXPECT_EQ(scope.places.size(), scope.table.size());
  EXPECT_EQ(scope.policy.size(), scope.table.size());
}

TEST(Load, WithoutPlumbYamlThereIsNothingToRead) {
  MemorySource source({});
  const Catalog catalog(kinds::resource_kinds());
  const auto loaded = load::load(source, {.catalog = catalog, .provider_types = test_types()});
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code, ErrorCode::not_found);
  EXPECT_EQ(loaded.error().message, "there is no plumb.yaml here");
}

TEST(Load, ABrokenFileLeavesNoScopeComplete) {
  const auto loaded =
      load_files({{"a.yaml", domain("    - {name: www, type: A, value: 192.0.2.1}\n")},
                  {"b.yaml", "apiVersion: plumb/v1\nkind: Domain\nmetadata: {name: \"x\n"}});
  EXPECT_TRUE(loaded.diagnostics.has_errors());
  ASSERT_EQ(loaded.scopes.size(), 1U);
  EXPECT_FALSE(loaded.scopes[0]->complete);
}

}  // namespace
}  // namespace plumb::test
