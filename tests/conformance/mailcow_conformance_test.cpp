#include <algorithm>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "controller/providers/mailcow/mailcow.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "tests/conformance/mail_conformance.h"
#include "tests/controller/providers/opened.h"
#include "tests/sandbox/mailcow.h"

namespace plumb::test {
namespace {

Value mailcow_spec(const Mailcow& vendor) {
  return Value{
      Value::Map{{"type", Value{std::string("mailcow"), {}}},
                 {"endpoint", Value{vendor.origin(), {}}},
                 {"auth", Value{Value::Map{{"apiKey", Value{SecretRef{"env", "KEY"}, {}}}}, {}}}},
      {}};
}

const Value* field(const MailRow& row, std::string_view name) {
  const auto found = std::find_if(
      row.fields.begin(), row.fields.end(), [&](const auto& one) { return one.name == name; });
  return found == row.fields.end() ? nullptr : &found->value;
}

/// A mail domain at a stand-in of Mailcow, edited in its pages by others.
class MailcowWorld final : public MailWorld {
 public:
  MailcowWorld()
      : opened_(providers::mailcow::mailcow_provider(), mailcow_spec(vendor_), Mailcow::kKey) {
    for (const auto* other : {"other.example", "third.example", "x.example"}) {
      vendor_.make_domain(other);
    }
    vendor_.make_mailbox("root@other.example");
    vendor_.make_alias("info@other.example", "root@other.example");
  }
  ~MailcowWorld() override {
    EXPECT_EQ(vendor_.alias("info@other.example")["goto"], "root@other.example");
    EXPECT_FALSE(vendor_.saw_cookies());
    EXPECT_EQ(vendor_.refusals(), 0U);
  }
  MailcowWorld(const MailcowWorld&) = delete;
  MailcowWorld& operator=(const MailcowWorld&) = delete;
  providers::Provider& provider() override { return opened_.provider(); }
  const ProviderTraits& traits() const override {
    return *providers::mailcow::mailcow_provider().traits;
  }
  Scope scope() const override { return opened_.scope("conformance.example."); }

  void meddle(const std::string& alias, const std::string& to) override {
    const auto address = alias + "@conformance.example";
    vendor_.drop_alias(address);
    if (!to.empty()) {
      vendor_.make_alias(address, to);
    }
  }

  /// One RSA key, no reasons to refuse mail, no policies, a quota for each domain, and one object
  /// for each address.
  bool takes(const MailStep& step) const override {
    int keys = 0;
    return std::all_of(step.desired.begin(), step.desired.end(), [&](const MailRow& row) {
      keys += row.kind == kinds::kDKIMKey ? 1 : 0;
      const auto* algorithm = field(row, "algorithm");
      const auto* quota = field(row, "quota");
      const bool beside = row.kind == kinds::kAlias &&
                          std::any_of(step.desired.begin(), step.desired.end(), [&](auto& other) {
                            return other.kind == kinds::kMailbox && other.key == row.key;
                          });
      return keys < 2 && row.kind != kinds::kMTASTSPolicy && !beside &&
             field(row, "reject") == nullptr &&
             (algorithm == nullptr || *algorithm->as_string() == "rsa") &&
             !(row.kind == kinds::kMailDomain && quota != nullptr && *quota->as_int() == 0);
    });
  }

 private:
  Mailcow vendor_;
  Opened opened_;
};

std::unique_ptr<MailWorld> at_mailcow() {
  return std::make_unique<MailcowWorld>();
}
INSTANTIATE_TEST_SUITE_P(Mailcow,
                         MailConformance,
                         mail_stories("mailcow", at_mailcow),
                         mail_story_name);

}  // namespace
}  // namespace plumb::test
