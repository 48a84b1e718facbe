#include "controller/cli/app.h"

#include <functional>

#include <CLI/CLI.hpp>

#include "controller/cli/commands.h"
#include "controller/cli/completion.h"
#include "controller/cli/terminal.h"
#include "controller/describe/diagnostics_text.h"

namespace plumb::cli {
namespace {

constexpr const char* kVersion = "0.1.0";

/// Whether the one word after `apply` is a file: it is there, or named as only a file is.
bool is_plan_file(const std::string& word) {
  return std::filesystem::is_regular_file(word) || word.ends_with(".json") ||
         word.starts_with("./") || word.starts_with("/");
}

/// Every command's options, and the one that was chosen.
class App {
 public:
  explicit App(const Parts& parts);
  int run(int argc, char** argv);

 private:
  using Command = std::function<Result<ExitCode>(Workspace&)>;
  void globals();
  void plan_commands();
  void ownership_commands();
  void looking_commands();
  void verify_commands();
  void state_commands();
  void first_day_commands();
  void import_command();
  void completion_commands();
  CLI::App* add(const char* name, const char* text, Command command);
  static void selection(CLI::App* command, SelectOptions& options);
  static void planning(CLI::App* command, PlanOptions& options);
  Result<ExitCode> chosen();
  Error not_understood(const CLI::ParseError& error) const;

