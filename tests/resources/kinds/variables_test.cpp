#include "resources/kinds/variables.h"

#include <gtest/gtest.h>

namespace plumb::kinds {
namespace {

Variables some() {
  Variables variables;
  variables.set("web", "192.0.2.20");
  variables.set("domain", "example.com");
  variables.set("host", "mail.${domain}");
  variables.set("a", "${b}");
  variables.set("b", "${c}");
  variables.set("c", "${a}");
  variables.set("mx", "10 ${Server/mx1:hostname}");
  return variables;
}

Value reference(std::string target, std::string output, bool all) {
  return Value{Reference{std::move(target), std::move(output), all}, {}};
}
Value text(std::string value) {
  return Value{std::move(value), {}};
}

TEST(Variables, ArePutIntoTexts) {
  const std::pair<const char*, Value> cases[] = {
      {"", text("")},
      {"plain", text("plain")},
      {"${web}", text("192.0.2.20")},
      {"a ${web} b ${domain}", text("a 192.0.2.20 b example.com")},
      {"${host}", text("mail.example.com")},
      {"$${web}", text("${web}")},
      {"a$${", text("a${")},
      {"$$${web}", text("$${web}")},
      {"$web $ 5", text("$web $ 5")},
      {"${Server/mx1:ipv4}", reference("Server/mx1", "ipv4", true)},
      {"${DKIMKey/example.com/default:publicKey}",
       reference("DKIMKey/example.com/default", "publicKey", true)},
      {"ip4:${Server/mx1:ipv4} ${web}",
       Value{
           Expression{{text("ip4:"), reference("Server/mx1", "ipv4", false), text(" 192.0.2.20")}},
           {}}},
      {"${mx}", Value{Expression{{text("10 "), reference("Server/mx1", "hostname", false)}}, {}}},
  };
  const auto variables = some();
  for (const auto& [written, expected] : cases) {
    Diagnostics problems;
    const auto value = variables.expand(written, {}, problems);
    ASSERT_TRUE(value.has_value()) << written;
    EXPECT_EQ(*value, expected) << written;
    EXPECT_TRUE(problems.empty()) << written;
  }
}

TEST(Variables, SayWhatIsWrongAtItsPlace) {
  struct Case {
    const char *text, *message, *hint;
  };
  const Case cases[] = {
      {"${wep}", "variable `wep` is not defined", "did you mean web?"},
      {"${zzzzzz}",
       "variable `zzzzzz` is not defined",
       "define it in `vars`, or write `$${zzzzzz}` for the characters themselves"},
      {"x ${web", "`${` without its `}`", "close it, or write `$${` for the characters themselves"},
      {"${a}",
       "variables stand in a circle: ${a} → ${b} → ${c} → ${a}",
       "give one of them a value of its own"},
      {"${Server/mx1}",
       "`${Server/mx1}` is no reference",
       "write it as ${Kind/name:output}, for example ${Server/mx1:ipv4}"},
      {"${:}",
       "`${:}` is no reference",
       "write it as ${Kind/name:output}, for example ${Server/mx1:ipv4}"},
  };
  const auto variables = some();
  for (const auto& one : cases) {
    Diagnostics problems;
    EXPECT_FALSE(variables.expand(one.text, place_at(1, 4, 2), problems)) << one.text;
    ASSERT_EQ(problems.all().size(), 1U) << one.text;
    EXPECT_EQ(problems.all()[0].message, one.message);
    EXPECT_EQ(problems.all()[0].hint, one.hint);
    EXPECT_EQ(problems.all()[0].place, place_at(1, 4, 2));
  }
}

TEST(Variables, ReferencesCannotStandInNames) {
  Diagnostics problems;
  EXPECT_FALSE(some().expand_text("${Server/mx1:hostname}", {}, problems));
  EXPECT_EQ(problems.error_count(), 1U);
  EXPECT_EQ(some().expand_text("www.${domain}.", {}, problems), "www.example.com.");
}

TEST(Variables, OwnOnesComeBeforeThoseOfOthers) {
  Variables own;
  own.set("web", "mine");
  Diagnostics problems;
  own.fall_back(some());
  EXPECT_EQ(own.expand_text("${web} ${domain}", {}, problems), "mine example.com");
}

}  // namespace
}  // namespace plumb::kinds
