#include "controller/load/compiled.h"

#include <algorithm>
#include <utility>

#include "controller/env/file_stamp.h"
#include "resources/model/packed.h"
#include "state/digest.h"

namespace plumb::load {
namespace {

// What one file, or one domain, is kept under besides its digest.
constexpr char kHead = 'h';
constexpr char kRows = 'r';
constexpr char kDomain = 'd';

}  // namespace

std::string structure_of(const std::vector<Document>& documents) {
  if (documents.empty()) {
    return {};
  }
  auto out = PackWriter::without_places();
  for (const auto& document : documents) {
    out.text(document.kind);
    out.value(document.tree);
  }
  return state::sha256(out.octets());
}

std::string zone_rows_of(const ManifestFile& file) {
  auto out = PackWriter::without_places();
  for (const auto& document : file.documents) {
    out.number(document.first_record);
    out.number(document.records);
  }
  file.records.write(out);
  return state::sha256(out.octets());
}

std::optional<CompiledManifest> compile(const ManifestFile& file) {
  const bool plain =
      file.readable && file.unknown.empty() && file.hidden.empty() && file.problems.empty() &&
      file.records.unread().empty() && !file.mail.holds_hash() &&
      std::all_of(file.documents.begin(), file.documents.end(), [](const Document& one) {
        return one.good && one.usable && one.ended && one.lost.empty() && one.kind != "Provider";
      });
  if (!plain) {
    return std::nullopt;
  }
  PackWriter head;
  head.text(structure_of(file.documents));
  head.text(zone_rows_of(file));
  head.number(file.homes.size());
  for (const auto& home : file.homes) {
    head.text(home);
  }
  head.number(file.documents.size());
  for (const auto& document : file.documents) {
    head.text(document.kind);
    head.value(document.tree);
    head.place(document.start);
    head.number(document.first_record);
    head.number(document.records);
    head.number(document.first_alias);
    head.number(document.aliases);
  }
  PackWriter rows;
  file.records.write(rows);
  file.mail.write(rows);
  return head.good() && rows.good() ? std::optional(CompiledManifest{head.take(), rows.take()})
                                    : std::nullopt;
}

std::optional<ManifestFile> decompile(std::string_view head, std::uint32_t number) {
  PackReader in(head, number);
  ManifestFile file;
  file.structure = in.text();
  file.zone_rows = in.text();
  file.homes.resize(in.count());
  for (auto& home : file.homes) {
    home = in.text();
  }
  file.documents.resize(in.count());
  for (auto& document : file.documents) {
    document.kind = in.text();
    document.tree = in.value();
    document.start = in.place();
    document.first_record = in.number();
    document.records = in.number();
    document.first_alias = in.number();
    document.aliases = in.number();
    document.good = true;
    document.usable = true;
  }
  file.readable = true;
  file.packed = true;
  return in.good() && in.at_end() ? std::optional(std::move(file)) : std::nullopt;
}

bool decompile_rows(std::string_view rows, std::uint32_t number, ManifestFile& file) {
  PackReader in(rows, number);
  auto records = kinds::RecordPack::read(in);
  auto mail = kinds::MailPack::read(in);
  if (!in.good() || !in.at_end()) {
    return false;
  }
  file.records = std::move(records);
  file.mail = std::move(mail);
  file.packed = false;
  return true;
}

ManifestReader::ManifestReader(const Schemas& schemas, state::CompiledFiles* cache)
    : schemas_(schemas), cache_(cache), program_(env::file_stamp("/proc/self/exe")) {
  if (program_ == env::kNoFileStamp) {  // programs could not be told apart
    cache_ = nullptr;
  }
}

std::string ManifestReader::digest_of(std::string_view text) const {
  if (cache_ == nullptr) {
    return {};
  }
  state::Sha256 digest;
  digest.add(program_);
  digest.add("\n");
  digest.add(text);
  return digest.finish();
}

ManifestFile ManifestReader::read(std::string_view text, std::uint32_t number) {
  if (cache_ == nullptr) {
    return read_manifest(text, number, schemas_);
  }
  const auto digest = digest_of(text);
  if (const auto head = cache_->get(digest + kHead)) {
    if (auto known = decompile(*head, number)) {
      known->digest = digest;
      const std::lock_guard lock(mutex_);
      used_.push_back(digest + kHead);
      used_.push_back(digest + kRows);
      return std::move(*known);
    }
  }
  return parse(text, number);
}

ManifestFile ManifestReader::parse(std::string_view text, std::uint32_t number) {
  auto file = read_manifest(text, number, schemas_);
  const auto digest = file.digest = digest_of(text);
  auto compiled = compile(file);
  file.structure = compiled ? structure_of(file.documents) : digest;
  file.zone_rows = compiled ? zone_rows_of(file) : digest;
  const std::lock_guard lock(mutex_);
  if (compiled) {
    ++parsed_;
    waiting_ += compiled->head.size() + compiled->rows.size();
    fresh_.push_back({digest + kHead, std::move(compiled->head)});
    fresh_.push_back({digest + kRows, std::move(compiled->rows)});
    used_.push_back(digest + kHead);
    used_.push_back(digest + kRows);
  }
  return file;
}

bool ManifestReader::unpack(ManifestFile& file, std::uint32_t number) {
  if (!file.packed) {
    return true;
  }
  const auto rows = cache_->get(file.digest + kRows);
  return rows && decompile_rows(*rows, number, file);
}

std::optional<std::string_view> ManifestReader::get(const std::string& key) {
  if (cache_ == nullptr) {
    return std::nullopt;
  }
  const auto found = cache_->get(key + kDomain);
  if (found) {
    const std::lock_guard lock(mutex_);
    used_.push_back(key + kDomain);
  }
  return found;
}

void ManifestReader::put(const std::string& key, std::string octets) {
  const std::lock_guard lock(mutex_);
  if (cache_ == nullptr) {
    return;
  }
  waiting_ += octets.size();
  used_.push_back(key + kDomain);
  fresh_.push_back({key + kDomain, std::move(octets)});
  flush_locked();
}

void ManifestReader::flush() {
  const std::lock_guard lock(mutex_);
  flush_locked();
}

void ManifestReader::flush_locked() {
  constexpr std::size_t kBatch = std::size_t{4} << 20U;
  if (cache_ == nullptr || waiting_ < kBatch) {
    return;
  }
  sort_fresh();
  (void)cache_->keep(fresh_, {});
  fresh_ = {};
  waiting_ = 0;
  kept_ = true;
}

void ManifestReader::sort_fresh() {
  std::sort(
      fresh_.begin(), fresh_.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
}

std::size_t ManifestReader::keep() {
  const std::lock_guard lock(mutex_);
  if (cache_ == nullptr || (fresh_.empty() && !kept_)) {
    return 0;
  }
  std::sort(used_.begin(), used_.end());
  sort_fresh();
  (void)cache_->keep(fresh_, used_);
  fresh_.clear();
  kept_ = false;
  return std::exchange(parsed_, 0);
}

}  // namespace plumb::load
