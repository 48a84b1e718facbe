// `show`: what is there, whole, and whose it is down to the value.
#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

constexpr const char* kLong =
    "a text that is longer than any summary would ever show it, so that whoever reads the document "
    "gets all of it or notices that it is cut off somewhere before its very end";

class Show : public ::testing::Test {
 protected:
  Show() {
    project_.domain(
        "one.example",
        {a("h1", "192.0.2.1"), "{name: note, type: TXT, value: \"" + std::string(kLong) + "\"}"},
        "ownership: shared");
    EXPECT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
    project_.append("zones/one.example.zone",
                    "note\t300\tIN\tTXT\t\"somebody else's\"\n"
                    "theirs\t300\tIN\tA\t203.0.113.1\n");
  }
  const Project project_;
};

TEST_F(Show, TellsForeignValuesBesideOurs) {
  const auto all = project_.plumb({"show", "one.example"});
  EXPECT_EQ(all.code, 0);
  EXPECT_TRUE(all.says("\"somebody else's\"  (left alone: a value beside ours)")) << all.out;
  EXPECT_TRUE(all.says("and 1 value beside ours are left alone.")) << all.out;
  const auto unmanaged = project_.plumb({"show", "one.example", "--unmanaged"});
  EXPECT_TRUE(unmanaged.says("note TXT")) << unmanaged.out;
  EXPECT_TRUE(unmanaged.says("\"somebody else's\"")) << unmanaged.out;
  EXPECT_TRUE(unmanaged.says("theirs A")) << unmanaged.out;
  EXPECT_FALSE(unmanaged.says("h1 A")) << unmanaged.out;
  EXPECT_FALSE(unmanaged.says("a text that is longer")) << "ours\n" << unmanaged.out;
}

TEST_F(Show, DocumentIsWhole) {
  const auto json = project_.plumb({"show", "one.example", "-o", "json"}).out;
  const auto note = between(json, "\"foreignValues\": [\n        \"somebody else's\"", "}");
  EXPECT_NE(json.find("\"" + std::string(kLong) + "\""), std::string::npos) << json;
  for (const auto* text : {"\"ttl\": 300",
                           "\"provider\": \"files\"",
                           "\"account\": \"zonefile zones\"",
                           "\"owner\": \"ours\"",
                           "\"scopesLeftOut\": 0"}) {
    EXPECT_NE(json.find(text), std::string::npos) << text << "\n" << json;
  }
  EXPECT_NE(note.find("\"label\": \"note TXT\""), std::string::npos) << json;
}

}  // namespace
}  // namespace plumb::test
