#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "resources/model/diagnostic.h"
#include "resources/model/place.h"
#include "resources/rules/rules.h"

namespace plumb::rules {

/// A domain whose addresses are declared, as the rules see it.
struct MailDomainView {
  std::string_view name;  ///< for people
  Place place;            ///< of its `mail`
  /// Whether mail to a local part is taken, by name or by a catch-all.
  std::function<bool(std::string_view local)> has;
};

/// The rules over mail domains.
std::span<const Rule> mail_rules();

/// Checks a mail domain against all of them but those in `rules_off`.
void lint_mail_domain(const MailDomainView& domain,
                      std::span<const std::string> rules_off,
                      Diagnostics& problems);

}  // namespace plumb::rules
