// A plan that would destroy more than anybody reviewed refuses itself, says which guard, and prints
// the consent that permits exactly that, once.
#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

constexpr std::string_view kZone = "zones/one.example.zone";

std::string lacks(const Project& project, std::string_view text) {
  const auto zone = project.read(kZone);
  return zone.find(text) == std::string::npos ? "" : zone;
}

/// The consent that a plan prints for the command line; empty where it prints none.
std::string printed_argument(const Ran& ran) {
  return between(ran.out, "--consent '", "'");
}

/// The consent that a plan prints as a document, without what indents it.
std::string printed_document(const Ran& ran) {
  const auto begin = ran.out.find("apiVersion: plumb/v1");
  if (begin == std::string::npos) {
    return {};
  }
  const auto line = ran.out.rfind('\n', begin) + 1;
  const auto indent = begin - line;
  std::string document;
  for (auto at = line; at < ran.out.size();) {
    const auto end = ran.out.find('\n', at);
    const auto text = ran.out.substr(at, end - at);
    if (text.find_first_not_of(' ') == std::string::npos || text.find_first_not_of(' ') < indent) {
      break;
    }
    document += text.substr(indent) + "\n";
    at = end + 1;
  }
  return document;
}

void in_place(const Project& project, int count, std::string_view dns = "ownership: exclusive") {
  project.domain("one.example", hosts(count), dns);
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
}

TEST(Guards, AShareOfTheZoneMayGoAndNotOneMore) {
  const Project project("  guards: {deletesPerScope: 30%}\n");
  in_place(project, 19);  // and the zone: 20 claims, of which 6 are 30 %
  project.domain("one.example", hosts(12));
  const auto seven = project.plumb({"apply", "--yes"});
  EXPECT_EQ(seven.code, 3) << seven.all();
  EXPECT_TRUE(seven.says("7 of 20")) << seven.all();
  EXPECT_NE(lacks(project, "192.0.2.19"), "");
  project.domain("one.example", hosts(13));
  const auto six = project.plumb({"apply", "--yes"});
  EXPECT_EQ(six.code, 0) << six.all();
  EXPECT_EQ(lacks(project, "192.0.2.19"), "");
}

TEST(Guards, ACountOfTheRunMayGoAndNotOneMore) {
  const Project project("  guards: {deletesPerScope: 100%, deletesPerRun: 3}\n");
  for (const auto* name : {"one.example", "two.example"}) {
    project.domain(name, hosts(9));
  }
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.domain("one.example", hosts(7));
  project.domain("two.example", hosts(7));
  const auto four = project.plumb({"apply", "--yes"});
  EXPECT_EQ(four.code, 3) << four.all();
  EXPECT_NE(lacks(project, "192.0.2.9"), "") << "nothing of a refused run is done";
  project.domain("two.example", hosts(8));
  const auto three = project.plumb({"apply", "--yes"});
  EXPECT_EQ(three.code, 0) << three.all();
  EXPECT_EQ(lacks(project, "192.0.2.9"), "");
}

TEST(Guards, OneLineMayTouchSoManyDomainsAndNotOneMore) {
  const Project project("  guards: {domainsPerOrigin: 2}\n");
  project.write("domains/profile.yaml",
                "apiVersion: plumb/v1\nkind: Profile\nmetadata: {name: all}\nspec:\n"
                "  records: [{name: p, type: A, value: 192.0.2.1}]\n");
  for (const auto* name : {"one.example", "two.example", "three.example"}) {
    project.domain(name, hosts(1));
    project.append(std::string("domains/") + name + ".yaml", "  profiles: [all]\n");
  }
  const auto three = project.plumb({"apply", "--yes"});
  EXPECT_EQ(three.code, 3) << three.all();
  EXPECT_FALSE(project.has(kZone));
  const auto consent = printed_argument(three);
  EXPECT_EQ(project.plumb({"apply", "--yes", "--consent", consent}).code, 0) << consent;
}

TEST(Guards, ThePrintedArgumentPermitsExactlyThat) {
  const Project project;
  in_place(project, 9);
  project.domain("one.example", hosts(5));
  const auto consent = printed_argument(project.plumb({"plan"}));
  ASSERT_NE(consent, "");
  project.domain("one.example", hosts(4));  // one more than was printed
  EXPECT_EQ(project.plumb({"apply", "--yes", "--consent", consent}).code, 3);
  EXPECT_NE(lacks(project, "192.0.2.9"), "");
  project.domain("one.example", hosts(5));
  const auto ran = project.plumb({"apply", "--yes", "--consent", consent});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_EQ(lacks(project, "192.0.2.9"), "");
}

TEST(Guards, ThePrintedDocumentPermitsItOnce) {
  const Project project;
  in_place(project, 9);
  project.domain("one.example", hosts(5));
  const auto document = printed_document(project.plumb({"plan"}));
  ASSERT_NE(document, "");
  project.write("domains/consent.yaml", document);
  const auto ran = project.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 0) << document << ran.all();
  EXPECT_EQ(lacks(project, "192.0.2.9"), "");
  project.domain("one.example", hosts(9));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.domain("one.example", hosts(5));  // the same again, under a document that was used
  EXPECT_EQ(project.plumb({"apply", "--yes"}).code, 3);
  EXPECT_NE(lacks(project, "192.0.2.9"), "");
}

