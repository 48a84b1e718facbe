#include "state/portable.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "resources/model/cbor.h"
#include "state/digest.h"
#include "state/store_impl.h"

namespace plumb::state {
namespace fs = std::filesystem;
namespace {

// The digest stands at a fixed place and covers all that follows it, the rest of this line too.
constexpr std::string_view kOpening = R"({"plumb-state":1,"sha256":")";
constexpr std::size_t kDigits = 64;
constexpr std::size_t kBuffer = std::size_t{1} << 20U;
constexpr std::size_t kLongestKey = 511;  // of LMDB

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char octet : text) {
    if (octet == '"' || octet == '\\') {
      out.push_back('\\');
      out.push_back(octet);
    } else if (static_cast<unsigned char>(octet) < 0x20) {
      out += "\\u00" + hex(std::string_view(&octet, 1));
    } else {
      out.push_back(octet);
    }
  }
  return out + "\"";
}

/// A file that is written beside its place and renamed into it once it is whole and durable.
class Draft {
 public:
  explicit Draft(const fs::path& file)
      : file_(file), draft_(file.string() + ".partial-" + std::to_string(::getpid())) {
    if (file.has_parent_path()) {
      std::error_code ignored;  // open says what is wrong
      fs::create_directories(file.parent_path(), ignored);
    }
    descriptor_ = ::open(draft_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    note(descriptor_ >= 0);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
      ::unlink(draft_.c_str());
    }
  }
  void write(std::string_view octets) {
    while (code_ == 0 && !octets.empty()) {
      const auto written = ::write(descriptor_, octets.data(), octets.size());
      if (written < 0 && errno == EINTR) {
        continue;
      }
      note(written >= 0);
      octets.remove_prefix(written < 0 ? octets.size() : static_cast<std::size_t>(written));
    }
  }
  void overwrite(std::string_view octets, std::size_t place) {
    if (code_ == 0) {
      note(::pwrite(descriptor_, octets.data(), octets.size(), static_cast<off_t>(place)) ==
           static_cast<ssize_t>(octets.size()));
    }
  }
  Result<void> publish() {
    if (code_ == 0) {
      note(::fsync(descriptor_) == 0);
    }
    if (code_ == 0) {
      note(::rename(draft_.c_str(), file_.c_str()) == 0);
    }
    if (code_ != 0) {
      auto error = lmdb_error(code_, file_.parent_path());
      error.message =
          file_.string() + " cannot be written: " + std::generic_category().message(code_);
      return tl::unexpected(std::move(error));
    }
    ::close(std::exchange(descriptor_, -1));
    return {};
  }

 private:
  void note(bool fine) {
    if (!fine && code_ == 0) {
      code_ = errno != 0 ? errno : EIO;
    }
  }

  fs::path file_;
  std::string draft_;
  int descriptor_ = -1;
  int code_ = 0;
};

Error damaged(const fs::path& file, const std::string& what) {
  return {ErrorCode::invalid_input,
          file.string() + " " + what,
          "take another backup, or make it again with plumb state backup"};
}

