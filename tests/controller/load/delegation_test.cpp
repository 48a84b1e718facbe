// What `dns.delegate` puts into the zone above, besides NS.
#include <gtest/gtest.h>

#include "tests/controller/load/loading.h"

namespace plumb::test {
namespace {

constexpr const char* kDigest = "d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a";

std::string signing(const std::string& name) {
  return "---\n" +
         document("Provider",
                  "metadata: {name: " + name + "}\nspec: {type: signing, directory: " + name + "}");
}

std::string child(const std::string& dns) {
  return "---\n" + document("Domain",
                            "metadata: {name: sub.example.com}\nspec:\n  dns: {nameServers: "
                            "[ns.example.net.], " +
                                dns + "}");
}

std::string above(const std::string& records = "    - {name: a, type: A, value: 192.0.2.1}\n") {
  return domain(records);
}

/// The DS that the zone above has for the child, references as they are written; empty: none.
std::string ds_of(const load::Loaded& loaded) {
  constexpr std::string_view kRow = "sub DS - ";
  for (const auto& row : rows(scope_of(loaded, "example.com."))) {
    if (row.starts_with(kRow)) {
      return row.substr(kRow.size());
    }
  }
  return "";
}

TEST(Delegation, RefersToWhatTheChildIsSignedWith) {
  const auto loaded =
      load_text(above() + signing("pdns") + child("providers: [pdns], delegate: true"));
  EXPECT_EQ(errors(loaded), "");
  EXPECT_EQ(ds_of(loaded), "${Zone/sub.example.com:ds*}");
  const auto& parent = scope_of(loaded, "example.com.");
  const auto row =
      parent.table.find(kinds::kRRset, kinds::rrset_key("sub", values::RecordType::ds));
  ASSERT_TRUE(row.has_value());
  const auto needs = std::find_if(
      parent.needs.begin(), parent.needs.end(), [&](const auto& one) { return one.entry == *row; });
  ASSERT_NE(needs, parent.needs.end());
  EXPECT_EQ(needs->on,
            (std::vector<ResourceId>{{{"files pdns", "sub.example.com."}, kinds::kZone, ""}}));
  ASSERT_EQ(loaded.producers.size(), 1U);
  EXPECT_EQ(loaded.producers[0].declaration, "Zone/sub.example.com");
  EXPECT_EQ(loaded.producers[0].id.scope.account, "files pdns");
}

TEST(Delegation, OfAChildThatSeveralProvidersSignRefersToEach) {
  const auto loaded = load_text(above() + signing("one") + signing("two") +
                                child("providers: [one, two], delegate: true"));
  EXPECT_EQ(ds_of(loaded),
            "${Zone/sub.example.com at one:ds*} | ${Zone/sub.example.com at two:ds*}");
}

TEST(Delegation, HasNoDSWhereNobodyTellsOne) {
  const auto loaded = load_text(above() + child("providers: [dns], delegate: true"));
  EXPECT_EQ(errors(loaded), "");
  EXPECT_EQ(ds_of(loaded), "");
  EXPECT_TRUE(loaded.producers.empty());
}

TEST(Delegation, TakesTheDSThatIsDeclaredByHand) {
  const auto by_hand = std::string("60485 13 2 ") + kDigest;
  const auto loaded =
      load_text(above() + signing("pdns") +
                child("providers: [pdns], delegate: true, ds: ['" + by_hand + "']"));
  EXPECT_EQ(errors(loaded), "");
  EXPECT_EQ(ds_of(loaded), by_hand);
  EXPECT_TRUE(loaded.producers.empty());
  EXPECT_EQ(ds_of(load_text(above() + signing("pdns") +
                            child("providers: [pdns], delegate: true, ds: []"))),
            "");
}

TEST(Delegation, LeavesADSThatTheZoneAboveDeclaresItself) {
  const auto record = std::string("60485 13 2 ") + kDigest;
  const auto loaded = load_text(above("    - {name: sub, type: DS, value: '" + record + "'}\n") +
                                signing("pdns") + child("providers: [pdns], delegate: true"));
  EXPECT_EQ(errors(loaded), "");
  EXPECT_EQ(ds_of(loaded), record);
}

TEST(Delegation, SaysWhatIsWrongWithADS) {
  EXPECT_NE(errors(load_text(above() + child("providers: [dns], delegate: true, ds: ['60485 13 2 "
                                             "ab']"))),
            "");
  EXPECT_NE(errors(load_text(above() + child("providers: [dns], ds: []"))).find("delegate: true"),
            std::string::npos);
}

}  // namespace
}  // namespace plumb::test
