#include "tests/sandbox/cloudflare.h"

#include <algorithm>
#include <utility>

namespace plumb::test {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostOperations = 200;
const std::string kBase = "/client/v4";

Json error_json(const CloudflareError& error) {
  Json out = {{"code", error.code}, {"message", error.message}};
  if (error.cause != 0) {
    out["message"] = "DNS Validation Error";
    out["error_chain"] = {{{"code", error.cause}, {"message", error.message}}};
  }
  return out;
}

Json good(Json result) {
  return {{"success", true},
          {"errors", Json::array()},
          {"messages", Json::array()},
          {"result", std::move(result)}};
}

VendorAnswer said(const Json& body) {
  return {200, body.dump()};
}

VendorAnswer refused(const CloudflareError& error) {
  const Json body = {{"success", false},
                     {"errors", {error_json(error)}},
                     {"messages", Json::array()},
                     {"result", nullptr}};
  return {error.status, body.dump()};
}

std::size_t number(const VendorRequest& request, const char* name, std::size_t otherwise) {
  return request.has(name) ? std::stoul(request.parameter(name)) : otherwise;
}

/// One page of `all`; items from `listed` on are counted, and not there.
VendorAnswer page_of(const std::vector<Json>& all,
                     std::size_t page,
                     std::size_t per_page,
                     std::size_t listed = std::numeric_limits<std::size_t>::max()) {
  auto items = Json::array();
  const auto end = std::min({page * per_page, all.size(), listed});
  for (std::size_t i = (page - 1) * per_page; i < end; ++i) {
    items.push_back(all[i]);
  }
  auto body = good(items);
  body["result_info"] = {{"page", page},
                         {"per_page", per_page},
                         {"count", items.size()},
                         {"total_count", all.size()},
                         {"total_pages", (all.size() + per_page - 1) / per_page}};
  return said(body);
}

std::optional<CloudflareError> remove(std::map<std::string, Json>& records, const Json& one) {
  return records.erase(one.at("id").get<std::string>()) == 1
             ? std::nullopt
             : std::optional(CloudflareError{404, 81044, "Record does not exist.", 0});
}

std::optional<CloudflareError> change(std::map<std::string, Json>& records,
                                      const Json& one,
                                      const std::string& zone) {
  const auto found = records.find(one.at("id").get<std::string>());
  if (found == records.end()) {
    return CloudflareError{404, 81044, "Record does not exist.", 0};
  }
  if (found->second["meta"].value("read_only", false)) {
    return CloudflareError{400, 1043, "This record is read only.", 0};
  }
  auto record = found->second;
  record.update(one);
  if (auto error = cloudflare_record(record, zone)) {
    return error;
  }
  found->second = record;
  return cloudflare_clash(records, record);
}

/// What is wrong with who asks; nothing where that is in order.
std::optional<CloudflareError> stranger(const VendorRequest& request) {
  const auto given = request.header("authorization");
  if (!given.starts_with("Bearer ") || given.size() < 12) {
    return CloudflareError{400, 6003, "Invalid request headers", 6111};
  }
  if (given != "Bearer " + std::string(Cloudflare::kToken)) {
    return CloudflareError{403, 10000, "Authentication error", 0};
  }
  return std::nullopt;
}

}  // namespace

Cloudflare::~Cloudflare() {
  close();
}

std::string Cloudflare::endpoint() const {
  return origin() + kBase;
}

std::string Cloudflare::new_id() {
  const auto digits = std::to_string(++last_id_);
  return std::string(32 - digits.size(), '0') + digits;
}

std::string Cloudflare::new_ray() {
  return "8f00cafe0000" + std::to_string(++last_ray_) + "-FRA";
}

const std::string& Cloudflare::spelling(const std::string& name) const {
  const auto found = spellings_.find(name);
  return found == spellings_.end() ? name : found->second;
}

// -- what is asked -----------------------------------------------------------------------------

VendorAnswer Cloudflare::answer_to(const VendorRequest& request) {
  auto answer = route(request);
  answer.headers.emplace("CF-RAY", new_ray());
  return answer;
}

