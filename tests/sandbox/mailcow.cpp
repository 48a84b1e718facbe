#include "tests/sandbox/mailcow.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "tests/sandbox/mailcow_text.h"

namespace plumb::test {
namespace {

using mailcow::domain_of;
using mailcow::Json;
using mailcow::kListed;
using mailcow::kMiB;
using mailcow::number;
using mailcow::small;
using mailcow::text;
using mailcow::words_of;

std::string local_of(const std::string& address) {
  return address.substr(0, address.rfind('@'));
}

bool is_domain_name(const std::string& name) {
  return !name.empty() && name.front() != '.' && name.back() != '.' &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '.';
         });
}
/// Decodes a second time: nginx pastes what it has decoded into a query.
std::string decoded_again(const std::string& path) {
  std::string out;
  for (std::size_t i = 0; i < path.size() && path[i] != '&' && path[i] != '#'; ++i) {
    if (path[i] == '%' && i + 2 < path.size()) {
      out += static_cast<char>(std::strtol(path.substr(i + 1, 2).c_str(), nullptr, 16));
      i += 2;
    } else {
      out += path[i] == '+' ? ' ' : path[i];
    }
  }
  return out;
}

/// As PHP prints it.
std::string pretty(const Json& json) {
  std::string out;
  for (const char c : json.dump(4)) {
    out += c == '/' ? "\\/" : std::string(1, c);
  }
  return out;
}

VendorAnswer plain(int status, const std::string& type, const std::string& msg) {
  return {status, pretty({{"type", type}, {"msg", msg}})};
}

std::string new_half(int bits) {
  EVP_PKEY* pair = EVP_RSA_gen(static_cast<unsigned>(bits));
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(pair, &der);
  std::string out(static_cast<std::size_t>(size) * 2, '\0');
  out.resize(static_cast<std::size_t>(
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), der, size)));
  OPENSSL_free(der);
  EVP_PKEY_free(pair);
  return out;
}

/// What every write repeats: the request, with the passwords that it knows masked.
Json masked(Json body) {
  if (body.is_object()) {
    for (auto& [name, value] : body.items()) {
      const bool secret = name == "password" || name == "password2" || name == "app_passwd" ||
                          name == "app_passwd2";
      value = secret ? Json("*") : masked(value);
    }
  }
  return body;
}

/// 1, and 0 only where the caller says so.
int flag(const Json& in, const char* name, int otherwise) {
  return static_cast<int>(number(in, name, otherwise));
}

Json empty_or(Json list) {
  return list.empty() ? Json::object() : list;
}

}  // namespace

Mailcow::~Mailcow() {
  close();
}

void Mailcow::say(const std::string& type, const Json& msg) {
  said_.push_back({{"type", type}, {"log", {"mailbox", "do", echoed_}}, {"msg", msg}});
}

// -- the protocol ------------------------------------------------------------------------------

std::optional<VendorAnswer> Mailcow::refused(const VendorRequest& request,
                                             const std::string& action) {
  saw_cookies_ = saw_cookies_ || !request.header("cookie").empty();
  const auto key = request.header("x-api-key");
  const bool reads = action == "get";
  if (key.empty()) {  // it goes on as nobody
    if (reads) {
      return VendorAnswer{};
    }
    if (action == "add") {
      say("danger", "access_denied");
      return VendorAnswer{200, pretty(said_)};
    }
    return plain(403, "error", "API read/write access denied");
  }
  if ((key != kKey && key != kReadingKey) || barred_) {
    ++refusals_;
    auto answer = plain(
        401, "error", barred_ ? "api access denied for ip 127.0.0.1" : "authentication failed");
    answer.type = "text/html";
    return answer;
  }
  if (key == kReadingKey && !reads) {
    return plain(403, "error", "API read/write access denied");
  }
  return std::nullopt;
}

