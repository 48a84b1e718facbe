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
  const auto kept = load::compile(read(kSound));
  ASSERT_TRUE(kept);
  auto back = load::decompile(kept->head, 5);
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->packed);
  EXPECT_EQ(back->homes, std::vector<std::string>{"example.com"});
  ASSERT_TRUE(load::decompile_rows(kept->rows, 5, *back));
  EXPECT_FALSE(back->packed);
  ASSERT_EQ(back->mail.mailboxes().size(), 1U);
  EXPECT_EQ(back->mail.text(back->mail.mailboxes()[0].name), "jane@example.com");
  EXPECT_EQ(back->mail.mailboxes()[0].name.place, place_at(5, 3, 18));
  const auto again = load::compile(*back);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->head, kept->head);
  EXPECT_EQ(again->rows, kept->rows);
}

TEST(Compiled, KnowsOfWhichDomainsItsAddressesAre) {
  const auto homes = [](const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) {
      text += document("Mailbox", "metadata: {name: \"" + name + "\"}\nspec: {}") + "---\n";
    }
    return read(text).homes;
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(homes({"a@b.test", "b@a.test", "c@b.test", "d@B.test"}),
            (Texts{"B.test", "a.test", "b.test"}));
  EXPECT_EQ(homes({"a@b.test", "@b.test"}), (Texts{"", "b.test"})) << "called by no address";
  EXPECT_EQ(homes({"nobody"}), Texts{""});
  EXPECT_EQ(homes({"a@"}), Texts{""});
}

TEST(Compiled, HasAStructureThatNeitherPlacesNorRowsChange) {
  const auto structure = [](const std::string& records, const std::string& ttl) {
    const auto file = read(domain(records, ", defaultTTL: " + ttl));
    return load::structure_of(file.documents);
  };
  const std::string one = "    - {name: www, type: A, value: 192.0.2.1}\n";
  const auto plain = structure(one, "300");
  EXPECT_EQ(structure("\n" + one + one, "300"), plain);
  EXPECT_NE(structure(one, "301"), plain);
  EXPECT_EQ(load::structure_of(read(kSound).documents), "") << "nothing but addresses";
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
    EXPECT_FALSE(load::compile(read(text))) << what;
  }
}

TEST(Compiled, IsNotTakenWhereItIsNotWhole) {
  const auto kept = load::compile(read(kSound));
  ASSERT_TRUE(kept);
  const auto cut = [](const std::string& octets) { return octets.substr(0, octets.size() - 1); };
  for (const auto& octets : {kept->head + "x", cut(kept->head), std::string()}) {
    EXPECT_FALSE(load::decompile(octets, 1));
  }
  load::ManifestFile file;
  for (const auto& octets : {kept->rows + "x", cut(kept->rows), std::string()}) {
    EXPECT_FALSE(load::decompile_rows(octets, 1, file));
    EXPECT_TRUE(file.mail.mailboxes().empty());
  }
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
  auto known = second.read(kSound, 2);
  EXPECT_TRUE(known.packed);
  EXPECT_TRUE(second.unpack(known, 2));
  EXPECT_EQ(known.mail.aliases().size(), 1U);
  EXPECT_EQ(second.keep(), 0U);
  second.read(kSound + "\n", 2);
  EXPECT_EQ(second.keep(), 1U) << "another text";
}

}  // namespace
}  // namespace plumb::test
