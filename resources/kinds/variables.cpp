#include "resources/kinds/variables.h"

#include <algorithm>
#include <vector>

#include "resources/kinds/record_item.h"
#include "resources/model/mistakes.h"

namespace plumb::kinds {
namespace {

/// "Server/mx1:ipv4" in its parts; nothing where it has not this form.
std::optional<Reference> parse_reference(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto slash = text.find('/');
  if (colon == std::string_view::npos || slash == std::string_view::npos || slash == 0 ||
      slash + 1 >= colon || colon + 1 == text.size()) {
    return std::nullopt;
  }
  return Reference{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

}  // namespace

/// Puts one text together. Literal text is joined as far as no reference stands between.
class Variables::Expander {
 public:
  Expander(const Variables& variables, Place place, Diagnostics& problems)
      : variables_(variables), place_(place), problems_(problems) {}

  bool run(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
      const auto dollar = text.find("${", at);
      if (dollar == std::string_view::npos) {
        literal(text.substr(at));
        return true;
      }
      if (dollar > at && text[dollar - 1] == '$') {  // `$${` is a literal `${`
        literal(text.substr(at, dollar - 1 - at));
        literal("${");
        at = dollar + 2;
        continue;
      }
      literal(text.substr(at, dollar - at));
      const auto end = text.find('}', dollar);
      if (end == std::string_view::npos) {
        return wrong(Mistake::variable_syntax,
                     "`${` without its `}`",
                     "close it, or write `$${` for the characters themselves");
      }
      if (!insert(text.substr(dollar + 2, end - dollar - 2))) {
        return false;
      }
      at = end + 1;
    }
    return true;
  }

  Value take() {
    if (parts_.size() == 1 && parts_.front().as_string() == nullptr) {
      auto whole = std::move(parts_.front());
      std::get<Reference>(whole.data).all = true;
      return whole;
    }
    if (parts_.empty()) {
      return Value{std::string(), place_};
    }
    if (parts_.size() == 1) {
      return std::move(parts_.front());
    }
    return Value{Expression{std::move(parts_)}, place_};
  }

 private:
  void literal(std::string_view text) {
    if (text.empty()) {
      return;
    }
    if (!parts_.empty() && parts_.back().as_string() != nullptr) {
      std::get<std::string>(parts_.back().data).append(text);
    } else {
      parts_.push_back(Value{std::string(text), place_});
    }
  }

  bool insert(std::string_view name) {
    if (name.find_first_of(":/") != std::string_view::npos) {
      auto reference = parse_reference(name);
      if (!reference) {
        return wrong(Mistake::variable_syntax,
                     "`${" + std::string(name) + "}` is no reference",
                     "write it as ${Kind/name:output}, for example ${Server/mx1:ipv4}");
      }
      parts_.push_back(Value{std::move(*reference), place_});
      return true;
    }
    const auto found = variables_.all_.find(name);
    if (found == variables_.all_.end()) {
      return unknown(name);
    }
    if (std::find(path_.begin(), path_.end(), name) != path_.end()) {
      std::string circle;
      for (auto it = std::find(path_.begin(), path_.end(), name); it != path_.end(); ++it) {
        circle += "${" + std::string(*it) + "} → ";
      }
      return wrong(Mistake::variable_circle,
                   "variables stand in a circle: " + circle + "${" + std::string(name) + "}",
                   "give one of them a value of its own");
    }
    path_.push_back(found->first);
    const bool good = run(found->second.text);
    path_.pop_back();
    return good;
  }

  bool unknown(std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& [known, variable] : variables_.all_) {
      names.push_back(known);
    }
    auto hint = did_you_mean(name, names);
    if (hint.empty() && variables_.incomplete_) {
      return false;
    }
    return wrong(Mistake::unknown_variable,
                 "variable `" + std::string(name) + "` is not defined",
                 !hint.empty() ? std::move(hint)
                               : "define it in `vars`, or write `$${" + std::string(name) +
                                     "}` for the characters themselves");
  }

  bool wrong(Mistake mistake, std::string message, std::string hint) {
    problems_.error(place_, mistake, std::move(message), std::move(hint));
    return false;
  }

  const Variables& variables_;
  Place place_;
  Diagnostics& problems_;
  std::vector<Value> parts_;
  std::vector<std::string_view> path_;
};

void Variables::set(std::string_view name, std::string text, Place place) {
  all_.insert_or_assign(std::string(name), Variable{std::move(text), place});
}

void Variables::set_all(const Value& map) {
  if (const auto* fields = map.as_map()) {
    for (const auto& field : *fields) {
      if (auto text = scalar_text(field.value)) {
        set(field.name, std::move(*text), field.value.place);
      } else if (field.value.is_null()) {
        all_.erase(field.name);
      }
    }
  }
}

void Variables::fall_back(const Variables& others) {
  incomplete_ = incomplete_ || others.incomplete_;
  all_.insert(others.all_.begin(), others.all_.end());
}

std::optional<Value> Variables::expand(std::string_view text,
                                       Place place,
                                       Diagnostics& problems) const {
  Expander expander(*this, place, problems);
  if (!expander.run(text)) {
    return std::nullopt;
  }
  return expander.take();
}

std::optional<std::string> Variables::expand_text(std::string_view text,
                                                  Place place,
                                                  Diagnostics& problems) const {
  const auto value = expand(text, place, problems);
  if (!value) {
    return std::nullopt;
  }
  const auto* plain = value->as_string();
  if (plain == nullptr) {
    problems.error(place,
                   Mistake::reference_place,
                   "a reference cannot stand in a name",
                   "use a variable: names must be known before anything is created");
    return std::nullopt;
  }
  return *plain;
}

}  // namespace plumb::kinds