VendorAnswer Mailcow::answer_to(const VendorRequest& request) {
  said_ = Json::array();
  echoed_ = nullptr;
  if (!request.path.starts_with("/api/v1/")) {
    return {404, "<html><head><title>404 Not Found</title></head></html>", "text/html"};
  }
  const auto words = words_of(decoded_again(request.path.substr(8)), "/");
  const auto action = words.empty() ? "" : words[0];
  if (action != "get" && action != "add" && action != "edit" && action != "delete") {
    return plain(404, "error", "route not found");
  }
  VendorAnswer out;
  if (auto no = refused(request, action)) {
    out = std::move(*no);
  } else if (action == "get") {
    out = request.method == "GET" ? get(words) : plain(405, "error", "only GET method is allowed");
  } else if (request.method != "POST") {
    out = request.method == "GET" ? plain(200, "error", "Cannot find attributes in post data")
                                  : plain(405, "error", "only POST method is allowed");
  } else if (request.header("content-type").find("application/json") == std::string::npos ||
             request.body.empty()) {
    out = plain(200, "error", "Cannot find attributes in post data");
  } else if (const auto body = Json::parse(request.body, nullptr, false);
             body.is_discarded() || body.is_null()) {
    out = plain(400, "error", "Request body doesn't contain valid json!");
  } else {
    out = write(words, body);
  }
  out.headers.emplace("Set-Cookie", "MCSESSID=0123456789abcdef; path=/; secure; HttpOnly");
  return out;
}

VendorAnswer Mailcow::get(const std::vector<std::string>& words) {
  const auto what = words.size() > 1 ? words[1] : "";
  const auto which = words.size() > 2 ? words[2] : "";
  auto list = Json::array();
  if (what == "domain") {
    for (const auto& [name, held] : domains_) {
      list.push_back(domain_json(name));
    }
    if (which != "all") {
      const auto alias = alias_domains_.find(which);
      const auto name =
          alias == alias_domains_.end() ? which : text(alias->second, "target_domain");
      list = domains_.contains(name) ? domain_json(name) : Json::object();
    }
  } else if (what == "alias-domain") {
    for (const auto& [name, held] : alias_domains_) {
      if (which == name) {
        return {200, pretty(held)};
      }
      list.push_back(held);
    }
    list = which == "all" ? list : Json::object();
  } else if (what == "mailbox") {
    const auto domain = words.size() > 3 && domains_.contains(words[3]) ? words[3] : "";
    for (const auto& [address, held] : mailboxes_) {
      if (domain.empty() || domain_of(address) == domain) {
        list.push_back(mailbox_json(address));
      }
    }
    if (which != "all") {
      list = mailboxes_.contains(which) ? mailbox_json(which) : Json::object();
    }
  } else if (what == "alias") {
    for (const auto& [id, held] : aliases_) {
      list.push_back(alias_json(id));
    }
    if (which != "all") {
      const auto found = find_alias(which);
      list = found == aliases_.end() ? Json::object() : alias_json(found->first);
    }
  } else if (what == "dkim") {
    const auto found = keys_.find(which);
    list = found == keys_.end()
               ? Json::object()
               : Json{{"pubkey", found->second.half},
                      {"length", found->second.length},
                      {"dkim_txt", "v=DKIM1;k=rsa;t=s;s=email;p=" + found->second.half},
                      {"dkim_selector", found->second.selector},
                      {"privkey", ""}};
  } else if (what == "status" && which == "version") {
    list = {{"version", "2026-07a"}};
  } else {
    return plain(404, "error", "route not found");
  }
  return {200, pretty(empty_or(std::move(list)))};
}

