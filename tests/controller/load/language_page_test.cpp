// The examples of docs/language.md and docs/mail.md, read as a user would write them.

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/controller/load/loading.h"

namespace plumb::test {
namespace {

constexpr const char* kFiles =
    "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: files}\n"
    "spec: {type: files, directory: zones}\n";

/// One example: manifests, and the record sets of example.com that the page shows for them.
struct Example {
  int line = 0;
  bool refused = false;
  std::string manifests;
  std::vector<std::string> shown;
};

std::vector<Example> examples_of(const std::string& name) {
  std::ifstream page(std::string(PLUMB_SOURCE_DIR) + "/" + name);
  std::vector<Example> all;
  std::string fence;
  int number = 0;
  for (std::string line; std::getline(page, line);) {
    ++number;
    if (line.starts_with("```")) {
      fence = fence.empty() ? line.substr(3) : "";
      if (fence.starts_with("yaml")) {
        all.push_back({.line = number, .refused = fence == "yaml refused"});
      }
    } else if (fence.starts_with("yaml")) {
      all.back().manifests += line + "\n";
    } else if (fence == "text" && !all.empty()) {
      all.back().shown.push_back(line);
    }
  }
  return all;
}

class Page : public testing::TestWithParam<const char*> {};

TEST_P(Page, ExamplesExpandAsItShows) {
  const auto all = examples_of(GetParam());
  ASSERT_FALSE(all.empty());
  for (const auto& example : all) {
    SCOPED_TRACE(std::string(GetParam()) + ":" + std::to_string(example.line));
    const auto loaded =
        load_files({{"providers.yaml", kFiles}, {"example.yaml", example.manifests}});
    if (example.refused) {
      EXPECT_NE(errors(loaded), "");
      continue;
    }
    EXPECT_EQ(errors(loaded), "");
    if (!example.shown.empty()) {
      EXPECT_EQ(rows(scope_of(loaded, "example.com.")), example.shown);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Docs, Page, testing::Values("docs/language.md", "docs/mail.md"));

}  // namespace
}  // namespace plumb::test
