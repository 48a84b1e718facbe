#include "controller/reconcile/selection.h"

#include <algorithm>

#include "resources/model/glob.h"
#include "resources/values/domain_name.h"

namespace plumb::reconcile {
namespace {

bool declared_matches(std::string_view word, const load::Declared& declared, const Files& files) {
  const auto after = [&](std::string_view prefix) { return word.substr(prefix.size()); };
  if (word.starts_with("kind:")) {
    return after("kind:") == declared.kind;
  }
  if (word.starts_with("label:")) {
    return std::any_of(declared.labels.begin(), declared.labels.end(), [&](const auto& label) {
      return after("label:") == label.first + "=" + label.second;
    });
  }
  if (word.starts_with("file:")) {
    const auto path = after("file:");
    const auto& file = files.path(declared.place.file);
    return file == path || (file.size() > path.size() && file.starts_with(path) &&
                            (path.ends_with('/') || file[path.size()] == '/'));
  }
  if (const auto slash = word.find('/'); slash != std::string_view::npos) {
    return word.substr(0, slash) == declared.kind &&
           glob_matches(word.substr(slash + 1), declared.name);
  }
  return declared.kind == "Domain" && glob_matches(word, declared.name);
}

std::string_view domain_of(const Scope& scope) {
  std::string_view name = scope.container;
  if (name.ends_with('.')) {
    name.remove_suffix(1);
  }
  return name;
}

/// What one declaration stands for.
void add_scopes(const load::Declared& declared,
                const load::Loaded& loaded,
                const std::vector<Scope>& all,
                std::set<Scope>& found) {
  found.insert(declared.scopes.begin(), declared.scopes.end());
  for (const auto user : declared.users) {
    const auto& scopes = loaded.declared[user].scopes;
    found.insert(scopes.begin(), scopes.end());
  }
  for (const auto& config : loaded.providers) {
    if (declared.kind != "Provider" || config.name != declared.name) {
      continue;
    }
    for (const auto& scope : all) {
      if (scope.account == config.account) {
        found.insert(scope);
      }
    }
  }
}

/// The scopes that declare resources of one kind.
void add_scopes_with(const Kind& kind, const load::Loaded& loaded, std::set<Scope>& found) {
  for (const auto& scope : loaded.scopes) {
    const auto entries = scope->table.entries();
    if (std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
          return entry.kind == kind.id;
        })) {
      found.insert(scope->scope);
    }
  }
}

std::set<Scope> scopes_of(std::string_view word,
                          const Catalog* catalog,
                          const load::Loaded& loaded,
                          const std::vector<Scope>& all) {
  std::set<Scope> found;
  for (const auto* list : {&loaded.declared, &loaded.addresses}) {
    for (const auto& declared : *list) {
      if (declared_matches(word, declared, loaded.files)) {
        add_scopes(declared, loaded, all, found);
      }
    }
  }
  if (catalog != nullptr && word.starts_with("kind:")) {
    if (const auto* kind = catalog->find(word.substr(5))) {
      add_scopes_with(*kind, loaded, found);
    }
  }
  auto pattern = word;
  bool names_domain = word.find_first_of(":/") == std::string_view::npos;
  for (const std::string_view prefix : {"Domain/", "Zone/"}) {
    if (word.starts_with(prefix)) {
      pattern = word.substr(prefix.size());
      names_domain = true;
    }
  }
  const auto name = values::DomainName::parse(pattern);  // also as people write it: bücher.example
  for (const auto& scope : all) {
    if (names_domain && !scope.container.empty() &&
        (glob_matches(pattern, domain_of(scope)) || (name && name->text() == scope.container))) {
      found.insert(scope);
    }
  }
  return found;
}

Error selects_nothing(const std::string& word, const Catalog* catalog, const load::Loaded& loaded) {
  const auto slash = word.find('/');
  const bool with_kind = slash != std::string::npos;
  if (with_kind && catalog != nullptr && catalog->find(word.substr(0, slash)) != nullptr &&
      word.substr(0, slash) != "Server") {
    auto domain = word.substr(slash + 1, word.find('/', slash + 1) - slash - 1);
    domain.erase(0, domain.rfind('@') + 1);  // an address: its domain
    return {ErrorCode::invalid_input,
            "'" + word + "' is less than what can be selected",
            "a run looks at whole zones: select " + domain};
  }
  std::vector<std::string> names;
  for (const auto& declared : loaded.declared) {
    names.push_back(word.starts_with("kind:") ? "kind:" + declared.kind
                    : with_kind               ? declared.kind + "/" + declared.name
                                              : declared.name);
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  auto hint = did_you_mean(word, views);
  return {ErrorCode::invalid_input,
          "'" + word + "' selects nothing",
          hint.empty() ? "name a domain, a glob like 'shop*', Kind/name, kind:, label: or file:"
                       : std::move(hint)};
}

Result<std::set<Scope>> union_of(const std::vector<std::string>& words,
                                 const Catalog* catalog,
                                 const load::Loaded& loaded,
                                 const std::vector<Scope>& all) {
  std::set<Scope> found;
  for (const auto& word : words) {
    auto matched = scopes_of(word, catalog, loaded, all);
    if (matched.empty()) {
      return tl::unexpected(selects_nothing(word, catalog, loaded));
    }
    found.merge(matched);
  }
  return found;
}

}  // namespace

Result<std::vector<Scope>> select(const Selection& selection,
                                  const load::Loaded& loaded,
                                  std::vector<Scope> all) {
  if (selection.everything()) {
    return all;
  }
  if (selection.only) {
    return *selection.only;
  }
  PLUMB_TRY(wanted, union_of(selection.targets, selection.catalog, loaded, all));
  PLUMB_TRY(unwanted, union_of(selection.excludes, selection.catalog, loaded, all));
  std::vector<Scope> chosen;
  for (auto& scope : all) {
    if ((selection.targets.empty() || wanted.contains(scope)) && !unwanted.contains(scope)) {
      chosen.push_back(std::move(scope));
    }
  }
  return chosen;
}

}  // namespace plumb::reconcile
