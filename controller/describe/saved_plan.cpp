#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include <nlohmann/json.hpp>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/json_values.h"
#include "controller/describe/plan_document.h"
#include "controller/describe/plan_json.h"
#include "controller/describe/plan_lines.h"
#include "state/digest.h"

namespace plumb::describe {
namespace {

using Identity = std::tuple<Scope, std::string, std::string>;  // scope, kind, key

/// nullopt where `text` is no lower-case hex of whole octets.
std::optional<std::string> unhex(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (text.size() % 2 != 0 || text.find_first_not_of(kDigits) != std::string_view::npos) {
    return std::nullopt;
  }
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    out += static_cast<char>(kDigits.find(text[i]) * 16 + kDigits.find(text[i + 1]));
  }
  return out;
}

std::string digest_or_empty(std::string_view bytes, Digest digest) {
  return bytes.empty() ? std::string() : digest(bytes);
}

/// Whether a change is one that a saved plan is about: it would be done.
bool would_be_done(const plan::Change& change) {
  return plan::goes(change) || change.verb == plan::Verb::adopt ||
         change.verb == plan::Verb::refresh || change.verb == plan::Verb::forget;
}

SavedPlan::Line line_of(const plan::ScopePlan& scope,
                        const plan::Change& change,
                        const Catalog& catalog,
                        Digest digest) {
  return {.scope = scope.scope,
          .kind = std::string(catalog.of(scope.kind(change)).name),
          .key = std::string(scope.key(change)),
          .verb = std::string(verb_name(change.verb)),
          .before = digest_or_empty(scope.before(change), digest),
          .after = change.verb == plan::Verb::remove ? std::string()
                                                     : digest_or_empty(scope.after(change), digest),
          .label = printable(object_name(scope, change, catalog))};
}

bool same_line(const SavedPlan::Line& a, const SavedPlan::Line& b) {
  return a.verb == b.verb && a.before == b.before && a.after == b.after;
}

std::string text_of(const nlohmann::json& row, const char* name) {
  const auto found = row.find(name);
  return found != row.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// One of the `lines` of a saved plan; nullopt where it is none.
std::optional<SavedPlan::Line> line_in(const nlohmann::json& row) {
  if (!row.is_object()) {
    return std::nullopt;
  }
  auto key = unhex(text_of(row, "key"));
  if (!key || text_of(row, "kind").empty() || text_of(row, "verb").empty()) {
    return std::nullopt;
  }
  return SavedPlan::Line{.scope = {text_of(row, "account"), text_of(row, "container")},
                         .kind = text_of(row, "kind"),
                         .key = std::move(*key),
                         .verb = text_of(row, "verb"),
                         .before = text_of(row, "before"),
                         .after = text_of(row, "after"),
                         .label = text_of(row, "label")};
}

/// Takes the changes that are not wanted out of what apply walks and of what is kept in the books.
void drop_unwanted(plan::Plan& plan,
                   const std::set<std::pair<std::uint32_t, std::uint32_t>>& wanted) {
  for (auto& batch : plan.batches) {
    std::erase_if(batch.changes, [&](std::uint32_t number) {
      return !wanted.contains({batch.scope, number});
    });
  }
  for (std::uint32_t s = 0; s < plan.scopes.size(); ++s) {
    auto& changes = plan.scopes[s].changes;
    for (std::uint32_t c = 0; c < changes.size(); ++c) {
      if (!wanted.contains({s, c})) {
        changes[c].verb = plan::Verb::hold;
        changes[c].state_only_silent = true;
      }
    }
  }
  std::vector<std::uint32_t> place(plan.batches.size());
  std::vector<plan::Batch> kept;
  std::vector<bool> empty(plan.batches.size());
  for (std::size_t i = 0; i < plan.batches.size(); ++i) {
    empty[i] = plan.batches[i].changes.empty();
    place[i] = static_cast<std::uint32_t>(kept.size());
    if (!empty[i]) {
      kept.push_back(plan.batches[i]);
    }
  }
  for (auto& batch : kept) {
    std::vector<std::uint32_t> after;
    for (const auto earlier : batch.after) {
      if (!empty[earlier]) {
        after.push_back(place[earlier]);
      }
    }
    batch.after = std::move(after);
  }
  plan.batches = std::move(kept);
}

/// What a guard refused is no part of a saved plan. What it refused of the run as a whole stays
/// refused, unless the saved plan was made within the limits: then only what came since exceeds
/// them.
void drop_refusals(plan::Plan& plan, const SavedPlan& saved) {
  std::erase_if(plan.refusals, [&](const plan::Refusal& refusal) {
    return refusal.scope != plan::kNone || !saved.run_refused;
  });
  plan.run_refused = plan.run_refused && saved.run_refused;
}

}  // namespace

std::string saved_plan(const PlanView& view, Digest digest) {
  auto document = plan_document(view);
  auto lines = nlohmann::json::array();
  for (const auto& scope : view.plan.scopes) {
    for (const auto& change : scope.changes) {
      if (!would_be_done(change)) {
        continue;
      }
      const auto line = line_of(scope, change, view.catalog, digest);
      lines.push_back({{"account", line.scope.account},
                       {"container", line.scope.container},
                       {"kind", line.kind},
                       {"key", state::hex(line.key)},
                       {"verb", line.verb},
                       {"before", line.before},
                       {"after", line.after},
                       {"label", line.label}});
    }
  }
  document["format"] = "plumb.saved-plan/1";
  document["lines"] = std::move(lines);
  return json_text(document, 1);
}

Result<SavedPlan> read_saved_plan(std::string_view json) {
  const auto document = nlohmann::json::parse(json, nullptr, false);
  const auto unreadable = [] {
    return fail(ErrorCode::invalid_input,
                "this is no saved plan of this version",
                "make one with plumb plan --out FILE");
  };
  if (document.is_discarded() || !document.is_object() ||
      text_of(document, "format") != "plumb.saved-plan/1" || !document.contains("lines") ||
      !document["lines"].is_array()) {
    return unreadable();
  }
  SavedPlan saved;
  const auto header = document.find("header");
  if (header == document.end() || !header->is_object()) {
    return unreadable();
  }
  saved.project = text_of(*header, "project");
  saved.environment = text_of(*header, "environment");
  saved.commit = text_of(*header, "commit");
  const auto refused = document.find("runRefused");
  saved.run_refused = refused != document.end() && refused->is_boolean() && refused->get<bool>();
  for (const auto& row : document["lines"]) {
    auto line = line_in(row);
    if (!line) {
      return unreadable();
    }
    saved.lines.push_back(std::move(*line));
  }
  return saved;
}

Restriction restrict_to(plan::Plan& plan,
                        const SavedPlan& saved,
                        const Catalog& catalog,
                        Digest digest) {
  struct Now {
    std::uint32_t scope, change;
    SavedPlan::Line line;
  };
  std::map<Identity, Now> now;
  for (std::uint32_t s = 0; s < plan.scopes.size(); ++s) {
    const auto& scope = plan.scopes[s];
    for (std::uint32_t c = 0; c < scope.changes.size(); ++c) {
      auto line = line_of(scope, scope.changes[c], catalog, digest);
      Identity identity{line.scope, line.kind, line.key};
      if (would_be_done(scope.changes[c])) {  // of two lines of one object, the one that is done
        now.insert_or_assign(std::move(identity), Now{s, c, std::move(line)});
      } else {
        now.emplace(std::move(identity), Now{s, c, std::move(line)});
      }
    }
  }
  Restriction restriction;
  std::set<std::pair<std::uint32_t, std::uint32_t>> wanted;
  for (const auto& line : saved.lines) {
    const auto found = now.find({line.scope, line.kind, line.key});
    if (found == now.end()) {
      ++restriction.already_done;  // nothing is planned for it any more: the world is as declared
    } else if (would_be_done(plan.scopes[found->second.scope].changes[found->second.change]) &&
               same_line(found->second.line, line)) {
      wanted.emplace(found->second.scope, found->second.change);
      ++restriction.kept;
    } else if (found->second.line.before == line.after && found->second.line.verb != line.verb) {
      ++restriction.already_done;  // half-applied before: only the books are left to be kept
      wanted.emplace(found->second.scope, found->second.change);
    } else {
      restriction.stale.push_back(
          line.label + ": it, or what is declared of it, has changed since the plan was made");
    }
  }
  drop_unwanted(plan, wanted);
  drop_refusals(plan, saved);
  return restriction;
}

}  // namespace plumb::describe
