#include "controller/load/schema.h"

#include <algorithm>
#include <array>
#include <exception>
#include <mutex>

#define VALIJSON_USE_EXCEPTIONS 1
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "controller/load/schema_texts.h"
#include "resources/model/check.h"

namespace plumb::load {
namespace {

using nlohmann::json;
using JsonAdapter = valijson::adapters::NlohmannJsonAdapter;

constexpr auto kKinds = std::to_array<std::string_view>(
    {"Project", "Provider", "Profile", "Domain", "DNSRecord", "Server", "Consent"});

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

/// What the schema sees of a document. Secrets and references are not there yet.
json to_json(const Value& value) {
  struct Convert {
    json operator()(std::monostate) const { return nullptr; }
    json operator()(bool flag) const { return flag; }
    json operator()(std::int64_t number) const { return number; }
    json operator()(const std::string& text) const { return text; }
    json operator()(const Value::List& list) const {
      auto out = json::array();
      for (const auto& item : list) {
        out.push_back(to_json(item));
      }
      return out;
    }
    json operator()(const Value::Map& map) const {
      auto out = json::object();
      for (const auto& field : map) {
        out[field.name] = to_json(field.value);
      }
      return out;
    }
    json operator()(const Reference& reference) const { return reference.target; }
    json operator()(const SecretRef& secret) const { return json{{secret.source, ""}}; }
    json operator()(const Expression& /*expression*/) const { return ""; }
  };
  return std::visit(Convert{}, value.data);
}

Value from_json(const nlohmann::ordered_json& document) {
  if (document.is_boolean()) {
    return Value{document.get<bool>(), {}};
  }
  if (document.is_number_integer()) {
    return Value{document.get<std::int64_t>(), {}};
  }
  if (document.is_string()) {
    return Value{document.get<std::string>(), {}};
  }
  if (document.is_array()) {
    Value::List list;
    for (const auto& item : document) {
      list.push_back(from_json(item));
    }
    return Value{std::move(list), {}};
  }
  if (document.is_object()) {
    Value::Map map;
    for (const auto& [name, member] : document.items()) {
      map.push_back({name, from_json(member)});
    }
    return Value{std::move(map), {}};
  }
  return Value{};
}

}  // namespace

/// One kind's schema, made ready once.
struct Schemas::Ready {
  std::once_flag once;
  valijson::Schema schema;
  Value tree;
};

Schemas::Schemas() : ready_(std::make_unique<Ready[]>(kKinds.size())) {}
Schemas::~Schemas() = default;

bool Schemas::check(std::string_view kind, const Value& document, Diagnostics& problems) const {
  const auto found = std::find(kKinds.begin(), kKinds.end(), kind);
  PLUMB_CHECK(found != kKinds.end());
  auto& ready = ready_[static_cast<std::size_t>(found - kKinds.begin())];
  try {
    std::call_once(ready.once, [&] {
      const auto text = schema_text(kind);
      const auto parsed = json::parse(text);
      valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
      parser.populateSchema(JsonAdapter(parsed), ready.schema);
      ready.tree = from_json(nlohmann::ordered_json::parse(text));
    });
    const auto seen = to_json(document);
    valijson::Validator validator;
    if (validator.validate(ready.schema, JsonAdapter(seen), nullptr)) {
      return true;
    }
  } catch (const std::exception& failure) {
    problems.error(document.place, "the schema of " + std::string(kind) + ": " + failure.what());
    return false;
  }
  const auto before = problems.error_count();
  explain_problems(ready.tree, ready.tree, document, kind, problems);
  if (problems.error_count() == before) {
    problems.error(document.place,
                   "this document is not as the schema of " + std::string(kind) + " wants it",
                   "compare it with `plumb explain " + std::string(kind) + "`");
  }
  return false;
}

std::span<const std::string_view> document_kinds() {
  return kKinds;
}

std::string_view schema_text(std::string_view kind) {
  const auto wanted = lower(kind);
  for (const auto& schema : schema_texts()) {
    if (schema.kind == wanted) {
      return schema.text;
    }
  }
  return {};
}

Result<Value> schema_tree(std::string_view kind) {
  const auto text = schema_text(kind);
  if (text.empty()) {
    auto hint = did_you_mean(kind, kKinds);
    return fail(ErrorCode::not_found,
                "there is no kind `" + std::string(kind) + "`",
                !hint.empty() ? std::move(hint)
                              : "kinds are Project, Provider, Profile, Domain, DNSRecord, Server, "
                                "Consent");
  }
  const auto parsed = nlohmann::ordered_json::parse(text, nullptr, false);
  PLUMB_CHECK(!parsed.is_discarded());
  return from_json(parsed);
}

}  // namespace plumb::load
