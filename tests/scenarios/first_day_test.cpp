// The first hour with the program: init, fmt, completion.
#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

/// A folder without a project.
class Nothing : public Project {
 public:
  Nothing() {
    for (const auto* name : {"plumb.yaml", "providers", "domains"}) {
      remove(name);
    }
  }
};

TEST(Init, WritesAProjectThatValidatesAndPlans) {
  const Nothing project;
  const auto written = project.plumb({"init", "--name", "acme", "--domain", "example.com"});
  ASSERT_EQ(written.code, 0) << written.all();
  EXPECT_NE(project.read("domains/example.com.yaml").find("$schema=../.schemas/domain.schema.json"),
            std::string::npos);
  EXPECT_TRUE(project.has(".schemas/domain.schema.json"));
  const auto valid = project.plumb({"validate"});
  EXPECT_EQ(valid.code, 0) << valid.all();
  EXPECT_EQ(valid.err, "");
  EXPECT_EQ(project.plumb({"fmt", "--check"}).code, 0);
  EXPECT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(project.plumb({"plan", "--detailed-exitcode"}).code, 0);
}

TEST(Init, WritesNamesThatYamlTakesForSomethingElse) {
  for (const auto* name : {"2024", "true", "My: Project", "a, b", "#x", "it's {x}"}) {
    const Nothing project;
    const auto written = project.plumb({"init",
                                        "--name",
                                        name,
                                        "--domain",
                                        "b\u00fccher.example",
                                        "--server",
                                        "mx1.example.net=192.0.2.1",
                                        "--mailbox",
                                        "no@b\u00fccher.example",
                                        "--mailbox",
                                        "o'brien@b\u00fccher.example"});
    ASSERT_EQ(written.code, 0) << name << ": " << written.all();
    EXPECT_TRUE(written.says("'secrets/o'\\''brien@b\u00fccher.example'")) << written.all();
    for (const auto* local : {"no", "o'brien"}) {
      project.write("secrets/" + std::string(local) + "@b\u00fccher.example", "correct horse\n");
    }
    const auto valid = project.plumb({"validate"});
    EXPECT_EQ(valid.code, 0) << name << ": " << valid.all();
    const auto shown = project.plumb({"plan"});
    EXPECT_TRUE(shown.says(name)) << shown.all();
    EXPECT_EQ(project.plumb({"fmt", "--check"}).code, 0) << project.read("plumb.yaml");
  }
}

TEST(Init, DemoIsAWholeMailDomain) {
  const Nothing project;
  const auto written = project.plumb({"init", "--demo"});
  ASSERT_EQ(written.code, 0) << written.all();
  EXPECT_TRUE(written.says("secrets/jane@example.com")) << written.all();
  EXPECT_NE(project.read(".gitignore").find("secrets/"), std::string::npos);
  EXPECT_EQ(project.plumb({"fmt", "--check"}).code, 0);
  project.write("secrets/jane@example.com", "correct horse battery staple\n");
  const auto valid = project.plumb({"validate"});
  EXPECT_EQ(valid.code, 0) << valid.all();
  EXPECT_EQ(valid.err, "");
  const auto applied = project.plumb({"apply", "--yes"});
  EXPECT_EQ(applied.code, 0) << applied.all();
  const auto zone = project.read("zones/example.com.zone");
  EXPECT_NE(zone.find("s1._domainkey"), std::string::npos) << zone;
  EXPECT_NE(zone.find("\"v=DKIM1; k=rsa; p=MII"), std::string::npos) << zone;
  EXPECT_NE(project.read("mail/dovecot/users").find("jane@example.com:{"), std::string::npos);
  EXPECT_NE(project.read("mail/postfix/aliases").find("sales@example.com"), std::string::npos);
  EXPECT_EQ(project.plumb({"plan", "--detailed-exitcode"}).code, 0);
}

TEST(Init, WritesNothingOverAProject) {
  const Project project;
  const auto before = project.read("plumb.yaml");
  const auto refused = project.plumb({"init", "--domain", "example.com"});
  EXPECT_EQ(refused.code, 1) << refused.all();
  EXPECT_TRUE(refused.says("plumb.yaml")) << refused.all();
  EXPECT_EQ(project.read("plumb.yaml"), before);
  EXPECT_FALSE(project.has("providers.yaml"));
}

TEST(Init, SaysWhatIsWrongAndWritesNothing) {
  const Nothing project;
  const std::vector<std::vector<std::string>> wrong{
      {"init"},
      {"init", "--domain", "exa mple"},
      {"init", "--domain", "example.com", "--server", "mx1.example.com"},
      {"init", "--domain", "example.com", "--server", "mx1.example.com=192.0.2.300"},
      {"init", "--domain", "example.com", "--mailbox", "jane@example.com"},
      {"init",
       "--domain",
       "example.com",
       "--server",
       "mx1.example.com=192.0.2.1",
       "--mailbox",
       "jane@example.net"}};
  for (const auto& words : wrong) {
    const auto refused = project.plumb(words);
    EXPECT_EQ(refused.code, 1) << refused.all();
    EXPECT_FALSE(refused.err.empty());
    EXPECT_FALSE(project.has("plumb.yaml"));
  }
}

