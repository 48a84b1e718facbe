#include "tests/conformance/conformance.h"

#include <algorithm>
#include <utility>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"
#include "resources/values/rdata.h"
#include "tests/conformance/provider_pass.h"

namespace plumb::test {
namespace {

using values::DomainName;
using values::RecordType;

Consent apex_consent(const Scope& scope) {
  return {.id = "conformance",
          .allow = std::string(consent_word(Guard::apex_ns)),
          .on = "Domain/" + scope.container.substr(0, scope.container.size() - 1)};
}

/// A pass over the zone of a provider of DNS.
class DnsPass final : public ProviderPass {
 public:
  explicit DnsPass(DnsWorld& world)
      : ProviderPass(world.provider(), world.traits(), world.scope(), apex_consent(world.scope())),
        world_(world),
        zone_(DomainName::from_canonical(scope().container)) {}

  void run(const Step& step);

 private:
  std::shared_ptr<const DesiredScope> declare(const std::vector<Records>& sets);
  std::string body_of(const Records& set, RecordType type);
  bool is_watched(const Entry& entry) const override;
  void expect_in_place(const DesiredScope& desired, const ObservedScope& observed) const override;

  DnsWorld& world_;
  DomainName zone_;
};

std::string DnsPass::body_of(const Records& set, RecordType type) {
  std::vector<std::string> canonical;
  for (const auto& value : set.values) {
    auto one = values::canonical_rdata(type, value, zone_, values::TargetRule::manifest);
    EXPECT_TRUE(one) << set.owner << " " << set.type << " " << value << ": " << one.error().message;
    canonical.push_back(one ? std::move(*one) : std::string());
  }
  auto body = kinds::rrset_body(set.ttl, std::move(canonical));
  if (const auto adapt = traits().adapt; adapt != nullptr) {
    auto adapted = adapt(kinds::rrset_kind(), kinds::rrset_key(set.owner, type), body);
    EXPECT_TRUE(adapted) << adapted.error().message;
    return adapted ? std::move(*adapted) : std::string();
  }
  return body;
}

std::shared_ptr<const DesiredScope> DnsPass::declare(const std::vector<Records>& sets) {
  TableBuilder builder;
  builder.add(kinds::kZone, "", cbor::body({}));
  for (const auto& set : sets) {
    const auto type = values::find_record_type(set.type);
    const auto owner = DomainName::parse_relative(set.owner, zone_);
    EXPECT_TRUE(type && owner) << set.owner << " " << set.type;
    if (type && owner && world_.supports(*type) && world_.takes(set)) {
      builder.add(
          kinds::kRRset, kinds::rrset_key(owner->relative_to(zone_), *type), body_of(set, *type));
    }
  }
  return declared(builder);
}

bool DnsPass::is_watched(const Entry& entry) const {
  return entry.kind == kinds::kRRset && (entry.flags & EntryFlag::system_owned) == 0;
}

/// In the fields that are declared, and for TXT, which is shared value by value, at least those.
void DnsPass::expect_in_place(const DesiredScope& desired, const ObservedScope& observed) const {
  for (const auto& entry : desired.table.entries()) {
    const auto key = desired.table.key(entry);
    const auto row = observed.table.find(entry.kind, key);
    ASSERT_TRUE(row) << kinds::rrset_kind().label(key) << " is missing";
    if (entry.kind != kinds::kRRset) {
      continue;
    }
    const auto wanted = desired.table.body(entry);
    const auto seen = observed.table.body(observed.table[*row]);
    const auto have = kinds::rrset_values(seen);
    for (const auto value : kinds::rrset_values(wanted)) {
      EXPECT_NE(std::find(have.begin(), have.end(), value), have.end())
          << kinds::rrset_kind().label(key) << " lacks " << ::testing::PrintToString(value);
    }
    if (kinds::split_rrset_key(key).type != "TXT") {
      EXPECT_EQ(have.size(), kinds::rrset_values(wanted).size());
    }
    EXPECT_EQ(kinds::rrset_ttl(seen),
              kinds::rrset_ttl(wanted) ? kinds::rrset_ttl(wanted) : kinds::rrset_ttl(seen));
  }
}

void DnsPass::run(const Step& step) {
  SCOPED_TRACE("step: " + step.name);
  for (const auto& set : step.meddling) {
    if (world_.supports(*values::find_record_type(set.type))) {
      world_.meddle(set);
    }
  }
  reach(declare(step.desired), step.changes_nothing);
}

}  // namespace

std::vector<DnsStory> dns_stories_of(const std::string& provider, MakeDnsWorld make) {
  std::vector<DnsStory> all;
  for (auto& story : stories()) {
    all.push_back({provider, make, std::move(story)});
  }
  return all;
}

TEST_P(DnsConformance, ReachesEveryStateAndThenHasNothingToDo) {
  const auto world = GetParam().make();
  ASSERT_NE(world, nullptr);
  DnsPass pass(*world);
  for (const auto& step : GetParam().story.steps) {
    pass.run(step);
    if (HasFatalFailure()) {
      return;
    }
  }
}

}  // namespace plumb::test
