// Zones that a name server serves, by transfer.
#include <gtest/gtest.h>

#include "tests/support/cli.h"
#include "tests/support/nsd.h"

namespace plumb::test {
namespace {

constexpr const char* kSecret = "c2VjcmV0IG9mIHRoZSB0ZXN0cyBhbmQgb2YgdGhlbSBhbG9uZQ==";
constexpr const char* kKey =
    "key:\n  name: \"plumb.test\"\n  algorithm: hmac-sha512\n"
    "  secret: \"c2VjcmV0IG9mIHRoZSB0ZXN0cyBhbmQgb2YgdGhlbSBhbG9uZQ==\"\n";

std::string zone_text(const std::string& name) {
  return "$ORIGIN " + name +
         ".\n$TTL 600\n@ SOA ns1 hostmaster 7 3600 600 86400 300\n@ NS ns1\n"
         "@ NS ns2.elsewhere.example.\nns1 A 192.0.2.53\n@ A 192.0.2.1\n@ 60 AAAA 2001:db8::1\n"
         "@ MX 10 mx\nmx A 192.0.2.2\n@ TXT \"v=spf1 mx -all\"\n"
         "@ TXT \"a;b\\\"c\\\\d ${x} \\195\\188\"\nwww CNAME @\n* CNAME www\n"
         "@ CAA 0 issue \"ca.example; x=y\"\n_sip._tcp SRV 1 2 3 sip.other.example.\n"
         "@ HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.1\n"
         "loc LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m\n"
         "nap NAPTR 100 10 \"U\" \"E2U+sip\" \"!^.*$!sip:a@b.example!\" .\n"
         "_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@" +
         name +
         "\"\nbin TYPE65400 \\# 2 0a0b\nsub NS ns.sub\nns.sub A 192.0.2.6\n"
         "xn--bcher-kva A 192.0.2.5\n_acme-challenge TXT token\n_acme-challenge.www TXT token\n";
}

/// A project whose zones lie in "zones", where a real NSD serves them from.
class Served : public testing::Test {
 protected:
  void serve(const std::vector<std::string>& names,
             const std::string& allows,
             const std::string& keys = {}) {
    project_.replace("plumb.yaml", "[providers, domains]", "[providers, profiles, domains]");
    project_.write("profiles/.keep", "");
    project_.write("domains/.keep", "");
    for (const auto& name : names) {
      project_.write("zones/" + name + ".zone", zone_text(name));
    }
    auto nsd = Nsd::start(project_.path() / "zones", names, allows, keys);
    ASSERT_TRUE(nsd) << nsd.error().message;
    nsd_ = std::move(*nsd);
  }

  Ran import(std::vector<std::string> words, const Setting& setting = {}) const {
    words.insert(words.begin(),
                 {"import", "axfr", "--server", "127.0.0.1:" + std::to_string(nsd_->port())});
    return project_.plumb(words, setting);
  }