std::optional<Db> db_called(std::string_view name) {
  for (std::size_t i = 0; i < kDbCount; ++i) {
    if (db_name(static_cast<Db>(i)) == name) {
      return static_cast<Db>(i);
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> take_head(std::string_view& bytes, std::uint8_t major) {
  const auto item = cbor::next(bytes);
  return item && item->major == major ? std::optional(item->argument) : std::nullopt;
}

std::optional<std::string_view> take_octets(std::string_view& bytes) {
  const auto item = cbor::next(bytes);
  return item && item->major == 2 ? std::optional(item->payload) : std::nullopt;
}

/// The rows of the payload; false where its shape is wrong.
bool read_rows(std::string_view payload, std::vector<Portable::Row>& rows) {
  const auto databases = take_head(payload, 4);
  if (!databases || *databases != kDbCount) {
    return false;
  }
  for (std::uint64_t i = 0; i < *databases; ++i) {
    const auto name = take_octets(payload);
    const auto db = name ? db_called(*name) : std::nullopt;
    const auto count = take_head(payload, 5);
    if (!db || !count) {
      return false;
    }
    for (std::uint64_t row = 0; row < *count; ++row) {
      const auto key = take_octets(payload);
      const auto value = take_octets(payload);
      if (!key || !value || key->empty() || key->size() > kLongestKey) {
        return false;
      }
      rows.push_back({*db, *key, *value});
    }
  }
  return payload.empty();
}

template <class T>
Result<T> find_record(const Portable& portable, std::string_view key) {
  for (const auto& row : portable.rows) {
    if (row.db == Db::meta && row.key == key) {
      return records::decode<T>(row.value);
    }
  }
  return fail(ErrorCode::invalid_input, "the file has no record \"" + std::string(key) + "\"");
}

}  // namespace

Result<std::string> write_portable(Txn& txn, const fs::path& file) {
  const auto identity = read_identity(txn);
  const auto counters = read_counters(txn);
  Draft draft(file);
  Sha256 digest;
  std::string buffer = R"(","project":)" + json_text(identity.binding.project) +
                       R"(,"environment":)" + json_text(identity.binding.environment) +
                       R"(,"id":)" + json_text(identity.id) + R"(,"serial":)" +
                       std::to_string(counters.serial) + "}\n";
  const auto flush = [&] {
    digest.add(buffer);
    draft.write(buffer);
    buffer.clear();
  };
  draft.write(std::string(kOpening) + std::string(kDigits, '0'));
  cbor::array(buffer, kDbCount);
  for (std::size_t i = 0; i < kDbCount; ++i) {
    const auto db = static_cast<Db>(i);
    cbor::octets(buffer, db_name(db));
    cbor::map(buffer, txn.count(db));
    Cursor cursor(txn, db);
    while (cursor.next()) {
      cbor::octets(buffer, cursor.key());
      cbor::octets(buffer, cursor.value());
      if (buffer.size() > kBuffer) {
        flush();
      }
    }
  }
  flush();
  if (txn.error()) {
    return tl::unexpected(*txn.error());
  }
  auto digits = hex(digest.finish());
  draft.overwrite(digits, kOpening.size());
  if (auto published = draft.publish(); !published) {
    return tl::unexpected(std::move(published).error());
  }
  return digits;
}

Result<Portable> read_portable(const fs::path& file) {
  Portable portable;
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return fail(ErrorCode::not_found, file.string() + " cannot be read", "check its name");
  }
  portable.content.assign(std::istreambuf_iterator<char>(in), {});
  const std::string_view content = portable.content;
  const auto line = content.find('\n');
  if (!content.starts_with(kOpening) || line == std::string_view::npos ||
      line < kOpening.size() + kDigits) {
    constexpr std::string_view kAnyVersion = R"({"plumb-state":)";
    return tl::unexpected(content.starts_with(kAnyVersion) && !content.starts_with(kOpening)
                              ? Error{ErrorCode::invalid_input,
                                      file.string() + " has a format newer than this plumb knows",
                                      "upgrade plumb"}
                              : damaged(file, "is no state file of plumb"));
  }
  portable.digest = content.substr(kOpening.size(), kDigits);
  if (hex(sha256(content.substr(kOpening.size() + kDigits))) != portable.digest) {
    return tl::unexpected(damaged(file, "is damaged: its SHA-256 does not fit its content"));
  }
  if (!read_rows(content.substr(line + 1), portable.rows)) {
    return tl::unexpected(damaged(file, "is damaged: its rows cannot be read"));
  }
  auto identity = find_record<records::Identity>(portable, kIdentityKey);
  auto counters = find_record<records::Counters>(portable, kCountersKey);
  if (!identity || !counters) {
    return tl::unexpected(
        (!identity ? std::move(identity).error() : std::move(counters).error()).in(file.string()));
  }
  portable.identity = std::move(*identity);
  portable.counters = std::move(*counters);
  return portable;
}

}  // namespace plumb::state
