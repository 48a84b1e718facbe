#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/describe/style.h"
#include "controller/plan/plan.h"
#include "resources/model/kind.h"
#include "resources/model/place.h"

namespace plumb::describe {

/// What the first lines of a plan say.
struct Header {
  std::string project;
  std::string environment;
  std::uint64_t serial = 0;  ///< of the state
  std::string commit;        ///< full id; empty outside of git
  std::string summary;       ///< first line of the commit's message
  bool dirty = false;        ///< the work tree differs from the commit
  std::size_t domains = 0;
  std::size_t resources = 0;
  std::size_t scopes = 0;
  std::size_t left_out = 0;  ///< scopes outside of the selection
  bool refreshed = true;     ///< false: --refresh=false, the claims were taken for the world
  std::uint64_t observe_milliseconds = 0;
  struct Account {
    std::string provider;  ///< name of the document
    std::string account;   ///< "powerdns http://127.0.0.1:8081/ localhost"
  };
  std::vector<Account> accounts;
};

/// Everything that a plan is described from. Borrowed.
struct PlanView {
  const plan::Plan& plan;
  const Header& header;
  const Catalog& catalog;
  const Files& files;
  bool drift_only = false;      ///< `plumb drift`: only what moved outside of git
  bool about_to_apply = false;  ///< the plan is carried out next: how to apply it is not said
};

/// What a plan comes to.
struct Totals {
  std::size_t create = 0, update = 0, replace = 0, rename = 0, remove = 0, heal = 0;
  std::size_t adopt = 0, refresh = 0, forget = 0;
  std::size_t held = 0, conflicts = 0, refused = 0, awaiting = 0;
  std::size_t unread = 0, suspect = 0, retired = 0, in_doubt = 0;  ///< scopes
  std::size_t whole_refused = 0;  ///< scopes of which nothing was compared: a person must decide
  std::size_t unmanaged = 0;
  std::size_t paused = 0;   ///< resources that their own declaration pauses
  std::size_t drifted = 0;  ///< resources that moved outside of git, healed or not
};
Totals totals(const plan::Plan& plan);
/// The scopes that were to be compared and were not, whatever kept them from it.
std::size_t not_compared(const Totals& totals);

/// The plan as a person reads it: header, domains with their lines (equal changes grouped by cause,
/// deletes in full and last), what could not be read, refusals with the Consent to paste, totals,
/// what to do next.
std::string plan_text(const PlanView& view, const Style& style);

/// One line: "3 to create, 199 to change, 1 to heal, 1 to delete · 1 scope unread".
std::string totals_line(const plan::Plan& plan);

/// For cron: nothing where there is no drift, else one line per scope with drift and a count, and
/// one for each that could not be compared.
std::string drift_summary(const PlanView& view);

/// "3 scopes left out by the selection: this says nothing about them\n"; nothing where there are
/// none.
std::string left_out_text(std::size_t scopes);

/// The object of a change as consents and explain name it: "RRset/example.com/www A".
std::string object_name(const plan::ScopePlan& scope,
                        const plan::Change& change,
                        const Catalog& catalog);

/// One change in one line without its provider and reason: "~ RRset _dmarc TXT  p=none → p=reject".
std::string change_line(const plan::ScopePlan& scope,
                        const plan::Change& change,
                        const Catalog& catalog);

/// A Consent as a document, ready to be pasted.
std::string consent_yaml(const Consent& consent);
/// The same for the command line: `allow=delete,on=Domain/old.example,count=3`.
std::string consent_argument(const Consent& consent);

}  // namespace plumb::describe
