#include <filesystem>

#include "controller/cli/commands.h"
#include "controller/cli/terminal.h"
#include "controller/env/atomic_file.h"
#include "controller/load/schema_texts.h"
#include "resources/model/ascii.h"

namespace plumb::cli {

Result<ExitCode> schema(const SchemaOptions& options) {
  std::vector<std::string_view> kinds;
  bool found = false;
  for (const auto& text : load::schema_texts()) {
    kinds.push_back(text.kind);
    if (!options.kind.empty() && ascii_lower(options.kind) != ascii_lower(text.kind)) {
      continue;
    }
    found = true;
    if (options.directory.empty()) {
      say(std::string(text.text) + (text.text.ends_with('\n') ? "" : "\n"));
      continue;
    }
    std::error_code error;
    std::filesystem::create_directories(options.directory, error);
    const auto file = options.directory + "/" + std::string(text.kind) + ".schema.json";
    if (auto written = env::write_file_atomically(file, text.text, 0644); !written) {
      return tl::unexpected(std::move(written).error());
    }
    say(file + "\n");
  }
  if (!found) {
    return fail(ErrorCode::not_found,
                "there is no kind '" + options.kind + "'",
                did_you_mean(ascii_lower(options.kind), kinds));
  }
  if (!options.directory.empty()) {
    say("Put this line first in a manifest, so that your editor completes and checks it:\n"
        "# yaml-language-server: $schema=" +
        options.directory + "/domain.schema.json\n");
  }
  return ExitCode::ok;
}

}  // namespace plumb::cli
