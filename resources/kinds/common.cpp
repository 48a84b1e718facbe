#include "resources/kinds/common.h"

#include <algorithm>

#include "resources/model/mistakes.h"

namespace plumb::kinds {
namespace {

bool is_pointer(std::string_view text) {
  bool sound = text.starts_with('/') && text.size() > 1;
  for (std::size_t i = 0; sound && i < text.size(); ++i) {
    sound = text[i] != '~' || (i + 1 < text.size() && (text[i + 1] == '0' || text[i + 1] == '1'));
  }
  return sound;
}

/// Whether `pointer` leads to something that a resource of `kind` may have.
bool check_pointer(const PlacedText& pointer, const Kind& kind, Diagnostics& problems) {
  const auto wrong = [&](std::string message, std::string hint) {
    problems.error(pointer.place, Mistake::bad_pointer, std::move(message), std::move(hint));
    return false;
  };
  if (!is_pointer(pointer.text)) {
    return wrong(
        "`" + pointer.text + "` is no JSON pointer",
        "write the field with a leading slash, as in /" + std::string(kind.fields.front().name));
  }
  const auto tokens = pointer_tokens(pointer.text);
  std::vector<std::string_view> names;
  std::string all;
  for (const auto& field : kind.fields) {
    names.push_back(field.name);
    all += (all.empty() ? "/" : ", /") + std::string(field.name);
  }
  if (std::find(names.begin(), names.end(), tokens.front()) == names.end()) {
    const auto meant = nearest(tokens.front(), names);
    return wrong("`" + pointer.text + "` names no field of " + std::string(kind.name),
                 meant.empty() ? "there are " + all : "did you mean /" + std::string(meant) + "?");
  }
  if (tokens.size() > 1) {
    return wrong("`" + pointer.text + "` goes inside of a field, and fields are ignored whole",
                 "write /" + tokens.front());
  }
  return true;
}

void check_targets(const std::vector<PlacedText>& targets, Diagnostics& problems) {
  for (const auto& target : targets) {
    const auto slash = target.text.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == target.text.size()) {
      problems.error(target.place,
                     Mistake::depends_on_unknown,
                     "`" + target.text + "` names no declaration",
                     "write Kind/name, as in Server/mx1");
    }
  }
}

}  // namespace

std::vector<std::string> pointer_tokens(std::string_view pointer) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      tokens.emplace_back();
    } else if (!tokens.empty() && pointer[i] == '~' && i + 1 < pointer.size()) {
      tokens.back() += pointer[++i] == '1' ? '/' : '~';
    } else if (!tokens.empty()) {
      tokens.back() += pointer[i];
    }
  }
  return tokens;
}

std::vector<PlacedText> read_texts(const Value* list) {
  std::vector<PlacedText> texts;
  const auto* items = list != nullptr ? list->as_list() : nullptr;
  if (items != nullptr) {
    for (const auto& item : *items) {
      if (const auto* text = item.as_string()) {
        texts.push_back({*text, item.place});
      }
    }
  }
  return texts;
}

bool read_flag(const Value& map, std::string_view name, bool otherwise) {
  const auto* member = map.find(name);
  const auto* flag = member != nullptr ? member->as_bool() : nullptr;
  return flag != nullptr ? *flag : otherwise;
}

Common read_common(const Value& spec, Diagnostics& problems, const Kind* kind) {
  Common common;
  common.depends_on = read_texts(spec.find("dependsOn"));
  check_targets(common.depends_on, problems);
  common.protect = read_flag(spec, "protect");
  common.paused = read_flag(spec, "paused");
  if (const auto* formerly = spec.find("formerly")) {
    if (const auto text = scalar_text(*formerly)) {
      common.formerly = PlacedText{*text, formerly->place};
    }
  }
  for (auto& pointer : read_texts(spec.find("ignore"))) {
    if (kind == nullptr || check_pointer(pointer, *kind, problems)) {
      common.ignore.push_back(pointer.text);
      common.ignore_places.push_back(pointer.place);
    }
  }
  if (const auto* lint = spec.find("lint"); lint != nullptr && lint->as_map() != nullptr) {
    Diagnostics reported;  // the schema says the same
    read_lint(*lint, common.lint, reported);
  }
  return common;
}

std::vector<std::pair<std::string, std::string>> read_labels(const Value& metadata) {
  std::vector<std::pair<std::string, std::string>> labels;
  const auto* map = metadata.find("labels");
  if (map != nullptr && map->as_map() != nullptr) {
    for (const auto& field : *map->as_map()) {
      if (auto text = scalar_text(field.value)) {
        labels.emplace_back(field.name, std::move(*text));
      }
    }
  }
  return labels;
}

Drift read_drift(const Value& value,
                 std::span<const std::string_view> kinds,
                 Diagnostics& problems) {
  Drift drift;
  if (const auto* word = value.as_string()) {
    drift.heal = *word == "heal";
  }
  const auto* map = value.as_map();
  for (const auto& field :
       map != nullptr ? std::span<const Field>(*map) : std::span<const Field>()) {
    const auto* word = field.value.as_string();
    if (word == nullptr) {
      continue;
    }
    if (field.name == "default") {
      drift.heal = *word == "heal";
    } else if (std::find(kinds.begin(), kinds.end(), field.name) != kinds.end()) {
      drift.by_kind.emplace_back(field.name, *word == "heal");
    } else {
      problems.error(field.place,
                     Mistake::unknown_resource_kind,
                     "`" + field.name + "` is no kind of resource",
                     did_you_mean(field.name, kinds));
    }
  }
  return drift;
}

bool heals(const Drift& over, const Drift& under, std::string_view kind) {
  for (const auto* drift : {&over, &under}) {
    const auto found = std::find_if(drift->by_kind.begin(),
                                    drift->by_kind.end(),
                                    [&](const auto& entry) { return entry.first == kind; });
    if (found != drift->by_kind.end()) {
      return found->second;
    }
    if (drift->heal) {
      return *drift->heal;
    }
  }
  return false;
}

}  // namespace plumb::kinds
