// A secret is in no output, no log, no plan and no state.
#include <gtest/gtest.h>

#include "tests/support/cli.h"
#include "tests/support/pdns_server.h"

namespace plumb::test {
namespace {

constexpr std::string_view kCanary = "canary-7f3a91c";

std::string provider(std::string_view endpoint, std::string_view key) {
  return "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: files}\nspec:\n"
         "  type: powerdns\n  endpoint: " +
         std::string(endpoint) + "\n  auth: {apiKey: " + std::string(key) + "}\n";
}

/// Every file below the project but the one that holds the secret itself.
void expect_not_in_files(const Project& project, std::string_view secret) {
  for (const auto& file : std::filesystem::recursive_directory_iterator(project.path())) {
    const auto name = std::filesystem::relative(file.path(), project.path()).string();
    if (file.is_regular_file() && name != "secrets/key") {
      EXPECT_EQ(project.read(name).find(secret), std::string::npos) << name;
    }
  }
}

void expect_kept_secret(const Project& project,
                        const Setting& setting,
                        std::string_view secret,
                        int code) {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"validate"},
                                             {"plan", "--out", "plan.json"},
                                             {"plan", "-v", "-o", "json"},
                                             {"plan", "-o", "markdown"},
                                             {"apply", "--yes"},
                                             {"drift"},
                                             {"show"},
                                             {"graph"},
                                             {"history"},
                                             {"render", "Domain/one.example"},
                                             {"state", "backup", "backup.bin"}}) {
    auto all = words;
    all.insert(all.end(), {"--log-level", "debug", "--log-format", "json"});
    const auto ran = project.plumb(all, setting);
    EXPECT_EQ(ran.all().find(secret), std::string::npos) << words.front() << "\n" << ran.all();
    if (words.front() == "apply") {
      EXPECT_EQ(ran.code, code) << ran.all();
    }
  }
  expect_not_in_files(project, secret);
}

TEST(Secrets, OfAnEnvironmentVariableStayThere) {
  const PdnsServer server(PdnsServer::Backend::sqlite);
  const Project project;
  project.write("providers/files.yaml", provider(server.endpoint(), "{env: KEY}"));
  project.domain("one.example", hosts(2));
  // a wrong key: the server refuses it, the error must not quote it
  expect_kept_secret(project, {.environment = {{"KEY", std::string(kCanary)}}}, kCanary, 8);
}

TEST(Secrets, OfAFileStayThere) {
  const PdnsServer server(PdnsServer::Backend::sqlite);
  const Project project;
  project.write("providers/files.yaml", provider(server.endpoint(), "{file: secrets/key}"));
  project.write("secrets/key", std::string(kCanary) + "\n");
  project.domain("one.example", hosts(2));
  expect_kept_secret(project, {}, kCanary, 8);
}

TEST(Secrets, ThatAreRightAreNotKeptEither) {
  const PdnsServer server(PdnsServer::Backend::sqlite);
  const Project project;
  project.write("providers/files.yaml", provider(server.endpoint(), "{env: KEY}"));
  project.domain("one.example", hosts(2));
  const std::string key(PdnsServer::kApiKey);
  expect_kept_secret(project, {.environment = {{"KEY", key}}}, key, 0);
}

TEST(Secrets, WrittenAsALiteralAreRefusedAndNotQuoted) {
  const Project project;
  project.write("providers/files.yaml", provider("http://127.0.0.1:1", kCanary));
  project.domain("one.example", hosts(2));
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"validate"}, {"validate", "-o", "json"}, {"validate", "-o", "github"}, {"plan"}}) {
    const auto ran = project.plumb(words);
    EXPECT_EQ(ran.code, 1) << ran.all();
    EXPECT_TRUE(ran.says("providers/files.yaml")) << ran.all();
    EXPECT_EQ(ran.all().find(kCanary), std::string::npos) << ran.all();
  }
}

/// jane@one.example; `spec` with its key.
std::string mailbox(const std::string& spec) {
  return "apiVersion: plumb/v1\nkind: Mailbox\nmetadata: {name: jane@one.example}\n" + spec + "\n";
}

Ran validated(const std::string& spec) {
  const Project project;
  project.domain("one.example", hosts(2));
  project.write("domains/jane.yaml", mailbox(spec));
  auto ran = project.plumb({"validate"});
  EXPECT_EQ(ran.code, 1) << ran.all();
  return ran;
}

