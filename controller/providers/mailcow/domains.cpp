#include "controller/providers/mailcow/domains.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/providers/mailcow/mailboxes.h"
#include "controller/providers/mailcow/words.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"

namespace plumb::providers::mailcow {
namespace {

tl::unexpected<Error> in_the_way(std::string message, std::string hint) {
  return tl::unexpected(Error{.code = ErrorCode::conflict,
                              .message = std::move(message),
                              .hint = std::move(hint),
                              .category = ErrorCategory::conflict});
}

/// The failure of a call after which another one was done.
Result<void> after_another(Result<void> result) {
  if (!result) {
    auto error = std::move(result).error();
    error.effect = Effect::maybe;
    return tl::unexpected(std::move(error));
  }
  return result;
}

Result<void> done(const Result<std::vector<Said>>& said) {
  return said ? Result<void>() : tl::unexpected(said.error());
}

std::uint64_t mib(std::uint64_t octets) {
  return octets / kMiB;
}

}  // namespace

std::string alias_target(std::string_view body) {
  return std::string(without_dot(cbor::field_octets(body, kinds::kMailDomainAliasOf).value_or("")));
}

Outcome Domains::carry_out(const ProviderChange& change) {
  const auto target = alias_target(change.after);
  const auto former = alias_target(change.before);
  Result<void> result;
  if (change.act == Act::remove) {
    result = former.empty() ? remove(true) : remove_alias();
    if (result) {
      result = after_another(remove_key());
    }
  } else if (change.act == Act::create) {
    result = target.empty() ? make(change.after) : make_alias(target);
  } else if (target.empty() && former.empty()) {
    const auto quota = cbor::field_number(change.after, kinds::kMailDomainQuota);
    result = quota ? set_quota(*quota) : result;
  } else if (former.empty()) {
    result = is_there(target);
    result = result ? remove(false) : std::move(result);
    result = result ? after_another(make_alias(target)) : std::move(result);
  } else if (target.empty()) {
    result = remove_alias();
    result = result ? after_another(make(change.after)) : std::move(result);
  } else {
    const Json body{{"items", Json::array({domain_})},
                    {"attr", {{"target_domain", target}, {"active", 1}}}};
    result = done(api_.write("edit/alias-domain", body, {}, stop_));
  }
  return result ? Outcome(Done{}) : outcome_of(std::move(result).error());
}

/// All that the server's template would say otherwise is left to it, but for the key: one that
/// nobody asked for would be in the way of the one that is declared.
Result<void> Domains::make(std::string_view body) {
  Json attributes{{"domain", domain_}, {"active", 1}, {"dkim_selector", ""}, {"key_size", "0"}};
  if (limits_.mailboxes) {
    attributes["mailboxes"] = *limits_.mailboxes;
  }
  if (limits_.aliases) {
    attributes["aliases"] = *limits_.aliases;
  }
  const auto declared = cbor::field_number(body, kinds::kMailDomainQuota);
  const auto quota = declared ? declared : limits_.quota;
  auto most = limits_.mailbox_quota;
  auto usual = limits_.default_quota;
  constexpr std::uint64_t kTemplateUsual = 3'072 * kMiB;
  if (quota) {
    // No mailbox may be allowed more than all of them.
    constexpr std::uint64_t kTemplateMost = 10'240 * kMiB;
    most = std::min(most.value_or(kTemplateMost), *quota);
    attributes["quota"] = mib(*quota);
  }
  if (most) {
    usual = std::min(usual.value_or(kTemplateUsual), *most);
    attributes["maxquota"] = mib(*most);
  }
  if (usual) {
    attributes["defquota"] = mib(*usual);
  }
  return done(api_.write("add/domain", attributes, {"domain_added"}, stop_));
}

Result<void> Domains::is_there(const std::string& domain) {
  PLUMB_TRY(listing, list_domains(api_, stop_));
  if (!listing.domains.contains(domain)) {
    return in_the_way(
        fmt::format(
            "mail domain {} is not at Mailcow, and {} cannot be its alias", domain, domain_),
        "declare it at this provider first");
  }
  return {};
}

Result<void> Domains::make_alias(const std::string& target) {
  const Json body{{"alias_domain", domain_}, {"target_domain", target}, {"active", 1}};
  return done(api_.write("add/alias-domain", body, {}, stop_));
}

/// What one mailbox may have follows where it would be more than the whole.
Result<void> Domains::set_quota(std::uint64_t quota) {
  PLUMB_TRY(listing, list_domains(api_, stop_));
  const auto held = listing.domains.find(domain_);
  if (held == listing.domains.end()) {
    return in_the_way(fmt::format("mail domain {} is not at Mailcow any more", domain_),
                      "plan again");
  }
  Json attributes{{"quota", mib(quota)}};
  if (held->second.mailbox_quota > quota) {
    attributes["maxquota"] = mib(quota);
    attributes["defquota"] = mib(std::min(held->second.default_quota, quota));
  }
  const Json body{{"items", Json::array({domain_})}, {"attr", attributes}};
  return done(api_.write("edit/domain", body, {"domain_modified"}, stop_));
}

/// Mailcow takes more along than it says: what is not ours to take stops it.
Result<void> Domains::stays_whole(const Listing& listing, bool whole) const {
  for (const auto& [name, alias] : listing.alias_domains) {
    if (alias.target == domain_) {
      return in_the_way(
          fmt::format(
              "alias domain {} leads to {}, and Mailcow would delete it as well", name, domain_),
          "take it away first, or lead it elsewhere");
    }
  }
  const auto aliases = listing.aliases.find(domain_);
  if (!whole && aliases != listing.aliases.end() && !aliases->second.empty()) {
    return in_the_way(
        fmt::format("alias {}@{} is nobody's here, and Mailcow would delete it with the domain",
                    aliases->second.front().local,
                    domain_),
        "take it away first, or declare it");
  }
  const auto boxes = listing.mailboxes.find(domain_);
  if (!whole && boxes != listing.mailboxes.end() && !boxes->second.empty()) {
    return in_the_way(
        fmt::format("mailbox {}@{} is still there, and the domain cannot go before it",
                    boxes->second.front().local,
                    domain_),
        "take it away first");
  }
  return {};
}

Result<void> Domains::remove(bool whole) {
  PLUMB_TRY(listing, list_domains(api_, stop_));
  if (!listing.domains.contains(domain_)) {
    return {};
  }
  if (auto read = add_mailboxes(api_, domain_, listing, stop_); !read) {
    return read;
  }
  if (auto read = add_aliases(api_, listing, stop_); !read) {
    return read;
  }
  if (auto good = stays_whole(listing, whole); !good) {
    return good;
  }
  auto after = listing;  // an alias may lead to several that go
  for (const auto& box : listing.mailboxes[domain_]) {
    const auto address = box.local + "@" + domain_;
    if (auto good = nothing_goes_along(after, address, domain_); !good) {
      return good;
    }
    take_out(after, address);
  }
  bool any = false;
  for (const auto& box : listing.mailboxes[domain_]) {
    const auto address = box.local + "@" + domain_;
    auto gone =
        done(api_.write("delete/mailbox", Json::array({address}), {"mailbox_removed"}, stop_));
    if (!gone) {
      return any ? after_another(std::move(gone)) : std::move(gone);
    }
    any = true;
  }
  auto gone = done(api_.write("delete/domain", Json::array({domain_}), {"domain_removed"}, stop_));
  return any ? after_another(std::move(gone)) : std::move(gone);
}

Result<void> Domains::remove_alias() {
  PLUMB_TRY(listing, list_domains(api_, stop_));
  if (!listing.alias_domains.contains(domain_)) {
    return {};
  }
  if (auto read = add_aliases(api_, listing, stop_); !read) {
    return read;
  }
  if (auto good = stays_whole(listing, false); !good) {
    return good;
  }
  return done(api_.write("delete/alias-domain", Json::array({domain_}), {}, stop_));
}

/// It would stay behind, and be the domain's again if that came back.
Result<void> Domains::remove_key() {
  return done(api_.write("delete/dkim", Json::array({domain_}), {"dkim_removed"}, stop_));
}

}  // namespace plumb::providers::mailcow
