#include "state/compiled.h"

#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace plumb::state {
namespace {

std::string key_of(std::size_t number) {
  auto key = std::to_string(number);
  key.resize(32, '.');
  return key;
}

struct Cache {
  test::TempDir folder;
  std::unique_ptr<CompiledFiles> files = open();

  std::unique_ptr<CompiledFiles> open() const {
    auto opened = CompiledFiles::open(folder.path() / "compiled");
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  void reopen() {
    files.reset();
    files = open();
  }
  std::filesystem::path data() const { return folder.path() / "compiled" / "data.mdb"; }
};

TEST(CompiledFiles, AreThereTheNextTime) {
  Cache cache;
  EXPECT_EQ(cache.files->get(key_of(1)), std::nullopt);
  const std::vector<CompiledFile> fresh{{key_of(1), std::string(100'000, 'x')}, {key_of(2), ""}};
  const std::vector<std::string> used{key_of(1), key_of(2)};
  ASSERT_TRUE(cache.files->keep(fresh, used));
  EXPECT_EQ(cache.files->get(key_of(1)), std::string(100'000, 'x')) << "at once";
  cache.reopen();
  EXPECT_EQ(cache.files->get(key_of(1)), std::string(100'000, 'x'));
  EXPECT_EQ(cache.files->get(key_of(2)), "");
  EXPECT_EQ(cache.files->get(key_of(3)), std::nullopt);
  const std::vector<CompiledFile> more{{key_of(3), "y"}};
  const std::vector<std::string> all{key_of(1), key_of(2), key_of(3)};
  const auto kept = cache.files->keep(more, all);
  ASSERT_TRUE(kept) << kept.error().message << ": what was opened is kept in too";
  cache.reopen();
  EXPECT_EQ(cache.files->get(key_of(3)), "y");
}

TEST(CompiledFiles, ThatNobodyUsesAreDroppedInTime) {
  Cache cache;
  std::vector<CompiledFile> fresh;
  std::vector<std::string> used;
  for (std::size_t i = 0; i < 300; ++i) {
    fresh.push_back({key_of(i), "old"});
    used.push_back(key_of(i));
  }
  std::sort(used.begin(), used.end());
  ASSERT_TRUE(cache.files->keep(fresh, used));
  ASSERT_TRUE(cache.files->keep(std::vector<CompiledFile>{{key_of(900), "new"}},
                                std::vector<std::string>{key_of(7), key_of(900)}));
  EXPECT_EQ(cache.files->get(key_of(7)), "old");
  EXPECT_EQ(cache.files->get(key_of(900)), "new");
  EXPECT_EQ(cache.files->get(key_of(8)), std::nullopt);
}

TEST(CompiledFiles, StartAnewWhereTheyHaveNoRoomLeft) {
  const test::TempDir folder;
  const auto files = CompiledFiles::open(folder.path() / "compiled", std::size_t{1} << 20U);
  ASSERT_TRUE(files);
  const std::string large(300'000, 'x');
  std::vector<std::string> used;
  for (std::size_t i = 0; i < 20; ++i) {
    used.push_back(key_of(i));
    std::sort(used.begin(), used.end());
    const std::vector<CompiledFile> fresh{{key_of(i), large}};
    const auto kept = (*files)->keep(fresh, used);
    ASSERT_TRUE(kept) << i << kept.error().message;
    EXPECT_EQ((*files)->get(key_of(i)), large);
  }
}

TEST(CompiledFiles, AreNotTakenWhereTheyAreDamaged) {
  Cache cache;
  const std::string content(5'000, 'x');
  ASSERT_TRUE(
      cache.files->keep(std::vector<CompiledFile>{{key_of(1), content}, {key_of(2), "sound"}},
                        std::vector<std::string>{key_of(1), key_of(2)}));
  cache.files.reset();
  std::string octets;
  {
    std::ifstream in(cache.data(), std::ios::binary);
    octets.assign(std::istreambuf_iterator<char>(in), {});
  }
  const auto at = octets.find(content);
  ASSERT_NE(at, std::string::npos);
  octets[at + 17] = 'y';
  std::ofstream(cache.data(), std::ios::binary) << octets;
  cache.reopen();
  EXPECT_EQ(cache.files->get(key_of(1)), std::nullopt);
  EXPECT_EQ(cache.files->get(key_of(2)), "sound") << "only what is damaged is gone";
}

TEST(CompiledFiles, AreNotTakenForOneAnother) {
  Cache cache;
  const std::string content(5'000, 'x');
  const std::string other(5'000, 'y');
  ASSERT_TRUE(cache.files->keep(std::vector<CompiledFile>{{key_of(1), content}, {key_of(2), other}},
                                std::vector<std::string>{key_of(1), key_of(2)}));
  cache.files.reset();
  std::string octets;
  {
    std::ifstream in(cache.data(), std::ios::binary);
    octets.assign(std::istreambuf_iterator<char>(in), {});
  }
  constexpr std::size_t kDigest = 16;
  const auto first = octets.find(content) - kDigest;
  const auto second = octets.find(other) - kDigest;
  ASSERT_LT(std::max(first, second), octets.size());
  std::swap_ranges(octets.begin() + static_cast<std::ptrdiff_t>(first),
                   octets.begin() + static_cast<std::ptrdiff_t>(first + kDigest + content.size()),
                   octets.begin() + static_cast<std::ptrdiff_t>(second));
  std::ofstream(cache.data(), std::ios::binary) << octets;
  cache.reopen();
  EXPECT_EQ(cache.files->get(key_of(1)), std::nullopt) << "the value of another key";
  EXPECT_EQ(cache.files->get(key_of(2)), std::nullopt);
}

TEST(CompiledFiles, StartAnewWhereTheirFileIsNonsense) {
  Cache cache;
  ASSERT_TRUE(cache.files->keep(std::vector<CompiledFile>{{key_of(1), "x"}},
                                std::vector<std::string>{key_of(1)}));
  cache.files.reset();
  for (const auto size : {std::size_t{100}, std::size_t{10'000}}) {
    std::ofstream(cache.data(), std::ios::binary) << std::string(size, 'z');
    cache.reopen();
    ASSERT_NE(cache.files, nullptr);
    EXPECT_EQ(cache.files->get(key_of(1)), std::nullopt);
  }
}

}  // namespace
}  // namespace plumb::state
