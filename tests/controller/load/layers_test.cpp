// How profiles, Domain, DNSRecords and Servers lie on one another.

#include <gtest/gtest.h>

#include "tests/controller/load/loading.h"

namespace plumb::test {
namespace {

using Rows = std::vector<std::string>;

std::string profile(std::string_view name, std::string_view spec) {
  return document("Profile",
                  "metadata: {name: " + std::string(name) + "}\nspec:\n" + std::string(spec));
}

/// example.com with `profiles` and `rest` of its spec.
std::string example(std::string_view profiles, std::string_view rest) {
  return document("Domain",
                  "metadata: {name: example.com}\nspec:\n  profiles: " + std::string(profiles) +
                      "\n  dns: {providers: [dns]}\n" + std::string(rest));
}

Rows rows_of(std::map<std::string, std::string> files) {
  const auto loaded = load_files(std::move(files));
  EXPECT_EQ(errors(loaded), "");
  return rows(scope_of(loaded, "example.com."));
}

TEST(Layers, LaterOnesReplaceByNameAndType) {
  EXPECT_EQ(rows_of({{"p.yaml",
                      profile("one",
                              "  records:\n    - {name: www, type: A, value: 192.0.2.1}\n"
                              "    - {name: only, type: A, value: 192.0.2.1}\n")},
                     {"q.yaml",
                      profile("two",
                              "  records:\n    - {name: www, type: A, value: 192.0.2.2}\n"
                              "    - {name: mail, type: A, value: 192.0.2.2}\n")},
                     {"d.yaml",
                      example("[one, two]",
                              "  records:\n    - {name: mail, type: A, value: 192.0.2.3}\n")}}),
            (Rows{"mail A - 192.0.2.3", "only A - 192.0.2.1", "www A - 192.0.2.2"}));
}

TEST(Layers, NullTakesAwayWhatAProfileGave) {
  EXPECT_EQ(rows_of({{"p.yaml",
                      profile("p",
                              "  records:\n    - {name: www, type: A, value: 192.0.2.1}\n"
                              "    - {name: www, type: TXT, value: old}\n"
                              "    - {name: ftp, type: A, value: 192.0.2.1}\n")},
                     {"d.yaml",
                      example("[p]",
                              "  records:\n    - {name: www, type: A, values: null}\n"
                              "    - {name: www, type: TXT, value: null}\n")}}),
            (Rows{"ftp A - 192.0.2.1"}));
}

TEST(Layers, ACnameDisplacesInheritedTypesAndTheOtherWayRound) {
  const auto given = profile("p",
                             "  records:\n    - {name: a, type: A, value: 192.0.2.1}\n"
                             "    - {name: a, type: TXT, value: x}\n"
                             "    - {name: b, type: CNAME, value: a}\n"
                             "    - {name: c, type: CNAME, value: a}\n");
  EXPECT_EQ(rows_of({{"p.yaml", given},
                     {"d.yaml",
                      example("[p]",
                              "  records:\n    - {name: a, type: CNAME, value: c}\n"
                              "    - {name: b, type: TXT, value: y}\n"
                              "    - {name: c, type: CNAME, value: t.example.net.}\n")}}),
            (Rows{"a CNAME - c.example.com.", "b TXT - y", "c CNAME - t.example.net."}));
}

TEST(Layers, TxtValuesOfAllSourcesUnite) {
  const auto txt = [](const char* value) {
    return std::string("  records:\n    - {name: \"@\", type: TXT, value: ") + value + "}\n";
  };
  EXPECT_EQ(
      rows_of({{"p.yaml", profile("p", txt("one"))},
               {"q.yaml", profile("q", txt("two"))},
               {"d.yaml",
                example("[p, q]",
                        "  records:\n    - {name: \"@\", type: TXT, ttl: 60, "
                        "values: [one, three]}\n")},
               {"r.yaml",
                document("DNSRecord",
                         "metadata: {name: r}\n"
                         "spec: {domain: example.com, name: \"@\", type: TXT, value: four}")}}),
      (Rows{"@ TXT 60 four | one | three | two"}));
}

TEST(Layers, VariablesOfTheDomainWinOverWithOverTheProfile) {
  EXPECT_EQ(rows_of({{"p.yaml",
                      profile("p",
                              "  vars: {a: pa, b: pb, c: pc, n: 7}\n"
                              "  records:\n    - {name: \"x${n}\", type: TXT, value: "
                              "\"${a} ${b} ${c} ${domain}\"}\n")},
                     {"q.yaml",
                      profile("q",
                              "  vars: {a: qa}\n"
                              "  records:\n    - {name: y, type: TXT, value: \"${a} ${b}\"}\n")},
                     {"d.yaml",
                      example("[{name: p, with: {b: wb, c: wc}}, q]",
                              "  vars: {c: dc}\n"
                              "  records:\n    - {name: z, type: TXT, value: \"${a} ${c}\"}\n")}}),
            (Rows{"x7 TXT - pa wb dc example.com", "y TXT - qa wb", "z TXT - qa dc"}));
}

TEST(Layers, DnsSettingsMergeThroughProfiles) {
  const auto loaded = load_files(
      {{"p.yaml",
        profile("p",
                "  dns: {providers: [dns], defaultTTL: 300, ownership: exclusive, "
                "unmanaged: [a], nameServers: [ns1.x.test.]}\n  drift: heal\n")},
       {"d.yaml",
        document("Domain",
                 "metadata: {name: example.com}\nspec:\n  profiles: [p]\n  dns: {defaultTTL: null, "
                 "\"unmanaged+\": [b], nameServers+: [ns2.x.test.]}\n")}});
  EXPECT_EQ(errors(loaded), "");
  const auto& scope = scope_of(loaded, "example.com.");
  EXPECT_TRUE(scope.exclusive);
  EXPECT_EQ(scope.unmanaged, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(rows(scope), (Rows{"@ NS - ns1.x.test. | ns2.x.test."}));
  EXPECT_TRUE(scope.policies[scope.policy[0]].heal);
}

TEST(Layers, NoMailIsTheNoMailSet) {
  EXPECT_EQ(rows_of({{"p.yaml",
                      profile("p",
                              "  records:\n    - {name: \"@\", type: MX, value: "
                              "\"10 mx.example.net.\"}\n")},
                     {"d.yaml", example("[p]", "  mail: {none: true}\n")}}),
            (Rows{"@ MX - 0 .", "@ TXT - v=spf1 -all", "_dmarc TXT - v=DMARC1; p=reject"}));
}

TEST(Layers, SeveralNamesShareOneDocument) {
  const auto loaded = load_text(
      document("Domain",
               "metadata: {names: [example.com, example.net]}\nspec:\n  dns: {providers: [dns]}\n"
               "  records:\n    - {name: \"@\", type: TXT, value: \"at ${domain}\"}"));
  EXPECT_EQ(errors(loaded), "");
  EXPECT_EQ(rows(scope_of(loaded, "example.com.")), (Rows{"@ TXT - at example.com"}));
  EXPECT_EQ(rows(scope_of(loaded, "example.net.")), (Rows{"@ TXT - at example.net"}));
}

TEST(Layers, SeveralProvidersGetTheSameRecordsAsEachWillReadThemBack) {
  const auto second =
      document("Provider", "metadata: {name: second}\nspec: {type: slow, directory: other}");
  const auto loaded = load_files(
      {{"s.yaml", second},
       {"d.yaml",
        document("Domain",
                 "metadata: {name: example.com}\nspec:\n  dns: {providers: [dns, second]}\n"
                 "  records:\n    - {name: \"@\", type: A, ttl: 30, value: 192.0.2.1, "
                 "at: {second: {proxied: true}}}\n    - {name: b, type: A, ttl: 30, value: "
                 "192.0.2.1}\n")}});
  EXPECT_EQ(errors(loaded), "");
  ASSERT_EQ(loaded.scopes.size(), 2U);
  EXPECT_EQ(loaded.scopes[0]->scope.account, "files other");
  EXPECT_EQ(rows(*loaded.scopes[0])[1], "b A 60 192.0.2.1");
  EXPECT_EQ(rows(*loaded.scopes[1]), (Rows{"@ A 30 192.0.2.1", "b A 30 192.0.2.1"}));
  const auto at = [](const DesiredScope& scope) {
    const auto row = scope.table.find(kinds::kRRset, std::string("@\0A", 3));
    return cbor::field(scope.table.body(scope.table[*row]), kinds::kRRsetAt).has_value();
  };
  EXPECT_FALSE(at(*loaded.scopes[1]));
}

TEST(Layers, InternationalNamesAreSentAsALabelsAndShownAsULabels) {
  const auto loaded =
      load_text(document("Domain",
                         "metadata: {name: Bücher.example}\nspec:\n  dns: {providers: [dns]}\n"
                         "  records:\n    - {name: ööö, type: CNAME, value: größe}\n"));
  EXPECT_EQ(errors(loaded), "");
  ASSERT_EQ(loaded.scopes.size(), 1U);
  EXPECT_EQ(loaded.scopes[0]->scope.container, "xn--bcher-kva.example.");
  EXPECT_EQ(loaded.scopes[0]->domain, "bücher.example");
  EXPECT_EQ(rows(*loaded.scopes[0]),
            (Rows{"xn--ndaaa CNAME - xn--gre-6ka8i.xn--bcher-kva.example."}));
}

}  // namespace
}  // namespace plumb::test
