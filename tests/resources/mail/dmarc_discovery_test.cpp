#include "resources/mail/dmarc_discovery.h"

#include <map>

#include <gtest/gtest.h>

#include "tests/resources/mail/made_text.h"

namespace plumb::mail {
namespace {

/// TXT by name; "!" is a name that does not answer. Remembers what was asked.
class Policies final : public NameLookup {
 public:
  explicit Policies(std::map<std::string, std::vector<std::string>> records)
      : records_(std::move(records)) {}

  NameAnswer look_up(const values::DomainName& asked, values::RecordType type) override {
    EXPECT_EQ(type, values::RecordType::txt);
    asked_.emplace_back(asked.without_dot());
    const auto found = records_.find(asked_.back());
    if (found == records_.end()) {
      return {.outcome = NameAnswer::Outcome::absent};
    }
    if (found->second.front() == "!") {
      return {.outcome = NameAnswer::Outcome::failed};
    }
    return {.values = found->second, .ttl_s = 60};
  }

  std::vector<std::string> asked_;

 private:
  std::map<std::string, std::vector<std::string>> records_;
};

struct Case {
  const char* about;
  std::string domain;
  std::map<std::string, std::vector<std::string>> records;
  std::string organizational;
  std::string found_at;  ///< empty: no policy
};

TEST(DiscoverDmarc, FindsThePolicyAndTheOrganizationalDomain) {
  const std::vector<Case> cases{
      {"none at all", "a.example.com", {}, "a.example.com", ""},
      {"its own",
       "example.com",
       {{"_dmarc.example.com", {"v=DMARC1; p=none"}}},
       "example.com",
       "example.com"},
      {"from above",
       "a.b.example.com",
       {{"_dmarc.example.com", {"v=DMARC1; p=reject"}}},
       "example.com",
       "example.com"},
      {"both: the own policy, the upper organisation",
       "a.example.com",
       {{"_dmarc.a.example.com", {"v=DMARC1; p=none"}},
        {"_dmarc.example.com", {"v=DMARC1; p=reject"}}},
       "example.com",
       "a.example.com"},
      {"psd=n ends the walk",
       "a.b.example.com",
       {{"_dmarc.b.example.com", {"v=DMARC1; p=none; psd=n"}},
        {"_dmarc.example.com", {"v=DMARC1; p=reject"}}},
       "b.example.com",
       "b.example.com"},
      {"psd=y: one label below, whose own record counts",
       "a.shop.suffix.example",
       {{"_dmarc.shop.suffix.example", {"v=DMARC1; p=none"}},
        {"_dmarc.suffix.example", {"v=DMARC1; p=reject; psd=y"}}},
       "shop.suffix.example",
       "shop.suffix.example"},
      {"psd=y and no other record: the suffix's policy",
       "a.shop.suffix.example",
       {{"_dmarc.suffix.example", {"v=DMARC1; p=reject; psd = y"}}},
       "shop.suffix.example",
       "suffix.example"},
      {"the suffix itself",
       "suffix.example",
       {{"_dmarc.suffix.example", {"v=DMARC1; p=reject; psd=y"}}},
       "suffix.example",
       "suffix.example"},
      {"two records are none",
       "example.com",
       {{"_dmarc.example.com", {"v=DMARC1; p=none", "v=DMARC1; p=reject"}}},
       "example.com",
       ""},
      {"other TXT does not count",
       "example.com",
       {{"_dmarc.example.com", {"hello", "v=DMARC10", "v=DMARC1; p=none"}}},
       "example.com",
       "example.com"},
  };
  for (const auto& one : cases) {
    Policies dns(one.records);
    const auto found = discover_dmarc(name(one.domain), dns);
    EXPECT_FALSE(found.failed);
    EXPECT_EQ(found.organizational.without_dot(), one.organizational) << one.about;
    EXPECT_EQ(found.record.empty(), one.found_at.empty()) << one.about;
    if (!one.found_at.empty()) {
      EXPECT_EQ(found.found_at.without_dot(), one.found_at) << one.about;
      EXPECT_EQ(found.inherited, one.found_at != one.domain) << one.about;
    }
  }
}

TEST(DiscoverDmarc, AsksAtMostEightTimes) {
  Policies dns({});
  EXPECT_EQ(discover_dmarc(name("a.b.c.d.e.f.g.h.i.j.mail.example.com"), dns).questions, 8U);
  EXPECT_EQ(dns.asked_,
            (std::vector<std::string>{"_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com",
                                      "_dmarc.g.h.i.j.mail.example.com",
                                      "_dmarc.h.i.j.mail.example.com",
                                      "_dmarc.i.j.mail.example.com",
                                      "_dmarc.j.mail.example.com",
                                      "_dmarc.mail.example.com",
                                      "_dmarc.example.com",
                                      "_dmarc.com"}));
}

TEST(DiscoverDmarc, SaysNothingWhereThereIsNoAnswer) {
  Policies dns({{"_dmarc.example.com", {"!"}}, {"_dmarc.com", {"v=DMARC1; p=none"}}});
  const auto found = discover_dmarc(name("a.example.com"), dns);
  EXPECT_TRUE(found.failed);
  EXPECT_TRUE(found.record.empty());
}

}  // namespace
}  // namespace plumb::mail
