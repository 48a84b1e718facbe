#include "tests/sandbox/digitalocean.h"

#include <algorithm>
#include <sstream>
#include <utility>

namespace plumb::test {
namespace {

using Json = nlohmann::json;

constexpr int kDefaultTtl = 1800;
constexpr int kLeastTtl = 30;
constexpr std::size_t kTextLimit = 512;

VendorAnswer said(int status, const Json& body) {
  return {status, body.dump()};
}

VendorAnswer refused(int status, const std::string& id, const std::string& message) {
  return said(
      status,
      {{"id", id}, {"message", message}, {"request_id", "4d9d8375-3c56-4925-a3e7-eb137fed17e9"}});
}

VendorAnswer gone() {
  return refused(404, "not_found", "The resource you requested could not be found.");
}

VendorAnswer invalid(const std::string& message) {
  return refused(422, "unprocessable_entity", message);
}

std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  std::istringstream in(path);
  for (std::string part; std::getline(in, part, '/');) {
    if (!part.empty()) {
      parts.push_back(part);
    }
  }
  return parts;
}

std::size_t number(const VendorRequest& request, const char* name, std::size_t otherwise) {
  return request.has(name) ? std::stoul(request.parameter(name)) : otherwise;
}

bool names_host(const std::string& type) {
  return type == "CNAME" || type == "MX" || type == "NS" || type == "SRV";
}

/// A target as it is read back: absolute without its dot, and "@" for the zone.
std::string read_back(const std::string& data, const std::string& zone) {
  if (data == "." || data == "@") {
    return data;
  }
  const auto absolute = data.ends_with('.') ? data.substr(0, data.size() - 1) : data + "." + zone;
  return absolute == zone ? "@" : absolute;
}

/// What a text comes to with quotes, escapes and the spaces between its strings.
std::size_t encoded_size(const std::string& text) {
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size(); at += 255) {
    size += at == 0 ? 2 : 3;
  }
  for (const char c : text) {
    size += c == '"' ? 2 : 1;
  }
  return size;
}

bool whole_number(const Json& record, const char* name, int most) {
  return record[name].is_number_integer() && record[name] >= 0 && record[name] <= most;
}

}  // namespace

DigitalOcean::~DigitalOcean() {
  close();
}

// -- what is asked -----------------------------------------------------------------------------

VendorAnswer DigitalOcean::answer_to(const VendorRequest& request) {
  auto answer = route(request);
  answer.headers.emplace("ratelimit-limit", "5000");
  answer.headers.emplace("ratelimit-remaining", "4816");
  answer.headers.emplace("ratelimit-reset", "1444931833");
  return answer;
}

VendorAnswer DigitalOcean::route(const VendorRequest& request) {
  if (request.header("authorization") != "Bearer " + std::string(kToken)) {
    return refused(401, "Unauthorized", "Unable to authenticate you");
  }
  if (reads_only_ && request.writes()) {
    return refused(403, "Forbidden", "You are not authorized to perform this operation");
  }
  const auto parts = parts_of(request.path);
  if (parts.size() < 2 || parts[0] != "v2" || parts[1] != "domains") {
    return gone();
  }
  if (parts.size() == 2) {
    return domains(request);
  }
  const auto zone = zones_.find(parts[2]);
  if (zone == zones_.end()) {
    return gone();
  }
  if (parts.size() == 3) {
    return one_domain(request, parts[2]);
  }
  if (parts[3] != "records" || parts.size() > 5) {
    return gone();
  }
  return parts.size() == 4 ? records_of(request, parts[2], zone->second)
                           : one_record(request, parts[2], zone->second, parts[4]);
}

VendorAnswer DigitalOcean::page(const VendorRequest& request,
                                const char* root,
                                const std::vector<Json>& all) {
  auto per_page = std::clamp<std::size_t>(number(request, "per_page", 20), 1, 200);
  per_page = clamp_ != 0 ? std::min(per_page, clamp_) : per_page;
  const auto now = std::max<std::size_t>(number(request, "page", 1), 1);
  auto items = Json::array();
  for (auto i = (now - 1) * per_page; i < std::min(now * per_page, all.size()); ++i) {
    items.push_back(all[i]);
  }
  Json body = {{root, items}, {"links", Json::object()}, {"meta", {{"total", all.size()}}}};
  const auto last = (all.size() + per_page - 1) / per_page;
  const auto link = [&](std::size_t to) {
    return "https://api.digitalocean.com" + request.path + "?page=" + std::to_string(to) +
           "&per_page=" + std::to_string(per_page);
  };
  if (now < last) {
    body["links"]["pages"]["next"] = link(now + 1);
    body["links"]["pages"]["last"] = link(last);
  }
  if (now > 1) {
    body["links"]["pages"]["first"] = link(1);
    body["links"]["pages"]["prev"] = link(now - 1);
  }
  return said(200, body);
}

