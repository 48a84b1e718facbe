// What is not ours is not touched.
#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

constexpr std::string_view kZone = "zones/one.example.zone";

bool holds(const Project& project, std::string_view text) {
  return project.read(kZone).find(text) != std::string::npos;
}

/// A zone that was there before us: `records` of it are foreign.
void there_before(const Project& project, std::string_view records) {
  project.write(kZone,
                "$TTL 300\n@ SOA ns1.one.example. hostmaster 1 7200 3600 1209600 3600\n" +
                    std::string(records));
}

TEST(FirstContact, WithAZoneThatExistsDeletesNothing) {
  const Project project;
  there_before(project, "@ NS ns1.other.example.\nh1 A 192.0.2.1\nold A 203.0.113.1\n");
  project.domain("one.example", hosts(2));
  const auto plan = project.plumb({"plan"});
  EXPECT_EQ(plan.code, 0) << plan.all();
  EXPECT_TRUE(plan.says("first contact") || plan.says("deletes nothing") ||
              plan.says("nothing is deleted"))
      << plan.all();
  EXPECT_TRUE(plan.says("adopt")) << plan.all();
  const auto ran = project.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_TRUE(holds(project, "203.0.113.1"));
  EXPECT_TRUE(holds(project, "ns1.other.example."));
  EXPECT_TRUE(holds(project, "192.0.2.2"));
  EXPECT_EQ(project.plumb({"plan", "--detailed-exitcode"}).code, 0);
}

TEST(FirstContact, WhatDiffersIsAConflictNotAnOverwrite) {
  const Project project;
  there_before(project, "h1 A 203.0.113.1\n");
  project.domain("one.example", hosts(2));
  const auto plan = project.plumb({"plan"});
  EXPECT_EQ(plan.code, 4) << plan.all();
  EXPECT_TRUE(plan.says("--consent")) << "a way out is printed\n" << plan.all();
  project.plumb({"apply", "--yes"});
  EXPECT_TRUE(holds(project, "203.0.113.1"));
  EXPECT_TRUE(holds(project, "192.0.2.2")) << "the rest goes on";
  const auto consent = between(plan.out, "--consent '", "'");
  EXPECT_EQ(project.plumb({"apply", "--yes", "--consent", consent}).code, 0) << consent;
  EXPECT_FALSE(holds(project, "203.0.113.1"));
}

