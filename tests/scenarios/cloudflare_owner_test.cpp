// Whose a zone at Cloudflare is, where only the comments of its records can say it.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/at_cloudflare.h"

namespace plumb::test {
namespace {

using Json = Cloudflare::Json;

class OwnerAtCloudflare : public AtCloudflare {
 protected:
  OwnerAtCloudflare() {
    other_.replace("plumb.yaml", "acme", "beta");
    other_.write("providers/files.yaml", project_.read("providers/files.yaml"));
  }

  /// Another project, which declares the same zone.
  Ran other(const std::vector<std::string>& words) const {
    return other_.plumb(words, {.environment = {{"TOKEN", std::string(Cloudflare::kToken)}}});
  }
  std::string consent() const {
    const auto refused = other({"plan"});
    EXPECT_EQ(refused.code, 3) << refused.all();
    return between(refused.out, "--consent '", "'");
  }

  const std::string ours_ = "plumb:acme/default";
  const std::string theirs_ = "plumb:beta/default";
  const Project other_{"  drift: heal\n"};
};

TEST_F(OwnerAtCloudflare, AMarkDoesNotGoWithTheRecordsThatTheNextApplyDeletes) {
  there("one.example", "203.0.113.9");
  for (const auto* name : {"h1", "h2", "h3", "h4"}) {
    there(std::string(name) + ".one.example", "192.0.2." + std::string(1, name[1]));
  }
  project_.domain("one.example", hosts(4));
  apply();
  ASSERT_EQ(plumb({"adopt", "--exclusive", "--yes", "one.example"}).code, 0);
  EXPECT_GT(marked(ours_), 0U);
  apply();
  EXPECT_TRUE(vendor_.records("one.example", "one.example", "A").empty()) << "undeclared";
  EXPECT_GT(marked(ours_), 0U);
  other_.domain("one.example", hosts(4));
  EXPECT_EQ(other({"plan"}).code, 3) << "the zone is another's";
}

TEST_F(OwnerAtCloudflare, AMarkThatWasOnDeletedRecordsAloneIsPutOnOthers) {
  project_.domain("one.example", hosts(9));
  apply();
  for (int i = 2; i <= 9; ++i) {
    vendor_.edit("one.example", "h" + std::to_string(i) + ".one.example", "A", {{"comment", ""}});
  }
  auto left = hosts(9);
  left.erase(left.begin());
  project_.domain("one.example", left);
  apply();
  EXPECT_GT(marked(ours_), 0U);
  expect_in_plumb();
}

TEST_F(OwnerAtCloudflare, AMarkThatAPersonTookAwayComesBackThoughNothingElseIsToBeDone) {
  project_.domain("one.example", hosts(3));
  apply();
  for (int i = 1; i <= 3; ++i) {
    vendor_.edit(
        "one.example", "h" + std::to_string(i) + ".one.example", "A", {{"comment", nullptr}});
  }
  vendor_.forget_requests();
  expect_in_plumb();
  EXPECT_TRUE(vendor_.writes().empty()) << "a plan only reads";
  apply();
  EXPECT_GT(marked(ours_), 0U);
  vendor_.forget_requests();
  apply();
  EXPECT_TRUE(vendor_.writes().empty()) << "once";
}

TEST_F(OwnerAtCloudflare, TheConsentThatAPlanPrintsTakesTheZoneOver) {
  project_.domain("one.example", hosts(4));
  apply();
  other_.domain("one.example", hosts(4));
  const auto ran = other({"apply", "--yes", "--consent", consent()});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_EQ(marked(theirs_), 4U);
  EXPECT_EQ(other({"plan", "--detailed-exitcode"}).code, 0) << "asked for once";
  other_.domain("one.example", hosts(5));
  ASSERT_EQ(other({"apply", "--yes"}).code, 0);
  EXPECT_EQ(marked(theirs_), 5U);
  EXPECT_EQ(plumb({"plan"}).code, 3) << "it was ours";
}

TEST_F(OwnerAtCloudflare, WhatIsWrittenWithThatConsentBearsTheMarkOfWhoWroteIt) {
  project_.domain("one.example", hosts(4));
  apply();
  other_.domain("one.example", hosts(5));
  const auto ran = other({"apply", "--yes", "--consent", consent()});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_EQ(marked(theirs_), 5U);
}

TEST_F(OwnerAtCloudflare, ASharedDomainMarksNothingWhoeverHasTheZone) {
  project_.domain("one.example", hosts(4));
  apply();
  other_.domain("one.example", {a("mine", "192.0.2.77")}, "ownership: shared");
  const auto ran = other({"apply", "--yes", "--consent", consent()});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_EQ(one("mine.one.example", "A")["comment"], nullptr);
  EXPECT_EQ(marked(ours_), 4U);
}

TEST_F(OwnerAtCloudflare, AMarkOfAnotherIsToldThoughMostAreOurs) {
  project_.domain("one.example", hosts(4));
  apply();
  there("z.one.example", "192.0.2.99", {{"comment", theirs_}});
  const auto refused = plumb({"apply", "--yes"});
  EXPECT_EQ(refused.code, 3) << refused.all();
  EXPECT_TRUE(refused.says("holds objects that are marked as owned by " + theirs_))
      << refused.all();
  EXPECT_EQ(marked(theirs_), 1U);
  auto all = hosts(4);
  all.push_back(a("z", "192.0.2.99"));
  project_.domain("one.example", all);
  const auto taken = plumb({"adopt",
                            "--exclusive",
                            "--yes",
                            "one.example",
                            "--consent",
                            between(refused.out, "--consent '", "'")});
  EXPECT_EQ(taken.code, 0) << taken.all();
  EXPECT_EQ(marked(ours_), 5U);
}

TEST_F(OwnerAtCloudflare, ATakeOverThatIsNotConfirmedIsToldAndCanBeRunAgain) {
  project_.domain("one.example", hosts(4));
  apply();
  other_.domain("one.example", hosts(4));
  const auto words = std::vector<std::string>{
      "adopt", "--exclusive", "--yes", "one.example", "--consent", consent()};
  vendor_.answer(200, R"({"success":true,"errors":[],"messages":[],"result":null})", true);
  const auto ran = other(words);
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("its owner mark is not written")) << ran.all();
  EXPECT_TRUE(ran.says("run it again")) << ran.all();
  EXPECT_EQ(marked(ours_), 4U);
  EXPECT_EQ(other({"plan"}).code, 3);
  EXPECT_EQ(other(words).code, 0);
  EXPECT_EQ(marked(theirs_), 4U);
  EXPECT_EQ(other({"plan"}).code, 0);
}

TEST_F(OwnerAtCloudflare, ARecordThatGoesMeanwhileDoesNotKeepTheRestFromBeingTakenOver) {
  project_.domain("one.example", hosts(4));
  apply();
  other_.domain("one.example", hosts(4));
  vendor_.erase_before_write("one.example", one("h2.one.example", "A")["id"]);
  const auto ran = other({"adopt", "--exclusive", "--yes", "one.example", "--consent", consent()});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_EQ(marked(theirs_), 3U);
}

}  // namespace
}  // namespace plumb::test
