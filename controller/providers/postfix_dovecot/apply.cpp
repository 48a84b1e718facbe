#include "controller/providers/postfix_dovecot/apply.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "controller/env/password_hash.h"
#include "controller/providers/postfix_dovecot/address.h"
#include "controller/providers/postfix_dovecot/bodies.h"
#include "controller/providers/postfix_dovecot/policy.h"
#include "controller/providers/postfix_dovecot/shadows.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"
#include "resources/values/quoted.h"

namespace plumb::providers::postfix_dovecot {
namespace {

/// A change on its way.
struct Task {
  std::size_t order = 0;
  const ProviderChange* change = nullptr;
  std::string domain;
  bool takes_away = false;  ///< goes with the second round
  std::optional<Outcome> outcome;
};

bool lives_outside(KindId kind) {
  return kind == kinds::kDKIMKey || kind == kinds::kMTASTSPolicy;
}

class Work {
 public:
  Work(const Workshop& workshop, std::stop_token stop)
      : workshop_(workshop),
        stop_(std::move(stop)),
        server_(workshop.config, workshop.files, workshop.env) {}

  void run(std::span<const Order> orders, const ReportEach& report);

 private:
  void collect(std::span<const Order> orders);
  Result<void> open();
  void read_states();
  void fail_rest(const Error& error);
  /// Patches and writes what does (not) take away.
  void round(bool takes_away);
  void patch_one(Task& task);
  void refuse_foreign_lines();
  Result<void> write(Direction direction);
  Outcome key(const Task& task);
  Outcome policy(const Task& task);
  /// Takes away what a mail domain that goes has besides its lines.
  Result<void> clear_outside(const std::string& domain);
  void clear_removed(std::span<Task* const> tasks);
  Result<std::string> hash(const SecretRef& secret);

