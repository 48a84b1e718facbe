// Bad input: found offline, all of it at once, each with its place; and nothing is done.
#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

constexpr std::string_view kHead =
    "apiVersion: plumb/v1\nkind: Domain\nmetadata: {name: bad.example}\nspec:\n"
    "  dns: {providers: [files]}\n";

struct Case {
  std::string name;
  std::string content;  ///< of domains/bad.yaml
  std::string place;    ///< line:column
  std::string says;
};

std::string spec(std::string_view lines) {
  return std::string(kHead) + std::string(lines);
}

std::string record(std::string_view text) {
  return spec("  records:\n    - " + std::string(text) + "\n");
}

/// A domain with a mail server; another document may follow.
std::string mail_of(std::string_view aliases) {
  return spec("  mail: {provider: mailhost, mx: [10 mx.out.example.]}\n  aliases: ") +
         std::string(aliases) +
         "\n---\napiVersion: plumb/v1\nkind: Provider\nmetadata: {name: mailhost}\n"
         "spec: {type: postfix-dovecot, directory: mail}\n";
}

std::string deep() {
  constexpr std::size_t kDepth = 100'000;
  return spec("  vars: {v: " + std::string(kDepth, '[') + std::string(kDepth, ']') + "}\n");
}

std::vector<Case> cases() {
  return {
      {"UnknownField", spec("  recrods: []\n"), "6:3", "did you mean records?"},
      {"DuplicateKey", spec("  dns: {}\n"), "6:3", "see also domains/bad.yaml:5:3"},
      {"DuplicateResource",
       std::string(kHead) + "---\n" + std::string(kHead),
       "9:18",
       "see also domains/bad.yaml:3:18"},
      {"WrongType", spec("  records: 5\n"), "6:12", "must be a list, not a number"},
      {"Tab", spec("  records:\n\t- {name: a}\n"), "7:2", "a tab in the indentation"},
      {"Anchor", spec("  records: &x []\n"), "6:12", "anchors (&name) are not supported"},
      {"Alias", spec("  records: *x\n"), "6:12", "alias"},
      {"Tag", spec("  records: !!set []\n"), "6:12", "tag"},
      {"DeepNesting", deep(), "6:", "deep"},
      {"NonUtf8", spec("  vars: {v: \"\xff\"}\n"), "6:14", "not valid UTF-8"},
      {"ControlOctet", spec("  vars: {v: \"\x01\"}\n"), "6:14", "control"},
      {"UnclosedQuote", spec("  vars: {v: \"open\n"), "6:13", "a quoted text is not closed"},
      {"UnclosedQuoteAtTheEnd", spec("  vars:\n    v: 'open"), "7:13", "not closed"},
      {"TrailingGarbage", spec("  records: []\n  ]\n"), "7:3", "never opened"},
      {"MissingVariable",
       record("{name: a, type: A, value: \"${v}\"}"),
       "7:",
       "`v` is not defined"},
      {"ReferenceToNothing",
       record("{name: a, type: A, value: \"${Server/mx1:ipv4}\"}"),
       "7:",
       "which is not declared"},
      {"VariablesInACircle",
       spec("  vars: {a: \"${b}\", b: \"${a}\"}\n"
            "  records: [{name: a, type: TXT, value: \"${a}\"}]\n"),
       "7:",
       "circle"},
      {"CnameBesideOtherData",
       record("{name: w, type: CNAME, value: \"x.example.\"}\n"
              "    - {name: w, type: A, value: 192.0.2.1}"),
       "",
       "cname"},
      {"NameThatRepeatsTheZone",
       record("{name: www.bad.example, type: A, value: 192.0.2.1}"),
       "7:",
       "repeat"},
      {"QuotedTxt", record("{name: a, type: TXT, value: '\"x\"'}"), "7:", "quotes"},
      {"TargetWithoutFinalDot",
       record("{name: a, type: CNAME, value: www.example.com}"),
       "7:",
       "final dot"},
      {"ForeignDocument",
       "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n",
       "1:",
       "apps/v1"},
      {"BothFormsOfAnIdn",
       "apiVersion: plumb/v1\nkind: Domain\nmetadata:\n"
       "  names: [bücher.example, xn--bcher-kva.example]\n"
       "spec: {dns: {providers: [files]}}\n",
       "4:",
       "twice"},
      {"NullMxBesideAnother",
       record("{name: \"@\", type: MX, values: [\"0 .\", \"10 h1.good.example.\"]}"),
       "7:",
       "RFC 7505"},
      {"CnameAtTheApex", record("{name: \"@\", type: CNAME, value: x.example.}"), "7:", "CNAME"},
      {"CnameLoop", record("{name: w, type: CNAME, value: w}"), "7:", "CNAME"},
      {"MailboxThatDependsOnNothing",
       mail_of("{}") +
           "---\napiVersion: plumb/v1\nkind: Mailbox\nmetadata: {name: jane@bad.example}\n"
           "spec: {dependsOn: [Server/mx9]}\n",
       "17:20",
       "`dependsOn` names `Server/mx9`, which is not declared"},
      {"RefusalWithAnUnknownVariable",
       mail_of("{old: {reject: \"ask ${nobody}\"}}"),
       "7:",
       "`nobody` is not defined"},
      {"ProviderOfNobody", spec("  profiles: [nobody]\n"), "6:14", "nobody"},
  };
}

