// The values of keys are recorded by whatever run sees that they are not: a key that was replaced
// is told by them.
#include "tests/controller/reconcile/house.h"

namespace plumb::reconcile::test {
namespace {

class RecordedOutputs : public testing::Test {
 protected:
  RecordedOutputs() {
    house.directory.write("providers/mailhost.yaml",
                          "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: mailhost}\n"
                          "spec: {type: postfix-dovecot, directory: mail, dkim: {directory: "
                          "dkim}}\n");
    domain("192.0.2.1");
    EXPECT_TRUE(house.apply().all_done());
    house.settle();
  }
  void domain(const std::string& address) const {
    house.domain("example.com",
                 {{"www", "A", address}},
                 "dns",
                 "",
                 "  mail: {provider: mailhost, mx: [10 mx.out.example.], dkim: {selector: s1}}\n");
  }
  std::vector<state::StoredOutputs> keys() const {
    auto all = house.store->outputs();
    EXPECT_TRUE(all.has_value());
    std::erase_if(*all, [](const auto& row) { return row.id.kind != kinds::kDKIMKey; });
    return *all;
  }
  /// As if a run had been killed that has adopted the key.
  void lose() const {
    auto rows = keys();
    ASSERT_EQ(rows.size(), 1U);
    rows[0].values.clear();
    ASSERT_TRUE(house.store->put_outputs(rows).has_value());
    ASSERT_TRUE(keys().empty());
  }
  House house;
};

TEST_F(RecordedOutputs, AreMadeUpForByThePassThatFindsNothingToDo) {
  lose();
  const auto pass = house.plan();
  EXPECT_TRUE(pass.plan.empty());
  EXPECT_TRUE(keys().empty()) << "a plan writes nothing";
  ASSERT_TRUE(house.reconciler().remember(pass).has_value());
  EXPECT_EQ(keys().size(), 1U);
}

TEST_F(RecordedOutputs, AreMadeUpForByTheNextApply) {
  lose();
  domain("192.0.2.2");
  EXPECT_TRUE(house.apply().all_done());
  EXPECT_EQ(keys().size(), 1U);
}

TEST_F(RecordedOutputs, AreThoseOfWhatIsClaimedAlone) {
  house.store.reset();
  std::filesystem::remove_all(house.directory.path() / ".plumb");
  house.open_store();
  const auto pass = house.plan();  // all is to be adopted
  EXPECT_FALSE(pass.plan.empty());
  const apply::Run run{.id = "stopped",
                       .commit = "3f2a91c",
                       .lock_directory = house.directory.path() / ".plumb",
                       .self = {"ci-7", 4711, "3f2a91c", ""},
                       .workers = 2};
  std::stop_source stop;
  stop.request_stop();
  house.reconciler().apply(pass, run, false, house.progress, stop.get_token());
  EXPECT_TRUE(keys().empty()) << "nothing was adopted";
  EXPECT_TRUE(house.apply().all_done());
  EXPECT_EQ(keys().size(), 1U);
}

}  // namespace
}  // namespace plumb::reconcile::test
