#include "tests/support/cloudflare.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include <httplib.h>

#include "tests/support/cloudflare_records.h"

namespace plumb::test {
namespace {

using Json = nlohmann::json;
using httplib::Request;
using httplib::Response;

constexpr std::size_t kMostOperations = 200;

struct HeldZone {
  std::string id;
  std::string type;
  std::map<std::string, Json> records;  ///< by id
};

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

void send(Response& response, int status, const Json& body) {
  response.status = status;
  response.set_content(body.dump(), "application/json");
}

void refuse(Response& response, const CloudflareError& error) {
  send(response,
       error.status,
       {{"success", false},
        {"errors", {error_json(error)}},
        {"messages", Json::array()},
        {"result", nullptr}});
}

std::size_t number(const Request& request, const char* name, std::size_t otherwise) {
  return request.has_param(name) ? std::stoul(request.get_param_value(name)) : otherwise;
}

/// Puts one page of `all` into the answer.
void send_page(Response& response,
               const std::vector<Json>& all,
               std::size_t page,
               std::size_t per_page) {
  auto items = Json::array();
  for (std::size_t i = (page - 1) * per_page; i < std::min(page * per_page, all.size()); ++i) {
    items.push_back(all[i]);
  }
  auto body = good(items);
  body["result_info"] = {{"page", page},
                         {"per_page", per_page},
                         {"count", items.size()},
                         {"total_count", all.size()},
                         {"total_pages", (all.size() + per_page - 1) / per_page}};
  send(response, 200, body);
}

}  // namespace

class Cloudflare::Server {
 public:
  Server() {
    using Handler = void (Server::*)(const Request&, Response&);
    const auto on = [this](Handler handler) {
      return [this, handler](const Request& request, Response& response) {
        serve(request, response, handler);
      };
    };
    const std::string base = "/client/v4";
    server_.Get(base + "/user/tokens/verify", on(&Server::verify));
    server_.Get(base + "/zones", on(&Server::list_zones));
    server_.Post(base + "/zones", on(&Server::create_zone));
    server_.Delete(base + "/zones/([^/]+)", on(&Server::delete_zone));
    server_.Get(base + "/zones/([^/]+)/dns_records", on(&Server::list_records));
    server_.Post(base + "/zones/([^/]+)/dns_records/batch", on(&Server::batch));
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::jthread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) {
      std::this_thread::yield();
    }
  }
  ~Server() { server_.stop(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  struct Fault {
    int status = 0;
    std::string body;
    bool writes_only = false;
    std::string retry_after;
  };

  std::string new_id() {
    const auto digits = std::to_string(++last_id_);
    return std::string(32 - digits.size(), '0') + digits;
  }
  HeldZone& zone(const std::string& name) { return zones_.at(name); }

  mutable std::mutex mutex_;
  std::map<std::string, HeldZone> zones_;
  std::deque<Fault> faults_;
  bool lose_answer_ = false;
  bool reads_only_ = false;
  std::map<std::string, std::string> spellings_;  ///< Unicode by zone
  std::set<std::string> forbidden_;               ///< zones
  std::pair<std::string, std::string> going_;     ///< zone and record that go after a page
  std::size_t clamp_ = 0;
  std::vector<Seen> requests_;
  int port_ = 0;

 private:
  void serve(const Request& request,
             Response& response,
             void (Server::*handler)(const Request&, Response&)) {
    const std::lock_guard lock(mutex_);
    requests_.push_back({request.method, request.target, request.body});
    response.set_header("CF-RAY", "8f00cafe0000" + std::to_string(requests_.size()) + "-FRA");
    const bool writes = request.method != "GET";
    if (!faults_.empty() && (writes || !faults_.front().writes_only)) {
      const auto fault = std::move(faults_.front());
      faults_.pop_front();
      response.status = fault.status;
      if (!fault.retry_after.empty()) {
        response.set_header("Retry-After", fault.retry_after);
      }
      response.set_content(fault.body,
                           fault.body.starts_with("<") ? "text/html" : "application/json");
      return;
    }
    if (!admits(request, response)) {
      return;
    }
    if (reads_only_ && writes) {
      refuse(response, {403, 10000, "Authentication error", 0});
      return;
    }
    (this->*handler)(request, response);
    if (writes && std::exchange(lose_answer_, false)) {
      response.status = 200;
      response.body.clear();
      response.set_content_provider(
          100, "application/json", [](std::size_t, std::size_t, httplib::DataSink&) {
            return false;
          });
    }
  }

  static bool admits(const Request& request, Response& response) {
    const auto given = request.get_header_value("Authorization");
    if (!given.starts_with("Bearer ") || given.size() < 12) {
      refuse(response, {400, 6003, "Invalid request headers", 6111});
      return false;
    }
    if (given != "Bearer " + std::string(kToken)) {
      refuse(response, {403, 10000, "Authentication error", 0});
      return false;
    }
    return true;
  }

  HeldZone* find(const Request& request, Response& response, std::string* name = nullptr) {
    for (auto& [zone, held] : zones_) {
      if (held.id == request.matches[1] && forbidden_.contains(zone)) {
        refuse(response, {403, 10000, "Authentication error", 0});
        return nullptr;
      }
      if (held.id == request.matches[1]) {
        if (name != nullptr) {
          *name = zone;
        }
        return &held;
      }
    }
    refuse(response,
           {404,
            7003,
            "Could not route to /zones/" + std::string(request.matches[1]) +
                ", perhaps your object identifier is invalid?",
            0});
    return nullptr;
  }

  const std::string& spelling(const std::string& name) const {
    const auto found = spellings_.find(name);
    return found == spellings_.end() ? name : found->second;
  }

  Json zone_json(const std::string& name, const HeldZone& held) const {
    return {{"id", held.id},
            {"name", spelling(name)},
            {"type", held.type},
            {"status", "pending"},
            {"paused", false},
            {"name_servers", {"lola.ns.cloudflare.com", "bob.ns.cloudflare.com"}},
            {"account", {{"id", kAccount}, {"name", "tests"}}}};
  }

  void verify(const Request&, Response& response) {
    send(response, 200, good({{"id", "0"}, {"status", "active"}}));
  }

  void list_zones(const Request& request, Response& response) {
    const auto per_page = number(request, "per_page", 20);
    if (per_page < 5 || per_page > 50) {
      refuse(response, {400, 1003, "per_page is out of range", 0});
      return;
    }
    std::vector<Json> all;
    const bool ours =
        !request.has_param("account.id") || request.get_param_value("account.id") == kAccount;
    for (const auto& [name, held] : zones_) {
      if (ours &&
          (!request.has_param("name") || request.get_param_value("name") == spelling(name))) {
        all.push_back(zone_json(name, held));
      }
    }
    send_page(response, all, number(request, "page", 1), per_page);
  }

  void create_zone(const Request& request, Response& response) {
    const auto body = Json::parse(request.body);
    const auto name = body.at("name").get<std::string>();
    if (body.at("account").at("id") != kAccount) {
      refuse(response, {403, 10000, "Authentication error", 0});
      return;
    }
    if (zones_.contains(name)) {
      refuse(response, {400, 1061, name + " already exists", 0});
      return;
    }
    zones_[name] = {new_id(), body.value("type", "full"), {}};
    send(response, 200, good(zone_json(name, zones_[name])));
  }

  void delete_zone(const Request& request, Response& response) {
    std::string name;
    if (const auto* held = find(request, response, &name)) {
      const auto id = held->id;
      zones_.erase(name);
      send(response, 200, {{"result", {{"id", id}}}});  // no `success`
    }
  }

  void list_records(const Request& request, Response& response) {
    const auto* held = find(request, response);
    if (held == nullptr) {
      return;
    }
    std::vector<Json> all;
    for (const auto& [id, record] : held->records) {
      all.push_back(record);
    }
    std::stable_sort(
        all.begin(), all.end(), [](const Json& a, const Json& b) { return a["name"] < b["name"]; });
    auto per_page = number(request, "per_page", 100);
    if (per_page < 1 || per_page > 5'000'000) {
      refuse(response, {400, 1003, "per_page is out of range", 0});
      return;
    }
    per_page = clamp_ != 0 ? std::min(per_page, clamp_) : per_page;
    send_page(response, all, number(request, "page", 1), per_page);
    if (const auto [zone, id] = std::exchange(going_, {}); !zone.empty()) {
      zones_.at(zone).records.erase(id);
    }
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

  std::optional<CloudflareError> create(std::map<std::string, Json>& records,
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
  void batch(const Request& request, Response& response) {
    std::string name;
    auto* held = find(request, response, &name);
    if (held == nullptr) {
      return;
    }
    const auto body = Json::parse(request.body);
    std::size_t operations = 0;
    for (const auto& list : body) {
      operations += list.size();
    }
    if (operations == 0 || operations > kMostOperations || body.contains("puts")) {
      refuse(response, {400, 9500, "A batch has 1 to 200 operations, and here no PUT", 0});
      return;
    }
    auto records = held->records;
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
      refuse(response, *error);
      return;
    }
    held->records = std::move(records);
    send(response,
         200,
         good({{"deletes", body.value("deletes", Json::array())},
               {"patches", body.value("patches", Json::array())},
               {"puts", Json::array()},
               {"posts", body.value("posts", Json::array())}}));
  }

  int last_id_ = 0;
  httplib::Server server_;
  std::jthread thread_;
};

Cloudflare::Cloudflare() : server_(std::make_unique<Server>()) {}
Cloudflare::~Cloudflare() = default;

std::string Cloudflare::endpoint() const {
  return "http://127.0.0.1:" + std::to_string(server_->port_) + "/client/v4";
}

void Cloudflare::make_zone(const std::string& zone, const std::string& type) {
  const std::lock_guard lock(server_->mutex_);
  server_->zones_[zone] = {server_->new_id(), type, {}};
}

void Cloudflare::drop_zone(const std::string& zone) {
  const std::lock_guard lock(server_->mutex_);
  server_->zones_.erase(zone);
}

bool Cloudflare::has_zone(const std::string& zone) const {
  const std::lock_guard lock(server_->mutex_);
  return server_->zones_.contains(zone);
}

void Cloudflare::spell(const std::string& zone, const std::string& unicode) {
  const std::lock_guard lock(server_->mutex_);
  server_->spellings_[zone] = unicode;
}

void Cloudflare::forbid(const std::string& zone) {
  const std::lock_guard lock(server_->mutex_);
  server_->forbidden_.insert(zone);
}

void Cloudflare::allow_reading_only() {
  const std::lock_guard lock(server_->mutex_);
  server_->reads_only_ = true;
}

void Cloudflare::erase_after_page(const std::string& zone, const std::string& id) {
  const std::lock_guard lock(server_->mutex_);
  server_->going_ = {zone, id};
}

std::string Cloudflare::put(const std::string& zone, Json record) {
  const std::lock_guard lock(server_->mutex_);
  const auto id = server_->new_id();
  Json whole = {{"id", id},
                {"ttl", 1},
                {"proxied", false},
                {"comment", nullptr},
                {"meta", Json::object()},
                {"settings", Json::object()}};
  whole.update(record);
  server_->zone(zone).records[id] = std::move(whole);
  return id;
}

void Cloudflare::edit(const std::string& zone,
                      const std::string& name,
                      const std::string& type,
                      const Json& change) {
  const std::lock_guard lock(server_->mutex_);
  for (auto& [id, record] : server_->zone(zone).records) {
    if (record["name"] == name && record["type"] == type) {
      record.update(change);
    }
  }
}

void Cloudflare::erase(const std::string& zone, const std::string& name, const std::string& type) {
  const std::lock_guard lock(server_->mutex_);
  std::erase_if(server_->zone(zone).records, [&](const auto& one) {
    return one.second["name"] == name && one.second["type"] == type;
  });
}

std::vector<Json> Cloudflare::records(const std::string& zone) const {
  const std::lock_guard lock(server_->mutex_);
  std::vector<Json> all;
  for (const auto& [id, record] : server_->zone(zone).records) {
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
  const std::lock_guard lock(server_->mutex_);
  server_->faults_.push_back({status, std::move(body), writes_only, std::move(retry_after)});
}

void Cloudflare::lose_answer() {
  const std::lock_guard lock(server_->mutex_);
  server_->lose_answer_ = true;
}

void Cloudflare::clamp_pages(std::size_t most) {
  const std::lock_guard lock(server_->mutex_);
  server_->clamp_ = most;
}

std::vector<Cloudflare::Seen> Cloudflare::requests() const {
  const std::lock_guard lock(server_->mutex_);
  return server_->requests_;
}

std::vector<Cloudflare::Seen> Cloudflare::writes() const {
  auto all = requests();
  std::erase_if(all, [](const Seen& seen) { return seen.method == "GET"; });
  return all;
}

void Cloudflare::forget_requests() {
  const std::lock_guard lock(server_->mutex_);
  server_->requests_.clear();
}

}  // namespace plumb::test
