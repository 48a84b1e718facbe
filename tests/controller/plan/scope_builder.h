#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/plan/plan.h"
#include "resources/model/cbor.h"

/// Small hand-made kinds and scopes for tests of the planner.
namespace plumb::plan::test {

constexpr KindId kZone{1};
constexpr KindId kSet{2};
constexpr KindId kServer{3};
constexpr KindId kBox{4};

inline std::string label_of(std::string_view key) {
  const auto nul = key.find('\0');
  return nul == std::string_view::npos
             ? std::string(key)
             : std::string(key.substr(0, nul)) + " " + std::string(key.substr(nul + 1));
}
inline std::string_view owner_of(std::string_view key) {
  return key.substr(0, key.find('\0'));
}
inline std::uint8_t union_of_txt(std::string_view key) {
  return key.ends_with(std::string_view("\0TXT", 4)) ? 2 : 0;
}
inline Risk no_risk(std::string_view, std::string_view, std::string_view) {
  return Risk::none;
}

template <std::size_t N>
Result<std::string> encode(const std::array<FieldRule, N>& rules, const Value& tree) {
  std::vector<std::pair<std::uint8_t, std::string>> fields;
  for (const auto& rule : rules) {
    const auto* content = tree.find(rule.name);
    if (content == nullptr) {
      continue;
    }
    auto value = *content;
    if (auto* list = std::get_if<Value::List>(&value.data)) {
      for (const auto& item : *list) {
        if (const auto* text = item.as_string(); text != nullptr && *text == "bad") {
          return fail(ErrorCode::invalid_input, "\"bad\" is no value");
        }
      }
      std::sort(list->begin(), list->end(), [](const Value& a, const Value& b) {
        const auto* x = a.as_string();
        const auto* y = b.as_string();
        return x != nullptr && y != nullptr && *x < *y;
      });
    }
    std::string bytes;
    cbor::value(bytes, value);
    fields.emplace_back(rule.number, std::move(bytes));
  }
  return cbor::body(fields);
}

inline constexpr std::array<FieldRule, 2> kSetFields{{{1, "ttl"}, {2, "values", FieldType::set}}};
inline constexpr std::array<FieldRule, 3> kServerFields{
    {{1, "hostname"}, {2, "ipv4", FieldType::set}, {3, "image", FieldType::fixed}}};
inline constexpr std::array<FieldRule, 4> kBoxFields{{{1, "size"},
                                                      {2, "region", FieldType::fixed},
                                                      {3, "password", FieldType::write_only},
                                                      {4, "note"}}};

inline const std::array<Kind, 4>& kinds() {
  static const std::array<Kind, 4> all{
      Kind{.id = kZone,
           .name = "Zone",
           .fields = {},
           .holds_data = true,
           .rank = 0,
           .canonical = [](std::string_view, const Value&) -> Result<std::string> {
             return cbor::body({});
           },
           .label = [](std::string_view) { return std::string("zone"); },
           .risk = no_risk,
           .group = owner_of},
      Kind{
          .id = kSet,
          .name = "RRset",
          .fields = kSetFields,
          .rank = 20,
          .canonical = [](std::string_view, const Value& tree) { return encode(kSetFields, tree); },
          .label = label_of,
          .risk = no_risk,
          .group = owner_of,
          .union_field = union_of_txt},
      Kind{.id = kServer,
           .name = "Server",
           .fields = kServerFields,
           .holds_data = true,
           .rank = 10,
           .canonical = [](std::string_view,
                           const Value& tree) { return encode(kServerFields, tree); },
           .label = label_of,
           .risk = no_risk,
           .group = owner_of},
      Kind{
          .id = kBox,
          .name = "Box",
          .fields = kBoxFields,
          .rank = 15,
          .canonical = [](std::string_view, const Value& tree) { return encode(kBoxFields, tree); },
          .label = label_of,
          .risk = no_risk,
          .group = owner_of}};
  return all;
}

/// "www A" -> the key of a record set.
inline std::string set_key(std::string_view label) {
  std::string key(label);
  key[key.rfind(' ')] = '\0';
  return key;
}

inline std::string set_body(std::optional<std::int64_t> ttl, std::vector<std::string> values) {
  Value::Map map;
  if (ttl) {
    map.push_back({"ttl", Value{*ttl, {}}});
  }
  Value::List list;
  for (auto& value : values) {
    list.push_back(Value{std::move(value), {}});
  }
  map.push_back({"values", Value{std::move(list), {}}});
  return *encode(kSetFields, Value{std::move(map), {}});
}

/// A set whose values are any Values (References), not canonical.
inline std::string open_body(Value::List values) {
  std::string bytes;
  cbor::value(bytes, Value{std::move(values), {}});
  const std::array<std::pair<std::uint8_t, std::string>, 1> fields{{{2, bytes}}};
  return cbor::body(fields);
}

inline std::string box_body(std::map<std::string, std::string> members) {
  Value::Map map;
  for (auto& [name, text] : members) {
    map.push_back({name, Value{std::move(text), {}}});
  }
  return *encode(kBoxFields, Value{std::move(map), {}});
}

/// What a row is to be besides its body.
struct Row {
  KindId kind = kSet;
  std::string key;
  std::string body;
  Policy policy = {};
  std::vector<ResourceId> needs = {};
  std::uint8_t flags = 0;
  std::string handle = {};
  bool made = true;
  std::optional<std::string> formerly = {};
  std::uint32_t line = 0;
};

/// Three lists of rows that become the tables of one scope.
struct ScopeBuilder {
  Scope scope{"test", "example.com."};
  std::string domain = "example.com";
  std::vector<Row> desired, observed, claimed;
  std::vector<std::string> unmanaged;
  bool is_declared = true;
  bool exclusive = false;
  bool taken_over = false;
  bool complete = true;
  bool paused = false;
  Reading reading = Reading::read;

