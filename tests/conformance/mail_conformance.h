#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "controller/providers/provider.h"
#include "resources/model/provider_traits.h"

/// One story for every mail provider: desired states of one mail domain are applied one after the
/// other, and after each one the world must be as declared, what is not ours untouched, and a
/// second plan empty. A provider joins with a MailWorld and one line, as for DNS
/// (tests/conformance/conformance.h).
namespace plumb::test {

/// A resource as a manifest declares it, its fields by name.
struct MailRow {
  KindId kind{};
  std::string key;
  Value::Map fields;
  std::string former = {};  ///< the key that it had before
};

struct MailStep {
  std::string name;
  std::vector<MailRow> desired;
  std::vector<std::pair<std::string, std::string>> meddling = {};  ///< before it is planned
  bool changes_nothing = false;  ///< another spelling of the state before
};

/// A provider with one mail domain that does not exist when the story begins.
class MailWorld {
 public:
  virtual ~MailWorld() = default;
  virtual providers::Provider& provider() = 0;
  virtual const ProviderTraits& traits() const = 0;
  virtual Scope scope() const = 0;
  /// What somebody else does behind plumb's back: the alias leads there now, or is gone where `to`
  /// is empty.
  virtual void meddle(const std::string& alias, const std::string& to) = 0;
  /// Whether the vendor can hold all of a step; a step that it cannot is passed over.
  virtual bool takes(const MailStep& /*step*/) const { return true; }
};
using MakeMailWorld = std::unique_ptr<MailWorld> (*)();

struct MailStory {
  std::string provider;
  MakeMailWorld make = nullptr;
  std::string name;
  std::vector<MailStep> steps;
};
inline void PrintTo(const MailStory& story, std::ostream* out) {
  *out << story.provider << ": " << story.name;
}

class MailConformance : public ::testing::TestWithParam<MailStory> {};

/// What INSTANTIATE_TEST_SUITE_P takes.
std::vector<MailStory> mail_stories_of(const std::string& provider, MakeMailWorld make);
inline auto mail_stories(const std::string& provider, MakeMailWorld make) {
  return ::testing::ValuesIn(mail_stories_of(provider, make));
}
inline std::string mail_story_name(const ::testing::TestParamInfo<MailStory>& info) {
  return info.param.name;
}

}  // namespace plumb::test
