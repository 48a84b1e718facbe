#include "controller/providers/powerdns/batch.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "resources/kinds/rrset.h"
#include "resources/values/rdata.h"
#include "resources/values/record_type.h"

namespace plumb::providers::powerdns {
namespace {

using values::DomainName;

/// For sets that say no TTL and have none yet.
constexpr std::uint32_t kDefaultTtl = 3600;
constexpr std::string_view kApex = "@";

std::string_view owner_of(const SetChange& set) {
  return kinds::split_rrset_key(set.change->key).owner;
}

/// How many of the first sets are of one owner name.
std::size_t group_size(std::span<const SetChange> sets) {
  std::size_t size = 1;
  while (size < sets.size() && owner_of(sets[size]) == owner_of(sets[0])) {
    ++size;
  }
  return size;
}

void append_record(std::string& out, std::string_view content, bool disabled) {
  out += out.back() == '[' ? "{\"content\":" : ",{\"content\":";
  append_json(out, content);
  out += disabled ? ",\"disabled\":true}" : ",\"disabled\":false}";
}

void append_head(std::string& out, const SetChange& set, const DomainName& zone) {
  const auto [owner, type] = kinds::split_rrset_key(set.change->key);
  out += "{\"name\":";
  append_json(out, absolute_name(owner, zone));
  out += ",\"type\":";
  append_json(out, type);
}

void append_deletion(std::string& out, const SetChange& set, const DomainName& zone) {
  append_head(out, set, zone);
  // The API's schema wants a TTL and records even here.
  out += ",\"ttl\":0,\"changetype\":\"DELETE\",\"records\":[]},";
}

void append_replacement(std::string& out, const SetChange& set, const DomainName& zone) {
  const auto& change = *set.change;
  const auto type = values::find_record_type(kinds::split_rrset_key(change.key).type);
  const auto ttl = kinds::rrset_ttl(change.act == Act::remove ? change.before : change.after);
  append_head(out, set, zone);
  fmt::format_to(std::back_inserter(out),
                 ",\"ttl\":{},\"changetype\":\"REPLACE\",\"records\":[",
                 ttl.value_or(kinds::rrset_ttl(change.before).value_or(kDefaultTtl)));
  if (change.act != Act::remove && type) {
    for (const auto value : kinds::rrset_values(change.after)) {
      append_record(out, values::wire_presentation(*type, value), false);
    }
  }
  for (const auto& content : set.disabled) {
    append_record(out, content, true);
  }
  out += "]},";
}

/// The members of one part, each with a comma behind it.
struct Members {
  std::string deletions;
  std::string replacements;

  void append(const SetChange& set, const DomainName& zone) {
    if (set.change->act == Act::remove && set.disabled.empty()) {
      append_deletion(deletions, set, zone);
    } else {
      append_replacement(replacements, set, zone);
    }
  }
  std::size_t size() const { return deletions.size() + replacements.size() + 2; }
  std::string take() {
    auto out = "[" + std::exchange(deletions, {}) + std::exchange(replacements, {});
    out.back() = ']';  // in place of the last comma
    return out;
  }
};

/// A mailbox as a name (RFC 1035 §8): dots before the @ belong to the one label.
std::string mailbox_name(std::string_view contact) {
  const auto at = contact.find('@');
  std::string out;
  for (const char c : contact.substr(0, at == std::string_view::npos ? 0 : at)) {
    out += c == '.' ? "\\." : std::string(1, c);
  }
  if (at != std::string_view::npos) {
    out += '.';
    contact.remove_prefix(at + 1);
  }
  out += contact;
  return out;
}

std::string name_text(const std::string& text, const DomainName& fallback) {
  return text.empty() ? fallback.text() : DomainName::parse(text).value_or(fallback).text();
}

DomainName below(std::string_view label, const DomainName& zone) {
  return DomainName::from_canonical(absolute_name(label, zone));
}

std::string soa_of(const DomainName& zone,
                   const SoaDefaults& soa,
                   std::span<const SetChange> sets) {
  auto primary = below("ns1", zone);
  const auto key = kinds::rrset_key(kApex, values::RecordType::ns);
  for (const auto& set : sets) {
    const auto names = set.change->key == key ? kinds::rrset_values(set.change->after)
                                              : std::vector<std::string_view>();
    if (!names.empty()) {
      primary = DomainName::from_canonical(names.front());
    }
  }
  // The server gives it a serial of today (SOA-EDIT-API).
  return fmt::format("{} {} 0 {} {} {} {}",
                     name_text(soa.primary, primary),
                     name_text(mailbox_name(soa.contact), below("hostmaster", zone)),
                     soa.refresh,
                     soa.retry,
                     soa.expire,
                     soa.minimum);
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string absolute_name(std::string_view owner, const DomainName& zone) {
  if (owner == kApex) {
    return zone.text();
  }
  std::string name(owner);
  name += '.';
  return zone.is_root() ? name : name + zone.text();
}

void group_by_owner(std::vector<SetChange>& sets) {
  std::unordered_map<std::string_view, std::size_t> first;
  first.reserve(sets.size());
  for (std::size_t i = 0; i < sets.size(); ++i) {
    first.try_emplace(owner_of(sets[i]), i);
  }
  const auto place = [&](const SetChange& set) { return first.find(owner_of(set))->second; };
  std::stable_sort(sets.begin(), sets.end(), [&](const SetChange& a, const SetChange& b) {
    return place(a) < place(b);
  });
}

bool is_divisible(std::span<const SetChange> sets) {
  return !sets.empty() && group_size(sets) < sets.size();
}

std::vector<Part> cut(std::span<const SetChange> sets, const DomainName& zone, std::size_t cap) {
  std::vector<Part> parts;
  Members members;
  std::size_t first = 0;
  const auto flush = [&](std::size_t end) {
    if (end > first) {
      parts.push_back({sets.subspan(first, end - first), members.take()});
    }
    first = end;
  };
  for (std::size_t i = 0; i < sets.size();) {
    const auto end = i + group_size(sets.subspan(i));
    Members group;
    for (std::size_t k = i; k < end; ++k) {
      group.append(sets[k], zone);
    }
    if (members.size() + group.size() > cap) {
      flush(i);
    }
    members.deletions += group.deletions;
    members.replacements += group.replacements;
    i = end;
  }
  flush(sets.size());
  return parts;
}

std::string owner_body(std::string_view owner) {
  std::string out = "{\"account\":";
  append_json(out, owner);
  return out + "}";
}

std::string new_zone_body(const DomainName& zone,
                          const Config& config,
                          std::span<const SetChange> sets,
                          const std::string& rrsets,
                          std::string_view owner) {
  std::string out = "{\"name\":";
  append_json(out, zone.text());
  if (!owner.empty()) {
    out += ",\"account\":";
    append_json(out, owner);
  }
  out += ",\"kind\":";
  append_json(out, config.kind);
  out += ",\"nameservers\":[],\"soa_edit_api\":\"DEFAULT\",\"api_rectify\":";
  out += config.api_rectify ? "true" : "false";
  out += ",\"rrsets\":[{\"name\":";
  append_json(out, zone.text());
  out += fmt::format(",\"type\":\"SOA\",\"ttl\":{},\"changetype\":\"REPLACE\",\"records\":[",
                     kDefaultTtl);
  append_record(out, soa_of(zone, config.soa, sets), false);
  out += "]}";
  if (rrsets.size() > 2) {
    out += ',';
    out.append(rrsets, 1);
  } else {
    out += ']';
  }
  out += '}';
  return out;
}

}  // namespace plumb::providers::powerdns
