#pragma once

// A vendor that lives in files, so that it outlives a process that is killed: it counts every
// effect, doubles what it is told twice, and can show a listing that is a moment behind.

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <utility>

#include "controller/providers/provider.h"

namespace plumb::test {

/// Called at "sent" (the call is under way) and "effect" (done, not answered).
inline std::function<void(std::string_view)>& ledger_point() {
  static std::function<void(std::string_view)> point = [](std::string_view) {};
  return point;
}

inline std::string to_hex(std::string_view octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "x";
  for (const auto octet : octets) {
    const auto number = static_cast<unsigned char>(octet);
    out += kDigits[number >> 4U];
    out += kDigits[number & 15U];
  }
  return out;
}

inline std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 1; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return out;
}

/// The files of one such vendor.
class LedgerFiles {
 public:
  /// (container, kind, key) -> body
  using Rows = std::map<std::tuple<std::string, int, std::string>, std::string>;

  explicit LedgerFiles(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
  }

  Rows rows(const char* file = "rows") const {
    Rows rows;
    std::ifstream in(folder_ / file);
    std::string container;
    std::string key;
    std::string body;
    for (int kind = 0; in >> container >> kind >> key >> body;) {
      rows[{from_hex(container), kind, from_hex(key)}] = from_hex(body);
    }
    return rows;
  }
  void put(const Rows& rows) const {
    {
      std::ofstream out(folder_ / "draft");
      for (const auto& [id, body] : rows) {
        out << to_hex(std::get<0>(id)) << ' ' << std::get<1>(id) << ' ' << to_hex(std::get<2>(id))
            << ' ' << to_hex(body) << '\n';
      }
    }
    std::filesystem::rename(folder_ / "draft", folder_ / "rows");
  }
  /// From now on the next listing is the one of before the last call.
  void be_stale_once() const { std::ofstream(folder_ / "stale") << "once\n"; }
  void call_begins() const {
    std::ofstream(folder_ / "rows", std::ios::app).flush();
    std::filesystem::copy_file(
        folder_ / "rows", folder_ / "before", std::filesystem::copy_options::overwrite_existing);
  }
  Rows listing() const {
    return std::filesystem::remove(folder_ / "stale") ? rows("before") : rows();
  }

  void count(std::string_view key) const {
    std::ofstream(folder_ / "effects", std::ios::app) << to_hex(key) << '\n';
  }
  void forget_effects() const { std::filesystem::remove(folder_ / "effects"); }
  std::map<std::string, int> effects() const {
    std::map<std::string, int> counts;
    std::ifstream in(folder_ / "effects");
    for (std::string key; in >> key;) {
      ++counts[from_hex(key)];
    }
    return counts;
  }

 private:
  std::filesystem::path folder_;
};

class LedgerProvider final : public providers::Provider {
 public:
  LedgerProvider(std::filesystem::path folder, std::string account)
      : files_(std::move(folder)), account_(std::move(account)) {}

  Result<std::vector<providers::Container>> survey(std::stop_token) override {
    return std::vector<providers::Container>();
  }
  void observe(std::span<const Scope> scopes,
               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
               std::stop_token) override {
    for (const auto& scope : scopes) {
      each(scope, look(scope));
    }
  }
  Result<ObservedScope> locate(const Scope& scope,
                               std::span<const std::string>,
                               std::stop_token) override {
    return look(scope);
  }
  void apply(const providers::Order& order,
             const providers::Report& report,
             std::stop_token) override {
    files_.call_begins();
    for (const auto& change : order.changes) {
      ledger_point()("sent");
      auto rows = files_.rows();
      const std::tuple id(
          order.scope.container, static_cast<int>(change.kind), std::string(change.key));
      if (change.act == providers::Act::remove) {
        rows.erase(id);
      } else {
        rows[id] = std::string(change.after);
      }
      files_.put(rows);
      files_.count(change.key);
      ledger_point()("effect");
      report(change.number, providers::Done{});
    }
  }
  providers::Diagnosis diagnose(std::stop_token) override { return {}; }

 private:
  ObservedScope look(const Scope& scope) const {
    ObservedScope seen;
    seen.scope = scope;
    seen.reading = Reading::read;
    TableBuilder builder;
    const auto rows = files_.listing();
    for (const auto& [id, body] : rows) {
      if (std::get<0>(id) == scope.container) {
        builder.add(static_cast<KindId>(std::get<1>(id)), std::get<2>(id), body);
      }
    }
    seen.table = builder.seal().table;
    return seen;
  }

  LedgerFiles files_;
  std::string account_;
};

inline Result<std::string> ledger_account(const Value& spec) {
  return *spec.find("type")->as_string() + " " + *spec.find("directory")->as_string();
}

inline Result<std::unique_ptr<providers::Provider>> open_ledger(const providers::Opening& opening) {
  return std::unique_ptr<providers::Provider>(std::make_unique<LedgerProvider>(
      *opening.spec.find("directory")->as_string(), opening.account));
}

/// Types "ledger", "marked-ledger" (creates carry a marker) and "bulk-ledger" (one call for all
/// scopes).
inline std::span<const providers::ProviderType> ledger_types() {
  static const ProviderTraits kPlain{.type = "ledger", .dns = true, .account = ledger_account};
  static const ProviderTraits kBulk{.type = "bulk-ledger",
                                    .limits = {.scopes_per_call = 0, .calls_at_once = 1},
                                    .dns = true,
                                    .account = ledger_account};
  static const ProviderTraits kMarked{
      .type = "marked-ledger", .servers = true, .marks_creates = true, .account = ledger_account};
  static const std::array<providers::ProviderType, 3> kTypes{
      {{&kPlain, open_ledger}, {&kMarked, open_ledger}, {&kBulk, open_ledger}}};
  return kTypes;
}

}  // namespace plumb::test
