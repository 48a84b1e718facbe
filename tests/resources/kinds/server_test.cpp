#include <gtest/gtest.h>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"

namespace plumb::kinds {
namespace {

Value text(std::string_view of) {
  return {std::string(of), {}};
}

std::string server(std::string_view hostname, Value ipv4, Value ipv6 = {}) {
  const auto made = server_kind().canonical(
      "mx1",
      {Value::Map{
           {"hostname", text(hostname)}, {"ipv4", std::move(ipv4)}, {"ipv6", std::move(ipv6)}},
       {}});
  EXPECT_TRUE(made) << made.error().message;
  return made.value_or("");
}

TEST(Server, IsCanonicalWhateverTheSpelling) {
  const auto a = server("MX1.example.com",
                        {Value::List{text("192.0.2.2"), text("192.0.2.1")}, {}},
                        text("2001:DB8:0::1"));
  const auto b = server("mx1.example.com.",
                        {Value::List{text("192.0.2.1"), text("192.0.2.2"), text("192.0.2.1")}, {}},
                        {Value::List{text("2001:db8::1")}, {}});
  EXPECT_EQ(a, b);
  EXPECT_EQ(server_kind().summary("mx1", a), "mx1.example.com., 192.0.2.1, 192.0.2.2, 2001:db8::1");
  const auto tree = body_tree(server_kind(), a);
  ASSERT_TRUE(tree);
  EXPECT_EQ(server_kind().canonical("mx1", *tree).value(), a);
}

TEST(Server, LeavesOutWhatIsNotStated) {
  const auto made = server("mx1.example.com", {});
  EXPECT_EQ(cbor::field_numbers(made), (std::vector<std::uint8_t>{kServerHostname}));
}

TEST(Server, NamesTheFieldThatIsWrong) {
  const auto made = server_kind().canonical("mx1", {Value::Map{{"ipv4", text("192.0.2.999")}}, {}});
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().message.starts_with("server mx1: ipv4: ")) << made.error().message;
}

TEST(Server, SaysWhichAddressesDiffer) {
  const auto before = server("a.example.com", text("192.0.2.1"), text("2001:db8::1"));
  EXPECT_EQ(server_kind().difference(
                "mx1", before, server("b.example.com", text("192.0.2.2"), text("2001:db8::1"))),
            "hostname a.example.com. → b.example.com. · + 192.0.2.2  − 192.0.2.1");
  EXPECT_EQ(server_kind().difference("mx1", before, server("a.example.com", {})), "");
  EXPECT_EQ(server_kind().difference("mx1", before, before), "");
}

TEST(Server, HoldsDataSoThatItsRemovalIsSevere) {
  const auto made = server("a.example.com", text("192.0.2.1"));
  EXPECT_TRUE(server_kind().holds_data);
  EXPECT_EQ(server_kind().risk("mx1", made, ""), Risk::severe);
  EXPECT_EQ(server_kind().risk("mx1", "", made), Risk::none);
  EXPECT_EQ(server_kind().risk("mx1", made, server("a.example.com", text("192.0.2.9"))),
            Risk::notable);
}

}  // namespace
}  // namespace plumb::kinds