VendorAnswer Cloudflare::route(const VendorRequest& request) {
  if (const auto error = stranger(request)) {
    return refused(*error);
  }
  if (reads_only_ && request.writes()) {
    return refused({403, 10000, "Authentication error", 0});
  }
  if (records_only_ && request.writes() && request.path.find("/dns_records") == std::string::npos) {
    return refused({403, 10000, "Authentication error", 0});
  }
  if (request.writes() && !leaving_.first.empty()) {
    zones_.at(leaving_.first).records.erase(leaving_.second);
    leaving_ = {};
  }
  const auto path =
      request.path.starts_with(kBase) ? request.path.substr(kBase.size()) : std::string();
  if (path == "/user/tokens/verify") {
    return said(good({{"id", "0"}, {"status", "active"}}));
  }
  if (path == "/zones") {
    return request.method == "POST" ? create_zone(request) : list_zones(request);
  }
  const std::string zones = "/zones/";
  const auto id = path.substr(std::min(zones.size(), path.size()));
  const auto slash = std::min(id.find('/'), id.size());
  const auto zone = std::find_if(zones_.begin(), zones_.end(), [&](const auto& one) {
    return path.starts_with(zones) && one.second.id == id.substr(0, slash);
  });
  if (zone == zones_.end()) {
    return refused({404,
                    7003,
                    "Could not route to " + path + ", perhaps your object identifier is invalid?",
                    0});
  }
  if (forbidden_.contains(zone->first)) {
    return refused({403, 10000, "Authentication error", 0});
  }
  const auto rest = id.substr(slash);
  if (rest.empty() && request.method == "DELETE") {
    const auto body = Json{{"result", {{"id", zone->second.id}}}};  // no `success`
    zones_.erase(zone);
    return said(body);
  }
  if (rest == "/dns_records" && request.method == "GET") {
    return list_records(request, zone->second);
  }
  if (rest == "/dns_records/batch" && request.method == "POST") {
    return batch(request, zone->first, zone->second);
  }
  return refused({404, 7000, "No route for that URI", 0});
}

Json Cloudflare::zone_json(const std::string& name, const Zone& held) const {
  return {{"id", held.id},
          {"name", spelling(name)},
          {"type", held.type},
          {"status", "pending"},
          {"paused", false},
          {"name_servers", {"lola.ns.cloudflare.com", "bob.ns.cloudflare.com"}},
          {"account", {{"id", kAccount}, {"name", "tests"}}}};
}

VendorAnswer Cloudflare::list_zones(const VendorRequest& request) const {
  const auto per_page = number(request, "per_page", 20);
  if (per_page < 5 || per_page > 50) {
    return refused({400, 1003, "per_page is out of range", 0});
  }
  std::vector<Json> all;
  const bool ours = !request.has("account.id") || request.parameter("account.id") == kAccount;
  for (const auto& [name, held] : zones_) {
    if (ours && (!request.has("name") || request.parameter("name") == spelling(name))) {
      all.push_back(zone_json(name, held));
    }
  }
  return page_of(all, number(request, "page", 1), per_page, listed_zones_);
}

VendorAnswer Cloudflare::create_zone(const VendorRequest& request) {
  const auto body = Json::parse(request.body);
  const auto name = body.at("name").get<std::string>();
  if (body.at("account").at("id") != kAccount) {
    return refused({403, 10000, "Authentication error", 0});
  }
  if (zones_.contains(name)) {
    return refused({400, 1061, name + " already exists", 0});
  }
  zones_[name] = {new_id(), body.value("type", "full"), {}};
  return said(good(zone_json(name, zones_[name])));
}

VendorAnswer Cloudflare::list_records(const VendorRequest& request, const Zone& zone) {
  std::vector<Json> all;
  for (const auto& [id, record] : zone.records) {
    all.push_back(record);
  }
  std::stable_sort(
      all.begin(), all.end(), [](const Json& a, const Json& b) { return a["name"] < b["name"]; });
  auto per_page = number(request, "per_page", 100);
  if (per_page < 1 || per_page > 5'000'000) {
    return refused({400, 1003, "per_page is out of range", 0});
  }
  per_page = clamp_ != 0 ? std::min(per_page, clamp_) : per_page;
  auto answer = page_of(all, number(request, "page", 1), per_page);
  if (const auto [name, id] = std::exchange(going_, {}); !name.empty()) {
    zones_.at(name).records.erase(id);
  }
  return answer;
}

std::optional<CloudflareError> Cloudflare::create(std::map<std::string, Json>& records,
                                                  Json record,
                                                  const std::string& zone) {
  record["id"] = new_id();
  record.update(Json{{"meta", Json::object()}, {"settings", Json::object()}});
  if (!record.contains("comment")) {
    record["comment"] = nullptr;
  }
  if (auto error = cloudflare_record(record, zone)) {
    return error;
  }
  const auto id = record["id"].get<std::string>();
  records[id] = std::move(record);
  return cloudflare_clash(records, records[id]);
}