  Project project_;
  std::unique_ptr<Nsd> nsd_;
};

TEST_F(Served, ZonesThatTheProviderHoldsAreInPlumbAtOnce) {
  const std::vector<std::string> names = {"one.test", "two.test", "three.test"};
  serve(names, "provide-xfr: 127.0.0.1 NOKEY");
  const auto imported =
      import({"--into", "files", "one.test", "two.test", "three.test", "one.test"});
  ASSERT_EQ(imported.code, 0) << imported.all();
  EXPECT_TRUE(imported.says("Wrote 3 domains and 1 profile")) << imported.all();
  EXPECT_TRUE(imported.says("plumb does not know the type")) << imported.all();
  EXPECT_TRUE(imported.says("one.test: _acme-challenge.www TXT: who gets certificates writes it"))
      << imported.all();
  EXPECT_NE(project_.read("domains/one.test.yaml").find("      - _acme-challenge TXT   # "),
            std::string::npos);
  EXPECT_TRUE(imported.says("  ns1.one.test. ns2.elsewhere.example.\n")) << imported.all();
  EXPECT_TRUE(imported.says("nothing to do")) << imported.all();
  EXPECT_NE(project_.read("profiles/imported.yaml").find("dmarc@${domain}"), std::string::npos);
  const auto planned = project_.plumb({"plan", "--detailed-exitcode"});
  EXPECT_EQ(planned.code, 0) << planned.all();
  EXPECT_EQ(project_.read("zones/one.test.zone"), zone_text("one.test")) << "an import only reads";
  const auto again = import({"--into", "files", "one.test"});
  EXPECT_EQ(again.code, 0) << again.all();
  EXPECT_TRUE(again.says("declared already")) << again.all();
}

TEST_F(Served, ZonesMoveToAProviderThatDoesNotHaveThem) {
  serve({"one.test"}, "provide-xfr: 127.0.0.1 NOKEY");
  project_.write("providers/new.yaml",
                 "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: new}\n"
                 "spec: {type: zonefile, directory: moved}\n");
  const auto imported = import({"--into", "new", "one.test"});
  EXPECT_TRUE(imported.says("Wrote 1 domain")) << imported.all();
  EXPECT_TRUE(imported.says("shows where the world differs")) << imported.all();
  EXPECT_NE(project_.read("domains/one.test.yaml").find("providers: [new]"), std::string::npos);
  EXPECT_FALSE(project_.has("moved"));
  project_.replace("domains/one.test.yaml",
                   "    defaultTTL: 600\n",
                   "    defaultTTL: 600\n    nameServers: [ns1, ns2.elsewhere.example.]\n");
  const auto applied = project_.plumb({"apply", "--yes"});
  ASSERT_EQ(applied.code, 0) << applied.all();
  auto moved = Nsd::start(project_.path() / "moved", {"one.test"});
  ASSERT_TRUE(moved) << moved.error().message;
  for (const auto& [name, type] :
       std::vector<std::pair<std::string, std::uint16_t>>{{"one.test", 1},
                                                          {"one.test", 2},
                                                          {"one.test", 15},
                                                          {"one.test", 16},
                                                          {"one.test", 28},
                                                          {"one.test", 65},
                                                          {"one.test", 257},
                                                          {"www.one.test", 5},
                                                          {"nap.one.test", 35},
                                                          {"loc.one.test", 29},
                                                          {"_dmarc.one.test", 16},
                                                          {"_sip._tcp.one.test", 33},
                                                          {"any.one.test", 5}}) {
    const auto before = nsd_->client().query(name, type);
    const auto after = (*moved)->client().query(name, type);
    ASSERT_TRUE(before && after);
    EXPECT_FALSE(before->answers.empty()) << name << " " << type;
    EXPECT_EQ(before->data(), after->data()) << name << " " << type;
  }
}

TEST_F(Served, AKeySignsWhereTheServerWantsOne) {
  serve({"one.test"}, "provide-xfr: 127.0.0.1 plumb.test", kKey);
  const std::vector<std::string> key = {"--into",
                                        "files",
                                        "one.test",
                                        "--tsig-key",
                                        "plumb.test",
                                        "--tsig-algorithm",
                                        "hmac-sha512",
                                        "--tsig-secret"};
  const auto with = [&](const std::string& secret) {
    auto words = key;
    words.push_back(secret);
    return words;
  };
  const auto refused = import({"--into", "files", "one.test"});
  EXPECT_NE(refused.code, 0);
  EXPECT_TRUE(refused.says("refuses to transfer the zone")) << refused.all();
  EXPECT_TRUE(refused.says("provide-xfr")) << refused.all();
  const auto wrong = import(with("env:KEY"), {.environment = {{"KEY", "d3Jvbmc="}}});
  EXPECT_TRUE(wrong.says("BADSIG")) << wrong.all();
  auto other = with("env:KEY");
  other[4] = "other.test";
  const auto unknown = import(other, {.environment = {{"KEY", kSecret}}});
  EXPECT_TRUE(unknown.says("BADKEY")) << unknown.all();
  const auto said = import(with(kSecret));
  EXPECT_EQ(said.code, 1);
  EXPECT_TRUE(said.says("says where the secret is")) << said.all();
  EXPECT_EQ(said.all().find(kSecret), std::string::npos) << said.all();
  EXPECT_TRUE(import(with("env:NONE")).says("NONE"));
  EXPECT_FALSE(project_.has("domains/one.test.yaml"));

  project_.write("secrets/key", std::string(kSecret) + "\n");
  const auto imported = import(with("file:secrets/key"));
  EXPECT_EQ(imported.code, 0) << imported.all();
  EXPECT_EQ(imported.all().find(kSecret), std::string::npos);
  EXPECT_EQ(project_.plumb({"plan", "--detailed-exitcode"}).code, 0);
}

TEST_F(Served, WhatIsNotGivenIsToldAndTheRestWritten) {
  serve({"one.test"}, "provide-xfr: 127.0.0.1 NOKEY");
  const auto imported = import({"--into", "files", "one.test", "absent.test"});
  EXPECT_NE(imported.code, 0);
  EXPECT_TRUE(imported.says("! not read: absent.test: ")) << imported.all();
  EXPECT_TRUE(project_.has("domains/one.test.yaml"));
  EXPECT_FALSE(project_.has("domains/absent.test.yaml"));
}

TEST_F(Served, SaysWhatIsMissing) {
  serve({"one.test"}, "provide-xfr: 127.0.0.1 NOKEY");
  EXPECT_TRUE(import({"one.test"}).says("--into"));
  EXPECT_TRUE(import({"--into", "files"}).says("the names of the domains"));
  EXPECT_TRUE(import({"--into", "files", "*.test"}).says("name each domain"));
  EXPECT_TRUE(import({"--into", "flies", "one.test"}).says("did you mean files"));
  EXPECT_TRUE(import({"--into", "files", "--tsig-key", "k", "one.test"}).says("--tsig-secret"));
  const auto nobody = project_.plumb({"import", "axfr", "--into", "files", "one.test"});
  EXPECT_EQ(nobody.code, 1);
  EXPECT_TRUE(nobody.says("--server")) << nobody.all();
}

}  // namespace
}  // namespace plumb::test
