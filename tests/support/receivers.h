#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/spf_cases.h"

// Programs of others that look mail records up, beside a real NSD in a network of their own
// (tests/conformance/receivers/run.sh).

namespace plumb::test {

/// What a command printed on its standard output and error, and its exit code.
struct Printed {
  int code = -1;
  std::string text;
};

/// Serves `zone` (names and data as SpfZone has them) below "example", "in-addr.arpa" and
/// "ip6.arpa", while names in "broken.example" get SERVFAIL, and runs `command` (for sh) with
/// `input` on its standard input. A machine that allows no namespaces is a failure with words.
Printed run_beside_nsd(const SpfZone& zone,
                       const std::string& command,
                       const std::string& input = {});

}  // namespace plumb::test
