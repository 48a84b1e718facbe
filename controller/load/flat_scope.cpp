#include "controller/load/flat_scope.h"

#include <algorithm>
#include <utility>

namespace plumb::load {
namespace {

template <class Items, class Write>
void write_all(const Items& items, PackWriter& out, const Write& write) {
  out.number(items.size());
  for (const auto& item : items) {
    write(item);
  }
}

template <class Item, class Read>
std::vector<Item> read_all(PackReader& in, const Read& read) {
  std::vector<Item> items(in.count());
  for (auto& item : items) {
    item = read();
  }
  return items;
}

void write_texts(const std::vector<std::string>& texts, PackWriter& out) {
  write_all(texts, out, [&](const std::string& text) { out.text(text); });
}

std::vector<std::string> read_texts(PackReader& in) {
  return read_all<std::string>(in, [&] { return std::string(in.text()); });
}

void write_id(const Scope& scope, PackWriter& out) {
  out.text(scope.account);
  out.text(scope.container);
}

Scope read_id(PackReader& in) {
  Scope scope;
  scope.account = in.text();
  scope.container = in.text();
  return scope;
}

void write_policy(const Policy& policy, PackWriter& out) {
  out.flag(policy.protect);
  out.flag(policy.paused);
  out.flag(policy.heal);
  write_texts(policy.ignore, out);
}

Policy read_policy(PackReader& in) {
  Policy policy;
  policy.protect = in.flag();
  policy.paused = in.flag();
  policy.heal = in.flag();
  policy.ignore = read_texts(in);
  return policy;
}

void write_needs(const Needs& needs, PackWriter& out) {
  out.number(needs.entry);
  write_all(needs.on, out, [&](const ResourceId& id) {
    write_id(id.scope, out);
    out.number(static_cast<std::uint8_t>(id.kind));
    out.text(id.key);
  });
}

Needs read_needs(PackReader& in) {
  Needs needs;
  needs.entry = in.number32();
  needs.on = read_all<ResourceId>(in, [&] {
    ResourceId id;
    id.scope = read_id(in);
    id.kind = static_cast<KindId>(in.number());
    id.key = in.text();
    return id;
  });
  return needs;
}

/// The columns beside the table.
void write_columns(const DesiredScope& scope, PackWriter& out) {
  out.places(scope.places);
  out.rows<std::uint16_t>(scope.policy);
  out.rows<std::uint32_t>(scope.maker);
  write_all(scope.policies, out, [&](const Policy& one) { write_policy(one, out); });
  write_texts(scope.makers, out);
  write_all(scope.sources, out, [&](const Sources& one) {
    out.number(one.entry);
    out.places(one.places);
  });
  write_all(scope.needs, out, [&](const Needs& one) { write_needs(one, out); });
  write_all(scope.formers, out, [&](const Former& one) {
    out.number(one.entry);
    out.text(one.key);
  });
}

void read_columns(DesiredScope& scope, PackReader& in) {
  scope.places = in.places();
  scope.policy = in.rows<std::uint16_t>();
  scope.maker = in.rows<std::uint32_t>();
  scope.policies = read_all<Policy>(in, [&] { return read_policy(in); });
  scope.makers = read_texts(in);
  scope.sources = read_all<Sources>(in, [&] {
    Sources one;
    one.entry = in.number32();
    one.places = in.places();
    return one;
  });
  scope.needs = read_all<Needs>(in, [&] { return read_needs(in); });
  scope.formers = read_all<Former>(in, [&] {
    Former one;
    one.entry = in.number32();
    one.key = in.text();
    return one;
  });
}

/// Whether all that refers to something else in the scope finds it.
bool hangs_together(const DesiredScope& scope) {
  const auto rows = scope.table.size();
  const auto in_table = [&](const auto& one) { return one.entry < rows; };
  return scope.places.size() == rows && scope.policy.size() == rows &&
         (scope.maker.empty() || scope.maker.size() == rows) &&
         std::all_of(scope.policy.begin(),
                     scope.policy.end(),
                     [&](std::uint16_t one) { return one < scope.policies.size(); }) &&
         std::all_of(scope.maker.begin(),
                     scope.maker.end(),
                     [&](std::uint32_t one) { return one <= scope.makers.size(); }) &&
         std::all_of(scope.sources.begin(), scope.sources.end(), in_table) &&
         std::all_of(scope.needs.begin(), scope.needs.end(), in_table) &&
         std::all_of(scope.formers.begin(), scope.formers.end(), in_table);
}

}  // namespace

void write_scope(const DesiredScope& scope, PackWriter& out) {
  write_id(scope.scope, out);
  out.text(scope.provider);
  out.text(scope.domain);
  scope.table.write(out);
  write_columns(scope, out);
  write_texts(scope.unmanaged, out);
  out.flag(scope.exclusive);
  out.flag(scope.paused);
  out.place(scope.place);
}

std::shared_ptr<DesiredScope> read_scope(PackReader& in) {
  auto scope = std::make_shared<DesiredScope>();
  scope->scope = read_id(in);
  scope->provider = in.text();
  scope->domain = in.text();
  scope->table = Table::read(in);
  read_columns(*scope, in);
  scope->unmanaged = read_texts(in);
  scope->exclusive = in.flag();
  scope->paused = in.flag();
  scope->place = in.place();
  if (!hangs_together(*scope)) {
    in.spoil();
  }
  return scope;
}

void write_declared(const Declared& declared, PackWriter& out) {
  out.text(declared.kind);
  out.text(declared.name);
  write_all(declared.labels, out, [&](const auto& label) {
    out.text(label.first);
    out.text(label.second);
  });
  out.place(declared.place);
  write_all(declared.scopes, out, [&](const Scope& one) { write_id(one, out); });
}

Declared read_declared(PackReader& in) {
  Declared declared;
  declared.kind = in.text();
  declared.name = in.text();
  declared.labels = read_all<std::pair<std::string, std::string>>(in, [&] {
    std::pair<std::string, std::string> label;
    label.first = in.text();
    label.second = in.text();
    return label;
  });
  declared.place = in.place();
  declared.scopes = read_all<Scope>(in, [&] { return read_id(in); });
  return declared;
}

void write_diagnostics(const Diagnostics& diagnostics, PackWriter& out) {
  write_all(diagnostics.all(), out, [&](const Diagnostic& one) {
    out.number(static_cast<std::uint8_t>(one.severity));
    out.place(one.place);
    out.text(one.message);
    out.text(one.hint);
    out.text(one.rule);
    out.text(one.reference);
    out.place(one.related);
  });
}

Diagnostics read_diagnostics(PackReader& in) {
  Diagnostics diagnostics;
  for (auto left = in.count(); left > 0; --left) {
    Diagnostic one;
    one.severity = static_cast<Severity>(in.number());
    one.place = in.place();
    one.message = in.text();
    one.hint = in.text();
    one.rule = in.text();
    one.reference = in.text();
    one.related = in.place();
    diagnostics.add(std::move(one));
  }
  return diagnostics;
}

}  // namespace plumb::load
