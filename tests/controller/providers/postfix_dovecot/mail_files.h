#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "controller/providers/postfix_dovecot/postfix_dovecot.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"
#include "tests/conformance/quiet_env.h"
#include "tests/support/temp_dir.h"

namespace plumb::providers::postfix_dovecot {

inline Value text(std::string value) {
  return Value{std::move(value), {}};
}

/// Bodies as manifests give them, field by field.
class Body {
 public:
  Body& octets(std::uint8_t number, std::string_view value) {
    cbor::octets(fields_[number], value);
    return *this;
  }
  Body& number(std::uint8_t number, std::uint64_t value) {
    cbor::unsigned_number(fields_[number], value);
    return *this;
  }
  Body& set(std::uint8_t number, const std::vector<std::string>& values) {
    cbor::array(fields_[number], values.size());
    for (const auto& value : values) {
      cbor::octets(fields_[number], value);
    }
    return *this;
  }
  std::string done() const {
    const std::vector<std::pair<std::uint8_t, std::string>> all(fields_.begin(), fields_.end());
    return cbor::body(all);
  }

 private:
  std::map<std::uint8_t, std::string> fields_;
};

inline std::string alias_to(const std::vector<std::string>& targets) {
  return Body().set(kinds::kAliasTo, targets).done();
}

/// A change that owns its octets.
struct Wanted {
  Act act = Act::create;
  KindId kind{};
  std::string key, after, before;
  std::optional<SecretRef> secret = std::nullopt;
  std::string former = {};
};
inline Wanted mail_domain(const std::string& after = Body().done()) {
  return {Act::create, kinds::kMailDomain, "", after, ""};
}
inline Wanted mailbox(const std::string& local, const std::string& after = Body().done()) {
  return {Act::create, kinds::kMailbox, local, after, ""};
}
inline Wanted alias(const std::string& local, const std::string& after) {
  return {Act::create, kinds::kAlias, local, after, ""};
}
inline Wanted password(const std::string& local, const std::string& variable) {
  return {Act::create,
          kinds::kPassword,
          local,
          Body().octets(1, "print").done(),
          "",
          SecretRef{"env", variable}};
}
inline Wanted removal(KindId kind, const std::string& key) {
  return {Act::remove, kind, key, "", ""};
}

/// Secrets of a test, by locator.
class GivenSecrets final : public env::Secrets {
 public:
  std::map<std::string, std::string> given;
  Result<env::Secret> get(const SecretRef& reference) override {
    const auto found = given.find(reference.locator);
    if (found == given.end()) {
      return fail(ErrorCode::denied, "secret env " + reference.locator + " is not set");
    }
    return env::Secret(found->second);
  }
};

/// A postfix-dovecot provider on a folder of its own.
class MailFiles : public ::testing::Test {
 protected:
  Value spec() const {
    auto fields = more_;
    fields.push_back({"type", text("postfix-dovecot")});
    fields.push_back({"passwordScheme", text("SHA512-CRYPT")});
    return Value{std::move(fields), {}};
  }
  void also(const std::string& name, Value value) { more_.push_back({name, std::move(value)}); }
  void with_keys() { also("dkim", Value{Value::Map{{"directory", text("dkim")}}, {}}); }

  Provider& provider() {
    if (!provider_) {
      spec_ = spec();
      auto opened = postfix_dovecot_provider().open({"mailhost",
                                                     spec_,
                                                     "postfix-dovecot mail",
                                                     temp_.path().string(),
                                                     env_,
                                                     quiet_.http(),
                                                     declared_});
      EXPECT_TRUE(opened) << opened.error().message;
      provider_ = std::move(*opened);
    }
    return *provider_;
  }
  static Scope scope(const std::string& domain) { return {"postfix-dovecot mail", domain + "."}; }

  Result<ObservedScope> look(const std::string& domain = "example.com") {
    std::optional<Result<ObservedScope>> seen;
    const auto wanted = scope(domain);
    provider().observe(std::span(&wanted, 1),
                       [&](const Scope&, Result<ObservedScope> one) { seen = std::move(one); },
                       {});
    return std::move(*seen);
  }
  /// The body of a row; nothing: it is not there.
  std::optional<std::string> row(KindId kind,
                                 const std::string& key,
                                 const std::string& domain = "example.com") {
    const auto seen = look(domain);
    EXPECT_TRUE(seen) << seen.error().message;
    const auto found = seen ? seen->table.find(kind, key) : std::nullopt;
    return found ? std::optional(std::string(seen->table.body(seen->table[*found]))) : std::nullopt;
  }

  /// Applies changes of several domains in one go; the outcomes in their order.
  std::vector<Outcome> apply_all(
      const std::vector<std::pair<std::string, std::vector<Wanted>>>& domains) {
    std::vector<Order> orders;
    std::size_t count = 0;
    for (const auto& [domain, changes] : domains) {
      orders.push_back({scope(domain), {}, ""});
      for (const auto& change : changes) {
        orders.back().changes.push_back({.number = static_cast<std::uint32_t>(count++),
                                         .act = change.act,
                                         .kind = change.kind,
                                         .key = change.key,
                                         .before = change.before,
                                         .after = change.after,
                                         .former = change.former,
                                         .secret = change.secret ? &*change.secret : nullptr});
      }
    }
    std::map<std::uint32_t, Outcome> outcomes;
    provider().apply_all(orders,
                         [&](std::size_t, std::uint32_t number, Outcome outcome) {
                           EXPECT_TRUE(outcomes.emplace(number, std::move(outcome)).second);
                         },
                         {});
    EXPECT_EQ(outcomes.size(), count);
    std::vector<Outcome> all;
    for (auto& [number, outcome] : outcomes) {
      all.push_back(std::move(outcome));
    }
    return all;
  }
  std::vector<Outcome> apply(const std::vector<Wanted>& changes,
                             const std::string& domain = "example.com") {
    return apply_all({{domain, changes}});
  }
  /// Applies, and expects all to be Done.
  void make(const std::vector<Wanted>& changes, const std::string& domain = "example.com") {
    for (const auto& outcome : apply(changes, domain)) {
      EXPECT_EQ(trouble(outcome), "");
    }
  }
  static std::string trouble(const Outcome& outcome) {
    if (const auto* refused = std::get_if<Refused>(&outcome)) {
      return refused->error.message;
    }
    if (const auto* unknown = std::get_if<Unknown>(&outcome)) {
      return "unknown: " + unknown->error.message;
    }
    return std::holds_alternative<NotSent>(outcome) ? "not sent" : "";
  }
  std::string read(const std::string& name) const { return temp_.read("mail/" + name); }
  void write(const std::string& name, const std::string& content) const {
    temp_.write("mail/" + name, content);
  }
  /// The lines of a file's marked part.
  std::string marked(const std::string& name) const {
    const auto all = read(name);
    const auto begin = all.find("# BEGIN plumb\n");
    const auto end = all.find("# END plumb\n");
    return begin == std::string::npos ? "no marked part" : all.substr(begin + 14, end - begin - 14);
  }

  test::TempDir temp_;
  test::QuietEnv quiet_;
  GivenSecrets secrets_;
  env::Env env_{quiet_.env().clock, quiet_.env().random, quiet_.env().log, quiet_.http(), secrets_};
  std::vector<std::shared_ptr<const DesiredScope>> declared_;
  Value spec_;
  Value::Map more_;
  std::unique_ptr<Provider> provider_;
};

}  // namespace plumb::providers::postfix_dovecot
