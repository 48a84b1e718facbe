#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controller/providers/zonefile/zonefile.h"
#include "tests/conformance/conformance.h"
#include "tests/conformance/quiet_env.h"
#include "tests/support/temp_dir.h"

namespace plumb::test {
namespace {

/// A folder with one zone file, edited by hand.
class ZoneFileWorld final : public DnsWorld {
 public:
  ZoneFileWorld() {
    auto opened = providers::zonefile::zonefile_provider().open(
        {"files", spec_, "zonefile zones", temp_.path().string(), quiet_.env(), quiet_.http(), {}});
    provider_ = std::move(*opened);
  }
  providers::Provider& provider() override { return *provider_; }
  const ProviderTraits& traits() const override {
    return *providers::zonefile::zonefile_provider().traits;
  }
  Scope scope() const override { return {"zonefile zones", "conformance.example."}; }

  /// Takes the set's lines out and appends new ones, as a person with an editor would.
  void meddle(const Records& set) override {
    std::string kept;
    for (std::string_view rest = content_ = temp_.read(kFile); !rest.empty();) {
      const auto line = rest.substr(0, rest.find('\n') + 1);
      rest.remove_prefix(line.size());
      const bool of_set = line.starts_with(set.owner + "\t") &&
                          line.find("\tIN\t" + set.type + "\t") != std::string_view::npos;
      kept += of_set ? "" : line;
    }
    for (const auto& value : set.values) {
      kept += fmt::format("{} {} {} {} ; by hand\n", set.owner, *set.ttl, set.type, value);
    }
    temp_.write(kFile, kept);
  }

 private:
  static constexpr std::string_view kFile = "zones/conformance.example.zone";
  const Value spec_{Value::Map{{"type", Value{std::string("zonefile"), {}}},
                               {"directory", Value{std::string("zones"), {}}}},
                    {}};
  TempDir temp_;
  QuietEnv quiet_;
  std::unique_ptr<providers::Provider> provider_;
  std::string content_;
};

std::unique_ptr<DnsWorld> make_world() {
  return std::make_unique<ZoneFileWorld>();
}

INSTANTIATE_TEST_SUITE_P(ZoneFile, DnsConformance, dns_stories("zonefile", make_world), story_name);

}  // namespace
}  // namespace plumb::test
