#include "controller/load/rotations.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "resources/kinds/resource_kinds.h"

namespace plumb::load {
namespace {

constexpr std::string_view kRow = "rotation of ";

/// No resource has this key: DKIMSigning has the empty one.
ResourceId row_of(const SigningKey& key) {
  return {key.mail, kinds::kDKIMSigning, std::string(kRow) + key.selector};
}

std::int64_t number_of(const std::vector<Field>& fields, std::string_view name) {
  const auto found = std::find_if(
      fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
  const auto* number = found == fields.end() ? nullptr : found->value.as_int();
  return number == nullptr ? 0 : *number;
}

std::string text_of(const std::vector<Field>& fields, const std::string& name) {
  const auto found = std::find_if(
      fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
  const auto* text = found == fields.end() ? nullptr : found->value.as_string();
  return text == nullptr ? std::string() : *text;
}

/// "former", "former2", "former3": one row of a store has no lists of maps.
std::string former_name(std::size_t number, const std::string& what) {
  return "former" + what + (number == 0 ? std::string() : std::to_string(number + 1));
}

std::vector<mail::FormerKey> former_of(const std::vector<Field>& fields) {
  std::vector<mail::FormerKey> former;
  for (std::size_t i = 0;; ++i) {
    auto selector = text_of(fields, former_name(i, ""));
    if (selector.empty()) {
      return former;
    }
    former.push_back({std::move(selector),
                      text_of(fields, former_name(i, "Algorithm")),
                      static_cast<std::uint32_t>(number_of(fields, former_name(i, "Bits")))});
  }
}

mail::DkimRotation rotation_of(const std::vector<Field>& fields) {
  const auto small = [&](std::string_view name) {
    return static_cast<std::uint32_t>(number_of(fields, name));
  };
  return {.signing = std::max(small("signing"), 1U),
          .signs_since = number_of(fields, "signsSince"),
          .next = small("next"),
          .visible_since = number_of(fields, "visibleSince"),
          .ttl = small("ttl"),
          .old = small("old"),
          .removing = small("removing") != 0,
          .former = former_of(fields)};
}

std::vector<Field> fields_of(const mail::DkimRotation& rotation) {
  const std::array<std::pair<std::string_view, std::int64_t>, 7> numbers{
      {{"signing", rotation.signing},
       {"signsSince", rotation.signs_since},
       {"next", rotation.next},
       {"visibleSince", rotation.visible_since},
       {"ttl", rotation.ttl},
       {"old", rotation.old},
       {"removing", rotation.removing ? 1 : 0}}};
  std::vector<Field> fields;
  for (const auto& [name, number] : numbers) {
    fields.push_back({std::string(name), Value{number, {}}, {}});
  }
  for (std::size_t i = 0; i < rotation.former.size(); ++i) {
    const auto& key = rotation.former[i];
    fields.push_back({former_name(i, ""), Value{key.selector, {}}, {}});
    fields.push_back({former_name(i, "Algorithm"), Value{key.algorithm, {}}, {}});
    fields.push_back({former_name(i, "Bits"), Value{std::int64_t{key.bits}, {}}, {}});
  }
  return fields;
}

}  // namespace

Result<std::vector<KeyRotation>> read_rotations(std::span<const SigningKey> keys,
                                                const state::Store& store) {
  std::vector<KeyRotation> rotations;
  if (keys.empty()) {
    return rotations;
  }
  PLUMB_TRY(stored, store.outputs());
  std::map<ResourceId, const std::vector<Field>*> known;
  for (const auto& row : stored) {
    if (row.id.kind == kinds::kDKIMSigning && !row.id.key.empty()) {
      known.emplace(row.id, &row.values);
    }
  }
  for (const auto& key : keys) {
    const auto found = known.find(row_of(key));
    rotations.push_back(
        {key, found == known.end() ? mail::DkimRotation() : rotation_of(*found->second)});
  }
  return rotations;
}

Result<std::map<Scope, DomainRotations>> remembered_rotations(const state::Store& store) {
  PLUMB_TRY(stored, store.outputs());
  std::map<Scope, DomainRotations> rotations;
  for (const auto& row : stored) {
    if (row.id.kind == kinds::kDKIMSigning && row.id.key.starts_with(kRow)) {
      rotations[row.id.scope].emplace_back(row.id.key.substr(kRow.size()), rotation_of(row.values));
    }
  }
  return rotations;
}

Result<void> put_rotations(std::span<const KeyRotation> rotations, state::Store& store) {
  std::vector<state::StoredOutputs> rows;
  for (const auto& [key, rotation] : rotations) {
    rows.push_back({row_of(key), fields_of(rotation)});
  }
  return rows.empty() ? Result<void>() : store.put_outputs(rows);
}

Rotations selectors_of(std::span<const KeyRotation> rotations) {
  Rotations selectors;
  for (const auto& [key, rotation] : rotations) {
    auto all = mail::published(rotation, key.selector);
    if (all.size() != 1 || all.front().selector != key.selector) {
      selectors.emplace(key.name, std::move(all));
    }
  }
  return selectors;
}

}  // namespace plumb::load
