#include "controller/load/providers.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "controller/load/project.h"
#include "resources/model/mistakes.h"
#include "resources/values/domain_name.h"
#include "resources/values/ip_address.h"

namespace plumb::load {
namespace {

constexpr auto kSecretSources = std::to_array<std::string_view>({"env", "file", "exec", "sealed"});
constexpr std::string_view kStatic = "static";

/// The SecretRef that a map of one member spells; monostate where it spells none.
Value as_secret(const Value::Map& map, Place place) {
  const auto& [source, written, unused] = map.front();
  if (std::find(kSecretSources.begin(), kSecretSources.end(), source) == kSecretSources.end()) {
    return {};
  }
  if (const auto* text = written.as_string()) {
    return Value{SecretRef{source, *text}, place};
  }
  const auto* words = written.as_list();
  if (source != "exec" || words == nullptr || words->empty()) {
    return {};
  }
  std::string command;
  for (const auto& word : *words) {
    if (word.as_string() == nullptr) {
      return {};
    }
    command += (command.empty() ? "" : std::string(1, '\0')) + *word.as_string();
  }
  return Value{SecretRef{source, command}, place};
}

const ProviderTraits* find_type(std::span<const ProviderTraits* const> types,
                                std::string_view name) {
  const auto found = std::find_if(
      types.begin(), types.end(), [&](const ProviderTraits* type) { return type->type == name; });
  return found == types.end() ? nullptr : *found;
}

const ProviderTraits* read_type(const Value& spec,
                                std::span<const ProviderTraits* const> types,
                                Diagnostics& problems) {
  const auto* type = spec.find("type");
  if (type == nullptr || type->as_string() == nullptr) {
    return nullptr;
  }
  const auto* found = find_type(types, *type->as_string());
  if (found == nullptr) {
    std::vector<std::string_view> names;
    std::string all;
    for (const auto* known : types) {
      names.push_back(known->type);
      all += (all.empty() ? "" : ", ") + std::string(known->type);
    }
    auto hint = did_you_mean(*type->as_string(), names);
    problems.error(type->place,
                   Mistake::provider_type,
                   "there is no provider type `" + *type->as_string() + "`",
                   !hint.empty() ? std::move(hint) : "types are " + all);
  }
  return found;
}

void read_limits(const Value& spec, ProviderConfig& config, Diagnostics& problems) {
  const auto* limits = spec.find("limits");
  if (limits == nullptr) {
    return;
  }
  if (const auto* most = limits->find("concurrency");
      most != nullptr && most->as_int() != nullptr) {
    config.concurrency = static_cast<unsigned>(*most->as_int());
  }
  const auto* rate = limits->find("requestsPerSecond");
  const auto text = rate != nullptr ? kinds::scalar_text(*rate) : std::nullopt;
  if (!text) {
    return;
  }
  double number = 0;
  const auto [rest, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || rest != text->data() + text->size() || !(number > 0) ||
      number > 1e6) {
    problems.error(rate->place,
                   Mistake::bad_number,
                   "`requestsPerSecond` must be a number above 0",
                   "write 50, or 0.5 for one request in two seconds");
    return;
  }
  config.requests_per_second = number;
}

/// Whether a canonical name can be that of a host: letters, digits and inner hyphens, and no number
/// at its end, which only addresses have (RFC 1123 §2.1).
bool is_host(std::string_view name) {
  const auto number = [](std::string_view label) {
    return label.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (number(name.substr(name.rfind('.') + 1))) {
    return values::Ipv4Address::parse(name).has_value();
  }
  for (bool more = true; more;) {
    const auto dot = name.find('.');
    const auto label = name.substr(0, dot);
    if (label.starts_with('-') || label.ends_with('-') ||
        label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != label.npos) {
      return false;
    }
    more = dot != std::string_view::npos;
    name.remove_prefix(more ? dot + 1 : name.size());
  }
  return true;
}

/// "imaps://mx1.example.org", "imap://localhost:1143".
std::optional<ImapServer> imap_server(std::string_view text) {
  ImapServer server;
  if (text.starts_with("imap://")) {
    server.port = ImapServer::kStartTlsPort;
    server.implicit = false;
  } else if (!text.starts_with("imaps://")) {
    return std::nullopt;
  }
  text.remove_prefix(text.find("//") + 2);
  if (text.ends_with('/')) {
    text.remove_suffix(1);
  }
  if (text.starts_with('[') && text.find(']') == std::string_view::npos) {
    return std::nullopt;
  }
  const auto colon = text.find(':', text.starts_with('[') ? text.find(']') : 0);
  if (colon != std::string_view::npos) {
    const auto digits = text.substr(colon + 1);
    const auto* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, server.port);
    if (error != std::errc() || rest != end || server.port == 0) {
      return std::nullopt;
    }
    text = text.substr(0, colon);
  }
  if (text.starts_with('[') && text.ends_with(']')) {
    server.host = text.substr(1, text.size() - 2);
    return values::Ipv6Address::parse(server.host) ? std::optional(server) : std::nullopt;
  }
  const auto name = values::DomainName::parse(text);
  if (!name || name->is_root() || !is_host(name->without_dot())) {
    return std::nullopt;
  }
  server.host = name->without_dot();
  return server;
}

void read_imap(const Value& written, ProviderConfig& config, Diagnostics& problems) {
  const auto* text = written.as_string();
  config.no_logins = text != nullptr && *text == "none";
  if (text != nullptr && !config.no_logins) {
    config.imap = imap_server(*text);
  }
  if (!config.no_logins && !config.imap) {
    problems.error(written.place,
                   Mistake::bad_address,
                   "`verify.imap` is no IMAP server",
                   "write imaps://mx1.example.org (TLS), imap://localhost:143 (STARTTLS), or none");
  }
}

/// What plumb itself needs to know; the provider is not bothered with it.
void take_verify(ProviderConfig& config, Diagnostics& problems) {
  auto* fields = std::get_if<Value::Map>(&config.spec.data);
  if (const auto* verify = config.spec.find("verify"); fields != nullptr && verify != nullptr) {
    config.name_servers = read_servers(verify->find("servers"), problems);
    if (const auto* imap = verify->find("imap")) {
      read_imap(*imap, config, problems);
    }
    fields->erase(std::find_if(
        fields->begin(), fields->end(), [](const auto& field) { return field.name == "verify"; }));
  }
}

void read_provider(const Document& document,
                   std::span<const ProviderTraits* const> types,
                   ProviderEntry& entry,
                   Diagnostics& problems) {
  auto& config = entry.config;
  config.name = document.name(&config.place);
  if (!document.good) {
    return;
  }
  config.spec = with_secrets(document.spec());
  const auto* traits = read_type(config.spec, types, problems);
  if (traits == nullptr) {
    return;
  }
  config.type = traits->type;
  const auto errors = problems.error_count();
  read_limits(config.spec, config, problems);
  take_verify(config, problems);
  if (traits->check != nullptr) {
    Diagnostics found;
    traits->check(config.spec, found);
    for (auto& one : found.all()) {
      if (one.rule == info(Mistake::bad_declaration).id) {
        one.rule = info(Mistake::provider_setting).id;
      }
      problems.add(std::move(one));
    }
  }
  if (problems.error_count() != errors) {
    return;
  }
  auto account = traits->account(config.spec);
  if (!account) {
    problems.error(config.place,
                   Mistake::provider_setting,
                   std::move(account).error().in("Provider/" + config.name));
    return;
  }
  config.account = std::move(*account);
  entry.traits = traits;
}

void add_static(Providers& providers, std::span<const ProviderTraits* const> types) {
  const auto* traits = find_type(types, kStatic);
  if (traits == nullptr || providers.contains(kStatic)) {
    return;
  }
  ProviderEntry entry;
  entry.config.name = kStatic;
  entry.config.type = kStatic;
  Value::Map spec;
  spec.push_back({"type", Value{std::string(kStatic), {}}});
  entry.config.spec = Value{std::move(spec), {}};
  auto account = traits->account != nullptr ? traits->account(entry.config.spec)
                                            : Result<std::string>(std::string(kStatic));
  if (!account) {
    return;
  }
  entry.config.account = std::move(*account);
  entry.traits = traits;
  const bool taken = std::any_of(providers.begin(), providers.end(), [&](const auto& other) {
    return other.second.config.account == entry.config.account;
  });
  if (!taken) {
    providers.emplace(kStatic, std::move(entry));
  }
}

}  // namespace

Value with_secrets(Value spec) {
  if (auto* map = std::get_if<Value::Map>(&spec.data)) {
    if (map->size() == 1) {
      if (auto secret = as_secret(*map, spec.place); !secret.is_null()) {
        return secret;
      }
    }
    for (auto& field : *map) {
      field.value = with_secrets(std::move(field.value));
    }
  }
  if (auto* list = std::get_if<Value::List>(&spec.data)) {
    for (auto& item : *list) {
      item = with_secrets(std::move(item));
    }
  }
  return spec;
}

Providers read_providers(std::span<const Document* const> documents,
                         std::span<const ProviderTraits* const> types,
                         Diagnostics& problems) {
  Providers providers;
  std::map<std::string, const ProviderConfig*, std::less<>> accounts;
  for (const auto* document : documents) {
    const auto [found, added] = providers.try_emplace(document->name());
    if (!added) {
      continue;  // declared twice: reported where all kinds are
    }
    auto& entry = found->second;
    read_provider(*document, types, entry, problems);
    if (entry.traits == nullptr) {
      continue;
    }
    const auto [first, only] = accounts.try_emplace(entry.config.account, &entry.config);
    if (!only) {
      const auto& one = *first->second;
      const auto& other = entry.config;
      problems.add({.severity = Severity::error,
                    .place = std::max(one.place, other.place),
                    .message = "Providers `" + one.name + "` and `" + other.name +
                               "` are one account (" + other.account + ")",
                    .hint = "keep one of them and name it everywhere",
                    .rule = std::string(info(Mistake::provider_account).id),
                    .related = std::min(one.place, other.place)});
    }
  }
  add_static(providers, types);
  return providers;
}

}  // namespace plumb::load
