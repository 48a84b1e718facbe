// Against real PowerDNS servers of both backends that Debian ships.
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"
#include "tests/controller/providers/powerdns/opened.h"
#include "tests/support/pdns_server.h"

namespace plumb::providers::powerdns {
namespace {

using test::PdnsServer;
using values::RecordType;
using Json = nlohmann::json;

const std::string kZoneBody = cbor::body({});

/// Changes of one zone, numbered as they are added.
class Batch {
 public:
  explicit Batch(Scope scope) : scope_(std::move(scope)) {}

  Batch& zone(Act act) {
    rows_.push_back({act, kinds::kZone, "", "", kZoneBody});
    return *this;
  }
  Batch& put(const std::string& owner, RecordType type, std::vector<std::string> values) {
    rows_.push_back({Act::create,
                     kinds::kRRset,
                     kinds::rrset_key(owner, type),
                     "",
                     kinds::rrset_body(300, std::move(values))});
    return *this;
  }
  Batch& drop(const std::string& owner, RecordType type) {
    rows_.push_back({Act::remove,
                     kinds::kRRset,
                     kinds::rrset_key(owner, type),
                     kinds::rrset_body(300, {"x"}),
                     ""});
    return *this;
  }
  /// How many changes were Done; what befell the others goes to `errors`.
  std::size_t apply(Provider& provider, std::vector<Error>* errors = nullptr) const {
    Order order{scope_, {}, ""};
    for (std::uint32_t i = 0; i < rows_.size(); ++i) {
      const auto& row = rows_[i];
      order.changes.push_back({.number = i,
                               .act = row.act,
                               .kind = row.kind,
                               .key = row.key,
                               .before = row.before,
                               .after = row.after});
    }
    std::size_t done = 0;
    provider.apply(order,
                   [&](std::uint32_t, const Outcome& outcome) {
                     done += std::holds_alternative<Done>(outcome) ? 1U : 0U;
                     if (const auto* unknown = std::get_if<Unknown>(&outcome)) {
                       ADD_FAILURE() << unknown->error.message;
                     }
                     if (const auto* refused = std::get_if<Refused>(&outcome)) {
                       errors != nullptr ? errors->push_back(refused->error)
                                         : ADD_FAILURE() << refused->error.message;
                     }
                   },
                   {});
    return done;
  }

 private:
  struct Row {
    Act act;
    KindId kind;
    std::string key;
    std::string before;
    std::string after;
  };
  Scope scope_;
  std::vector<Row> rows_;
};

class RealPowerdns : public ::testing::TestWithParam<PdnsServer::Backend> {
 protected:
  RealPowerdns() : server_(GetParam()), opened_(server_.endpoint(), PdnsServer::kApiKey) {}

  Provider& provider() { return opened_.provider(); }
  Scope scope() const { return opened_.scope("example.com."); }
  Batch batch() const { return Batch(scope()); }
  ObservedScope look() {
    auto seen = provider().locate(scope(), {}, {});
    EXPECT_TRUE(seen) << seen.error().message;
    return seen ? std::move(*seen) : ObservedScope();
  }
  std::string body_at(const std::string& owner, RecordType type) {
    const auto seen = look();
    const auto row = seen.table.find(kinds::kRRset, kinds::rrset_key(owner, type));
    return row ? std::string(seen.table.body(seen.table[*row])) : std::string();
  }
  std::string token() {
    const auto containers = provider().survey({});
    for (const auto& container : containers.value()) {
      if (container.scope == scope()) {
        return container.fingerprint;
      }
    }
    return "no such zone";
  }

