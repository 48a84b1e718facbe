#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/conformance/conformance.h"
#include "tests/controller/providers/powerdns/opened.h"
#include "tests/support/pdns_server.h"

namespace plumb::test {
namespace {

/// A zone of a real PowerDNS, edited through its API by others.
class PowerdnsWorld final : public DnsWorld {
 public:
  explicit PowerdnsWorld(const PdnsServer& server)
      : server_(server), opened_(server.endpoint(), PdnsServer::kApiKey) {
    static int worlds = 0;
    zone_ = fmt::format("w{}.conformance.example.", ++worlds);
  }
  ~PowerdnsWorld() override { server_.call("DELETE", "/zones/" + zone_); }

  providers::Provider& provider() override { return opened_.provider(); }
  const ProviderTraits& traits() const override {
    return *providers::powerdns::powerdns_provider().traits;
  }
  Scope scope() const override { return opened_.scope(zone_); }

  void meddle(const Records& set) override {
    auto records = nlohmann::json::array();
    for (const auto& value : set.values) {
      records.push_back({{"content", value}, {"disabled", false}});
    }
    const nlohmann::json body = {{"rrsets",
                                  {{{"name", set.owner == "@" ? zone_ : set.owner + "." + zone_},
                                    {"type", set.type},
                                    {"ttl", set.ttl.value_or(0)},
                                    {"changetype", set.values.empty() ? "DELETE" : "REPLACE"},
                                    {"records", records}}}}};
    const auto answer = server_.call("PATCH", "/zones/" + zone_, body.dump());
    EXPECT_EQ(answer.status, 204) << answer.body;
  }

 private:
  const PdnsServer& server_;
  OpenedPowerdns opened_;
  std::string zone_;
};

std::unique_ptr<DnsWorld> make_sqlite_world() {
  static const PdnsServer server(PdnsServer::Backend::sqlite);
  return std::make_unique<PowerdnsWorld>(server);
}

std::unique_ptr<DnsWorld> make_lmdb_world() {
  static const PdnsServer server(PdnsServer::Backend::lmdb);
  return std::make_unique<PowerdnsWorld>(server);
}

INSTANTIATE_TEST_SUITE_P(PowerdnsSqlite,
                         DnsConformance,
                         dns_stories("powerdns", make_sqlite_world),
                         story_name);
INSTANTIATE_TEST_SUITE_P(PowerdnsLmdb,
                         DnsConformance,
                         dns_stories("powerdns", make_lmdb_world),
                         story_name);

}  // namespace
}  // namespace plumb::test
