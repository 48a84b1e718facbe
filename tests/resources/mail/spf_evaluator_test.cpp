// check_host() over a table of cases; tests/conformance shows the same table to other programs.

#include "resources/mail/spf_evaluator.h"

#include <gtest/gtest.h>

#include "resources/values/rdata.h"
#include "tests/resources/mail/made_text.h"
#include "tests/support/spf_cases.h"

namespace plumb::mail {
namespace {

using values::RecordType;

/// Answers from a table, aliases followed.
class TableLookup final : public NameLookup {
 public:
  explicit TableLookup(const test::SpfZone& zone) {
    for (const auto& [key, data] : zone) {
      const auto type = values::find_record_type(key.second).value();
      for (const auto& text : data) {
        // Of TXT a table holds the octets.
        records_[name(key.first).text()][type].push_back(
            type == RecordType::txt
                ? text
                : values::canonical_rdata(type, text, {}, values::TargetRule::absolute_only)
                      .value());
      }
    }
  }

  NameAnswer look_up(const values::DomainName& asked, RecordType type) override {
    ++questions;
    if (test::is_broken(asked.without_dot())) {
      return {.outcome = NameAnswer::Outcome::failed};
    }
    const auto found = records_.find(asked.text());
    if (found == records_.end()) {
      return {.outcome = NameAnswer::Outcome::absent};
    }
    if (const auto alias = found->second.find(RecordType::cname);
        alias != found->second.end() && type != RecordType::cname) {
      return look_up(name(alias->second.front()), type);
    }
    const auto values = found->second.find(type);
    return {.values = values == found->second.end() ? std::vector<std::string>() : values->second,
            .ttl_s = 300};
  }

  std::size_t questions = 0;

 private:
  std::map<std::string, std::map<RecordType, std::vector<std::string>>> records_;
};

SpfQuery query_of(const test::SpfCase& one) {
  SpfQuery query;
  if (const auto v4 = values::Ipv4Address::parse(one.client)) {
    query.address = *v4;
  } else {
    query.address = values::Ipv6Address::parse(one.client).value();
  }
  const auto at = one.sender.rfind('@');
  query.domain = name(one.sender.empty() ? one.helo : one.sender.substr(at + 1));
  query.sender = one.sender;
  query.helo = one.helo;
  return query;
}

TEST(CheckHost, ComesToWhatTheTableSays) {
  const auto cases = test::read_spf_cases();
  ASSERT_GE(cases.size(), 120U);
  TableLookup dns(test::read_spf_zone(cases));
  for (const auto& one : cases) {
    const auto verdict = check_host(query_of(one), dns);
    EXPECT_EQ(spf_result_name(verdict.result), one.result) << one.id << ": " << one.record << "\n"
                                                           << verdict.problem;
    if (one.options.contains("exp")) {
      EXPECT_EQ(verdict.explanation, one.options.at("exp")) << one.id;
    }
    const bool wants_why =
        one.result == "permerror" || one.result == "temperror" || one.result == "none";
    EXPECT_EQ(verdict.problem.empty(), !wants_why) << one.id << ": " << verdict.problem;
    EXPECT_LE(verdict.lookups, 11U) << one.id;
  }
}

SpfVerdict verdict_of(const test::SpfZone& zone, const std::string& client = "192.0.2.10") {
  TableLookup dns(zone);
  test::SpfCase one;
  one.client = client;
  one.sender = "user@d.example";
  one.helo = "helo.host";
  return check_host(query_of(one), dns);
}

TEST(CheckHost, SaysWhatItLookedAt) {
  const auto verdict = verdict_of({{{"d.example", "TXT"},
                                    {"v=spf1 ip4:192.0.2.1 include:i.example "
                                     "exists:%{i}.e.example -all"}},
                                   {{"i.example", "TXT"}, {"v=spf1 a:m.example ?all"}},
                                   {{"m.example", "A"}, {"192.0.2.9"}},
                                   {{"192.0.2.10.e.example", "A"}, {"127.0.0.1"}}});
  EXPECT_EQ(verdict.result, SpfResult::pass);
  EXPECT_EQ(verdict.lookups, 3U);
  EXPECT_EQ(verdict.void_lookups, 0U);
  EXPECT_EQ(verdict.ttl_s, 300U);
  using Outcome = SpfStep::Outcome;
  EXPECT_EQ(verdict.trace,
            (std::vector<SpfStep>{
                {0, "d.example", "ip4:192.0.2.1", Outcome::no_match, ""},
                {0, "d.example", "include:i.example", Outcome::no_match, ""},
                {1, "i.example", "a:m.example", Outcome::no_match, ""},
                {1, "i.example", "?all", Outcome::match, ""},
                {0, "d.example", "exists:%{i}.e.example", Outcome::match, "192.0.2.10.e.example"},
            }));
}

TEST(CheckHost, NamesTheRecordThatIsBroken) {
  const auto verdict = verdict_of({{{"d.example", "TXT"}, {"v=spf1 include:i.example -all"}},
                                   {{"i.example", "TXT"}, {"v=spf1 ip5:1.2.3.4 -all"}}});
  EXPECT_EQ(verdict.result, SpfResult::permerror);
  EXPECT_EQ(verdict.problem, "SPF term 'ip5:1.2.3.4' is not known at i.example");
  ASSERT_EQ(verdict.trace.size(), 2U);
  EXPECT_EQ(verdict.trace[1].outcome, SpfStep::Outcome::error);
}

TEST(CheckHost, LooksAtTenNamesOfAnAddressOnly) {
  test::SpfZone zone{{{"d.example", "TXT"}, {"v=spf1 ptr:wanted.example -all"}}};
  auto& names = zone[{"10.2.0.192.in-addr.arpa", "PTR"}];
  for (int i = 0; i < 10; ++i) {
    names.push_back("n" + std::to_string(i) + ".example.");
    zone[{"n" + std::to_string(i) + ".example", "A"}] = {"192.0.2.10"};
  }
  names.push_back("wanted.example.");
  zone[{"wanted.example", "A"}] = {"192.0.2.10"};
  EXPECT_EQ(verdict_of(zone).result, SpfResult::fail);
  names.erase(names.begin());
  EXPECT_EQ(verdict_of(zone).result, SpfResult::pass);
}

TEST(CheckHost, EndsWhereRecordsMultiply) {
  test::SpfZone zone;
  for (int i = 0; i < 12; ++i) {
    const auto next = "d" + std::to_string(i + 1) + ".example";
    zone[{i == 0 ? "d.example" : "d" + std::to_string(i) + ".example", "TXT"}] = {
        "v=spf1 include:" + next + " include:" + next + " include:" + next + " ?all"};
  }
  TableLookup dns(zone);
  test::SpfCase one;
  one.client = "192.0.2.10";
  one.sender = "user@d.example";
  EXPECT_EQ(check_host(query_of(one), dns).result, SpfResult::permerror);
  EXPECT_LE(dns.questions, 12U);
}

}  // namespace
}  // namespace plumb::mail
