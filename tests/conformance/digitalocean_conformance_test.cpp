#include <algorithm>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "resources/values/txt.h"
#include "tests/conformance/conformance.h"
#include "tests/controller/providers/digitalocean/opened.h"
#include "tests/sandbox/digitalocean.h"

namespace plumb::test {
namespace {

bool is_plain(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c < 0x7f && c != '\\';
  });
}

/// A zone at a stand-in of DigitalOcean, edited at its control panel by others.
class DigitalOceanWorld final : public DnsWorld {
 public:
  explicit DigitalOceanWorld(DigitalOcean& vendor) : vendor_(vendor), opened_(vendor.origin()) {
    static int worlds = 0;
    zone_ = fmt::format("w{}.conformance.example", ++worlds);
  }
  ~DigitalOceanWorld() override { vendor_.drop_zone(zone_); }

  providers::Provider& provider() override { return opened_.provider(); }
  const ProviderTraits& traits() const override {
    return *providers::digitalocean::digitalocean_provider().traits;
  }
  Scope scope() const override { return opened_.scope(zone_ + "."); }

  void meddle(const Records& set) override {
    vendor_.erase(zone_, set.owner, set.type);
    for (const auto& value : set.values) {
      nlohmann::json record = {
          {"name", set.owner}, {"type", set.type}, {"ttl", set.ttl.value_or(1800)}};
      record["data"] = value;
      if (set.type == "TXT") {
        record["data"] = values::parse_presentation(value).value();
      } else if (set.type == "MX") {
        record["priority"] = std::stoi(value);
        const auto host = value.substr(value.find(' ') + 1);
        record["data"] = host.substr(0, host.size() - 1);
      }
      vendor_.put(zone_, record);
    }
  }

  bool supports(values::RecordType type) const override {
    const auto name = values::record_type_name(type);
    return name == "A" || name == "AAAA" || name == "CAA" || name == "CNAME" || name == "MX" ||
           name == "NS" || name == "SRV" || name == "TXT";
  }
  /// No empty, long or odd texts, and no CAA values with spaces.
  bool takes(const Records& set) const override {
    return std::all_of(set.values.begin(), set.values.end(), [&](const std::string& value) {
      const auto quotes = static_cast<std::size_t>(std::count(value.begin(), value.end(), '"'));
      return set.type == "TXT"   ? is_plain(value) && value.size() + quotes <= 504
             : set.type == "CAA" ? std::count(value.begin(), value.end(), ' ') == 2
                                 : true;
    });
  }

 private:
  DigitalOcean& vendor_;
  OpenedDigitalOcean opened_;
  std::string zone_;
};

std::unique_ptr<DnsWorld> make_world() {
  static DigitalOcean vendor;
  return std::make_unique<DigitalOceanWorld>(vendor);
}

/// The same with pages smaller than those that were asked for.
std::unique_ptr<DnsWorld> make_paged_world() {
  static DigitalOcean vendor;
  vendor.clamp_pages(50);
  return std::make_unique<DigitalOceanWorld>(vendor);
}

/// The stories that fill several pages of 50, but not so many that they take minutes.
auto paged_stories() {
  auto all = dns_stories_of("digitalocean", make_paged_world);
  std::erase_if(all, [](const DnsStory& one) {
    return one.story.name != "Pages101" && one.story.name != "DriftIsHealed";
  });
  return ::testing::ValuesIn(all);
}

INSTANTIATE_TEST_SUITE_P(DigitalOcean,
                         DnsConformance,
                         dns_stories("digitalocean", make_world),
                         story_name);
INSTANTIATE_TEST_SUITE_P(DigitalOceanInPages, DnsConformance, paged_stories(), story_name);

}  // namespace
}  // namespace plumb::test
