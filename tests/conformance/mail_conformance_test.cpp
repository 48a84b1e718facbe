#include "tests/conformance/mail_conformance.h"

#include <utility>

#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"
#include "tests/conformance/provider_pass.h"

namespace plumb::test {
namespace {

Consent removal_consent(const Scope& scope) {
  return {.id = "conformance",
          .allow = std::string(consent_word(Guard::remove)),
          .on = "Domain/" + scope.container.substr(0, scope.container.size() - 1),
          .including = {"mailboxes", "dkimkeys", "maildomain"}};
}

/// A pass over the mail domain of a provider of mail.
class MailPass final : public ProviderPass {
 public:
  explicit MailPass(MailWorld& world)
      : ProviderPass(
            world.provider(), world.traits(), world.scope(), removal_consent(world.scope())),
        world_(world) {}

  void run(const MailStep& step);

 private:
  std::shared_ptr<const DesiredScope> declare(const std::vector<MailRow>& rows);
  void expect_in_place(const DesiredScope& desired, const ObservedScope& observed) const override;
  /// A password goes with its mailbox.
  bool is_watched(const Entry& entry) const override { return entry.kind != kinds::kPassword; }

  MailWorld& world_;
};

std::shared_ptr<const DesiredScope> MailPass::declare(const std::vector<MailRow>& rows) {
  TableBuilder builder;
  for (const auto& row : rows) {
    const auto& kind = resource_catalog().of(row.kind);
    auto body = kind.canonical(row.key, Value{row.fields, {}});
    EXPECT_TRUE(body) << row.key << ": " << body.error().message;
    if (body && traits().adapt != nullptr) {
      body = traits().adapt(kind, row.key, *body);
      EXPECT_TRUE(body) << row.key << ": " << body.error().message;
    }
    builder.add(row.kind, row.key, body ? *body : std::string());
  }
  std::vector<std::uint32_t> order;
  auto desired = declared(builder, &order);
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    if (const auto& former = rows[order[i]].former; !former.empty()) {
      desired->formers.push_back({i, former});
    }
  }
  return desired;
}

/// In the fields that are declared.
void MailPass::expect_in_place(const DesiredScope& desired, const ObservedScope& observed) const {
  for (const auto& entry : desired.table.entries()) {
    const auto key = desired.table.key(entry);
    const auto row = observed.table.find(entry.kind, key);
    ASSERT_TRUE(row) << resource_catalog().of(entry.kind).name << " " << key << " is not there";
    const auto wanted = desired.table.body(entry);
    const auto seen = observed.table.body(observed.table[*row]);
    for (const auto number : cbor::field_numbers(wanted)) {
      EXPECT_EQ(cbor::field(seen, number), cbor::field(wanted, number))
          << resource_catalog().of(entry.kind).name << " " << key << " field "
          << static_cast<int>(number);
    }
  }
  for (const auto& [id, body] : claims()) {
    EXPECT_TRUE(desired.table.find(id.first, id.second)) << id.second;
  }
}

void MailPass::run(const MailStep& step) {
  SCOPED_TRACE("step: " + step.name);
  for (const auto& [alias, to] : step.meddling) {
    world_.meddle(alias, to);
  }
  reach(declare(step.desired), step.changes_nothing);
}

}  // namespace

TEST_P(MailConformance, ReachesEveryStateAndThenHasNothingToDo) {
  const auto world = GetParam().make();
  ASSERT_NE(world, nullptr);
  MailPass pass(*world);
  for (const auto& step : GetParam().steps) {
    if (world->takes(step)) {
      pass.run(step);
    }
    if (HasFatalFailure()) {
      return;
    }
  }
}

}  // namespace plumb::test
