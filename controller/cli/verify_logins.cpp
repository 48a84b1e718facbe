#include "controller/cli/verify_logins.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/describe/diagnostics_text.h"
#include "controller/env/parallel.h"
#include "controller/env/resolver.h"
#include "controller/reconcile/prints.h"
#include "controller/verify/facts.h"
#include "controller/verify/login.h"
#include "controller/verify/look.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"
#include "resources/values/ip_address.h"

namespace plumb::cli {
namespace {

using std::chrono::milliseconds;
using Outcome = TriedLogin::Outcome;

constexpr milliseconds kPatience{8'000};  ///< with one server; Dovecot takes its time to refuse
/// Servers look at their files once a second, by the second in which these were written.
constexpr milliseconds kUntilSeen{1'100};
constexpr std::size_t kMost = 50;
constexpr std::size_t kMostRefused = 3;  ///< fail2ban's usual limit is five

/// Whether anything says that nobody may log in, or only to read what machines send.
bool is_closed(const plan::ScopePlan& scope, std::string_view key) {
  const auto flag = [&](const Table* table, std::uint8_t field) -> std::optional<bool> {
    const auto row = table == nullptr ? std::nullopt : table->find(kinds::kMailbox, key);
    const auto number = row ? cbor::field_number(table->body((*table)[*row]), field) : std::nullopt;
    return number ? std::optional(*number != 0) : std::nullopt;
  };
  const auto* declared = scope.desired ? &scope.desired->table : nullptr;
  const auto* there = scope.observed ? &scope.observed->table : nullptr;
  constexpr std::array<std::uint8_t, 2> kFlags = {kinds::kMailboxReceiveOnly,
                                                  kinds::kMailboxDisabled};
  return std::any_of(kFlags.begin(), kFlags.end(), [&](std::uint8_t field) {
    const auto said = flag(declared, field);
    return said.value_or(flag(there, field).value_or(false));
  });
}

/// Addresses that stand in examples: nobody is there (RFC 5737 §3, RFC 3849 §2).
bool is_documentation(std::string_view address) {
  constexpr std::array<std::string_view, 4> kNets = {
      "192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"};
  return std::any_of(
      kNets.begin(), kNets.end(), [&](auto net) { return address.starts_with(net); });
}

/// One way to a server, and how it is called.
struct Way {
  std::string name;  ///< "mx1.example.com:993"
  verify::ServiceQuestion question;
};

/// The declared addresses of a server.
std::vector<std::string> addresses_in(std::string_view body) {
  std::vector<std::string> addresses;
  for (const auto field : {kinds::kServerIpv4, kinds::kServerIpv6}) {
    for (const auto& address : cbor::field_list(body, field)) {
      addresses.emplace_back(address);
    }
  }
  return addresses;
}

/// Where people log in, of each provider and domain.
class Servers {
 public:
  Servers(Workspace& workspace, const load::Loaded& loaded, std::stop_token stop)
      : loaded_(loaded), env_(workspace.env()), stop_(std::move(stop)) {
    for (const auto& scope : loaded.scopes) {
      for (const auto& entry : scope->table.entries()) {
        if (entry.kind == kinds::kServer) {
          const auto body = scope->table.body(entry);
          hosts_.emplace(cbor::field_octets(body, kinds::kServerHostname).value_or(""), body);
        }
      }
    }
    for (const auto& servers : loaded.login_servers) {
      declared_.emplace(servers.mail, &servers);
    }
    for (const auto& producer : loaded.producers) {
      producers_.emplace(producer.declaration, &producer.id);
    }
  }

  /// Whether the Provider says where.
  bool is_named(const std::string& provider) const {
    const auto* config = config_of(provider);
    return config != nullptr && config->imap.has_value();
  }
  /// All ways, the best first; empty: nobody is known to be asked.
  const std::vector<Way>& of(const Scope& mail, const std::string& provider) {
    const auto [found, is_new] = known_.try_emplace(mail);
    if (is_new) {
      found->second = find(mail, provider);
    }
    return found->second;
  }

 private:
  const load::ProviderConfig* config_of(const std::string& provider) const {
    const auto found = std::find_if(loaded_.providers.begin(),
                                    loaded_.providers.end(),
                                    [&](const auto& one) { return one.name == provider; });
    return found == loaded_.providers.end() ? nullptr : &*found;
  }

  std::vector<Way> find(const Scope& mail, const std::string& provider) {
    const auto* config = config_of(provider);
    std::vector<Way> ways;
    if (config == nullptr || config->no_logins) {
      return ways;
    }
    if (config->imap) {
      const auto service = config->imap->implicit ? verify::Service::imaps : verify::Service::imap;
      for (const auto& address : addresses_of(config->imap->host)) {
        add(ways, service, config->imap->host, address, config->imap->port);
      }
      return ways;
    }
    if (const auto declared = declared_.find(mail); declared != declared_.end()) {
      add_declared(ways, *declared->second);
    }
    return ways;
  }

  /// The first server that has an address in the world, by TLS and else by STARTTLS.
  void add_declared(std::vector<Way>& ways, const load::LoginServers& servers) {
    for (const auto& name : servers.servers) {
      const auto producer = producers_.find(name);
      const auto body = producer == producers_.end() ? std::string_view() : row(*producer->second);
      auto host = std::string(cbor::field_octets(body, kinds::kServerHostname).value_or(""));
      if (host.ends_with('.')) {
        host.pop_back();
      }
      for (const auto& address : addresses_in(body)) {
        if (!is_documentation(address)) {
          add(ways, verify::Service::imaps, host, address, load::ImapServer::kTlsPort);
          add(ways, verify::Service::imap, host, address, load::ImapServer::kStartTlsPort);
        }
      }
      if (!ways.empty()) {
        return;
      }
    }
  }

  std::string_view row(const ResourceId& id) const {
    const auto scope =
        std::lower_bound(loaded_.scopes.begin(),
                         loaded_.scopes.end(),
                         id.scope,
                         [](const auto& one, const auto& wanted) { return one->scope < wanted; });
    if (scope == loaded_.scopes.end() || (*scope)->scope != id.scope) {
      return {};
    }
    const auto& table = (*scope)->table;
    const auto found = table.find(id.kind, id.key);
    return found ? table.body(table[*found]) : std::string_view();
  }

  void add(std::vector<Way>& ways,
           verify::Service service,
           const std::string& host,
           const std::string& address,
           std::uint16_t port) {
    if (address.find(':') == std::string::npos || address == "::1" || env::reaches_ipv6()) {
      ways.push_back(
          {env::server_text(host, port), {service, env::server_text(address, port), host}});
    }
  }

  /// Of a host that a Provider names, which stands for all its domains: found once.
  const std::vector<std::string>& addresses_of(const std::string& host) {
    const auto [found, is_new] = addresses_.try_emplace(host);
    if (is_new) {
      found->second = find_addresses(host);
    }
    return found->second;
  }

  /// As declared, else as the host is looked up.
  std::vector<std::string> find_addresses(const std::string& host) {
    if (values::is_ip_address(host)) {
      return {host};
    }
    if (host == "localhost") {
      return {"127.0.0.1"};
    }
    if (const auto declared = hosts_.find(host + "."); declared != hosts_.end()) {
      return addresses_in(declared->second);
    }
    const auto name = values::DomainName::parse(host);
    if (!name) {
      return {};
    }
    env::AresResolver resolver({.servers = loaded_.project.resolvers,
                                .try_time = milliseconds(1'000),
                                .deadline = milliseconds(3'000)});
    const verify::Sources sources{.resolver = resolver, .http = env_.http};
    verify::Facts facts;
    auto found = verify::addresses_of(facts, *name);
    while (!found && facts.find_out(sources, stop_)) {
      found = verify::addresses_of(facts, *name);
    }
    return found ? found->values : std::vector<std::string>();
  }

  const load::Loaded& loaded_;
  env::Env env_;
  std::stop_token stop_;
  std::map<std::string_view, std::string_view> hosts_;  ///< bodies of Servers by hostname
  std::map<Scope, const load::LoginServers*> declared_;
  std::map<std::string_view, const ResourceId*> producers_;    ///< by what declares them
  std::map<std::string, std::vector<std::string>> addresses_;  ///< by host
  std::map<Scope, std::vector<Way>> known_;
};

/// One login per password, at its server.
class LoginRound {
 public:
  LoginRound(Workspace& workspace, state::Store& store, std::stop_token stop)
      : env_(workspace.env()),
        store_(store),
        stop_(std::move(stop)),
        options_({.ca_file = workspace.ca_file(), .deadline = kPatience}) {}

  /// Why it is not tried at all, or nothing.
  static std::string reason(const SetPassword& set, const std::vector<Way>& ways) {
    return set.closed                    ? "the mailbox only receives, or is disabled"
           : set.secret.source == "hash" ? "of a ready hash the password is not known"
           : ways.empty()                ? "its server has no address"
                                         : "";
  }

  void add(const SetPassword& set, const std::vector<Way>& ways) {
    open_.emplace_back(&set, &ways);
  }

  /// In batches, no more of which may be refused than servers bear.
  std::vector<TriedLogin> run() {
    std::vector<TriedLogin> all;
    std::size_t next = 0;
    while (next < std::min(open_.size(), kMost) && refused_ < kMostRefused &&
           !stop_.stop_requested()) {
      const auto batch = std::min(kMostRefused - refused_, std::min(open_.size(), kMost) - next);
      std::vector<TriedLogin> tried(batch);
      std::vector<env::Secret> passwords;
      for (std::size_t i = 0; i < batch; ++i) {
        passwords.push_back(password_of(*open_[next + i].first, *open_[next + i].second, tried[i]));
      }
      env::for_each_parallel(batch, static_cast<unsigned>(batch), [&](std::size_t i) {
        if (!passwords[i].empty()) {
          log_in(passwords[i], *open_[next + i].second, tried[i]);
        }
      });
      for (auto& one : tried) {
        refused_ += one.outcome == Outcome::refused ? 1 : 0;
        if (one.outcome == Outcome::not_tried && !one.server.empty()) {
          down_.emplace(one.server, one.why);
        }
        all.push_back(std::move(one));
      }
      next += batch;
    }
    for (; next < open_.size(); ++next) {
      all.push_back({.mailbox = open_[next].first->mailbox,
                     .server = {},
                     .why = refused_ >= kMostRefused
                                ? "others were refused, and servers lock out who is refused often"
                                : fmt::format("{} in one run are tried", kMost)});
    }
    return all;
  }

 private:
  /// Empty, and why, where it is not to be tried.
  env::Secret password_of(const SetPassword& set, const std::vector<Way>& ways, TriedLogin& tried) {
    tried.mailbox = set.mailbox;
    tried.server = ways.front().name;
    if (const auto down = down_.find(tried.server); down != down_.end()) {
      tried.why = down->second;
      return {};
    }
    auto password = env_.secrets.get(set.secret);
    const auto print =
        password ? reconcile::print_of(*password, store_, env_) : Result<std::string>();
    if (!password || !print || *print != set.print) {
      tried.server.clear();
      tried.why = "its secret reads otherwise now";
      return {};
    }
    return *std::move(password);
  }

  /// By the first way that leads to somebody.
  void log_in(const env::Secret& password, const std::vector<Way>& ways, TriedLogin& tried) const {
    const auto end = env_.clock.steady() + kPatience;
    for (const auto& way : ways) {
      auto seen = verify::try_login(way.question, tried.mailbox, password, options_, stop_);
      const bool reached = seen.verdict != verify::LoginVerdict::unreachable;
      if (reached || tried.why.empty()) {
        tried.server = way.name;
        tried.why = std::move(seen.why);
      }
      if (reached) {
        tried.outcome = outcome_of(seen.verdict);
        return;
      }
      if (env_.clock.steady() >= end || stop_.stop_requested()) {
        break;
      }
    }
    tried.why = "not reachable: " + tried.why;
  }

  static Outcome outcome_of(verify::LoginVerdict verdict) {
    return verdict == verify::LoginVerdict::accepted    ? Outcome::accepted
           : verdict == verify::LoginVerdict::refused   ? Outcome::refused
           : verdict == verify::LoginVerdict::undecided ? Outcome::undecided
                                                        : Outcome::not_tried;
  }

  env::Env env_;
  state::Store& store_;
  std::stop_token stop_;
  verify::ServiceOptions options_;
  std::vector<std::pair<const SetPassword*, const std::vector<Way>*>> open_;
  std::map<std::string, std::string> down_;  ///< why, by server
  std::size_t refused_ = 0;
};

}  // namespace

void LoginsAfterApply::note(const plan::Plan& plan,
                            const apply::Summary& summary,
                            const env::Clock& clock) {
  for (const auto& result : summary.results) {
    const auto& scope = plan.scopes[result.scope];
    const auto& change = scope.changes[result.change];
    if (result.ending != apply::Ending::done || scope.kind(change) != kinds::kPassword) {
      continue;
    }
    const auto key = std::string(scope.key(change));
    const auto row = scope.desired_row(change);
    const auto print = cbor::field_octets(scope.after(change), kinds::kPasswordValue);
    if (row == plan::kNone || !print) {
      set_.erase({scope.scope, key});  // it has gone
      continue;
    }
    const auto& table = scope.desired->table;
    const auto written = cbor::field(table.body(table[row]), kinds::kPasswordValue);
    const auto value = written ? cbor::decode(*written) : Result<Value>();
    const auto* secret = value ? std::get_if<SecretRef>(&value->data) : nullptr;
    if (secret == nullptr) {
      continue;
    }
    auto domain = scope.scope.container;
    domain.erase(domain.find_last_not_of('.') + 1);
    set_.insert_or_assign({scope.scope, key},
                          SetPassword{.provider = scope.provider,
                                      .mailbox = key + "@" + domain,
                                      .secret = *secret,
                                      .print = std::string(*print),
                                      .closed = is_closed(scope, key)});
    when_ = clock.steady();
  }
}

std::vector<TriedLogin> LoginsAfterApply::look(Workspace& workspace,
                                               const load::Loaded& loaded,
                                               state::Store& store,
                                               std::stop_token stop) const {
  std::vector<TriedLogin> all;
  if (set_.empty() || stop.stop_requested()) {
    return all;
  }
  Servers servers(workspace, loaded, stop);
  LoginRound round(workspace, store, stop);
  bool any = false;
  for (const auto& [where, set] : set_) {
    const auto& ways = servers.of(where.first, set.provider);
    if (ways.empty() && !servers.is_named(set.provider)) {
      continue;  // nobody is known to be asked
    }
    if (auto why = LoginRound::reason(set, ways); !why.empty()) {
      all.push_back({.mailbox = set.mailbox, .server = {}, .why = std::move(why)});
      continue;
    }
    round.add(set, ways);
    any = true;
  }
  if (any) {
    workspace.env().clock.wait_until(when_ + kUntilSeen, stop);
  }
  auto tried = round.run();
  std::move(tried.begin(), tried.end(), std::back_inserter(all));
  return stop.stop_requested() ? std::vector<TriedLogin>() : all;
}

bool any_refused(const std::vector<TriedLogin>& tried) {
  return std::any_of(
      tried.begin(), tried.end(), [](const auto& one) { return one.outcome == Outcome::refused; });
}

std::string logins_text(const std::vector<TriedLogin>& tried) {
  std::map<std::tuple<Outcome, std::string, std::string>, std::vector<std::string>> stories;
  for (const auto& one : tried) {
    stories[{one.outcome, one.server, one.why}].push_back(one.mailbox);
  }
  std::string text;
  for (const auto& [story, mailboxes] : stories) {
    const auto& [outcome, server, why] = story;
    const auto* mark = outcome == Outcome::refused || outcome == Outcome::undecided ? "! " : "";
    text += fmt::format("{}{}: password{} set; ",
                        mark,
                        verify::listed(mailboxes),
                        mailboxes.size() == 1 ? "" : "s");
    const auto shown = describe::printable(why);
    if (outcome == Outcome::not_tried) {
      text += server.empty() ? fmt::format("login not tried: {}\n", shown)
                             : fmt::format("login not tried at {}: {}\n", server, shown);
      continue;
    }
    text += fmt::format("login tried at {}: ", server);
    text += outcome == Outcome::accepted  ? "accepted\n"
            : outcome == Outcome::refused ? fmt::format("refused ({})\n", shown)
                                          : fmt::format("not decided: {}\n", shown);
    if (outcome == Outcome::refused) {
      text +=
          "    hint: the server has another password, or none yet: look whether it reads what the "
          "provider writes and was told so (reload), and at its log; then log in by hand\n";
    }
  }
  return text;
}

std::string logins_ndjson(const std::vector<TriedLogin>& tried) {
  constexpr std::array<const char*, 4> kNames = {"accepted", "refused", "undecided", "not tried"};
  std::string lines;
  for (const auto& one : tried) {
    nlohmann::json line{{"event", "login"},
                        {"mailbox", one.mailbox},
                        {"outcome", kNames.at(static_cast<std::size_t>(one.outcome))}};
    if (!one.server.empty()) {
      line["server"] = one.server;
    }
    if (!one.why.empty()) {
      line["why"] = one.why;
    }
    lines += line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  }
  return lines;
}

}  // namespace plumb::cli
