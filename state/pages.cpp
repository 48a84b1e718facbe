#include "state/pages.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/lmdb.h"

namespace plumb::state {
namespace fs = std::filesystem;
namespace {

constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kDataVersion = 1;
constexpr std::size_t kHeader = 16;  // number (8), pad (2), flags (2), lower (2), upper (2)
constexpr std::size_t kMetaSize = kHeader + 136;
constexpr std::size_t kDatabase = 48;  // pad, flags, depth, page counts, entries, root
constexpr std::size_t kNode = 8;       // low, high, flags, key size
constexpr std::size_t kLongestKey = 511;
constexpr unsigned kDeepest = 32;
constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
constexpr std::uint16_t kBranch = 1;
constexpr std::uint16_t kLeaf = 2;
constexpr std::uint16_t kOverflow = 4;
constexpr std::uint16_t kShapes = 0x6f;  // branch, leaf, overflow, meta, and two for duplicates
constexpr std::uint16_t kBigData = 1;    // of a node: its data is on overflow pages
constexpr std::uint16_t kSubDatabase = 2;
constexpr std::uint64_t kAlwaysChecked = std::uint64_t{64} << 20U;

template <class T>
T at(std::string_view bytes, std::size_t offset) {
  T number{};
  std::memcpy(&number, bytes.data() + offset, sizeof(T));
  return number;
}

/// A tree of pages as its parent describes it.
struct Tree {
  unsigned depth = 0;
  std::uint64_t entries = 0;
  std::uint64_t root = kNoPage;

  explicit Tree(std::string_view bytes)
      : depth(at<std::uint16_t>(bytes, 6)),
        entries(at<std::uint64_t>(bytes, 32)),
        root(at<std::uint64_t>(bytes, 40)) {}
};

struct Meta {
  std::uint32_t page_size = 0;
  std::uint64_t last_page = 0;
  std::uint64_t txnid = 0;
  std::string trees;  ///< free pages, then the named databases
};

class File {
 public:
  explicit File(const fs::path& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat status {};
    if (file_ < 0 || ::fstat(file_, &status) != 0) {
      code_ = errno;
    } else {
      size_ = static_cast<std::uint64_t>(status.st_size);
    }
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (file_ >= 0) {
      ::close(file_);
    }
  }
  int code() const { return code_; }
  std::uint64_t size() const { return size_; }
  bool read(std::string& into, std::uint64_t offset) const {
    return ::pread(file_, into.data(), into.size(), static_cast<off_t>(offset)) ==
           static_cast<ssize_t>(into.size());
  }

 private:
  int file_;
  int code_ = 0;
  std::uint64_t size_ = 0;
};

/// 0, or what LMDB calls the trouble.
int read_meta(const File& file, std::uint64_t offset, Meta& meta) {
  std::string page(kMetaSize, '\0');
  if (!file.read(page, offset) || at<std::uint32_t>(page, kHeader) != kMagic) {
    return MDB_INVALID;
  }
  if (at<std::uint32_t>(page, kHeader + 4) != kDataVersion) {
    return MDB_VERSION_MISMATCH;
  }
  meta.page_size = at<std::uint32_t>(page, kHeader + 24);
  meta.trees = page.substr(kHeader + 24, 2 * kDatabase);
  meta.last_page = at<std::uint64_t>(page, kHeader + 120);
  meta.txnid = at<std::uint64_t>(page, kHeader + 128);
  const bool power_of_two = (meta.page_size & (meta.page_size - 1)) == 0;
  const bool sane = power_of_two && meta.page_size >= 512 && meta.page_size <= 0x10000 &&
                    meta.last_page < (std::uint64_t{1} << 34U);
  return sane ? 0 : MDB_CORRUPTED;
}

int read_metas(const File& file, std::array<Meta, 2>& metas) {
  int code = read_meta(file, 0, metas[0]);
  if (code == 0) {
    code = read_meta(file, metas[0].page_size, metas[1]);
  }
  return code == 0 && metas[0].page_size != metas[1].page_size ? MDB_CORRUPTED : code;
}

/// Walks all trees of a snapshot.
class Walk {
 public:
  Walk(const File& file, const Meta& meta)
      : file_(file), meta_(meta), seen_(meta.last_page + 1, false) {}

  bool sound() {
    const std::string_view trees = meta_.trees;
    return tree(Tree(trees.substr(0, kDatabase)), Content::free_pages) &&
           tree(Tree(trees.substr(kDatabase)), Content::databases);
  }

 private:
  enum class Content { free_pages, databases, rows };

  bool tree(const Tree& tree, Content content) {
    if (tree.root == kNoPage) {
      return tree.entries == 0;
    }
    std::uint64_t entries = 0;
    return tree.depth >= 1 && tree.depth <= kDeepest &&
           page(tree.root, tree.depth, content, entries) && entries == tree.entries;
  }

  /// Marks `count` pages as used; false where they lie outside or are used already.
  bool take(std::uint64_t first, std::uint64_t count) {
    if (first < 2 || first > meta_.last_page || count > meta_.last_page + 1 - first ||
        (first + count) * meta_.page_size > file_.size()) {
      return false;
    }
    for (auto number = first; number < first + count; ++number) {
      if (seen_[number]) {
        return false;
      }
      seen_[number] = true;
    }
    return true;
  }

