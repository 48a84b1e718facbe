#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sandbox/cloudflare.h"
#include "tests/support/cli.h"

namespace plumb::test {

/// A project whose domains are at a stand-in of Cloudflare.
class AtCloudflare : public ::testing::Test {
 protected:
  using Json = Cloudflare::Json;

  AtCloudflare() {
    project_.replace("plumb.yaml", "[providers, domains]", "[providers, profiles, domains]");
    project_.write("profiles/.keep", "");
    project_.write("providers/files.yaml",
                   "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: files}\nspec:\n"
                   "  type: cloudflare\n  account: " +
                       std::string(Cloudflare::kAccount) + "\n  endpoint: " + vendor_.endpoint() +
                       "\n  auth: {token: {env: TOKEN}}\n  limits: {requestsPerSecond: 1000}\n");
  }

  /// A domain that was there before us: what is declared of it is not Plumb's.
  void there(const std::string& name, const std::string& content, Json more = {}) {
    Json record = {{"name", name}, {"type", "A"}, {"content", content}, {"ttl", 300}};
    if (more.is_object()) {
      record.update(more);
    }
    if (!vendor_.has_zone("one.example")) {
      vendor_.make_zone("one.example");
    }
    vendor_.put("one.example", record);
  }
  /// How many records of one.example have this comment.
  std::size_t marked(const std::string& comment) const {
    const auto all = vendor_.records("one.example");
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](const Json& one) { return one["comment"] == comment; }));
  }

  Ran plumb(const std::vector<std::string>& words,
            std::string_view token = Cloudflare::kToken) const {
    auto ran = project_.plumb(words, {.environment = {{"TOKEN", std::string(token)}}});
    EXPECT_FALSE(ran.says(token)) << "a token was shown";
    return ran;
  }
  void apply() const {
    const auto ran = plumb({"apply", "--yes"});
    EXPECT_EQ(ran.code, 0) << ran.all();
  }
  void expect_in_plumb() const {
    const auto plan = plumb({"plan", "--detailed-exitcode"});
    EXPECT_EQ(plan.code, 0) << plan.all();
  }
  Json one(const std::string& name, const std::string& type) const {
    const auto all = vendor_.records("one.example", name, type);
    EXPECT_EQ(all.size(), 1U) << name << " " << type;
    return all.empty() ? Json::object() : all.front();
  }

  Cloudflare vendor_;
  const Project project_{"  drift: heal\n"};
};

}  // namespace plumb::test
