#include <fstream>

#include "tests/state/fixture.h"

namespace plumb::state {
namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void spill(const fs::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

/// Two folders and a file to carry the state between them.
class Portable : public testing::Test {
 protected:
  void export_store(const fs::path& from) const {
    const auto done = open_store(from, Access::read)->export_to(file_);
    ASSERT_TRUE(done) << done.error().message;
  }
  Result<void> import(const fs::path& to, bool force = false) const {
    return import_store(file_, to, kBinding, force);
  }

  test::TempDir folder_;
  fs::path one_ = folder_.path() / "one";
  fs::path two_ = folder_.path() / "two";
  fs::path file_ = folder_.path() / "state.plumb";
};

TEST_F(Portable, CarriesEverythingToAnEmptyFolder) {
  {
    const auto store = open_store(one_);
    make(*store, create_key("www", "1"));
    make(*store, create_key(std::string(400, 'k'), "long"));
    auto reserved = create_key("open", "x");
    reserved.consent = "c";
    ASSERT_TRUE(store->begin(intent_of({reserved}), kNow));
    ASSERT_TRUE(store->put_settled(kScope, {"d", "f", "c"}));
    ASSERT_TRUE(store->put_account("pdns", "a"));
    ASSERT_TRUE(store->take_over(kScope, true, "why", kNow));
  }
  export_store(one_);
  const auto first = slurp(file_);
  EXPECT_TRUE(first.starts_with(R"({"plumb-state":1,"sha256":")"));
  EXPECT_NE(first.find(R"("project":"acme","environment":"production","id":"st-1","serial":)"),
            std::string::npos);
  const auto imported = import(two_);
  ASSERT_TRUE(imported) << imported.error().message;
  const auto store = open_store(two_);
  EXPECT_EQ(store->id(), "st-1");
  EXPECT_EQ(store->seed(), 42U);
  EXPECT_EQ(store->serial(), open_store(one_)->serial());
  EXPECT_EQ(claimed_body(*store, "www"), "1");
  EXPECT_EQ(claimed_body(*store, std::string(400, 'k')), "long");
  EXPECT_EQ(*store->consent_used("c"), 1U);
  EXPECT_EQ(store->open_intents()->size(), 1U);
  EXPECT_TRUE(store->verify());
  export_store(two_);
  EXPECT_EQ(slurp(file_), first) << "equal stores make equal files";
}

TEST_F(Portable, ANewerFileReplacesTheStoreAndTheOldOneIsKeptBeside) {
  make(*open_store(one_), create_key("a", "1"));
  export_store(one_);
  ASSERT_TRUE(import(two_));
  const auto serial = open_store(two_)->serial();
  make(*open_store(one_), create_key("b", "1"));
  export_store(one_);
  const auto reader = open_store(two_, Access::write);  // open while it is replaced
  const auto imported = import(two_);
  ASSERT_TRUE(imported) << imported.error().message;
  EXPECT_EQ(claimed_body(*reader, "b"), "1");
  EXPECT_EQ(reader->serial(), open_store(one_)->serial());
  const auto backup = folder_.path() / ("two.before-" + std::to_string(serial));
  ASSERT_TRUE(fs::exists(backup));
  ASSERT_TRUE(import_store(backup, folder_.path() / "three", kBinding, false));
  EXPECT_EQ(claimed_body(*open_store(folder_.path() / "three"), "b"), "");
}

TEST_F(Portable, AnOlderFileIsRefusedUnlessForcedAndTheSerialGoesOnGrowing) {
  make(*open_store(one_), create_key("a", "1"));
  export_store(one_);
  make(*open_store(one_), create_key("b", "1"));
  const auto serial = open_store(one_)->serial();
  const auto refused = import(one_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(claimed_body(*open_store(one_), "b"), "1");
  ASSERT_TRUE(import(one_, true));
  const auto store = open_store(one_);
  EXPECT_EQ(claimed_body(*store, "b"), "");
  EXPECT_EQ(store->serial(), serial + 1);
  // Markers are never given twice: "b" had 2.
  EXPECT_EQ(*store->begin(intent_of({create_key("c", "1")}), kNow), 3U);
}

TEST_F(Portable, TheSameFileChangesNothing) {
  make(*open_store(one_), create_key("a", "1"));
  export_store(one_);
  EXPECT_TRUE(import(one_));
  EXPECT_FALSE(fs::exists(folder_.path() / "one.before-2"));
}

TEST_F(Portable, StoresThatWentApartAreRefused) {
  make(*open_store(one_), create_key("a", "1"));
  export_store(one_);
  ASSERT_TRUE(import(two_));
  make(*open_store(one_), create_key("b", "1"));
  make(*open_store(two_), create_key("c", "1"));
  export_store(one_);
  const auto same_serial = import(two_);
  ASSERT_FALSE(same_serial);
  EXPECT_NE(same_serial.error().message.find("same serial"), std::string::npos);
  // Another store altogether.
  const auto three = folder_.path() / "three";
  auto other = Store::open(three, kBinding, Access::write, "st-9", 1);
  ASSERT_TRUE(other);
  make(**other, create_key("x", "1"));
  const auto foreign = import(three);
  ASSERT_FALSE(foreign);
  EXPECT_NE(foreign.error().message.find("st-9"), std::string::npos) << foreign.error().message;
  ASSERT_TRUE(import(three, true));
  // The one who has it open notices that it is another store now.
  EXPECT_FALSE((*other)->put_account("p", "a"));
}

TEST_F(Portable, OpenChangesAreNotForgottenUnlessForced) {
  make(*open_store(one_), create_key("a", "1"));
  export_store(one_);
  ASSERT_TRUE(import(two_));
  ASSERT_TRUE(open_store(two_)->begin(intent_of({create_key("b", "1")}), kNow));
  for (int i = 0; i < 3; ++i) {
    make(*open_store(one_), create_key("n" + std::to_string(i), "1"));
  }
  export_store(one_);
  const auto refused = import(two_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("1 change"), std::string::npos) << refused.error().message;
  EXPECT_EQ(open_store(two_)->open_intents()->size(), 1U);
}

TEST_F(Portable, OfAnotherProjectIsRefusedEvenByForce) {
  make(*open_store(one_), create_key("a", "1"));
  export_store(one_);
  const auto refused = import_store(file_, two_, {"acme", "staging"}, true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_input);
  EXPECT_NE(refused.error().message.find("\"staging\""), std::string::npos);
  EXPECT_FALSE(fs::exists(two_));
}

TEST_F(Portable, DamagedFilesAreRefusedWhereverTheyAreDamaged) {
  make(*open_store(one_), create_key("a", "1"));
  export_store(one_);
  const auto good = slurp(file_);
  for (std::size_t place = 0; place < good.size(); place += 7) {
    auto bad = good;
    bad[place] = static_cast<char>(bad[place] ^ 1);
    spill(file_, bad);
    const auto refused = import(two_);
    ASSERT_FALSE(refused) << place;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_input) << place;
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, good.size() - 1}) {
    spill(file_, good.substr(0, size));
    EXPECT_FALSE(import(two_)) << size;
  }
  EXPECT_FALSE(import_store(folder_.path() / "nowhere", two_, kBinding, false));
  EXPECT_FALSE(fs::exists(two_));
}

TEST_F(Portable, ANewerFormatAsksForAnUpgrade) {
  spill(file_, "{\"plumb-state\":2,\"what\":\"ever\"}\n");
  const auto refused = import(two_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().hint, "upgrade plumb");
}

}  // namespace
}  // namespace plumb::state