VendorAnswer DigitalOcean::domains(const VendorRequest& request) {
  const auto shown = [](const std::string& name) {
    return Json{{"name", name}, {"ttl", kDefaultTtl}, {"zone_file", nullptr}};
  };
  if (request.method == "GET") {
    std::vector<Json> all;
    for (const auto& [name, zone] : zones_) {
      all.push_back(shown(name));
    }
    return page(request, "domains", all);
  }
  const auto body = Json::parse(request.body, nullptr, false);
  if (request.method != "POST" || !body.is_object() || !body.contains("name")) {
    return refused(400, "bad_request", "the request could not be read");
  }
  const auto name = body["name"].get<std::string>();
  if (name.ends_with('.') || zones_.contains(name) || reserved_.contains(name)) {
    return invalid(name.ends_with('.') ? "Name Only valid hostname characters are allowed."
                                       : "Name is already in use.");
  }
  make_zone(name);
  return said(201, {{"domain", shown(name)}});
}

VendorAnswer DigitalOcean::one_domain(const VendorRequest& request, const std::string& name) {
  if (request.method == "DELETE") {
    zones_.erase(name);
    return {204, ""};
  }
  return said(200, {{"domain", {{"name", name}, {"ttl", kDefaultTtl}, {"zone_file", "..."}}}});
}

VendorAnswer DigitalOcean::records_of(const VendorRequest& request,
                                      const std::string& name,
                                      Zone& zone) {
  if (request.method == "GET") {
    std::vector<Json> all;
    for (const auto& [id, record] : zone.records) {
      const auto relative = record["name"].get<std::string>();
      const auto full = relative == "@" ? name : relative + "." + name;
      if ((!request.has("name") || request.parameter("name") == full) &&
          (!request.has("type") || request.parameter("type") == record["type"])) {
        all.push_back(record);
      }
    }
    auto answer = page(request, "domain_records", all);
    if (const auto going = std::exchange(going_, std::nullopt)) {
      zones_.at(going->first).records.erase(going->second);
    }
    return answer;
  }
  auto record = Json::parse(request.body, nullptr, false);
  if (request.method != "POST" || !record.is_object()) {
    return refused(400, "bad_request", "the request could not be read");
  }
  if (record.value("type", "") == "SOA") {
    return invalid("A domain has one SOA record.");
  }
  if (auto no = hold(record, name)) {
    return *no;
  }
  if (auto no = clash(zone, record)) {
    return *no;
  }
  const auto id = add(zone, std::move(record));
  return said(201, {{"domain_record", zone.records.at(id)}});
}

VendorAnswer DigitalOcean::one_record(const VendorRequest& request,
                                      const std::string& name,
                                      Zone& zone,
                                      const std::string& id) {
  const auto found = std::find_if(zone.records.begin(), zone.records.end(), [&](const auto& one) {
    return std::to_string(one.first) == id;
  });
  if (found == zone.records.end()) {
    return gone();
  }
  const bool soa = found->second["type"] == "SOA";
  if (request.method == "DELETE") {
    if (soa) {
      return invalid("The SOA record cannot be deleted.");
    }
    zone.records.erase(found);
    return {204, ""};
  }
  if (request.method == "PUT" || request.method == "PATCH") {
    const auto change = Json::parse(request.body, nullptr, false);
    if (!change.is_object() || (soa && (change.size() != 1 || !change.contains("ttl")))) {
      return invalid("Of a SOA record only the TTL can be changed.");
    }
    auto record = request.method == "PUT" && !soa ? Json::object() : found->second;
    record.update(change);
    if (auto no = soa ? std::nullopt : hold(record, name)) {
      return *no;
    }
    record["id"] = found->first;
    if (auto no = clash(zone, record)) {
      return *no;
    }
    found->second = std::move(record);
  }
  return said(200, {{"domain_record", found->second}});
}

// -- what is held ------------------------------------------------------------------------------

std::uint64_t DigitalOcean::add(Zone& zone, Json record) {
  const auto id = ++last_id_;
  Json whole = {{"id", id},
                {"priority", nullptr},
                {"port", nullptr},
                {"ttl", kDefaultTtl},
                {"weight", nullptr},
                {"flags", nullptr},
                {"tag", nullptr}};
  whole.update(record);
  zone.records[id] = std::move(whole);
  return id;
}

