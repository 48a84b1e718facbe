#include "controller/providers/postfix_dovecot/snapshot.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "controller/env/atomic_file.h"
#include "controller/env/file_stamp.h"
#include "controller/env/parallel.h"
#include "controller/providers/postfix_dovecot/address.h"
#include "resources/model/ascii.h"
#include "resources/model/table.h"
#include "resources/values/quoted.h"

namespace plumb::providers::postfix_dovecot {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileCap = std::size_t{1} << 30U;
constexpr std::array<std::string_view, kFiles> kNames{"dovecot/users",
                                                      "postfix/senders",
                                                      "postfix/submission_access",
                                                      "postfix/mailboxes",
                                                      "postfix/recipient_access",
                                                      "postfix/aliases",
                                                      "selectors",
                                                      "postfix/alias_domains",
                                                      "postfix/domains"};

MarkedFile::Form form_of(File file) {
  return file == File::users ? MarkedFile::Form::passwd : MarkedFile::Form::table;
}

struct ByDomain {
  std::string_view of(const KeyFile& key) const { return key.domain; }
  std::string_view of(const SendAs& pair) const { return domain_of(pair.owner); }
  std::string_view of(std::string_view domain) const { return domain; }
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    return of(a) < of(b);
  }
};

template <class T>
std::span<const T> of_domain(const std::vector<T>& sorted, std::string_view domain) {
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), domain, ByDomain());
  return {sorted.data() + (first - sorted.begin()), static_cast<std::size_t>(last - first)};
}

/// Collects who may send as whom besides their own addresses.
Result<void> read_senders(const MarkedFile& file, std::vector<SendAs>& into) {
  std::optional<Error> bad;
  for (const auto& run : file.runs()) {
    LineReader reader(run);
    std::string_view line;
    while (!bad && reader.next(line)) {
      const auto [key, value] = split_line(line);
      if (key == value) {
        continue;  // the usual case
      }
      std::size_t owners = 0;
      for_each_item(value, [&, address = key](std::string_view owner) {
        ++owners;
        if (!is_target(owner)) {
          bad = file.error_at(reader.number(),
                              fmt::format("{} is no login name", values::quoted(owner)));
        } else if (owner != address) {
          into.push_back({owner, address});
        }
      });
      if (!bad && owners == 0) {
        bad = file.error_at(reader.number(), "nobody owns the address");
      }
    }
  }
  if (bad) {
    return tl::unexpected(std::move(*bad));
  }
  std::sort(into.begin(), into.end(), [](const SendAs& a, const SendAs& b) {
    const auto left = domain_of(a.owner);
    const auto right = domain_of(b.owner);
    return left != right ? left < right
                         : std::pair(a.owner, a.address) < std::pair(b.owner, b.address);
  });
  return {};
}

/// A table that has lines but no marks, though the one that is written after it has them, has lost
/// them: what is ours in it cannot be told any more. `selectors` may come later than all others.
Result<void> check_marks(const Snapshot& snapshot) {
  for (std::size_t i = 0; i < kFiles; ++i) {
    const auto& file = snapshot.files[i];
    const auto& later = snapshot.file(i == at(File::domains) ? File::alias_domains : File::domains);
    if (i == at(File::selectors) || file.is_marked() || !file.has_foreign_lines() ||
        !later.is_marked()) {
      continue;
    }
    auto error = file.error_at(1, fmt::format("\"{}\" and \"{}\" are gone", kBegin, kEnd));
    error.hint =
        "put them back, around the lines that are plumb's; with nothing between them, "
        "plumb writes its lines again";
    return tl::unexpected(std::move(error));
  }
  return {};
}

}  // namespace

std::string_view name_of(File file) {
  return kNames[at(file)];
}

bool is_postfix_table(File file) {
  return file != File::users && file != File::selectors;
}

KeyValue split_line(std::string_view line) {
  std::size_t end = 0;
  while (end < line.size() && line[end] != ' ' && line[end] != '\t') {
    ++end;
  }
  return {line.substr(0, end), trimmed(line.substr(end))};
}