  PdnsServer server_;
  test::OpenedPowerdns opened_;
};

TEST_P(RealPowerdns, TakesAZoneFromNothingToEverythingAndBack) {
  EXPECT_EQ(look().reading, Reading::missing);
  EXPECT_EQ(provider().survey({})->size(), 0U);
  EXPECT_EQ(batch()
                .zone(Act::create)
                .put("@", RecordType::ns, {"ns1.example.net.", "ns2.example.net."})
                .put("@", RecordType::mx, {"10 mail.example.com."})
                .put("mail", RecordType::a, {"192.0.2.1"})
                .apply(provider()),
            4U);
  const auto seen = look();
  EXPECT_EQ(seen.reading, Reading::read);
  EXPECT_EQ(seen.table.size(), 5U);  // the zone, SOA, NS, MX, A
  EXPECT_EQ(seen.fingerprint, token());
  EXPECT_TRUE(body_at("@", RecordType::soa).find("ns1.example.net. hostmaster.example.com. 20") !=
              std::string::npos);
  EXPECT_EQ(server_.ask("mail.example.com.", 1),
            (std::vector<std::string>{std::string("\xc0\x00\x02\x01", 4)}));
  EXPECT_EQ(batch().zone(Act::remove).drop("mail", RecordType::a).apply(provider()), 2U);
  EXPECT_EQ(look().reading, Reading::missing);
  EXPECT_EQ(batch().zone(Act::remove).apply(provider()), 1U);  // it is gone: done
}

TEST_P(RealPowerdns, MovesTheTokenWithEveryWrite) {
  batch().zone(Act::create).apply(provider());
  const auto first = token();
  batch().put("www", RecordType::a, {"192.0.2.1"}).apply(provider());
  EXPECT_NE(token(), first);
  EXPECT_EQ(look().fingerprint, token());
}

TEST_P(RealPowerdns, ServesTextsOctetByOctet) {
  std::vector<std::string> texts = {"",
                                    "v=DKIM1; k=rsa; p=MIIB",
                                    "\"quoted\" in \"side\"",
                                    R"(\ \\ \\\ \\\\ \")",
                                    "  blanks  around  ",
                                    "it's `so`",
                                    "gr\xc3\xbc\xc3\x9f Gott"};
  for (const std::size_t size : {254U, 255U, 256U, 509U, 510U, 511U, 765U, 2000U, 4000U}) {
    texts.emplace_back(size, '\\');
    texts.emplace_back(size, 'x');
  }
  std::string octets;
  for (int i = 0; i < 256; ++i) {
    octets += static_cast<char>(i);
  }
  texts.push_back(octets);
  auto changes = batch();
  changes.zone(Act::create);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    changes.put("t" + std::to_string(i), RecordType::txt, {texts[i]});
  }
  ASSERT_EQ(changes.apply(provider()), texts.size() + 1);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto owner = "t" + std::to_string(i);
    const auto answer = server_.ask(owner + ".example.com.", 16);
    ASSERT_EQ(answer.size(), 1U) << texts[i];
    EXPECT_EQ(test::joined_strings(answer[0]), texts[i]);
    EXPECT_EQ(body_at(owner, RecordType::txt), kinds::rrset_body(300, {texts[i]}));
  }
}

TEST_P(RealPowerdns, SwapsACnameForAddressesInOneBatch) {
  batch().zone(Act::create).put("www", RecordType::cname, {"host.example.net."}).apply(provider());
  // The address stands first: the order to send is the provider's affair.
  EXPECT_EQ(batch()
                .put("www", RecordType::a, {"192.0.2.1"})
                .drop("www", RecordType::cname)
                .apply(provider()),
            2U);
  EXPECT_EQ(server_.ask("www.example.com.", 1).size(), 1U);
  EXPECT_EQ(batch()
                .put("www", RecordType::cname, {"host.example.net."})
                .drop("www", RecordType::a)
                .apply(provider()),
            2U);
  EXPECT_EQ(body_at("www", RecordType::a), "");
}

TEST_P(RealPowerdns, WritesThousandsOfSetsInOneGoAndReadsThemBack) {
  constexpr int kSets = 1201;
  auto make = batch();
  auto clear = batch();
  make.zone(Act::create);
  for (int i = 0; i < kSets; ++i) {
    const auto owner = "h" + std::to_string(i);
    make.put(owner, RecordType::a, {"192.0.2.1", "192.0.2.2"});
    clear.drop(owner, RecordType::a);
  }
  EXPECT_EQ(make.apply(provider()), kSets + 1U);
  EXPECT_EQ(look().table.size(), kSets + 2U);
  EXPECT_EQ(clear.apply(provider()), std::size_t{kSets});
  EXPECT_EQ(look().table.size(), 2U);
}

TEST_P(RealPowerdns, PassesOnWhatTheServerSaysOfARefusal) {
  batch().zone(Act::create).put("www", RecordType::cname, {"host.example.net."}).apply(provider());
  std::vector<Error> errors;
  EXPECT_EQ(batch()
                .put("www", RecordType::a, {"192.0.2.1"})
                .put("ftp", RecordType::a, {"192.0.2.1"})
                .apply(provider(), &errors),
            0U);
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].category, ErrorCategory::validation);
  EXPECT_NE(errors[0].message.find("Conflicts with pre-existing RRset"), std::string::npos)
      << errors[0].message;
  EXPECT_EQ(body_at("ftp", RecordType::a), "");  // one PATCH is one transaction
}

TEST_P(RealPowerdns, RefusesAZoneThatIsThere) {
  batch().zone(Act::create).apply(provider());
  std::vector<Error> errors;
  EXPECT_EQ(batch().zone(Act::create).apply(provider(), &errors), 0U);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].category, ErrorCategory::conflict);
}

