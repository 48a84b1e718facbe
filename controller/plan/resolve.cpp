#include "controller/plan/resolve.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "resources/model/cbor.h"
#include "resources/model/references.h"

namespace plumb::plan {
namespace {

/// Where a secret should have been: "env JANE". A ready hash is itself the secret: not told.
std::string where(const SecretRef& secret) {
  const auto shown = secret.locator.substr(0, secret.locator.find('\0'));
  return secret.source == "hash" ? secret.source : secret.source + " " + shown;
}

/// Substitutes in a tree; the first thing that is not known is remembered and ends it.
class Substitution {
 public:
  Substitution(const KnownOutputs& outputs, const PrintOf& print_of)
      : outputs_(outputs), print_of_(print_of) {}

  Resolved::State state() const { return state_; }
  const std::string& by() const { return by_; }
  const std::string& flaw() const { return flaw_; }

  /// The texts that a value stands for: one for most, any number for an `all` reference.
  Value::List expand(const Value& value) {
    if (const auto* reference = std::get_if<Reference>(&value.data)) {
      return values_of(*reference);
    }
    if (const auto* expression = std::get_if<Expression>(&value.data)) {
      return joined(*expression);
    }
    if (const auto* secret = std::get_if<SecretRef>(&value.data)) {
      return print_of(*secret);
    }
    if (const auto* list = value.as_list()) {
      return {Value{expand_list(*list), value.place}};
    }
    if (const auto* map = value.as_map()) {
      return {Value{expand_map(*map), value.place}};
    }
    return {value};
  }

 private:
  Value::List expand_list(const Value::List& list) {
    Value::List out;
    for (const auto& item : list) {
      auto expanded = expand(item);
      std::move(expanded.begin(), expanded.end(), std::back_inserter(out));
    }
    return out;
  }

  Value::Map expand_map(const Value::Map& map) {
    Value::Map out;
    for (const auto& field : map) {
      auto expanded = expand(field.value);
      if (!expanded.empty()) {
        out.push_back({field.name, std::move(expanded.front()), field.place});
      }
    }
    return out;
  }

  Value::List values_of(const Reference& reference) {
    const auto found = outputs_.producers.find(reference.target);
    if (found == outputs_.producers.end()) {
      stop(Resolved::State::unread, reference.target);
      return {};
    }
    const auto& producer = found->second;
    if (producer.state != KnownOutputs::State::known) {
      stop(producer.state == KnownOutputs::State::awaits ? Resolved::State::awaits
                                                         : Resolved::State::unread,
           reference.target);
      return {};
    }
    const auto output =
        std::find_if(producer.values.begin(), producer.values.end(), [&](const Field& field) {
          return field.name == reference.output;
        });
    if (output == producer.values.end()) {
      return {};
    }
    const auto* list = output->value.as_list();
    if (list == nullptr) {
      return {output->value};
    }
    if (list->empty() || reference.all) {
      return *list;
    }
    return {list->front()};
  }

  Value::List print_of(const SecretRef& secret) {
    if (!print_of_) {
      stop(Resolved::State::no_secret, "secret " + where(secret) + " cannot be read here");
      return {};
    }
    auto print = print_of_(secret);
    if (!print) {
      const auto& error = print.error();
      stop(Resolved::State::no_secret,
           error.message + (error.hint.empty() ? "" : " (" + error.hint + ")"));
      return {};
    }
    if (!print->flaw.empty()) {
      flaw_ = "secret " + where(secret) + " " + print->flaw;
    }
    return {Value{std::move(print->text), {}}};
  }

  /// A text with references in it. One that stands for nothing drops the whole text; several
  /// members are set apart by a blank.
  Value::List joined(const Expression& expression) {
    std::string text;
    for (const auto& part : expression.parts) {
      const auto pieces = expand(part);
      if (pieces.empty()) {
        return {};
      }
      for (std::size_t i = 0; i < pieces.size(); ++i) {
        text += i == 0 ? "" : " ";
        if (const auto* piece = pieces[i].as_string()) {
          text += *piece;
        } else if (const auto* number = pieces[i].as_int()) {
          text += std::to_string(*number);
        }
      }
    }
    return {Value{std::move(text), {}}};
  }

  void stop(Resolved::State state, const std::string& by) {
    if (state_ == Resolved::State::bytes || state == Resolved::State::unread) {
      state_ = state;
      by_ = by;
    }
  }

  const KnownOutputs& outputs_;
  const PrintOf& print_of_;
  Resolved::State state_ = Resolved::State::bytes;
  std::string by_;
  std::string flaw_;
};

/// Whether a set, or a whole field, was lost because its references stand for nothing.
bool lost_all(const Kind& kind, const Value& before, const Value& after) {
  const auto* fields = before.as_map();
  return fields != nullptr && std::any_of(fields->begin(), fields->end(), [&](const Field& field) {
           const auto rule = std::find_if(
               kind.fields.begin(), kind.fields.end(), [&](const FieldRule& candidate) {
                 return candidate.name == field.name;
               });
           if (rule == kind.fields.end() || !field.value.has_references()) {
             return false;
           }
           const auto* left = after.find(field.name);
           const auto* list = left == nullptr ? nullptr : left->as_list();
           return left == nullptr || (list != nullptr && list->empty());
         });
}

Resolved broken(const Error& error) {
  return {Resolved::State::broken, {}, {}, error.message, {}};
}

}  // namespace

Resolved resolve(const Kind& kind,
                 std::string_view key,
                 std::string_view body,
                 const KnownOutputs& outputs,
                 Result<std::string> (*adapt)(const Kind&, std::string_view, std::string_view),
                 const PrintOf& print_of) {
  const auto tree = body_tree(kind, body);
  if (!tree) {
    return broken(tree.error());
  }
  Substitution substitution(outputs, print_of);
  const auto expanded = substitution.expand(*tree);
  if (substitution.state() != Resolved::State::bytes) {
    return {substitution.state(), {}, substitution.by(), {}, {}};
  }
  if (expanded.empty() || lost_all(kind, *tree, expanded.front())) {
    return {Resolved::State::absent, {}, {}, {}, {}};
  }
  auto canonical = kind.canonical(key, expanded.front());
  if (canonical && adapt != nullptr) {
    canonical = adapt(kind, key, *canonical);
  }
  if (!canonical) {
    return broken(canonical.error());
  }
  return {Resolved::State::bytes, *std::move(canonical), {}, {}, substitution.flaw()};
}

std::vector<std::string> producers_of(const Kind& kind, std::string_view body) {
  std::vector<std::string> names;
  if (const auto tree = body_tree(kind, body)) {
    collect_references(*tree, names);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool has_empty_set(const Kind& kind, std::string_view body) {
  return std::any_of(kind.fields.begin(), kind.fields.end(), [&](const FieldRule& rule) {
    auto content = rule.type == FieldType::set ? cbor::field(body, rule.number) : std::nullopt;
    const auto head = content ? cbor::next(*content) : std::nullopt;
    return head && head->major == 4 && head->argument == 0;
  });
}

}  // namespace plumb::plan
