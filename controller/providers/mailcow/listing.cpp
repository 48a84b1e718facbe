#include "controller/providers/mailcow/listing.h"

#include <charconv>

#include <nlohmann/json.hpp>

#include "controller/providers/json_answer.h"
#include "resources/model/ascii.h"

namespace plumb::providers::mailcow {
namespace {

/// 5, "5", 5.0, true; null is nothing.
std::optional<std::uint64_t> loose_number(const Json& of, const char* name) {
  const auto* value = member(of, name);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (value->is_boolean()) {
    return value->get<bool>() ? 1 : 0;
  }
  if (const auto* text = text_in(of, name)) {
    std::uint64_t number = 0;
    const auto [end, wrong] = std::from_chars(text->data(), text->data() + text->size(), number);
    return wrong == std::errc() && end == text->data() + text->size() ? std::optional(number)
                                                                      : std::nullopt;
  }
  return number_in(of, name);
}

/// Reads the members of one object, and keeps in mind what it did not find.
class Fields {
 public:
  Fields(const Json& of, std::string_view what) : of_(of), what_(what) {}

  std::string text(const char* name) {
    const auto* found = text_in(of_, name);
    missing_ = found == nullptr && missing_ == nullptr ? name : missing_;
    return found != nullptr ? *found : std::string();
  }
  /// May be null: then it is empty.
  std::string any_text(const char* name) const {
    const auto* found = text_in(of_, name);
    return found != nullptr ? *found : std::string();
  }
  std::uint64_t number(const char* name) {
    const auto found = loose_number(of_, name);
    missing_ = !found && missing_ == nullptr ? name : missing_;
    return found.value_or(0);
  }
  Result<void> all_there() const {
    return missing_ == nullptr ? Result<void>()
                               : tl::unexpected(lacking(Api::whence(what_), missing_, "Mailcow"));
  }

 private:
  const Json& of_;
  std::string_view what_;
  const char* missing_ = nullptr;
};

/// Calls `each` with every object of a list.
template <class Each>
Result<void> for_each_of(const Api& api,
                         const std::string& what,
                         const std::stop_token& stop,
                         const Each& each) {
  PLUMB_TRY(answer, api.get(what, stop));
  if (answer.is_object() && !answer.empty()) {
    return tl::unexpected(lacking(Api::whence(what), "(a list)", "Mailcow"));
  }
  for (const auto& one : answer) {
    Fields fields(one, what);
    each(one, fields);
    if (auto whole = fields.all_there(); !whole) {
      return whole;
    }
  }
  return {};
}

/// A server that lists the same domain twice would have a mailbox or alias twice as well.
std::string local_of(const std::string& address) {
  return ascii_lower(address.substr(0, address.rfind('@')));
}

HeldMailbox mailbox_of(const Json& one, Fields& fields) {
  HeldMailbox box;
  box.local = local_of(fields.text("username"));
  box.name = fields.any_text("name");
  box.quota = fields.number("quota");
  box.active = fields.number("active");
  const auto* attributes = member(one, "attributes");
  const auto smtp = attributes != nullptr ? loose_number(*attributes, "smtp_access")
                                          : std::optional<std::uint64_t>();
  box.sends = smtp.value_or(1) != 0;
  const auto* senders = member(one, "sender_acl");
  for (const auto& sender : senders != nullptr && senders->is_array() ? *senders : Json::array()) {
    if (sender.is_string()) {
      box.senders.push_back(sender.get<std::string>());
    }
  }
  return box;
}

}  // namespace

Result<Listing> list_domains(const Api& api, const std::stop_token& stop) {
  Listing listing;
  auto read = for_each_of(api, "domain/all", stop, [&](const Json&, Fields& fields) {
    auto& held = listing.domains[ascii_lower(fields.text("domain_name"))];
    held.quota = fields.number("max_quota_for_domain");
    held.mailbox_quota = fields.number("max_quota_for_mbox");
    held.default_quota = fields.number("def_quota_for_mbox");
    held.active = fields.number("active") != 0;
  });
  if (read) {
    read = for_each_of(api, "alias-domain/all", stop, [&](const Json&, Fields& fields) {
      auto& held = listing.alias_domains[ascii_lower(fields.text("alias_domain"))];
      held.target = ascii_lower(fields.text("target_domain"));
      held.active = fields.number("active") != 0;
    });
  }
  return read ? Result<Listing>(std::move(listing)) : tl::unexpected(std::move(read).error());
}

Result<void> add_mailboxes(const Api& api,
                           std::string_view domain,
                           Listing& into,
                           const std::stop_token& stop) {
  const auto what =
      domain.empty() ? std::string("mailbox/all") : "mailbox/all/" + std::string(domain);
  return for_each_of(api, what, stop, [&](const Json& one, Fields& fields) {
    const auto of = ascii_lower(fields.text("domain"));
    // Of a domain that it does not know the server lists all mailboxes there are.
    if (domain.empty() || of == domain) {
      into.mailboxes[of].push_back(mailbox_of(one, fields));
    }
  });
}

Result<void> add_aliases(const Api& api, Listing& into, const std::stop_token& stop) {
  return for_each_of(api, "alias/all", stop, [&](const Json&, Fields& fields) {
    const auto address = fields.text("address");
    const auto domain = ascii_lower(address.substr(address.rfind('@') + 1));
    into.aliases[domain].push_back({.id = fields.number("id"),
                                    .local = local_of(address),
                                    .to = fields.text("goto"),
                                    .active = fields.number("active") != 0,
                                    .internal = fields.number("internal") != 0});
  });
}

Result<std::optional<HeldKey>> key_of(const Api& api,
                                      std::string_view domain,
                                      const std::stop_token& stop) {
  const auto what = "dkim/" + std::string(domain);
  PLUMB_TRY(answer, api.get(what, stop));
  if (answer.empty()) {
    return std::optional<HeldKey>();
  }
  Fields fields(answer, what);
  HeldKey key{.selector = fields.text("dkim_selector"),
              .bits = fields.number("length"),
              .half = fields.text("pubkey")};
  if (auto whole = fields.all_there(); !whole) {
    return tl::unexpected(std::move(whole).error());
  }
  return std::optional(std::move(key));
}

}  // namespace plumb::providers::mailcow