TEST(Secrets, OfMailboxesThatAreWrittenOutAreNotQuotedWhateverTheirForm) {
  const std::string canary(kCanary);
  const std::vector<std::string> cases{
      "spec: {password: " + canary + "}",
      "spec: {password: {value: " + canary + "}}",
      "spec: {password: {text: " + canary + ", env: NAME}}",
      "spec: {password: [" + canary + "]}",
      "spec: {password: {" + canary + "}}",
      "spec: {password: {exec: " + canary + "}}",
      "spec: {password: {env: [" + canary + "]}}",
      "spec: {password: {env: NAME, manage: " + canary + "}}",
      "spec: {password: {manage: " + canary + "}}",
      "spec: {password: {hash: " + canary + "}}",
      "spec: {pasword: " + canary + "}",
      "spec: {passwordHash: " + canary + "}",
      "spec: {Passwort: {secret: {is: " + canary + "}}}",
      "spec: {pass: " + canary + "}",
      "spec: {disabled: maybe, password: " + canary + "}",
      "password: " + canary + "\nspec: {}",
      "spec:\n  password: \"canary-\\x37f3a91c\"  # canary-\\x37f3a91c",
      "spec:\n  password: " + canary + "\n    and more of it",
      "spec:\n  password: \"" + canary,
      "spec:\n  password: *" + canary,
      "spec:\n  password: &" + canary + " x",
      "spec:\n  password: !" + canary + " x",
      "spec:\n\tpassword: " + canary,
      "spec:\n  password: @" + canary,
      "spec:\n  password: %" + canary,
      "spec:\n  password: `" + canary,
      "spec:\n  password: *a." + canary,
      "spec:\n  password: abc: " + canary,
      "spec:\n  password: \"a\" " + canary,
      "spec:\n  password:\n    *" + canary,
      "spec:\n  password: # of Jane\n    @" + canary,
      "spec:\n  password: >\n     abc\n   " + canary,
      "spec:\n  password: |\n  abc\n\n  " + canary,
      "spec:\n  password:\n    text:\n      @" + canary,
      "spec:\n  - password: \"a\n\n    \" " + canary};
  const Project all;
  const auto expect_hidden = [](const Ran& ran, const std::string& about) {
    EXPECT_EQ(ran.code, 1) << about << "\n" << ran.all();
    EXPECT_TRUE(ran.says("domains/jane")) << ran.all();
    EXPECT_EQ(ran.all().find(kCanary), std::string::npos) << about << "\n" << ran.all();
    EXPECT_EQ(ran.all().find("x37f3a91c"), std::string::npos) << about << "\n" << ran.all();
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Project project;  // of its own: what is known to be secret here hides it elsewhere, too
    project.write("domains/jane.yaml", mailbox(cases[i]));
    expect_hidden(project.plumb({"validate"}), cases[i]);
    all.write("domains/jane" + std::to_string(i) + ".yaml", mailbox(cases[i]));
  }
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"validate", "-o", "json"}, {"validate", "-o", "github"}, {"plan"}}) {
    expect_hidden(all.plumb(words), words.back());
  }
}

TEST(Secrets, OfProvidersThatAreWrittenOutAreNotQuotedWhateverTheirForm) {
  const std::string canary(kCanary);
  for (const auto& key :
       {"{value: " + canary + "}", "{" + canary + "}", "\"" + canary, "[" + canary, "@" + canary}) {
    const Project project;
    project.write("providers/files.yaml", provider("http://127.0.0.1:1", key));
    project.domain("one.example", hosts(2));
    for (const auto& words :
         std::vector<std::vector<std::string>>{{"validate"}, {"validate", "-o", "json"}}) {
      const auto ran = project.plumb(words);
      EXPECT_EQ(ran.code, 1) << key << "\n" << ran.all();
      EXPECT_EQ(ran.all().find(kCanary), std::string::npos) << key << "\n" << ran.all();
    }
  }
}

