#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/result.h"
#include "state/lmdb.h"
#include "state/records.h"

namespace plumb::state {

/// A portable file (docs/state-format.md, "Portable file"), checked: digest, format, shape.
struct Portable {
  struct Row {
    Db db{};
    std::string_view key;
    std::string_view value;
  };
  std::string content;  ///< of the whole file; `rows` point into it
  std::vector<Row> rows;
  std::string digest;  ///< SHA-256 as it stands in the file
  records::Identity identity;
  records::Counters counters;
};

/// Writes all rows of a snapshot to `file`, which appears whole or not at all; returns the digest
/// that stands in it. Equal stores make equal files.
Result<std::string> write_portable(Txn& txn, const std::filesystem::path& file);
/// Reads and checks a file. Errors: `not_found`; `invalid_input` where it is damaged or newer.
Result<Portable> read_portable(const std::filesystem::path& file);

}  // namespace plumb::state
