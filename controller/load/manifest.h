#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/load/schema.h"
#include "resources/kinds/record_item.h"
#include "resources/model/diagnostic.h"
#include "resources/model/place.h"
#include "resources/model/value.h"

namespace plumb::load {

/// One document of a manifest file, checked against its schema.
struct Document {
  std::string kind;  ///< one of document_kinds()
  Value tree;        ///< without the items of /spec/records
  Place start;
  std::size_t first_record = 0;  ///< its items in ManifestFile::records
  std::size_t records = 0;
  bool good = false;          ///< as its schema wants it; else only its name may be used
  bool records_good = false;  ///< none of its items had to be left out

  /// `metadata.name`; empty where there is none. `place` is then left as it is.
  std::string name(Place* place = nullptr) const;
  /// The spec, or an empty map.
  const Value& spec() const;
  const Value& metadata() const;
};

/// What one file says. Independent of all other files.
struct ManifestFile {
  std::vector<Document> documents;
  kinds::RecordPack records;
  Diagnostics problems;
  bool readable = false;  ///< false: nothing of it may be used
};

/// Reads and checks one file. Thread-safe.
ManifestFile read_manifest(std::string_view text, std::uint32_t file, const Schemas& schemas);

}  // namespace plumb::load
