#include "controller/verify/verify.h"

#include <algorithm>
#include <chrono>

#include "controller/cli/commands.h"
#include "controller/cli/terminal.h"
#include "controller/cli/verify_report.h"
#include "controller/cli/verify_zones.h"
#include "controller/env/resolver.h"
#include "resources/model/glob.h"

namespace plumb::cli {
namespace {

using std::chrono::milliseconds;

/// The zones that the words name. Errors: a word that names none.
Result<std::vector<values::DomainName>> chosen(const verify::Declared& declared,
                                               const std::vector<std::string>& words) {
  std::vector<values::DomainName> names;
  std::vector<std::string_view> known;
  for (const auto& zone : declared.zones()) {
    known.push_back(zone.name.without_dot());
  }
  for (const auto& word : words) {
    const auto parsed = values::DomainName::parse(word);
    const auto text = parsed ? std::string(parsed->without_dot()) : word;
    bool any = false;
    for (const auto& zone : declared.zones()) {
      if (glob_matches(text, zone.name.without_dot())) {
        names.push_back(zone.name);
        any = true;
      }
    }
    if (!any) {
      auto hint = did_you_mean(word, known);
      return fail(ErrorCode::not_found,
                  "no domain '" + word + "' is declared here",
                  hint.empty() ? "plumb verify looks at what the manifests declare" : hint);
    }
  }
  return names;
}

ExitCode code_of(const std::vector<verify::Report>& reports) {
  auto worst = verify::Status::pass;
  bool unknown = false;
  for (const auto& report : reports) {
    worst = std::max(worst, report.worst());
    unknown = unknown || report.count(verify::Status::unknown) != 0;
  }
  if (worst == verify::Status::fail) {
    return ExitCode::check_failed;
  }
  return unknown ? ExitCode::unread : ExitCode::ok;
}

}  // namespace

Result<ExitCode> verify_command(Workspace& workspace, const VerifyOptions& options) {
  outlive_the_reader();
  const Interrupt interrupt;
  PLUMB_TRY(loaded, workspace.load_or_complain());
  PLUMB_TRY(store, workspace.store(loaded->project, state::Access::read));
  PLUMB_TRY(declared, declared_zones(workspace, *loaded, store, interrupt.token()));
  PLUMB_TRY(names, chosen(declared, options.words));
  auto env = workspace.env();
  env::AresResolver resolver(
      {.servers = loaded->project.resolvers, .deadline = milliseconds(300'000)});
  const verify::Sources sources{
      .resolver = resolver,
      .http = env.http,
      .services = {.ca_file = workspace.ca_file(), .self = workspace.run(*loaded).self.host}};
  const auto now = env.clock.now().time_since_epoch();
  const verify::Options how{.dns_only = options.dns_only,
                            .ipv6 = env::reaches_ipv6(),
                            .smtp_port = options.smtp_port,
                            .https_port = options.https_port,
                            .now = std::chrono::duration_cast<std::chrono::seconds>(now).count(),
                            .resolvers = loaded->project.resolvers};
  const auto begin = env.clock.steady();
  const auto verified = verify::verify(declared, names, sources, how, interrupt.token());
  const auto took = std::chrono::duration_cast<milliseconds>(env.clock.steady() - begin);
  auto style = workspace.style();
  style.width = output_is_terminal() ? style.width : 0;  // what reads a pipe wants whole lines
  say(options.output == "json" ? verify_json(verified) : verify_text(verified, took, style));
  if (interrupt.token().stop_requested()) {
    return fail(ErrorCode::cancelled, "stopped: not everything was looked at");
  }
  return code_of(verified.reports);
}

}  // namespace plumb::cli
