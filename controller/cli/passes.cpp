#include "controller/cli/passes.h"

#include <algorithm>
#include <charconv>

#include "controller/reconcile/owed.h"
#include "controller/reconcile/prints.h"
#include "resources/values/domain_name.h"

namespace plumb::cli {
namespace {

Error consent_error(const std::string& text, const std::string& what) {
  return {
      .code = ErrorCode::invalid_input,
      .message = "--consent '" + text + "': " + what,
      .hint =
          "write it as the plan prints it: --consent allow=delete,on=Domain/old.example,count=3"};
}

}  // namespace

Result<Consent> parse_consent(const std::string& text, std::size_t number) {
  Consent consent;
  consent.id = "--consent " + std::to_string(number) + " " + text;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const auto end = std::min(text.find(',', begin), text.size());
    const auto part = text.substr(begin, end - begin);
    const auto equals = part.find('=');
    const auto name = part.substr(0, equals);
    const auto content = equals == std::string::npos ? std::string() : part.substr(equals + 1);
    begin = end + 1;
    if (name == "allow") {
      consent.allow = content;
    } else if (name == "on") {
      consent.on = content;
    } else if (name == "including") {
      consent.including.push_back(content);
    } else if (name == "count") {
      std::uint32_t count = 0;
      const auto parsed = std::from_chars(content.data(), content.data() + content.size(), count);
      if (parsed.ec != std::errc() || parsed.ptr != content.data() + content.size() || count == 0) {
        return tl::unexpected(consent_error(text, "count must be a number from 1 on"));
      }
      consent.count = count;
    } else {
      return tl::unexpected(consent_error(text, "'" + part + "' is not understood"));
    }
  }
  const auto words = consent_words();
  if (std::find(words.begin(), words.end(), consent.allow) == words.end()) {
    auto error = consent_error(
        text, "allow must be one of the words a plan prints, not '" + consent.allow + "'");
    if (auto hint = did_you_mean(consent.allow, words); !hint.empty()) {
      error.hint = hint;
    }
    return tl::unexpected(error);
  }
  if (consent.on.empty()) {
    return tl::unexpected(consent_error(text, "on= is missing: it names the object or scope"));
  }
  return consent;
}

reconcile::Selection selection_of(const SelectOptions& options, const Catalog& catalog) {
  reconcile::Selection selection;
  selection.targets = options.words;
  selection.targets.insert(selection.targets.end(), options.targets.begin(), options.targets.end());
  selection.excludes = options.excludes;
  selection.catalog = &catalog;
  return selection;
}

reconcile::Tokens believed(const PlanOptions& options) {
  if (options.read_all) {
    return reconcile::Tokens::none;
  }
  return options.skip_settled ? reconcile::Tokens::all : reconcile::Tokens::exact;
}

Result<reconcile::PassOptions> pass_options(const PlanOptions& options, const Catalog& catalog) {
  reconcile::PassOptions pass;
  pass.selection = selection_of(options, catalog);
  pass.refresh = options.refresh;
  pass.tokens = believed(options);
  pass.no_heal = options.no_heal;
  for (std::size_t i = 0; i < options.consents.size(); ++i) {
    PLUMB_TRY(consent, parse_consent(options.consents[i], i + 1));
    pass.consents.push_back(std::move(consent));
  }
  return pass;
}

Result<Planned> make_plan(Workspace& workspace,
                          const PlanOptions& options,
                          state::Access access,
                          std::stop_token stop) {
  PLUMB_TRY(loaded, workspace.load_or_complain());
  return make_plan_of(workspace, loaded, nullptr, options, access, std::move(stop));
}

Result<Planned> make_plan_of(Workspace& workspace,
                             std::shared_ptr<const load::Loaded> loaded,
                             const std::map<Scope, std::shared_ptr<const ObservedScope>>* seen,
                             const PlanOptions& options,
                             state::Access access,
                             std::stop_token stop) {
  PLUMB_TRY(pass_option, pass_options(options, workspace.parts().catalog));
  pass_option.seen = seen;
  Planned planned;
  planned.loaded = loaded;
  if (!options.out.empty() && reconcile::has_secrets(*loaded, workspace.parts().catalog)) {
    access = state::Access::write;  // what the saved plan says of secrets holds under a kept key
  }
  PLUMB_TRY(store, workspace.store(loaded->project, access));
  planned.store = store;
  PLUMB_TRY(turned, turn_rotations(workspace, *loaded, *store, stop));
  if (auto selectors = load::selectors_of(turned.rotations); selectors != workspace.rotations()) {
    workspace.rotations(std::move(selectors));
    PLUMB_TRY(anew, workspace.load());
    planned.loaded = anew;
  }
  planned.rotations = std::move(turned.rotations);
  pass_option.consents.insert(
      pass_option.consents.end(), turned.consents.begin(), turned.consents.end());
  PLUMB_TRY(pass, workspace.reconciler(*store).plan(planned.loaded, pass_option, std::move(stop)));
  planned.pass = std::move(pass);
  auto& notes = planned.pass.plan.notes;
  notes.insert(notes.end(), turned.notes.begin(), turned.notes.end());
  for (const auto& debt : reconcile::owed(*planned.pass.roster)) {
    notes.push_back(debt.message + " (" + debt.hint + ")");
    planned.owes = true;
  }
  return planned;
}

Result<ObjectName> parse_object(const std::string& text) {
  const auto first = text.find('/');
  if (first == std::string::npos) {
    return ObjectName{.kind = "Domain", .domain = text, .label = {}};
  }
  const auto second = text.find('/', first + 1);
  ObjectName name{.kind = text.substr(0, first),
                  .domain = text.substr(first + 1, second - first - 1),
                  .label = {}};
  if (second != std::string::npos) {
    name.label = text.substr(second + 1);
  } else if (const auto at = name.domain.rfind('@'); at != std::string::npos && at > 0) {
    // An address, as manifests name mailboxes and aliases.
    name.label = name.domain.substr(0, at);
    name.domain.erase(0, at + 1);
  }
  if (name.kind.empty() || name.domain.empty()) {
    return fail(ErrorCode::invalid_input,
                "'" + text + "' names no object",
                "write Kind/domain or Kind/domain/label, as in 'RRset/example.com/www A'");
  }
  return name;
}

bool is_scope_of(const Scope& scope, const std::string& domain) {
  const auto name = values::DomainName::parse(domain);
  return name && !scope.container.empty() && scope.container == name->text();
}

}  // namespace plumb::cli
