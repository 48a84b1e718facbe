#include "controller/import/octodns.h"

#include <algorithm>

#include "controller/load/yaml_reader.h"
#include "resources/kinds/rrset.h"
#include "resources/values/rdata.h"

namespace plumb::importing {
namespace {

using values::RecordType;

class Sink final : public load::DocumentSink {
 public:
  void record(Value /*item*/) override {}
  void document(Value tree, Place /*start*/) override { trees.push_back(std::move(tree)); }
  std::vector<Value> trees;
};

std::string text_of(const Value& value) {
  if (const auto* text = value.as_string()) {
    return *text;
  }
  if (const auto* number = value.as_int()) {
    return std::to_string(*number);
  }
  return {};
}

/// Whether each part of a value has a text: what YAML takes for true, for nothing or for a list has
/// none. A parameter of SVCB may be there without a value (RFC 9460 §2.1).
bool has_texts(const Value& value) {
  const auto* members = value.as_map();
  if (members == nullptr) {
    return value.as_string() != nullptr || value.as_int() != nullptr;
  }
  return std::all_of(members->begin(), members->end(), [](const Field& member) {
    return member.name == "svcparams" || has_texts(member.value);
  });
}

/// The members of a value in the order of presentation format; a member may have two names, the old
/// one behind a `|`.
std::string joined(const Value& value, std::initializer_list<std::string_view> members) {
  std::string out;
  for (auto names : members) {
    const bool quoted = names.starts_with('"');
    names.remove_prefix(quoted ? 1 : 0);
    const auto bar = std::min(names.find('|'), names.size());
    const auto* found = value.find(names.substr(0, bar));
    if (found == nullptr && bar < names.size()) {
      found = value.find(names.substr(bar + 1));
    }
    const auto text = found != nullptr ? text_of(*found) : std::string();
    out.append(out.empty() ? "" : " ");
    out += quoted ? "\"" + text + "\"" : text;
  }
  return out;
}

/// OctoDNS keeps `;` escaped.
std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == ';') {
      continue;
    }
    out += text[i];
  }
  return out;
}

/// A map of SvcParams as `key=value`.
std::string svc_params(const Value& value) {
  const auto* params = value.find("svcparams");
  std::string out;
  if (params == nullptr || params->as_map() == nullptr) {
    return out;
  }
  for (const auto& field : *params->as_map()) {
    std::string text;
    if (const auto* list = field.value.as_list()) {
      for (const auto& item : *list) {
        text.append(text.empty() ? "" : ",").append(text_of(item));
      }
    } else {
      text = text_of(field.value);
    }
    out.append(" ").append(field.name).append(text.empty() ? "" : "=" + text);
  }
  return out;
}

/// RFC 1876 §3: the altitude and what follows are in metres.
std::string location(const Value& value) {
  auto out = joined(value,
                    {"lat_degrees",
                     "lat_minutes",
                     "lat_seconds",
                     "lat_direction",
                     "long_degrees",
                     "long_minutes",
                     "long_seconds",
                     "long_direction"});
  for (const auto* name : {"altitude", "size", "precision_horz", "precision_vert"}) {
    out += " " + joined(value, {name}) + "m";
  }
  return out;
}

/// Why a record of OctoDNS cannot be said as it is; empty where it can.
std::string special(const Value& item) {
  const auto* octodns = item.find("octodns");
  const auto* ignored = octodns != nullptr ? octodns->find("ignored") : nullptr;
  const auto* ttl = item.find("ttl");
  if (ignored != nullptr && ignored->as_bool() != nullptr && *ignored->as_bool()) {
    return "OctoDNS ignores it";
  }
  if (item.find("geo") != nullptr || item.find("dynamic") != nullptr) {
    return "its answer depends on who asks";
  }
  if (ttl != nullptr && ttl->as_int() == nullptr) {
    return "its ttl is no number";
  }
  return item.find("value") == nullptr && item.find("values") == nullptr ? "it has no value" : "";
}

