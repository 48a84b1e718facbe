#include "controller/providers/postfix_dovecot/postfix_dovecot.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "controller/env/crypto.h"
#include "controller/env/password_hash.h"
#include "controller/providers/owing.h"
#include "controller/providers/postfix_dovecot/adapt.h"
#include "controller/providers/postfix_dovecot/address.h"
#include "controller/providers/postfix_dovecot/apply.h"
#include "controller/providers/postfix_dovecot/config.h"
#include "controller/providers/postfix_dovecot/observe.h"
#include "controller/providers/postfix_dovecot/server.h"
#include "controller/providers/postfix_dovecot/take_over.h"
#include "controller/providers/settings.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"

namespace plumb::providers::postfix_dovecot {
namespace {

std::string_view without_dot(std::string_view container) {
  return container.ends_with('.') ? container.substr(0, container.size() - 1) : container;
}

/// Whether two take-overs leave the same behind. Where neither has anything to take, whatever else
/// the files hold may have changed.
bool is_same(const Takeover& a, const Takeover& b) {
  return a.addresses == b.addresses && (a.addresses.empty() || a.contents == b.contents);
}

class PostfixDovecot final : public Provider, public Owing {
 public:
  PostfixDovecot(const Opening& opening, Config config)
      : account_(opening.account),
        env_(opening.env),
        config_(std::move(config)),
        files_(opening.directory, config_),
        keys_(files_, config_.dkim ? config_.dkim->owner : std::string()) {
    for (const auto& scope : opening.declared) {
      declared_[scope->scope.container] = scope;
    }
  }

  Result<std::vector<Container>> survey(std::stop_token stop) override;
  void observe(std::span<const Scope> scopes,
               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
               std::stop_token stop) override;
  void observe_outputs(std::span<const Scope> scopes,
                       const std::function<void(const Scope&, Result<ObservedScope>)>& each,
                       std::stop_token stop) override;
  Result<ObservedScope> locate(const Scope& scope,
                               std::span<const std::string> markers_and_keys,
                               std::stop_token stop) override;
  Result<TakenOver> take_over(std::span<const Scope> scopes,
                              TakeOver how,
                              std::stop_token stop) override;
  void apply(const Order& order, const Report& report, std::stop_token stop) override;
  void apply_all(std::span<const Order> orders,
                 const ReportEach& report,
                 std::stop_token stop) override;
  Diagnosis diagnose(std::stop_token stop) override;
  std::vector<Error> owed() override;
  void tell(std::stop_token stop) override;

 private:
  void observe_with(std::span<const Scope> scopes,
                    const std::function<void(const Scope&, Result<ObservedScope>)>& each,
                    const std::stop_token& stop,
                    const std::function<Result<ObservedScope>(
                        const std::shared_ptr<const Snapshot>&, const Scope&)>& read_one);
  Result<ObservedScope> read(const std::shared_ptr<const Snapshot>& snapshot, const Scope& scope);
  /// Whether a mailbox's password is as declared; nothing: nobody wants to know.
  std::optional<bool> intact(const DesiredScope* declared,
                             std::string_view local,
                             std::string_view hash) const;

