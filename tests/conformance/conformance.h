#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "controller/providers/provider.h"
#include "resources/model/provider_traits.h"
#include "resources/values/record_type.h"

/// One story for every DNS provider: desired states in manifest notation are applied one after the
/// other, and after each one the world must be as declared, what is not ours untouched, and a
/// second plan empty. A provider joins with a DnsWorld and one line:
///
///   INSTANTIATE_TEST_SUITE_P(PowerDns, DnsConformance, dns_stories("powerdns", make_my_world));
namespace plumb::test {

/// A record set as a manifest writes it: TXT values are the text itself.
struct Records {
  std::string owner;
  std::string type;
  std::optional<std::uint32_t> ttl;  ///< seconds; nothing: not stated, hence not managed
  std::vector<std::string> values;
};

/// A provider with one zone of its own that does not exist when the story begins.
class DnsWorld {
 public:
  virtual ~DnsWorld() = default;
  virtual providers::Provider& provider() = 0;
  virtual const ProviderTraits& traits() const = 0;
  /// The zone. Its own record sets never name it, so any name will do.
  virtual Scope scope() const = 0;
  /// What somebody else does behind plumb's back, through the server's own door: the set becomes
  /// exactly this; without values it goes. The values are presentation format (TXT quoted), names
  /// in them absolute. Requires: the zone exists, the TTL is stated.
  virtual void meddle(const Records& set) = 0;
  /// Whether the server can hold the type; stories leave out what it cannot.
  virtual bool supports(values::RecordType type) const { return !values::is_system_type(type); }
  /// Whether it takes this set of a type that it can hold; stories leave out what it does not.
  virtual bool takes(const Records& /*set*/) const { return true; }
};

using MakeDnsWorld = std::unique_ptr<DnsWorld> (*)();

/// A desired state.
struct Step {
  std::string name;
  std::vector<Records> desired;
  /// Happens before the step is planned.
  std::vector<Records> meddling;
  /// Whether the step after it must have nothing to do (two spellings of one state).
  bool changes_nothing = false;
};

struct Story {
  std::string name;  ///< letters and digits
  std::vector<Step> steps;
};

/// The stories that every provider must pass.
std::vector<Story> stories();

struct DnsStory {
  std::string provider;
  MakeDnsWorld make = nullptr;
  Story story;
};
inline void PrintTo(const DnsStory& story, std::ostream* out) {
  *out << story.provider << ": " << story.story.name;
}

class DnsConformance : public ::testing::TestWithParam<DnsStory> {};

/// What INSTANTIATE_TEST_SUITE_P takes.
std::vector<DnsStory> dns_stories_of(const std::string& provider, MakeDnsWorld make);
inline auto dns_stories(const std::string& provider, MakeDnsWorld make) {
  return ::testing::ValuesIn(dns_stories_of(provider, make));
}
inline std::string story_name(const ::testing::TestParamInfo<DnsStory>& info) {
  return info.param.story.name;
}

}  // namespace plumb::test
