// Any order of single-scope passes reaches the world of one apply.
#include <algorithm>
#include <random>
#include <sstream>

#include "tests/controller/reconcile/house.h"

namespace plumb::reconcile::test {
namespace {

using Records = std::vector<std::array<std::string, 3>>;
const std::vector<std::string> kDomains{"a.example", "b.example", "c.example"};

using Dice = std::mt19937;

std::string one_of(Dice& dice, const std::vector<std::string>& words) {
  return words[dice() % words.size()];
}

Records some_records(Dice& dice) {
  Records records;
  for (const char* owner : {"www", "mail", "ftp"}) {
    if (dice() % 2 == 0) {
      records.push_back({owner, "A", one_of(dice, {"192.0.2.1", "192.0.2.2", "${Server/s:ipv4}"})});
    }
  }
  if (dice() % 2 == 0) {
    records.push_back({"txt", "TXT", one_of(dice, {"one", "two"})});
  }
  return records;
}

void declare(House& house, const std::vector<Records>& records) {
  house.directory.write("servers.yaml",
                        "apiVersion: plumb/v1\nkind: Server\nmetadata: {name: s}\n"
                        "spec: {hostname: s.example, addresses: [192.0.2.77]}\n");
  for (std::size_t i = 0; i < kDomains.size(); ++i) {
    house.domain(kDomains[i], records[i]);
  }
}

/// Applies all scopes until nothing is left; whether it came to rest.
bool apply_whole(House& house) {
  for (int i = 0; i < 6; ++i) {
    const auto pass = house.plan();
    if (pass.plan.change_count() == 0) {
      return true;
    }
    EXPECT_TRUE(house.apply(pass).all_done());
  }
  return false;
}

/// Applies one scope at a time, in any order, until nothing is left; whether it came to rest.
bool apply_piecewise(House& house, Dice& dice) {
  for (int i = 0; i < 200; ++i) {
    const auto pass = house.plan();
    if (pass.plan.change_count() == 0) {
      return true;
    }
    PassOptions one;
    one.selection.only = {{pass.plan.scopes[dice() % pass.plan.scopes.size()].scope}};
    const auto single = house.plan(one);
    EXPECT_TRUE(house.apply(single).all_done());
  }
  return false;
}

/// The zone without its SOA, whose serial counts the writes.
std::vector<std::string> lines_of(const House& house, const std::string& domain) {
  std::vector<std::string> lines;
  std::istringstream in(house.zone(domain));
  for (std::string line; std::getline(in, line);) {
    if (line.find("192.0.2.") != std::string::npos || line.find("TXT") != std::string::npos) {
      lines.push_back(line);
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

class Passes : public testing::TestWithParam<unsigned> {};

TEST_P(Passes, OneScopeAtATimeReachTheWorldOfOneApply) {
  Dice dice(GetParam());
  House whole;
  House pieces;
  for (int edition = 0; edition < 2; ++edition) {
    const std::vector<Records> records{some_records(dice), some_records(dice), some_records(dice)};
    declare(whole, records);
    declare(pieces, records);
    ASSERT_TRUE(apply_whole(whole));
    ASSERT_TRUE(apply_piecewise(pieces, dice));
    for (const auto& domain : kDomains) {
      EXPECT_EQ(lines_of(whole, domain), lines_of(pieces, domain));
    }
  }
  EXPECT_TRUE(pieces.store->open_intents()->empty());
  EXPECT_TRUE(pieces.store->verify().has_value());
}

INSTANTIATE_TEST_SUITE_P(RandomProjects, Passes, testing::Range(1U, 13U));

}  // namespace
}  // namespace plumb::reconcile::test
