#include "controller/providers/powerdns/keys.h"

#include <gtest/gtest.h>

namespace plumb::providers::powerdns {
namespace {

using Texts = std::vector<std::string>;

Texts ds(const std::string& body) {
  auto found = read_ds(body, "GET /cryptokeys");
  EXPECT_TRUE(found.has_value());
  return found.value_or(Texts{"none"});
}

TEST(Keys, GiveTheBestDigestOfEachKeyThatSigns) {
  EXPECT_EQ(ds(R"([{"keytype":"csk","active":true,"published":true,
                    "ds":["7 13 1 aa","7 13 2 bb","7 13 4 cc"]},
                   {"keytype":"zsk","active":true}])"),
            (Texts{"7 13 2 bb"}));
  EXPECT_EQ(ds(R"([{"ds":["8 13 1 aa","8 13 4 cc"]},{"ds":["7 13 2 bb"]}])"),
            (Texts{"7 13 2 bb", "8 13 4 cc"}));
}

TEST(Keys, ThatDoNotSignOrHaveOldDigestsOnlyGiveNone) {
  EXPECT_EQ(ds(R"([{"active":false,"ds":["7 13 2 bb"]},{"published":false,"ds":["7 13 2 bb"]},
                   {"ds":["7 13 1 aa","7 13 3 dd","x",""]}])"),
            Texts());
  EXPECT_EQ(ds("[]"), Texts());
}

TEST(Keys, ThatAreNoneAreAnErrorWithoutTheirText) {
  for (const auto* body : {"", "{}", "[1]", R"([{"ds":"privatekey"}])", R"([{"ds":[1]}])"}) {
    const auto found = read_ds(body, "GET /cryptokeys");
    ASSERT_FALSE(found.has_value()) << body;
    EXPECT_EQ(found.error().message, "GET /cryptokeys: the answer is no list of keys");
  }
}

}  // namespace
}  // namespace plumb::providers::powerdns
