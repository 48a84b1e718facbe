#include "controller/reconcile/selection.h"

#include <algorithm>

#include "resources/model/glob.h"

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

std::set<Scope> scopes_of(std::string_view word,
                          const load::Loaded& loaded,
                          const std::vector<Scope>& all) {
  std::set<Scope> found;
  for (const auto& declared : loaded.declared) {
    if (declared_matches(word, declared, loaded.files)) {
      found.insert(declared.scopes.begin(), declared.scopes.end());
    }
  }
  const bool names_domain =
      word.find_first_of(":/") == std::string_view::npos || word.starts_with("Domain/");
  const auto pattern = word.starts_with("Domain/") ? word.substr(7) : word;
  for (const auto& scope : all) {
    if (names_domain && !scope.container.empty() && glob_matches(pattern, domain_of(scope))) {
      found.insert(scope);
    }
  }
  return found;
}

Result<std::set<Scope>> union_of(const std::vector<std::string>& words,
                                 const load::Loaded& loaded,
                                 const std::vector<Scope>& all) {
  std::set<Scope> found;
  for (const auto& word : words) {
    auto matched = scopes_of(word, loaded, all);
    if (matched.empty()) {
      std::vector<std::string_view> names;
      for (const auto& declared : loaded.declared) {
        names.push_back(declared.name);
      }
      auto hint = did_you_mean(word, names);
      return fail(ErrorCode::invalid_input,
                  "'" + word + "' selects nothing",
                  hint.empty()
                      ? "name a domain, a glob like 'shop*', Kind/name, kind:, label: or file:"
                      : hint);
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
  PLUMB_TRY(wanted, union_of(selection.targets, loaded, all));
  PLUMB_TRY(unwanted, union_of(selection.excludes, loaded, all));
  std::vector<Scope> chosen;
  for (auto& scope : all) {
    if ((selection.targets.empty() || wanted.contains(scope)) && !unwanted.contains(scope)) {
      chosen.push_back(std::move(scope));
    }
  }
  return chosen;
}

}  // namespace plumb::reconcile