/// Mistakes with a password in every form that was once shown.
const std::vector<std::string>& mailbox_mistakes() {
  static const std::vector<std::string> kMistakes{
      "password:\n  hunter2",
      "spec:\n  password:\n  hunter2",
      "spec:\n  password:\n  hunter2:x",
      "spec:\n  password:\n\n  hunter2:",
      "spec:\n  password:\n  # of Jane\n  hunter2:",
      "spec:\n  password:\n  hunter2: x",
      "spec:\n  password:\n  hunter2\n  quota: 1GiB",
      "spec: {password: {hash: ${hunter2}}}",
      "spec: {password: {env: A, hash: @hunter2}}",
      "spec:\n  password: {env: A} hunter2",
      "spec:\n  password: {env: A,\n    hash: @hunter2}",
      "spec: {password: {env: A, hunter2}}",
      "spec:\n  password:\n    @hunter2:x",
      "spec:\n  password: \"abc: d\n    x: hunter2\\q\"",
      "spec:\n  password: \"abc: d\nx: hunter2\\q\"",
      "spec:\n  password: \"abc: d\n  : hunter2\\q\"",
      "spec:\n  password: |\n\thunter2: y",
      "spec:\n  password: {\nhash: @hunter2",
      "spec:\n  password:\n  - hunter2:x: y",
      "spec:\n  password:\n- hunter2:x: y",
      "spec:\n  password:\n# note: a\n    @hunter2:x",
      "spec:\n  api_key: @hunter2",
      "spec:\n  key: @hunter2",
      "spec:\n  credentials: @hunter2",
      "spec:\n  auth: @hunter2",
      "spec:\n  hash: @hunter2",
      "spec:\n  pass-word: @hunter2",
      "spec:\n  API-KEY: @hunter2",
      "spec:\n  password\t: @hunter2",
      "spec:\n  'password': @hunter2",
      "spec:\n  \"password\" : @hunter2",
      "spec:\n  hash: hunter2: x",
      "spec:\n  ? password\n  : @hunter2",
      "spec:\n  password\n  : @hunter2",
      "spec:\n  ? password\n  :\n    @hunter2",
      "spec:\n  password @hunter2",
      "spec: {password: {hunter2: 1, hunter2: 2}}",
      "spec: {password: {hunter2: 1}}",
      "spec: {password: {a: {hunter2: 1, hunter2: 2}}}",
      "spec:\n  password:\n  hunter2: 1\n  hunter2: 2",
      "spec: {password: hunter2, password: b}",
      "spec:\n  password:\n    hunter2\n    and more",
      "spec:\n  password:\n    - a\n    - hunter2 b\n      c",
      "spec:\n  password: {env: A, # b\n    hash: hunter2}",
      "spec: {password: {hash: hunter2\\q\n hunter2}}",
      "spec:\n  password:\n    value:\n\n      @hunter2",
      "spec: {password: {exec: [a], hash: @hunter2}}",
      "spec: {password: [hunter2: x, hunter2: y}",
      "--- {password:\n  @hunter2}",
      "spec:\n  password: >x\n    hunter2",
      "spec:\n  password: abc\n  x: @hunter2",
      "spec:\n  quota: x\n  password: {env: A}\n    hunter2: @a",
      "spec:\n  password: {env: A}\n    - hunter2: @a",
      "spec:\n  password: {env: A}\n    @hunter2",
      "spec: {password:hunter2}",
      "spec: {password: !hunter2 x}",
      "spec: {password: &hunter2 x}",
      "spec: {password: *hunter2 }",
      "spec: {password: {monkey7hunter2: 1}}",
      "spec:\n  password:\n  monkey7hunter2:"};
  return kMistakes;
}

const std::vector<std::string>& provider_mistakes() {
  static const std::vector<std::string> kMistakes{"auth:\n    apiKey:\n    hunter2",
                                                  "auth:\n    apiKey:\n    hunter2: x",
                                                  "auth:\n    apiKey:\n  hunter2:",
                                                  "auth: {apiKey: {env: X, value: @hunter2}}",
                                                  "auth: {apiKey: {env: X, value: hunter2}}",
                                                  "auth: {apiKey: {env: X}, hunter2: 1}",
                                                  "auth: {apiKey: {env: X}, hunter2}",
                                                  "auth: {apiKey: {hunter2: 1, hunter2: 2}}",
                                                  "auth: {apiKey: {env: X}, value: @hunter2}",
                                                  "auth:\n    api_key: @hunter2",
                                                  "auth:\n    apiKey:\n      @hunter2:x",
                                                  "auth: hunter2",
                                                  "auth: {apiKey: {file: hunter2: x}}"};
  return kMistakes;
}

/// Neither `validate` nor `fmt --check` shows "hunter2", which is in `text`.
void expect_hidden_by_all(const std::string& text) {
  const Project project;
  project.domain("one.example", hosts(2));
  project.write("domains/x.yaml", text);
  const auto validated = project.plumb({"validate"});
  EXPECT_EQ(validated.code, 1) << text << validated.all();
  EXPECT_TRUE(validated.says("domains/x.yaml:")) << text << validated.all();
  EXPECT_EQ(validated.all().find("hunter2"), std::string::npos) << text << validated.all();
  const auto formatted = project.plumb({"fmt", "--check", "domains/x.yaml"});
  EXPECT_EQ(formatted.all().find("hunter2"), std::string::npos) << text << formatted.all();
}

