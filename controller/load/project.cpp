#include "controller/load/project.h"

#include <charconv>

#include "controller/env/resolver.h"
#include "resources/model/mistakes.h"

namespace plumb::load {
namespace {

/// A limit as it is written: a number of objects, or a share.
bool read_limit(const Value& written,
                std::string_view name,
                std::uint32_t& count,
                std::uint32_t& percent,
                Diagnostics& problems) {
  const auto text = kinds::scalar_text(written).value_or("");
  std::uint32_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const bool share = error == std::errc() && end - rest == 1 && *rest == '%';
  if (error != std::errc() || (!share && rest != end) || (share && number > 100)) {
    problems.error(written.place,
                   Mistake::bad_number,
                   "`" + std::string(name) + "` must be a number or a share, not `" + text + "`",
                   "write 50 or 30%");
    return false;
  }
  count = share ? 0 : number;
  percent = share ? number : 0;
  return true;
}

}  // namespace

std::vector<std::string> read_servers(const Value* written, Diagnostics& problems) {
  std::vector<std::string> servers;
  for (const auto& [text, place] : kinds::read_texts(written)) {
    auto server = env::parse_server(text);
    if (server) {
      servers.push_back(std::move(*server));
    } else {
      problems.error(place, Mistake::bad_address, server.error());
    }
  }
  return servers;
}

Project read_project(const Document& document, Diagnostics& problems) {
  Project project;
  project.name = document.name();
  const auto& spec = document.spec();
  if (const auto* guards = spec.find("guards")) {
    const auto read = [&](std::string_view name, std::uint32_t& count, std::uint32_t& percent) {
      if (const auto* written = guards->find(name)) {
        read_limit(*written, name, count, percent, problems);
      }
    };
    read("deletesPerScope", project.deletes_per_scope_count, project.deletes_per_scope_percent);
    read("deletesPerRun", project.deletes_per_run_count, project.deletes_per_run_percent);
    read("domainsPerOrigin", project.domains_per_origin_count, project.domains_per_origin_percent);
    read("passwordsPerRun", project.passwords_per_run_count, project.passwords_per_run_percent);
    if (const auto* length = guards->find("passwordLength");
        length != nullptr && length->as_int() != nullptr) {
      project.password_length = static_cast<std::uint32_t>(*length->as_int());
    }
  }
  if (const auto* drift = spec.find("drift")) {
    const auto* word = drift->find("default");
    word = word != nullptr ? word : drift;
    project.heal = word->as_string() != nullptr && *word->as_string() == "heal";
  }
  project.resolvers = read_servers(spec.find("resolvers"), problems);
  return project;
}

std::vector<kinds::PlacedText> manifest_roots(const Document& document) {
  auto roots = kinds::read_texts(document.spec().find("manifests"));
  for (auto& [root, place] : roots) {
    while (root.starts_with("./")) {
      root.erase(0, 2);
    }
    while (root.size() > 1 && root.ends_with('/')) {
      root.pop_back();
    }
    if (root == ".") {
      root.clear();
    }
  }
  return roots;
}

}  // namespace plumb::load
