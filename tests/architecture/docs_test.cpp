// The pages say what is so: kinds as their schemas have them, RFCs that the code cites, files that
// are there.

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/architecture/kind_page.h"
#include "tests/architecture/tree.h"
#include "tests/support/golden.h"

namespace {
namespace fs = std::filesystem;
using namespace plumb::test;  // NOLINT(google-build-using-namespace): a test file of its own

/// Each match of `pattern` in `text`, in order.
std::vector<std::smatch> matches(const std::string& text, const std::regex& pattern) {
  return {std::sregex_iterator(text.begin(), text.end(), pattern), std::sregex_iterator()};
}

/// The pages that people read: README.md and docs/.
std::vector<fs::path> pages() {
  auto files = files_below({"docs"}, {".md"});
  files.emplace_back("README.md");
  return files;
}

/// A page without its blocks of code, which hold output and not links.
std::string prose_of(const fs::path& page) {
  std::string prose;
  bool code = false;
  for (const auto& line : lines_of(source_root() / page)) {
    if (line.starts_with("```")) {
      code = !code;
    } else if (!code) {
      prose += line + "\n";
    }
  }
  return prose;
}

/// "7208" -> its sections that docs/rfc-index.md names.
std::map<std::string, std::set<std::string>> rfc_index() {
  static const std::regex row(R"(^\| \[RFC (\d+)\])");
  static const std::regex section("\u00a7([0-9A-Z.]*[0-9A-Z])");
  std::map<std::string, std::set<std::string>> index;
  for (const auto& line : lines_of(source_root() / "docs/rfc-index.md")) {
    std::smatch found;
    if (!std::regex_search(line, found, row)) {
      continue;
    }
    auto& sections = index[found[1].str()];
    for (const auto& one : matches(line, section)) {
      sections.insert(one[1].str());
    }
  }
  return index;
}

TEST(Docs, EveryCitedRfcStandsInTheIndex) {
  static const std::regex citation("RFC (\\d+)( \u00a7([0-9A-Z.]*[0-9A-Z]))?");
  const auto index = rfc_index();
  for (const auto& file :
       files_below({"resources", "state", "controller", "schemas"}, {".h", ".cpp", ".json"})) {
    const auto text = text_of(source_root() / file);
    for (const auto& found : matches(text, citation)) {
      const auto rfc = index.find(found[1].str());
      ASSERT_NE(rfc, index.end()) << file << " cites " << found[0]
                                  << ": add it to docs/rfc-index.md";
      EXPECT_TRUE(found[3].str().empty() || rfc->second.contains(found[3].str()))
          << file << " cites " << found[0] << ": add the section to docs/rfc-index.md";
    }
  }
}

TEST(Docs, LinksLeadToFilesThatAreThere) {
  static const std::regex link(R"(\]\(([^)#\s]+)(#[^)\s]*)?\))");
  for (const auto& page : pages()) {
    const auto prose = prose_of(page);
    for (const auto& found : matches(prose, link)) {
      const auto target = found[1].str();
      if (target.find("://") == std::string::npos && !target.starts_with("mailto:")) {
        EXPECT_TRUE(fs::exists(source_root() / page.parent_path() / target))
            << page.generic_string() << " links to " << target;
      }
    }
  }
}

TEST(Docs, FilesThatPagesNameAreThere) {
  static const std::regex name(
      "`((resources|state|controller|schemas|examples|tests|docs)/"
      "[A-Za-z0-9_./-]+)`");
  for (const auto& page : pages()) {
    const auto prose = prose_of(page);
    for (const auto& found : matches(prose, name)) {
      EXPECT_TRUE(fs::exists(source_root() / found[1].str()))
          << page.generic_string() << " names " << found[1];
    }
  }
}

TEST(Docs, NoPageIsTooLongToBeRead) {
  constexpr std::size_t kMostLines = 250;
  for (const auto& page : pages()) {
    EXPECT_LE(lines_of(source_root() / page).size(), kMostLines) << page.generic_string();
  }
}

/// The kinds of documents, as their schemas are named.
std::vector<std::string> kinds() {
  std::vector<std::string> names;
  for (const auto& file : files_below({"schemas"}, {".json"})) {
    const auto name = file.filename().string();
    names.push_back(name.substr(0, name.find('.')));
  }
  return names;
}

class KindPages : public testing::TestWithParam<std::string> {};

TEST_P(KindPages, SayWhatTheSchemaSays) {
  const auto& kind = GetParam();
  const auto schema = Json::parse(text_of(source_root() / "schemas" / (kind + ".schema.json")));
  auto example = text_of(source_root() / "examples/kinds" / (kind + ".yaml"));
  ASSERT_FALSE(example.empty()) << "examples/kinds/" << kind << ".yaml is missing";
  if (example.starts_with("# yaml-language-server")) {
    example.erase(0, example.find('\n') + 1);
  }
  expect_golden("../docs/kinds/" + kind + ".md", KindPage(schema).text(kind, example));
}

INSTANTIATE_TEST_SUITE_P(Docs, KindPages, testing::ValuesIn(kinds()), [](const auto& one) {
  return one.param;
});

TEST(Docs, EveryPageOfAKindHasItsSchema) {
  const auto known = kinds();
  for (const auto& page : files_below({"docs/kinds"}, {".md"})) {
    EXPECT_NE(std::find(known.begin(), known.end(), page.stem().string()), known.end())
        << page.generic_string() << " describes a kind that has no schema";
  }
}

TEST(Docs, EveryWordOfConsentIsExplained) {
  const auto page = text_of(source_root() / "docs/operations.md");
  const auto schema = Json::parse(text_of(source_root() / "schemas/consent.schema.json"));
  for (const auto& word : schema["properties"]["spec"]["properties"]["allow"]["enum"]) {
    EXPECT_NE(page.find("`" + word.get<std::string>() + "`"), std::string::npos)
        << "docs/operations.md does not say what a Consent to " << word << " permits";
  }
}

}  // namespace
