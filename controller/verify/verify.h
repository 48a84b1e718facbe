#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "controller/verify/check.h"
#include "controller/verify/facts.h"
#include "controller/verify/look.h"
#include "controller/verify/zone.h"

namespace plumb::verify {

struct Verified {
  std::vector<Report> reports;  ///< worst first
  std::size_t questions = 0;    ///< asked of the DNS
};

/// Looks at zones as the rest of the world sees them: every authoritative server for what is
/// declared, then the way that a sender, a receiver and a mail program would go. Only hosts that
/// are declared here are connected to; what could not be asked is `unknown`, never a failure.
/// `names`: the zones to look at; empty: all that are declared.
Verified verify(const Declared& declared,
                const std::vector<values::DomainName>& names,
                const Sources& sources,
                const Options& options,
                std::stop_token stop);

}  // namespace plumb::verify