class BadInput : public ::testing::TestWithParam<Case> {};

TEST_P(BadInput, IsToldWithItsPlaceAndNothingIsDone) {
  const Project project;
  project.domain("good.example", hosts(2));
  project.write("domains/bad.yaml", GetParam().content);
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"validate"}, {"plan"}, {"apply", "--yes"}, {"drift"}}) {
    const auto ran = project.plumb(words);
    EXPECT_EQ(ran.code, 1) << words.front() << "\n" << ran.all();
    EXPECT_TRUE(ran.says("domains/bad.yaml:" + GetParam().place)) << ran.all();
    EXPECT_TRUE(ran.says(GetParam().says)) << ran.all();
    EXPECT_TRUE(ran.says("error:")) << ran.all();
  }
  EXPECT_FALSE(project.has("zones"));
  EXPECT_FALSE(project.has(".plumb"));
}

INSTANTIATE_TEST_SUITE_P(All, BadInput, ::testing::ValuesIn(cases()), [](const auto& about) {
  return about.param.name;
});

TEST(Validate, TellsAllProblemsAtOnce) {
  const Project project;
  project.domain("one.example", {"{name: a, type: A, value: 192.0.2.300}", "{nmae: b}"});
  project.domain("two.example", {"{name: m, type: MX, value: \"10 192.0.2.1\"}"});
  const auto ran = project.plumb({"validate"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_TRUE(ran.says("domains/one.example.yaml:7:")) << ran.err;
  EXPECT_TRUE(ran.says("domains/one.example.yaml:8:")) << ran.err;
  EXPECT_TRUE(ran.says("did you mean name?")) << ran.err;
  EXPECT_TRUE(ran.says("domains/two.example.yaml:7:")) << ran.err;
}

TEST(Validate, SpeaksJsonAndGitHubAnnotations) {
  const Project project;
  project.domain("one.example", {"{name: a, type: A, value: 192.0.2.300}"});
  const auto json = project.plumb({"validate", "--output", "json"});
  EXPECT_EQ(json.code, 1);
  EXPECT_TRUE(json.out.starts_with("{")) << json.out;
  EXPECT_TRUE(json.says("\"line\": 7")) << json.out;
  EXPECT_TRUE(json.says("\"file\": \"domains/one.example.yaml\"")) << json.out;
  const auto github = project.plumb({"validate", "--output", "github"});
  EXPECT_EQ(github.code, 1);
  EXPECT_TRUE(
      github.says("::error file=domains/one.example.yaml,line=7,col=33,"
                  "title=bad-address::A value: '192.0.2.300' is not an IPv4 address"))
      << github.out;
}

TEST(Validate, NeedsNoSecretAndNoNetwork) {
  const Project project;
  project.write("providers/pdns.yaml",
                "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: pdns}\n"
                "spec:\n  type: powerdns\n  endpoint: http://127.0.0.1:1\n"
                "  auth: {apiKey: {env: NOT_THERE}}\n");
  project.domain("one.example", hosts(1));
  project.replace("domains/one.example.yaml", "[files]", "[files, pdns]");
  const auto ran = project.plumb({"validate"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_FALSE(project.has(".plumb"));
}

TEST(Validate, QuotesARuleAndItsRfc) {
  const Project project;
  project.domain("one.example",
                 {"{name: \"@\", type: TXT, values: [\"v=spf1 -all\", \"v=spf1 +all\"]}"});
  const auto ran = project.plumb({"validate"});
  EXPECT_EQ(ran.code, 1) << ran.all();
  EXPECT_TRUE(ran.says("RFC 7208")) << ran.all();
}

TEST(Validate, RefusesTwoProvidersOfOneAccount) {
  const Project project;
  project.write("providers/again.yaml",
                "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: again}\n"
                "spec: {type: zonefile, directory: ./zones/}\n");
  project.domain("one.example", hosts(1));
  const auto ran = project.plumb({"validate"});
  EXPECT_EQ(ran.code, 1) << ran.all();
  EXPECT_TRUE(ran.says("providers/again.yaml:")) << ran.all();
  EXPECT_TRUE(ran.says("providers/files.yaml:")) << ran.all();
}

TEST(Validate, RefusesDependsOnInACircle) {
  const Project project;
  project.domain("one.example", hosts(1));
  project.domain("two.example", hosts(1));
  project.append("domains/one.example.yaml", "  dependsOn: [Domain/two.example]\n");
  project.append("domains/two.example.yaml", "  dependsOn: [Domain/one.example]\n");
  const auto ran = project.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 1) << ran.all();
  EXPECT_TRUE(ran.says("circle")) << ran.all();
  EXPECT_FALSE(project.has("zones/one.example.zone"));
}

TEST(Validate, SaysWhereThereIsNoProject) {
  const Project project;
  project.remove("plumb.yaml");
  const auto ran = project.plumb({"validate"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_TRUE(ran.says("there is no plumb.yaml")) << ran.all();
}

}  // namespace
}  // namespace plumb::test
