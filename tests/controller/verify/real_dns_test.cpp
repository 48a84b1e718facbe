// Looking at real name servers, one of which is behind.

#include <gtest/gtest.h>

#include "controller/verify/serving.h"
#include "tests/controller/verify/world.h"
#include "tests/support/nsd.h"
#include "tests/support/unbound.h"

namespace plumb::verify {
namespace {

std::string zone_text(int serial, std::string_view records) {
  return "$ORIGIN one.test.\n$TTL 300\n@ IN SOA ns1 hostmaster " + std::to_string(serial) +
         " 3600 600 86400 60\n@ IN NS ns1\nns1 IN A 127.0.0.1\n" + std::string(records);
}

/// Two servers with one zone, the second with an older version, and a resolver that asks the first.
class TwoServers : public testing::Test {
 protected:
  void SetUp() override {
    first_zones_.write("one.test.zone", zone_text(2, "www IN A 192.0.2.1\nnew IN TXT fresh\n"));
    second_zones_.write("one.test.zone", zone_text(1, "www IN A 192.0.2.1\n"));
    auto first = test::Nsd::start(first_zones_.path(), {"one.test"});
    auto second = test::Nsd::start(second_zones_.path(), {"one.test"});
    ASSERT_TRUE(first && second);
    first_ = std::move(*first);
    second_ = std::move(*second);
    auto unbound = test::Unbound::start({{"one.test", {first_->port()}}});
    ASSERT_TRUE(unbound) << unbound.error().message;
    unbound_ = std::move(*unbound);
    resolver_ =
        std::make_unique<env::AresResolver>(env::ResolverOptions{.servers = {unbound_->address()}});
    servers_ = {"127.0.0.1:" + std::to_string(first_->port()),
                "127.0.0.1:" + std::to_string(second_->port())};
  }

  test::TempDir first_zones_, second_zones_;
  std::unique_ptr<test::Nsd> first_, second_;
  std::unique_ptr<test::Unbound> unbound_;
  std::unique_ptr<env::AresResolver> resolver_;
  std::vector<std::string> servers_;
};

TEST_F(TwoServers, AreAskedOneByOne) {
  const std::vector<RecordSet> sets = {set("www.one.test", "A", {"192.0.2.1"}),
                                       set("new.one.test", "TXT", {"fresh"})};
  const auto served = served_everywhere(*resolver_, servers_, sets, {});
  ASSERT_EQ(served.size(), 2U);
  EXPECT_TRUE(served[0].everywhere());
  EXPECT_EQ(served[0].ttl, 300U);
  EXPECT_EQ(served[1].served, 1U);
  EXPECT_EQ(served[1].of, 2U);
  ASSERT_EQ(served[1].otherwise.size(), 1U);
  EXPECT_EQ(served[1].otherwise[0].first, servers_[1]);
  EXPECT_EQ(served[1].otherwise[0].second, "NXDOMAIN");
}

TEST(Referral, ServesACutAndItsGlue) {
  const test::TempDir zones;
  zones.write("one.test.zone",
              zone_text(1, "sub IN NS ns1.sub\nns1.sub IN A 192.0.2.7\nns2.sub IN A 192.0.2.8\n"));
  const auto nsd = test::Nsd::start(zones.path(), {"one.test"});
  ASSERT_TRUE(nsd);
  env::AresResolver resolver;
  const std::vector<std::string> servers = {"127.0.0.1:" + std::to_string((*nsd)->port())};
  const auto serves = [&](const RecordSet& set) {
    return served_everywhere(resolver, servers, set, {}).everywhere();
  };
  EXPECT_TRUE(serves(set("sub.one.test", "NS", {"ns1.sub.one.test."})));
  EXPECT_TRUE(serves(set("ns1.sub.one.test", "A", {"192.0.2.7"})));
  EXPECT_FALSE(serves(set("ns1.sub.one.test", "A", {"192.0.2.9"})));
}

TEST_F(TwoServers, AreToldWithTheirSerials) {
  PaperWeb web;
  Zone zone{.name = name("one.test"), .servers = servers_};
  zone.sets = {set("www.one.test", "A", {"192.0.2.1"}), set("new.one.test", "TXT", {"fresh"})};
  const Declared declared({zone});
  const auto verified =
      verify(declared, {}, {.resolver = *resolver_, .http = web}, {.dns_only = true}, {});
  const auto& report = verified.reports.at(0);
  EXPECT_EQ(report.worst(), Status::fail);
  EXPECT_EQ(told(report, "served"),
            (std::vector<std::string>{
                "fail new.one.test TXT: 1 of 2 serve \"fresh\"; " + servers_[1] + " has NXDOMAIN",
                "pass 1 record set of 2 served by 2 of 2"}));
  EXPECT_EQ(told(report, "servers"),
            std::vector<std::string>{
                "warning serial: the servers have different versions of the zone: serial 1 at " +
                servers_[1] + " and 2 at " + servers_[0]});
  EXPECT_TRUE(web.asked.empty());
}

}  // namespace
}  // namespace plumb::verify
