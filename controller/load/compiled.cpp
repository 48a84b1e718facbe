#include "controller/load/compiled.h"

#include <algorithm>
#include <utility>

#include "controller/env/file_stamp.h"
#include "resources/model/packed.h"
#include "state/digest.h"

namespace plumb::load {

std::optional<std::string> compile(const ManifestFile& file) {
  const bool plain =
      file.readable && file.unknown.empty() && file.hidden.empty() && file.problems.empty() &&
      file.records.unread().empty() && !file.mail.holds_hash() &&
      std::all_of(file.documents.begin(), file.documents.end(), [](const Document& one) {
        return one.good && one.usable && one.ended && one.lost.empty() && one.kind != "Provider";
      });
  if (!plain) {
    return std::nullopt;
  }
  PackWriter out;
  out.number(file.documents.size());
  for (const auto& document : file.documents) {
    out.text(document.kind);
    out.value(document.tree);
    out.place(document.start);
    out.number(document.first_record);
    out.number(document.records);
    out.number(document.first_alias);
    out.number(document.aliases);
  }
  file.records.write(out);
  file.mail.write(out);
  return out.good() ? std::optional(out.octets()) : std::nullopt;
}

std::optional<ManifestFile> decompile(std::string_view octets, std::uint32_t number) {
  PackReader in(octets, number);
  ManifestFile file;
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
  file.records = kinds::RecordPack::read(in);
  file.mail = kinds::MailPack::read(in);
  file.readable = true;
  return in.good() && in.at_end() ? std::optional(std::move(file)) : std::nullopt;
}

ManifestReader::ManifestReader(const Schemas& schemas, state::CompiledFiles* cache)
    : schemas_(schemas), cache_(cache), program_(env::file_stamp("/proc/self/exe")) {
  if (program_ == env::kNoFileStamp) {  // programs could not be told apart
    cache_ = nullptr;
  }
}

ManifestFile ManifestReader::read(std::string_view text, std::uint32_t file) {
  if (cache_ == nullptr) {
    return read_manifest(text, file, schemas_);
  }
  state::Sha256 digest;
  digest.add(program_);
  digest.add("\n");
  digest.add(text);
  auto key = digest.finish();
  if (const auto octets = cache_->get(key)) {
    if (auto known = decompile(*octets, file)) {
      const std::lock_guard lock(mutex_);
      used_.push_back(std::move(key));
      return std::move(*known);
    }
  }
  auto read = read_manifest(text, file, schemas_);
  if (auto octets = compile(read)) {
    const std::lock_guard lock(mutex_);
    used_.push_back(key);
    fresh_.push_back({std::move(key), std::move(*octets)});
  }
  return read;
}

std::size_t ManifestReader::keep() {
  const std::lock_guard lock(mutex_);
  if (cache_ == nullptr || fresh_.empty()) {
    return 0;
  }
  std::sort(used_.begin(), used_.end());
  std::sort(
      fresh_.begin(), fresh_.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  (void)cache_->keep(fresh_, used_);
  return std::exchange(fresh_, {}).size();
}

}  // namespace plumb::load
