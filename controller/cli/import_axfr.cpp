#include "controller/cli/import_axfr.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "controller/cli/terminal.h"
#include "controller/env/parallel.h"
#include "resources/values/quoted.h"

namespace plumb::cli {
namespace {

constexpr const char* kUsage = "plumb import axfr --server ns1.example.net --into PROVIDER DOMAIN…";
constexpr unsigned kAtOnce = 4;  ///< servers give few connections to one client

/// The key, if one is named.
Result<std::optional<env::TsigKey>> key_of(Workspace& workspace, const ImportOptions& options) {
  if (options.tsig_key.empty()) {
    return std::optional<env::TsigKey>();
  }
  const auto colon = options.tsig_secret.find(':');
  const auto source = options.tsig_secret.substr(0, colon);
  if (colon == std::string::npos || (source != "env" && source != "file")) {
    // What was written may be the secret itself: it is not said again.
    return fail(ErrorCode::invalid_input,
                "--tsig-secret says where the secret is, not what it is",
                "--tsig-secret env:VARIABLE, or file:PATH");
  }
  PLUMB_TRY(secret, workspace.env().secrets.get({source, options.tsig_secret.substr(colon + 1)}));
  PLUMB_TRY(key, env::TsigKey::make(options.tsig_key, options.tsig_algorithm, secret));
  return std::optional(std::move(key));
}

Result<std::vector<values::DomainName>> names_of(const std::vector<std::string>& words) {
  std::vector<values::DomainName> names;
  for (const auto& word : words) {
    if (word.find_first_of("*?") != std::string::npos) {
      return fail(ErrorCode::invalid_input,
                  values::quoted(word) + ": a zone transfer cannot tell which zones there are",
                  "name each domain");
    }
    PLUMB_TRY(name, values::DomainName::parse(word));
    names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

/// Asks the server's addresses one after the other, as long as none is reached.
Result<std::vector<env::TransferredRecord>> transfer(Workspace& workspace,
                                                     const values::DomainName& zone,
                                                     const std::vector<std::string>& servers,
                                                     const env::TsigKey* key,
                                                     const std::stop_token& stop) {
  Result<std::vector<env::TransferredRecord>> records =
      fail(ErrorCode::unavailable, "the server has no address");
  for (const auto& server : servers) {
    auto machine = workspace.env();
    records = env::transfer_zone(
        zone, {.server = server, .key = key}, machine.clock, machine.random, stop);
    if (records || records.error().code != ErrorCode::unavailable) {
      break;
    }
  }
  return records;
}

}  // namespace

Result<void> check_transfer(const ImportOptions& options) {
  if (options.server.empty() || options.into.empty() || options.words.empty()) {
    const auto* what = options.server.empty() ? "a server to ask: --server"
                       : options.into.empty() ? "the Provider that is to hold the zones: --into"
                                              : "the names of the domains";
    return fail(
        ErrorCode::invalid_input, std::string("an import by zone transfer needs ") + what, kUsage);
  }
  if (options.tsig_key.empty() != options.tsig_secret.empty()) {
    return fail(ErrorCode::invalid_input,
                "a TSIG key needs its name and its secret",
                "--tsig-key NAME --tsig-secret env:VARIABLE, or file:PATH");
  }
  return {};
}

Result<Transferred> transfer_zones(Workspace& workspace,
                                   const ImportOptions& options,
                                   const std::set<std::string>& declared) {
  PLUMB_TRY(key, key_of(workspace, options));
  PLUMB_TRY(names, names_of(options.words));
  PLUMB_TRY(servers, env::addresses_of_server(options.server));
  Transferred out;
  const auto asked = names.size();
  std::erase_if(names, [&](const values::DomainName& name) {
    return declared.contains(std::string(name.without_dot()));
  });
  out.declared = asked - names.size();
  std::vector<Result<std::vector<env::TransferredRecord>>> answers(names.size());
  env::for_each_parallel(names.size(), kAtOnce, [&](std::size_t i) {
    answers[i] = transfer(workspace, names[i], servers, key ? &*key : nullptr, {});
  });
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (answers[i]) {
      out.zones.push_back(importing::axfr_zone(*answers[i], names[i], options.into));
      continue;
    }
    const auto& error = answers[i].error();
    out.unread.push_back(names[i].to_unicode() + ": " + error.message +
                         (error.hint.empty() ? "" : "\n    " + error.hint));
  }
  return out;
}

}  // namespace plumb::cli