VendorAnswer Mailcow::write(const std::vector<std::string>& words, const Json& body) {
  const auto name = words[0] + "/" + (words.size() > 1 ? words[1] : "");
  echoed_ = masked(body);
  const bool edits = words[0] == "edit";
  std::vector<std::string> items;
  const auto attr = edits ? body.value("attr", Json::object()) : body;
  const auto listed = edits ? body.value("items", Json::array()) : body;
  if (words[0] != "add") {
    if (!edits && !body.is_array() && !body.is_string()) {
      return {};  // delete {"items": ...}: an exception
    }
    for (const auto& one : listed.is_array() ? listed : Json::array({listed})) {
      items.push_back(one.is_string() ? one.get<std::string>() : one.dump());
    }
  }
  bool whole = true;
  const auto each = [&](auto&& act) {
    for (const auto& item : items) {
      act(item);
    }
  };
  if (name == "add/domain") {
    whole = add_domain(body);
  } else if (name == "edit/domain") {
    each([&](const std::string& item) { whole = whole && edit_domain(item, attr); });
  } else if (name == "delete/domain" && words.size() == 4 && words[2] == "tag") {
    each([&](const std::string& tag) {
      auto& tags = domains_[words[3]]["tags"];
      tags.erase(std::remove(tags.begin(), tags.end(), Json(tag)), tags.end());
      say("success", Json{"domain_modified", words[3]});
    });
  } else if (name == "delete/domain") {
    each([&](const std::string& item) { delete_domain(item); });
  } else if (name == "add/mailbox") {
    add_mailbox(body);
  } else if (name == "edit/mailbox") {
    each([&](const std::string& item) { edit_mailbox(item, attr); });
  } else if (name == "delete/mailbox") {
    each([&](const std::string& item) { delete_mailbox(item); });
  } else if (name == "edit/rename-mbox") {
    each([&](const std::string& /*item*/) { rename_mailbox(attr); });
  } else if (name == "add/alias") {
    add_alias(body);
  } else if (name == "edit/alias") {
    each([&](const std::string& item) { edit_alias(item, attr); });
  } else if (name == "delete/alias") {
    each([&](const std::string& item) { delete_alias(item); });
  } else if (name == "add/alias-domain") {
    whole = add_alias_domain(body);
  } else if (name == "edit/alias-domain") {
    each([&](const std::string& item) { edit_alias_domain(item, attr); });
  } else if (name == "delete/alias-domain") {
    each([&](const std::string& item) { delete_alias_domain(item); });
  } else if (name == "add/dkim") {
    add_key(body);
  } else if (name == "delete/dkim") {
    each([&](const std::string& item) {
      keys_.erase(item);
      say("success", Json{"dkim_removed", item});
    });
  } else {
    return plain(404, "error", "route not found");
  }
  if (!whole) {
    return {};
  }
  return said_.empty() ? plain(200, "success", "Task completed") : VendorAnswer{200, pretty(said_)};
}

// -- domains -----------------------------------------------------------------------------------

Json Mailcow::domain_json(const std::string& name) const {
  const auto& held = domains_.at(name);
  long long used = 0;
  int boxes = 0;
  for (const auto& [address, mailbox] : mailboxes_) {
    if (domain_of(address) == name) {
      used += number(mailbox["quota"]) * kMiB;
      ++boxes;
    }
  }
  const auto count = std::count_if(aliases_.begin(), aliases_.end(), [&](const auto& one) {
    return domain_of(text(one.second, "address")) == name;
  });
  Json out = {{"domain_name", name},
              {"domain_h_name", name},
              {"description", held["description"]},
              {"max_num_aliases_for_domain", held["aliases"]},
              {"max_num_mboxes_for_domain", held["mailboxes"]},
              {"mboxes_in_domain", boxes},
              {"mboxes_left", number(held["mailboxes"]) - boxes},
              {"aliases_in_domain", count},
              {"aliases_left", number(held["aliases"]) - count},
              {"def_quota_for_mbox", number(held["defquota"]) * kMiB},
              {"def_new_mailbox_quota", number(held["defquota"]) * kMiB},
              {"max_quota_for_mbox", number(held["maxquota"]) * kMiB},
              {"max_new_mailbox_quota", number(held["maxquota"]) * kMiB},
              {"max_quota_for_domain", number(held["quota"]) * kMiB},
              {"quota_used_in_domain", std::to_string(used)},
              {"bytes_total", nullptr},
              {"relayhost", "0"},
              {"backupmx", held["backupmx"]},
              {"gal", held["gal"]},
              {"active", held["active"]},
              {"rl", false}};
  if (!held["tags"].empty()) {
    out["tags"] = held["tags"];
  }
  return out;
}

