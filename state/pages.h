#pragma once

#include <cstdint>
#include <filesystem>

#include "resources/model/result.h"

namespace plumb::state {

// LMDB maps its file and trusts it: a page that is cut off or overwritten would end the process by
// a signal or an assertion. So we read the pages ourselves first (layout: LMDB 0.9 data version 1).

/// Looks at the two meta pages, before LMDB does. Errors: `invalid_input`.
Result<void> check_head(const std::filesystem::path& directory);

/// Whether the snapshot `txnid` can be walked safely: all its pages lie in the file, are what they
/// should be, once each, and hold their nodes. Files above 64 MiB are only looked at if they are
/// shorter than they should be, unless `thorough`. Requires a read transaction on the snapshot,
/// which keeps writers off its pages. Errors: `invalid_input`; `unavailable` where writers were
/// faster.
Result<void> check_pages(const std::filesystem::path& directory,
                         std::uint64_t txnid,
                         bool thorough);

}  // namespace plumb::state
