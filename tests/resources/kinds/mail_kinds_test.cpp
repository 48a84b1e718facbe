#include "resources/kinds/mail_kinds.h"

#include <gtest/gtest.h>

#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"

namespace plumb::kinds {
namespace {

Value text(std::string_view of) {
  return {std::string(of), {}};
}
Value number(std::int64_t of) {
  return {of, {}};
}
Value flag(bool of) {
  return {of, {}};
}
Value texts(std::initializer_list<std::string_view> all) {
  Value::List list;
  for (const auto one : all) {
    list.push_back(text(one));
  }
  return {std::move(list), {}};
}

std::string body(const Kind& kind, Value::Map fields, std::string_view key = "jane") {
  const auto made = kind.canonical(key, {std::move(fields), {}});
  EXPECT_TRUE(made) << made.error().message;
  return made.value_or("");
}

std::string why_not(const Kind& kind, Value::Map fields, std::string_view key = "jane") {
  const auto made = kind.canonical(key, {std::move(fields), {}});
  return made ? "it is accepted" : made.error().message;
}

TEST(MailKinds, StandInTheCatalogWithTheirNumbers) {
  const Catalog catalog(resource_kinds());
  const std::pair<KindId, std::string_view> wanted[] = {{kMailDomain, "MailDomain"},
                                                        {kDKIMKey, "DKIMKey"},
                                                        {kDKIMSigning, "DKIMSigning"},
                                                        {kMailbox, "Mailbox"},
                                                        {kPassword, "Password"},
                                                        {kAlias, "Alias"},
                                                        {kMTASTSPolicy, "MTASTSPolicy"}};
  for (const auto& [id, name] : wanted) {
    ASSERT_NE(catalog.find(id), nullptr) << name;
    EXPECT_EQ(catalog.of(id).name, name);
  }
}

TEST(MailKinds, AreMadeInTheOrderInWhichTheyNeedOneAnother) {
  const Kind* order[] = {&mail_domain_kind(),
                         &dkim_key_kind(),
                         &mailbox_kind(),
                         &password_kind(),
                         &mta_sts_policy_kind(),
                         &alias_kind(),
                         &dkim_signing_kind()};
  for (std::size_t i = 1; i < std::size(order); ++i) {
    EXPECT_LT(order[i - 1]->rank, order[i]->rank) << order[i]->name;
  }
}

TEST(MailKinds, HoldDataWhereDeletionLosesSomething) {
  for (const auto& kind : resource_kinds()) {
    const bool data = kind.id == kMailDomain || kind.id == kDKIMKey || kind.id == kMailbox ||
                      kind.id == kZone || kind.id == kServer;
    EXPECT_EQ(kind.holds_data, data) << kind.name;
  }
}

TEST(MailKinds, GiveTheSameBytesAgainForTheirOwnTree) {
  const std::pair<const Kind*, std::string> bodies[] = {
      {&mail_domain_kind(),
       body(mail_domain_kind(), {{"aliasOf", text("Example.NET")}, {"quota", number(1024)}})},
      {&dkim_key_kind(),
       body(dkim_key_kind(), {{"algorithm", text("rsa")}, {"bits", number(2048)}})},
      {&dkim_signing_kind(), body(dkim_signing_kind(), {{"selector", text("s1")}})},
      {&mailbox_kind(),
       body(mailbox_kind(),
            {{"displayName", text("Jané Doe")},
             {"quota", number(0)},
             {"receiveOnly", flag(true)},
             {"sendAs", texts({"Sales@Example.com"})},
             {"disabled", flag(false)}})},
      {&password_kind(),
       body(password_kind(),
            {{"value", Value{SecretRef{"env", "JANE"}, {}}}, {"intact", flag(true)}})},
      {&alias_kind(), body(alias_kind(), {{"to", texts({"jane@example.com"})}})},
      {&mta_sts_policy_kind(),
       body(mta_sts_policy_kind(),
            {{"mode", text("enforce")},
             {"mx", texts({"mx1.example.com"})},
             {"maxAge", number(86400)}})},
  };
  for (const auto& [kind, bytes] : bodies) {
    const auto tree = body_tree(*kind, bytes);
    ASSERT_TRUE(tree) << kind->name;
    EXPECT_EQ(kind->canonical("jane", *tree).value_or("refused"), bytes) << kind->name;
    EXPECT_FALSE(kind->label("jane").empty()) << kind->name;
    EXPECT_FALSE(kind->summary("jane", bytes).empty()) << kind->name;
    EXPECT_EQ(kind->difference("jane", bytes, bytes), "") << kind->name;
  }
}

TEST(Mailbox, SaysWhatChanges) {
  const auto& kind = mailbox_kind();
  const auto before = body(kind,
                           {{"displayName", text("Jane")},
                            {"quota", number(2LL << 30)},
                            {"receiveOnly", flag(false)},
                            {"sendAs", texts({"a@example.com"})}});
  const auto after = body(kind,
                          {{"displayName", text("Jané D.")},
                           {"quota", number(4LL << 30)},
                           {"receiveOnly", flag(true)},
                           {"sendAs", texts({"b@example.com"})}});
  EXPECT_EQ(kind.difference("jane", before, after),
            "display name Jane → Jané D. · quota 2GiB → 4GiB · becomes receive only · send as + "
            "b@example.com  − a@example.com");
  EXPECT_EQ(kind.difference("jane", before, body(kind, {})), "")
      << "what is not stated is not ours";
  EXPECT_EQ(kind.summary("jane", after),
            "Jané D. · quota 4GiB · receive only · sends as b@example.com");
  EXPECT_EQ(kind.summary("jane", body(kind, {{"quota", number(0)}})), "quota no limit");
}

TEST(Mailbox, WarnsOfWhatKeepsMailOutOrPeopleOut) {
  const auto& kind = mailbox_kind();
  const auto with_quota = [&](std::int64_t quota) {
    return body(kind, {{"quota", number(quota)}});
  };
  EXPECT_EQ(kind.risk("jane", with_quota(2), with_quota(1)), Risk::notable);
  EXPECT_EQ(kind.risk("jane", with_quota(0), with_quota(1)), Risk::notable) << "0 is no limit";
  EXPECT_EQ(kind.risk("jane", with_quota(1), with_quota(0)), Risk::none);
  EXPECT_EQ(kind.risk("jane", with_quota(1), with_quota(2)), Risk::none);
  EXPECT_EQ(kind.risk("jane", with_quota(1), body(kind, {{"disabled", flag(true)}})),
            Risk::notable);
  EXPECT_EQ(kind.risk("jane", with_quota(1), ""), Risk::severe);
}

TEST(Mailbox, ShowsNoControlCharacters) {
  const auto& kind = mailbox_kind();
  EXPECT_EQ(why_not(kind, {{"displayName", text("Jane\x1b[31m")}}),
            "mailbox jane: displayName: it holds a control character, or octets that are no UTF-8");
  EXPECT_EQ(why_not(kind, {{"displayName", text("\xe2\x80\xaeJane")}}).find("control") ==
                std::string::npos,
            false);
  // A vendor's own octets reach difference() without canonical().
  std::string foreign;
  cbor::map(foreign, 1);
  cbor::unsigned_number(foreign, kMailboxDisplayName);
  cbor::octets(foreign, "a\x1b\xff");
  EXPECT_EQ(kind.summary("jane", foreign), "a\\027\\255");
}

TEST(Mailbox, NamesTheFieldThatIsWrong) {
  const auto& kind = mailbox_kind();
  EXPECT_EQ(why_not(kind, {{"quota", number(-1)}}), "mailbox jane: quota: it is negative");
  EXPECT_EQ(why_not(kind, {{"quota", text("big")}}),
            "mailbox jane: quota: it is text, not a number");
  EXPECT_TRUE(why_not(kind, {{"sendAs", texts({"nobody"})}}).starts_with("mailbox jane: sendAs: "));
}

TEST(Password, NeverShowsWhatItIs) {
  const auto& kind = password_kind();
  const auto declared = body(kind, {{"value", Value{SecretRef{"env", "SECRET_NAME"}, {}}}});
  const auto print = body(kind, {{"value", text("PRINT-ONE")}});
  const auto other = body(kind, {{"value", text("PRINT-TWO")}, {"intact", flag(true)}});
  const auto changed_outside = body(kind, {{"intact", flag(false)}});
  EXPECT_EQ(kind.difference("jane", "", declared), "password set");
  EXPECT_EQ(kind.difference("jane", print, other), "password changed");
  EXPECT_EQ(kind.difference("jane", print, ""), "password removed");
  EXPECT_EQ(kind.difference("jane", changed_outside, body(kind, {{"intact", flag(true)}})),
            "password set anew");
  for (const auto& one : {declared, print, other}) {
    EXPECT_EQ(kind.summary("jane", one), "password set");
  }
  const auto tree = body_tree(kind, declared);
  ASSERT_TRUE(tree);
  EXPECT_EQ(*tree->find("value"), (Value{SecretRef{"env", "SECRET_NAME"}, {}}));
}

TEST(Alias, IsOneOfThree) {
  const auto& kind = alias_kind();
  const auto one = body(kind, {{"to", texts({"Tom@Example.com", "jane@example.com"})}});
  EXPECT_EQ(kind.summary("info", one), "→ jane@example.com, tom@example.com");
  EXPECT_EQ(kind.label("*"), "* (catch-all)");
  EXPECT_EQ(why_not(kind, {}, "info"), "alias info must say exactly one of to, discard and reject");
  EXPECT_EQ(why_not(kind, {{"discard", flag(true)}, {"reject", text("")}}, "info"),
            "alias info must say exactly one of to, discard and reject");
}

TEST(Alias, SaysWhatBecomesOfTheMail) {
  const auto& kind = alias_kind();
  const auto to = body(kind, {{"to", texts({"jane@example.com"})}});
  const auto to_two = body(kind, {{"to", texts({"tom@example.com", "sam@example.com"})}});
  const auto reject = body(kind, {{"reject", text("moved away")}});
  const auto discard = body(kind, {{"discard", flag(true)}});
  EXPECT_EQ(kind.difference("info", to, to_two),
            "+ sam@example.com  + tom@example.com  − jane@example.com");
  EXPECT_EQ(kind.difference("info", to, reject),
            "was → jane@example.com, now rejected: moved away");
  EXPECT_EQ(kind.difference("info", discard, to), "was discarded, now → jane@example.com");
  EXPECT_EQ(kind.risk("info", to, reject), Risk::notable);
  EXPECT_EQ(kind.risk("info", to, ""), Risk::notable);
  EXPECT_EQ(kind.risk("info", reject, to), Risk::none);
}

TEST(MailDomain, SaysWhoseAliasItIs) {
  const auto& kind = mail_domain_kind();
  const auto own = body(kind, {}, "");
  const auto alias = body(kind, {{"aliasOf", text("example.net")}}, "");
  EXPECT_EQ(kind.difference("", own, alias), "becomes an alias of example.net");
  EXPECT_EQ(kind.difference("", alias, own), "no longer an alias of example.net");
  EXPECT_EQ(kind.risk("", alias, ""), Risk::severe);
}

TEST(DkimSigning, WaitsForItsSelector) {
  const auto& kind = dkim_signing_kind();
  const auto waiting = body(
      kind, {{"selector", Value{Reference{"DKIMKey/example.com/s2", "visible", false}, {}}}}, "");
  const auto now = body(kind, {{"selector", text("s1")}}, "");
  EXPECT_EQ(kind.difference("", now, waiting), "with s1 → (known after DKIMKey/example.com/s2)");
}

TEST(MtaStsPolicy, IsSevereToLoseWhereSendersRememberIt) {
  const auto& kind = mta_sts_policy_kind();
  const auto policy = [&](std::string_view mode) {
    return body(kind, {{"mode", text(mode)}, {"mx", texts({"mx.example.com"})}}, "");
  };
  EXPECT_EQ(kind.risk("", policy("enforce"), ""), Risk::severe);
  EXPECT_EQ(kind.risk("", policy("testing"), ""), Risk::notable);
  EXPECT_EQ(kind.risk("", policy("testing"), policy("enforce")), Risk::notable);
  EXPECT_EQ(kind.difference("", policy("testing"), policy("enforce")), "mode testing → enforce");
  EXPECT_EQ(why_not(kind, {{"mode", text("on")}}, ""),
            "MTA-STS policy: mode: it is none of enforce, testing and none");
}

}  // namespace
}  // namespace plumb::kinds