bool Mailcow::add_domain(const Json& in) {
  const auto name = small(text(in, "domain"));
  const auto defquota = number(in, "defquota", 3072);
  const auto maxquota = number(in, "maxquota", 10240);
  const auto quota = number(in, "quota", 10240);
  if (!is_domain_name(name)) {
    say("danger", "domain_invalid");
  } else if (domains_.contains(name) || alias_domains_.contains(name)) {
    say("danger", Json{"domain_exists", name});
  } else if (defquota == 0) {
    say("danger", "defquota_empty");
  } else if (maxquota == 0) {
    say("danger", "maxquota_empty");
  } else if (defquota > maxquota) {
    say("danger", "mailbox_defquota_exceeds_mailbox_maxquota");
  } else if (maxquota > quota) {
    say("danger", "mailbox_quota_exceeds_domain_quota");
  } else {
    const auto description = text(in, "description", name);
    if (description.size() > 255) {
      return false;
    }
    domains_[name] = {{"description", description},
                      {"aliases", number(in, "aliases", 400)},
                      {"mailboxes", number(in, "mailboxes", 10)},
                      {"defquota", defquota},
                      {"maxquota", maxquota},
                      {"quota", quota},
                      {"active", flag(in, "active", 1)},
                      {"gal", flag(in, "gal", 1)},
                      {"backupmx", flag(in, "backupmx", 0)},
                      {"tags", in.value("tags", Json::array())}};
    const auto selector = text(in, "dkim_selector", "dkim");
    const auto size = text(in, "key_size", "2048");
    if (keys_.contains(name)) {
      say("success", Json{"domain_add_dkim_available", name});
    } else if (!selector.empty() && size != "0") {
      add_key({{"domains", name}, {"dkim_selector", selector}, {"key_size", size}});
    }
    say("success", Json{"domain_added", name});
  }
  return true;
}

bool Mailcow::edit_domain(const std::string& name, const Json& in) {
  if (!domains_.contains(name)) {
    say("danger", Json{"domain_invalid", name});
    return true;
  }
  auto next = domains_[name];
  for (const auto* field : {"aliases", "quota", "maxquota", "defquota"}) {
    if (number(in, field, 0) != 0) {  // 0 and "" are passed over, and called a success
      next[field] = number(in[field]);
    }
  }
  if (in.contains("mailboxes") && in["mailboxes"] != "") {
    next["mailboxes"] = number(in["mailboxes"]);
  }
  if (!text(in, "description").empty()) {
    next["description"] = text(in, "description");
  }
  for (const auto* field : {"active", "gal", "backupmx"}) {
    next[field] = flag(in, field, next[field].get<int>());
  }
  long long used = 0;
  long long largest = 0;
  long long boxes = 0;
  for (const auto& [address, mailbox] : mailboxes_) {
    if (domain_of(address) == name) {
      used += number(mailbox["quota"]);
      largest = std::max(largest, number(mailbox["quota"]));
      ++boxes;
    }
  }
  if (next["defquota"] > next["maxquota"]) {
    say("danger", "mailbox_defquota_exceeds_mailbox_maxquota");
  } else if (next["maxquota"] > next["quota"]) {
    say("danger", "mailbox_quota_exceeds_domain_quota");
  } else if (largest > number(next["maxquota"])) {
    say("danger", Json{"max_quota_in_use", largest});
  } else if (used > number(next["quota"])) {
    say("danger", Json{"domain_quota_m_in_use", used});
  } else if (boxes > number(next["mailboxes"])) {
    say("danger", Json{"mailboxes_in_use", boxes});
  } else {
    domains_[name] = next;
    for (const auto& tag : in.value("tags", Json::array())) {
      auto& tags = domains_[name]["tags"];
      if (std::find(tags.begin(), tags.end(), tag) != tags.end()) {
        return false;
      }
      tags.push_back(tag);
    }
    say("success", Json{"domain_modified", name});
  }
  return true;
}

