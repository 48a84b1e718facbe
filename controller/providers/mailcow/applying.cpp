#include "controller/providers/mailcow/applying.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/providers/mailcow/domains.h"
#include "controller/providers/mailcow/keys.h"
#include "controller/providers/mailcow/mailboxes.h"
#include "controller/providers/mailcow/words.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"

namespace plumb::providers::mailcow {
namespace {

Outcome refused(std::string message, std::string hint) {
  return Refused{Error{.code = ErrorCode::invalid_input,
                       .message = std::move(message),
                       .hint = std::move(hint),
                       .category = ErrorCategory::validation}};
}

bool is_done(const Outcome& outcome) {
  return std::holds_alternative<Done>(outcome);
}

/// Whether nothing else can be done, either: nobody answers, or nobody lets us in.
bool ends_all(const Outcome& outcome) {
  const auto* refused = std::get_if<Refused>(&outcome);
  return std::holds_alternative<Unknown>(outcome) || std::holds_alternative<NotSent>(outcome) ||
         // a secret of ours that cannot be read is denied as well, but not by a vendor
         (refused != nullptr && !refused->error.vendor_code.empty() &&
          (refused->error.code == ErrorCode::denied ||
           refused->error.code == ErrorCode::unavailable));
}

bool becomes_alias(const ProviderChange& change) {
  return change.kind == kinds::kMailDomain && change.act == Act::update &&
         alias_target(change.before).empty() && !alias_target(change.after).empty();
}

/// One order while it is carried out.
class Applying {
 public:
  Applying(const Workshop& workshop,
           const Order& order,
           const Report& report,
           const std::stop_token& stop)
      : order_(order),
        report_(report),
        stop_(stop),
        domain_(without_dot(order.scope.container)),
        api_(workshop.api),
        domains_(workshop.api, workshop.new_domains, domain_, stop),
        keys_(workshop.api, domain_, order, stop),
        mailboxes_(workshop, domain_, order, stop) {}

  void run();

 private:
  Outcome outcome_of_change(const ProviderChange& change);
  Outcome alias(const ProviderChange& change);
  Outcome remove_alias(const ProviderChange& change);
  Outcome password(const ProviderChange& change);
  Json alias_attributes(std::string_view body) const;

