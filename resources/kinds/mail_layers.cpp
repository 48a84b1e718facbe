// The layers of `mail`: profiles and Domain, laid on one another.

#include <algorithm>

#include "resources/kinds/mail_declaration.h"
#include "resources/kinds/merge.h"
#include "resources/model/mistakes.h"

namespace plumb::kinds {
namespace {

/// Puts variables into all texts of a tree; where one is wrong, its text is left out.
bool put_in(Value& value, const Variables& variables, Diagnostics& problems) {
  if (auto* text = std::get_if<std::string>(&value.data)) {
    if (text->find('$') == std::string::npos) {
      return true;
    }
    const auto put = variables.expand(*text, value.place, problems);
    if (!put) {
      return false;
    }
    const auto* plain = put->as_string();
    if (plain == nullptr) {
      problems.error(value.place,
                     Mistake::reference_place,
                     "a reference cannot stand in `mail`",
                     "name the server in `mail.servers`: what it has goes where it belongs");
      return false;
    }
    *text = *plain;
    return true;
  }
  if (auto* list = std::get_if<Value::List>(&value.data)) {
    std::erase_if(*list, [&](Value& item) { return !put_in(item, variables, problems); });
  } else if (auto* map = std::get_if<Value::Map>(&value.data)) {
    std::erase_if(*map, [&](Field& field) { return !put_in(field.value, variables, problems); });
  }
  return true;
}

}  // namespace

Value merged_mail(const Value& domain_spec,
                  std::span<const ProfileLayer> layers,
                  const DomainSpec& domain,
                  Diagnostics& problems) {
  Value merged;
  const auto over = [&](const Value& layer, const Variables& variables) {
    const auto* member = layer.find("mail");
    if (member == nullptr) {
      return;
    }
    if (member->is_null()) {
      merged = Value{};
      return;
    }
    auto copy = *member;
    put_in(copy, variables, problems);
    merged = merge_mail(std::move(merged), copy, problems);
  };
  for (std::size_t i = 0; i < layers.size(); ++i) {
    over(*layers[i].spec, domain.profile_variables[i]);
  }
  over(domain_spec, domain.variables);
  return merged;
}

}  // namespace plumb::kinds