TEST(Secrets, WrittenByMistakeAreInNoErrorOfAMailbox) {
  for (const auto& spec : mailbox_mistakes()) {
    expect_hidden_by_all(mailbox(spec));
  }
}

TEST(Secrets, WrittenByMistakeAreInNoErrorOfAProvider) {
  for (const auto& auth : provider_mistakes()) {
    expect_hidden_by_all(
        "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: other}\nspec:\n  type: powerdns\n"
        "  endpoint: http://127.0.0.1:1\n  " +
        auth + "\n");
  }
}

TEST(Secrets, DoNotHideTheNamesAroundThem) {
  const Project project;
  project.domain("one.example", hosts(2));
  project.write("domains/x.yaml",
                "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: other}\nspec:\n"
                "  type: powerdns\n  endpoint: http://127.0.0.1:1\n"
                "  auth: {apiKey: {env: A}}\n  limits: {x: @y}\n");
  const auto ran = project.plumb({"validate"});
  EXPECT_TRUE(ran.says("|   limits: {x: @y}\n")) << ran.all();
  project.write("domains/x.yaml", mailbox("spec:\n  password: {env: A}\n  kota: 1\n  kota: 2"));
  const auto twice = project.plumb({"validate"});
  EXPECT_TRUE(twice.says("the key kota is written twice")) << twice.all();
}

TEST(Secrets, OfMailboxesWhosePlacesAreNamedAreShown) {
  const auto ran = validated("spec: {password: {env: JANE, evn: x, manage: x}, sendAs: {exec: 1}}");
  EXPECT_TRUE(ran.says("unknown field `evn`")) << ran.all();
  EXPECT_TRUE(ran.says("hint: did you mean env?")) << ran.all();
  EXPECT_TRUE(ran.says("{env: JANE, evn: •••, manage: •••}, sendAs: {exec: 1}}")) << ran.all();
}

TEST(Secrets, HideOnlyTheLinesThatMayBelongToThem) {
  const auto ran = validated(
      "spec:\n  password: {env: JANE}\n  quota: *a\n---\n  password: x\n---\n  - @c\n"
      "---\nspec: {password:\n  x}\n---\nspec:\n  quota:\n    @d");
  for (const auto* line : {"|   quota: *a\n", "|   - @c\n", "|     @d\n"}) {
    EXPECT_TRUE(ran.says(line)) << line << ran.all();
  }
}

TEST(Secrets, ThatAreEmptyMaskNothing) {
  const auto ran = validated("spec:\n  password: {\"\": }\n  kota: 1GiB");
  EXPECT_TRUE(ran.says("|   kota: 1GiB\n")) << ran.all();
}

TEST(Secrets, OfCommandsAreRunOnlyWhereTheOperatorAllowsIt) {
  const Project project;
  project.write("providers/files.yaml", provider("http://127.0.0.1:1", "{exec: [touch, was-run]}"));
  project.domain("one.example", hosts(2));
  const auto ran = project.plumb({"plan"});
  EXPECT_EQ(ran.code, 8) << ran.all();
  EXPECT_TRUE(ran.says("exec")) << ran.all();
  EXPECT_FALSE(project.has("was-run"));
}

TEST(Secrets, OfCommandsAreFetchedOnceInARun) {
  const Project project;
  project.write("providers/files.yaml",
                provider("http://127.0.0.1:1", "{exec: [sh, -c, \"echo x | tee -a runs\"]}"));
  project.domain("one.example", hosts(2));
  for (const std::string command : {"plan", "apply"}) {
    const auto ran = project.plumb({command, "--allow-exec"});
    EXPECT_EQ(ran.code, 8) << ran.all();
    EXPECT_EQ(project.read("runs"), "x\n") << command;
    project.remove("runs");
  }
}

TEST(Secrets, OutsideOfTheProjectAreNotRead) {
  const Project project;
  project.write("providers/files.yaml", provider("http://127.0.0.1:1", "{file: ../../etc/passwd}"));
  project.domain("one.example", hosts(2));
  const auto ran = project.plumb({"plan"});
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_FALSE(ran.says("root:")) << ran.all();
}

}  // namespace
}  // namespace plumb::test
