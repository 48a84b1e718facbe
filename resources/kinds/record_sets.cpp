#include "resources/kinds/record_sets.h"

#include <algorithm>

#include "resources/kinds/rrset.h"
#include "resources/model/mistakes.h"
#include "resources/values/rdata.h"

namespace plumb::kinds {
namespace {

using values::RecordType;

std::string label_of(const DeclaredSet& set) {
  return set.owner + " " + std::string(values::record_type_name(set.type));
}

}  // namespace

bool DeclaredSet::has_references() const {
  return std::any_of(values.begin(), values.end(), [](const DeclaredValue& value) {
    return value.value.as_string() == nullptr;
  });
}

void RecordSets::reserve(std::size_t sets) {
  sets_.reserve(sets);
  index_.reserve(sets);
}

void RecordSets::begin_layer() {
  ++layer_;
  inherited_.clear();
  for (std::uint32_t i = 0; i < sets_.size(); ++i) {
    if (!sets_[i].gone) {
      inherited_.emplace(sets_[i].owner, i);
    }
  }
}

std::optional<std::string> RecordSets::owner_of(const RecordPack& pack,
                                                const PackedRecord& record,
                                                const Variables& variables) {
  const auto written = pack.name(record);
  std::optional<std::string> expanded;
  if (written.find('$') != std::string_view::npos) {
    expanded = variables.expand_text(written, record.name_place, problems_);
    if (!expanded) {
      return std::nullopt;
    }
  }
  const auto name = values::DomainName::parse_relative(expanded ? *expanded : written, origin_);
  if (!name) {
    problems_.error(record.name_place, Mistake::bad_name, name.error());
    return std::nullopt;
  }
  return name->relative_to(origin_);
}

void RecordSets::warn_of_repetition(const DeclaredSet& set, const DeclaredValue& value) {
  constexpr std::size_t kFewEnough = 64;
  if (set.values.size() > kFewEnough) {
    return;
  }
  const auto first =
      std::find_if(set.values.begin(), set.values.end(), [&](const DeclaredValue& other) {
        return other.value == value.value;
      });
  if (first != set.values.end()) {
    problems_.add({.severity = Severity::warning,
                   .place = value.place,
                   .message = "the same value stands twice in `" + label_of(set) + "`",
                   .hint = "remove one",
                   .rule = std::string(info(Mistake::repeated_value).id),
                   .reference = std::string(info(Mistake::repeated_value).reference),
                   .related = first->place});
  }
}

void RecordSets::read_values(const RecordPack& pack,
                             const PackedRecord& record,
                             const Variables& variables,
                             DeclaredSet& set) {
  const auto packed = pack.values(record);
  set.values.reserve(packed.size());
  for (const auto& one : packed) {
    auto value = one.variable != 0U
                     ? canonical_value(set.type, pack.text(one), one.place, variables)
                     : canonical_literal(set.type, pack.text(one), one.place);
    if (value) {
      DeclaredValue declared{std::move(*value), one.place};
      warn_of_repetition(set, declared);
      set.values.push_back(std::move(declared));
    }
  }
  if (set.values.size() != packed.size()) {
    unread_.add(set.owner, set.type);
  }
}

void RecordSets::add(const RecordPack& pack,
                     const PackedRecord& record,
                     const Variables& variables,
                     std::optional<std::uint32_t> document) {
  DeclaredSet set;
  auto owner = owner_of(pack, record, variables);
  if (!owner) {
    unread_.add(std::nullopt, record.type);
    return;
  }
  set.owner = std::move(*owner);
  set.type = record.type;
  set.place = record.place;
  set.name_place = record.name_place;
  if (document) {
    set.documents.push_back(*document);
  }
  if (record.has_ttl) {
    set.ttl = record.ttl;
    set.ttl_place = record.place;
  }
  if (const auto* extra = pack.extra(record)) {
    set.at = extra->at.as_map() != nullptr ? &extra->at : nullptr;
    set.lint = extra->lint.off.empty() ? nullptr : &extra->lint;
  }
  const auto errors = problems_.error_count();
  unknowable_ = false;
  read_values(pack, record, variables, set);
  if (set.values.empty() && !record.removes) {
    if (problems_.error_count() == errors && !unknowable_) {
      problems_.error(
          record.place,
          Mistake::no_values,
          "record set `" + label_of(set) + "` has no values: what it refers to has none",
          "give the server an address of this family, or remove the record");
    }
    return;
  }
  place_set(std::move(set), record.removes);
}

void RecordSets::add_unread(const UnreadRecord& record, const Variables& variables) {
  Diagnostics reported;
  auto text = record.name ? variables.expand_text(*record.name, {}, reported) : std::nullopt;
  const auto name = values::DomainName::parse_relative(text.value_or(std::string()), origin_);
  unread_.add(text && name ? std::optional(name->relative_to(origin_)) : std::nullopt, record.type);
}

void RecordSets::add_made(DeclaredSet set) {
  place_set(std::move(set), false);
}

bool RecordSets::has(const std::string& owner, RecordType type) const {
  const auto found = index_.find(rrset_key(owner, type));
  return found != index_.end() && !sets_[found->second].gone;
}

void RecordSets::place_set(DeclaredSet set, bool removes) {
  set.layer = layer_;
  auto key = rrset_key(set.owner, set.type);
  const auto found = index_.find(key);
  auto* present =
      found == index_.end() || sets_[found->second].gone ? nullptr : &sets_[found->second];
  if (removes) {
    if (present == nullptr || present->layer == layer_) {
      if (unread_.covers(set.owner, set.type)) {
        return;  // perhaps that is what it takes away
      }
      problems_.warning(set.place,
                        Mistake::nothing_to_remove,
                        "no profile gives `" + label_of(set) + "`: there is nothing to take away",
                        "remove this record");
    } else {
      present->gone = true;
    }
    return;
  }
  if (!inherited_.empty()) {
    displace(set.owner, set.type);
  }
  if (present == nullptr) {
    index_.insert_or_assign(std::move(key), static_cast<std::uint32_t>(sets_.size()));
    sets_.push_back(std::move(set));
  } else if (set.type == RecordType::txt) {
    unite(*present, std::move(set));
  } else if (present->layer == layer_) {
    declared_twice(*present, set);
  } else {
    *present = std::move(set);
  }
}

void RecordSets::unite(DeclaredSet& present, DeclaredSet set) {
  if (present.ttl && set.ttl && *present.ttl != *set.ttl) {
    problems_.add({.severity = Severity::error,
                   .place = set.ttl_place,
                   .message = "`" + label_of(set) + "` has ttl " + std::to_string(*set.ttl) +
                              " here and " + std::to_string(*present.ttl) + " elsewhere",
                   .hint = "a record set has one TTL: state it once",
                   .rule = std::string(info(Mistake::ttl_differs).id),
                   .reference = std::string(info(Mistake::ttl_differs).reference),
                   .related = present.ttl_place});
  }
  if (set.at != nullptr && present.at != nullptr && !(*set.at == *present.at)) {
    declared_twice(present, set);
  }
  auto values = std::move(present.values);
  for (auto& value : set.values) {
    const bool known = std::any_of(values.begin(), values.end(), [&](const DeclaredValue& other) {
      return other.value == value.value;
    });
    if (!known) {
      values.push_back(std::move(value));
    }
  }
  auto older = std::move(present);
  present = std::move(set);
  present.values = std::move(values);
  if (!present.ttl) {
    present.ttl = older.ttl;
    present.ttl_place = older.ttl_place;
  }
  present.united = std::move(older.united);
  present.united.push_back(older.place);
  present.at = present.at != nullptr ? present.at : older.at;
  present.lint = present.lint != nullptr ? present.lint : older.lint;
  present.documents.insert(present.documents.end(), older.documents.begin(), older.documents.end());
}

void RecordSets::displace(const std::string& owner, RecordType type) {
  const bool cname = type == RecordType::cname;
  const auto [first, last] = inherited_.equal_range(owner);
  for (auto it = first; it != last; ++it) {
    auto& other = sets_[it->second];
    if (other.layer != layer_ && cname != (other.type == RecordType::cname)) {
      other.gone = true;
    }
  }
}

void RecordSets::declared_twice(const DeclaredSet& first, const DeclaredSet& second) {
  const auto by = [](const DeclaredSet& set) {
    return set.made_by.empty() ? std::string() : " (made by " + set.made_by + ")";
  };
  problems_.add({.severity = Severity::error,
                 .place = second.place,
                 .message = "record set `" + label_of(second) + "` is declared twice" + by(first) +
                            by(second),
                 .hint = first.made_by.empty() && second.made_by.empty()
                             ? "put all values into one record, or remove one of the two"
                             : "remove the record, or what makes it",
                 .rule = std::string(info(Mistake::declared_twice).id),
                 .related = first.place});
}

std::vector<DeclaredSet> RecordSets::take() {
  std::erase_if(sets_, [](const DeclaredSet& set) { return set.gone; });
  index_.clear();
  return std::move(sets_);
}

}  // namespace plumb::kinds