  const Parts& parts_;
  CLI::App app_{"Plumb keeps an e-mail infrastructure true to what git says.", "plumb"};
  Globals globals_;
  ValidateOptions validate_;
  PlanOptions plan_;
  AdoptOptions adopt_;
  RotateOptions rotate_;
  ForgetOptions forget_;
  ShowOptions show_;
  ExplainOptions explain_;
  VerifyOptions verify_;
  RenderOptions render_;
  HistoryOptions history_;
  SchemaOptions schema_;
  GraphOptions graph_;
  StateOptions state_;
  FormatOptions format_;
  ImportOptions import_;
  InitOptions init_;
  std::string shell_;
  std::vector<std::string> typed_;
  Command command_;                          ///< of the chosen command that works on a project
  std::function<Result<ExitCode>()> plain_;  ///< of the chosen command that needs none
};

App::App(const Parts& parts) : parts_(parts) {
  globals();
  plan_commands();
  ownership_commands();
  looking_commands();
  verify_commands();
  state_commands();
  first_day_commands();
  import_command();
  completion_commands();
}

void App::globals() {
  app_.require_subcommand(1);
  app_.fallthrough();
  app_.set_version_flag("--version", kVersion);
  app_.add_option(
      "-C,--project", globals_.project, "Folder with plumb.yaml (default: here or above)");
  app_.add_option("--state",
                  globals_.state,
                  "Folder of the state (default: .plumb in the project; PLUMB_STATE)");
  app_.add_option("--env", globals_.environment, "Environment (PLUMB_ENV)");
  app_.add_flag("--no-color", globals_.no_color, "No colours (NO_COLOR)");
  app_.add_flag("-v,--verbose", globals_.verbose, "Every line with its file and line");
  app_.add_flag("--allow-exec", globals_.allow_exec, "Let `exec:` secrets run their commands")
      ->envname("PLUMB_ALLOW_EXEC");
  app_.add_option("--log-level", globals_.log_level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  app_.add_option("--log-format", globals_.log_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  app_.footer(
      "Exit codes: 0 ok, 1 error, 2 changes (drift; plan --detailed-exitcode), 3 refused by a "
      "guard,\n"
      "4 conflict, 5 stale plan, 6 lock held, 7 partly applied, 8 a scope could not be read,\n"
      "9 a check of verify failed, or a password that apply has set is refused at login.\n"
      "Where several hold, the first of 1, 6, 5, 7, 3, 4, 8, 2, 9; of verify 9 before 8.");
}

CLI::App* App::add(const char* name, const char* text, Command command) {
  auto* added = app_.add_subcommand(name, text);
  added->callback([this, command = std::move(command)] { command_ = command; });
  return added;
}

void App::selection(CLI::App* command, SelectOptions& options) {
  command->add_option(
      "domains", options.words, "Domains or globs: example.com 'shop*' (default: everything)");
  command->add_option(
      "--target", options.targets, "Kind/name, kind:K, label:k=v or file:PATH; may be repeated");
  command->add_option("--exclude", options.excludes, "What to leave out, in the same words");
}

void App::planning(CLI::App* command, PlanOptions& options) {
  selection(command, options);
  command->add_option("--consent",
                      options.consents,
                      "Permit for this run what a guard refuses, as the plan prints it");
  command->add_flag("--no-heal", options.no_heal, "Report drift, do not undo it");
  auto* all = command->add_flag(
      "--read-all",
      options.read_all,
      "Also read files that have not been touched since what they hold was last in plumb");
  command
      ->add_flag("--skip-settled",
                 options.skip_settled,
                 "Do not read zones whose change token has not moved since they were in plumb")
      ->excludes(all);
}

void App::plan_commands() {
  auto* validated = add("validate",
                        "Check the manifests offline: all problems at once",
                        [this](Workspace& w) { return validate(w, validate_); });
  validated->add_option("-o,--output", validate_.output)
      ->check(CLI::IsMember({"text", "json", "github"}));

  auto* planned = add("plan", "Show what apply would do; changes nothing", [this](Workspace& w) {
    return plan(w, plan_);
  });
  planning(planned, plan_);
  planned->add_option("-o,--output", plan_.output)
      ->check(CLI::IsMember({"text", "json", "markdown"}));
  planned->add_option("--out", plan_.out, "Save the plan for `plumb apply FILE`");
  planned->add_flag("--refresh,!--no-refresh",
                    plan_.refresh,
                    "Look at the world (default); --refresh=false trusts the state");
  planned->add_flag(
      "--detailed-exitcode", plan_.detailed_exitcode, "Exit 2 where there are changes");

  auto* applied = add("apply", "Make the world as declared", [this](Workspace& w) {
    auto options = plan_;
    if (options.words.size() == 1 && is_plan_file(options.words.front())) {
      options.plan_file = options.words.front();
      options.words.clear();
    }
    return apply(w, options);
  });
  applied->add_flag("--verify,!--no-verify",
                    plan_.verify,
                    "Ask the declared servers afterwards (default); --no-verify: not");
  planning(applied, plan_);
  applied->add_option("-o,--output", plan_.output)->check(CLI::IsMember({"text", "json"}));
  applied->add_flag("-y,--yes", plan_.yes, "Do not ask (CI)");

  auto* drifted = add("drift",
                      "Only what moved outside of git; exit 2 where there is any",
                      [this](Workspace& w) { return drift(w, plan_); });
  planning(drifted, plan_);
  drifted->add_option("-o,--output", plan_.output)
      ->check(CLI::IsMember({"text", "json", "markdown"}));
  drifted->add_flag(
      "--summary", plan_.summary, "A line per domain, nothing where there is no drift (cron)");
}

void App::ownership_commands() {
  auto* adopted = add("adopt",
                      "Note as ours what is as declared; changes nothing in the world",
                      [this](Workspace& w) { return adopt(w, adopt_); });
  selection(adopted, adopt_);
  adopted->add_flag("--exclusive",
                    adopt_.exclusive,
                    "Take exclusive zones over: what is not declared may be deleted");
  adopted->add_option("--consent",
                      adopt_.consents,
                      "Permit what was refused, as printed: allow=takeOver,on=Domain/example.com");
  adopted->add_flag("-y,--yes", adopt_.yes, "Do not ask");

  add("rotate",
      "Put a new DKIM key in the place of one: apply publishes it, signs with it, drops the old "
      "one",
      [this](Workspace& w) { return rotate(w, rotate_); })
      ->add_option("key", rotate_.object, "DKIMKey/example.com/s1")
      ->required();

  auto* forgotten = add("forget",
                        "Drop claims; the objects stay where they are",
                        [this](Workspace& w) { return forget(w, forget_); });
  forgotten->add_option("object", forget_.object, "Domain/example.com or 'RRset/example.com/www A'")
      ->required();
  forgotten->add_flag("-y,--yes", forget_.yes, "Do not ask");
}

void App::looking_commands() {
  auto* shown = add("show", "What is at the providers, and whose it is", [this](Workspace& w) {
    return show(w, show_);
  });
  selection(shown, show_);
  shown->add_flag("--unmanaged", show_.unmanaged, "Only what will not be touched");
  shown->add_option("-o,--output", show_.output)->check(CLI::IsMember({"text", "json"}));

  auto* explained = app_.add_subcommand(
      "explain",
      "A kind or field (Domain.dns), or why an object is as it is (RRset/example.com/www A)");
  explained->add_option("what", explain_.what)->required();
  explained->callback([this] {
    if (explain_.what.find('/') == std::string::npos) {
      plain_ = [this] { return explain(nullptr, explain_); };
    } else {
      command_ = [this](Workspace& w) { return explain(&w, explain_); };
    }
  });

  auto* rendered = add("render",
                       "The resources that a declaration expands into",
                       [this](Workspace& w) { return render(w, render_); });
  rendered->add_option("what", render_.what, "Domain/example.com")->required();
  rendered->add_option("-o,--output", render_.format)
      ->check(CLI::IsMember({"yaml", "json", "zone"}));

  auto* past = add("history", "What was done, newest first", [this](Workspace& w) {
    return history(w, history_);
  });
  past->add_option("object", history_.object, "Domain/example.com or 'RRset/example.com/www A'");
  past->add_option("-n,--limit", history_.limit);
  past->add_option("-o,--output", history_.output)->check(CLI::IsMember({"text", "json"}));

  auto* schemas = app_.add_subcommand("schema", "The JSON Schemas, for editors");
  schemas->add_option("kind", schema_.kind, "One kind only");
  schemas->add_option("--out", schema_.directory, "Write one file per kind into this folder");
  schemas->callback([this] { plain_ = [this] { return schema(schema_); }; });

  auto* graphed = add("graph", "What waits for what in the plan", [this](Workspace& w) {
    return graph(w, graph_);
  });
  selection(graphed, graph_);
  graphed->add_option("-o,--output", graph_.output)->check(CLI::IsMember({"text", "dot", "json"}));

  app_.add_subcommand("version", "The version")->callback([this] {
    plain_ = []() -> Result<ExitCode> {
      say(std::string("plumb ") + kVersion + "\n");
      return ExitCode::ok;
    };
  });
}

void App::verify_commands() {
  auto* verified =
      add("verify",
          "Whether the world sees what is declared: DNS servers, mail servers, policies",
          [this](Workspace& w) { return verify_command(w, verify_); });
  verified->add_option("domains", verify_.words, "Domains, globs (default: all)");
  verified->add_flag("--dns-only", verify_.dns_only, "Connect to no mail server and no web server");
  verified->add_option("--smtp-port", verify_.smtp_port, "Where mail exchangers are asked");
  verified->add_option("--https-port", verify_.https_port, "Where MTA-STS policies are fetched");
  verified->add_option("-o,--output", verify_.output)->check(CLI::IsMember({"text", "json"}));
}

void App::state_commands() {
  auto* state = app_.add_subcommand("state", "Plumb's memory: list, show, back up, move");
  state->require_subcommand(1);
  const auto verb = [this, state](const char* name, const char* text, const char* object) {
    auto* added = state->add_subcommand(name, text);
    if (object != nullptr) {
      added->add_option("object", state_.object, object)->required();
    }
    added->callback([this, name] {
      state_.verb = name;
      command_ = [this](Workspace& w) { return state_command(w, state_); };
    });
    return added;
  };
  constexpr const char* kForce = "Even over a newer serial";
  verb("list", "Scopes, claims, open intents", nullptr)
      ->add_option("-o,--output", state_.output)
      ->check(CLI::IsMember({"text", "json"}));
  verb("show", "The claims of one domain", "Domain")
      ->add_option("-o,--output", state_.output)
      ->check(CLI::IsMember({"text", "json"}));
  verb("backup", "Write everything into one file", "File");
  verb("restore", "Become what a backup says", "File");
  verb("push", "Write the portable file; refuses to overwrite a newer one", "File")
      ->add_flag("--force", state_.force, kForce);
  verb("pull", "Become what the portable file says; refuses an older one", "File")
      ->add_flag("--force", state_.force, kForce);
}

void App::first_day_commands() {
  auto* begun = app_.add_subcommand("init", "Write a new project; asks for what is not given");
  begun->add_option("folder", init_.directory, "Where (default: here)");
  begun->add_option("--name", init_.name, "Name of the project");
  begun->add_option("--domain", init_.domains, "A domain; may be repeated");
  begun->add_option("--dns", init_.dns, "Where its records go")
      ->check(CLI::IsMember({"zonefile", "powerdns"}));
  begun->add_option("--endpoint", init_.endpoint, "PowerDNS's HTTP API");
  begun->add_option(
      "--server", init_.server, "Mail server: mx1.example.com=192.0.2.10,2001:db8::10");
  begun->add_option("--mailbox", init_.mailboxes, "A mailbox; may be repeated");
  begun->add_flag("--demo", init_.demo, "The project that the quickstart shows");
  begun->callback([this] { plain_ = [this] { return init(init_); }; });

  auto* formatted =
      app_.add_subcommand("fmt", "Give manifests their one form; every comment stays");
  formatted->add_option(
      "paths", format_.paths, "Files and folders (default: the project; -: the streams)");
  formatted->add_flag("--check", format_.check, "Change nothing; exit 2 where something would");
  formatted->callback([this] {
    if (format_.paths.empty()) {
      command_ = [this](Workspace& w) { return format_project(w, format_); };
    } else if (format_.paths.size() == 1 && format_.paths.front() == "-") {
      plain_ = [] { return format_stream(); };
    } else {
      plain_ = [this] { return format_paths(format_); };
    }
  });
}

void App::import_command() {
  auto* imported = add("import",
                       "Write manifests for what exists, and note it as ours",
                       [this](Workspace& w) { return import_world(w, import_); });
  imported->add_option("provider", import_.from, "Name of a Provider, or octodns, or axfr")
      ->required();
  imported->add_option(
      "domains", import_.words, "Domains or globs; octodns: its folder first; axfr: domains");
  auto* mail =
      imported->add_option("--mail", import_.mail, "The Provider that holds their mailboxes");
  imported
      ->add_flag("--take-over",
                 import_.take_over,
                 "--mail: move lines that others wrote into Plumb's part of the files")
      ->needs(mail);
  imported->add_option("--into", import_.into, "The Provider of DNS that is to hold them");
  imported->add_flag("--dry-run", import_.dry_run, "Only print the manifests");
  imported->add_option("--server", import_.server, "axfr: who is asked: ns1.example.net[:53]");
  imported->add_option("--tsig-key", import_.tsig_key, "axfr: name of the key that signs");
  imported->add_option(
      "--tsig-algorithm", import_.tsig_algorithm, "axfr: of the key (default: hmac-sha256)");
  imported->add_option(
      "--tsig-secret", import_.tsig_secret, "axfr: where the secret is: env:NAME or file:PATH");
}

void App::completion_commands() {
  auto* script = app_.add_subcommand("completion", "A script that completes commands and names");
  script->add_option("shell", shell_, "bash, zsh or fish")->required();
  script->footer("bash:  plumb completion bash > /etc/bash_completion.d/plumb");
  script->callback([this] {
    plain_ = [this]() -> Result<ExitCode> {
      PLUMB_TRY(text, completion_script(shell_));
      say(text);
      return ExitCode::ok;
    };
  });
  auto* asked = app_.add_subcommand("__complete", "What may stand at the cursor");
  asked->group("");
  asked->add_option("words", typed_);
  asked->callback([this] {
    plain_ = [this]() -> Result<ExitCode> {
      auto found = candidates(app_, typed_);
      if (found.declarations) {
        if (auto workspace = Workspace::open(globals_, parts_)) {
          auto names = declared_names(**workspace, typed_.empty() ? "" : typed_.back());
          found.words.insert(found.words.end(), names.begin(), names.end());
        }
      }
      for (const auto& word : found.words) {
        say(word + "\n");
      }
      return ExitCode::ok;
    };
  });
}

Result<ExitCode> App::chosen() {
  if (plain_) {
    return plain_();
  }
  PLUMB_TRY(workspace, Workspace::open(globals_, parts_));
  return command_(*workspace);
}

/// What was typed and what was meant, for a command or option that there is none of.
Error App::not_understood(const CLI::ParseError& error) const {
  const CLI::App* at = &app_;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
  }
  const auto left = app_.remaining(true);
  if (left.empty()) {
    return {ErrorCode::invalid_input,
            error.what(),
            "plumb " + (at == &app_ ? "" : at->get_name() + " ") + "--help shows what there is"};
  }
  const auto& word = left.front();
  const bool option = word.starts_with("-");
  std::vector<std::string> names;
  if (option) {
    for (const auto* level : {at, &app_}) {
      for (const auto* one : level->get_options()) {
        for (const auto& name : one->get_lnames()) {
          names.push_back("--" + name);
        }
      }
    }
  } else {
    for (const auto* one :
         at->get_subcommands([](const CLI::App* sub) { return !sub->get_group().empty(); })) {
      names.push_back(one->get_name());
    }
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  auto hint = did_you_mean(word.substr(0, word.find('=')), views);
  const auto command = at == &app_ ? std::string("plumb") : "plumb " + at->get_name();
  return {ErrorCode::invalid_input,
          option           ? command + " has no option '" + word + "'"
          : !names.empty() ? "there is no command '" + command + " " + word + "'"
                           : command + " takes no '" + word + "'",
          !hint.empty() ? std::move(hint) : command + " --help shows what there is"};
}

int App::run(int argc, char** argv) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app_.exit(help);
  } catch (const CLI::ParseError& error) {
    complain(describe::error_text(not_understood(error), style_for(true, false)));
    return static_cast<int>(ExitCode::error);
  }
  const auto code = chosen();
  if (!code) {
    complain(describe::error_text(code.error(), style_for(globals_.no_color, globals_.verbose)));
    return static_cast<int>(is_held(code.error()) ? ExitCode::lock_held : ExitCode::error);
  }
  return static_cast<int>(*code);
}

}  // namespace

int run(int argc, char** argv, const Parts& parts) {
  return App(parts).run(argc, argv);
}

}  // namespace plumb::cli
