// How the manifests of an import come to the disk.
#include "controller/cli/import_files.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace plumb::cli {
namespace {

namespace fs = std::filesystem;

std::vector<importing::Manifest> manifests(int count) {
  std::vector<importing::Manifest> files;
  for (int i = 0; i < count; ++i) {
    files.push_back({"domains/d" + std::to_string(1000 + i) + ".example.yaml", "one\n", {}});
  }
  return files;
}

TEST(ImportFiles, AreWrittenWithTheFoldersThatTheyNeed) {
  const test::TempDir folder;
  const auto written = write_files(folder.path(), manifests(100), {"domains", "profiles"});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_TRUE(fs::exists(folder.path() / "domains/d1099.example.yaml"));
  EXPECT_TRUE(fs::exists(folder.path() / "profiles/.gitkeep"));
}

TEST(ImportFiles, TheFirstThatCannotBeWrittenIsTold) {
  const test::TempDir folder;
  for (const auto* name : {"d1090", "d1003", "d1004", "d1005", "d1030"}) {
    fs::create_directories(folder.path() / "domains" / (std::string(name) + ".example.yaml"));
  }
  const auto written = write_files(folder.path(), manifests(100), {});
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find("d1003.example.yaml"), std::string::npos)
      << written.error().message;
  EXPECT_TRUE(fs::is_regular_file(folder.path() / "domains/d1002.example.yaml"));
}

}  // namespace
}  // namespace plumb::cli
