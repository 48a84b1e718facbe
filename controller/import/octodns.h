#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/import/imported.h"
#include "resources/model/result.h"

namespace plumb::importing {

/// One zone file of OctoDNS's YamlProvider (octodns docs/records.md). `zone`: its name, as the
/// file's says it. What it holds and no manifest can say becomes unmanaged. Error where it is no
/// such file.
Result<ImportedDomain> octodns_zone(std::string_view text,
                                    std::string_view zone,
                                    const std::string& provider);

}  // namespace plumb::importing