  const Order& order_;
  const Report& report_;
  const std::stop_token& stop_;
  std::string domain_;
  const Api& api_;
  Domains domains_;
  Keys keys_;
  Mailboxes mailboxes_;
};

// -- aliases -----------------------------------------------------------------------------------

/// The targets, or that there are none; and that it works, since what is made otherwise does not.
Json Applying::alias_attributes(std::string_view body) const {
  Json attributes{{"active", 1}};
  if (cbor::field_number(body, kinds::kAliasDiscard).value_or(0) != 0) {
    attributes["goto_null"] = 1;
    return attributes;
  }
  std::string to;
  for (const auto target : cbor::field_list(body, kinds::kAliasTo)) {
    to.append(to.empty() ? "" : ",").append(target);
  }
  attributes["goto"] = to;
  return attributes;
}

Outcome Applying::alias(const ProviderChange& change) {
  auto attributes = alias_attributes(change.after);
  if (change.act == Act::create) {
    attributes["address"] =
        change.key == "*" ? "@" + domain_ : fmt::format("{}@{}", change.key, domain_);
    const auto said = api_.write("add/alias", attributes, {"alias_added"}, stop_);
    if (!said) {
      return outcome_of(said.error());
    }
    const auto made = std::find_if(
        said->begin(), said->end(), [](const Said& one) { return one.key == "alias_added"; });
    return Done{.handle = made->args.size() > 1 ? made->args[1] : std::string(), .outputs = {}};
  }
  auto id = mailboxes_.alias_id(change);
  if (!id) {
    return outcome_of(std::move(id).error());
  }
  const Json body{{"items", Json::array({*id})}, {"attr", attributes}};
  const auto said = api_.write("edit/alias", body, {"alias_modified"}, stop_);
  return said ? Outcome(Done{.handle = *id, .outputs = {}}) : outcome_of(said.error());
}

Outcome Applying::remove_alias(const ProviderChange& change) {
  auto id = mailboxes_.alias_id(change);
  if (!id) {
    return id.error().code == ErrorCode::not_found ? Outcome(Done{}) : outcome_of(id.error());
  }
  const auto said = api_.write("delete/alias", Json::array({*id}), {"alias_removed"}, stop_);
  if (said) {
    mailboxes_.forget_alias(*id);
    return Done{};
  }
  // With its mailbox, or by somebody who was faster.
  const bool gone = said.error().code == ErrorCode::not_found && !mailboxes_.still_there(*id);
  return gone ? Outcome(Done{}) : outcome_of(said.error());
}

Outcome Applying::password(const ProviderChange& change) {
  if (change.act == Act::remove) {
    return Done{};  // it goes with its mailbox
  }
  return mailboxes_.set_password(change);
}

// -- all of it ---------------------------------------------------------------------------------

Outcome Applying::outcome_of_change(const ProviderChange& change) {
  const bool removes = change.act == Act::remove;
  if (change.kind == kinds::kMailDomain) {
    return domains_.carry_out(change);
  }
  if (change.kind == kinds::kDKIMKey) {
    return keys_.carry_out(change);
  }
  if (change.kind == kinds::kDKIMSigning) {
    return keys_.sign(change);
  }
  if (change.kind == kinds::kMailbox) {
    return removes ? mailboxes_.remove(change) : mailboxes_.carry_out(change);
  }
  if (change.kind == kinds::kPassword) {
    return password(change);
  }
  if (change.kind == kinds::kAlias) {
    return removes ? remove_alias(change) : alias(change);
  }
  return refused(fmt::format("Mailcow has no place for this of {}", domain_),
                 "leave it out, or keep it at another provider");
}

void Applying::run() {
  std::vector<const ProviderChange*> changes;
  for (const auto& change : order_.changes) {
    changes.push_back(&change);
  }
  // A domain can only become an alias, or go, once what it holds is gone.
  std::stable_partition(changes.begin(), changes.end(), [](const ProviderChange* change) {
    const bool goes = change->kind == kinds::kMailDomain && change->act == Act::remove;
    return !becomes_alias(*change) && !goes;
  });
  // An address is either: what it is to be no more goes before what it becomes.
  std::stable_partition(changes.begin(), changes.end(), [&](const ProviderChange* change) {
    return change->kind == kinds::kAlias && change->act == Act::remove &&
           std::any_of(order_.changes.begin(), order_.changes.end(), [&](const auto& other) {
             return other.kind == kinds::kMailbox && other.act == Act::create &&
                    other.key == change->key;
           });
  });
  std::set<std::string_view> not_made;
  std::optional<Outcome> instead;
  for (const auto* change : changes) {
    if (!instead && stop_.stop_requested()) {
      instead = NotSent{};
    }
    // A mailbox that is not of our making keeps the password that it has.
    const bool is_others = change->kind == kinds::kPassword && not_made.contains(change->key);
    auto outcome = instead ? *instead : is_others ? Outcome(NotSent{}) : outcome_of_change(*change);
    if (change->kind == kinds::kMailbox && change->act == Act::create && !is_done(outcome)) {
      not_made.insert(change->key);
    }
    const bool no_domain =
        change->kind == kinds::kMailDomain && change->act == Act::create && !is_done(outcome);
    if (!instead && !is_others && (ends_all(outcome) || no_domain)) {
      instead = std::holds_alternative<Refused>(outcome) && no_domain ? outcome : NotSent{};
    }
    report_(change->number, std::move(outcome));
  }
}

}  // namespace

void apply_order(const Workshop& workshop,
                 const Order& order,
                 const Report& report,
                 const std::stop_token& stop) {
  Applying(workshop, order, report, stop).run();
}

}  // namespace plumb::providers::mailcow
