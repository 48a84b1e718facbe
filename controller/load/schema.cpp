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
#include "controller/load/yaml_reader.h"
#include "resources/model/ascii.h"
#include "resources/model/check.h"
#include "resources/model/mistakes.h"

namespace plumb::load {
namespace {

using nlohmann::json;
using JsonAdapter = valijson::adapters::NlohmannJsonAdapter;

constexpr auto kKinds = std::to_array<std::string_view>({"Project",
                                                         "Provider",
                                                         "Profile",
                                                         "Domain",
                                                         "DNSRecord",
                                                         "Server",
                                                         "Mailbox",
                                                         "Alias",
                                                         "Consent"});

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

/// Takes what a schema rejected, and holes, out of a document.
class Removal {
 public:
  explicit Removal(std::vector<const void*> rejected) : rejected_(std::move(rejected)) {
    std::sort(rejected_.begin(), rejected_.end());
  }

  /// Verdict::lost.
  std::vector<std::string> run(Value& document) {
    const auto* spec = document.find("spec");
    from_all(std::get_if<Value::Map>(&document.data), [&](Field& field) {
      if (&field.value == spec) {
        from_members(field.value, "", 2);
      } else {
        from(field);
      }
    });
    return std::move(lost_);
  }
  bool met_holes() const { return holes_; }

 private:
  static Value& value_of(Field& field) { return field.value; }
  static Value& value_of(Value& item) { return item; }

  bool goes(auto& member) {
    const auto& value = value_of(member);
    const bool hole = is_hole(value);
    holes_ |= hole;
    return hole || is_rejected(&member) || is_rejected(&value);
  }
  bool is_rejected(const void* address) const {
    return std::binary_search(rejected_.begin(), rejected_.end(), address);
  }

  /// Notes which members of a map lose something, by their paths of up to `depth` names.
  void from_members(Value& map, const std::string& path, int depth) {
    from_all(std::get_if<Value::Map>(&map.data), [&](Field& member) {
      const auto name = path + member.name;
      const auto before = taken_;
      if (depth > 1 && member.value.as_map() != nullptr) {
        from_members(member.value, name + ".", depth - 1);
      } else {
        from(member);
        if (taken_ != before && !goes(member)) {
          lost_.push_back(name);
        }
      }
      if (goes(member)) {
        lost_.push_back(name);
      }
    });
  }

  void from(auto& member) {
    const auto deeper = [&](auto& inner) { from(inner); };
    from_all(std::get_if<Value::Map>(&value_of(member).data), deeper);
    from_all(std::get_if<Value::List>(&value_of(member).data), deeper);
  }

  /// `each` for all members; then those that go are taken out. None moves before all are looked at:
  /// they are known by their addresses.
  template <class Members>
  void from_all(Members* members, const auto& each) {
    if (members == nullptr) {
      return;
    }
    std::vector<bool> gone;
    for (auto& member : *members) {
      each(member);
      gone.push_back(goes(member));
      taken_ += gone.back() ? 1U : 0U;
    }
    std::size_t at = 0;
    std::erase_if(*members, [&](const auto& /*member*/) { return gone[at++]; });
  }

  std::vector<const void*> rejected_;
  std::vector<std::string> lost_;
  std::size_t taken_ = 0;
  bool holes_ = false;
};

}  // namespace

/// One kind's schema, made ready once.
struct Schemas::Ready {
  std::once_flag once;
  valijson::Schema schema;
  Value tree;
};

Schemas::Schemas() : ready_(std::make_unique<Ready[]>(kKinds.size())) {}
Schemas::~Schemas() = default;

/// The verdict of the validator; an error only where that cannot be had.
bool Schemas::passes(std::string_view kind, const Value& document, Diagnostics& problems) const {
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
    return validator.validate(ready.schema, JsonAdapter(seen), nullptr);
  } catch (const std::exception& failure) {
    problems.error(document.place,
                   Mistake::schema_mismatch,
                   "the schema of " + std::string(kind) + ": " + failure.what());
    return false;
  }
}

Verdict Schemas::repair(std::string_view kind,
                        Value& document,
                        bool ended,
                        Diagnostics& problems) const {
  Diagnostics found;
  if (passes(kind, document, found)) {
    return {true, true, {}};
  }
  Verdict verdict;
  const auto at = std::find(kKinds.begin(), kKinds.end(), kind) - kKinds.begin();
  const auto& tree = ready_[static_cast<std::size_t>(at)].tree;
  std::vector<const void*> rejected;
  if (found.empty()) {
    explain_problems(tree, tree, document, kind, found, rejected);
    Removal removal(std::move(rejected));
    verdict.lost = removal.run(document);
    if (found.empty() && !removal.met_holes()) {
      found.error(document.place,
                  Mistake::schema_mismatch,
                  "this document is not as the schema of " + std::string(kind) + " wants it",
                  "compare it with `plumb explain " + std::string(kind) + "`");
    }
  }
  const auto absent = [](const Diagnostic& one) {
    return one.rule == info(Mistake::missing_field).id || one.rule == info(Mistake::either_or).id;
  };
  for (auto& one : found.all()) {
    if (ended || !absent(one)) {
      problems.add(std::move(one));
    }
  }
  Diagnostics again;
  verdict.usable = passes(kind, document, again);
  return verdict;
}

std::span<const std::string_view> document_kinds() {
  return kKinds;
}

std::string_view part_of_another(std::string_view kind) {
  static constexpr auto kParts = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"DKIMKey", "a key is part of its Domain: list it in `mail.dkim`"},
      {"MailDomain", "mail is part of a Domain: write `mail: {provider: ...}` there"},
      {"MailServer", "a mail server is a Provider: write `kind: Provider` and its `type`"},
      {"Password", "a password is part of its Mailbox: write `password: {env: NAME}` there"},
  });
  const auto found = std::find_if(
      kParts.begin(), kParts.end(), [&](const auto& part) { return part.first == kind; });
  return found == kParts.end() ? std::string_view() : found->second;
}

std::string hint_for_kind(std::string_view word) {
  if (const auto part = part_of_another(word); !part.empty()) {
    return std::string(part);
  }
  if (auto hint = did_you_mean(word, kKinds); !hint.empty()) {
    return hint;
  }
  std::string all = "kinds are";
  for (const auto kind : kKinds) {
    all.append(kind == kKinds.front() ? " " : kind == kKinds.back() ? " and " : ", ").append(kind);
  }
  return all;
}

std::string_view schema_text(std::string_view kind) {
  const auto wanted = ascii_lower(kind);
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
    return fail(
        ErrorCode::not_found, "there is no kind `" + std::string(kind) + "`", hint_for_kind(kind));
  }
  const auto parsed = nlohmann::ordered_json::parse(text, nullptr, false);
  PLUMB_CHECK(!parsed.is_discarded());
  return from_json(parsed);
}

}  // namespace plumb::load
