#pragma once

#include "controller/providers/provider.h"

namespace plumb::providers::zonefile {

/// The embedded default: a directory of master files (RFC 1035 §5), one per zone, named
/// `<zone without final dot>.zone` in lower-case A-labels, for any DNS server that reads such files
/// (NSD, BIND, Knot, PowerDNS's bind backend).
///
/// Spec: `directory` (relative to the project's root; made at the first apply), `reload` (command
/// and arguments, no shell, run in the directory after each write, killed after 30 s; "{zone}"
/// stands for the zone's name), `soa` (primary, contact, refresh, retry, expire, minimum of new
/// zones), `mode` of new files.
///
/// A batch is one write of one file: all or nothing. It starts from what the file holds at that
/// moment, so records that are not named in it stay; comments do not. A zone is never unlinked: it
/// is moved to `<directory>/.removed/<zone>.zone.<UTC time>`. A reload that failed leaves
/// `<directory>/.reload/<zone>` behind, is logged, reported by owed() and tried again by tell()
/// and with the next write.
///
/// Fingerprints are size, mtime, ctime and inode of the file; empty while the file is so young that
/// the same token could still come to stand for other content.
ProviderType zonefile_provider();

}  // namespace plumb::providers::zonefile
