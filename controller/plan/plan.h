#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "resources/model/claimed.h"
#include "resources/model/consent.h"
#include "resources/model/desired.h"
#include "resources/model/kind.h"
#include "resources/model/observed.h"

namespace plumb::plan {

/// What is to be done with one resource.
enum class Verb : std::uint8_t {
  create,
  update,
  replace,
  rename,
  remove,
  adopt,     ///< state only: it is as declared and becomes ours
  refresh,   ///< state only: what we remember of it is renewed
  forget,    ///< state only: it is gone, or no longer ours
  hold,      ///< nothing for now; reason and guard say why
  conflict,  ///< nothing, until a person decides
};

/// Why.
enum class Reason : std::uint8_t {
  declared,    ///< new in the manifests
  edited,      ///< the manifests changed
  drifted,     ///< the world changed outside
  both,        ///< both did
  vanished,    ///< deleted outside
  undeclared,  ///< no longer in the manifests
  foreign,     ///< not ours
  moved,       ///< declared in another scope now
  awaits,      ///< a value is known only after another change: never in a batch of this plan
  in_doubt,    ///< the outcome of an earlier call is not known yet
};

constexpr std::uint32_t kNone = ~0U;
constexpr std::uint32_t kMerged =
    1U << 31U;  ///< set in Change::after: a row of ScopePlan::merged, else of desired

/// One line of a plan: rows into the tables of its ScopePlan, no text, no copies.
struct Change {
  std::uint32_t before = kNone;  ///< row of observed
  std::uint32_t after = kNone;   ///< row of desired, or of merged (kMerged)
  std::uint32_t claim = kNone;   ///< row of claimed
  std::uint32_t group = 0;       ///< changes with one number are never split over batches
  Verb verb = Verb::hold;
  Reason reason = Reason::declared;
  Risk risk = Risk::none;
  std::uint8_t wave = 0;      ///< longest path of changes in other scopes that come first
  Guard guard = Guard::none;  ///< what holds it back until consented; `none` = free to go
  std::uint8_t consented =
      0;  ///< 1 + index into Plan::consents of the consent that frees it; 0 = none was needed
  bool fixed_field : 1 = false;        ///< a field differs that cannot be changed in place
  bool state_only_silent : 1 = false;  ///< a refresh or forget that is not worth a line
  bool made : 1 = false;               ///< the claim afterwards says that we made it
  bool no_secret : 1 = false;          ///< held: its write-only value cannot be read here
};
static_assert(sizeof(Change) == 24);

/// What is remembered of an object once a change of it is done.
struct ClaimAfter {
  std::string_view body;  ///< what is declared, references resolved: never other people's values
  bool made = false;      ///< created by us; false: adopted
};

/// Whether a change touches the world and is free to go. One that awaits a value is not: its scope
/// is planned again once the producer is done.
bool goes(const Change& change);
/// Whether a change takes away what is there, as a whole or (unions) our part of it.
bool takes_away(const Change& change);

/// What became of a scope as a whole.
enum class ScopeState : std::uint8_t {
  planned,
  unread,   ///< could not be read: no opinion
  suspect,  ///< read, but lost too much to be believed
  paused,
  retired,   ///< claims here, but its domain is declared elsewhere now: kept, shown
  in_doubt,  ///< an earlier call's outcome is still unknown
  refused,   ///< left alone until a person decides whose it is
};

struct ScopeCounts {
  std::uint32_t declared = 0;
  std::uint32_t claimed = 0;
  std::uint32_t in_plumb = 0;
  std::uint32_t unmanaged = 0;   ///< foreign rows of a shared scope, and `unmanaged` globs
  std::uint32_t system = 0;      ///< the vendor's own: SOA, its name servers
  std::uint32_t left_alone = 0;  ///< write-only values that cannot be read here: no opinion on them
};

/// One scope's part of the plan. Observed and claimed are dropped (null) where it has no changes
/// (claimed stays where others must wait for what it needs).
struct ScopePlan {
  std::shared_ptr<const DesiredScope> desired;  ///< may be null: nothing is declared here any more
  std::shared_ptr<const ObservedScope> observed;  ///< may be null
  std::shared_ptr<const ClaimedScope> claimed;    ///< may be null
  Table merged;    ///< what is sent where it is not D itself (resolved references, D + O's other
                   ///< fields, TXT unions; of a removal: what is left of a union)
  Table resolved;  ///< rows of D with their references resolved, where `merged` holds more than D
  std::vector<Change> changes;
  Scope scope;
  std::string domain;    ///< heading: "example.com"
  std::string provider;  ///< name of the Provider document
  ScopeState state = ScopeState::planned;
  std::string why;  ///< for any state but planned: one sentence
  std::string hint;
  Guard guard = Guard::none;  ///< for `refused`: what would permit it
  std::string owner;          ///< the owner mark that the container lacks and should have
  std::string mark;           ///< the owner mark of what is written here; empty: it gets none
  bool exclusive = false;     ///< exclusive ownership is in force: nothing here is anybody else's
  ScopeCounts counts;
  std::string left_alone_because;            ///< why the first of counts.left_alone cannot be read
  bool first_contact = false;                ///< no claims here yet though the world is not empty
  std::uint32_t changes_per_batch = 0;       ///< 0 = no limit
  std::vector<std::uint32_t> consents_used;  ///< for the scope as a whole: into Plan::consents
  std::vector<std::string> notes;            ///< what could not be decided, a sentence each
  struct Refused {
    std::string message;
    Place place;
    bool mistake = false;  ///< a person wrote it wrong: nothing at all is applied
  };
  std::vector<Refused> refusals;  ///< what no consent permits