TEST(Init, AsksAtATerminal) {
  const Nothing project;
  Setting setting;
  setting.terminal = true;
  setting.typed = "acme\nexample.com, example.net\nzonefile\n\n";
  const auto written = project.plumb({"init"}, setting);
  ASSERT_EQ(written.code, 0) << written.all();
  EXPECT_NE(project.read("plumb.yaml").find("name: acme"), std::string::npos);
  EXPECT_TRUE(project.has("domains/example.net.yaml"));
  EXPECT_EQ(project.plumb({"validate"}).code, 0);
}

TEST(Fmt, PutsTheProjectInOrderAndKeepsComments) {
  const Project project;
  project.write(
      "domains/one.example.yaml",
      "apiVersion: plumb/v1   # version\nkind:   Domain\nmetadata: { name: one.example }\n"
      "spec:\n    dns: {providers: [files]}\n    # the web\n    records:\n"
      "    - {name: www,type: A,   value: 192.0.2.1}\n");
  const auto checked = project.plumb({"fmt", "--check"});
  EXPECT_EQ(checked.code, 2) << checked.all();
  EXPECT_TRUE(checked.says("domains/one.example.yaml")) << checked.all();
  const auto formatted = project.plumb({"fmt"});
  EXPECT_EQ(formatted.code, 0) << formatted.all();
  EXPECT_EQ(project.read("domains/one.example.yaml"),
            "apiVersion: plumb/v1   # version\nkind: Domain\nmetadata: {name: one.example}\n"
            "spec:\n  dns: {providers: [files]}\n  # the web\n  records:\n"
            "    - {name: www, type: A, value: 192.0.2.1}\n");
  EXPECT_EQ(project.plumb({"fmt", "--check"}).code, 0);
}

TEST(Fmt, LeavesWhatItCannotRead) {
  const Project project;
  const std::string broken = "apiVersion: plumb/v1\nkind: [Domain\n";
  project.write("domains/one.example.yaml", broken);
  const auto refused = project.plumb({"fmt", "domains"});
  EXPECT_EQ(refused.code, 1) << refused.all();
  EXPECT_TRUE(refused.says("domains/one.example.yaml:3:1: ")) << refused.all();
  EXPECT_EQ(project.read("domains/one.example.yaml"), broken);
}

TEST(Fmt, WorksInAFolderThatIsGone) {
  const Project project;
  project.domain("one.example", hosts(1));
  const auto file = (project.path() / "domains/one.example.yaml").string();
  project.write("gone/.keep", "");
  const auto run = "cd " + (project.path() / "gone").string() + " && rm -r ../gone && " +
                   PLUMB_BINARY_DIR + "/plumb fmt " + file + " > /dev/null";
  EXPECT_EQ(std::system(run.c_str()), 0);
}

TEST(Completion, KnowsCommandsOptionsValuesAndNames) {
  const Project project;
  project.domain("one.example", hosts(1));
  const auto complete = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"__complete", "--"});
    return project.plumb(words).out;
  };
  EXPECT_EQ(complete({"pla"}), "plan\n");
  EXPECT_EQ(complete({"plan", "--detailed"}), "--detailed-exitcode\n");
  EXPECT_EQ(complete({"plan", "-o", ""}), "json\nmarkdown\ntext\n");
  EXPECT_EQ(complete({"state", "sh"}), "show\n");
  EXPECT_EQ(complete({"plan", "one"}), "one.example\n");
  EXPECT_EQ(complete({"explain", "Provider/"}), "Provider/files\n");
  EXPECT_EQ(complete({"__"}), "");
}

TEST(Completion, WritesScriptsThatTheShellsUnderstand) {
  const Project project;
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    const auto script = project.plumb({"completion", shell});
    EXPECT_EQ(script.code, 0);
    EXPECT_TRUE(script.says("plumb __complete")) << shell;
  }
  // Each shell runs its script; what it would offer goes to a file.
  const std::string path = "PATH=" PLUMB_BINARY_DIR ":$PATH; cd " + project.path().string() + "; ";
  project.write("bash.sh",
                path + project.plumb({"completion", "bash"}).out +
                    "COMP_WORDS=(plumb pla)\nCOMP_CWORD=1\n_plumb\n"
                    "printf '%s\\n' \"${COMPREPLY[@]}\" > bash.said\n");
  project.write("zsh.sh",
                path + "compdef() { :; }\ncompadd() { shift; print -l -- \"$@\" > zsh.said; }\n" +
                    project.plumb({"completion", "zsh"}).out +
                    "words=(plumb pla)\nCURRENT=2\n_plumb\n");
  project.write("fish.sh",
                "set -x PATH " PLUMB_BINARY_DIR " $PATH\ncd " + project.path().string() + "\n" +
                    project.plumb({"completion", "fish"}).out +
                    "complete -C 'plumb pla' > fish.said\n");
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const auto script = (project.path() / (shell + ".sh")).string();
    EXPECT_EQ(std::system(("HOME=" + project.path().string() + " " + shell + " " + script).c_str()),
              0);
    EXPECT_EQ(project.read(shell + ".said"), "plan\n") << shell;
  }
  const auto unknown = project.plumb({"completion", "bush"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_TRUE(unknown.says("bash")) << unknown.all();
}

}  // namespace
}  // namespace plumb::test