TEST(Guards, WrongConsentsPermitNothing) {
  const Project project;
  in_place(project, 9);
  project.domain("one.example", hosts(5));
  for (const auto* consent : {"allow=deletes,on=Domain/two.example,count=4",
                              "allow=deletes,on=Domain/one.example,count=3",
                              "allow=overwrite,on=Domain/one.example,count=4"}) {
    EXPECT_EQ(project.plumb({"apply", "--yes", "--consent", consent}).code, 3) << consent;
  }
  for (const auto* consent : {"yes",
                              "",
                              "allow=all,on=Domain/one.example",
                              "allow=deletes",
                              "allow=deletes,on=x,count=0"}) {
    EXPECT_EQ(project.plumb({"apply", "--yes", "--consent", consent}).code, 1) << consent;
  }
  project.write("domains/consent.yaml",
                "apiVersion: plumb/v1\nkind: Consent\nmetadata: {name: late}\n"
                "spec: {allow: deletes, on: Domain/one.example, count: 4, until: 2001-01-31}\n");
  EXPECT_NE(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_NE(lacks(project, "192.0.2.9"), "");
}

TEST(Guards, WhatIsProtectedStaysThoughItsManifestIsGone) {
  const Project project;
  project.domain("one.example", hosts(9));
  project.write("domains/kept.yaml",
                "apiVersion: plumb/v1\nkind: DNSRecord\nmetadata: {name: kept}\n"
                "spec: {domain: one.example, name: kept, type: A, value: 192.0.2.99, "
                "protect: true}\n");
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.remove("domains/kept.yaml");
  const auto ran = project.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 3) << ran.all();
  EXPECT_TRUE(ran.says("protected")) << ran.all();
  EXPECT_NE(lacks(project, "192.0.2.99"), "");
  const auto consent = printed_argument(ran);
  EXPECT_EQ(project.plumb({"apply", "--yes", "--consent", consent}).code, 0) << consent;
  EXPECT_EQ(lacks(project, "192.0.2.99"), "");
}

TEST(Guards, AZoneGoesOnlyWithAConsentThatNamesItAndIsMovedAway) {
  const Project project;
  in_place(project, 3);
  project.domain("two.example", hosts(3));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.remove("domains/one.example.yaml");
  const auto refused = project.plumb({"apply", "--yes"});
  EXPECT_EQ(refused.code, 3) << refused.all();
  EXPECT_TRUE(project.has(kZone));
  for (const auto* consent : {"allow=delete,on=Domain/one.example",
                              "allow=delete,on=Domain/two.example,including=zone"}) {
    EXPECT_EQ(project.plumb({"apply", "--yes", "--consent", consent}).code, 3) << consent;
    EXPECT_TRUE(project.has(kZone));
  }
  const auto before = project.read(kZone);
  const auto consent = printed_argument(refused);
  const auto ran = project.plumb({"apply", "--yes", "--consent", consent});
  EXPECT_EQ(ran.code, 0) << consent << ran.all();
  EXPECT_FALSE(project.has(kZone));
  std::string kept;
  for (const auto& file : std::filesystem::directory_iterator(project.path() / "zones/.removed")) {
    kept = project.read("zones/.removed/" + file.path().filename().string());
  }
  EXPECT_EQ(kept, before);
  EXPECT_TRUE(project.has("zones/two.example.zone"));
}

TEST(Guards, ApexNameServersChangeOnlyWithAConsent) {
  const Project project;
  in_place(project, 6, "ownership: exclusive, nameServers: [ns1.dns.example., ns2.dns.example.]");
  project.domain("one.example",
                 hosts(6),
                 "ownership: exclusive, nameServers: [ns1.evil.example., ns2.dns.example.]");
  const auto ran = project.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 3) << ran.all();
  EXPECT_NE(lacks(project, "ns1.dns.example."), "");
  EXPECT_EQ(project.plumb({"apply", "--yes", "--consent", printed_argument(ran)}).code, 0);
  EXPECT_NE(lacks(project, "ns1.evil.example."), "");
}

TEST(Guards, ManifestsThatAreGoneTakeNothingWithThem) {
  const Project project;
  in_place(project, 9);
  const auto before = project.read(kZone);
  project.remove("domains/one.example.yaml");
  const auto emptied = project.plumb({"apply", "--yes"});
  EXPECT_EQ(emptied.code, 3) << emptied.all();
  EXPECT_EQ(project.read(kZone), before);
  project.remove("domains");
  const auto gone = project.plumb({"apply", "--yes"});
  EXPECT_EQ(gone.code, 1) << "a root that is not there is an error\n" << gone.all();
  EXPECT_EQ(project.read(kZone), before);
}

TEST(Guards, DroppingAProviderRetiresTheZoneAndKeepsIt) {
  const Project project;
  project.write("providers/other.yaml",
                "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: other}\n"
                "spec: {type: zonefile, directory: elsewhere}\n");
  in_place(project, 3);
  const auto before = project.read(kZone);
  project.replace("domains/one.example.yaml", "[files]", "[other]");
  const auto ran = project.plumb({"apply", "--yes"});
  EXPECT_TRUE(project.has("elsewhere/one.example.zone")) << ran.all();
  EXPECT_EQ(project.read(kZone), before);
  const auto plan = project.plumb({"plan"});
  EXPECT_TRUE(plan.says("retired")) << plan.all();
  EXPECT_TRUE(plan.says("kept at files: ") && plan.says("Consent that allows retire"))
      << plan.all();
  EXPECT_EQ(project.read(kZone), before);
  project.remove("providers/files.yaml");
  const auto alone = project.plumb({"plan"});
  EXPECT_TRUE(alone.says("kept at zonefile zones: ")) << alone.all();
  EXPECT_TRUE(alone.says("plumb forget")) << alone.all();
  EXPECT_FALSE(alone.says("Consent that allows retire")) << alone.all();
}

}  // namespace
}  // namespace plumb::test