/// One transaction: deletes, patches, posts.
VendorAnswer Cloudflare::batch(const VendorRequest& request, const std::string& name, Zone& zone) {
  const auto body = Json::parse(request.body);
  std::size_t operations = 0;
  for (const auto& list : body) {
    operations += list.size();
  }
  if (operations == 0 || operations > kMostOperations || body.contains("puts")) {
    return refused({400, 9500, "A batch has 1 to 200 operations, and here no PUT", 0});
  }
  auto records = zone.records;
  std::optional<CloudflareError> error;
  for (const auto& one : body.value("deletes", Json::array())) {
    error = error ? error : remove(records, one);
  }
  for (const auto& one : body.value("patches", Json::array())) {
    error = error ? error : change(records, one, name);
  }
  for (const auto& one : body.value("posts", Json::array())) {
    error = error ? error : create(records, one, name);
  }
  if (error) {
    return refused(*error);
  }
  zone.records = std::move(records);
  return said(good({{"deletes", body.value("deletes", Json::array())},
                    {"patches", body.value("patches", Json::array())},
                    {"puts", Json::array()},
                    {"posts", body.value("posts", Json::array())}}));
}

// -- what people do ----------------------------------------------------------------------------

void Cloudflare::make_zone(const std::string& zone, const std::string& type) {
  const auto guard = lock();
  zones_[zone] = {new_id(), type, {}};
}

void Cloudflare::drop_zone(const std::string& zone) {
  const auto guard = lock();
  zones_.erase(zone);
}

bool Cloudflare::has_zone(const std::string& zone) const {
  const auto guard = lock();
  return zones_.contains(zone);
}

void Cloudflare::spell(const std::string& zone, const std::string& unicode) {
  const auto guard = lock();
  spellings_[zone] = unicode;
}

void Cloudflare::forbid(const std::string& zone) {
  const auto guard = lock();
  forbidden_.insert(zone);
}

void Cloudflare::allow_records_only() {
  const auto guard = lock();
  records_only_ = true;
}

void Cloudflare::cut_zones(std::size_t listed) {
  const auto guard = lock();
  listed_zones_ = listed;
}

void Cloudflare::erase_before_write(const std::string& zone, const std::string& id) {
  const auto guard = lock();
  leaving_ = {zone, id};
}

void Cloudflare::allow_reading_only() {
  const auto guard = lock();
  reads_only_ = true;
}

void Cloudflare::erase_after_page(const std::string& zone, const std::string& id) {
  const auto guard = lock();
  going_ = {zone, id};
}

std::string Cloudflare::put(const std::string& zone, Json record) {
  const auto guard = lock();
  const auto id = new_id();
  Json whole = {{"id", id},
                {"ttl", 1},
                {"proxied", false},
                {"comment", nullptr},
                {"meta", Json::object()},
                {"settings", Json::object()}};
  whole.update(record);
  zones_.at(zone).records[id] = std::move(whole);
  return id;
}

void Cloudflare::edit(const std::string& zone,
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

void Cloudflare::erase(const std::string& zone, const std::string& name, const std::string& type) {
  const auto guard = lock();
  std::erase_if(zones_.at(zone).records, [&](const auto& one) {
    return one.second["name"] == name && one.second["type"] == type;
  });
}

std::vector<Json> Cloudflare::records(const std::string& zone) const {
  const auto guard = lock();
  std::vector<Json> all;
  for (const auto& [id, record] : zones_.at(zone).records) {
    all.push_back(record);
  }
  return all;
}

std::vector<Json> Cloudflare::records(const std::string& zone,
                                      const std::string& name,
                                      const std::string& type) const {
  auto all = records(zone);
  std::erase_if(all, [&](const Json& one) { return one["name"] != name || one["type"] != type; });
  return all;
}

void Cloudflare::answer(int status, std::string body, bool writes_only, std::string retry_after) {
  const auto guard = lock();
  VendorAnswer instead{.status = status, .headers = {{"CF-RAY", new_ray()}}};
  instead.type = body.starts_with("<") ? "text/html" : "application/json";
  instead.body = std::move(body);
  if (!retry_after.empty()) {
    instead.headers.emplace("Retry-After", std::move(retry_after));
  }
  Vendor::answer(std::move(instead), writes_only ? On::writes : On::any);
}

void Cloudflare::clamp_pages(std::size_t most) {
  const auto guard = lock();
  clamp_ = most;
}

}  // namespace plumb::test