  ScopeBuilder& declare(Row row) {
    desired.push_back(std::move(row));
    return *this;
  }
  ScopeBuilder& see(Row row) {
    observed.push_back(std::move(row));
    return *this;
  }
  ScopeBuilder& claim(Row row) {
    claimed.push_back(std::move(row));
    return *this;
  }
  /// Declared, there and ours.
  ScopeBuilder& keep(const Row& row) { return declare(row).see(row).claim(row); }

  std::shared_ptr<const DesiredScope> desired_scope() const {
    auto out = std::make_shared<DesiredScope>();
    TableBuilder builder;
    for (const auto& row : desired) {
      builder.add(row.kind, row.key, row.body, row.flags);
    }
    auto sealed = builder.seal();
    out->scope = scope;
    out->provider = "test";
    out->domain = domain;
    out->table = std::move(sealed.table);
    for (std::uint32_t i = 0; i < sealed.order.size(); ++i) {
      const auto& row = desired[sealed.order[i]];
      out->places.push_back(place_at(row.line == 0 ? 0 : 1, row.line, 1));
      out->policy.push_back(static_cast<std::uint16_t>(out->policies.size()));
      out->policies.push_back(row.policy);
      if (!row.needs.empty()) {
        out->needs.push_back({i, row.needs});
      }
      if (row.formerly) {
        out->formers.push_back({i, *row.formerly});
      }
    }
    out->unmanaged = unmanaged;
    out->exclusive = exclusive;
    out->paused = paused;
    out->complete = complete;
    return out;
  }

  std::shared_ptr<const ObservedScope> observed_scope() const {
    auto out = std::make_shared<ObservedScope>();
    TableBuilder builder;
    for (const auto& row : observed) {
      std::uint32_t side = 0;
      if (!row.handle.empty()) {
        out->side.push_back({.handle = row.handle});
        side = static_cast<std::uint32_t>(out->side.size());
      }
      builder.add(row.kind, row.key, row.body, row.flags, side);
    }
    out->scope = scope;
    out->reading = reading;
    out->table = builder.seal().table;
    return out;
  }

  std::shared_ptr<const ClaimedScope> claimed_scope() const {
    auto out = std::make_shared<ClaimedScope>();
    TableBuilder builder;
    for (const auto& row : claimed) {
      out->side.push_back(
          {.handle = row.handle, .made = row.made, .policy = row.policy, .needs = row.needs});
      builder.add(row.kind, row.key, row.body, 0, static_cast<std::uint32_t>(out->side.size()));
    }
    out->scope = scope;
    out->table = builder.seal().table;
    out->taken_over = taken_over;
    return out;
  }

  ScopeInput input() const {
    return {.scope = scope,
            .desired = is_declared ? desired_scope() : nullptr,
            .observed = reading == Reading::unread ? nullptr : observed_scope(),
            .claimed = claimed_scope(),
            .provider = "test",
            .unread_because = "no answer",
            .taken_over = taken_over};
  }
};

inline Catalog catalog() {
  return Catalog(kinds());
}

/// A context without limits.
struct Context {
  Catalog kinds = catalog();
  PlanContext value{.catalog = kinds,
                    .guards = {.deletes_per_scope = {0, 0}, .deletes_per_run = {0, 0}}};
};

/// The change of one resource; nullptr where the plan has none.
inline const Change* change_of(const ScopePlan& plan, std::string_view key) {
  for (const auto& change : plan.changes) {
    if (plan.key(change) == key) {
      return &change;
    }
  }
  return nullptr;
}

inline std::vector<std::string> values_of(std::string_view body) {
  std::vector<std::string> out;
  for (const auto value : cbor::field_list(body, 2)) {
    out.emplace_back(value);
  }
  return out;
}

}  // namespace plumb::plan::test
