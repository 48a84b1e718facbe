#include <memory>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "controller/providers/postfix_dovecot/postfix_dovecot.h"
#include "tests/conformance/mail_conformance.h"
#include "tests/conformance/quiet_env.h"
#include "tests/support/temp_dir.h"

namespace plumb::test {
namespace {

Value text(std::string value) {
  return Value{std::move(value), {}};
}

/// A folder with the provider's files, edited by hand.
class MailFilesWorld final : public MailWorld {
 public:
  MailFilesWorld() {
    spec_ = Value{Value::Map{{"type", text("postfix-dovecot")},
                             {"directory", text("mail")},
                             {"webRoot", text("www")},
                             {"dkim", Value{Value::Map{{"directory", text("dkim")}}, {}}}},
                  {}};
    const std::string begin = "before@legacy.example root@localhost\n# BEGIN plumb\n# END plumb\n";
    temp_.write(kAliases, begin + "after@legacy.example root@localhost\n");
    auto opened =
        providers::postfix_dovecot::postfix_dovecot_provider().open({"mailhost",
                                                                     spec_,
                                                                     "postfix-dovecot mail",
                                                                     temp_.path().string(),
                                                                     quiet_.env(),
                                                                     quiet_.http(),
                                                                     {}});
    provider_ = std::move(*opened);
  }
  ~MailFilesWorld() override {
    const auto aliases = temp_.read(kAliases);
    EXPECT_TRUE(aliases.starts_with("before@legacy.example root@localhost\n# BEGIN plumb\n"));
    EXPECT_TRUE(aliases.ends_with("# END plumb\nafter@legacy.example root@localhost\n"));
  }
  MailFilesWorld(const MailFilesWorld&) = delete;
  MailFilesWorld& operator=(const MailFilesWorld&) = delete;
  providers::Provider& provider() override { return *provider_; }
  const ProviderTraits& traits() const override {
    return *providers::postfix_dovecot::postfix_dovecot_provider().traits;
  }
  Scope scope() const override { return {"postfix-dovecot mail", "conformance.example."}; }

  /// Edits the table of aliases as a person would.
  void meddle(const std::string& alias, const std::string& to) override {
    const auto address = alias + "@conformance.example";
    std::string kept;
    std::istringstream lines(temp_.read(kAliases));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("# END") && !to.empty()) {
        kept += address + "  " + to + "\n";
      }
      kept += line.starts_with(address + "\t") ? "" : line + "\n";
    }
    temp_.write(kAliases, kept);
  }

 private:
  static constexpr std::string_view kAliases = "mail/postfix/aliases";
  Value spec_;
  TempDir temp_;
  QuietEnv quiet_;
  std::unique_ptr<providers::Provider> provider_;
};

std::unique_ptr<MailWorld> plain_files() {
  return std::make_unique<MailFilesWorld>();
}
INSTANTIATE_TEST_SUITE_P(PostfixDovecot,
                         MailConformance,
                         mail_stories("postfix-dovecot", plain_files),
                         mail_story_name);
}  // namespace
}  // namespace plumb::test
