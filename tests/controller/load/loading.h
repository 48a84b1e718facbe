#pragma once

// Loading manifests that a test writes down, without files.

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/load/load.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"
#include "tests/controller/load/everything.h"
#include "tests/support/temp_dir.h"

namespace plumb::test {

/// Files in memory.
class MemorySource final : public load::Source {
 public:
  explicit MemorySource(std::map<std::string, std::string> files) : files_(std::move(files)) {}

  Result<std::vector<load::SourceFile>> list(std::string_view under) override {
    std::vector<load::SourceFile> found;
    for (const auto& [path, text] : files_) {
      if (under.empty() || path == under || path.starts_with(std::string(under) + "/")) {
        found.push_back({path, ""});
      }
    }
    if (found.empty() && !under.empty()) {
      return fail(ErrorCode::not_found, std::string(under) + " is not there");
    }
    return found;
  }
  Result<std::string> read(const std::string& path) override {
    const auto found = files_.find(path);
    if (found == files_.end()) {
      return fail(ErrorCode::not_found, path + " is not there");
    }
    return found->second;
  }
  load::Revision revision() override { return {}; }

 private:
  std::map<std::string, std::string> files_;
};

inline Result<std::string> test_account(const Value& spec) {
  const auto* directory = spec.find("directory");
  if (directory == nullptr || directory->as_string() == nullptr) {
    return fail(ErrorCode::invalid_input, "`directory` is missing");
  }
  return "files " + *directory->as_string();
}

inline Result<std::string> static_account(const Value& /*spec*/) {
  return std::string("static");
}

/// What a provider says of a secret that is written out.
inline void check_auth(const Value& spec, Diagnostics& problems) {
  const auto* auth = spec.find("auth");
  const auto* key = auth != nullptr ? auth->find("apiKey") : nullptr;
  if (key != nullptr && !std::holds_alternative<SecretRef>(key->data)) {
    problems.error(key->place, "`apiKey` must be a reference to a secret", "write {env: NAME}");
  }
}

/// A vendor that knows no TTL below a minute.
inline Result<std::string> adapt_ttl(const Kind& kind,
                                     std::string_view /*key*/,
                                     std::string_view body) {
  const auto ttl = kind.id == kinds::kRRset ? kinds::rrset_ttl(body) : std::nullopt;
  if (ttl && *ttl < 60) {
    std::vector<std::string> values;
    for (const auto value : kinds::rrset_values(body)) {
      values.emplace_back(value);
    }
    return kinds::rrset_body(60, std::move(values));
  }
  return std::string(body);
}

inline Result<std::string> mail_account(const Value& spec) {
  PLUMB_TRY(account, test_account(spec));
  return "postfix-dovecot " + account.substr(std::string_view("files ").size());
}

inline bool serves_policies(const Value& spec) {
  return spec.find("webRoot") != nullptr;
}

inline bool makes_keys(const Value& spec) {
  return spec.find("dkim") != nullptr;
}

inline const std::vector<const ProviderTraits*>& test_types() {
  static const ProviderTraits kFiles{
      .type = "files", .dns = true, .account = test_account, .check = check_auth};
  static const ProviderTraits kSlow{
      .type = "slow", .dns = true, .account = test_account, .adapt = adapt_ttl};
  static const ProviderTraits kSigning{
      .type = "signing", .dns = true, .zone_ds = true, .account = test_account};
  static const ProviderTraits kStatic{.type = "static", .servers = true, .account = static_account};
  static const ProviderTraits kMail{.type = "postfix-dovecot",
                                    .mail = true,
                                    .account = mail_account,
                                    .serves_policies = serves_policies,
                                    .makes_keys = makes_keys};
  static const std::vector<const ProviderTraits*> kTypes{
      &kFiles, &kSlow, &kSigning, &kStatic, &kMail};
  return kTypes;
}

inline constexpr const char* kProject =
    "apiVersion: plumb/v1\nkind: Project\nmetadata: {name: test}\n";
inline constexpr const char* kProvider =
    "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: dns}\n"
    "spec: {type: files, directory: zones}\n";

/// A document of `kind` with `body` as its metadata and spec lines.
inline std::string document(std::string_view kind, std::string_view body) {
  return "apiVersion: plumb/v1\nkind: " + std::string(kind) + "\n" + std::string(body) + "\n";
}

/// "d.yaml:3:4: error: message (hint)" of each diagnostic, one per line.
inline std::string shown(const load::Loaded& loaded);

/// Loads like `load_files`, once, with what `compiled` has of earlier loads; null: without.
inline load::Loaded load_once(std::map<std::string, std::string> files,
                              state::CompiledFiles* compiled,
                              unsigned threads = 1,
                              const load::Rotations& rotations = {}) {
  files.try_emplace("plumb.yaml", kProject);
  files.try_emplace("providers.yaml", kProvider);
  MemorySource source(std::move(files));
  const Catalog catalog(kinds::resource_kinds());
  auto loaded = load::load(source,
                           {.catalog = catalog,
                            .provider_types = test_types(),
                            .threads = threads,
                            .rotations = rotations,
                            .compiled = compiled,
                            .today = "2026-11-20"});
  EXPECT_TRUE(loaded.has_value());
  return loaded ? std::move(*loaded) : load::Loaded();
}

/// Loads `files`; Project and Provider `dns` are added where the test has none. Each test of this
/// room is one of the cache of compiled manifests too: what comes out of it must be the same, and
/// so after a file has moved by a line.
inline load::Loaded load_files(std::map<std::string, std::string> files,
                               unsigned threads = 1,
                               const load::Rotations& rotations = {}) {
  static const TempDir folder;
  static const auto cache = state::CompiledFiles::open(folder.path() / "compiled");
  EXPECT_TRUE(cache.has_value());
  auto loaded = load_once(files, nullptr, threads, rotations);
  const auto expected = all_of(loaded);
  EXPECT_EQ(all_of(load_once(files, cache->get(), threads, rotations)), expected);
  EXPECT_EQ(all_of(load_once(files, cache->get(), threads, rotations)), expected)
      << "the cache gives something else";
  if (!files.empty()) {
    auto& text = files.begin()->second;
    text = "# moved\n" + text;
    EXPECT_EQ(all_of(load_once(files, cache->get(), threads, rotations)),
              all_of(load_once(files, nullptr, threads, rotations)))
        << "the cache gives something else after an edit";
  }
  return loaded;
}

/// Loads one file `d.yaml`.
inline load::Loaded load_text(std::string text) {
  return load_files({{"d.yaml", std::move(text)}});
}

/// A Domain example.com at provider `dns` whose `records` are `records` (indented by two).
inline std::string domain(std::string_view records, std::string_view dns = "") {
  return document("Domain",
                  "metadata: {name: example.com}\nspec:\n  dns: {providers: [dns]" +
                      std::string(dns) + "}\n  records:\n" + std::string(records));
}

inline std::string shown(const load::Loaded& loaded) {
  std::string out;
  for (const auto& one : loaded.diagnostics.all()) {
    const auto* severity = one.severity == Severity::error     ? "error"
                           : one.severity == Severity::warning ? "warning"
                                                               : "note";
    out += loaded.files.text(one.place) + ": " + severity + ": " + one.message;
    if (!one.rule.empty() || !one.reference.empty()) {
      out += " [" + one.rule + (one.rule.empty() || one.reference.empty() ? "" : ", ") +
             one.reference + "]";
    }
    if (!one.hint.empty()) {
      out += " (" + one.hint + ")";
    }
    if (one.related.known()) {
      out += " @ " + loaded.files.text(one.related);
    }
    out += "\n";
  }
  return out;
}

/// The same without warnings of rules: what this room itself has to say.
inline std::string errors(const load::Loaded& loaded) {
  std::string out;
  for (const auto& one : loaded.diagnostics.all()) {
    if (one.severity == Severity::error) {
      out += loaded.files.text(one.place) + ": " + one.message +
             (one.hint.empty() ? "" : " (" + one.hint + ")") +
             (one.related.known() ? " @ " + loaded.files.text(one.related) : "") + "\n";
    }
  }
  return out;
}

/// "www A 300 192.0.2.1 | 192.0.2.2" of each record set of a scope, sorted.
inline std::vector<std::string> rows(const DesiredScope& scope) {
  std::vector<std::string> out;
  const auto value_text = [](const Value& value) {
    const auto part_text = [](const Value& part) {
      if (const auto* reference = std::get_if<Reference>(&part.data)) {
        return "${" + reference->target + ":" + reference->output + (reference->all ? "*}" : "}");
      }
      return part.as_string() != nullptr ? *part.as_string() : std::string("?");
    };
    if (const auto* expression = std::get_if<Expression>(&value.data)) {
      std::string text;
      for (const auto& part : expression->parts) {
        text += part_text(part);
      }
      return text;
    }
    return part_text(value);
  };
  for (const auto& entry : scope.table.entries()) {
    if (entry.kind != kinds::kRRset) {
      continue;
    }
    const auto key = kinds::split_rrset_key(scope.table.key(entry));
    const auto body = scope.table.body(entry);
    const auto ttl = kinds::rrset_ttl(body);
    std::string row = std::string(key.owner) + " " + std::string(key.type) + " " +
                      (ttl ? std::to_string(*ttl) : "-") + " ";
    const auto values = cbor::decode(*cbor::field(body, kinds::kRRsetValues));
    for (std::size_t i = 0; i < values->as_list()->size(); ++i) {
      row += (i > 0 ? " | " : "") + value_text((*values->as_list())[i]);
    }
    out.push_back(std::move(row));
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// The scope of a container; fails the test where there is none.
inline const DesiredScope& scope_of(const load::Loaded& loaded, std::string_view container) {
  static const DesiredScope kNone;
  for (const auto& scope : loaded.scopes) {
    if (scope->scope.container == container) {
      return *scope;
    }
  }
  ADD_FAILURE() << "no scope " << container;
  return kNone;
}

}  // namespace plumb::test