/// One value in presentation format; empty for a type that this does not know.
std::string presentation(RecordType type, const Value& value) {
  switch (type) {
    case RecordType::mx:
      return joined(value, {"preference|priority", "exchange|value"});
    case RecordType::srv:
      return joined(value, {"priority", "weight", "port", "target"});
    case RecordType::caa:
      return joined(value, {"flags", "tag", "\"value"});
    case RecordType::sshfp:
      return joined(value, {"algorithm", "fingerprint_type", "fingerprint"});
    case RecordType::tlsa:
      return joined(
          value,
          {"certificate_usage", "selector", "matching_type", "certificate_association_data"});
    case RecordType::ds:
      return joined(value, {"key_tag", "algorithm", "digest_type", "digest"});
    case RecordType::naptr:
      return joined(value,
                    {"order", "preference", "\"flags", "\"service", "\"regexp", "replacement"});
    case RecordType::uri:
      return joined(value, {"priority", "weight", "\"target"});
    case RecordType::loc:
      return location(value);
    case RecordType::svcb:
    case RecordType::https:
      return joined(value, {"svcpriority", "targetname"}) + svc_params(value);
    default:
      return text_of(value);
  }
}

class Zone {
 public:
  Zone(values::DomainName name, const std::string& provider) {
    domain_.name = std::move(name);
    domain_.providers = {provider};
  }

  ImportedDomain run(const Value& tree) {
    for (const auto& field : *tree.as_map()) {
      const auto owner = field.name.empty() ? std::string("@") : field.name;
      if (const auto* list = field.value.as_list()) {
        for (const auto& item : *list) {
          add(owner, item);
        }
      } else {
        add(owner, field.value);
      }
    }
    domain_.default_ttl = usual_ttl(domain_.sets);
    return std::move(domain_);
  }

 private:
  void add(const std::string& written, const Value& item) {
    const auto* type_text = item.find("type");
    const auto type_name = type_text != nullptr ? text_of(*type_text) : std::string();
    const auto type = values::find_record_type(type_name);
    const auto name = values::DomainName::parse_relative(written, domain_.name);
    if (!type || !name) {
      return leave(written, type_name, !type ? "no such type here" : name.error().message);
    }
    if (auto why = special(item); !why.empty()) {
      return leave(written, type_name, std::move(why));
    }
    ImportedSet set{.owner = name->relative_to(domain_.name), .type = *type, .ttl = 3600};
    if (const auto* ttl = item.find("ttl"); ttl != nullptr && ttl->as_int() != nullptr) {
      set.ttl = static_cast<std::uint32_t>(*ttl->as_int());
    }
    if (kinds::is_system_rrset(set.owner, set.type)) {
      return;
    }
    const auto* one = item.find("value");
    const auto* several = item.find("values");
    Value::List values =
        several != nullptr && several->as_list() != nullptr ? *several->as_list() : Value::List();
    if (one != nullptr) {
      values.push_back(*one);
    }
    if (values.empty()) {
      return leave(written, type_name, "it has no value");
    }
    for (const auto& value : values) {
      if (!has_texts(value)) {
        return leave(written, type_name, "a value of it is no text");
      }
      auto text = canonical(*type, value);
      if (!text) {
        return leave(written, type_name, text.error().message);
      }
      set.values.push_back(*std::move(text));
    }
    std::sort(set.values.begin(), set.values.end());
    domain_.sets.push_back(std::move(set));
  }

  Result<std::string> canonical(RecordType type, const Value& value) const {
    if (type == RecordType::txt) {
      return unescaped(text_of(value));
    }
    return values::canonical_rdata(
        type, presentation(type, value), domain_.name, values::TargetRule::absolute_only);
  }

  void leave(const std::string& owner, const std::string& type, std::string why) {
    domain_.unmanaged.push_back(owner + " " + type);
    domain_.unmanaged_because.push_back(std::move(why));
  }

  ImportedDomain domain_;
};

}  // namespace

Result<ImportedDomain> octodns_zone(std::string_view text,
                                    std::string_view zone,
                                    const std::string& provider) {
  PLUMB_TRY(name, values::DomainName::parse(zone));
  Sink sink;
  Diagnostics problems;
  if (!load::read_yaml(text, 0, load::ReadLimits{}, sink, problems)) {
    return fail(ErrorCode::invalid_input,
                problems.empty() ? "it cannot be read" : problems.all().front().message);
  }
  if (sink.trees.size() != 1 || sink.trees.front().as_map() == nullptr) {
    return fail(ErrorCode::invalid_input,
                "it is no zone file of OctoDNS",
                "its keys are names, their values have a `type`");
  }
  return Zone(std::move(name), provider).run(sink.trees.front());
}

}  // namespace plumb::importing
