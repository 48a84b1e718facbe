#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/conformance/conformance.h"
#include "tests/controller/providers/cloudflare/opened.h"
#include "tests/sandbox/cloudflare.h"

namespace plumb::test {
namespace {

/// A zone at a stand-in of Cloudflare, edited at its dashboard by others.
class CloudflareWorld final : public DnsWorld {
 public:
  explicit CloudflareWorld(Cloudflare& vendor) : vendor_(vendor), opened_(vendor.endpoint()) {
    static int worlds = 0;
    zone_ = fmt::format("w{}.conformance.example", ++worlds);
  }
  ~CloudflareWorld() override { vendor_.drop_zone(zone_); }

  providers::Provider& provider() override { return opened_.provider(); }
  const ProviderTraits& traits() const override {
    return *providers::cloudflare::cloudflare_provider().traits;
  }
  Scope scope() const override { return opened_.scope(zone_ + "."); }

  void meddle(const Records& set) override {
    const auto name = set.owner == "@" ? zone_ : set.owner + "." + zone_;
    vendor_.erase(zone_, name, set.type);
    for (const auto& value : set.values) {
      nlohmann::json record = {{"name", name}, {"type", set.type}, {"ttl", set.ttl.value_or(1)}};
      const auto host = value.substr(value.find(' ') + 1);
      if (set.type == "MX") {
        record["priority"] = std::stoi(value);
        record["content"] = host.substr(0, host.size() - 1);
      } else {
        record["content"] = value;
      }
      vendor_.put(zone_, record);
    }
  }

  bool supports(values::RecordType type) const override {
    return DnsWorld::supports(type) && type != values::RecordType::dname;
  }
  /// Neither empty texts nor NS of the zone itself.
  bool takes(const Records& set) const override {
    return !(set.type == "NS" && set.owner == "@") &&
           !(set.type == "TXT" && set.values == std::vector<std::string>{""});
  }

 private:
  Cloudflare& vendor_;
  OpenedCloudflare opened_;
  std::string zone_;
};

std::unique_ptr<DnsWorld> make_world() {
  static Cloudflare vendor;
  return std::make_unique<CloudflareWorld>(vendor);
}

/// The same with pages smaller than those that were asked for.
std::unique_ptr<DnsWorld> make_paged_world() {
  static Cloudflare vendor;
  vendor.clamp_pages(50);
  return std::make_unique<CloudflareWorld>(vendor);
}

INSTANTIATE_TEST_SUITE_P(Cloudflare,
                         DnsConformance,
                         dns_stories("cloudflare", make_world),
                         story_name);
INSTANTIATE_TEST_SUITE_P(CloudflareInPages,
                         DnsConformance,
                         dns_stories("cloudflare", make_paged_world),
                         story_name);

}  // namespace
}  // namespace plumb::test
