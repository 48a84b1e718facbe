#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/load/schema.h"
#include "resources/kinds/mailbox_pack.h"
#include "resources/kinds/record_item.h"
#include "resources/model/diagnostic.h"
#include "resources/model/place.h"
#include "resources/model/value.h"

namespace plumb::load {

/// One document of a manifest file, checked against its schema.
struct Document {
  std::string kind;  ///< one of document_kinds()
  Value tree;        ///< without the items of /spec/records and /spec/aliases
  Place start;
  std::size_t first_record = 0;  ///< its items in ManifestFile::records
  std::size_t records = 0;
  std::size_t first_unread = 0;  ///< its items in RecordPack::unread()
  std::size_t unread = 0;
  std::size_t first_alias = 0;  ///< the members of its `aliases` in ManifestFile::mail
  std::size_t aliases = 0;
  bool good = false;    ///< read to its end, and as its schema wants it
  bool usable = false;  ///< as its schema wants it, after what is wrong was taken out
  bool ended = true;    ///< false: an error of syntax broke it off, anything may be missing
  std::vector<std::string> lost;  ///< Verdict::lost

  /// `metadata.name`; empty where there is none. `place` is then left as it is.
  std::string name(Place* place = nullptr) const;
  /// The spec, or an empty map.
  const Value& spec() const;
  const Value& metadata() const;
  /// Whether a member of the spec, "vars" or "dns.unmanaged", is perhaps not all that was written.
  bool misses(std::string_view path) const;
};

/// A document of which not even kind and name are known.
struct UnknownDocument {
  std::string kind;  ///< empty: not known
  Place place;
};

/// What one file says. Independent of all other files.
struct ManifestFile {
  std::vector<Document> documents;
  std::vector<UnknownDocument> unknown;
  kinds::RecordPack records;
  kinds::MailPack mail;  ///< Mailbox and Alias documents are in it only
  Diagnostics problems;
  std::vector<std::string> hidden;  ///< texts that stand where a secret might: never quoted
  bool readable = false;  ///< false: an error of syntax; what was read is for finding others
  /// Of which domains its Mailbox and Alias documents speak: what is written after the @, each
  /// once. An empty one: of none that is known.
  std::vector<std::string> homes;
  bool rows_lost = false;  ///< those that the cache had were damaged, and the file has moved
  bool packed = false;  ///< `records` and `mail` are still in the cache: ManifestReader::unpack()
  /// Stands for the text and for the program that read it; empty without a cache.
  std::string digest;
  /// Stands for what it says but for Places and for the rows of `records` and `mail`; empty where
  /// it says nothing else, and without a cache.
  std::string structure;
  /// Stands for the rows of `records`, each with its document, but for Places; empty without a
  /// cache.
  std::string zone_rows;
};

/// What ManifestFile::homes is of a pack.
std::vector<std::string> homes_of(const kinds::MailPack& pack);

/// Reads and checks one file. Thread-safe.
ManifestFile read_manifest(std::string_view text, std::uint32_t file, const Schemas& schemas);

}  // namespace plumb::load
