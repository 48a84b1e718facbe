// What domains came to in earlier loads is taken only where this one comes to the same: a project
// is edited at random, and after each edit loaded with the cache and without.

#include "controller/load/kept_domains.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <random>

#include <gtest/gtest.h>

#include "tests/controller/load/loading.h"

namespace plumb::test {
namespace {

using Texts = std::vector<std::string>;

/// One document, as lines that edits change.
struct Doc {
  std::string kind;
  std::string name;
  std::size_t file = 0;
  std::string metadata = {};                     ///< ", labels: {a: b}"
  std::map<std::string, std::string> spec = {};  ///< member and what it is set to
  std::map<std::string, std::string> aliases = {};
  Texts records = {};

  std::string text() const {
    auto out = "apiVersion: plumb/v1\nkind: " + kind + "\nmetadata: {name: \"" + name + "\"" +
               metadata + "}\nspec:\n";
    for (const auto& [member, value] : spec) {
      out += "  " + member + ": " + value + "\n";
    }
    if (!aliases.empty()) {
      out += "  aliases:\n";
      for (const auto& [local, to] : aliases) {
        out += "    " + local + ": " + to + "\n";
      }
    }
    if (!records.empty()) {
      out += "  records:\n";
      for (const auto& record : records) {
        out += "    - " + record + "\n";
      }
    }
    return spec.empty() && aliases.empty() && records.empty()
               ? out.substr(0, out.size() - 1) + " {}\n"
               : out;
  }
};

struct World {
  std::vector<Doc> docs;
  std::vector<std::string> files;             ///< their names
  std::map<std::size_t, std::string> before;  ///< what stands above the documents of a file

  std::map<std::string, std::string> texts() const {
    std::map<std::string, std::string> out;
    out["providers.yaml"] =
        std::string(kProvider) + "---\n" +
        document("Provider", "metadata: {name: slow}\nspec: {type: slow, directory: slow}") +
        "---\n" +
        document("Provider",
                 "metadata: {name: host}\nspec: {type: postfix-dovecot, directory: mail, webRoot: "
                 "www, dkim: {directory: keys}}");
    for (std::size_t i = 0; i < files.size(); ++i) {
      const auto found = before.find(i);
      auto text = found != before.end() ? found->second : std::string();
      for (const auto& doc : docs) {
        text += doc.file == i ? "---\n" + doc.text() : "";
      }
      out[files[i]] = text;
    }
    return out;
  }
};

const Texts kDomains{"a.test",
                     "b.test",
                     "c.test",
                     "d.test",
                     "e.test",
                     "f.test",
                     "sub.a.test",
                     "g.test",
                     "kid.sub.a.test",
                     "h.test",
                     "i.test",
                     "j.test"};
constexpr std::size_t kFiles = 8;

Doc domain_doc(std::size_t i) {
  Doc doc{"Domain", kDomains[i], i % kFiles};
  doc.spec["profiles"] = i % 3 == 0 ? "[base, more]" : "[base]";
  doc.records = {"{name: www, type: A, value: 192.0.2." + std::to_string(10 + i) + "}",
                 "{name: \"@\", type: TXT, values: [own, two]}"};
  doc.aliases = {{"info", "[jane]"}, {"all", "[jane, someone@elsewhere.example]"}};
  if (kDomains[i].starts_with("sub") || kDomains[i].starts_with("kid")) {
    doc.spec["dns"] = "{delegate: true, nameServers: [ns1.b.test., ns2.b.test.]}";
  }
  return doc;
}

Doc mailbox_doc(std::size_t i, const std::string& local = "jane") {
  return {"Mailbox", local + "@" + kDomains[i], (i + 3) % kFiles, "", {{"displayName", "J"}}};
}

World first_world() {
  World world;
  for (std::size_t i = 0; i < kFiles; ++i) {
    world.files.push_back("f" + std::to_string(i) + ".yaml");
  }
  Doc base{"Profile", "base", 0};
  base.spec = {{"dns", "{providers: [dns], defaultTTL: 300}"},
               {"mail",
                "{provider: host, servers: [mx1], spf: {}, dmarc: {policy: none}, dkim: "
                "{selector: s1, algorithm: ed25519}}"}};
  base.aliases = {{"postmaster", "[jane]"}, {"abuse", "[jane]"}};
  base.records = {"{name: base, type: TXT, value: \"${domain}\"}"};
  Doc more{"Profile", "more", 1};
  more.records = {"{name: \"@\", type: TXT, value: more}"};
  world.docs = {
      base,
      more,
      {"Server", "mx1", 2, "", {{"hostname", "mx1.b.test"}, {"addresses", "[192.0.2.1]"}}},
      {"Server", "mx2", 3, "", {{"hostname", "mx2.c.test"}, {"addresses", "[192.0.2.2]"}}},
      {"DNSRecord",
       "one",
       4,
       "",
       {{"domain", "d.test"}, {"name", "one"}, {"type", "A"}, {"value", "192.0.2.3"}}}};
  for (std::size_t i = 0; i < kDomains.size(); ++i) {
    world.docs.push_back(domain_doc(i));
    world.docs.push_back(mailbox_doc(i));
  }
  return world;
}

/// Edits a World at random.
class Editor {
 public:
  Editor(World& world, std::uint32_t seed) : world_(world), random_(seed) {}

