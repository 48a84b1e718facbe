#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/resources/rules/zone_text.h"

namespace plumb::rules {
namespace {

using Lines = std::vector<std::string>;

TEST(SharedZone, OnlyWarnsOfWhatMayBeThereWithoutUs) {
  const TextZone zone({"@ MX 10 mx"}, "example.com", {.exclusive = false});
  EXPECT_EQ(findings(zone.view()),
            (Lines{"warning mx-target-address: MX target mx.example.com has no A or AAAA record in "
                   "this zone"}));
}

TEST(SharedZone, KeepsQuietOfWhatIsUnmanaged) {
  const TextZone zone(
      {"@ MX 10 mx.legacy", "www CNAME web.legacy"}, "example.com", {.unmanaged = {"*.legacy"}});
  EXPECT_EQ(findings(zone.view()), Lines());
}

TEST(IncompleteZone, IsNotBlamedForWhatIsMissing) {
  kinds::UnreadSets unread;
  unread.add_anything();
  const TextZone zone({"@ MX 10 mx", "@ TXT v=spf1 include:x.example.com -all", "www CNAME web"},
                      "example.com",
                      {.unread = &unread});
  EXPECT_EQ(findings(zone.view()), Lines());
}

TEST(IncompleteZone, IsBlamedForTheRest) {
  kinds::UnreadSets unread;
  unread.add("mx", values::RecordType::a);
  unread.add("deep", values::RecordType::ns);
  unread.add("*.wild", values::RecordType::cname);
  const TextZone zone({"@ MX 10 mx", "@ MX 20 nowhere", "@ MX 30 host.deep", "@ MX 40 a.wild"},
                      "example.com",
                      {.unread = &unread});
  EXPECT_EQ(findings(zone.view()),
            (Lines{"error mx-target-address: MX target nowhere.example.com has no A or AAAA record "
                   "in this zone"}));
}

TEST(OtherZones, AnswerForTheirNames) {
  const TextZone zone({"@ MX 10 mx.example.net.",
                       "@ MX 20 mx.dep.example.com.",
                       "@ MX 30 alias.example.net.",
                       "@ MX 40 nowhere.example.net.",
                       "@ TXT v=spf1 include:example.net include:none.example.net -all"});
  const TextZone net({"mx A 192.0.2.1", "alias CNAME mx", "@ TXT v=spf1 mx -all"}, "example.net");
  const TextZone dep({"mx TXT x"}, "dep.example.com");
  const ZoneDirectory others({&zone.view(), &net.view(), &dep.view()});
  EXPECT_EQ(
      findings(zone.view(), &others),
      (Lines{"error mx-target-cname: MX target alias.example.net is a CNAME",
             "error mx-target-address: MX target mx.dep.example.com has no A or AAAA record in "
             "zone dep.example.com",
             "error mx-target-address: MX target nowhere.example.net has no A or AAAA record in "
             "zone example.net",
             "error spf-include-missing: SPF of example.com relies on none.example.net, which has "
             "no SPF record"}));
}

TEST(OtherZones, MustBeDelegatedWhereTheirParentIsDeclared) {
  const TextZone parent({"del NS ns.example.net.", "del NS ns2.example.net."});
  const TextZone child({}, "a.b.example.com", {.place = place_at(1, 7, 1)});
  const TextZone delegated({}, "del.example.com");
  const TextZone stranger({}, "example.org");
  const ZoneDirectory others({&parent.view(), &child.view(), &delegated.view(), &stranger.view()});
  EXPECT_EQ(findings(child.view(), &others),
            (Lines{"warning delegation-missing: zone a.b.example.com is not delegated in "
                   "example.com, which is declared here too"}));
  EXPECT_EQ(findings(delegated.view(), &others), Lines());
  EXPECT_EQ(findings(stranger.view(), &others), Lines());
}

TEST(OtherZones, MustTakeDmarcReportsOfOthers) {
  const TextZone zone(
      {"_dmarc TXT v=DMARC1; p=none; rua=mailto:r@example.net!10m,mailto:"
       "r@sub.example.com,mailto:r@example.org,mailto:r@unknown.example"});
  const TextZone net({"@ A 192.0.2.1"}, "example.net");
  const TextZone org({"*._report._dmarc TXT v=DMARC1"}, "example.org");
  const ZoneDirectory others({&zone.view(), &net.view(), &org.view()});
  EXPECT_EQ(findings(zone.view(), &others),
            (Lines{"warning dmarc-report-allowed: example.net does not say that it takes DMARC "
                   "reports for example.com"}));
}

TEST(ZoneDirectory, FindsTheLongestOrigin) {
  const TextZone com({}, "example.com");
  const TextZone sub({}, "sub.example.com");
  const ZoneDirectory others({&com.view(), &sub.view()});
  EXPECT_EQ(others.zone_of("a.sub.example.com."), &sub.view());
  EXPECT_EQ(others.zone_of("sub.example.com."), &sub.view());
  EXPECT_EQ(others.zone_of("xsub.example.com."), &com.view());
  EXPECT_EQ(others.zone_of("a\\.example.com."), nullptr);
  EXPECT_EQ(others.zone_of("example.net."), nullptr);
  EXPECT_EQ(others.zone_of("."), nullptr);
}

TEST(ZoneView, TellsOwnersFromAbsoluteNames) {
  const TextZone zone({});
  EXPECT_EQ(zone.view().owner_of("example.com."), "@");
  EXPECT_EQ(zone.view().owner_of("a.b.example.com."), "a.b");
  EXPECT_EQ(zone.view().owner_of("a\\.example.com."), std::nullopt);
  EXPECT_EQ(zone.view().owner_of("a\\\\.example.com."), "a\\\\");
  EXPECT_EQ(zone.view().owner_of("xexample.com."), std::nullopt);
  EXPECT_EQ(zone.view().owner_of("com."), std::nullopt);
}

TEST(ZoneView, KnowsEmptyNonTerminals) {
  const TextZone zone({"a.b A 192.0.2.1", "* A 192.0.2.2", "cb A 192.0.2.1"});
  EXPECT_TRUE(zone.view().has_below("b"));
  EXPECT_FALSE(zone.view().has_below("a.b"));
  EXPECT_FALSE(zone.view().has_below("c"));
}

TEST(OtherZones, HoldTheAddressesOfTheirOwnNameServers) {
  const TextZone parent({"sub NS ns1.sub", "sub NS ns2.sub"});
  const TextZone child({"ns1 A 192.0.2.1"}, "sub.example.com");
  const ZoneDirectory others({&parent.view(), &child.view()});
  EXPECT_EQ(findings(parent.view(), &others),
            (Lines{"error ns-target-address: NS target ns2.sub.example.com has no A or AAAA "
                   "record in zone sub.example.com"}));
}

TEST(SpfWalk, EndsInATreeThatGrowsWithoutEnd) {
  Lines lines;
  for (int i = 0; i < 40; ++i) {
    const auto next = "n" + std::to_string(i + 1) + ".example.com";
    lines.push_back("n" + std::to_string(i) + " TXT v=spf1 include:" + next + " include:" + next +
                    " -all");
  }
  lines.emplace_back("n40 TXT v=spf1 -all");
  const TextZone zone(lines);
  const auto found = findings_of("spf-lookup-limit", zone.view());
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front(),
            "error: SPF of n0.example.com needs more than 99 DNS lookups, 10 are allowed");
}

RC_GTEST_PROP(Rules, NoTextDoesThemHarm, ()) {
  Lines lines;
  for (const auto* owner : {"@", "_dmarc", "s._domainkey", "_mta-sts", "_smtp._tls"}) {
    std::string text =
        *rc::gen::element<std::string>("v=spf1 ", "v=DMARC1;", "v=DKIM1; p=", "v=STSv1;", "p=MI");
    for (int i = *rc::gen::inRange(0, 8); i > 0; --i) {
      text += *rc::gen::element<std::string>("\n",
                                             "\x1b[2J",
                                             "all",
                                             " ",
                                             ";",
                                             "=",
                                             ":",
                                             "/",
                                             "%{",
                                             "}",
                                             "include:",
                                             "a",
                                             "ip4:",
                                             "ip6:",
                                             "//",
                                             "~all",
                                             "rua=",
                                             ",",
                                             "redirect=",
                                             "example.com",
                                             "@",
                                             "%",
                                             "p=",
                                             "exists:",
                                             "\\",
                                             ".");
    }
    lines.push_back(std::string(owner) + " TXT " + text + *rc::gen::arbitrary<std::string>());
  }
  const TextZone zone(lines);
  Diagnostics problems;
  lint_zone(zone.view(), nullptr, {}, problems);
  for (const auto& found : problems.all()) {
    const auto line = found.message + found.hint;
    RC_ASSERT(std::none_of(line.begin(), line.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20U || c == 0x7F;
    }));
  }
}

}  // namespace
}  // namespace plumb::rules