void Mailcow::delete_domain(const std::string& name) {
  const bool holds = std::any_of(mailboxes_.begin(), mailboxes_.end(), [&](const auto& one) {
    return domain_of(one.first) == name;
  });
  if (holds) {
    say("danger", Json{"domain_not_empty", name});
    return;
  }
  domains_.erase(name);
  std::erase_if(aliases_,
                [&](const auto& one) { return domain_of(text(one.second, "address")) == name; });
  std::erase_if(alias_domains_,
                [&](const auto& one) { return one.second["target_domain"] == name; });
  say("success", Json{"domain_removed", name});  // its key stays
}

bool Mailcow::add_alias_domain(const Json& in) {
  const auto target = small(text(in, "target_domain"));
  for (const auto& written : words_of(text(in, "alias_domain"), kListed)) {
    const auto name = small(written);
    if (!is_domain_name(name)) {
      return false;
    }
    if (name == target) {
      say("danger", "aliasd_targetd_identical");
    } else if (!domains_.contains(target)) {
      say("danger", "access_denied");
    } else if (domains_.contains(name) || alias_domains_.contains(name)) {
      say("danger", Json{"alias_domain_invalid", name});
    } else {
      alias_domains_[name] = {{"alias_domain", name},
                              {"target_domain", target},
                              {"parent_is_backupmx", 0},
                              {"active", flag(in, "active", 0)},
                              {"active_int", flag(in, "active", 0)},
                              {"rl", false},
                              {"created", "2026-11-20 12:00:00"},
                              {"modified", nullptr}};
      say("success", Json{"aliasd_added", name});
    }
  }
  return true;
}

void Mailcow::edit_alias_domain(const std::string& name, const Json& in) {
  const auto target = text(in, "target_domain");
  if (!alias_domains_.contains(name)) {
    say("danger", Json{"alias_domain_invalid", name});
  } else if (!target.empty() && !domains_.contains(target)) {
    say("danger", Json{"target_domain_invalid", target});
  } else {
    auto& held = alias_domains_[name];
    held["target_domain"] = target.empty() ? held["target_domain"] : Json(target);
    held["active"] = flag(in, "active", held["active"].get<int>());
    held["active_int"] = held["active"];
    say("success", Json{"aliasd_modified", name});
  }
}

void Mailcow::delete_alias_domain(const std::string& name) {
  if (alias_domains_.erase(name) == 0) {
    say("danger", "access_denied");
    return;
  }
  std::erase_if(aliases_,
                [&](const auto& one) { return domain_of(text(one.second, "address")) == name; });
  say("success", Json{"alias_domain_removed", name});
}

// -- keys --------------------------------------------------------------------------------------

void Mailcow::add_key(const Json& in) {
  const auto selector = text(in, "dkim_selector", "dkim");
  const auto size = text(in, "key_size");
  const bool good = (size == "1024" || size == "2048" || size == "4096") &&
                    std::all_of(selector.begin(), selector.end(), [](unsigned char c) {
                      return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
                    });
  for (const auto& name : words_of(text(in, "domains"), kListed)) {
    if (!domains_.contains(name) && !alias_domains_.contains(name)) {
      say("danger", Json{"access_denied", name});
    } else if (!good || keys_.contains(name)) {
      say("danger", Json{"dkim_domain_or_sel_invalid", name});
    } else {
      keys_[name] = {selector, size, new_half(std::atoi(size.c_str()))};
      say("success", Json{"dkim_added", name});
    }
  }
}

void Mailcow::drop_key(const std::string& domain) {
  const auto guard = lock();
  keys_.erase(domain);
}

void Mailcow::replace_key(const std::string& domain) {
  const auto guard = lock();
  auto& key = keys_.at(domain);
  key.half = new_half(std::atoi(key.length.c_str()));
}