  /// Gives what was done, for the message of a failure.
  std::string edit() {
    static const std::array kEdits{
        &Editor::inline_alias, &Editor::inline_alias,  &Editor::drop_alias, &Editor::add_document,
        &Editor::add_document, &Editor::drop_document, &Editor::mailbox,    &Editor::mail,
        &Editor::dns,          &Editor::record,        &Editor::server,     &Editor::profile,
        &Editor::move,         &Editor::rename_file,   &Editor::shift,      &Editor::break_file,
        &Editor::common,       &Editor::dns_record,    &Editor::new_file,   &Editor::swap};
    return (this->*kEdits.at(below(kEdits.size())))();
  }

 private:
  std::size_t below(std::size_t end) { return random_() % end; }
  std::string one_of(const Texts& texts) { return texts[below(texts.size())]; }
  std::string any_domain() { return one_of(kDomains); }
  std::string local() {
    return one_of({"jane", "joe", "info", "all", "x", "y", "jane+news", "\"*\""});
  }

  Doc* any(const std::string& kind) {
    std::vector<Doc*> found;
    for (auto& doc : world_.docs) {
      if (doc.kind == kind) {
        found.push_back(&doc);
      }
    }
    return found.empty() ? &world_.docs.front() : found[below(found.size())];
  }

  /// Mostly in the domain itself.
  std::string targets() {
    const auto where = below(6);
    const auto to = where == 0   ? "jane@" + any_domain()
                    : where == 1 ? "someone@elsewhere.example"
                    : where == 2 ? local()
                                 : std::string("jane");
    return below(8) == 0 ? "[jane, " + to + "]" : "[" + to + "]";
  }