  /// The bytes of a change: observed before, sent after; empty where there is none.
  std::string_view before(const Change& change) const;
  std::string_view after(const Change& change) const;
  std::string_view key(const Change& change) const;
  KindId kind(const Change& change) const;
  /// Where the row was written; unknown for what is no longer declared.
  Place place(const Change& change) const;
  /// The desired row behind `after`; kNone where there is none.
  std::uint32_t desired_row(const Change& change) const;
  /// The claim once the change is done; nullopt: there is none any more (also after an update
  /// that takes our values out of a union). Not for changes that await a value.
  std::optional<ClaimAfter> claim_after(const Change& change) const;
};

/// A guard that refused something, with the Consent that would permit exactly that.
struct Refusal {
  Guard guard = Guard::none;
  std::uint32_t scope = kNone;         ///< index into Plan::scopes; kNone: the whole run
  std::vector<std::uint32_t> changes;  ///< indices into that scope's changes
  std::string message;  ///< "would delete 12 of 30 record sets in example.com (limit 30%)"
  Consent consent;      ///< ready to be printed (describe/ writes the YAML)
  Place place;          ///< of the declaration that cannot be met; unknown for most
};

/// Nodes of the graph that apply walks: never single resources.
struct Batch {
  std::uint32_t scope = 0;             ///< index into Plan::scopes
  std::vector<std::uint32_t> changes;  ///< indices into its changes, in the order to send
  std::vector<std::uint32_t> after;    ///< batches that must be Done first
};

/// A Provider whose account is spelt anew while the state remembers objects of the old one: moved
/// over first where that is consented to, else its scopes are refused.
struct Rebinding {
  std::string provider;        ///< name of the Provider document
  std::string from;            ///< Scope::account of before
  std::string to;              ///< and of now
  std::uint32_t claims = 0;    ///< of the old account
  std::uint32_t scopes = 0;    ///< that hold them
  std::uint8_t consented = 0;  ///< 1 + index into Plan::consents; 0 = refused
};

/// What is to be done, in all scopes. Plain data.
struct Plan {
  std::vector<ScopePlan> scopes;
  std::vector<Batch> batches;     ///< only changes that touch the world and are free to go
  std::vector<Refusal> refusals;  ///< object, scope and run level
  std::vector<Consent> consents;  ///< those at hand; Change::consented points here
  std::vector<Rebinding> rebindings;
  std::vector<std::uint32_t> consents_used;  ///< for the run as a whole
  bool run_refused = false;        ///< a run-level guard tripped: nothing at all may be applied
  std::vector<std::string> notes;  ///< first-contact line, consents that match nothing...

