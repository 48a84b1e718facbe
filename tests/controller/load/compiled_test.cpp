// What is kept of manifests in the cache, and what is not. That the cache changes nothing is seen
// by all tests of this folder: load_files().

#include "controller/load/compiled.h"

#include <gtest/gtest.h>

#include "tests/controller/load/loading.h"

namespace plumb::test {
namespace {

load::ManifestFile read(const std::string& text, std::uint32_t file = 1) {
  static const load::Schemas schemas;
  return load::read_manifest(text, file, schemas);
}

const std::string kSound = document("Mailbox", "metadata: {name: jane@example.com}\nspec: {}") +
                           "---\n" +
                           document("Alias", "metadata: {name: a@example.com}\nspec: {to: [jane]}");

TEST(Compiled, IsWhatWasReadUnderItsNumberOfNow) {
  const auto octets = load::compile(read(kSound));
  ASSERT_TRUE(octets);
  const auto back = load::decompile(*octets, 5);
  ASSERT_TRUE(back);
  ASSERT_EQ(back->mail.mailboxes().size(), 1U);
  EXPECT_EQ(back->mail.text(back->mail.mailboxes()[0].name), "jane@example.com");
  EXPECT_EQ(back->mail.mailboxes()[0].name.place, place_at(5, 3, 18));
  EXPECT_EQ(load::compile(*back), octets);
}

TEST(Compiled, IsNotKeptOfWhatIsWrongOrHoldsSecrets) {
  const std::map<std::string, std::string> cases{
      {"a mistake", document("Domain", "metadata: {name: example.com}\nspec: {dsn: {}}")},
      {"an error of syntax", "kind: ["},
      {"a document of which nothing is known", "name: x\n"},
      {"the hash of a password",
       document("Mailbox",
                "metadata: {name: j@example.com}\nspec: {password: {hash: $6$abcdefgh$x}}")},
      {"credentials", kProvider},
  };
  for (const auto& [what, text] : cases) {
    EXPECT_EQ(load::compile(read(text)), std::nullopt) << what;
  }
}

TEST(Compiled, IsNotTakenWhereItIsNotWhole) {
  const auto octets = load::compile(read(kSound));
  ASSERT_TRUE(octets);
  EXPECT_EQ(load::decompile(*octets + "x", 1), std::nullopt);
  EXPECT_EQ(load::decompile(octets->substr(0, octets->size() - 1), 1), std::nullopt);
  EXPECT_EQ(load::decompile("", 1), std::nullopt);
}

TEST(Compiled, IsReadInsteadOfTheText) {
  const TempDir folder;
  const auto cache = state::CompiledFiles::open(folder.path() / "compiled");
  ASSERT_TRUE(cache);
  const load::Schemas schemas;
  load::ManifestReader first(schemas, cache->get());
  first.read(kSound, 1);
  EXPECT_EQ(first.keep(), 1U);
  load::ManifestReader second(schemas, cache->get());
  EXPECT_EQ(second.read(kSound, 2).mail.aliases().size(), 1U);
  EXPECT_EQ(second.keep(), 0U);
  second.read(kSound + "\n", 2);
  EXPECT_EQ(second.keep(), 1U) << "another text";
}

}  // namespace
}  // namespace plumb::test