  std::string inline_alias() {
    auto* doc = any(below(8) == 0 ? "Profile" : "Domain");
    const auto name = local();
    doc->aliases[name] = below(10) == 0
                             ? one_of({"null", "{discard: true}", "{reject: \"no ${domain}\"}"})
                             : targets();
    return "alias " + name + " of " + doc->name + ": " + doc->aliases[name];
  }
  std::string drop_alias() {
    auto* doc = any("Domain");
    if (!doc->aliases.empty()) {
      doc->aliases.erase(doc->aliases.begin());
    }
    return "the first alias of " + doc->name + " goes";
  }
  std::string add_document() {
    const auto name = one_of({"joe", "x", "y", "z", "w"}) + "@" + any_domain();
    if (below(2) == 0) {
      world_.docs.push_back({"Mailbox", name, below(kFiles)});
      return "a mailbox " + name;
    }
    world_.docs.push_back({"Alias", name, below(kFiles), "", {{"to", targets()}}});
    return "an alias document " + name;
  }
  std::string drop_document() {
    const auto number = 2 + below(world_.docs.size() - 2);
    const auto name = world_.docs[number].kind + "/" + world_.docs[number].name;
    world_.docs.erase(world_.docs.begin() + static_cast<std::ptrdiff_t>(number));
    return name + " goes";
  }
  std::string mailbox() {
    auto* doc = any("Mailbox");
    const auto how = below(6);
    if (how == 0) {
      doc->metadata = doc->metadata.empty() ? ", labels: {team: a}" : "";
    } else if (how == 1) {
      doc->spec["sendAs"] = targets();
    } else if (how == 2) {
      doc->spec["password"] = one_of({"{env: SECRET}", "{hash: \"{SSHA512}c2FsdHk=\"}"});
    } else if (how == 3) {
      doc->spec["dependsOn"] = "[" + one_of({"Server/mx1", "Domain/a.test", "DNSRecord/one"}) + "]";
    } else if (how == 4) {
      doc->spec["formerly"] = "old" + std::to_string(below(3));
    } else {
      doc->spec["quota"] = std::to_string(1 + below(9)) + "GiB";
    }
    return "mailbox " + doc->name + " another way, " + std::to_string(how);
  }
  std::string mail() {
    auto* doc = any("Domain");
    doc->spec["mail"] = one_of({"{quota: 40GiB}",
                                "{aliasOf: " + any_domain() + "}",
                                "{none: true}",
                                "{dmarc: {policy: none, rua: [\"mailto:r@" + any_domain() + "\"]}}",
                                "{mtaSts: {mode: testing}}",
                                "{servers: [mx2]}"});
    if (below(2) == 0) {
      doc->spec.erase("mail");
    }
    return "mail of " + doc->name;
  }
  std::string dns() {
    auto* doc = any("Domain");
    doc->spec["dns"] = one_of({"{defaultTTL: 30}",
                               "{providers: [dns, slow]}",
                               "{unmanaged: [\"legacy TXT\"]}",
                               "{nameServers: [ns1.b.test., ns2.c.test.]}",
                               "{delegate: true, nameServers: [ns1.d.test., ns2.b.test.]}",
                               "{delegate: true, nameServers: [ns1.d.test.], ds: []}"});
    return "dns of " + doc->name + ": " + doc->spec["dns"];
  }
  std::string record() {
    auto* doc = any("Domain");
    const auto add =
        one_of({"{name: \"@\", type: MX, value: \"10 www." + any_domain() + ".\"}",
                "{name: \"@\", type: MX, value: \"10 gone." + any_domain() + ".\"}",
                "{name: srv, type: CNAME, value: www." + any_domain() + ".}",
                "{name: ns1, type: A, value: 192.0.2." + std::to_string(below(250)) + "}",
                "{name: \"*\", type: A, value: 192.0.2.9}",
                "{name: www, type: A, value: 192.0.2." + std::to_string(below(250)) + "}",
                "{name: t, type: TXT, value: \"${Server/mx1:ipv4}\"}",
                "{name: l, type: A, ttl: 30, value: 192.0.2.7, lint: {off: [ns-single], "
                "reason: x}}"});
    if (below(3) == 0 || doc->records.empty()) {
      doc->records.push_back(add);
    } else {
      doc->records[below(doc->records.size())] = add;
    }
    return "record of " + doc->name + ": " + add;
  }
  std::string server() {
    auto* doc = any("Server");
    if (doc->kind == "Server") {
      doc->spec["addresses"] = one_of({"[192.0.2.1]", "[192.0.2.77, \"2001:db8::1\"]"});
      doc->spec["hostname"] = one_of({"mx1.b.test", "mx2.c.test", "mx." + any_domain()});
    }
    return "server " + doc->name;
  }
  std::string profile() {
    auto* doc = any("Profile");
    doc->records = {"{name: base, type: TXT, ttl: " + std::to_string(60 + below(3)) +
                    ", value: \"${domain}\"}"};
    return "record of profile " + doc->name;
  }
  std::string move() {
    auto& doc = world_.docs[below(world_.docs.size())];
    doc.file = below(kFiles);
    return doc.kind + "/" + doc.name + " to file " + std::to_string(doc.file);
  }
  std::string rename_file() {
    auto& name = world_.files[below(kFiles)];
    name = one_of({"a", "g", "z"}) + name;
    return "file is now " + name;
  }
  std::string shift() {
    const auto file = below(kFiles);
    world_.before[file] = std::string(1 + below(3), '\n');
    return "lines above file " + std::to_string(file);
  }
  std::string break_file() {
    const auto file = below(kFiles);
    world_.before[file] =
        one_of({"kind: [\n", "name: x\n", "apiVersion: plumb/v1\nkind: Domian\n"});
    return "file broken: " + std::to_string(file);
  }
  std::string common() {
    auto* doc = any("Domain");
    doc->spec[one_of({"protect", "paused"})] = one_of({"true", "false"});
    if (below(2) == 0) {
      doc->metadata = doc->metadata.empty() ? ", labels: {team: a}" : "";
    }
    return doc->name + " protected, paused or labelled";
  }
  std::string dns_record() {
    world_.docs.push_back({"DNSRecord",
                           "r" + std::to_string(below(4)),
                           below(kFiles),
                           "",
                           {{"domain", any_domain()},
                            {"name", one_of({"www", "extra", "\"@\""})},
                            {"type", "TXT"},
                            {"value", one_of({"v", "\"${Server/mx2:ipv4}\""})}}});
    return "a DNSRecord";
  }
  std::string new_file() {
    if (world_.files.size() < kFiles + 4) {
      world_.files.push_back("new" + std::to_string(world_.files.size()) + ".yaml");
    }
    const auto name = one_of({"joe", "v", "u"}) + "@" + any_domain();
    world_.docs.push_back({"Mailbox", name, world_.files.size() - 1});
    return "a mailbox " + name + " in a file of its own";
  }
  std::string swap() {
    std::swap(world_.docs[below(world_.docs.size())], world_.docs[below(world_.docs.size())]);
    return "two documents change places";
  }

