#include "controller/describe/plan_json.h"

#include <nlohmann/json.hpp>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/json_values.h"
#include "controller/describe/plan_document.h"
#include "controller/describe/plan_lines.h"
#include "controller/describe/plan_parts.h"

namespace plumb::describe {
namespace {

nlohmann::json header_json(const Header& header) {
  auto accounts = nlohmann::json::array();
  for (const auto& account : header.accounts) {
    accounts.push_back(
        {{"provider", printable(account.provider)}, {"account", printable(account.account)}});
  }
  return {{"project", printable(header.project)},
          {"environment", printable(header.environment)},
          {"stateSerial", header.serial},
          {"commit", printable(header.commit)},
          {"commitSummary", printable(header.summary)},
          {"uncommittedChanges", header.dirty},
          {"domains", header.domains},
          {"resources", header.resources},
          {"scopes", header.scopes},
          {"scopesLeftOut", header.left_out},
          {"refreshed", header.refreshed},
          {"accounts", accounts}};
}

nlohmann::json change_json(const PlanView& view, const LineRef& ref) {
  const auto& scope = view.plan.scopes[ref.scope];
  const auto& change = scope.changes[ref.change];
  const auto& kind = view.catalog.of(scope.kind(change));
  nlohmann::json row{
      {"verb", verb_name(change.verb)},
      {"reason", reason_name(change.reason)},
      {"heals", is_heal(change)},
      {"domain", heading(scope)},
      {"provider", printable(scope.provider)},
      {"kind", kind.name},
      {"label", label_of(scope, change, view.catalog)},
      {"object", printable(object_name(scope, change, view.catalog))},
      {"change", what_text(scope, change, view.catalog)},
      {"risk",
       change.risk == Risk::severe    ? "severe"
       : change.risk == Risk::notable ? "notable"
                                      : "none"},
      {"before", body_json(kind, scope.before(change))},
      {"after",
       change.reason == plan::Reason::awaits ? nlohmann::json()
                                             : body_json(kind, scope.after(change))}};
  if (change.guard != Guard::none) {
    row["needsConsent"] = consent_word(change.guard);
    row["consented"] = change.consented != 0;
  }
  if (const auto place = scope.place(change); place.known()) {
    row["file"] = printable(view.files.path(place.file));
    row["line"] = std::uint32_t{place.line};
    row["column"] = std::uint32_t{place.column};
  }
  return row;
}

nlohmann::json refusals_json(const PlanView& view) {
  auto rows = nlohmann::json::array();
  for (const auto* shown : shown_refusals(view)) {
    const auto& refusal = *shown;
    rows.push_back(
        {{"guard", consent_word(refusal.guard)},
         {"message", printable(refusal.message)},
         {"consent",
          refusal.consent.allow.empty() ? nlohmann::json()
                                        : nlohmann::json(consent_argument(refusal.consent))},
         {"consentDocument",
          refusal.consent.allow.empty() ? nlohmann::json()
                                        : nlohmann::json(consent_yaml(refusal.consent))}});
  }
  return rows;
}

nlohmann::json scopes_json(const plan::Plan& plan) {
  auto rows = nlohmann::json::array();
  for (const auto& scope : plan.scopes) {
    if (scope.state != plan::ScopeState::planned) {
      rows.push_back({{"domain", heading(scope)},
                      {"provider", scope.provider},
                      {"state", state_name(scope.state)},
                      {"why", printable(scope.why)},
                      {"hint", printable(scope.hint)}});
    }
  }
  return rows;
}

nlohmann::json totals_json(const plan::Plan& plan) {
  const auto t = totals(plan);
  return {{"create", t.create},
          {"update", t.update},
          {"replace", t.replace},
          {"rename", t.rename},
          {"delete", t.remove},
          {"heal", t.heal},
          {"adopt", t.adopt},
          {"refresh", t.refresh},
          {"forget", t.forget},
          {"held", t.held},
          {"awaiting", t.awaiting},
          {"conflicts", t.conflicts},
          {"refused", t.refused},
          {"drifted", t.drifted},
          {"scopesUnread", t.unread},
          {"scopesSuspect", t.suspect},
          {"scopesInDoubt", t.in_doubt},
          {"scopesRefused", t.whole_refused},
          {"scopesRetired", t.retired},
          {"paused", t.paused},
          {"unmanaged", t.unmanaged}};
}

}  // namespace

nlohmann::json plan_document(const PlanView& view) {
  auto changes = nlohmann::json::array();
  for (const auto& ref : shown_lines(view)) {
    changes.push_back(change_json(view, ref));
  }
  auto notes = nlohmann::json::array();
  for (const auto& note : view.plan.notes) {
    notes.push_back(printable(note));
  }
  return {{"format", "plumb.plan/1"},
          {"header", header_json(view.header)},
          {"changes", std::move(changes)},
          {"refusals", refusals_json(view)},
          {"scopes", scopes_json(view.plan)},
          {"runRefused", view.plan.run_refused},
          {"notes", std::move(notes)},
          {"totals", totals_json(view.plan)}};
}

std::string plan_json(const PlanView& view) {
  return json_text(plan_document(view));
}

}  // namespace plumb::describe
