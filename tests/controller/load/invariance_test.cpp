// What must not change what is loaded: the names and the order of files, and the number of threads.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/controller/load/loading.h"
#include "tests/support/golden.h"

namespace plumb::test {
namespace {

/// Documents of a small project that lie on one another in every way.
std::vector<std::string> documents() {
  return {
      kProvider,
      document(
          "Profile",
          "metadata: {name: base}\nspec:\n  vars: {web: 192.0.2.20}\n  dns: {providers: [dns], "
          "defaultTTL: 300}\n  records:\n    - {name: \"@\", type: A, value: \"${web}\"}\n"
          "    - {name: \"@\", type: TXT, value: base}\n"),
      document("Profile",
               "metadata: {name: more}\nspec:\n  records:\n    - {name: \"@\", type: TXT, value: "
               "more}\n    - {name: www, type: CNAME, value: \"@\"}\n"),
      document("Domain",
               "metadata: {names: [example.com, example.net]}\nspec:\n  profiles: [base, more]\n"
               "  records:\n    - {name: \"@\", type: TXT, value: own}\n"),
      document("Domain",
               "metadata: {name: sub.example.com}\nspec:\n  profiles: [base]\n  dns: {nameServers: "
               "[ns.example.net.], delegate: true}\n"),
      document("DNSRecord",
               "metadata: {name: one}\nspec: {domain: example.com, name: \"@\", type: TXT, value: "
               "one}"),
      document("DNSRecord",
               "metadata: {name: two}\nspec: {domain: example.com, name: \"@\", type: TXT, value: "
               "two, dependsOn: [DNSRecord/one]}"),
      document("Server",
               "metadata: {name: mx1}\nspec: {hostname: mx1.example.com, addresses: [192.0.2.1]}"),
      document("Server",
               "metadata: {name: mx2}\nspec: {hostname: mx2.example.com, addresses: [192.0.2.2]}"),
  };
}

/// All that a load gives but Places, as one text.
std::string world(const load::Loaded& loaded) {
  std::string out;
  for (const auto& scope : loaded.scopes) {
    out += scope->scope.account + " " + scope->scope.container + " " + scope->domain + " " +
           std::to_string(scope->complete) + "\n" + scope->table.digest(1);
    for (const auto& row : rows(scope->scope.container.empty() ? DesiredScope() : *scope)) {
      out += row + "\n";
    }
    for (const auto& needs : scope->needs) {
      out += std::to_string(needs.entry);
      for (const auto& id : needs.on) {
        out += " " + id.scope.container + id.key;
      }
    }
  }
  for (const auto& producer : loaded.producers) {
    out += producer.declaration + "\n";
  }
  return out;
}

TEST(Invariance, NeitherNamesNorOrderOfFilesNorThreadsMatter) {
  const auto all = documents();
  const auto in_one_file = [&] {
    std::string text;
    for (const auto& one : all) {
      text += one + "\n---\n";
    }
    return load_files({{"providers.yaml", text}});
  }();
  ASSERT_EQ(errors(in_one_file), "");
  ASSERT_EQ(in_one_file.scopes.size(), 4U);
  const auto expected = world(in_one_file);
  EXPECT_TRUE(rc::check("any arrangement of the documents loads the same", [&] {
    std::map<std::string, std::string> files{{"providers.yaml", "# empty\n"}};
    std::vector<std::size_t> left(all.size());
    for (std::size_t i = 0; i < left.size(); ++i) {
      left[i] = i;
    }
    while (!left.empty()) {
      const auto at = *rc::gen::inRange<std::size_t>(0, left.size());
      const auto file = "f" + std::to_string(*rc::gen::inRange(0, 6)) + ".yaml";
      files[file] += all[left[at]] + "\n---\n";
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(at));
    }
    const auto loaded = load_files(std::move(files), *rc::gen::inRange(1U, 4U));
    RC_ASSERT(errors(loaded).empty());
    RC_ASSERT(world(loaded) == expected);
  }));
}

TEST(Invariance, AFileThatMovesChangesNothing) {
  const auto text = domain("    - {name: www, type: A, value: 192.0.2.1}\n");
  const auto before = load_files({{"a.yaml", text}});
  const auto after = load_files({{"deep/down/z.yml", "# moved\n\n" + text}});
  EXPECT_EQ(world(before), world(after));
}

TEST(Invariance, ProblemsAreTheSameOnAnyNumberOfThreads) {
  std::map<std::string, std::string> files;
  for (int i = 0; i < 40; ++i) {
    files["d" + std::to_string(i) + ".yaml"] = document(
        "Domain",
        "metadata: {name: d" + std::to_string(i) +
            ".test}\nspec:\n  dns: {providers: [dsn]}\n  records:\n    - {name: a, type: A, "
            "value: x}\n    - {name: b, tpye: A, value: x}\n");
  }
  const auto alone = shown(load_files(files, 1));
  EXPECT_EQ(shown(load_files(files, 4)), alone);
}

TEST(Golden, ABrokenProject) {
  const auto loaded = load_files(
      {{"plumb.yaml",
        document("Project",
                 "metadata: {name: shop}\nspec:\n  manifests: [providers.yaml, domains, profiles]\n"
                 "  guards: {deletesPerScope: many}")},
       {"providers.yaml",
        document("Provider",
                 "metadata: {name: dns}\nspec:\n  type: files\n  directory: zones\n  auth:\n    "
                 "apiKey: s3cr3t-t0ken\n") +
            "---\n" + document("Provider", "metadata: {name: cf}\nspec: {type: cloudflair}")},
       {"profiles/web.yaml",
        document("Profile",
                 "metadata: {name: web}\nspec:\n  dns: {providers: [dns], defautTTL: 300}\n"
                 "  records:\n    - {name: www, type: A, value: \"${wep}\"}\n")},
       {"profiles/mail.yaml",
        document("Profile",
                 "metadata: {name: mail}\nspec:\n  dns: {providers: [dns]}\n  vars: {mx: mx1}\n"
                 "  records:\n    - {name: \"@\", type: MX, value: \"10 ${mxx}\"}\n")},
       {"domains/example.com.yaml",
        document("Domain",
                 "metadata: {name: example.com}\nspec:\n  profiles: [mail, wbe]\n  records:\n"
                 "    - {name: \"@\", type: TXT, values: [\"v=spf1 mx -all\", \"v=spf1 a ~all\"]}\n"
                 "    - {name: mx1, type: A, value: 192.0.2.256}\n"
                 "    - {name: mx1, type: AAAA, vlaue: \"2001:db8::1\"}\n"
                 "    - {name: mail.example.com, type: CNAME, value: mx1.example.com}\n")},
       {"domains/again.yaml",
        document(
            "Domain",
            "metadata: {names: [example.org, EXAMPLE.org]}\nspec: {dns: {providers: [cf, dnss]}}")},
       {"domains/unclosed.yaml",
        "apiVersion: plumb/v1\nkind: Domain\nmetadata: {name: \"example.net}\nspec: {}\n"},
       {"domains/configmap.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"}});
  std::string out;
  for (const auto& one : loaded.diagnostics.all()) {
    out += loaded.files.text(one.place) + ": " + one.message + "\n";
    out += "  | " + one.excerpt + "\n";
    if (one.related.known()) {
      out += "  first: " + loaded.files.text(one.related) + "\n";
    }
    if (!one.hint.empty()) {
      out += "  hint: " + one.hint + "\n";
    }
  }
  for (const auto& scope : loaded.scopes) {
    EXPECT_FALSE(scope->complete);
  }
  EXPECT_EQ(out.find("s3cr3t"), std::string::npos);
  expect_golden("controller/load/broken_project.golden", out);
}

}  // namespace
}  // namespace plumb::test
