#include "resources/kinds/record_item.h"

#include <algorithm>
#include <array>

#include "resources/model/mistakes.h"
#include "resources/values/quoted.h"

namespace plumb::kinds {
namespace {

constexpr std::int64_t kMaxTtl = 2147483647;  // RFC 2181 §8
constexpr std::size_t kMaxName = 1024;        // long before DomainName says what is wrong with it

constexpr auto kRecordFields = std::to_array<std::string_view>(
    {"name", "type", "ttl", "value", "values", "at", "lint", "comment", "labels"});
/// What a DNSRecord's spec has besides.
constexpr auto kSpecFields = std::to_array<std::string_view>(
    {"domain", "dependsOn", "protect", "formerly", "paused", "ignore"});

bool wrong(const Value& value,
           std::string_view field,
           std::string_view wanted,
           Diagnostics& problems) {
  problems.error(value.place,
                 Mistake::wrong_type,
                 "`" + std::string(field) + "` must be " + std::string(wanted) + ", not " +
                     std::string(type_name(value)),
                 value.as_bool() != nullptr ? "put it in quotes if the text is meant" : "");
  return false;
}

bool read_name(const Value& value, std::string& name, Diagnostics& problems) {
  const auto text = scalar_text(value);
  if (!text) {
    return wrong(value, "name", "text", problems);
  }
  if (text->empty() || text->size() > kMaxName) {
    problems.error(value.place,
                   text->empty() ? Mistake::empty_value : Mistake::bad_name,
                   text->empty() ? "`name` is empty" : "`name` is too long",
                   "write `@` for the domain itself, else the name relative to it");
    return false;
  }
  name = *text;
  return true;
}

bool read_type(const Value& value, values::RecordType& type, Diagnostics& problems) {
  const auto* text = value.as_string();
  if (text == nullptr) {
    return wrong(value, "type", "the name of a record type", problems);
  }
  const auto found = values::parse_record_type(*text);
  if (!found) {
    problems.error(value.place, Mistake::unknown_record_type, found.error());
    return false;
  }
  const auto known = values::known_types();
  if (std::find(known.begin(), known.end(), *text) == known.end()) {
    const auto name = std::string(values::record_type_name(*found));
    const bool declarable = std::find(known.begin(), known.end(), name) != known.end();
    problems.error(value.place,
                   Mistake::bad_record_type,
                   declarable ? "record types are written in upper case"
                              : name + " records are kept by the DNS server and cannot be declared",
                   declarable ? "write " + name : "remove the record");
    return false;
  }
  type = *found;
  return true;
}

bool read_ttl(const Value& value, std::uint32_t& ttl, Diagnostics& problems) {
  const auto* number = value.as_int();
  if (number == nullptr) {
    problems.error(value.place,
                   Mistake::wrong_type,
                   "`ttl` must be a number of seconds, not " + std::string(type_name(value)),
                   "write 3600 for an hour");
    return false;
  }
  if (*number < 0 || *number > kMaxTtl) {
    problems.add({.severity = Severity::error,
                  .place = value.place,
                  .message = "`ttl` must lie between 0 and 2147483647 seconds",
                  .hint = "write 3600 for an hour",
                  .rule = std::string(info(Mistake::out_of_range).id),
                  .reference = "RFC 2181 §8"});
    return false;
  }
  ttl = static_cast<std::uint32_t>(*number);
  return true;
}

bool check_comment(const Field& field, Diagnostics& problems) {
  return field.value.as_string() != nullptr || wrong(field.value, field.name, "text", problems);
}

bool check_labels(const Value& value, Diagnostics& problems) {
  const auto* map = value.as_map();
  if (map == nullptr) {
    return wrong(value, "labels", "a map", problems);
  }
  bool good = true;
  for (const auto& label : *map) {
    good &=
        scalar_text(label.value).has_value() || wrong(label.value, label.name, "text", problems);
  }
  return good;
}

bool check_at(const Value& value, Diagnostics& problems) {
  const auto* map = value.as_map();
  if (map == nullptr) {
    return wrong(value, "at", "a map from Providers to their own fields", problems);
  }
  bool good = true;
  for (const auto& provider : *map) {
    good &= provider.value.as_map() != nullptr ||
            wrong(provider.value, provider.name, "a map of the provider's own fields", problems);
  }
  return good;
}

}  // namespace

/// An item while it is being read; views into the tree.
struct RecordPack::Draft {
  PackedRecord record;
  std::string name;
  std::vector<const Value*> values;
  RecordExtra extra;
  const Field* value = nullptr;  ///< `value` or `values`
  bool has_name = false, has_type = false, has_extra = false, good = true;
  bool name_good = false, type_good = false, values_good = true;
  std::vector<std::string_view> misspelt;  ///< fields that an unknown one was meant to be