Result<std::shared_ptr<const Snapshot>> Snapshot::with_files(const Snapshot& old,
                                                             const Contents& contents) {
  auto made = std::make_shared<Snapshot>();
  made->keys = old.keys;
  made->policies = old.policies;
  for (std::size_t i = 0; i < kFiles; ++i) {
    if (!contents[i]) {
      made->files[i] = old.files[i];
      continue;
    }
    PLUMB_TRY(file,
              MarkedFile::parse(old.files[i].path(), *contents[i], form_of(static_cast<File>(i))));
    made->files[i] = std::move(file);
  }
  if (auto done = check_marks(*made); !done) {
    return tl::unexpected(std::move(done).error());
  }
  if (auto done = read_senders(made->file(File::senders), made->send_as); !done) {
    return tl::unexpected(std::move(done).error());
  }
  return std::shared_ptr<const Snapshot>(std::move(made));
}

std::span<const SendAs> Snapshot::send_as_of(std::string_view owner_domain) const {
  return of_domain(send_as, owner_domain);
}

std::span<const KeyFile> Snapshot::keys_of(std::string_view domain) const {
  return of_domain(keys, domain);
}

std::vector<std::string_view> Snapshot::domains() const {
  std::vector<std::string_view> all;
  for (std::size_t i = 0; i < kFiles; ++i) {
    for (const auto& run : files[i].runs()) {
      if (i != at(File::senders) && (all.empty() || all.back() != run.domain)) {
        all.push_back(run.domain);
      }
    }
  }
  for (const auto& key : keys) {
    all.emplace_back(key.domain);
  }
  all.insert(all.end(), policies.begin(), policies.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

bool Snapshot::has_lines_of(std::string_view domain) const {
  for (std::size_t i = 0; i < kFiles; ++i) {
    if (i != at(File::senders) && !files[i].of(domain).empty()) {
      return true;
    }
  }
  return false;
}

bool Snapshot::knows(std::string_view domain) const {
  return has_lines_of(domain) || !keys_of(domain).empty() ||
         std::binary_search(policies.begin(), policies.end(), domain, std::less<>());
}

std::optional<std::string_view> Snapshot::line_of(File which, std::string_view domain) const {
  for (const auto& run : file(which).of(domain)) {
    LineReader reader(run);
    std::string_view line;
    while (reader.next(line)) {
      const auto [key, value] = split_line(line);
      if (key == domain) {
        return value;
      }
    }
  }
  return std::nullopt;
}

std::vector<std::string_view> Snapshot::aliases_of(std::string_view domain) const {
  std::vector<std::string_view> found;
  for (const auto& run : file(File::alias_domains).runs()) {
    if (line_of(File::alias_domains, run.domain) == domain) {
      found.push_back(run.domain);
    }
  }
  return found;
}

std::string Snapshot::fingerprint(std::string_view domain, const fs::path& web_root) const {
  constexpr std::uint64_t kSeed = 0;
  std::string all;
  const auto add_lines = [&](std::string_view of) {
    for (const auto& each : files) {
      all += '\0';
      for (const auto& run : each.of(of)) {
        all += run.lines;
      }
      for (const auto& foreign : each.foreign_of(of)) {
        all.append(1, '\0').append(foreign.key);
      }
    }
  };
  add_lines(domain);
  if (const auto target = line_of(File::alias_domains, domain)) {
    add_lines(*target);
  }
  for (const auto& pair : send_as_of(domain)) {
    all.append(pair.owner).append(" ").append(pair.address).append("\n");
    if (file(File::senders).foreign_line_of(pair.address) != 0) {
      all += '\0';
    }
  }
  for (const auto& key : keys_of(domain)) {
    if (key.token.empty()) {
      return {};
    }
    all.append(key.selector).append(" ").append(key.token).append("\n");
  }
  if (!web_root.empty()) {
    const auto policy =
        env::steady_file_stamp(web_root / std::string(domain) / ".well-known" / "mta-sts.txt");
    if (!policy) {
      return {};
    }
    all += *policy;
  }
  const auto digest = hash128(all, kSeed);
  std::string hex;
  for (const char c : digest) {
    fmt::format_to(std::back_inserter(hex), "{:02x}", static_cast<unsigned char>(c));
  }
  return hex;
}

Files::Files(const fs::path& root, const Config& config)
    : directory_((root / config.directory).lexically_normal()),
      keys_(config.dkim ? (root / config.dkim->directory).lexically_normal() : fs::path()),
      flat_(config.dkim && config.dkim->flat),
      key_folders_(keys_, flat_) {
  if (!config.web_root.empty()) {
    web_root_ = (root / config.web_root).lexically_normal();
  }
}

fs::path Files::path_of(File file) const {
  return (file == File::selectors ? keys_ : directory_) / std::string(name_of(file));
}

fs::path Files::key_path(std::string_view domain, std::string_view selector) const {
  return flat_ ? keys_ / fmt::format("{}.{}.key", domain, selector)
               : keys_ / std::string(domain) / fmt::format("{}.pem", selector);
}

fs::path Files::policy_path(std::string_view domain) const {
  return web_root_ / std::string(domain) / ".well-known" / "mta-sts.txt";
}

std::string Files::tokens() const {
  std::string all;
  for (std::size_t i = 0; i < kFiles; ++i) {
    all += env::file_stamp(path_of(static_cast<File>(i))) + "\n";
  }
  return all;
}

void Files::pretend(std::shared_ptr<const Snapshot> snapshot) {
  const std::lock_guard<std::mutex> lock(mutex_);
  pretended_tokens_ = tokens();
  pretended_ = std::move(snapshot);
}

void Files::stop_pretending() {
  const std::lock_guard<std::mutex> lock(mutex_);
  pretended_.reset();
}

Result<std::shared_ptr<const Snapshot>> Files::load() {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::shared_ptr<Snapshot> snapshot;
  if (pretended_ && tokens() == pretended_tokens_) {
    snapshot = std::make_shared<Snapshot>(*pretended_);
    snapshot->policies.clear();
  } else {
    pretended_.reset();
    Stamps stamps;
    PLUMB_TRY(fresh, read(stamps));
    last_ = fresh;
    last_stamps_ = std::move(stamps);
    snapshot = std::make_shared<Snapshot>(*fresh);
  }
  PLUMB_TRY(keys, key_folders_.list());
  snapshot->keys = std::move(keys);
  list_policies(*snapshot);
  return std::shared_ptr<const Snapshot>(std::move(snapshot));
}

Result<MarkedFile> Files::read_file(File which) const {
  const auto path = path_of(which);
  if (which == File::selectors && keys_.empty()) {
    return MarkedFile::absent(path.string());
  }
  auto content = env::read_file(path, kFileCap);
  std::error_code code;
  if (!content && content.error().code == ErrorCode::not_found && !fs::exists(path, code) &&
      !code) {
    return MarkedFile::absent(path.string());
  }
  if (!content) {
    return tl::unexpected(std::move(content).error());
  }
  if (last_ && last_->file(which).exists() && last_->file(which).content() == *content) {
    return last_->file(which);  // read again for want of a stamp that proves anything yet
  }
  return MarkedFile::parse(path.string(), std::move(*content), form_of(which));
}

Result<std::shared_ptr<const Snapshot>> Files::read(Stamps& stamps) const {
  auto snapshot = std::make_shared<Snapshot>();
  std::array<bool, kFiles> same{};
  std::array<Result<void>, kFiles> done;
  // Any one of them may be hundreds of thousands of lines.
  env::for_each_parallel(kFiles, std::thread::hardware_concurrency(), [&](std::size_t i) {
    const auto which = static_cast<File>(i);
    stamps[i] = env::steady_file_stamp(path_of(which));
    same[i] = last_ && stamps[i] && stamps[i] == last_stamps_[i];
    if (same[i]) {
      snapshot->files[i] = last_->files[i];
    } else if (auto file = read_file(which)) {
      snapshot->files[i] = std::move(*file);
    } else {
      done[i] = tl::unexpected(std::move(file).error());
    }
    if (which == File::senders && same[i]) {
      snapshot->send_as = last_->send_as;
    } else if (which == File::senders && done[i]) {
      done[i] = read_senders(snapshot->files[i], snapshot->send_as);
    }
  });
  for (auto& one : done) {
    if (!one) {
      return tl::unexpected(std::move(one).error());
    }
  }
  if (auto paired = check_marks(*snapshot); !paired) {
    return tl::unexpected(std::move(paired).error());
  }
  return std::shared_ptr<const Snapshot>(std::move(snapshot));
}

void Files::list_policies(Snapshot& into) const {
  std::error_code code;
  for (fs::directory_iterator entry(web_root_, code);
       !web_root_.empty() && !code && entry != fs::directory_iterator();
       entry.increment(code)) {
    auto name = entry->path().filename().string();
    std::error_code ignored;
    if (is_domain(name) && fs::exists(policy_path(name), ignored)) {
      into.policies.push_back(std::move(name));
    }
  }
  std::sort(into.policies.begin(), into.policies.end());
}

}  // namespace plumb::providers::postfix_dovecot
