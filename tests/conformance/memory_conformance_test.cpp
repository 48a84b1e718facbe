#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "controller/providers/memory/memory.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/values/rdata.h"
#include "tests/conformance/conformance.h"

namespace plumb::test {
namespace {

class MemoryWorld final : public DnsWorld {
 public:
  providers::Provider& provider() override { return *provider_; }
  const ProviderTraits& traits() const override {
    return *providers::memory::memory_provider().traits;
  }
  Scope scope() const override { return {"memory", "conformance.example."}; }
  void meddle(const Records& set) override {
    const auto type = *values::find_record_type(set.type);
    const ResourceId id{scope(), kinds::kRRset, kinds::rrset_key(set.owner, type)};
    if (set.values.empty()) {
      world_.remove_row(id);
      return;
    }
    std::vector<std::string> canonical;
    for (const auto& value : set.values) {
      canonical.push_back(*values::canonical_rdata(
          type, value, values::DomainName(), values::TargetRule::absolute_only));
    }
    world_.put_row(id, kinds::rrset_body(set.ttl, std::move(canonical)));
  }

 private:
  providers::memory::World world_;
  std::unique_ptr<providers::Provider> provider_ = providers::memory::provider_of(world_, "memory");
};

std::unique_ptr<DnsWorld> make_world() {
  return std::make_unique<MemoryWorld>();
}

INSTANTIATE_TEST_SUITE_P(Memory, DnsConformance, dns_stories("memory", make_world), story_name);

}  // namespace
}  // namespace plumb::test