std::pair<std::string, std::string> Mailcow::key(const std::string& domain) const {
  const auto guard = lock();
  const auto found = keys_.find(domain);
  return found == keys_.end() ? std::pair<std::string, std::string>()
                              : std::pair(found->second.selector, found->second.half);
}

// -- people ------------------------------------------------------------------------------------

void Mailcow::make_domain(const std::string& name, const Json& change) {
  const auto guard = lock();
  Json in = {{"domain", name}, {"dkim_selector", ""}, {"key_size", "0"}};
  in.update(change);
  add_domain(in);
}

void Mailcow::make_alias_domain(const std::string& name, const std::string& target) {
  const auto guard = lock();
  add_alias_domain({{"alias_domain", name}, {"target_domain", target}, {"active", 1}});
}

void Mailcow::make_mailbox(const std::string& address, const Json& change) {
  const auto guard = lock();
  Json in = {{"local_part", local_of(address)},
             {"domain", domain_of(address)},
             {"password", "made by hand"},
             {"password2", "made by hand"},
             {"active", "1"}};
  in.update(change);
  add_mailbox(in);
}

int Mailcow::make_alias(const std::string& address, const std::string& to, const Json& change) {
  const auto guard = lock();
  Json in = {{"address", address},
             {"goto", to},
             {"active", 1},
             {"sogo_visible", 1},
             {"sender_allowed", 1}};
  in.update(change);
  add_alias(in);
  return last_id_;
}

void Mailcow::change_domain(const std::string& name, const Json& change) {
  const auto guard = lock();
  domains_.at(name).update(change);
}

void Mailcow::change_mailbox(const std::string& address, const Json& change) {
  const auto guard = lock();
  mailboxes_.at(address).merge_patch(change);
}

void Mailcow::change_alias(const std::string& address, const Json& change) {
  const auto guard = lock();
  for (auto& [id, held] : aliases_) {
    if (text(held, "address") == address) {
      held.update(change);
    }
  }
}

void Mailcow::drop_alias(const std::string& address) {
  const auto guard = lock();
  std::erase_if(aliases_, [&](const auto& one) { return one.second["address"] == address; });
}

void Mailcow::drop_mailbox(const std::string& address) {
  const auto guard = lock();
  delete_mailbox(address);
}

Json Mailcow::domain(const std::string& name) const {
  const auto guard = lock();
  const auto found = domains_.find(name);
  return found == domains_.end() ? Json() : found->second;
}

Json Mailcow::mailbox(const std::string& address) const {
  const auto guard = lock();
  const auto found = mailboxes_.find(address);
  return found == mailboxes_.end() ? Json() : found->second;
}

Json Mailcow::alias(const std::string& address) const {
  const auto guard = lock();
  for (const auto& [id, held] : aliases_) {
    if (text(held, "address") == address) {
      return alias_json(id);
    }
  }
  return {};
}

std::size_t Mailcow::mailboxes() const {
  const auto guard = lock();
  return mailboxes_.size();
}

std::size_t Mailcow::aliases() const {
  const auto guard = lock();
  return aliases_.size();
}

std::string Mailcow::target_of(const std::string& alias_domain) const {
  const auto guard = lock();
  const auto found = alias_domains_.find(alias_domain);
  return found == alias_domains_.end() ? "" : text(found->second, "target_domain");
}

bool Mailcow::logs_in(const std::string& address, const std::string& password) const {
  const auto guard = lock();
  const auto found = mailboxes_.find(address);
  return found != mailboxes_.end() && found->second["active"] == 1 &&
         found->second["password"] == password;
}

void Mailcow::bar_address() {
  const auto guard = lock();
  barred_ = true;
}

std::size_t Mailcow::refusals() const {
  const auto guard = lock();
  return refusals_;
}

bool Mailcow::saw_cookies() const {
  const auto guard = lock();
  return saw_cookies_;
}

}  // namespace plumb::test
