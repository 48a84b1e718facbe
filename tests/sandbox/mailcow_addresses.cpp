// Mailboxes and aliases of the stand-in.
#include <algorithm>
#include <cctype>

#include "tests/sandbox/mailcow.h"
#include "tests/sandbox/mailcow_text.h"

namespace plumb::test {
namespace {

using mailcow::domain_of;
using mailcow::escaped;
using mailcow::joined;
using mailcow::Json;
using mailcow::kListed;
using mailcow::kMiB;
using mailcow::number;
using mailcow::small;
using mailcow::text;
using mailcow::words_of;

bool is_address(const std::string& text) {
  const auto at = text.rfind('@');
  return at != std::string::npos && at != 0 && at + 1 < text.size() &&
         text.find_first_of(" /\"", at) == std::string::npos;
}
constexpr std::size_t kShortestPassword = 6;

}  // namespace

// -- mailboxes ---------------------------------------------------------------------------------

Json Mailcow::mailbox_json(const std::string& address) const {
  const auto& held = mailboxes_.at(address);
  Json out = {{"username", address},
              {"local_part", address.substr(0, address.rfind('@'))},
              {"domain", domain_of(address)},
              {"name", held["name"]},
              {"active", held["active"]},
              {"active_int", held["active"]},
              {"quota", number(held["quota"]) * kMiB},
              {"quota_used", 0},
              {"percent_in_use", number(held["quota"]) == 0 ? Json("- ") : Json(0)},
              {"messages", "0"},
              {"attributes", held["attributes"]},
              {"custom_attributes", Json::array()},
              {"sender_acl", held["sender_acl"]},
              {"max_new_quota", 10240 * kMiB},
              {"rl", false},
              {"rl_scope", "domain"},
              {"is_relayed", 0},
              {"spam_aliases", 0}};
  if (!held["tags"].empty()) {
    out["tags"] = held["tags"];
  }
  return out;
}

bool Mailcow::limits_hold(const std::string& domain, long long quota, const std::string& but) {
  const auto& held = domains_.at(domain);
  long long used = 0;
  long long count = but.empty() ? 1 : 0;
  for (const auto& [address, mailbox] : mailboxes_) {
    if (domain_of(address) == domain) {
      used += address == but ? 0 : number(mailbox["quota"]);
      ++count;
    }
  }
  if (count > number(held["mailboxes"])) {
    say("danger", Json{"max_mailbox_exceeded", count - 1, held["mailboxes"]});
  } else if (quota > number(held["maxquota"])) {
    say("danger", Json{"mailbox_quota_exceeded", held["maxquota"]});
  } else if (used + quota > number(held["quota"])) {
    say("danger", Json{"mailbox_quota_left_exceeded", number(held["quota"]) - used});
  } else {
    return true;
  }
  return false;
}

void Mailcow::add_mailbox(const Json& in) {
  const auto local = small(text(in, "local_part"));
  const auto domain = small(text(in, "domain"));
  const auto address = local + "@" + domain;
  const auto password = text(in, "password");
  const bool taken = std::any_of(aliases_.begin(), aliases_.end(), [&](const auto& one) {
    return small(text(one.second, "address")) == address;
  });
  if (alias_domains_.contains(domain)) {
    say("danger", Json{"domain_not_found", domain});
  } else if (!domains_.contains(domain)) {
    say("danger", "access_denied");
  } else if (local.empty() || !std::all_of(local.begin(), local.end(), [](unsigned char c) {
               return c > ' ' && c < 0x7F && c != '@' && c != '"';
             })) {
    say("danger", "mailbox_invalid");
  } else if (mailboxes_.contains(address)) {
    say("danger", Json{"object_exists", escaped(address)});
  } else if (taken) {
    say("danger", Json{"is_alias", escaped(address)});
  } else if (!in.contains("password2") || password.size() < kShortestPassword) {
    say("danger", "password_complexity");
  } else if (text(in, "password2") != password) {
    say("danger", "password_mismatch");
  } else if (limits_hold(domain, number(in, "quota", 0), "")) {
    auto name = text(in, "name");
    while (name.starts_with('<') || name.starts_with('>')) {
      name.erase(0, 1);
    }
    while (name.ends_with('<') || name.ends_with('>')) {
      name.pop_back();
    }
    const auto access = [&](const char* field) { return std::to_string(number(in, field, 1)); };
    mailboxes_[address] = {{"name", name},
                           {"quota", number(in, "quota", 0)},
                           {"active", number(in, "active", 1)},
                           {"password", password},
                           {"sender_acl", Json::array()},
                           {"tags", in.value("tags", Json::array())},
                           {"attributes",
                            {{"force_pw_update", std::to_string(number(in, "force_pw_update", 0))},
                             {"tls_enforce_in", "0"},
                             {"tls_enforce_out", "0"},
                             {"sogo_access", access("sogo_access")},
                             {"imap_access", access("imap_access")},
                             {"pop3_access", access("pop3_access")},
                             {"smtp_access", access("smtp_access")},
                             {"sieve_access", access("sieve_access")},
                             {"mailbox_format", "maildir:"},
                             {"passwd_update", "2026-11-20 12:00:00"}}}};
    say("success", Json{"rl_saved", escaped(address)});
    say("success", Json{"mailbox_added", escaped(address)});
  }
}

void Mailcow::edit_mailbox(const std::string& address, const Json& in) {
  const auto found = mailboxes_.find(address);
  if (found == mailboxes_.end()) {
    say("danger", "access_denied");
    return;
  }
  auto& held = found->second;
  if (in.contains("sender_acl")) {
    auto senders = Json::array();
    for (const auto& one : in["sender_acl"]) {
      const auto sender = one.get<std::string>();
      if (sender != "default" && sender != "*" && !domains_.contains(domain_of(sender)) &&
          !alias_domains_.contains(domain_of(sender))) {
        say("danger", Json{"sender_acl_invalid", escaped(sender)});
        return;
      }
      if (sender != "default") {
        senders.push_back(sender);
      }
    }
    held["sender_acl"] = senders;
  }
  const auto quota =
      in.contains("quota") && in["quota"] != "" ? number(in["quota"]) : number(held["quota"]);
  if (quota != 0 && !limits_hold(domain_of(address), quota, address)) {
    return;
  }
  if (const auto password = text(in, "password"); !password.empty()) {
    if (!in.contains("password2") || password.size() < kShortestPassword) {
      say("danger", "password_complexity");
      return;
    }
    if (text(in, "password2") != password) {
      say("danger", "password_mismatch");
      return;
    }
    held["password"] = password;
    held["attributes"]["passwd_update"] = "2026-11-21 13:00:00";
  }
  held["quota"] = quota;
  held["name"] = text(in, "name").empty() ? held["name"] : Json(text(in, "name"));
  held["active"] = number(in, "active", number(held["active"]));
  for (const auto* field :
       {"sogo_access", "imap_access", "pop3_access", "smtp_access", "sieve_access"}) {
    if (in.contains(field)) {
      held["attributes"][field] = std::to_string(number(in[field]));
    }
  }
  held["attributes"]["recovery_email"] = nullptr;
  say("success", Json{"mailbox_modified", escaped(address)});
}

/// With every alias that leads to it alone.
void Mailcow::delete_mailbox(const std::string& address) {
  if (mailboxes_.erase(address) == 0) {
    say("danger", "access_denied");
    return;
  }
  for (auto alias = aliases_.begin(); alias != aliases_.end();) {
    auto targets = words_of(text(alias->second, "goto"), kListed);
    std::erase_if(targets, [&](const std::string& one) { return small(one) == address; });
    alias->second["goto"] = joined(targets);
    alias = targets.empty() ? aliases_.erase(alias) : std::next(alias);
  }
  say("success", Json{"mailbox_removed", escaped(address)});
}

void Mailcow::rename_mailbox(const Json& in) {
  const auto domain = text(in, "domain");
  const auto old_name = small(text(in, "old_local_part")) + "@" + domain;
  const auto new_name = small(text(in, "new_local_part")) + "@" + domain;
  const bool taken = mailboxes_.contains(new_name) ||
                     std::any_of(aliases_.begin(), aliases_.end(), [&](const auto& one) {
                       return small(text(one.second, "address")) == new_name;
                     });
  if (!mailboxes_.contains(old_name)) {
    say("danger", "access_denied");
  } else if (taken) {
    say("danger", Json{"object_exists", escaped(new_name)});
  } else {
    auto node = mailboxes_.extract(old_name);
    node.key() = new_name;
    mailboxes_.insert(std::move(node));
    if (number(in, "create_alias", 0) == 1) {
      add_one_alias(old_name, new_name, {{"active", 1}});
    }
    say("success", Json{"mailbox_renamed", old_name, new_name});
  }
}

// -- aliases -----------------------------------------------------------------------------------

Json Mailcow::alias_json(int id) const {
  const auto& held = aliases_.at(id);
  const auto address = text(held, "address");
  const auto primary = alias_domains_.find(domain_of(address));
  return {{"id", id},
          {"domain", domain_of(address)},
          {"public_comment", held["public_comment"]},
          {"private_comment", held["private_comment"]},
          {"goto", held["goto"]},
          {"address", address},
          {"is_catch_all", address.starts_with("@") ? 1 : 0},
          {"internal", held["internal"]},
          {"active", held["active"]},
          {"active_int", held["active"]},
          {"sogo_visible", held["sogo_visible"]},
          {"sogo_visible_int", held["sogo_visible"]},
          {"sender_allowed", held["sender_allowed"]},
          {"created", "2026-11-20 12:00:00"},
          {"modified", nullptr},
          {"in_primary_domain",
           primary == alias_domains_.end() ? "" : text(primary->second, "target_domain")}};
}

std::map<int, Json>::iterator Mailcow::find_alias(const std::string& item) {
  const auto id = std::atoll(item.c_str());
  return std::find_if(aliases_.begin(), aliases_.end(), [&](const auto& one) {
    return one.first == id || small(text(one.second, "address")) == small(item);
  });
}

/// Says what is wrong with the targets; `to` gets those that are good. False: there are none.
bool Mailcow::checked_targets(const Json& in, const std::string& address, std::string& to) {
  for (const auto* sort : {"null", "spam", "ham"}) {
    if (number(in, ("goto_" + std::string(sort)).c_str(), 0) == 1) {
      to = std::string(sort) + "@localhost";
      return true;
    }
  }
  std::vector<std::string> good;
  for (const auto& target : words_of(text(in, "goto"), kListed)) {
    if (small(target) == small(address)) {
      continue;
    }
    if (!is_address(target) || target.ends_with("@localhost")) {
      say("danger", Json{"goto_invalid", escaped(target)});
    } else if (std::find(good.begin(), good.end(), target) == good.end()) {
      good.push_back(target);
    }
  }
  to = joined(good);
  return !good.empty();
}

void Mailcow::add_alias(const Json& in) {
  const bool silent =
      number(in, "goto_null", 0) + number(in, "goto_spam", 0) + number(in, "goto_ham", 0) != 0;
  if (text(in, "goto").empty() && !silent) {
    say("danger", "goto_empty");
    return;
  }
  if (text(in, "address").empty()) {
    say("danger", "alias_empty");
    return;
  }
  for (const auto& written : words_of(text(in, "address"), kListed)) {
    std::string to;
    const auto address = written.substr(0, written.rfind('@')) + "@" + domain_of(written);
    if (!domains_.contains(domain_of(address)) && !alias_domains_.contains(domain_of(address))) {
      say("danger", Json{"domain_not_found", escaped(domain_of(address))});
    } else if (checked_targets(in, address, to)) {
      add_one_alias(address, to, in);
    }
  }
}

void Mailcow::add_one_alias(const std::string& address, const std::string& to, const Json& in) {
  const bool taken = mailboxes_.contains(small(address)) ||
                     std::any_of(aliases_.begin(), aliases_.end(), [&](const auto& one) {
                       return small(text(one.second, "address")) == small(address);
                     });
  const auto domain = domain_of(address);
  const auto count = std::count_if(aliases_.begin(), aliases_.end(), [&](const auto& one) {
    return domain_of(text(one.second, "address")) == domain;
  });
  if (taken) {
    say("danger", Json{"is_alias_or_mailbox", escaped(address)});
  } else if (text(in, "private_comment").size() > 160 || text(in, "public_comment").size() > 160) {
    say("danger", "comment_too_long");
  } else if (domains_.contains(domain) && count >= number(domains_[domain]["aliases"])) {
    say("danger", "max_alias_exceeded");
  } else {
    aliases_[++last_id_] = {{"address", address},
                            {"goto", to},
                            {"active", number(in, "active", 0)},
                            {"internal", number(in, "internal", 0)},
                            {"sogo_visible", number(in, "sogo_visible", 0)},
                            {"sender_allowed", number(in, "sender_allowed", 0)},
                            {"public_comment", in.value("public_comment", Json())},
                            {"private_comment", in.value("private_comment", Json())}};
    say("success", Json{"alias_added", escaped(address), std::to_string(last_id_)});
  }
}

void Mailcow::edit_alias(const std::string& item, const Json& in) {
  const auto found = find_alias(item);
  if (found == aliases_.end()) {
    say("danger", Json{"alias_invalid", item});
    return;
  }
  auto& held = found->second;
  const auto address = text(held, "address");
  auto whole = in;
  const bool silent =
      number(in, "goto_null", 0) + number(in, "goto_spam", 0) + number(in, "goto_ham", 0) != 0;
  if (text(in, "goto").empty() && !silent) {
    whole["goto"] = held["goto"];
  }
  std::string to;
  if (!checked_targets(whole, address, to)) {
    // A null target counts as wrong unless it is sent again; then nothing at all is changed.
    say("success", Json{"alias_modified", escaped(address)});
    return;
  }
  held["goto"] = to;
  for (const auto* field : {"active", "internal", "sogo_visible", "sender_allowed"}) {
    held[field] = number(in, field, number(held[field]));
  }
  for (const auto* field : {"public_comment", "private_comment"}) {
    held[field] = in.value(field, held[field]);
  }
  if (const auto name = text(in, "address"); !name.empty()) {
    held["address"] = name;
  }
  say("success", Json{"alias_modified", escaped(text(held, "address"))});
}

void Mailcow::delete_alias(const std::string& item) {
  const auto found = find_alias(item);
  if (found == aliases_.end()) {
    say("danger", "access_denied");
    return;
  }
  const auto address = text(found->second, "address");
  aliases_.erase(found);
  say("success", Json{"alias_removed", escaped(address)});
}

}  // namespace plumb::test
