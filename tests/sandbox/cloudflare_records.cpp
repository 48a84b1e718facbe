#include "tests/sandbox/cloudflare_records.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <arpa/inet.h>

namespace plumb::test {
namespace {

using Json = nlohmann::json;

CloudflareError invalid(int cause, std::string message) {
  return {400, 1004, std::move(message), cause};
}

void take_dot(std::string& name) {
  if (name.size() > 1 && name.back() == '.') {
    name.pop_back();
  }
}

std::string absolute(std::string name, const std::string& zone) {
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  take_dot(name);
  if (name == "@" || name == zone) {
    return zone;
  }
  return name.ends_with("." + zone) ? name : name + "." + zone;
}

/// The members of data, in the order in which content shows them.
const std::map<std::string, std::vector<std::string>>& structured() {
  static const std::map<std::string, std::vector<std::string>> kAll = {
      {"SRV", {"weight", "port", "target"}},
      {"CAA", {"flags", "tag", "value"}},
      {"DS", {"key_tag", "algorithm", "digest_type", "digest"}},
      {"TLSA", {"usage", "selector", "matching_type", "certificate"}},
      {"SMIMEA", {"usage", "selector", "matching_type", "certificate"}},
      {"SSHFP", {"algorithm", "type", "fingerprint"}},
      {"NAPTR", {"order", "preference", "flags", "service", "regex", "replacement"}},
      {"SVCB", {"priority", "target", "value"}},
      {"HTTPS", {"priority", "target", "value"}},
      {"URI", {"weight", "target"}},
      {"LOC",
       {"lat_degrees",
        "lat_minutes",
        "lat_seconds",
        "lat_direction",
        "long_degrees",
        "long_minutes",
        "long_seconds",
        "long_direction",
        "altitude",
        "size",
        "precision_horz",
        "precision_vert"}}};
  return kAll;
}

bool is_text(const std::string& member) {
  static const std::set<std::string> kTexts = {"target",
                                               "tag",
                                               "value",
                                               "digest",
                                               "certificate",
                                               "fingerprint",
                                               "flags",
                                               "service",
                                               "regex",
                                               "replacement",
                                               "lat_direction",
                                               "long_direction"};
  return kTexts.contains(member);
}

std::optional<CloudflareError> make_content(Json& record, const std::string& type) {
  if (!record.contains("data") || !record["data"].is_object()) {
    return invalid(9101, "data is a required field for " + type);
  }
  auto& data = record["data"];
  std::string content;
  for (const auto& name : structured().at(type)) {
    const bool number = !is_text(name) || (name == "flags" && type == "CAA");
    if (!data.contains(name) || data[name].is_string() == number) {
      return invalid(9102, "data." + name + " is missing or of the wrong type");
    }
    if (name == "target" && type != "URI") {
      auto host = data[name].get<std::string>();
      take_dot(host);
      data[name] = host;
    }
    const bool quoted = (type == "CAA" && name == "value") || (type == "URI" && name == "target");
    const auto text = data[name].is_string() ? data[name].get<std::string>() : data[name].dump();
    content += content.empty() ? "" : type == "SRV" ? "\t" : " ";
    content += quoted ? '"' + text + '"' : text;
  }
  if (type == "SRV") {
    if (!data.contains("priority") || !data["priority"].is_number()) {
      return invalid(9103, "data.priority is missing");
    }
    record["priority"] = data["priority"];
  }
  if (type == "URI" && !(record.contains("priority") && record["priority"].is_number())) {
    return invalid(9103, "priority is missing");
  }
  record["content"] = content;
  return std::nullopt;
}

std::optional<CloudflareError> check_text(const std::string& content) {
  if (content.empty() || content == "\"\"") {
    return invalid(9207, "Content field is empty");
  }
  if (content.front() != '"') {
    return std::nullopt;
  }
  std::size_t octets = 0;
  bool inside = false;
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i] == '"') {
      inside = !inside;
      octets = 0;
    } else if (inside) {
      if (content[i] == '\\' && i + 1 < content.size()) {
        i += content[i + 1] >= '0' && content[i + 1] <= '9' ? 3U : 1U;
      }
      if (++octets > 255) {
        return invalid(9208, "A character string is longer than 255 octets");
      }
    } else if (content[i] != ' ') {
      return invalid(9209, "Text stands outside of the quotes");
    }
  }
  return inside ? std::optional(invalid(9209, "A quote is not closed")) : std::nullopt;
}

