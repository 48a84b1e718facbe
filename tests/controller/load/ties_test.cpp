// What documents have to do with one another: servers, references, delegations, needs, policies.

#include <gtest/gtest.h>

#include "tests/controller/load/loading.h"

namespace plumb::test {
namespace {

using Rows = std::vector<std::string>;

const std::string& server() {
  static const std::string kText =
      document("Server",
               "metadata: {name: mx1, labels: {site: fra}}\n"
               "spec: {hostname: mx1.example.com, addresses: [192.0.2.10, \"2001:DB8::10\"]}") +
      "---\n";
  return kText;
}

std::string key(std::string_view owner, values::RecordType type) {
  return kinds::rrset_key(owner, type);
}

/// What a row of a scope needs, as "container key" texts.
std::vector<std::string> needs_of(const DesiredScope& scope,
                                  KindId kind,
                                  std::string_view row_key) {
  const auto row = scope.table.find(kind, row_key);
  EXPECT_TRUE(row.has_value());
  std::vector<std::string> out;
  for (const auto& needs : scope.needs) {
    if (row && needs.entry == *row) {
      for (const auto& id : needs.on) {
        out.push_back(id.scope.account + "|" + id.scope.container + "|" + id.key);
      }
    }
  }
  return out;
}

Policy policy_of(const DesiredScope& scope, KindId kind, std::string_view row_key) {
  const auto row = scope.table.find(kind, row_key);
  EXPECT_TRUE(row.has_value());
  return row ? scope.policies[scope.policy[*row]] : Policy();
}

TEST(Ties, AServerGivesAddressesToTheDomainThatOwnsItsName) {
  const auto loaded =
      load_text(server() + domain("    - {name: \"@\", type: MX, value: 10 mx1}\n"));
  EXPECT_EQ(errors(loaded), "");
  ASSERT_EQ(loaded.scopes.size(), 2U);
  const auto& zone = scope_of(loaded, "example.com.");
  EXPECT_EQ(rows(zone),
            (Rows{"@ MX - 10 mx1.example.com.",
                  "mx1 A - ${Server/mx1:ipv4*}",
                  "mx1 AAAA - ${Server/mx1:ipv6*}"}));
  EXPECT_EQ(needs_of(zone, kinds::kRRset, key("mx1", values::RecordType::a)),
            (Rows{"static||mx1"}));
  const auto row = zone.table.find(kinds::kRRset, key("mx1", values::RecordType::a));
  EXPECT_EQ(zone.table[*row].flags, EntryFlag::has_references);
  EXPECT_EQ(loaded.files.text(zone.places[*row]), "d.yaml:3:18");

  const auto& machines = scope_of(loaded, "");
  EXPECT_EQ(machines.scope.account, "static");
  EXPECT_EQ(machines.provider, "static");
  const auto machine = machines.table.find(kinds::kServer, "mx1");
  ASSERT_TRUE(machine.has_value());
  const auto body = machines.table.body(machines.table[*machine]);
  EXPECT_EQ(cbor::field_octets(body, kinds::kServerHostname), "mx1.example.com.");
  EXPECT_EQ(cbor::field_list(body, kinds::kServerIpv6),
            (std::vector<std::string_view>{"2001:db8::10"}));

  ASSERT_EQ(loaded.producers.size(), 1U);
  EXPECT_EQ(loaded.producers[0].declaration, "Server/mx1");
  EXPECT_EQ(loaded.producers[0].id, (ResourceId{{"static", ""}, kinds::kServer, "mx1"}));
  EXPECT_TRUE(std::any_of(loaded.providers.begin(), loaded.providers.end(), [](const auto& one) {
    return one.type == "static" && one.account == "static";
  }));
}

TEST(Ties, TheLongestMatchingDomainOwnsTheNameOfAServer) {
  const auto loaded = load_text(
      document("Server",
               "metadata: {name: s}\nspec: {hostname: s.sub.example.com, addresses: "
               "[192.0.2.10]}") +
      "---\n" +
      document("Domain", "metadata: {name: sub.example.com}\nspec: {dns: {providers: [dns]}}") +
      "---\n" + domain("    - {name: www, type: A, value: 192.0.2.1}\n"));
  EXPECT_EQ(errors(loaded), "");
  EXPECT_EQ(rows(scope_of(loaded, "sub.example.com.")), (Rows{"s A - ${Server/s:ipv4*}"}));
  EXPECT_EQ(rows(scope_of(loaded, "example.com.")), (Rows{"www A - 192.0.2.1"}));
}

TEST(Ties, WithoutAServerThereIsNoStaticProvider) {
  const auto loaded = load_text(domain("    - {name: www, type: A, value: 192.0.2.1}\n"));
  ASSERT_EQ(loaded.providers.size(), 1U);
  EXPECT_EQ(loaded.providers[0].name, "dns");
}

TEST(Ties, ReferencesStandAloneOrInText) {
  const auto loaded = load_text(
      server() +
      domain("    - {name: a, type: A, values: [\"${Server/mx1:ipv4}\", 192.0.2.99]}\n"
             "    - {name: b, type: TXT, value: \"v=spf1 ip4:${Server/mx1:ipv4} "
             "ip6:${Server/mx1:ipv6} -all\"}\n"
             "    - {name: c, type: MX, value: \"010 ${Server/mx1:hostname}\"}\n"
             "    - {name: d, type: CNAME, value: \"${Server/mx1:hostname}\"}\n"
             "    - {name: e, type: SRV, value: \"0 1 25 mail.${Server/mx1:hostname}\"}\n"));
  EXPECT_EQ(errors(loaded), "");
  const auto all = rows(scope_of(loaded, "example.com."));
  EXPECT_EQ((Rows{all.begin(), all.begin() + 5}),
            (Rows{"a A - 192.0.2.99 | ${Server/mx1:ipv4*}",
                  "b TXT - v=spf1 ip4:${Server/mx1:ipv4} ip6:${Server/mx1:ipv6} -all",
                  "c MX - 10 ${Server/mx1:hostname}",
                  "d CNAME - ${Server/mx1:hostname}",
                  "e SRV - 0 1 25 mail.${Server/mx1:hostname}"}));
}

TEST(Ties, AReferenceToAnEmptyListDropsTheValue) {
  const auto loaded = load_text(
      document("Server",
               "metadata: {name: four}\nspec: {hostname: four.test, addresses: [192.0.2.10]}") +
      "---\n" +
      domain("    - {name: a, type: AAAA, values: [\"${Server/four:ipv6}\", "
             "\"2001:db8::1\"]}\n"));
  EXPECT_EQ(errors(loaded), "");
  EXPECT_EQ(rows(scope_of(loaded, "example.com.")), (Rows{"a AAAA - 2001:db8::1"}));
}

TEST(Ties, DelegationPutsTheNameServersIntoTheZoneAbove) {
  const auto loaded = load_text(
      domain("    - {name: www, type: A, value: 192.0.2.1}\n") + "---\n" +
      document("Domain",
               "metadata: {name: sub.example.com}\nspec:\n  dns: {providers: [dns], nameServers: "
               "[ns1, ns.example.net.], delegate: true}\n  records:\n    - {name: ns1, type: A, "
               "value: 192.0.2.5}\n"));
  EXPECT_EQ(errors(loaded), "");
  const auto& parent = scope_of(loaded, "example.com.");
  EXPECT_EQ(rows(parent),
            (Rows{"sub NS - ns.example.net. | ns1.sub.example.com.", "www A - 192.0.2.1"}));
  EXPECT_EQ(needs_of(parent, kinds::kRRset, key("sub", values::RecordType::ns)),
            (Rows{"files zones|sub.example.com.|"}));
}

TEST(Ties, DependsOnBecomesWhatTheRowNeeds) {
  const auto loaded = load_text(
      server() +
      document("Domain",
               "metadata: {name: example.com}\nspec:\n  dns: {providers: [dns]}\n  dependsOn: "
               "[Server/mx1]\n") +
      "---\n" +
      document("DNSRecord",
               "metadata: {name: one}\nspec: {domain: example.com, name: one, type: A, value: "
               "192.0.2.1}") +
      "---\n" +
      document("DNSRecord",
               "metadata: {name: two}\nspec: {domain: example.com, name: two, type: A, value: "
               "192.0.2.1, dependsOn: [DNSRecord/one, Domain/example.com]}"));
  EXPECT_EQ(errors(loaded), "");
  const auto& zone = scope_of(loaded, "example.com.");
  EXPECT_EQ(needs_of(zone, kinds::kZone, ""), (Rows{"static||mx1"}));
  EXPECT_EQ(needs_of(zone, kinds::kRRset, key("two", values::RecordType::a)),
            (Rows{"files zones|example.com.|",
                  "files zones|example.com.|" + key("one", values::RecordType::a)}));
}

TEST(Ties, PoliciesComeFromWhoDeclares) {
  const auto loaded = load_files(
      {{"plumb.yaml",
        document("Project", "metadata: {name: p}\nspec: {drift: {default: report, RRset: heal}}")},
       {"d.yaml",
        document("Domain",
                 "metadata: {name: example.com}\nspec:\n  dns: {providers: [dns]}\n  protect: "
                 "true\n  paused: true\n  ignore: [/ttl]\n  records: [{name: a, type: A, value: "
                 "192.0.2.1}]\n") +
            "---\n" +
            document("DNSRecord",
                     "metadata: {name: r}\nspec: {domain: example.com, name: b, type: A, value: "
                     "192.0.2.1, protect: true, paused: true, ignore: [/values], formerly: old}") +
            "---\n" +
            document(
                "Domain",
                "metadata: {name: example.net}\nspec: {dns: {providers: [dns]}, drift: {RRset: "
                "report}, records: [{name: a, type: A, value: 192.0.2.1}]}")}});
  EXPECT_EQ(errors(loaded), "");
  const auto& zone = scope_of(loaded, "example.com.");
  EXPECT_TRUE(zone.paused);
  EXPECT_EQ(policy_of(zone, kinds::kZone, ""), (Policy{.protect = true}));
  EXPECT_EQ(policy_of(zone, kinds::kRRset, key("a", values::RecordType::a)),
            (Policy{.heal = true, .ignore = {"/ttl"}}));
  EXPECT_EQ(policy_of(zone, kinds::kRRset, key("b", values::RecordType::a)),
            (Policy{.protect = true, .paused = true, .heal = true, .ignore = {"/ttl", "/values"}}));
  ASSERT_EQ(zone.formers.size(), 1U);
  EXPECT_EQ(zone.formers[0].key, key("old", values::RecordType::a));
  EXPECT_EQ(zone.formers[0].entry,
            *zone.table.find(kinds::kRRset, key("b", values::RecordType::a)));
  EXPECT_EQ(
      policy_of(scope_of(loaded, "example.net."), kinds::kRRset, key("a", values::RecordType::a)),
      Policy{});
}

TEST(Ties, EverythingDeclaredIsListedWithItsScopes) {
  const auto loaded = load_text(
      server() +
      document("Domain",
               "metadata: {names: [example.com, example.net], labels: {team: sales, floor: 3}}\n"
               "spec: {dns: {providers: [dns]}}") +
      "---\n" +
      document("DNSRecord",
               "metadata: {name: r}\nspec: {domain: example.com, name: b, type: A, value: "
               "192.0.2.1}"));
  EXPECT_EQ(errors(loaded), "");
  Rows lines;
  for (const auto& one : loaded.declared) {
    std::string line = one.kind + "/" + one.name + " " + loaded.files.text(one.place);
    for (const auto& [name, value] : one.labels) {
      line += " " + name + "=" + value;
    }
    for (const auto& scope : one.scopes) {
      line += " [" + scope.account + " " + scope.container + "]";
    }
    lines.push_back(std::move(line));
  }
  EXPECT_EQ(lines,
            (Rows{"DNSRecord/r d.yaml:13:18 [files zones example.com.]",
                  "Domain/example.com d.yaml:8:20 team=sales floor=3 [files zones example.com.]",
                  "Domain/example.net d.yaml:8:33 team=sales floor=3 [files zones example.net.]",
                  "Project/test plumb.yaml:3:18",
                  "Provider/dns providers.yaml:3:18",
                  "Server/mx1 d.yaml:3:18 site=fra [static ]"}));
}

TEST(Ties, ProjectAndProvidersAreTyped) {
  const auto loaded = load_files(
      {{"plumb.yaml",
        document("Project",
                 "metadata: {name: p}\nspec: {guards: {deletesPerScope: 12, deletesPerRun: 5%, "
                 "domainsPerOrigin: 7}, drift: heal}")},
       {"providers.yaml",
        document(
            "Provider",
            "metadata: {name: dns}\nspec: {type: files, directory: zones, auth: {apiKey: {env: "
            "KEY}, other: {exec: [pass, show]}}, limits: {requestsPerSecond: 0.5, "
            "concurrency: 3}}")}});
  EXPECT_EQ(errors(loaded), "");
  EXPECT_EQ(loaded.project.name, "p");
  EXPECT_EQ(loaded.project.environment, "default");
  EXPECT_EQ(loaded.project.deletes_per_scope_count, 12U);
  EXPECT_EQ(loaded.project.deletes_per_scope_percent, 0U);
  EXPECT_EQ(loaded.project.deletes_per_run_count, 0U);
  EXPECT_EQ(loaded.project.deletes_per_run_percent, 5U);
  EXPECT_EQ(loaded.project.domains_per_origin_count, 7U);
  EXPECT_TRUE(loaded.project.heal);
  ASSERT_EQ(loaded.providers.size(), 1U);
  const auto& provider = loaded.providers[0];
  EXPECT_EQ(provider.account, "files zones");
  EXPECT_EQ(provider.requests_per_second, 0.5);
  EXPECT_EQ(provider.concurrency, 3U);
  const auto& auth = *provider.spec.find("auth");
  EXPECT_EQ(std::get<SecretRef>(auth.find("apiKey")->data), (SecretRef{"env", "KEY"}));
  EXPECT_EQ(std::get<SecretRef>(auth.find("other")->data),
            (SecretRef{"exec", std::string("pass\0show", 9)}));
}

TEST(Ties, OnlyTheRootsOfTheProjectAreRead) {
  const auto loaded = load_files(
      {{"plumb.yaml",
        document("Project", "metadata: {name: p}\nspec: {manifests: [./zones/, providers.yaml]}")},
       {"other/x.yaml", "not: ours\n"},
       {"zones/a.yaml", domain("    - {name: a, type: A, value: 192.0.2.1}\n")}});
  EXPECT_EQ(errors(loaded), "");
  EXPECT_EQ(loaded.scopes.size(), 1U);
}

TEST(Ties, ConsentsAreLoadedUnlessTheyHaveEnded) {
  const auto loaded = load_text(
      document("Consent",
               "metadata: {name: b}\nspec: {allow: delete, on: Domain/x.test, including: [zone], "
               "count: 3, until: 2026-11-20}") +
      "---\n" + document("Consent", "metadata: {name: a}\nspec: {allow: spread, on: Project}") +
      "---\n" +
      document("Consent", "metadata: {name: c}\nspec: {allow: delete, on: x, until: 2026-11-19}"));
  ASSERT_EQ(loaded.consents.size(), 2U);
  EXPECT_EQ(loaded.consents[0].id, "a");
  EXPECT_EQ(loaded.consents[1].including, (Rows{"zone"}));
  EXPECT_EQ(loaded.consents[1].count, 3U);
  EXPECT_EQ(loaded.consents[1].until, "2026-11-20");
  EXPECT_EQ(shown(loaded),
            "d.yaml:14:37: warning: Consent `c` ended on 2026-11-19: it permits nothing any more "
            "[consent-ended] (remove it, or set a later day)\n");
}

}  // namespace
}  // namespace plumb::test