  std::string account_;
  env::Env env_;
  Config config_;
  Files files_;
  Keys keys_;
  std::map<std::string, std::shared_ptr<const DesiredScope>, std::less<>> declared_;
  std::mutex writing_;
  /// What a take-over that only pretended would have written, until the next one.
  std::optional<Takeover> pretended_;
};

Result<std::vector<Container>> PostfixDovecot::survey(std::stop_token /*stop*/) {
  PLUMB_TRY(snapshot, files_.load());
  std::vector<Container> containers;
  for (const auto domain : snapshot->domains()) {
    containers.push_back(
        {{account_, std::string(domain) + "."}, snapshot->fingerprint(domain, files_.web_root())});
  }
  return containers;
}

std::optional<bool> PostfixDovecot::intact(const DesiredScope* declared,
                                           std::string_view local,
                                           std::string_view hash) const {
  const auto row =
      declared != nullptr ? declared->table.find(kinds::kPassword, local) : std::nullopt;
  const auto body = row ? declared->table.body(declared->table[*row]) : std::string_view();
  if (!row || !cbor::field(body, kinds::kPasswordIntact)) {
    return std::nullopt;
  }
  const auto encoded = cbor::field(body, kinds::kPasswordValue);
  const auto value = encoded ? cbor::decode(*encoded) : Result<Value>(Value{});
  const auto* secret = value ? std::get_if<SecretRef>(&value->data) : nullptr;
  if (secret == nullptr) {
    return true;  // there is nothing that it could differ from
  }
  if (secret->source == "hash") {
    const auto ready = env::ready_password_hash(secret->locator);
    return ready && env::equal_in_constant_time(*ready, hash);
  }
  const auto password = env_.secrets.get(*secret);
  if (!password) {
    env_.log.warn("a password cannot be compared with what is declared",
                  {{"mailbox", fmt::format("{}@{}", local, without_dot(declared->scope.container))},
                   {"error", password.error().message}});
    return true;
  }
  return env::verify_password(*password, hash) != env::PasswordMatch::no;
}

Result<ObservedScope> PostfixDovecot::read(const std::shared_ptr<const Snapshot>& snapshot,
                                           const Scope& scope) {
  const auto domain = without_dot(scope.container);
  const auto found = declared_.find(scope.container);
  const auto* declared = found == declared_.end() ? nullptr : found->second.get();
  auto observed = observe_domain(
      snapshot,
      domain,
      files_,
      keys_,
      declared,
      [&](std::string_view local, std::string_view hash) { return intact(declared, local, hash); },
      snapshot->fingerprint(domain, files_.web_root()));
  if (observed) {
    observed->scope = scope;
  }
  return observed;
}

void PostfixDovecot::observe_with(
    std::span<const Scope> scopes,
    const std::function<void(const Scope&, Result<ObservedScope>)>& each,
    const std::stop_token& stop,
    const std::function<Result<ObservedScope>(const std::shared_ptr<const Snapshot>&,
                                              const Scope&)>& read_one) {
  const auto snapshot = files_.load();
  for (const auto& scope : scopes) {
    if (!snapshot) {
      each(scope, tl::unexpected(snapshot.error()));
    } else if (stop.stop_requested()) {
      each(scope, fail(ErrorCode::cancelled, scope.container + " was not read: stopped"));
    } else {
      each(scope, read_one(*snapshot, scope));
    }
  }
}

void PostfixDovecot::observe(std::span<const Scope> scopes,
                             const std::function<void(const Scope&, Result<ObservedScope>)>& each,
                             std::stop_token stop) {
  observe_with(scopes, each, stop, [&](const auto& snapshot, const Scope& scope) {
    return read(snapshot, scope);
  });
}

void PostfixDovecot::observe_outputs(
    std::span<const Scope> scopes,
    const std::function<void(const Scope&, Result<ObservedScope>)>& each,
    std::stop_token stop) {
  observe_with(scopes, each, stop, [&](const auto& snapshot, const Scope& scope) {
    auto observed = observe_keys(*snapshot, without_dot(scope.container), keys_);
    if (observed) {
      observed->scope = scope;
    }
    return observed;
  });
}

Result<ObservedScope> PostfixDovecot::locate(const Scope& scope,
                                             std::span<const std::string> /*markers_and_keys*/,
                                             std::stop_token /*stop*/) {
  PLUMB_TRY(snapshot, files_.load());
  return read(snapshot, scope);
}

Result<TakenOver> PostfixDovecot::take_over(std::span<const Scope> scopes,
                                            TakeOver how,
                                            std::stop_token stop) {
  const std::lock_guard<std::mutex> guard(writing_);
  Server server(config_, files_, env_);
  std::unique_ptr<WriteLock> lock;
  if (how == TakeOver::write) {
    if (auto ready = server.ready(); !ready) {
      return tl::unexpected(std::move(ready).error());
    }
    PLUMB_TRY(taken, WriteLock::take(files_.directory(), env_.clock, std::move(stop)));
    lock = std::move(taken);
  }
  const auto pretended = std::exchange(pretended_, std::nullopt);
  files_.stop_pretending();
  PLUMB_TRY(snapshot, files_.load());
  std::set<std::string> domains;
  for (const auto& scope : scopes) {
    domains.emplace(without_dot(scope.container));
  }
  std::set<std::string> declared;
  for (const auto& [container, scope] : declared_) {
    declared.emplace(without_dot(container));
  }
  PLUMB_TRY(moved, take_over_lines(snapshot, domains, declared));
  TakenOver out{.left = std::move(moved.left)};
  for (const auto& [domain, count] : moved.addresses) {
    out.objects.emplace(domain + ".", count);
  }
  if (pretended && how == TakeOver::write && !is_same(*pretended, moved)) {
    return tl::unexpected(
        Error{.code = ErrorCode::conflict,
              .message = fmt::format("the mail server's files in {} have changed since they were "
                                     "read; nothing was written",
                                     files_.directory().string()),
              .hint = "run the same again",
              .category = ErrorCategory::conflict});
  }
  if (how == TakeOver::pretend) {
    pretended_ = moved;
  }
  if (how == TakeOver::count || moved.addresses.empty()) {
    return out;
  }
  if (how == TakeOver::pretend) {
    PLUMB_TRY(as_if, Snapshot::with_files(*snapshot, moved.contents));
    files_.pretend(std::move(as_if));
    return out;
  }
  auto written = server.write(*snapshot, moved.contents, Direction::adding);
  server.tell();
  return written ? Result<TakenOver>(std::move(out)) : tl::unexpected(std::move(written).error());
}

void PostfixDovecot::apply(const Order& order, const Report& report, std::stop_token stop) {
  apply_all(
      std::span(&order, 1),
      [&](std::size_t /*order*/, std::uint32_t number, Outcome outcome) {
        report(number, std::move(outcome));
      },
      stop);
}

void PostfixDovecot::apply_all(std::span<const Order> orders,
                               const ReportEach& report,
                               std::stop_token stop) {
  struct Reported {
    std::size_t order;
    std::uint32_t number;
    Outcome outcome;
  };
  std::vector<Reported> all;
  {
    const std::lock_guard<std::mutex> lock(writing_);
    carry_out(
        {config_, files_, keys_, env_},
        orders,
        [&](std::size_t order, std::uint32_t number, Outcome outcome) {
          all.push_back({order, number, std::move(outcome)});
        },
        std::move(stop));
  }
  for (auto& one : all) {
    report(one.order, one.number, std::move(one.outcome));
  }
}

Diagnosis PostfixDovecot::diagnose(std::stop_token /*stop*/) {
  Diagnosis diagnosis;
  const Server server(config_, files_, env_);
  if (auto ready = server.ready(); !ready) {
    diagnosis.bad.push_back(std::move(ready).error());
  }
  auto snapshot = files_.load();
  if (!snapshot) {
    diagnosis.bad.push_back(std::move(snapshot).error());
    return diagnosis;
  }
  const auto domains = (*snapshot)->domains();
  diagnosis.good.push_back(fmt::format(
      "directory {} holds {} mail domains", files_.directory().string(), domains.size()));
  for (const auto domain : domains) {
    if (auto state = read_domain(*snapshot, domain); !state) {
      diagnosis.bad.push_back(std::move(state).error());
    }
  }
  for (auto& error : owed()) {
    diagnosis.bad.push_back(std::move(error));
  }
  return diagnosis;
}

std::vector<Error> PostfixDovecot::owed() {
  if (!Server(config_, files_, env_).owes()) {
    return {};
  }
  return {{.code = ErrorCode::unavailable,
           .message = fmt::format("the files in {} are written, but the mail server may not know",
                                  files_.directory().string()),
           .hint = "mend what keeps the provider's reload commands, or postmap, from working: "
                   "plumb apply runs them again; or tell the server yourself and remove " +
                   (files_.directory() / ".owed").string()}};
}

void PostfixDovecot::tell(std::stop_token stop) {
  if (owed().empty()) {
    return;
  }
  const std::lock_guard<std::mutex> guard(writing_);
  const auto lock = WriteLock::take(files_.directory(), env_.clock, std::move(stop));
  if (!lock) {
    env_.log.error("the mail server is not told", {{"error", lock.error().message}});
    return;
  }
  Server(config_, files_, env_).tell();
}

void check(const Value& spec, Diagnostics& problems) {
  read_config(spec, problems);
}

constexpr ProviderTraits kTraits{
    .type = "postfix-dovecot",
    .limits = {.scopes_per_call = 0, .calls_at_once = 1, .reads_at_once = 4},
    .mail = true,
    .fuses_container = true,
    .renames = true,
    .exact_tokens = true,
    .account = account_of,
    .adapt = adapt,
    .serves_policies = serves_policies,
    .makes_keys = makes_keys,
    .check = check,
};

Result<std::unique_ptr<Provider>> open(const Opening& opening) {
  Diagnostics problems;
  auto config = read_config(opening.spec, problems);
  if (problems.has_errors()) {
    return tl::unexpected(cannot_open(opening.name, problems));
  }
  return std::unique_ptr<Provider>(std::make_unique<PostfixDovecot>(opening, std::move(config)));
}

}  // namespace

ProviderType postfix_dovecot_provider() {
  return {&kTraits, open};
}

}  // namespace plumb::providers::postfix_dovecot
