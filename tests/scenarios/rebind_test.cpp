// A Provider whose address is spelt anew keeps what is ours, once a person has said so.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/support/cli.h"
#include "tests/support/pdns_server.h"

namespace plumb::test {
namespace {

constexpr std::string_view kConsent =
    "apiVersion: plumb/v1\nkind: Consent\nmetadata: {name: move}\n"
    "spec: {allow: rebind, on: Provider/files}\n";

/// A zone of ours, whose folder is called otherwise now.
class Rebind : public ::testing::Test {
 protected:
  Rebind() {
    project_.domain("one.example", hosts(6));
    EXPECT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
    std::filesystem::rename(project_.path() / "zones", project_.path() / "anew");
    project_.replace("providers/files.yaml", "directory: zones", "directory: anew");
  }

  const Project project_;
};

TEST_F(Rebind, IsRefusedWithBothAccountsAndTheConsent) {
  const auto before = project_.read("anew/one.example.zone");
  for (const auto* command : {"plan", "apply"}) {
    auto words = std::vector<std::string>{command};
    if (words[0] == "apply") {
      words.emplace_back("--yes");
    }
    const auto ran = project_.plumb(words);
    EXPECT_EQ(ran.code, 3) << ran.all();
    EXPECT_TRUE(ran.says("zonefile zones")) << ran.all();
    EXPECT_TRUE(ran.says("zonefile anew")) << ran.all();
    EXPECT_TRUE(ran.says("--consent 'allow=rebind,on=Provider/files'")) << ran.all();
    EXPECT_TRUE(ran.says("allow: rebind")) << ran.all();
    EXPECT_FALSE(ran.says("adopt") || ran.says("In plumb")) << ran.all();
  }
  EXPECT_EQ(project_.read("anew/one.example.zone"), before);
}

TEST_F(Rebind, LeavesOtherProvidersAlone) {
  project_.write("providers/other.yaml",
                 "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: other}\n"
                 "spec: {type: zonefile, directory: other}\n");
  project_.domain("two.example", hosts(2));
  project_.replace("domains/two.example.yaml", "[files]", "[other]");
  const auto ran = project_.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 3) << ran.all();
  EXPECT_TRUE(project_.has("other/two.example.zone")) << ran.all();
}

TEST_F(Rebind, WithTheConsentNothingIsAdoptedNorDeleted) {
  const std::vector<std::string> consent{"--consent", "allow=rebind,on=Provider/files"};
  const auto plan = project_.plumb({"plan", "--detailed-exitcode", consent[0], consent[1]});
  EXPECT_EQ(plan.code, 2) << plan.all();
  EXPECT_TRUE(plan.says("Provider files (7 objects in 1 zones)")) << plan.all();
  EXPECT_FALSE(plan.says("adopt") || plan.says("delete ") || plan.says("could not be read"))
      << plan.all();
  const auto ran = project_.plumb({"apply", "--yes", consent[0], consent[1]});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_EQ(project_.plumb({"plan", "--detailed-exitcode"}).code, 0);
  const auto history = project_.plumb({"history"});
  EXPECT_TRUE(history.says("rebind")) << history.all();
  project_.domain("one.example", hosts(5));  // what was made by us is still deleted as ours
  EXPECT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(project_.read("anew/one.example.zone").find("h6"), std::string::npos);
}

TEST_F(Rebind, ByADocumentIsDoneOnce) {
  project_.write("domains/consent.yaml", kConsent);
  EXPECT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(project_.plumb({"plan", "--detailed-exitcode"}).code, 0);
  std::filesystem::rename(project_.path() / "anew", project_.path() / "third");
  project_.replace("providers/files.yaml", "directory: anew", "directory: third");
  EXPECT_EQ(project_.plumb({"plan"}).code, 3) << "the consent is used up";
}

TEST_F(Rebind, WithChangesAtOnceAppliesThemToo) {
  project_.domain("one.example", hosts(8));
  const auto ran =
      project_.plumb({"apply", "--yes", "--consent", "allow=rebind,on=Provider/files"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_NE(project_.read("anew/one.example.zone").find("h8"), std::string::npos);
  EXPECT_EQ(project_.plumb({"plan", "--detailed-exitcode"}).code, 0);
}

/// As many open files as a run of one zone needs, and no more.
class FewFiles {
 public:
  FewFiles() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    auto few = before_;
    few.rlim_cur = 64;
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  FewFiles(const FewFiles&) = delete;
  FewFiles& operator=(const FewFiles&) = delete;

 private:
  rlimit before_{};
};

TEST_F(Rebind, OfMoreZonesThanFilesMayBeOpen) {
  for (int i = 0; i < 80; ++i) {
    const auto name = "z" + std::to_string(i) + ".example";
    project_.domain(name, hosts(1));
  }
  project_.replace("providers/files.yaml", "directory: anew", "directory: zones");
  std::filesystem::rename(project_.path() / "anew", project_.path() / "zones");
  EXPECT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
  std::filesystem::rename(project_.path() / "zones", project_.path() / "anew");
  project_.replace("providers/files.yaml", "directory: zones", "directory: anew");
  const FewFiles few;
  const auto ran =
      project_.plumb({"apply", "--yes", "--consent", "allow=rebind,on=Provider/files"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_EQ(project_.plumb({"plan", "--detailed-exitcode"}).code, 0);
}

TEST(RebindOfOne, IsOfferedThoughAnotherProviderRefusedItsPart) {
  const Project project;
  project.domain("one.example", hosts(2));
  project.write("providers/other.yaml",
                "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: other}\n"
                "spec: {type: zonefile, directory: /proc/nobody}\n");
  project.domain("two.example", hosts(2));
  project.replace("domains/two.example.yaml", "[files]", "[other]");
  const auto partly = project.plumb({"apply", "--yes", "--no-verify"});
  EXPECT_TRUE(partly.says("refused: cannot make directory")) << partly.all();
  EXPECT_NE(partly.code, 0) << partly.all();
  EXPECT_TRUE(project.has("zones/one.example.zone")) << partly.all();
  std::filesystem::rename(project.path() / "zones", project.path() / "anew");
  project.replace("providers/files.yaml", "directory: zones", "directory: anew");
  const auto ran = project.plumb({"plan"});
  EXPECT_EQ(ran.code, 3) << ran.all();
  EXPECT_TRUE(ran.says("--consent 'allow=rebind,on=Provider/files'")) << ran.all();
}

TEST(RebindPowerdns, OfAnEndpointThatIsSpeltAnew) {
  const PdnsServer server(PdnsServer::Backend::sqlite);
  const Project project;
  const auto plumb = [&](std::vector<std::string> words) {
    return project.plumb(words, {.environment = {{"KEY", std::string(PdnsServer::kApiKey)}}});
  };
  auto endpoint = server.endpoint();
  project.write("providers/files.yaml",
                "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: files}\nspec:\n"
                "  type: powerdns\n  endpoint: " +
                    endpoint + "\n  auth: {apiKey: {env: KEY}}\n");
  project.domain("one.example", hosts(3));
  ASSERT_EQ(plumb({"apply", "--yes"}).code, 0);
  project.replace("providers/files.yaml", "127.0.0.1", "localhost");
  const auto refused = plumb({"apply", "--yes"});
  EXPECT_EQ(refused.code, 3) << refused.all();
  EXPECT_TRUE(refused.says("powerdns http://127.0.0.1")) << refused.all();
  EXPECT_TRUE(refused.says("powerdns http://localhost")) << refused.all();
  const auto consent = between(refused.out, "--consent '", "'");
  const auto ran = plumb({"apply", "--yes", "--consent", consent});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_FALSE(ran.says("adopt")) << ran.all();
  EXPECT_EQ(plumb({"plan", "--detailed-exitcode"}).code, 0);
}

}  // namespace
}  // namespace plumb::test