  World& world_;
  std::mt19937 random_;
};

class KeptDomains : public testing::TestWithParam<std::uint32_t> {};

TEST_P(KeptDomains, AreWhatALoadWithoutThemGivesAfterAnyEdit) {
  const TempDir folder;
  const auto cache = state::CompiledFiles::open(folder.path() / "compiled");
  ASSERT_TRUE(cache);
  World world = first_world();
  World good = world;
  Editor editor(world, GetParam());
  std::string done = "nothing";
  std::size_t known = 0;
  std::size_t sound = 0;
  constexpr std::size_t kEdits = 50;
  for (std::size_t i = 0; i < kEdits; ++i) {
    const auto threads = static_cast<unsigned>(1 + i % 2);
    const auto with = load_once(world.texts(), cache->get(), threads);
    const auto without = load_once(world.texts(), nullptr, threads);
    ASSERT_EQ(all_of(with), all_of(without)) << "edit " << i << ": " << done;
    known += with.known_domains;
    sound += without.diagnostics.has_errors() ? 0U : 1U;
    if (!without.diagnostics.has_errors()) {
      good = world;
    } else if (i % 3 != 0) {  // mended
      world = good;
    }
    done = editor.edit();
  }
  EXPECT_GT(known, kEdits) << "what was looked at was hardly ever kept";
  EXPECT_GT(sound, kEdits / 4);
}

INSTANTIATE_TEST_SUITE_P(Seeds, KeptDomains, testing::Range(1U, 5U));

/// A project whose loads share a cache.
class KeptOnes : public testing::Test {
 protected:
  void SetUp() override {
    cache_ = *state::CompiledFiles::open(folder_.path() / "compiled");
    for (auto& doc : world_.docs) {
      doc.file = 0;  // each domain with its mailboxes in a file of its own, all else in the first
      for (std::size_t i = 0; i < kDomains.size(); ++i) {
        if (doc.name == kDomains[i] || doc.name.ends_with("@" + kDomains[i])) {
          doc.file = 1 + i;
        }
      }
    }
    world_.files.clear();
    for (std::size_t i = 0; i <= kDomains.size(); ++i) {
      world_.files.push_back("f" + std::to_string(10 + i) + ".yaml");
    }
    EXPECT_EQ(known(), 0U);
    EXPECT_EQ(known(), kDomains.size());
  }

  /// How many domains a load takes from the ones before. What it gives must be right.
  std::size_t known() {
    const auto with = load_once(world_.texts(), cache_.get());
    EXPECT_EQ(all_of(with), all_of(load_once(world_.texts(), nullptr)));
    EXPECT_EQ(errors(with), "");
    return with.known_domains;
  }