  /// Lines that are shown: everything but silent refreshes.
  std::size_t change_count() const;
  /// Whether what is remembered goes to another account before anything else.
  bool rebinds() const;
  /// Nothing to do, nothing held, no conflict, every scope read.
  bool empty() const;
};

/// Limits of Project.spec.guards.
struct GuardLimits {
  struct Limit {
    std::uint32_t count = 0;    ///< 0 = no such limit
    std::uint32_t percent = 0;  ///< 0 = no such limit; counts only from 5 objects on
  };
  Limit deletes_per_scope{0, 30};
  Limit deletes_per_run{50, 0};
  Limit domains_per_origin{0, 0};
  Limit passwords_per_run{5, 0};      ///< write-only values set anew on what exists
  std::uint32_t password_length = 8;  ///< fewest characters of a password that is set
};

/// The values that producers have, by the name of their declaration ("Server/mx1").
struct KnownOutputs {
  enum class State : std::uint8_t { known, awaits, unread };
  struct Producer {
    State state = State::known;
    ResourceId id;
    std::vector<Field> values;  ///< each a text or a list of texts
    bool follows = false;  ///< of what was replaced: `values` are the new ones, else the recorded
  };
  std::map<std::string, Producer> producers;
  /// What was replaced by somebody else: it gives other values than those that were recorded.
  std::set<ResourceId> replaced;
};

/// What a plan knows of a secret.
struct SecretPrint {
  std::string text;  ///< its keyed print
  std::string flaw;  ///< why it must not be set ("is shorter than 8 characters"); empty: it may
};
/// The print of the secret behind a reference. Error where it cannot be read here: it names the
/// source, and never any of what is there. Thread-safe.
using PrintOf = std::function<Result<SecretPrint>(const SecretRef& reference)>;

/// Everything about one scope that the decision needs.
struct ScopeInput {
  Scope scope;
  std::shared_ptr<const DesiredScope> desired;    ///< null: not declared
  std::shared_ptr<const ObservedScope> observed;  ///< null: could not be read
  std::shared_ptr<const ClaimedScope> claimed;    ///< null: no claims
  std::string provider;                           ///< name of the Provider document
  std::string unread_because;                     ///< where observed is null
  std::string unread_hint;
  std::string refused_because;  ///< not empty: nothing is decided here; one sentence
  std::string refused_hint;
  bool taken_over = false;          ///< `exclusive` is in force from the start
  bool in_doubt = false;            ///< an open intent could not be settled
  bool declared_elsewhere = false;  ///< the same container is declared in another scope (row 15)
  bool provider_atomic = false;
  bool stable_handles = false;
  bool renames = false;                 ///< ProviderTraits::renames
  std::uint32_t changes_per_batch = 0;  ///< 0 = no limit
  /// ProviderTraits::adapt, for what is resolved here; may be null.
  Result<std::string> (*adapt)(const Kind& kind,
                               std::string_view key,
                               std::string_view body) = nullptr;
};

/// What all scopes share. Borrowed for the call.
struct PlanContext {
  const Catalog& catalog;
  GuardLimits guards;
  std::vector<Consent> consents;  ///< valid today and not used up
  KnownOutputs outputs;
  PrintOf print_of;  ///< null: no secret can be read
  std::vector<Rebinding> rebindings;
  std::string owner;       ///< owner_mark of this project and environment; empty: none is written
  bool heal = false;       ///< for scopes that carry no policy of their own
  bool no_heal = false;    ///< --no-heal: drift is reported only
  bool take_over = false;  ///< treat exclusive scopes as taken over (plumb adopt --exclusive)
};

/// The three-way decision of one scope: D, O and C merged by the table of decide.h. Pure.
ScopePlan plan_scope(const ScopeInput& input, const PlanContext& context);

/// Joins the scopes: guards over the run, edges between scopes, waves, batches. Pure. A cycle is
/// refused by name.
Plan join(std::vector<ScopePlan> scopes, const PlanContext& context);

}  // namespace plumb::plan
