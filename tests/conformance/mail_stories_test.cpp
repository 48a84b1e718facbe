// The stories that every mail provider must pass: plain data.

#include <string>
#include <utility>
#include <vector>

#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "tests/conformance/mail_conformance.h"

namespace plumb::test {
namespace {

using Rows = std::vector<MailRow>;

Value text(std::string value) {
  return Value{std::move(value), {}};
}
Value number(std::int64_t value) {
  return Value{value, {}};
}
Value flag(bool value) {
  return Value{value, {}};
}
Value list(const std::vector<std::string>& texts) {
  Value::List items;
  for (const auto& one : texts) {
    items.push_back(text(one));
  }
  return Value{std::move(items), {}};
}

MailRow mailbox(const std::string& local, Value::Map fields = {}) {
  return {kinds::kMailbox, local, std::move(fields)};
}
MailRow to(const std::string& local, const std::vector<std::string>& targets) {
  return {kinds::kAlias, local, {{"to", list(targets)}}};
}
MailRow reject(const std::string& local, const std::string& because) {
  return {kinds::kAlias, local, {{"reject", text(because)}}};
}
MailRow discard(const std::string& local) {
  return {kinds::kAlias, local, {{"discard", flag(true)}}};
}
MailRow alias_of(const std::string& domain) {
  return {kinds::kMailDomain, "", {{"aliasOf", text(domain)}}};
}
MailRow quota(std::int64_t octets) {
  return {kinds::kMailDomain, "", {{"aliasOf", text("")}, {"quota", number(octets)}}};
}
MailRow key(const std::string& selector) {
  return {kinds::kDKIMKey, selector, {{"algorithm", text("ed25519")}}};
}
MailRow rsa_key(const std::string& selector) {
  return {kinds::kDKIMKey, selector, {{"algorithm", text("rsa")}, {"bits", number(2048)}}};
}
MailRow signs(const std::string& selector) {
  return {kinds::kDKIMSigning, "", {{"selector", text(selector)}}};
}
MailRow policy(const std::string& mode, const std::vector<std::string>& mx, std::int64_t age) {
  return {
      kinds::kMTASTSPolicy, "", {{"mode", text(mode)}, {"mx", list(mx)}, {"maxAge", number(age)}}};
}

const std::string kJane = "jane@conformance.example";
const std::string kOut = "Out.Side@else.example";

std::vector<MailStory> mailbox_stories() {
  const auto jane = mailbox("jane");
  auto joan = mailbox("joan", {{"displayName", text("Joan")}});
  joan.former = "jane";
  return {
      {.name = "Mailboxes",
       .steps = {{"two", {jane, mailbox("tom")}},
                 {"one is left", {jane}},
                 {"none is left", {}},
                 {"again", {jane}}}},
      {.name = "MailboxFields",
       .steps = {{"bare", {jane}},
                 {"name", {mailbox("jane", {{"displayName", text("Jané: 100 % \"Doe\"")}})}},
                 {"quota", {mailbox("jane", {{"quota", number(4096)}})}},
                 {"no quota", {mailbox("jane", {{"quota", number(0)}})}},
                 {"no longer ours", {jane}, {}, true},
                 {"sends as",
                  {mailbox("jane", {{"sendAs", list({"b@x.example", "a@x.example"})}})}},
                 {"another order",
                  {mailbox("jane", {{"sendAs", list({"a@x.example", "b@x.example"})}})},
                  {},
                  true},
                 {"nobody", {mailbox("jane", {{"sendAs", list({})}})}},
                 {"receives", {mailbox("jane", {{"receiveOnly", flag(true)}})}},
                 {"sends again", {mailbox("jane", {{"receiveOnly", flag(false)}})}},
                 {"disabled", {mailbox("jane", {{"disabled", flag(true)}})}},
                 {"both",
                  {mailbox("jane", {{"disabled", flag(true)}, {"receiveOnly", flag(true)}})}},
                 {"neither",
                  {mailbox("jane", {{"disabled", flag(false)}, {"receiveOnly", flag(false)}})}}}},
      {.name = "Renames",
       .steps = {{"before", {mailbox("jane", {{"quota", number(7)}}), to("info", {kJane})}},
                 {"after", {joan, to("info", {"joan@conformance.example"})}},
                 {"long after", {joan}},
                 {"somebody else with the old name", {joan, jane}}}}};
}

std::vector<MailStory> alias_stories() {
  const auto jane = mailbox("jane");
  return {{.name = "Aliases",
           .steps = {{"to a mailbox", {jane, to("info", {kJane})}},
                     {"and elsewhere", {jane, to("info", {kJane, kOut})}},
                     {"another order", {jane, to("info", {kOut, kJane})}, {}, true},
                     {"discarded", {jane, discard("info")}},
                     {"rejected", {jane, reject("info", "gone to another place")}},
                     {"without a word", {jane, reject("info", "")}},
                     {"led on again", {jane, to("info", {kOut})}},
                     {"besides a mailbox", {jane, to("jane", {kOut})}},
                     {"gone", {jane}}}},
          {.name = "CatchAll",
           .steps = {{"to a mailbox", {jane, to("*", {kJane})}},
                     {"with others beside it",
                      {jane, mailbox("tom"), to("a", {kOut}), to("*", {kJane})}},
                     {"rejects", {jane, mailbox("tom"), to("a", {kOut}), reject("*", "nobody")}},
                     {"a mailbox less", {jane, to("a", {kOut}), reject("*", "nobody")}},
                     {"discards", {jane, to("a", {kOut}), discard("*")}},
                     {"gone", {jane, to("a", {kOut})}}}},
          {.name = "OtherPeoplesAliases",
           .steps = {{"ours", {jane, to("a", {kJane}), to("b", {kJane})}},
                     {"changed and taken away",
                      {jane, to("a", {kJane}), to("b", {kJane})},
                      {{"a", "evil@else.example"}, {"b", ""}}},
                     {"theirs beside ours",
                      {jane, to("a", {kJane}), to("b", {kOut})},
                      {{"theirs", "else@else.example"}}},
                     {"ours gone", {jane}}}}};
}

std::vector<MailStory> domain_stories() {
  const auto jane = mailbox("jane");
  return {
      {.name = "Domain",
       .steps =
           {{"bare", {}}, {"quota", {quota(1 << 20)}}, {"none", {quota(0)}}, {"bare again", {}}}},
      {.name = "AliasDomain",
       .steps = {{"its own", {jane, to("info", {kJane})}},
                 {"another's", {alias_of("other.example")}},
                 {"yet another's", {alias_of("third.example")}},
                 {"its own again", {alias_of(""), jane}}}},
      {.name = "Keys",
       .steps = {{"one", {key("s1"), signs("s1")}},
                 {"a second", {key("s1"), key("s2"), signs("s1")}},
                 {"which signs", {key("s1"), key("s2"), signs("s2")}},
                 {"alone", {key("s2"), signs("s2")}},
                 {"nothing signs", {key("s2")}},
                 {"none", {}}}},
      {.name = "OneKey",
       .steps = {{"one", {rsa_key("s1"), signs("s1")}},
                 {"another in its place", {rsa_key("s2"), signs("s2")}},
                 {"none", {}},
                 {"again", {rsa_key("s1"), signs("s1")}}}},
      {.name = "Policy",
       .steps = {{"testing", {policy("testing", {"mx1.example.net"}, 86400)}},
                 {"enforced", {policy("enforce", {"mx1.example.net", "*.example.org"}, 604800)}},
                 {"another order",
                  {policy("enforce", {"*.example.org", "mx1.example.net"}, 604800)},
                  {},
                  true},
                 {"gone", {}}}}};
}

}  // namespace

std::vector<MailStory> mail_stories_of(const std::string& provider, MakeMailWorld make) {
  std::vector<MailStory> all;
  for (auto&& theme : {mailbox_stories(), alias_stories(), domain_stories()}) {
    for (auto story : theme) {
      story.provider = provider;
      story.make = make;
      for (auto& step : story.steps) {
        const bool has_domain =
            !step.desired.empty() && step.desired.front().kind == kinds::kMailDomain;
        if (!has_domain) {
          step.desired.insert(step.desired.begin(), alias_of(""));
        }
      }
      all.push_back(std::move(story));
    }
  }
  return all;
}

}  // namespace plumb::test
