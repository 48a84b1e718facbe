// How the values of RecordSets become canonical, references included.

#include <algorithm>

#include "resources/kinds/record_sets.h"
#include "resources/model/mistakes.h"
#include "resources/values/presentation.h"
#include "resources/values/rdata.h"

namespace plumb::kinds {
namespace {

using values::RecordType;

std::string spelling(const Reference& reference) {
  return "${" + reference.target + ":" + reference.output + "}";
}

/// A text of the output's kind that nobody writes by hand, already canonical: it stands in for the
/// output while the value around it is checked and made canonical. Three digits, so that none is
/// the beginning of another.
std::string stand_in(OutputType type, std::size_t number) {
  const auto digits = std::to_string(101 + number % 99);
  switch (type) {
    case OutputType::name:
      return "plumb-reference-" + digits + ".invalid.";
    case OutputType::text:
      return "plumb reference " + digits;
    case OutputType::ipv4:
      return "240.13.37." + digits;
    case OutputType::ipv6:
      return "2001:db8:13:37:dead:beef:bad:" + digits;
  }
  return digits;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// What a value is called that cannot be one of `type`.
Mistake mistake_in(RecordType type, std::string_view text) {
  switch (type) {
    case RecordType::a:
    case RecordType::aaaa:
      return Mistake::bad_address;
    case RecordType::ns:
    case RecordType::cname:
    case RecordType::ptr:
    case RecordType::dname:
      return Mistake::bad_name;
    case RecordType::txt:
      return text.starts_with('"') ? Mistake::txt_quoted : Mistake::bad_value;
    default:
      return Mistake::bad_value;
  }
}

struct StandIn {
  std::string text;
  const Value* reference;
};

/// `canonical` with its stand-ins turned back into references; empty where one got lost.
std::vector<Value> split(std::string_view canonical,
                         const std::vector<StandIn>& stand_ins,
                         Place place) {
  std::vector<Value> parts;
  for (const auto& one : stand_ins) {
    const auto at = canonical.find(one.text);
    if (at == std::string_view::npos) {
      return {};
    }
    if (at > 0) {
      parts.push_back(Value{std::string(canonical.substr(0, at)), place});
    }
    parts.push_back(*one.reference);
    canonical.remove_prefix(at + one.text.size());
  }
  if (!canonical.empty()) {
    parts.push_back(Value{std::string(canonical), place});
  }
  return parts;
}

}  // namespace

void RecordSets::refuse(RecordType type, Place place, std::string_view text, const Error& error) {
  Diagnostic problem;
  problem.place = place;
  problem.message = error.message;
  problem.hint = error.hint;
  problem.rule = info(mistake_in(type, text)).id;
  problem.reference = values::presentation_reference(type);
  problems_.add(std::move(problem));
}

std::optional<Value> RecordSets::canonical_literal(RecordType type,
                                                   std::string_view text,
                                                   Place place) {
  auto canonical = values::canonical_rdata(type, text, origin_, values::TargetRule::manifest);
  if (!canonical) {
    refuse(type, place, text, canonical.error());
    return std::nullopt;
  }
  return Value{std::move(*canonical), place};
}

std::optional<Value> RecordSets::canonical_value(RecordType type,
                                                 std::string_view text,
                                                 Place place,
                                                 const Variables& variables) {
  const auto errors = problems_.error_count();
  auto value = variables.expand(text, place, problems_);
  if (!value) {
    unknowable_ = unknowable_ || problems_.error_count() == errors;
    return std::nullopt;
  }
  if (const auto* plain = value->as_string()) {
    return canonical_literal(type, *plain, place);
  }
  if (std::holds_alternative<Reference>(value->data)) {
    return canonical_reference(type, std::move(*value));
  }
  return canonical_expression(type, *value);
}

std::optional<Value> RecordSets::canonical_reference(RecordType type, Value value) {
  auto& reference = std::get<Reference>(value.data);
  const auto errors = problems_.error_count();
  const auto* output = targets_.check(reference, value.place, problems_);
  if (output == nullptr) {
    unknowable_ = unknowable_ || problems_.error_count() == errors;
    return std::nullopt;
  }
  reference.all = output->list;
  const auto checked = values::canonical_rdata(
      type, stand_in(output->type, 0), origin_, values::TargetRule::manifest);
  if (!checked) {
    problems_.error(value.place,
                    Mistake::reference_place,
                    "`" + spelling(reference) + "` cannot be the value of " +
                        std::string(values::record_type_name(type)) + " records",
                    "such a value looks like " + std::string(values::example_of(type)));
    return std::nullopt;
  }
  if (output->list && output->empty) {
    return std::nullopt;
  }
  return value;
}

std::optional<Value> RecordSets::canonical_expression(RecordType type, const Value& value) {
  const auto& parts = std::get<Expression>(value.data).parts;
  std::string text;
  std::vector<StandIn> stand_ins;
  for (const auto& part : parts) {
    const auto* reference = std::get_if<Reference>(&part.data);
    if (reference == nullptr) {
      text += *part.as_string();
      continue;
    }
    const auto errors = problems_.error_count();
    const auto* output = targets_.check(*reference, value.place, problems_);
    if (output == nullptr) {
      unknowable_ = unknowable_ || problems_.error_count() == errors;
      return std::nullopt;
    }
    if (output->list && output->empty) {
      problems_.error(
          value.place, Mistake::no_values, "`" + spelling(*reference) + "` has no members");
      return std::nullopt;
    }
    stand_ins.push_back({stand_in(output->type, stand_ins.size()), &part});
    text += stand_ins.back().text;
  }
  auto canonical = values::canonical_rdata(type, text, origin_, values::TargetRule::manifest);
  if (!canonical) {
    auto error = std::move(canonical).error();
    for (const auto& one : stand_ins) {
      const auto as_written = spelling(std::get<Reference>(one.reference->data));
      replace_all(error.message, one.text, as_written);
      replace_all(error.hint, one.text, as_written);
    }
    refuse(type, value.place, text, error);
    return std::nullopt;
  }
  auto split_parts = split(*canonical, stand_ins, value.place);
  if (split_parts.empty()) {
    problems_.error(value.place,
                    Mistake::reference_place,
                    "references cannot stand in this place of " +
                        std::string(values::record_type_name(type)) + " records");
    return std::nullopt;
  }
  return Value{Expression{std::move(split_parts)}, value.place};
}

}  // namespace plumb::kinds