  Doc& doc(std::string_view name) {
    return *std::find_if(
        world_.docs.begin(), world_.docs.end(), [&](const Doc& one) { return one.name == name; });
  }

  TempDir folder_;
  std::unique_ptr<state::CompiledFiles> cache_;
  World world_ = first_world();
};

TEST_F(KeptOnes, AreAllButTheDomainWhoseRowsHaveChanged) {
  doc("e.test").aliases["more"] = "[jane]";
  EXPECT_EQ(known(), kDomains.size() - 1) << "an alias more";
  EXPECT_EQ(known(), kDomains.size());
  doc("jane@b.test").spec["quota"] = "2GiB";
  EXPECT_EQ(known(), kDomains.size() - 1) << "a mailbox has changed";
  world_.docs.push_back({"Mailbox", "joe@c.test", world_.files.size()});
  world_.files.emplace_back("new.yaml");
  EXPECT_EQ(known(), kDomains.size() - 1) << "a file more that speaks of it";
  world_.files.back() = "another.yaml";
  EXPECT_EQ(known(), kDomains.size() - 1) << "its name";
  doc("base").aliases["hostmaster"] = "[jane]";
  EXPECT_EQ(known(), 0U) << "all have it from a profile";
}

TEST_F(KeptOnes, AreNoneWhereWhatAllMayDependOnHasChanged) {
  doc("mx1").spec["addresses"] = "[192.0.2.99]";
  EXPECT_EQ(known(), 0U);
  doc("d.test").metadata = ", labels: {team: a}";
  EXPECT_EQ(known(), 0U);
}

TEST_F(KeptOnes, FollowTheZonesThatTheirRulesLookInto) {
  doc("e.test").records.emplace_back("{name: \"@\", type: MX, value: \"10 www.b.test.\"}");
  EXPECT_EQ(known(), kDomains.size() - 1);
  EXPECT_EQ(known(), kDomains.size()) << "with what the rules say of it";
  auto& other = doc("b.test").records;
  other.erase(other.begin());
  EXPECT_LE(known(), kDomains.size() - 2) << "www.b.test is gone";
  const auto loaded = load_once(world_.texts(), cache_.get());
  EXPECT_NE(shown(loaded).find("www.b.test"), std::string::npos) << shown(loaded);
}

TEST_F(KeptOnes, LeaveOutDomainsThatLeadToOthers) {
  doc("e.test").aliases["elsewhere"] = "[jane@b.test]";
  EXPECT_EQ(known(), kDomains.size() - 1);
  EXPECT_EQ(known(), kDomains.size() - 1) << "never kept";
  std::erase_if(world_.docs, [](const Doc& one) { return one.name == "jane@b.test"; });
  doc("b.test").aliases["jane"] = "[outside@elsewhere.example]";
  EXPECT_LE(known(), kDomains.size() - 2);
}

TEST_F(KeptOnes, HoldNoPasswordsHash) {
  doc("jane@a.test").spec["password"] = "{hash: \"{SHA512-CRYPT}$6$canarysalt$canary\"}";
  EXPECT_EQ(known(), 0U) << "the file counts as a whole";
  EXPECT_EQ(known(), kDomains.size() - 1);
  std::ifstream in(folder_.path() / "compiled" / "data.mdb", std::ios::binary);
  const std::string octets{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(octets.find("canary"), std::string::npos);
}

TEST_F(KeptOnes, AreMadeAnewWhereTheCacheIsDamaged) {
  const load::Schemas schemas;
  const load::ManifestReader reader(schemas, cache_.get());
  const auto texts = world_.texts();
  world_.docs.push_back({"Mailbox", "joe@c.test", world_.files.size()});
  world_.files.emplace_back("new.yaml");
  for (const auto& [name, text] : texts) {
    const auto key = reader.digest_of(text) + "r";
    const std::vector<state::CompiledFile> nonsense{{key, "nonsense"}};
    ASSERT_TRUE(cache_->keep(nonsense, {}));
  }
  EXPECT_EQ(known(), kDomains.size() - 1) << "rows that are nonsense are parsed again";
}

}  // namespace
}  // namespace plumb::test