TEST(FirstContact, AdoptWritesTheStateOnly) {
  const Project project;
  there_before(project, "h1 A 192.0.2.1\nold A 203.0.113.1\n");
  project.domain("one.example", hosts(2));
  const auto before = project.read(kZone);
  const auto ran = project.plumb({"adopt", "one.example", "--yes"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_EQ(project.read(kZone), before);
  EXPECT_TRUE(project.plumb({"state", "show", "one.example"}).says("h1 A"));
}

TEST(FirstContact, WhatWasAdoptedIsDeletedOnlyWithAConsent) {
  const Project project;
  there_before(project, "h1 A 192.0.2.1\nh2 A 192.0.2.2\n");
  project.domain("one.example", hosts(2));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.domain("one.example", hosts(1));
  const auto ran = project.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 3) << ran.all();
  EXPECT_TRUE(holds(project, "192.0.2.2"));
}

TEST(TakeOver, IsAStepOfItsOwnAndThenWhatIsNotDeclaredGoes) {
  const Project project;
  there_before(project,
               "@ NS ns1.other.example.\nh1 A 192.0.2.1\nold A 203.0.113.1\n"
               "_acme-challenge TXT \"token\"\n");
  auto records = hosts(9);
  project.domain("one.example", records);
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  ASSERT_TRUE(holds(project, "203.0.113.1"));
  auto marked = project.read(kZone);
  marked.insert(marked.find('\n') + 1, "; Owner: plumb:acme/default\n");
  EXPECT_EQ(project.plumb({"adopt", "--exclusive", "one.example"}).code, 1) << "nobody said yes";
  EXPECT_EQ(project.plumb({"adopt", "--exclusive", "--yes"}).code, 1) << "no zone was named";
  const auto taken = project.plumb({"adopt", "--exclusive", "one.example", "--yes"});
  EXPECT_EQ(taken.code, 0) << taken.all();
  EXPECT_EQ(project.read(kZone), marked)
      << "taking over marks the zone as ours and changes no more";
  const auto ran = project.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_FALSE(holds(project, "203.0.113.1"));
  EXPECT_TRUE(holds(project, "ns1.other.example.")) << "apex NS are the zone's own";
  EXPECT_TRUE(holds(project, "token")) << "a challenge of ACME is another's";
}

TEST(TakeOver, OfAZoneThatIsDeclaredSharedIsRefused) {
  const Project project;
  there_before(project, "old A 203.0.113.1\n");
  project.domain("one.example", hosts(1), "ownership: shared");
  EXPECT_EQ(project.plumb({"adopt", "--exclusive", "one.example", "--yes"}).code, 1);
}

TEST(Shared, ForeignRecordsAndTextSurviveCreateUpdateAndDeleteOfOurs) {
  const Project project("  drift: heal\n");
  there_before(project,
               "@ TXT \"theirs=1\"\nw TXT \"theirs=2\"\nw AAAA 2001:db8::1\nx A 203.0.113.1\n");
  const auto declared = [&](const std::vector<std::string>& texts) {
    auto records = hosts(9);
    for (const auto& text : texts) {
      records.push_back("{name: \"@\", type: TXT, value: \"" + text + "\"}");
      records.push_back("{name: w, type: TXT, value: \"" + text + "\"}");
    }
    project.domain("one.example", records, "");
    const auto ran = project.plumb({"apply", "--yes"});
    EXPECT_EQ(ran.code, 0) << ran.all();
    EXPECT_EQ(project.plumb({"plan", "--detailed-exitcode"}).code, 0);
    for (const auto* foreign : {"theirs=1", "theirs=2", "2001:db8::1", "203.0.113.1"}) {
      EXPECT_TRUE(holds(project, foreign)) << foreign << "\n" << project.read(kZone);
    }
  };
  declared({"ours=1"});
  EXPECT_TRUE(holds(project, "ours=1"));
  declared({"ours=2"});
  EXPECT_FALSE(holds(project, "ours=1"));
  EXPECT_TRUE(holds(project, "ours=2"));
  project.append(kZone, "@ 300 TXT \"late=1\"\n");
  declared({});
  EXPECT_FALSE(holds(project, "ours=2"));
  EXPECT_TRUE(holds(project, "late=1"));
}

TEST(Unmanaged, GlobsAreLeftAloneAndCounted) {
  const Project project;
  project.domain(
      "one.example", hosts(6), "ownership: exclusive, unmanaged: [\"k8s-*\", \"mail TXT\"]");
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.append(
      kZone, "k8s-a 300 IN A 203.0.113.1\nmail 300 IN TXT \"kept\"\nmail 300 IN A 203.0.113.2\n");
  const auto plan = project.plumb({"plan"});
  EXPECT_TRUE(plan.says("2 unmanaged")) << plan.all();
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_TRUE(holds(project, "203.0.113.1"));
  EXPECT_TRUE(holds(project, "kept"));
  EXPECT_FALSE(holds(project, "203.0.113.2"));
}

TEST(Unmanaged, TextInSeveralStringsKeepsThemWhenTheFileIsWritten) {
  const Project project;
  project.domain("one.example", hosts(2), "ownership: exclusive, unmanaged: [\"theirs*\"]");
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  const std::vector<std::string> lines = {"theirs\tIN\tTXT\t\"v=one\" \" two \" \"three\"\n",
                                          "theirs\tIN\tTXT\t\"\" \"empty before\"\n",
                                          "theirs2\tIN\tTXT\t\"\\\"quoted\\\"\" \"\\195\\169\"\n",
                                          "theirs3\tIN\tTXT\t\"whole\"\n"};
  for (const auto& line : lines) {
    project.append(kZone, line);
  }
  project.domain("one.example", hosts(3), "ownership: exclusive, unmanaged: [\"theirs*\"]");
  const auto ran = project.plumb({"apply", "--yes"});
  ASSERT_EQ(ran.code, 0) << ran.all();
  for (const auto& line : lines) {
    EXPECT_TRUE(holds(project, line)) << line << project.read(kZone);
  }
  EXPECT_TRUE(project.plumb({"plan"}).says("In plumb: nothing to do."));
}

TEST(Unmanaged, ARecordThatIsDeclaredTooIsAnError) {
  const Project project;
  project.domain("one.example", hosts(1), "ownership: exclusive, unmanaged: [\"h*\"]");
  const auto ran = project.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 1) << ran.all();
  EXPECT_FALSE(project.has(kZone));
}

TEST(Unmanaged, ShowTellsWhatWillNotBeTouched) {
  const Project project;
  there_before(project, "@ NS ns1.other.example.\nold A 203.0.113.1\n");
  project.domain("one.example", hosts(1), "ownership: shared");
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  const auto ran = project.plumb({"show", "--unmanaged"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_TRUE(ran.says("old A")) << ran.out;
  EXPECT_TRUE(ran.says("@ NS")) << ran.out;
  EXPECT_TRUE(ran.says("@ SOA")) << ran.out;
  EXPECT_FALSE(ran.says("h1 A")) << ran.out;
}

TEST(Forget, LeavesTheObjectAndItIsForeignThen) {
  const Project project;
  project.domain("one.example", hosts(6), "ownership: shared");
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(project.plumb({"forget", "RRset/one.example/h6 A"}).code, 1) << "nobody said yes";
  const auto ran = project.plumb({"forget", "RRset/one.example/h6 A", "--yes"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  project.domain("one.example", hosts(5), "ownership: shared");
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_TRUE(holds(project, "192.0.2.6"));
  EXPECT_EQ(project.plumb({"forget", "RRset/one.example/nosuch A", "--yes"}).code, 1);
}

TEST(Paused, IsLeftAsItIs) {
  const Project project("  drift: heal\n");
  project.domain("one.example", hosts(6));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.append("domains/one.example.yaml", "  paused: true\n");
  project.replace(kZone, "192.0.2.2\n", "203.0.113.2\n");
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_TRUE(holds(project, "203.0.113.2"));
}

}  // namespace
}  // namespace plumb::test
