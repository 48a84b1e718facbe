#include "resources/values/record_type.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace plumb::values {
namespace {

TEST(RecordType, HasTheNumbersOfIana) {
  const std::pair<std::string_view, int> cases[] = {
      {"A", 1},       {"NS", 2},      {"CNAME", 5},    {"SOA", 6},         {"PTR", 12},
      {"MX", 15},     {"TXT", 16},    {"AAAA", 28},    {"LOC", 29},        {"SRV", 33},
      {"NAPTR", 35},  {"DNAME", 39},  {"DS", 43},      {"SSHFP", 44},      {"RRSIG", 46},
      {"NSEC", 47},   {"DNSKEY", 48}, {"NSEC3", 50},   {"NSEC3PARAM", 51}, {"TLSA", 52},
      {"SMIMEA", 53}, {"CDS", 59},    {"CDNSKEY", 60}, {"OPENPGPKEY", 61}, {"SVCB", 64},
      {"HTTPS", 65},  {"URI", 256},   {"CAA", 257}};
  for (const auto& [name, number] : cases) {
    const auto type = find_record_type(name);
    ASSERT_TRUE(type) << name;
    EXPECT_EQ(static_cast<int>(*type), number);
    EXPECT_EQ(record_type_name(*type), name);
    EXPECT_EQ(record_type_of_number(static_cast<std::uint16_t>(number)), type);
  }
}

TEST(RecordType, IsFoundInEitherCase) {
  EXPECT_EQ(find_record_type("aaaa"), RecordType::aaaa);
  EXPECT_EQ(find_record_type("Mx"), RecordType::mx);
  EXPECT_FALSE(find_record_type(""));
  EXPECT_FALSE(find_record_type("AA"));
  EXPECT_FALSE(find_record_type("AAAAA"));
  EXPECT_FALSE(record_type_of_number(99));
}

TEST(RecordType, UnknownNamesAreErrorsWithAHint) {
  const auto near = parse_record_type("CNAM");
  ASSERT_FALSE(near);
  EXPECT_EQ(near.error().message, "record type 'CNAM' is unknown");
  EXPECT_EQ(near.error().hint, "did you mean CNAME?");
  const auto spf = parse_record_type("spf");
  ASSERT_FALSE(spf);
  EXPECT_EQ(spf.error().hint, "use TXT");
  const auto far = parse_record_type("SOMETHING-ELSE");
  ASSERT_FALSE(far);
  EXPECT_NE(far.error().hint.find("CNAME"), std::string::npos);
  EXPECT_EQ(*parse_record_type("txt"), RecordType::txt);
}

TEST(RecordType, SystemTypesCannotBeDeclared) {
  const auto known = known_types();
  EXPECT_TRUE(std::is_sorted(known.begin(), known.end()));
  EXPECT_EQ(known.size(), 20U);
  for (const auto name : known) {
    EXPECT_FALSE(is_system_type(*find_record_type(name))) << name;
    EXPECT_FALSE(example_of(*find_record_type(name)).empty()) << name;
  }
  for (const auto* name :
       {"SOA", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY", "CDS", "CDNSKEY"}) {
    EXPECT_TRUE(is_system_type(*find_record_type(name))) << name;
  }
}

}  // namespace
}  // namespace plumb::values
