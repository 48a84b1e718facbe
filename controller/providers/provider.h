#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "controller/env/env.h"
#include "resources/model/desired.h"
#include "resources/model/observed.h"
#include "resources/model/provider_traits.h"
#include "resources/model/result.h"

namespace plumb::providers {

/// One container of an account, with its change token.
struct Container {
  Scope scope;
  std::string
      fingerprint;  ///< moves when the content moves (a SOA serial); empty where there is none
};

enum class Act : std::uint8_t { create, update, replace, rename, remove };

/// One change as a provider sees it: canonical bytes before and after.
struct ProviderChange {
  std::uint32_t number = 0;  ///< the caller's own, comes back with the outcome
  Act act = Act::create;
  KindId kind{};
  std::string_view key;
  std::string_view before;  ///< the observed body; empty on create
  std::string_view after;   ///< the body to bring about, whole; empty on remove
  std::string_view handle;  ///< the vendor's id where known
  /// Of a create: the key that it had before (`formerly`), whose removal follows; else empty.
  std::string_view former;
  /// Where the write-only value of a declared row is to be had, read through env::Secrets at the
  /// last moment; nullptr where the row has none. `after` holds its keyed print only.
  const SecretRef* secret = nullptr;
  /// In a container that is shared: the part of `after` that is declared here, with what it says;
  /// "": nothing of it. The rest is other people's, and not to be written. nullopt: all is ours.
  std::optional<std::string_view> ours;
};

/// One batch: changes of one scope, in the order to send. The views live as long as the call.
struct Order {
  Scope scope;
  std::vector<ProviderChange> changes;
  std::string_view marker;  ///< for creates that the vendor would double
  /// The owner mark that the container is to have, where it has none or is made; empty: as it is.
  std::string_view owner;
  /// The owner mark of what is written, where the vendor has a place for it at each object. Empty:
  /// it gets none, since the container is not ours alone.
  std::string_view mark;
};

struct Done {
  std::string handle;
  std::vector<Field> outputs;
};
/// Accepted, goes on at the vendor: `token` is asked for again by resume().
struct Pending {
  std::string token;
  std::chrono::milliseconds poll_after{1000};
};
/// Surely not sent: an earlier change of the batch stopped it.
struct NotSent {};
/// Surely not done.
struct Refused {
  Error error;
};
/// May have been done: look, never resend.
struct Unknown {
  Error error;
};
using Outcome = std::variant<Done, Pending, NotSent, Refused, Unknown>;

/// What a call that ended with this error came to: Unknown where it may have had an effect, NotSent
/// where it was cancelled before, else Refused.
Outcome outcome_of(Error error);

/// Called for every change, once. Not reported = Unknown.
using Report = std::function<void(std::uint32_t number, Outcome outcome)>;
/// Reports the same of each change of an order.
void report_all(const Order& order, const Outcome& outcome, const Report& report);
/// The same for several orders at once; `order` is the index of the order.
using ReportEach = std::function<void(std::size_t order, std::uint32_t number, Outcome outcome)>;

/// How far Provider::take_over goes.
enum class TakeOver : std::uint8_t {
  count,    ///< only says what there is
  pretend,  ///< what is read from now on is as if it were done; nothing is written
  write,
};

/// What others wrote beside what is ours to read.
struct TakenOver {
  std::map<std::string, std::size_t> objects;  ///< by container: how many can be taken over
  std::vector<std::string> left;  ///< "<path>:<line>: why": what cannot, and stays as it is
};

/// What `doctor` and error messages say of a provider's health.
struct Diagnosis {
  std::vector<std::string> good;
  std::vector<Error> bad;
};

/// The account of one vendor. A provider translates: it never sleeps, retries, limits, logs a
/// secret or starts a thread; env/ and apply/ do that around it. Thread-safe; waits only inside
/// env, where stop is honoured.
class Provider {
 public:
  virtual ~Provider() = default;
  /// Every container, with change tokens, in the fewest calls.
  virtual Result<std::vector<Container>> survey(std::stop_token stop) = 0;
  /// Reads scopes whole, each reported once. A container that does not exist is `Reading::missing`,
  /// no error.
  virtual void observe(std::span<const Scope> scopes,
                       const std::function<void(const Scope&, Result<ObservedScope>)>& each,
                       std::stop_token stop) = 0;
  /// What others may refer to: rows with outputs, whatever else is left out. Reported as by
  /// observe(), which it is by default; cheaper where values of containers are to be had alone.
  virtual void observe_outputs(std::span<const Scope> scopes,
                               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
                               std::stop_token stop);
  /// Looks for what an open intent may have done: the scope, or at least the named keys and markers
  /// of it.
  virtual Result<ObservedScope> locate(const Scope& scope,
                                       std::span<const std::string> markers_and_keys,
                                       std::stop_token stop) = 0;
  /// Writes whose a container is, where the vendor has a place for it; nothing by default. It is
  /// no part of what the container says to the world.
  virtual Result<void> mark_owner(const Scope& scope, std::string_view mark, std::stop_token stop);
  /// Makes what others wrote into `scopes` part of what observe() reads, where the vendor keeps the
  /// two apart; nothing by default. Nothing that is served is changed. All or nothing for each
  /// object; after a call that pretended, the same is written, or nothing at all (`conflict`).
  virtual Result<TakenOver> take_over(std::span<const Scope> scopes,
                                      TakeOver how,
                                      std::stop_token stop);
  /// Brings about the changes of one batch, in order.
  virtual void apply(const Order& order, const Report& report, std::stop_token stop) = 0;
  /// Brings about the batches of several scopes, at most ProviderTraits::limits.scopes_per_call, in
  /// one go: what a vendor can only write as a whole is written once. One after the other by
  /// default.
  virtual void apply_all(std::span<const Order> orders,
                         const ReportEach& report,
                         std::stop_token stop);
  /// Asks after a Pending change; nothing by default.
  virtual Outcome resume(const Pending& pending, std::stop_token stop);
  virtual Diagnosis diagnose(std::stop_token stop) = 0;
};

/// What a provider is opened with. Borrowed: outlives the provider.
struct Opening {
  std::string name;       ///< of the Provider document, for errors
  const Value& spec;      ///< Provider.spec
  std::string account;    ///< Scope::account
  std::string directory;  ///< the project's root: relative paths of a spec start here
  env::Env& env;
  env::Http& http;  ///< limited and retrying, as the spec's `limits` say
  /// What is declared for this account (static servers are what the manifests say they are).
  std::span<const std::shared_ptr<const DesiredScope>> declared;
};

/// One line of builtin_providers.cpp.
struct ProviderType {
  const ProviderTraits* traits = nullptr;
  Result<std::unique_ptr<Provider>> (*open)(const Opening& opening) = nullptr;
};

}  // namespace plumb::providers
