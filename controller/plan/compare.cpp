#include "controller/plan/compare.h"

#include <algorithm>
#include <iterator>

#include "resources/model/cbor.h"

namespace plumb::plan {
namespace {

constexpr std::uint8_t kArray = 4;
constexpr std::uint8_t kMap = 5;

using Items = std::vector<std::string_view>;

/// The fields of a body, one after the other, without copies.
class Fields {
 public:
  explicit Fields(std::string_view body) : rest_(body) {
    const auto top = cbor::next(rest_);
    left_ = top && top->major == kMap ? top->argument : 0;
  }
  bool next(std::uint8_t& number, std::string_view& content) {
    if (left_ == 0) {
      return false;
    }
    --left_;
    const auto key = cbor::next(rest_);
    const auto item = key ? cbor::skip(rest_) : std::nullopt;
    if (!item) {
      return false;
    }
    number = static_cast<std::uint8_t>(key->argument);
    content = *item;
    return true;
  }

 private:
  std::string_view rest_;
  std::uint64_t left_ = 0;
};

/// The encoded items of an array, sorted; empty where it is no array.
Items items_of(std::optional<std::string_view> content) {
  Items items;
  auto rest = content.value_or(std::string_view());
  const auto top = cbor::next(rest);
  for (std::uint64_t i = 0; top && top->major == kArray && i < top->argument; ++i) {
    const auto item = cbor::skip(rest);
    if (!item) {
      break;
    }
    items.push_back(*item);
  }
  std::sort(items.begin(), items.end());
  return items;
}

Items minus(const Items& a, const Items& b) {
  Items out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}
Items both_of(const Items& a, const Items& b) {
  Items out;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}
Items either_of(const Items& a, const Items& b) {
  Items out;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

std::string_view octets_of(std::string_view item) {
  auto rest = item;
  const auto head = cbor::next(rest);
  return head && head->major == 2 ? head->payload : item;
}

/// An array in the order of canonical bodies: by octets, not by their encoding.
std::string encoded(Items items) {
  std::sort(items.begin(), items.end(), [](std::string_view a, std::string_view b) {
    return octets_of(a) < octets_of(b);
  });
  std::string out;
  cbor::array(out, items.size());
  for (const auto item : items) {
    out += item;
  }
  return out;
}

/// The values of one union, by whose they are.
struct Union {
  Items desired, observed, claimed;

  Items missing() const { return minus(desired, observed); }
  /// Ours before, no longer declared, still there.
  Items retired() const { return both_of(minus(claimed, desired), observed); }
  Items others() const { return minus(minus(observed, claimed), desired); }
  /// Declared all along, gone from the world.
  Items lost() const { return both_of(missing(), claimed); }
};

Union union_of(std::uint8_t field,
               std::string_view desired,
               std::string_view observed,
               std::optional<std::string_view> claimed) {
  return {items_of(cbor::field(desired, field)),
          items_of(cbor::field(observed, field)),
          claimed ? items_of(cbor::field(*claimed, field)) : Items()};
}

enum class Mover : std::uint8_t { nobody, ignored, manifests, world, both, unclaimed };

bool ignores(const Rules& rules, const FieldRule* rule) {
  return rule != nullptr &&
         std::any_of(rules.ignore.begin(), rules.ignore.end(), [&](const std::string& pointer) {
           return pointer.size() == rule->name.size() + 1 && pointer[0] == '/' &&
                  std::string_view(pointer).substr(1) == rule->name;
         });
}

/// Who moved one field that is no union. `shared`: other people have values in the set that this
/// field belongs to, so it is enforced only when it was edited.
Mover mover_of(const Rules& rules,
               std::uint8_t number,
               std::string_view wanted,
               std::string_view observed,
               std::optional<std::string_view> claimed,
               bool shared) {
  const auto seen = cbor::field(observed, number);
  if (seen == wanted) {
    return Mover::nobody;
  }
  const auto* rule = rules.kind.field(number);
  const auto last = claimed ? cbor::field(*claimed, number) : std::nullopt;
  if (rule != nullptr && rule->type == FieldType::write_only) {
    return claimed && last != wanted && !ignores(rules, rule) ? Mover::manifests : Mover::nobody;
  }
  if (ignores(rules, rule) || (shared && (!claimed || last == wanted))) {
    return Mover::ignored;
  }
  if (!claimed) {
    return Mover::unclaimed;
  }
  if (!last || shared) {
    return Mover::manifests;
  }
  if (last == wanted) {
    return Mover::world;
  }
  return last == seen ? Mover::manifests : Mover::both;
}

/// Who moved a field that is observed, and that a desired body without it wants gone.
Mover mover_of_surplus(const Rules& rules,
                       std::uint8_t number,
                       std::string_view seen,
                       std::optional<std::string_view> claimed) {
  const auto* rule = rules.kind.field(number);
  if (rule == nullptr || !rule->managed_when_absent) {
    return Mover::nobody;
  }
  if (ignores(rules, rule)) {
    return Mover::ignored;
  }
  if (!claimed) {
    return Mover::unclaimed;
  }
  const auto last = cbor::field(*claimed, number);
  if (!last) {
    return Mover::world;
  }
  return last == seen ? Mover::manifests : Mover::both;
}

bool others_share(const Rules& rules,
                  std::string_view desired,
                  std::string_view observed,
                  std::optional<std::string_view> claimed) {
  return rules.union_field != 0 &&
         !union_of(rules.union_field, desired, observed, claimed).others().empty();
}

void compare_union(const Union& values, bool claimed, Comparison& result) {
  const auto lost = values.lost();
  if (!lost.empty()) {
    result.drifted = true;
  }
  if (values.missing().size() > lost.size()) {
    (claimed ? result.edited : result.added) = true;
  }
  if (!values.retired().empty()) {
    result.edited = true;
  }
}

void note(Mover mover, bool fixed, Comparison& result) {
  switch (mover) {
    case Mover::nobody:
    case Mover::ignored:
      return;
    case Mover::manifests:
      result.edited = true;
      break;
    case Mover::world:
      result.drifted = true;
      break;
    case Mover::both:
      result.both = true;
      break;
    case Mover::unclaimed:
      result.foreign = true;
      break;
  }
  result.fixed = result.fixed || fixed;
  result.fixed_drifted =
      result.fixed_drifted || (fixed && (mover == Mover::world || mover == Mover::both));
}

}  // namespace

bool is_write_only(const Kind& kind, std::uint8_t number) {
  const auto* rule = kind.field(number);
  return rule != nullptr && rule->type == FieldType::write_only;
}

bool same_write_only(const Kind& kind, std::string_view a, std::string_view b) {
  return std::all_of(kind.fields.begin(), kind.fields.end(), [&](const FieldRule& rule) {
    return rule.type != FieldType::write_only ||
           cbor::field(a, rule.number) == cbor::field(b, rule.number);
  });
}

bool has_write_only(const Kind& kind, std::string_view body) {
  return std::any_of(kind.fields.begin(), kind.fields.end(), [&](const FieldRule& rule) {
    return rule.type == FieldType::write_only && cbor::field(body, rule.number).has_value();
  });
}

Comparison compare(const Rules& rules,
                   std::string_view desired,
                   std::string_view observed,
                   std::optional<std::string_view> claimed) {
  Comparison result;
  if (desired == observed) {
    return result;
  }
  const bool shared = others_share(rules, desired, observed, claimed);
  Fields fields(desired);
  std::uint8_t number = 0;
  std::string_view wanted;
  while (fields.next(number, wanted)) {
    if (number == rules.union_field) {
      compare_union(union_of(number, desired, observed, claimed), claimed.has_value(), result);
      continue;
    }
    const auto* rule = rules.kind.field(number);
    note(mover_of(rules, number, wanted, observed, claimed, shared),
         rule != nullptr && rule->type == FieldType::fixed,
         result);
  }
  for (Fields seen(observed); seen.next(number, wanted);) {
    if (!cbor::field(desired, number)) {
      note(mover_of_surplus(rules, number, wanted, claimed), false, result);
    }
  }
  return result;
}

bool unchanged_since(const Rules& rules, std::string_view claimed, std::string_view observed) {
  return compare(rules, claimed, observed, claimed).equal();
}

bool same_mask(std::string_view a, std::string_view b) {
  Fields left(a);
  Fields right(b);
  std::uint8_t left_number = 0;
  std::uint8_t right_number = 0;
  std::string_view content;
  while (true) {
    const bool more = left.next(left_number, content);
    if (more != right.next(right_number, content)) {
      return false;
    }
    if (!more) {
      return true;
    }
    if (left_number != right_number) {
      return false;
    }
  }
}

namespace {

std::string merged_union(const Union& values, bool keep_drifted) {
  auto ours = values.desired;
  if (keep_drifted) {
    ours = minus(ours, values.lost());
  }
  return encoded(either_of(ours, minus(values.observed, values.claimed)));
}

/// The bytes of one desired field as they are sent; nullopt: left out.
std::optional<std::string> sent_field(const Rules& rules,
                                      std::uint8_t number,
                                      std::string_view wanted,
                                      std::string_view observed,
                                      std::optional<std::string_view> claimed,
                                      bool shared,
                                      bool keep_drifted) {
  const auto mover = mover_of(rules, number, wanted, observed, claimed, shared);
  if (mover != Mover::ignored && !(keep_drifted && mover == Mover::world)) {
    return std::string(wanted);
  }
  const auto seen = cbor::field(observed, number);
  return seen ? std::optional(std::string(*seen)) : std::nullopt;
}

}  // namespace

std::string merge(const Rules& rules,
                  std::string_view desired,
                  std::string_view observed,
                  std::optional<std::string_view> claimed,
                  bool keep_drifted) {
  std::vector<std::pair<std::uint8_t, std::string>> fields;
  const bool shared = others_share(rules, desired, observed, claimed);
  std::uint8_t number = 0;
  std::string_view content;
  for (Fields wanted(desired); wanted.next(number, content);) {
    if (number == rules.union_field) {
      fields.emplace_back(number,
                          merged_union(union_of(number, desired, observed, claimed), keep_drifted));
      continue;
    }
    if (auto bytes = sent_field(rules, number, content, observed, claimed, shared, keep_drifted)) {
      fields.emplace_back(number, std::move(*bytes));
    }
  }
  for (Fields seen(observed); seen.next(number, content);) {
    if (cbor::field(desired, number)) {
      continue;
    }
    const auto mover = mover_of_surplus(rules, number, content, claimed);
    if (mover == Mover::nobody || mover == Mover::ignored ||
        (keep_drifted && mover == Mover::world)) {
      fields.emplace_back(number, std::string(content));
    }
  }
  std::sort(fields.begin(), fields.end());
  return cbor::body(fields);
}

std::optional<std::string> without_ours(const Rules& rules,
                                        std::string_view claimed,
                                        std::string_view observed) {
  const auto values = union_of(rules.union_field, {}, observed, claimed);
  auto rest = values.others();
  if (rest.empty()) {
    return std::nullopt;
  }
  std::vector<std::pair<std::uint8_t, std::string>> fields;
  std::uint8_t number = 0;
  std::string_view content;
  for (Fields seen(observed); seen.next(number, content);) {
    fields.emplace_back(
        number, number == rules.union_field ? encoded(std::move(rest)) : std::string(content));
  }
  return cbor::body(fields);
}

bool holds_ours(const Rules& rules, std::string_view claimed, std::string_view observed) {
  const auto values = union_of(rules.union_field, {}, observed, claimed);
  return !both_of(values.claimed, values.observed).empty();
}

}  // namespace plumb::plan
