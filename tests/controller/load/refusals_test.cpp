// What is wrong with manifests, each with its exact place, hint and second place.

#include <span>

#include <gtest/gtest.h>

#include "tests/controller/load/loading.h"

namespace plumb::test {
namespace {

struct Case {
  std::string text;      ///< d.yaml
  const char* expected;  ///< errors()
};

void expect_errors(std::span<const Case> cases) {
  for (const auto& one : cases) {
    EXPECT_EQ(errors(load_text(one.text)), one.expected) << one.text;
  }
}

std::string simple(std::string_view name, std::string_view dns = "providers: [dns]") {
  return document("Domain",
                  "metadata: {name: " + std::string(name) + "}\nspec: {dns: {" + std::string(dns) +
                      "}}") +
         "---\n";
}

// In the text of domain() the first record is line 7.

TEST(Refusals, OfRecordItems) {
  const Case cases[] = {
      {domain("    - {name: a, type: A, valeu: 192.0.2.1}\n"),
       "d.yaml:7:26: unknown field `valeu` (did you mean value?)\n"},
      {domain("    - {name: [a], type: A, value: 192.0.2.1}\n"),
       "d.yaml:7:14: `name` must be text, not a list\n"},
      {domain("    - {name: a, type: A, ttl: \"1h\", value: 192.0.2.1}\n"),
       "d.yaml:7:31: `ttl` must be a number of seconds, not text (write 3600 for an hour)\n"},
      {domain("    - {name: a, type: A, ttl: -1, value: 192.0.2.1}\n"),
       "d.yaml:7:31: `ttl` must lie between 0 and 2147483647 seconds (write 3600 for an hour)\n"},
      {domain("    - {name: a, type: AAAAA, value: 192.0.2.1}\n"),
       "d.yaml:7:23: record type 'AAAAA' is unknown (did you mean AAAA?)\n"},
      {domain("    - {name: a, type: mx, value: 192.0.2.1}\n"),
       "d.yaml:7:23: record types are written in upper case (write MX)\n"},
      {domain("    - {name: a, type: SOA, value: x}\n"),
       "d.yaml:7:23: SOA records are kept by the DNS server and cannot be declared (remove the "
       "record)\n"},
      {domain("    - {name: a, type: A, value: 192.0.2.1, values: [192.0.2.1]}\n"),
       "d.yaml:7:44: a record has either `value` or `values` (put all values into `values`)\n"},
      {domain("    - {name: a, type: A, value: true}\n"),
       "d.yaml:7:33: `value` must be text, not true/false (put it in quotes if the text is "
       "meant)\n"},
      {domain("    - {name: a, type: A, values: [x: 1]}\n"),
       "d.yaml:7:35: `values` must be text, not a map\n"},
      {domain("    - foo\n"),
       "d.yaml:7:7: a record must be a map, not text (write {name: www, type: A, value: "
       "192.0.2.1})\n"},
      {domain("    - {name: a, type: A, value: 192.0.2.1, lint: {off: [x]}}\n"),
       "d.yaml:7:50: `lint` needs `reason` (say why the rule does not hold here)\n"
       "d.yaml:7:57: there is no rule `x` (write the id that the message shows)\n"},
      {domain("    - {name: a, type: A, value: 192.0.2.1, lint: {off: [name-repeats-zon], reason: "
              "x}}\n"),
       "d.yaml:7:57: there is no rule `name-repeats-zon` (write the id that the message shows)\n"},
  };
  expect_errors(cases);
}

TEST(Refusals, OfValuesAndNames) {
  const Case cases[] = {
      {domain("    - {name: a, type: A, values: [192.0.2.1, 192.0.2.300]}\n"),
       "d.yaml:7:46: A value: '192.0.2.300' is not an IPv4 address (write four numbers from 0 to "
       "255 without leading zeros, as in 192.0.2.1)\n"},
      {domain("    - {name: b, type: MX, value: 10 mx.example}\n"),
       "d.yaml:7:34: MX exchange: target 'mx.example' is ambiguous without a final dot (write "
       "'mx.example.' if that is the whole name, or 'mx.example.example.com.' if it lies in this "
       "zone)\n"},
      {domain("    - {name: www.example.com, type: A, value: 192.0.2.1}\n"),
       "d.yaml:7:14: name 'www.example.com' repeats the zone: it would be "
       "www.example.com.example.com (write 'www', or the absolute name with its final dot)\n"},
      {domain("    - {name: a, type: A, value: \"${wep}\"}\n"),
       "d.yaml:7:33: variable `wep` is not defined (define it in `vars`, or write `$${wep}` for "
       "the characters themselves)\n"},
      {domain("    - {name: \"${domian}\", type: A, value: 192.0.2.1}\n"),
       "d.yaml:7:14: variable `domian` is not defined (did you mean domain?)\n"},
      {domain("    - {name: a, type: A, value: \"${Server/mx1:ipv4}\"}\n"),
       "d.yaml:7:33: reference to `Server/mx1`, which is not declared (references name a Server: "
       "${Server/mx1:ipv4})\n"},
  };
  expect_errors(cases);
}

TEST(Refusals, OfASecondSourceNameBothPlaces) {
  const Case cases[] = {
      {domain("    - {name: a, type: A, value: 192.0.2.1}\n"
              "    - {name: A, type: A, value: 192.0.2.2}\n"),
       "d.yaml:8:7: record set `a A` is declared twice (put all values into one record, or remove "
       "one of the two) @ d.yaml:7:7\n"},
      {domain("    - {name: a, type: TXT, ttl: 1, value: x}\n"
              "    - {name: a, type: TXT, ttl: 2, value: y}\n"),
       "d.yaml:8:7: `a TXT` has ttl 2 here and 1 elsewhere (a record set has one TTL: state it "
       "once) @ d.yaml:7:7\n"},
      {domain("    - {name: a, type: TXT, values: [v=spf1 -all, v=spf1 mx ~all]}\n"),
       "d.yaml:7:50: a.example.com has more than one SPF record (join their terms in one record: "
       "with "
       "two, every check fails) @ d.yaml:7:37\n"},
      {domain("    - {name: _acme-challenge, type: TXT, value: x}\n",
              ", unmanaged: ['_acme* TXT']"),
       "d.yaml:7:7: `_acme-challenge TXT` is declared, and unmanaged by `_acme* TXT` (remove the "
       "record, or narrow `dns.unmanaged`) @ d.yaml:5:39\n"},
      {simple("bücher.example") + simple("xn--bcher-kva.example"),
       "d.yaml:8:18: Domain/bücher.example is declared twice (remove one of the two, or rename it) "
       "@ d.yaml:3:18\n"},
      {document("Profile", "metadata: {name: a}") + "---\n" +
           document("Profile", "metadata: {name: a}"),
       "d.yaml:7:18: Profile/a is declared twice (remove one of the two, or rename it) @ "
       "d.yaml:3:18\n"},
      {document("Project", "metadata: {name: a}"),
       "d.yaml:1:1: there is more than one Project (keep the one in plumb.yaml) @ "
       "plumb.yaml:1:1\n"},
      {document("Server",
                "metadata: {name: u}\nspec: {hostname: a.example.com, addresses: [192.0.2.3]}") +
           "---\n" + domain("    - {name: a, type: A, value: 192.0.2.1}\n"),
       "d.yaml:3:18: record set `a A` is declared twice (made by Server/u) (remove the record, or "
       "what makes it) @ d.yaml:12:7\n"},
      {document("Provider", "metadata: {name: other}\nspec: {type: files, directory: zones}"),
       "providers.yaml:3:18: Providers `dns` and `other` are one account (files zones) (keep one "
       "of them and name it everywhere) @ d.yaml:3:18\n"},
  };
  expect_errors(cases);
}

TEST(Refusals, OfDocuments) {
  const Case cases[] = {
      {document("Domian", "metadata: {name: x}"),
       "d.yaml:2:7: there is no kind `Domian` (did you mean Domain?)\n"},
      {document("MailServer", "metadata: {name: x}"),
       "d.yaml:2:7: there is no kind `MailServer` (a mail server is a Provider: write `kind: "
       "Provider` and its `type`)\n"},
      {document("Weather", "metadata: {name: x}"),
       "d.yaml:2:7: there is no kind `Weather` (kinds are Project, Provider, Profile, Domain, "
       "DNSRecord, Server, Mailbox, Alias and Consent)\n"},
      {document("Mailbox", "metadata: {name: x}"),
       "d.yaml:3:18: mailbox `x` is called by no address (write local@domain, as in "
       "jane@example.com)\n"},
      {"apiVersion: v1\nkind: ConfigMap\n",
       "d.yaml:1:13: `apiVersion` is not plumb/v1 but `v1` (write `apiVersion: plumb/v1`, or keep "
       "documents of others out of `manifests`)\n"},
      {"foo: 1\n",
       "d.yaml:1:1: this is no manifest: it has no `apiVersion` (begin it with `apiVersion: "
       "plumb/v1`, or keep the file out of `manifests`)\n"},
      {"- 1\n",
       "d.yaml:1:1: this document is a list, not a manifest (manifests are maps that begin with "
       "`apiVersion: plumb/v1`)\n"},
      {"apiVersion: plumb/v1\n",
       "d.yaml:1:1: this is no manifest: it has no `kind` (say what it is, as in `kind: "
       "Domain`)\n"},
      {document("Domain", "spec: {}"), "d.yaml:1:1: `Domain` needs `metadata`\n"},
      {document("Domain", "metadata: {}\nspec: {dns: {providers: [dns]}}"),
       "d.yaml:3:11: `metadata` needs `name` or `names`\n"},
      {document("Domain",
                "metadata: {name: example.com}\nspec:\n  dns: {providers: [dns], defaltTTL: 3, "
                "ownership: exclusiv, unmanaged: x, delegate: yes}\n  record: []"),
       "d.yaml:5:27: unknown field `defaltTTL` (did you mean defaultTTL?)\n"
       "d.yaml:5:52: `ownership` must be `shared` or `exclusive`, not `exclusiv` (did you mean "
       "exclusive?)\n"
       "d.yaml:5:73: `unmanaged` must be a list, not text\n"
       "d.yaml:5:86: `delegate` must be true or false, not text (write true or false, without "
       "quotes)\n"
       "d.yaml:6:3: unknown field `record` (did you mean records?)\n"},
      {document("Domain",
                "metadata: {name: a.test}\nspec: {dns: {providers: [dns]}, mail: {provider: x}}"),
       "d.yaml:4:50: there is no Provider `x` (declare it: kind: Provider)\n"},
      {document("Domain",
                "metadata: {name: a.test}\nspec: {dns: {providers: [dns]}, profiles: [{nme: y}, "
                "3]}"),
       "d.yaml:4:45: unknown field `nme` (did you mean name?)\n"
       "d.yaml:4:54: `profiles` must be text or a map, not a number\n"},
      {document("Domain", "metadata: {names: [\"*.x.example\", \"a..b\"]}\nspec: {}"),
       "d.yaml:3:20: `*.x.example` cannot be a Domain\n"
       "d.yaml:3:35: name 'a..b' has an empty label (remove the dot that is too many)\n"},
  };
  expect_errors(cases);
}

TEST(Refusals, OfWhatIsNotThere) {
  const Case cases[] = {
      {simple("a.test", "providers: [dsn, static, dns, dns]"),
       "d.yaml:4:26: there is no Provider `dsn` (did you mean dns?)\n"
       "d.yaml:4:31: Provider `static` (static) holds no zones (name a provider of DNS)\n"
       "d.yaml:4:44: Provider `dns` is named twice (remove one)\n"},
      {simple("a.test", ""),
       "d.yaml:3:18: Domain `a.test` has no DNS provider (name one in `dns: {providers: [...]}`, "
       "here or in a profile)\n"},
      {document("Profile", "metadata: {name: standard}") + "---\n" +
           document("Domain",
                    "metadata: {name: a.test}\nspec: {dns: {providers: [dns]}, profiles: "
                    "[standrad]}"),
       "d.yaml:8:44: there is no Profile `standrad` (did you mean standard?)\n"},
      {simple("example.com") +
           document("DNSRecord",
                    "metadata: {name: z}\nspec: {domain: exampl.com, name: a, type: A, value: "
                    "192.0.2.1}"),
       "d.yaml:9:16: there is no Domain `exampl.com` (did you mean example.com?)\n"},
      {simple("a.test", "providers: [dns], delegate: true"),
       "d.yaml:4:42: no Domain above `a.test` is declared to delegate it (declare the domain "
       "above, or remove `delegate`)\n"},
      {simple("test.example") + simple("a.test.example", "providers: [dns], delegate: true"),
       "d.yaml:9:42: `delegate` needs `nameServers`: they are what the zone above points to (list "
       "them in `dns.nameServers`)\n"},
      {domain("    - {name: b, type: A, value: 192.0.2.1, at: {dsn: {x: 1}}}\n"),
       "d.yaml:7:49: `at` names `dsn`, which is no provider of example.com (did you mean dns?)\n"},
  };
  expect_errors(cases);
}

TEST(Refusals, OfServersAndReferences) {
  const std::string mx1 =
      document("Server",
               "metadata: {name: mx1}\nspec: {hostname: mx1.test, addresses: [192.0.2.3]}") +
      "---\n";
  // The first record stands in line 12.
  const Case cases[] = {
      {mx1 + domain("    - {name: q, type: A, value: '${Server/mx1:ipv44}'}\n"),
       "d.yaml:12:33: `Server/mx1` has no output `ipv44` (did you mean ipv4?)\n"},
      {mx1 + domain("    - {name: q, type: AAAA, value: '${Server/mx1:ipv6}'}\n"),
       "d.yaml:12:7: record set `q AAAA` has no values: what it refers to has none (give the "
       "server an address of this family, or remove the record)\n"},
      {mx1 + domain("    - {name: q, type: MX, value: '${Server/mx1:ipv4}'}\n"),
       "d.yaml:12:34: `${Server/mx1:ipv4}` cannot be the value of MX records (such a value looks "
       "like 10 mx1.example.com.)\n"},
      {mx1 + domain("    - {name: q, type: MX, value: '10 ${Server/mx1:ipv4}'}\n"),
       "d.yaml:12:34: MX exchange: '${Server/mx1:ipv4}' is an IP address where the name of a host "
       "is needed (write the name of a host that has this address)\n"},
      {mx1 + domain("    - {name: '${Server/mx1:hostname}', type: A, value: 192.0.2.1}\n"),
       "d.yaml:12:14: a reference cannot stand in a name (use a variable: names must be known "
       "before anything is created)\n"},
      {document("Server",
                "metadata: {name: s}\nspec: {provider: dns, hostname: a.test, addresses: "
                "[192.0.2.3]}"),
       "d.yaml:4:18: Provider `dns` (files) has no servers (in this version servers are "
       "`provider: static`)\n"},
      {document("Server", "metadata: {name: s}\nspec: {hostname: a b, addresses: [192.0.2.300]}"),
       "d.yaml:4:18: name 'a b' holds ' ' (remove it, or write \\032 if the octet is meant)\n"
       "d.yaml:4:35: '192.0.2.300' is not an IPv4 address (write four numbers from 0 to 255 "
       "without leading zeros, as in 192.0.2.1)\n"},
      {document("Server",
                "metadata: {name: u}\nspec: {hostname: a.test, addresses: [192.0.2.3], dependsOn: "
                "[DNSRecord/x, Foo, Server/uu]}") +
           "---\n" + simple("example.com") +
           document("DNSRecord",
                    "metadata: {name: x}\nspec: {domain: example.com, name: x, type: A, value: "
                    "'${Server/u:ipv4}'}"),
       "d.yaml:4:62: dependencies form a circle: DNSRecord/x → Server/u → DNSRecord/x (take one "
       "of them away: nothing could be done first)\n"
       "d.yaml:4:75: `Foo` names no declaration (write Kind/name, as in Server/mx1)\n"
       "d.yaml:4:80: `dependsOn` names `Server/uu`, which is not declared (did you mean "
       "Server/u?)\n"},
  };
  expect_errors(cases);
}

TEST(Refusals, OfWhatLiesInTheZoneOfAnotherDomain) {
  EXPECT_EQ(
      errors(load_text(simple("sub.example.com") +
                       domain("    - {name: sub, type: A, value: 192.0.2.1}\n"
                              "    - {name: x.sub, type: A, value: 192.0.2.1}\n"
                              "    - {name: sub, type: NS, value: ns.example.net.}\n"
                              "    - {name: xsub, type: A, value: 192.0.2.1}\n"))),
      "d.yaml:12:7: `sub A` of example.com lies in the zone of Domain `sub.example.com` (move "
      "the record to Domain `sub.example.com`; above it only its NS and DS can stand) @ "
      "d.yaml:3:18\n"
      "d.yaml:13:7: `x.sub A` of example.com lies in the zone of Domain `sub.example.com` "
      "(move the record to Domain `sub.example.com`; above it only its NS and DS can stand) "
      "@ d.yaml:3:18\n");
}

TEST(Refusals, NotOfTheAddressesOfAChildsOwnNameServers) {
  const auto child =
      document("Domain",
               "metadata: {name: sub.example.com}\nspec:\n  dns: {providers: [dns], nameServers: "
               "[ns1.sub.example.com.], delegate: true}\n  records: [{name: ns1, type: A, value: "
               "192.0.2.53}]");
  EXPECT_EQ(errors(load_text(child + "---\n" +
                             domain("    - {name: ns1.sub, type: A, value: 192.0.2.53}\n"))),
            "");
}

TEST(Refusals, OfProviders) {
  const Case cases[] = {
      {document("Provider", "metadata: {name: p}\nspec: {type: file}"),
       "d.yaml:4:14: there is no provider type `file` (did you mean files?)\n"},
      {document("Provider", "metadata: {name: q}\nspec: {type: files}"),
       "d.yaml:3:18: Provider/q: `directory` is missing\n"},
      {document("Provider",
                "metadata: {name: r}\nspec: {type: files, directory: x, limits: "
                "{requestsPerSecond: x, concurrency: 0}}"),
       "d.yaml:4:79: `concurrency` must be at least 1\n"},
      {document("Provider",
                "metadata: {name: r}\nspec: {type: files, directory: x, limits: "
                "{requestsPerSecond: x}}"),
       "d.yaml:4:63: `requestsPerSecond` must be a number above 0 (write 50, or 0.5 for one "
       "request in two seconds)\n"},
  };
  expect_errors(cases);
}

TEST(Refusals, OfASecretNeverShowIt) {
  const auto loaded = load_text(document(
      "Provider",
      "metadata: {name: r}\nspec:\n  type: files\n  directory: x\n  auth: {apiKey: hunter2}"));
  ASSERT_EQ(loaded.diagnostics.error_count(), 1U);
  const auto& problem = loaded.diagnostics.all()[0];
  EXPECT_EQ(problem.message, "`apiKey` must be a reference to a secret");
  EXPECT_EQ(problem.excerpt, "  auth: {apiKey: •••}");
}

TEST(Refusals, OfConsentsAndTheProject) {
  const Case cases[] = {
      {document("Consent", "metadata: {name: b}\nspec: {allow: delete, on: x, until: 2026-02-31}"),
       "d.yaml:4:37: `2026-02-31` is no date (write the last day as YYYY-MM-DD, for example "
       "2027-01-31)\n"},
      {document("Consent", "metadata: {name: b}\nspec: {allow: delet, on: x}"),
       "d.yaml:4:15: `allow` must be `delete`, `replace`, `recreate`, `overwrite`, `unprotect`, "
       "`apexNS`, `empty`, `suspect`, `deletes`, `spread`, `passwords`, `retire`, `takeOver` or "
       "`rebind`, not `delet` (did you mean delete?)\n"},
  };
  expect_errors(cases);
  EXPECT_EQ(errors(load_files(
                {{"plumb.yaml",
                  document("Project",
                           "metadata: {name: a}\nspec: {manifests: [nowhere, providers.yaml], "
                           "guards: {deletesPerScope: 300%, deletesPerRun: x}, drift: {RRst: "
                           "heal}}")}})),
            "plumb.yaml:4:20: manifests: nowhere is not there\n"
            "plumb.yaml:4:72: `deletesPerScope` must be a number or a share, not `300%` (write 50 "
            "or 30%)\n"
            "plumb.yaml:4:93: `deletesPerRun` must be a number or a share, not `x` (write 50 or "
            "30%)\n"
            "plumb.yaml:4:105: `RRst` is no kind of resource (did you mean RRset?)\n");
  EXPECT_EQ(errors(load_files({{"plumb.yaml", ""}})),
            "plumb.yaml:1:1: plumb.yaml holds no Project (begin it with `apiVersion: plumb/v1` and "
            "`kind: Project`)\n");
}

TEST(Refusals, ComeAllAtOnceAndInOrder) {
  const auto loaded = load_files(
      {{"b.yaml",
        domain("    - {name: a, type: A, value: x}\n    - {name: b, type: AA, value: y}\n"
               "    - {name: c, type: AAAA, value: z}\n")},
       {"a.yaml", "apiVersion: plumb/v1\nkind: Domain\nkind: Domain\nmetadata: {name: a.test}\n"},
       {"c.yaml", document("Server", "metadata: {name: x}")}});
  std::vector<std::string> places;
  for (const auto& one : loaded.diagnostics.all()) {
    if (one.severity == Severity::error) {
      places.push_back(loaded.files.text(one.place));
    }
  }
  EXPECT_EQ(places.size(), 6U) << shown(loaded);
  EXPECT_TRUE(std::is_sorted(places.begin(), places.end()));
}

}  // namespace
}  // namespace plumb::test
