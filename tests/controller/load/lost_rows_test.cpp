// Rows of the cache that are damaged, of a file that moves while it is read.

#include <gtest/gtest.h>

#include "controller/load/compiled.h"
#include "tests/controller/load/loading.h"

namespace plumb::test {
namespace {

/// Files of which one has another text from its second reading on.
class Restless final : public load::Source {
 public:
  Restless(std::map<std::string, std::string> files, std::string path)
      : files_(std::move(files)), path_(std::move(path)) {}
  Result<std::vector<load::SourceFile>> list(std::string_view under) override {
    return files_.list(under);
  }
  Result<std::string> read(const std::string& path) override {
    PLUMB_TRY(text, files_.read(path));
    return path == path_ && ++reads_ > 1 ? "# moved\n" + text : text;
  }
  load::Revision revision() override { return {}; }

 private:
  MemorySource files_;
  std::string path_;
  int reads_ = 0;
};

TEST(LostRows, AreTheOnlyErrorThatIsSaid) {
  const TempDir folder;
  const auto cache = *state::CompiledFiles::open(folder.path() / "compiled");
  const auto text = document("Domain",
                             "metadata: {name: example.com}\nspec:\n  dns: {providers: [dns]}\n"
                             "  mail: {provider: host}\n"
                             "  records:\n    - {name: www, type: A, value: 192.0.2.1}\n") +
                    "---\n" + document("Mailbox", "metadata: {name: jane@example.com}\nspec: {}");
  std::map<std::string, std::string> files{
      {"plumb.yaml", kProject},
      {"providers.yaml", kProvider},
      {"d.yaml", text},
      {"m.yaml",
       document("Provider",
                "metadata: {name: host}\nspec: {type: postfix-dovecot, directory: mail}")},
      {"a.yaml", document("Alias", "metadata: {name: info@example.com}\nspec: {to: [jane]}")}};
  ASSERT_EQ(errors(load_once(files, cache.get())), "");
  {
    const load::Schemas schemas;
    const load::ManifestReader reader(schemas, cache.get());
    ASSERT_TRUE(cache->keep(
        std::vector<state::CompiledFile>{{reader.digest_of(text) + "r", "nonsense"}}, {}));
  }
  // Another file speaks of the same domain, so the kept domain does not serve and rows are wanted.
  files["r.yaml"] = document(
      "DNSRecord",
      "metadata: {name: r}\nspec: {domain: example.com, name: r, type: A, value: 192.0.2.2}");
  Restless source(files, "d.yaml");
  const Catalog catalog(kinds::resource_kinds());
  const auto loaded = load::load(source,
                                 {.catalog = catalog,
                                  .provider_types = test_types(),
                                  .compiled = cache.get(),
                                  .today = "2026-11-20"});
  ASSERT_TRUE(loaded);
  const auto said = errors(*loaded);
  EXPECT_NE(said.find("d.yaml has changed while it was read (run it again)"), std::string::npos)
      << said;
  EXPECT_EQ(said.find("jane"), std::string::npos) << said;
  for (const auto& scope : loaded->scopes) {
    EXPECT_FALSE(scope->complete);
  }
}

}  // namespace
}  // namespace plumb::test
