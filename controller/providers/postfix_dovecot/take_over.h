#pragma once

#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "controller/providers/postfix_dovecot/snapshot.h"
#include "resources/model/result.h"

namespace plumb::providers::postfix_dovecot {

/// What moving lines into the marked parts would make of the files.
struct Takeover {
  /// Nothing where nothing moves. Else whole, all of them: every file has a marked part, also one
  /// that was not there.
  Contents contents;
  std::map<std::string, std::size_t>
      addresses;                  ///< moved, by domain; a domain that has none counts 0
  std::vector<std::string> left;  ///< "<path>:<line>: why", for what stays outside
};

/// Moves what the files tell of `domains` (without final dot) from outside into the marked parts:
/// lines that are understood, each address whole or not at all, and none that leads to an address
/// of `domains` or `declared` that stays outside or is nobody's. The servers find the same under
/// each key before and after, in each file, whatever its domain. Besides, a domain gets its line in
/// `domains`, and where nobody has written down who may send as whom, mailboxes get the right to
/// their own addresses. Pure. Errors: what is in the marked parts already cannot be read;
/// `conflict`: a key that would be answered differently whatever stays outside.
Result<Takeover> take_over_lines(const std::shared_ptr<const Snapshot>& snapshot,
                                 const std::set<std::string>& domains,
                                 const std::set<std::string>& declared);

}  // namespace plumb::providers::postfix_dovecot