  const Workshop& workshop_;
  std::stop_token stop_;
  Server server_;
  std::unique_ptr<WriteLock> lock_;
  std::shared_ptr<const Snapshot> snapshot_;
  States states_;
  std::vector<Task> tasks_;
};

Outcome failed(Error error) {
  return error.effect == Effect::maybe ? Outcome(Unknown{std::move(error)})
                                       : Outcome(Refused{std::move(error)});
}

void Work::collect(std::span<const Order> orders) {
  for (std::size_t i = 0; i < orders.size(); ++i) {
    auto domain = orders[i].scope.container;
    if (domain.ends_with('.')) {
      domain.pop_back();
    }
    for (const auto& change : orders[i].changes) {
      auto& task = tasks_.emplace_back(Task{i, &change, domain, change.act == Act::remove, {}});
      if (!is_domain(domain) || domain == kRetired) {
        task.outcome = refused(
            fmt::format("mail domain {} cannot be the name of a folder", values::quoted(domain)),
            "keep this domain at another provider");
      }
    }
  }
}

Result<void> Work::open() {
  if (stop_.stop_requested()) {
    return fail(ErrorCode::cancelled, "nothing was written: stopped");
  }
  if (auto ready = server_.ready(); !ready) {
    return ready;
  }
  PLUMB_TRY(lock, WriteLock::take(workshop_.files.directory(), workshop_.env.clock, stop_));
  lock_ = std::move(lock);
  PLUMB_TRY(snapshot, workshop_.files.load());
  snapshot_ = std::move(snapshot);
  return {};
}

void Work::read_states() {
  std::map<std::string, Error, std::less<>> broken;
  for (auto& task : tasks_) {
    if (task.outcome || states_.contains(task.domain)) {
      continue;
    }
    auto bad = broken.find(task.domain);
    if (bad == broken.end()) {
      auto state = read_domain(snapshot_, task.domain);
      if (state) {
        states_.emplace(task.domain, std::move(*state));
        continue;
      }
      bad = broken.emplace(task.domain, std::move(state).error()).first;
    }
    task.outcome = Refused{bad->second};
  }
  for (auto& task : tasks_) {
    // A domain can only become an alias once its own addresses are gone.
    task.takes_away =
        task.takes_away ||
        (task.change->kind == kinds::kMailDomain &&
         !cbor::field_octets(task.change->after, kinds::kMailDomainAliasOf).value_or("").empty());
  }
}

void Work::fail_rest(const Error& error) {
  for (auto& task : tasks_) {
    if (!task.outcome) {
      task.outcome = error.code == ErrorCode::cancelled ? Outcome(NotSent{}) : failed(error);
    }
  }
}

Result<std::string> Work::hash(const SecretRef& secret) {
  if (secret.source == "hash") {
    return env::ready_password_hash(secret.locator);
  }
  PLUMB_TRY(password, workshop_.env.secrets.get(secret));
  return env::hash_password(password, workshop_.config.scheme, workshop_.env.random);
}

Outcome Work::key(const Task& task) {
  const auto& change = *task.change;
  if (workshop_.files.keys().empty()) {
    return refused(fmt::format("the provider has no place for the signing keys of {}", task.domain),
                   "give it one: dkim: {directory: dkim}");
  }
  if (!is_domain(change.key) ||
      (workshop_.files.flat_keys() && change.key.find('.') != std::string_view::npos)) {
    return refused(
        fmt::format("selector {} cannot be part of a file's name", values::quoted(change.key)),
        "use letters, digits and hyphens");
  }
  if (change.act == Act::remove || change.act == Act::replace) {
    auto retired = workshop_.keys.retire(task.domain, change.key, workshop_.env.clock.now());
    if (!retired) {
      return failed(std::move(retired).error());
    }
    if (change.act == Act::remove) {
      return Done{};
    }
  }
  const auto bits = cbor::field_number(change.after, kinds::kDkimBits).value_or(0);
  auto made =
      workshop_.keys.make(task.domain,
                          change.key,
                          cbor::field_octets(change.after, kinds::kDkimAlgorithm).value_or("rsa"),
                          static_cast<std::uint32_t>(std::min<std::uint64_t>(bits, 1U << 20U)));
  if (!made) {
    return failed(std::move(made).error());
  }
  return Done{.handle = {}, .outputs = {{"publicKey", Value{std::move(made->text), {}}}}};
}

Outcome Work::policy(const Task& task) {
  const auto& change = *task.change;
  if (workshop_.files.web_root().empty()) {
    return refused(fmt::format("the provider serves no MTA-STS policy for {}", task.domain),
                   "give it a webRoot that a web server serves");
  }
  const auto path = workshop_.files.policy_path(task.domain);
  auto done = Result<void>();
  if (change.act == Act::remove) {
    done = remove_policy(path);
  } else {
    auto text = policy_text(change.after);
    if (!text) {
      return failed(std::move(text).error());
    }
    done = write_policy(path, *text);
  }
  return done ? Outcome(Done{}) : failed(std::move(done).error());
}

Result<void> Work::clear_outside(const std::string& domain) {
  for (const auto& key : snapshot_->keys_of(domain)) {
    if (auto done = workshop_.keys.retire(domain, key.selector, workshop_.env.clock.now()); !done) {
      return done;
    }
  }
  return workshop_.files.web_root().empty() ? Result<void>()
                                            : remove_policy(workshop_.files.policy_path(domain));
}

void Work::patch_one(Task& task) {
  if (stop_.stop_requested()) {
    task.outcome = NotSent{};
    return;
  }
  const auto kind = task.change->kind;
  if (lives_outside(kind)) {
    task.outcome = kind == kinds::kDKIMKey ? key(task) : policy(task);
    return;
  }
  if (kind == kinds::kDKIMSigning && workshop_.files.keys().empty()) {
    task.outcome = refused(fmt::format("nothing signs for {} here", task.domain),
                           "say where the keys are: dkim: {directory: dkim}");
    return;
  }
  const PatchContext context{workshop_.config.mail_home,
                             [this](const SecretRef& secret) { return hash(secret); }};
  task.outcome = patch(states_.find(task.domain)->second, *task.change, context);
}

/// Nothing is written of a domain that lines outside of the marked part speak of as well: which of
/// the two holds would be the servers' choice.
void Work::refuse_foreign_lines() {
  for (auto state = states_.begin(); state != states_.end();) {
    const auto hidden = shadowed(*snapshot_, state->second, nullptr);
    if (!hidden) {
      ++state;
      continue;
    }
    for (auto& task : tasks_) {
      if (task.domain == state->first && !lives_outside(task.change->kind)) {
        task.outcome = Refused{*hidden};
      }
    }
    state = states_.erase(state);
  }
}

Result<void> Work::write(Direction direction) {
  PLUMB_TRY(contents, contents_with(snapshot_, states_));
  return server_.write(*snapshot_, contents, direction);
}

void Work::round(bool takes_away) {
  // Keys and policies come before what speaks of them, and go after it.
  std::vector<Task*> inside;
  std::vector<Task*> outside;
  for (auto& task : tasks_) {
    if (!task.outcome && task.takes_away == takes_away) {
      (lives_outside(task.change->kind) ? outside : inside).push_back(&task);
    }
  }
  // Removals first: what a domain loses may be what keeps it from becoming an alias.
  std::stable_partition(inside.begin(), inside.end(), [](const Task* task) {
    return task->change->act == Act::remove;
  });
  const auto patch_outside = [&] {
    for (auto* task : outside) {
      patch_one(*task);
    }
  };
  if (!takes_away) {
    patch_outside();
  }
  for (auto* task : inside) {
    patch_one(*task);
  }
  refuse_foreign_lines();
  const bool any = std::any_of(inside.begin(), inside.end(), [](const Task* task) {
    return std::holds_alternative<Done>(*task->outcome);
  });
  if (any) {
    auto written = write(takes_away ? Direction::removing : Direction::adding);
    for (auto* task : inside) {
      if (!written && std::holds_alternative<Done>(*task->outcome)) {
        task->outcome = failed(written.error());
      }
    }
    if (!written) {
      fail_rest(Error{.code = ErrorCode::cancelled, .message = "an earlier change stopped it"});
      return;
    }
  }
  if (takes_away) {
    patch_outside();
    clear_removed(inside);
  }
}

void Work::clear_removed(std::span<Task* const> tasks) {
  for (auto* task : tasks) {
    if (task->change->kind != kinds::kMailDomain || task->change->act != Act::remove ||
        !std::holds_alternative<Done>(*task->outcome)) {
      continue;
    }
    if (auto cleared = clear_outside(task->domain); !cleared) {
      task->outcome = failed(std::move(cleared).error());
    }
  }
}

void Work::run(std::span<const Order> orders, const ReportEach& report) {
  collect(orders);
  if (auto opened = open(); !opened) {
    fail_rest(opened.error());
  } else {
    read_states();
    round(false);
    round(true);
    server_.tell();
  }
  lock_.reset();
  for (auto& task : tasks_) {
    report(task.order, task.change->number, std::move(*task.outcome));
  }
}

}  // namespace

void carry_out(const Workshop& workshop,
               std::span<const Order> orders,
               const ReportEach& report,
               std::stop_token stop) {
  Work(workshop, std::move(stop)).run(orders, report);
}

}  // namespace plumb::providers::postfix_dovecot