  bool page(std::uint64_t number, unsigned depth, Content content, std::uint64_t& entries) {
    std::string bytes(meta_.page_size, '\0');
    if (!take(number, 1) || !file_.read(bytes, number * meta_.page_size) ||
        at<std::uint64_t>(bytes, 0) != number ||
        (at<std::uint16_t>(bytes, 10) & kShapes) != (depth > 1 ? kBranch : kLeaf)) {
      return false;
    }
    const std::size_t lower = at<std::uint16_t>(bytes, 12);
    const std::size_t upper = at<std::uint16_t>(bytes, 14);
    if (lower <= kHeader || lower % 2 != 0 || lower > upper || upper > bytes.size()) {
      return false;
    }
    for (std::size_t slot = kHeader; slot < lower; slot += 2) {
      const std::size_t offset = at<std::uint16_t>(bytes, slot);
      if (offset < upper || offset + kNode > bytes.size()) {
        return false;
      }
      const auto node = std::string_view(bytes).substr(offset);
      const bool fine = depth > 1 ? branch(node, depth, content, entries) : leaf(node, content);
      if (!fine) {
        return false;
      }
      entries += depth > 1 ? 0U : 1U;
    }
    return true;
  }

  bool branch(std::string_view node, unsigned depth, Content content, std::uint64_t& entries) {
    const std::size_t key = at<std::uint16_t>(node, 6);
    const auto child = at<std::uint32_t>(node, 0) | std::uint64_t{at<std::uint16_t>(node, 4)}
                                                        << 32U;  // low, high, flags
    return key <= kLongestKey && kNode + key <= node.size() &&
           page(child, depth - 1, content, entries);
  }

  bool leaf(std::string_view node, Content content) {
    const std::size_t key = at<std::uint16_t>(node, 6);
    const std::size_t size = at<std::uint32_t>(node, 0);
    const unsigned flags = at<std::uint16_t>(node, 4);
    const bool big = (flags & kBigData) != 0;
    const auto held = big ? sizeof(std::uint64_t) : size;
    if (key == 0 || key > kLongestKey || kNode + key + held > node.size() ||
        flags > (kBigData | kSubDatabase) ||
        ((flags & kSubDatabase) != 0) != (content == Content::databases)) {
      return false;
    }
    const auto data = node.substr(kNode + key, held);
    if (content == Content::databases) {
      return !big && size == kDatabase && tree(Tree(data), Content::rows);
    }
    if (!big) {
      return content == Content::rows || free_list(key, std::string(data));
    }
    std::string content_bytes(content == Content::free_pages ? size : 0, '\0');
    const auto first = at<std::uint64_t>(data, 0);
    return overflow(first, size) && file_.read(content_bytes, first * meta_.page_size + kHeader) &&
           (content == Content::rows || free_list(key, content_bytes));
  }

  bool overflow(std::uint64_t first, std::uint64_t size) {
    const auto count = (kHeader + size + meta_.page_size - 1) / meta_.page_size;
    std::string header(kHeader, '\0');
    return take(first, count) && file_.read(header, first * meta_.page_size) &&
           at<std::uint64_t>(header, 0) == first &&
           (at<std::uint16_t>(header, 10) & kShapes) == kOverflow &&
           at<std::uint32_t>(header, 12) == count;
  }

  /// Numbers of free pages, descending, after their count; the key is the transaction's number.
  bool free_list(std::size_t key, const std::string& data) const {
    constexpr auto kNumber = sizeof(std::uint64_t);
    if (key != kNumber || data.size() < kNumber ||
        at<std::uint64_t>(data, 0) != data.size() / kNumber - 1 || data.size() % kNumber != 0) {
      return false;
    }
    auto before = meta_.last_page + 1;
    for (std::size_t i = kNumber; i < data.size(); i += kNumber) {
      const auto number = at<std::uint64_t>(data, i);
      if (number < 2 || number >= before) {
        return false;
      }
      before = number;
    }
    return true;
  }

  const File& file_;
  const Meta& meta_;
  std::vector<bool> seen_;
};

}  // namespace

Result<void> check_head(const fs::path& directory) {
  const File file(data_file(directory));
  std::array<Meta, 2> metas;
  const int code = file.code() != 0 ? file.code() : read_metas(file, metas);
  if (code != 0 && code != EACCES) {  // LMDB says what it may not read
    return tl::unexpected(lmdb_error(code, directory));
  }
  return {};
}

Result<void> check_pages(const fs::path& directory, std::uint64_t txnid, bool thorough) {
  const File file(data_file(directory));
  std::array<Meta, 2> metas;
  const int code = file.code() != 0 ? file.code() : read_metas(file, metas);
  if (code != 0) {
    return tl::unexpected(lmdb_error(code, directory));
  }
  const auto meta =
      std::find_if(metas.begin(), metas.end(), [&](const Meta& one) { return one.txnid == txnid; });
  if (meta == metas.end()) {
    return fail(ErrorCode::unavailable,
                "the state in " + directory.string() + " is being written too fast to be checked",
                "run it again");
  }
  const bool whole = (meta->last_page + 1) * meta->page_size <= file.size();
  if (whole && file.size() > kAlwaysChecked && !thorough) {
    return {};
  }
  if (!Walk(file, *meta).sound()) {
    // A file may end before its last page, if that one is free: then the walk is sound.
    return tl::unexpected(lmdb_error(whole ? MDB_CORRUPTED : MDB_INVALID, directory));
  }
  return {};
}

}  // namespace plumb::state