std::optional<VendorAnswer> DigitalOcean::hold(Json& record, const std::string& zone) const {
  Json whole = {{"priority", nullptr},
                {"port", nullptr},
                {"ttl", kDefaultTtl},
                {"weight", nullptr},
                {"flags", nullptr},
                {"tag", nullptr}};
  whole.update(record);
  record = std::move(whole);
  static const std::set<std::string> types = {
      "A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"};
  const auto type = record.value("type", "");
  const auto name = record.value("name", "");
  auto data = record.value("data", "");
  if (!types.contains(type) || name.empty() || name.ends_with('.') || data.empty()) {
    return invalid(!types.contains(type) ? "Type is not included in the list"
                   : data.empty()        ? "Data can't be blank"
                                         : "Name Only valid hostname characters are allowed.");
  }
  if (!whole_number(record, "ttl", 2'147'483'647) || record["ttl"] < kLeastTtl) {
    return invalid("TTL must be at least 30.");
  }
  const bool mx = type == "MX" || type == "SRV";
  if (mx && !whole_number(record, "priority", 65'535)) {
    return invalid("Priority can't be blank");
  }
  if (type == "SRV" &&
      (!whole_number(record, "weight", 65'535) || !whole_number(record, "port", 65'535))) {
    return invalid("Weight and port can't be blank");
  }
  if (type == "CAA" && (!whole_number(record, "flags", 255) || !record["tag"].is_string() ||
                        !data.ends_with('.') || data.find(' ') != std::string::npos)) {
    return invalid("Data needs to end with a dot (.)");
  }
  if (type == "TXT" && (encoded_size(data) >= kTextLimit || data.find('\\') != std::string::npos)) {
    return invalid("Data is too long, or has invalid characters");
  }
  if (refused_.contains(data)) {
    return invalid("Data is not to our liking");
  }
  if (names_host(type)) {
    data = read_back(data, zone);
  } else if (type == "CAA") {
    data.pop_back();
  }
  record["data"] = data;
  return std::nullopt;
}

std::optional<VendorAnswer> DigitalOcean::clash(const Zone& zone, const Json& record) const {
  for (const auto& [id, other] : zone.records) {
    const bool itself = record.contains("id") && record["id"] == id;
    if (!itself && other["name"] == record["name"] &&
        (other["type"] == "CNAME" || record["type"] == "CNAME")) {
      return invalid("CNAME records cannot share a name with other records");
    }
  }
  return std::nullopt;
}

// -- what people do ----------------------------------------------------------------------------

void DigitalOcean::make_zone(const std::string& zone) {
  const auto guard = lock();
  auto& made = zones_[zone];
  add(made, {{"type", "SOA"}, {"name", "@"}, {"data", "1800"}});
  for (const auto* server : {"ns1", "ns2", "ns3"}) {
    add(made, {{"type", "NS"}, {"name", "@"}, {"data", std::string(server) + ".digitalocean.com"}});
  }
}

void DigitalOcean::drop_zone(const std::string& zone) {
  const auto guard = lock();
  zones_.erase(zone);
}

bool DigitalOcean::has_zone(const std::string& zone) const {
  const auto guard = lock();
  return zones_.contains(zone);
}

std::uint64_t DigitalOcean::put(const std::string& zone, Json record) {
  const auto guard = lock();
  return add(zones_.at(zone), std::move(record));
}

void DigitalOcean::edit(const std::string& zone,
                        const std::string& name,
                        const std::string& type,
                        const Json& change) {
  const auto guard = lock();
  for (auto& [id, record] : zones_.at(zone).records) {
    if (record["name"] == name && record["type"] == type) {
      record.update(change);
    }
  }
}

void DigitalOcean::erase(const std::string& zone,
                         const std::string& name,
                         const std::string& type) {
  const auto guard = lock();
  std::erase_if(zones_.at(zone).records, [&](const auto& one) {
    return one.second["name"] == name && one.second["type"] == type;
  });
}

std::vector<Json> DigitalOcean::records(const std::string& zone) const {
  const auto guard = lock();
  std::vector<Json> all;
  const auto found = zones_.find(zone);
  for (const auto& [id, record] : found == zones_.end() ? Zone().records : found->second.records) {
    const bool own = record["name"] == "@" && (record["type"] == "SOA" || record["type"] == "NS");
    if (!own) {
      all.push_back(record);
    }
  }
  return all;
}

std::vector<Json> DigitalOcean::records(const std::string& zone,
                                        const std::string& name,
                                        const std::string& type) const {
  const auto guard = lock();
  std::vector<Json> all;
  for (const auto& [id, record] : zones_.at(zone).records) {
    if (record["name"] == name && record["type"] == type) {
      all.push_back(record);
    }
  }
  return all;
}

void DigitalOcean::reserve(const std::string& zone) {
  const auto guard = lock();
  reserved_.insert(zone);
}

void DigitalOcean::allow_reading_only() {
  const auto guard = lock();
  reads_only_ = true;
}

void DigitalOcean::refuse_data(const std::string& data) {
  const auto guard = lock();
  refused_.insert(data);
}

void DigitalOcean::clamp_pages(std::size_t most) {
  const auto guard = lock();
  clamp_ = most;
}

void DigitalOcean::erase_after_page(const std::string& zone, std::uint64_t id) {
  const auto guard = lock();
  going_ = {zone, id};
}

}  // namespace plumb::test
