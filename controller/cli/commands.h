#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/cli/exit_code.h"
#include "controller/cli/workspace.h"

/// One function per command, one file each. All print what they have to say; errors come back to be
/// printed once.
namespace plumb::cli {

struct ValidateOptions {
  std::string output = "text";  ///< text | json | github
};
Result<ExitCode> validate(Workspace& workspace, const ValidateOptions& options);

/// What a command is restricted to.
struct SelectOptions {
  std::vector<std::string> words;     ///< positional: domains and globs
  std::vector<std::string> targets;   ///< --target
  std::vector<std::string> excludes;  ///< --exclude
};

/// What plan, apply and drift share.
struct PlanOptions : SelectOptions {
  std::vector<std::string> consents;  ///< --consent allow=…,on=…,count=…
  std::string output = "text";        ///< text | json | markdown
  std::string out;                    ///< --out FILE
  bool refresh = true;
  bool read_all = false;  ///< --read-all: also what by its exact change token has not moved
  bool skip_settled =
      false;  ///< --skip-settled: zones whose change token has not moved are not read
  bool detailed_exitcode = false;
  bool no_heal = false;
  bool verify = true;     ///< apply: --no-verify
  bool yes = false;       ///< apply: --yes
  bool summary = false;   ///< drift: --summary
  std::string plan_file;  ///< apply: the saved plan
};
Result<ExitCode> plan(Workspace& workspace, const PlanOptions& options);
Result<ExitCode> apply(Workspace& workspace, const PlanOptions& options);
Result<ExitCode> drift(Workspace& workspace, const PlanOptions& options);
/// Memory only: what is as declared becomes ours; with `exclusive`, undeclared records of these
/// zones may be deleted.
struct AdoptOptions : SelectOptions {
  std::vector<std::string> consents;  ///< --consent allow=takeOver,on=…
  bool exclusive = false;
  bool yes = false;
};
Result<ExitCode> adopt(Workspace& workspace, const AdoptOptions& options);
/// What is declared, as the rest of the world sees it. Changes nothing, needs no credentials.
struct VerifyOptions {
  std::vector<std::string> words;  ///< domains and globs; none: all
  std::string output = "text";     ///< text | json
  bool dns_only = false;           ///< connect to no mail server and no web server
  std::uint16_t smtp_port = 25;
  std::uint16_t https_port = 443;
};
Result<ExitCode> verify_command(Workspace& workspace, const VerifyOptions& options);

struct RotateOptions {
  std::string object;  ///< "DKIMKey/example.com/s1"
};
/// Begins to put a new signing key in the place of one. Only notes it: apply does the rest.
Result<ExitCode> rotate(Workspace& workspace, const RotateOptions& options);

struct ForgetOptions {
  std::string object;  ///< "RRset/example.com/www A", "Domain/example.com"
  bool yes = false;
};
Result<ExitCode> forget(Workspace& workspace, const ForgetOptions& options);

struct ShowOptions : SelectOptions {
  bool unmanaged = false;
  std::string output = "text";
};
Result<ExitCode> show(Workspace& workspace, const ShowOptions& options);

struct ExplainOptions {
  std::string what;  ///< "Domain.dns.defaultTTL", "RRset/example.com/www A"
};
/// Kinds and fields need no project: `workspace` may be null then.
Result<ExitCode> explain(Workspace* workspace, const ExplainOptions& options);

struct RenderOptions {
  std::string what;             ///< "Domain/example.com"
  std::string format = "yaml";  ///< yaml | json | zone
};
Result<ExitCode> render(Workspace& workspace, const RenderOptions& options);

struct HistoryOptions {
  std::string object;  ///< as for forget; empty: everything
  std::size_t limit = 50;
  std::string output = "text";
};
Result<ExitCode> history(Workspace& workspace, const HistoryOptions& options);

struct SchemaOptions {
  std::string kind;       ///< empty: all
  std::string directory;  ///< --out: one file per kind; empty: standard output
};
Result<ExitCode> schema(const SchemaOptions& options);

struct GraphOptions : SelectOptions {
  std::string output = "text";  ///< text | dot | json
};
Result<ExitCode> graph(Workspace& workspace, const GraphOptions& options);

struct StateOptions {
  std::string verb;    ///< list | show | backup | restore | push | pull
  std::string object;  ///< show: a domain; backup, restore, push, pull: a file
  std::string output = "text";
  bool force = false;
};
Result<ExitCode> state_command(Workspace& workspace, const StateOptions& options);

struct FormatOptions {
  std::vector<std::string> paths;  ///< files and folders; empty: the project; "-": the streams
  bool check = false;              ///< --check: only tell
};
Result<ExitCode> format_project(Workspace& workspace, const FormatOptions& options);
/// Needs no project.
Result<ExitCode> format_paths(const FormatOptions& options);
/// From standard input to standard output, for editors.
Result<ExitCode> format_stream();

struct InitOptions {
  std::string directory = ".";
  std::string name;                  ///< of the project; empty: asked, else the folder's
  std::vector<std::string> domains;  ///< --domain
  std::string dns;                   ///< zonefile | powerdns
  std::string endpoint;              ///< of PowerDNS
  std::string server;                ///< "mx1.example.com=192.0.2.10,2001:db8::10"
  std::vector<std::string> mailboxes;
  bool demo = false;
};
/// Writes a new project. Needs none, and changes none: a file that is there is an error.
Result<ExitCode> init(const InitOptions& options);

struct ImportOptions {
  std::string from;                ///< name of a Provider, or "octodns", or "axfr"
  std::vector<std::string> words;  ///< domains and globs; octodns: the folder first; axfr: domains
  std::string mail;                ///< --mail: the Provider that holds their mailboxes
  bool take_over = false;          ///< --take-over: with the lines that others wrote
  std::string into;                ///< --into: the Provider that is to hold them
  bool dry_run = false;            ///< --dry-run: only print the manifests
  std::string server;              ///< axfr: --server: who is asked for the zones
  std::string tsig_key;            ///< axfr: --tsig-key: the name of the key
  std::string tsig_algorithm = "hmac-sha256";  ///< axfr: --tsig-algorithm
  std::string tsig_secret;  ///< axfr: --tsig-secret: where it is, "env:NAME" or "file:PATH"
};
/// Writes manifests for what exists, and notes it as ours.
Result<ExitCode> import_world(Workspace& workspace, const ImportOptions& options);

/// Names of declarations that begin with `typed`, for the shell. Says nothing of what is wrong.
std::vector<std::string> declared_names(Workspace& workspace, const std::string& typed);

}  // namespace plumb::cli