TEST_P(RealPowerdns, KeepsZonesWhoseNamesHoldSlashes) {
  const auto odd = opened_.scope("0/25.2.0.192.in-addr.arpa.");
  EXPECT_EQ(
      Batch(odd).zone(Act::create).put("1", RecordType::ptr, {"a.example."}).apply(provider()), 2U);
  EXPECT_EQ(provider().locate(odd, {}, {})->reading, Reading::read);
  EXPECT_EQ(provider().survey({})->at(0).scope, odd);
  EXPECT_EQ(Batch(odd).zone(Act::remove).apply(provider()), 1U);
  EXPECT_EQ(provider().locate(odd, {}, {})->reading, Reading::missing);
}

TEST_P(RealPowerdns, SaysWhoseServerItIs) {
  const auto diagnosis = provider().diagnose({});
  ASSERT_EQ(diagnosis.good.size(), 1U);
  EXPECT_NE(diagnosis.good[0].find("PowerDNS Authoritative 4."), std::string::npos);
  test::OpenedPowerdns stranger(server_.endpoint(), "wrong");
  EXPECT_EQ(stranger.provider().survey({}).error().category, ErrorCategory::authentication);
  test::OpenedPowerdns astray(
      server_.endpoint(), PdnsServer::kApiKey, {{"server", Value{std::string("elsewhere"), {}}}});
  EXPECT_FALSE(astray.provider().locate(astray.scope("example.com."), {}, {}));
  EXPECT_EQ(astray.provider().diagnose({}).bad.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Backends,
                         RealPowerdns,
                         ::testing::Values(PdnsServer::Backend::sqlite, PdnsServer::Backend::lmdb),
                         [](const auto& of) {
                           return of.param == PdnsServer::Backend::sqlite ? "Sqlite" : "Lmdb";
                         });

TEST(PowerdnsLimits, FitsItsPartsToWhatTheServerTakes) {
  const PdnsServer server(PdnsServer::Backend::sqlite, "webserver-max-bodysize=1\n");
  test::OpenedPowerdns opened(server.endpoint(), PdnsServer::kApiKey);
  Batch batch(opened.scope("example.com."));
  batch.zone(Act::create);
  constexpr std::size_t kSets = 3000;
  for (std::size_t i = 0; i < kSets; ++i) {
    batch.put("t" + std::to_string(i), RecordType::txt, {std::string(600, 'x')});
  }
  EXPECT_EQ(batch.apply(opened.provider()), kSets + 1);
  const auto seen = opened.provider().locate(opened.scope("example.com."), {}, {});
  EXPECT_EQ(seen->table.size(), kSets + 2);
}

TEST(PowerdnsDisabled, KeepsThemAtARealServer) {
  const PdnsServer server(PdnsServer::Backend::sqlite);
  test::OpenedPowerdns opened(server.endpoint(), PdnsServer::kApiKey);
  const auto scope = opened.scope("example.com.");
  Batch(scope).zone(Act::create).apply(opened.provider());
  const auto set = server.call(
      "PATCH",
      "/zones/example.com.",
      R"({"rrsets":[{"name":"www.example.com.","type":"A","ttl":60,"changetype":"REPLACE","records":[)"
      R"({"content":"192.0.2.1","disabled":false},{"content":"192.0.2.9","disabled":true}]}]})");
  ASSERT_EQ(set.status, 204) << set.body;
  const auto seen = opened.provider().locate(scope, {}, {});
  const auto key = kinds::rrset_key("www", RecordType::a);
  const auto row = seen->table[seen->table.find(kinds::kRRset, key).value()];
  const auto after = kinds::rrset_body(60, {"192.0.2.2"});
  Order order{scope, {}, ""};
  order.changes.push_back({.act = Act::update,
                           .kind = kinds::kRRset,
                           .key = key,
                           .before = seen->table.body(row),
                           .after = after,
                           .handle = seen->side.at(row.side - 1).handle});
  opened.provider().apply(order,
                          [](std::uint32_t, const Outcome& outcome) {
                            EXPECT_TRUE(std::holds_alternative<Done>(outcome));
                          },
                          {});
  const auto zone = Json::parse(server.call("GET", "/zones/example.com.").body);
  std::map<std::string, bool> disabled;
  for (const auto& one : zone.at("rrsets")) {
    for (const auto& record : one.at("records")) {
      disabled[record.at("content")] = record.at("disabled");
    }
  }
  EXPECT_EQ(disabled.at("192.0.2.2"), false);
  EXPECT_EQ(disabled.at("192.0.2.9"), true);
  EXPECT_FALSE(disabled.contains("192.0.2.1"));
}

}  // namespace
}  // namespace plumb::providers::powerdns
