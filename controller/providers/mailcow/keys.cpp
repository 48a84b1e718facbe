#include "controller/providers/mailcow/keys.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/providers/mailcow/rows.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"

namespace plumb::providers::mailcow {
namespace {

Outcome another_signs(const std::string& domain, std::string_view selector) {
  return Refused{Error{
      .code = ErrorCode::conflict,
      .message = fmt::format("Mailcow keeps one key for each domain, and that of {} has the "
                             "selector {}",
                             domain,
                             selector),
      .hint = "declare that selector; or take its key away first, which leaves mail unsigned until "
              "the new one is published",
      .category = ErrorCategory::conflict}};
}

}  // namespace

bool Keys::goes(std::string_view selector) const {
  return std::any_of(
      order_.changes.begin(), order_.changes.end(), [&](const ProviderChange& change) {
        return change.kind == kinds::kDKIMKey && change.act == Act::remove &&
               change.key == selector;
      });
}

/// Whatever is asked for, it takes the one key that there is: so it is looked at first.
Result<void> Keys::remove(const std::optional<HeldKey>& held, std::string_view selector) {
  if (!held || held->selector != selector) {
    return {};
  }
  const auto said = api_.write("delete/dkim", Json::array({domain_}), {"dkim_removed"}, stop_);
  return said ? Result<void>() : tl::unexpected(said.error());
}

Outcome Keys::make(const ProviderChange& change) {
  const auto bits = cbor::field_number(change.after, kinds::kDkimBits).value_or(2048);
  const Json body{{"domains", domain_},
                  {"dkim_selector", std::string(change.key)},
                  {"key_size", std::to_string(bits)}};
  const auto said = api_.write("add/dkim", body, {"dkim_added"}, stop_);
  if (!said) {
    return outcome_of(said.error());
  }
  auto made = key_of(api_, domain_, stop_);
  if (!made || !*made) {
    return Unknown{made ? Error{.code = ErrorCode::internal,
                                .message = fmt::format("the key that Mailcow made for {} cannot be "
                                                       "read",
                                                       domain_),
                                .effect = Effect::maybe}
                        : std::move(made).error()};
  }
  return Done{.handle = {}, .outputs = outputs_of(**made)};
}

Outcome Keys::carry_out(const ProviderChange& change) {
  const auto held = key_of(api_, domain_, stop_);
  if (!held) {
    return outcome_of(held.error());
  }
  const bool same = *held && (*held)->selector == change.key;
  if (change.act == Act::update) {
    // Nothing of a key can be changed; somebody put another in its place, of which is taken note.
    return same ? Outcome(Done{.handle = {}, .outputs = outputs_of(**held)})
                : another_signs(domain_, *held ? (*held)->selector : "none");
  }
  if (change.act == Act::remove || change.act == Act::replace ||
      (*held && goes((*held)->selector))) {
    const auto going = change.act == Act::create ? std::string_view((*held)->selector) : change.key;
    if (auto gone = remove(*held, going); !gone) {
      return outcome_of(std::move(gone).error());
    }
  } else if (*held) {
    return another_signs(domain_, (*held)->selector);
  }
  if (change.act == Act::remove) {
    return Done{};
  }
  auto outcome = make(change);
  if (auto* refused = std::get_if<Refused>(&outcome); refused != nullptr && *held) {
    refused->error.effect = Effect::maybe;
    refused->error.message += fmt::format(
        "; the former key of {} is gone, and its mail is not signed until there is one", domain_);
    return Unknown{std::move(refused->error)};
  }
  return outcome;
}

Outcome Keys::sign(const ProviderChange& change) {
  const auto held = key_of(api_, domain_, stop_);
  if (!held) {
    return outcome_of(held.error());
  }
  const auto wanted = change.act == Act::remove
                          ? std::string_view()
                          : cbor::field_octets(change.after, kinds::kSigningSelector).value_or("");
  const auto selector = *held ? std::string_view((*held)->selector) : std::string_view();
  const bool as_wanted = selector == wanted || (wanted.empty() && goes(selector));
  return as_wanted ? Outcome(Done{}) : another_signs(domain_, *held ? selector : "none");
}

}  // namespace plumb::providers::mailcow
