// `explain KIND/NAME`: where a thing comes from, what made it, whose it is.
#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

class Explained : public ::testing::Test {
 protected:
  Explained() {
    project_.write("providers/more.yaml",
                   "apiVersion: plumb/v1\nkind: Server\nmetadata: {name: mx1}\nspec:\n"
                   "  provider: static\n  hostname: mx1.one.example\n"
                   "  addresses: [192.0.2.10]\n"
                   "---\n"
                   "apiVersion: plumb/v1\nkind: Profile\nmetadata: {name: shared}\nspec:\n"
                   "  dns: {nameServers: [ns1.dns.example., ns2.dns.example.]}\n"
                   "  records:\n"
                   "    - {name: note, type: TXT, value: shared}\n"
                   "---\n"
                   "apiVersion: plumb/v1\nkind: DNSRecord\nmetadata:\n  name: status-page\n"
                   "  labels: {team: web}\n"
                   "spec: {domain: one.example, name: status, type: CNAME, value: h1}\n");
    project_.domain("one.example", {a("h1", "192.0.2.1"), "{name: note, type: TXT, value: own}"});
    project_.append("domains/one.example.yaml", "  profiles: [shared]\n");
    project_.domain("quiet.example", {});
    project_.append("domains/quiet.example.yaml", "  mail: {none: true}\n");
    const auto ran = project_.plumb({"apply", "--yes"});
    EXPECT_EQ(ran.code, 0) << ran.all();
  }

  std::string explained(const std::string& what) const {
    const auto ran = project_.plumb({"explain", what});
    EXPECT_EQ(ran.code, 0) << what << "\n" << ran.all();
    return ran.all();
  }
  void expect(const std::string& what, const std::vector<std::string>& texts) const {
    const auto said = explained(what);
    for (const auto& text : texts) {
      EXPECT_NE(said.find(text), std::string::npos)
          << "explain " << what << " lacks '" << text << "':\n"
          << said;
    }
  }

  const Project project_;
};

TEST_F(Explained, NamesTheRuleThatMadeARecord) {
  expect("RRset/one.example/@ NS",
         {"made by   dns.nameServers", "providers/more.yaml:13:23 in Profile/shared"});
  expect("RRset/quiet.example/@ MX", {"made by   mail", "domains/quiet.example.yaml", "0 ."});
  expect("RRset/one.example/mx1 A", {"made by   Server/mx1", "${Server/mx1:ipv4}"});
  EXPECT_EQ(explained("RRset/one.example/h1 A").find("made by"), std::string::npos);
}

TEST_F(Explained, NamesEveryLineOfValuesThatUnite) {
  expect("RRset/one.example/note TXT",
         {"domains/one.example.yaml:",
          " in Domain/one.example and providers/more.yaml:15:7 in "
          "Profile/shared"});
}

TEST_F(Explained, KnowsEachDeclarationByItsName) {
  expect("DNSRecord/status-page",
         {"labels    team=web", "RRset status CNAME", "created by us", "create "});
  expect("Server/mx1", {"adopted by us", "also makes", "RRset mx1 A"});
  expect("Provider/files", {"type      zonefile", "account   zonefile zones", "2 scopes"});
  expect("Profile/shared", {"used by   Domain/one.example\n", "note TXT", "by dns.nameServers"});
  expect("Domain/one.example",
         {"profiles  Profile/shared (providers/more.yaml:11", "of them ours already", "h1 A"});
  expect("Zone/one.example", {"Zone one.example", "created by us"});
  expect("Project/acme", {"plumb.yaml:3"});
}

TEST_F(Explained, RemembersWhatNobodyDeclaresAnyMore) {
  project_.replace("domains/one.example.yaml", "    - " + a("h1", "192.0.2.1") + "\n", "");
  const auto ran = project_.plumb({"apply", "--yes"});
  ASSERT_EQ(ran.code, 0) << ran.all();
  expect("RRset/one.example/h1 A", {"declared  no more", "none: not ours", "remove", "create"});
}

TEST_F(Explained, AsksWhatWasMeant) {
  for (const auto& [typed, meant] :
       std::map<std::string, std::string>{{"Domain/one.exmaple", "Domain/one.example"},
                                          {"RRset/one.example/h1 AA", "RRset/one.example/h1 A"},
                                          {"DNSRecord/status-pgae", "DNSRecord/status-page"}}) {
    const auto ran = project_.plumb({"explain", typed});
    EXPECT_EQ(ran.code, 1) << typed;
    EXPECT_TRUE(ran.says("did you mean " + meant + "?")) << ran.all();
  }
}

TEST(Explain, KnowsMailByItsAddress) {
  const Project project;
  project.remove("plumb.yaml");
  ASSERT_EQ(project.plumb({"init", "--demo"}).code, 0);
  project.remove("providers");
  for (const auto* name : {"Mailbox/jane@example.com", "Alias/sales@example.com"}) {
    const auto ran = project.plumb({"explain", name});
    EXPECT_EQ(ran.code, 0) << ran.all();
    EXPECT_TRUE(ran.says("domains/example.com.yaml:")) << ran.all();
  }
  const auto domain = project.plumb({"explain", "Domain/example.com"});
  EXPECT_TRUE(domain.says("Mailbox jane in example.com")) << domain.all();
  const auto zone = project.plumb({"render", "Domain/example.com", "--output", "zone"});
  EXPECT_EQ(zone.out.find("$ORIGIN"), zone.out.rfind("$ORIGIN")) << zone.all();
  EXPECT_TRUE(project.plumb({"render", "Profile/mail-domain"}).says("makes nothing by itself"));
  EXPECT_TRUE(project.plumb({"plan", "--target", "Mailbox/jane@example.com"})
                  .says("a run looks at whole zones: select example.com"));
}

}  // namespace
}  // namespace plumb::test
