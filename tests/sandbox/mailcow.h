#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/sandbox/vendor.h"

namespace plumb::test {

/// What a Mailcow does with domains, mailboxes, aliases and keys, with its ways: 200 that means
/// failure, answers without a body, `{}` for nothing, flags in three spellings, aliases that are
/// made dead, ids that are compared as MySQL does, and deletes that take more along. Written from
/// what is known of the vendor, never from our client. Thread-safe.
class Mailcow final : public Vendor {
 public:
  using Json = nlohmann::json;
  static constexpr std::string_view kKey = "MC0DE1-CANARY-5F2A90-AA1100-77EE31";
  static constexpr std::string_view kReadingKey = "MC0DE1-READER-5F2A90-AA1100-77EE31";

  Mailcow() = default;
  ~Mailcow() override;
  Mailcow(const Mailcow&) = delete;
  Mailcow& operator=(const Mailcow&) = delete;

  // What people do in its pages. Members that are left out are as the pages send them.
  void make_domain(const std::string& name, const Json& change = Json::object());
  void make_alias_domain(const std::string& name, const std::string& target);
  void make_mailbox(const std::string& address, const Json& change = Json::object());
  /// The id of the alias.
  int make_alias(const std::string& address,
                 const std::string& to,
                 const Json& change = Json::object());
  /// Merges `change` into what is there.
  void change_domain(const std::string& name, const Json& change);
  void change_mailbox(const std::string& address, const Json& change);
  void change_alias(const std::string& address, const Json& change);
  void drop_alias(const std::string& address);
  void drop_mailbox(const std::string& address);
  void drop_key(const std::string& domain);
  /// Another key under the same selector.
  void replace_key(const std::string& domain);

  /// As it is held; null where there is none. Quotas in MiB, as they are written.
  Json domain(const std::string& name) const;
  Json mailbox(const std::string& address) const;
  Json alias(const std::string& address) const;
  std::size_t mailboxes() const;
  std::size_t aliases() const;
  /// The target of an alias domain; empty where it is none.
  std::string target_of(const std::string& alias_domain) const;
  /// Selector and public half; empty where there is no key.
  std::pair<std::string, std::string> key(const std::string& domain) const;
  /// Whether IMAP would let the user in.
  bool logs_in(const std::string& address, const std::string& password) const;

  /// The server does not take the key from this address.
  void bar_address();
  /// How many calls it refused as not authenticated: ten, and its firewall bans the caller.
  std::size_t refusals() const;
  /// Whether any caller came with a cookie: it would be an administrator without a key.
  bool saw_cookies() const;

 protected:
  VendorAnswer answer_to(const VendorRequest& request) override;

 private:
  struct Key {
    std::string selector, length, half;
  };

  std::optional<VendorAnswer> refused(const VendorRequest& request, const std::string& action);
  VendorAnswer get(const std::vector<std::string>& words);
  VendorAnswer write(const std::vector<std::string>& words, const Json& body);
  Json domain_json(const std::string& name) const;
  Json mailbox_json(const std::string& address) const;
  Json alias_json(int id) const;

  // Each adds its entries to `said_`; false: an exception ended it, and nothing is said.
  bool add_domain(const Json& in);
  bool edit_domain(const std::string& name, const Json& in);
  void delete_domain(const std::string& name);
  void add_mailbox(const Json& in);
  void edit_mailbox(const std::string& address, const Json& in);
  void delete_mailbox(const std::string& address);
  void rename_mailbox(const Json& in);
  void add_alias(const Json& in);
  void add_one_alias(const std::string& address, const std::string& to, const Json& in);
  bool checked_targets(const Json& in, const std::string& address, std::string& to);
  void edit_alias(const std::string& item, const Json& in);
  void delete_alias(const std::string& item);
  bool add_alias_domain(const Json& in);
  void edit_alias_domain(const std::string& name, const Json& in);
  void delete_alias_domain(const std::string& name);
  void add_key(const Json& in);
  bool limits_hold(const std::string& domain, long long quota, const std::string& but);
  void say(const std::string& type, const Json& msg);
  /// The alias that `id = :x OR address = :x` finds first.
  std::map<int, Json>::iterator find_alias(const std::string& item);

  std::map<std::string, Json> domains_;
  std::map<std::string, Json> alias_domains_;
  std::map<std::string, Json> mailboxes_;
  std::map<int, Json> aliases_;
  std::map<std::string, Key> keys_;
  Json said_ = Json::array();
  Json echoed_;
  int last_id_ = 10;
  bool barred_ = false;
  std::size_t refusals_ = 0;
  bool saw_cookies_ = false;
};

}  // namespace plumb::test
