#include "controller/verify/look.h"

#include <algorithm>

#include <fmt/format.h>

#include "resources/values/txt.h"

namespace plumb::verify {

using values::DomainName;
using values::RecordType;

void Look::pass(std::string topic, std::string subject, std::string message, std::string rule) {
  add({.topic = std::move(topic),
       .subject = std::move(subject),
       .status = Status::pass,
       .message = std::move(message),
       .rule = std::move(rule),
       .remedy = {}});
}

std::string Look::remedy(const DomainName& name, RecordType type, const std::string& advice) const {
  const auto* set = declared.set_of(name, type);
  const auto* answer = facts.known(name, type);
  bool seen = false;
  if (set != nullptr && answer != nullptr && *answer) {
    const auto found = (*answer)->values(type);
    seen = std::includes(found.begin(), found.end(), set->values.begin(), set->values.end());
  }
  return verify::remedy(declared, name, type, advice, seen);
}

std::optional<Found> find(Facts& facts, const DomainName& name, RecordType type) {
  const auto* answer = facts.dns(name, type);
  if (answer == nullptr) {
    return std::nullopt;
  }
  Found found;
  if (!*answer) {
    found.trouble = answer->error().message;
    return found;
  }
  const auto& said = **answer;
  if (said.rcode != env::Rcode::noerror && said.rcode != env::Rcode::nxdomain) {
    found.trouble = fmt::format("the resolver says {}", env::rcode_name(said.rcode));
    return found;
  }
  found.known = true;
  found.values = said.values(type);
  found.ttl = said.ttl(type);
  found.nxdomain = said.rcode == env::Rcode::nxdomain;
  found.authenticated = said.authenticated;
  if (type != RecordType::cname) {
    for (const auto& record : said.answers) {
      if (record.type == RecordType::cname) {
        found.aliases.push_back(record.data);
      }
    }
  }
  return found;
}

void ask_upwards(Facts& facts, DomainName name, RecordType type) {
  for (; !name.is_root(); name = name.parent()) {
    facts.dns(name, type);
  }
}

std::optional<Found> addresses_of(Facts& facts, const DomainName& host) {
  auto four = find(facts, host, RecordType::a);
  auto six = find(facts, host, RecordType::aaaa);
  if (!four || !six) {
    return std::nullopt;
  }
  four->values.insert(four->values.end(), six->values.begin(), six->values.end());
  four->nxdomain = four->nxdomain && six->nxdomain;
  if (four->known && !six->known) {
    four->known = false;
    four->trouble = six->trouble;
  }
  return four;
}

std::string listed(const std::vector<std::string>& items, std::size_t most) {
  std::string text;
  const auto shown_count = items.size() > most ? most - 1 : items.size();
  for (std::size_t i = 0; i < shown_count; ++i) {
    const bool last = i + 1 == items.size();
    text += i == 0 ? "" : last ? " and " : ", ";
    text += items[i];
  }
  if (items.size() > shown_count) {
    text += fmt::format(" and {} more", items.size() - shown_count);
  }
  return text;
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string shown(RecordType type, const std::vector<std::string>& values, std::size_t at) {
  constexpr std::size_t kWidth = 60;
  constexpr std::size_t kHead = 12;
  std::vector<std::string> texts;
  for (const auto& value : values) {
    auto text = type == RecordType::txt ? values::quote_string(value) : value;
    if (text.size() > kWidth && values.size() == 1 && at > kWidth / 2) {
      const auto from = std::min(at - kHead, text.size() - kWidth / 2);
      text = text.substr(0, kHead) + "…" + text.substr(from, kWidth / 2) + "…";
    } else if (text.size() > kWidth) {
      text = text.substr(0, kWidth - 1) + "…";
    }
    texts.push_back(std::move(text));
  }
  return texts.empty() ? "nothing" : listed(texts, 3);
}

std::optional<NameServers> name_servers(Facts& facts,
                                        const Declared& declared,
                                        const DomainName& zone,
                                        bool ipv6) {
  NameServers all;
  if (const auto* known = declared.find(zone); known != nullptr && !known->servers.empty()) {
    for (const auto& server : known->servers) {
      all.servers.push_back({server, server});
    }
    return all;
  }
  const auto names = find(facts, zone, RecordType::ns);
  if (!names) {
    return std::nullopt;
  }
  if (!names->known) {
    all.trouble = names->trouble;
    return all;
  }
  auto hosts = names->values;
  if (hosts.empty()) {
    all.found = false;
    const auto* set = declared.set_of(zone, RecordType::ns);
    hosts = set == nullptr ? hosts : set->values;
  }
  bool known = true;
  for (const auto& name : hosts) {
    const auto host = DomainName::from_canonical(name);
    const auto addresses = addresses_of(facts, host);
    if (!addresses) {
      known = false;
      continue;
    }
    if (!addresses->known) {
      all.trouble = fmt::format("{}: {}", host.without_dot(), addresses->trouble);
    } else if (addresses->values.empty()) {
      all.lost.push_back(host);
    }
    for (const auto& address : addresses->values) {
      if (ipv6 || address.find(':') == std::string::npos) {
        all.servers.push_back({std::string(host.without_dot()), env::server_text(address)});
      }
    }
  }
  return known ? std::optional(std::move(all)) : std::nullopt;
}

}  // namespace plumb::verify