std::optional<CloudflareError> check_content(Json& record, const std::string& type) {
  static const std::set<std::string> kPlain = {
      "A", "AAAA", "CNAME", "MX", "NS", "PTR", "TXT", "OPENPGPKEY"};
  if (structured().contains(type)) {
    return make_content(record, type);
  }
  if (!kPlain.contains(type)) {
    return invalid(9000, "DNS record type " + type + " is invalid");
  }
  if (!record.contains("content") || !record["content"].is_string()) {
    return invalid(9020, "content is a required field");
  }
  auto content = record["content"].get<std::string>();
  unsigned char address[16];
  if (type == "A" && inet_pton(AF_INET, content.c_str(), address) != 1) {
    return invalid(9005, "Content for A record must be a valid IPv4 address.");
  }
  if (type == "AAAA" && inet_pton(AF_INET6, content.c_str(), address) != 1) {
    return invalid(9006, "Content for AAAA record must be a valid IPv6 address.");
  }
  if (type == "TXT") {
    return check_text(content);
  }
  if (type == "MX" && !(record.contains("priority") && record["priority"].is_number())) {
    return invalid(9100, "priority is a required field");
  }
  if (type != "A" && type != "AAAA" && type != "OPENPGPKEY") {
    take_dot(content);
    record["content"] = content;
  }
  return std::nullopt;
}

}  // namespace

std::optional<CloudflareError> cloudflare_record(Json& record, const std::string& zone) {
  if (!record.contains("name") || !record.contains("type")) {
    return invalid(9000, "name and type are required");
  }
  const auto type = record["type"].get<std::string>();
  record["name"] = absolute(record["name"].get<std::string>(), zone);
  if (auto error = check_content(record, type)) {
    return error;
  }
  if (type == "NS" && record["name"] == zone) {
    return invalid(9300, "The name servers of a zone are set elsewhere");
  }
  const auto ttl = record.value("ttl", 1);
  if (ttl != 1 && (ttl < 60 || ttl > 86400)) {
    return invalid(9021, "Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.");
  }
  record["ttl"] = ttl;
  const bool proxiable = type == "A" || type == "AAAA" || type == "CNAME";
  const bool proxied = record.value("proxied", false);
  if (proxied && !proxiable) {
    return invalid(9004, "This record type cannot be proxied.");
  }
  record["proxied"] = proxied;
  record["proxiable"] = proxiable;
  if (proxied) {
    record["ttl"] = 1;
  }
  if (record.contains("comment") && record["comment"].is_string() &&
      record["comment"].get<std::string>().size() > 100) {
    return invalid(9400, "Comment is too long.");
  }
  return std::nullopt;
}

std::optional<CloudflareError> cloudflare_clash(const std::map<std::string, Json>& records,
                                                const Json& record) {
  const auto type = record["type"].get<std::string>();
  const auto is_address = [](const Json& kind) { return kind == "A" || kind == "AAAA"; };
  for (const auto& [id, other] : records) {
    if (id == record["id"] || other["name"] != record["name"]) {
      continue;
    }
    if (other["type"] == type && other["content"] == record["content"] &&
        other.value("priority", 0) == record.value("priority", 0)) {
      return CloudflareError{400, 81058, "An identical record already exists.", 0};
    }
    if (type == "CNAME" && (is_address(other["type"]) || other["type"] == "CNAME")) {
      return CloudflareError{
          400, 81053, "An A, AAAA, or CNAME record with that host already exists.", 0};
    }
    if (is_address(type) && other["type"] == "CNAME") {
      return CloudflareError{400, 81054, "A CNAME record with that host already exists.", 0};
    }
  }
  return std::nullopt;
}

}  // namespace plumb::test