  void read(const Field& field, bool is_spec, Diagnostics& problems);
  void read_values(const Field& field, Diagnostics& problems);
  void read_unknown(const Field& field, Diagnostics& problems);
  void check_whole(const Place& place, Diagnostics& problems);
  bool wants(std::string_view field) const {
    return std::find(misspelt.begin(), misspelt.end(), field) == misspelt.end();
  }
  /// Whether there is enough of it to be looked at.
  bool usable() const {
    return name_good && type_good && value != nullptr && (record.removes || !values.empty());
  }
};

void RecordPack::Draft::read_values(const Field& field, Diagnostics& problems) {
  const auto refuse = [&](Place place, Mistake mistake, std::string message, std::string hint) {
    problems.error(place, mistake, std::move(message), std::move(hint));
    values_good = false;
  };
  if (value != nullptr) {
    refuse(field.place,
           Mistake::either_or,
           "a record has either `value` or `values`",
           "put all values into `values`");
    return;
  }
  value = &field;
  if (field.value.is_null()) {
    record.removes = true;
    return;
  }
  const auto* list = field.name == "values" ? field.value.as_list() : nullptr;
  if (field.name == "values" && list == nullptr) {
    refuse(field.value.place,
           Mistake::wrong_type,
           "`values` must be a list, not " + std::string(type_name(field.value)),
           "write `value:` for a single one");
    return;
  }
  if (list != nullptr && list->empty()) {
    refuse(field.value.place,
           Mistake::empty_value,
           "`values` is empty",
           "remove the record, or write `values: null` to take away what a profile gives");
    return;
  }
  const auto take = [&](const Value& one) {
    if (one.as_string() != nullptr || one.as_int() != nullptr) {
      values.push_back(&one);
    } else {
      values_good = wrong(one, field.name, "text", problems);
    }
  };
  if (list == nullptr) {
    take(field.value);
  } else {
    std::for_each(list->begin(), list->end(), take);
  }
}

void RecordPack::Draft::read(const Field& field, bool is_spec, Diagnostics& problems) {
  const auto& key = field.name;
  if (key == "name") {
    has_name = true;
    record.name_place = field.value.place;
    name_good = read_name(field.value, name, problems);
  } else if (key == "type") {
    has_type = true;
    type_good = read_type(field.value, record.type, problems);
  } else if (key == "ttl") {
    record.has_ttl = read_ttl(field.value, record.ttl, problems);
    good &= record.has_ttl;
  } else if (key == "value" || key == "values") {
    read_values(field, problems);
  } else if (key == "at") {
    if (check_at(field.value, problems)) {
      has_extra = true;
      extra.at = field.value;
    } else {
      good = false;
    }
  } else if (key == "lint") {
    has_extra = true;
    good &= read_lint(field.value, extra.lint, problems);
  } else if (key == "comment") {
    good &= check_comment(field, problems);
  } else if (key == "labels") {
    good &= check_labels(field.value, problems);
  } else if (!is_spec ||
             std::find(kSpecFields.begin(), kSpecFields.end(), key) == kSpecFields.end()) {
    read_unknown(field, problems);
  }
}

void RecordPack::Draft::read_unknown(const Field& field, Diagnostics& problems) {
  good = false;
  misspelt.push_back(nearest(field.name, kRecordFields));
  problems.error(field.place,
                 Mistake::unknown_field,
                 "unknown field `" + field.name + "`",
                 did_you_mean(field.name, kRecordFields));
}

void RecordPack::Draft::check_whole(const Place& place, Diagnostics& problems) {
  const auto missing = [&](std::string_view field, std::string hint) {
    problems.error(place,
                   Mistake::missing_field,
                   "a record needs `" + std::string(field) + "`",
                   std::move(hint));
  };
  if (!has_name && wants("name")) {
    missing("name", "write `name: \"@\"` for the domain itself");
  }
  if (!has_type && wants("type")) {
    missing("type", "write the record type, as in `type: MX`");
  }
  if (value == nullptr && wants("value") && wants("values")) {
    missing("values", "write `value:` with one, or `values:` with a list");
  }
}

bool RecordPack::add(const Value& item, Diagnostics& problems) {
  return decode(item, false, problems);
}

bool RecordPack::add_spec(const Value& spec, Diagnostics& problems) {
  return decode(spec, true, problems);
}

bool RecordPack::decode(const Value& item, bool is_spec, Diagnostics& problems) {
  const auto* map = item.as_map();
  if (map == nullptr) {
    problems.error(item.place,
                   Mistake::wrong_type,
                   "a record must be a map, not " + std::string(type_name(item)),
                   "write {name: www, type: A, value: 192.0.2.1}");
    unread_.emplace_back();
    return false;
  }
  Draft draft;
  draft.record.place = item.place;
  for (const auto& field : *map) {
    draft.read(field, is_spec, problems);
  }
  draft.check_whole(item.place, problems);
  if (draft.usable()) {
    commit(draft);
  }
  if (!draft.usable() || !draft.values_good) {
    UnreadRecord unread;
    unread.name = draft.name_good ? std::optional(draft.name) : std::nullopt;
    unread.type = draft.type_good ? std::optional(draft.record.type) : std::nullopt;
    unread_.push_back(std::move(unread));
  }
  return draft.good && draft.values_good && draft.usable();
}

std::uint32_t RecordPack::store(std::string_view text) {
  const auto offset = static_cast<std::uint32_t>(text_.size());
  text_.append(text);
  return offset;
}

void RecordPack::commit(const Draft& draft) {
  auto record = draft.record;
  record.name = store(draft.name);
  record.name_size = static_cast<std::uint16_t>(draft.name.size());
  record.first_value = static_cast<std::uint32_t>(values_.size());
  record.values = static_cast<std::uint32_t>(draft.values.size());
  for (const auto* value : draft.values) {
    const auto number = scalar_text(*value);  // a number becomes its digits
    PackedValue packed;
    packed.offset = store(*number);
    packed.size = static_cast<std::uint32_t>(number->size()) & 0x7FFFFFFFU;
    packed.variable = number->find('$') != std::string::npos ? 1U : 0U;
    packed.place = value->place;
    values_.push_back(packed);
  }
  if (draft.has_extra) {
    extras_.push_back(draft.extra);
    record.extra = static_cast<std::uint32_t>(extras_.size());
  }
  records_.push_back(record);
}

void RecordPack::shrink() {
  text_.shrink_to_fit();
  records_.shrink_to_fit();
  values_.shrink_to_fit();
}

std::size_t RecordPack::memory() const {
  return text_.capacity() + records_.capacity() * sizeof(PackedRecord) +
         values_.capacity() * sizeof(PackedValue) + extras_.capacity() * sizeof(RecordExtra);
}

bool read_lint(const Value& value, LintSwitch& lint, Diagnostics& problems) {
  static constexpr auto kFields = std::to_array<std::string_view>({"off", "reason"});
  const auto* map = value.as_map();
  if (map == nullptr) {
    return wrong(value, "lint", "a map", problems);
  }
  bool good = true;
  for (const auto& field : *map) {
    if (field.name == "reason") {
      const auto* text = field.value.as_string();
      good &= (text != nullptr && !text->empty()) || wrong(field.value, "reason", "text", problems);
      lint.reason = text != nullptr ? *text : "";
    } else if (field.name == "off") {
      const auto* list = field.value.as_list();
      good &= list != nullptr || wrong(field.value, "off", "a list of rules", problems);
      for (const auto& rule : list != nullptr ? *list : Value::List()) {
        const auto* text = rule.as_string();
        good &= text != nullptr || wrong(rule, "off", "a list of rules", problems);
        lint.off.push_back(text != nullptr ? *text : "");
        lint.places.push_back(rule.place);
      }
    } else {
      problems.error(field.place,
                     Mistake::unknown_field,
                     "unknown field `" + field.name + "`",
                     did_you_mean(field.name, kFields));
      good = false;
    }
  }
  for (const auto name : kFields) {
    if (value.find(name) == nullptr) {
      problems.error(value.place,
                     Mistake::missing_field,
                     "`lint` needs `" + std::string(name) + "`",
                     name == "reason" ? "say why the rule does not hold here"
                                      : "list the rules that are to be switched off");
      good = false;
    }
  }
  return good;
}

std::optional<std::string> scalar_text(const Value& value) {
  if (const auto* text = value.as_string()) {
    return *text;
  }
  if (const auto* number = value.as_int()) {
    return std::to_string(*number);
  }
  return std::nullopt;
}

}  // namespace plumb::kinds
