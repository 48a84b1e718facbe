#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <httplib.h>
#include <nlohmann/json.hpp>

namespace plumb::test {

/// What PowerDNS does with zones and record sets, over real HTTP, with faults on demand. It knows
/// only what the provider needs; tests/support/pdns_server.h starts the real one.
class StandIn {
 public:
  using Json = nlohmann::json;
  /// Sees a request before anything is done; true: it has answered, and nothing is done.
  using Fault = std::function<bool(const httplib::Request&, httplib::Response&)>;
  static constexpr std::string_view kApiKey = "a key for tests only";

  StandIn() {
    const auto guarded =
        [this](void (StandIn::*action)(const httplib::Request&, httplib::Response&)) {
          return [this, action](const httplib::Request& request, httplib::Response& response) {
            const std::lock_guard lock(mutex_);
            requests_.push_back({request.method, request.target, request.body});
            if (!faulty(request, response)) {
              (this->*action)(request, response);
            }
            if (std::exchange(lose_answer_, false)) {
              response.status = 200;  // one that has a body
              response.body.clear();
              response.set_content_provider(
                  100, "text/plain", [](std::size_t, std::size_t, httplib::DataSink&) {
                    return false;
                  });
            }
          };
        };
    server_.Get(kBase, guarded(&StandIn::describe));
    server_.Get(kBase + "/zones", guarded(&StandIn::list));
    server_.Post(kBase + "/zones", guarded(&StandIn::create));
    server_.Get(kBase + "/zones/([^/]+)", guarded(&StandIn::show));
    server_.Patch(kBase + "/zones/([^/]+)", guarded(&StandIn::patch));
    server_.Delete(kBase + "/zones/([^/]+)", guarded(&StandIn::remove));
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::jthread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) {
      std::this_thread::yield();
    }
  }
  ~StandIn() { server_.stop(); }
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;

  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }

  /// The next requests meet these, one each.
  void fault(Fault fault) {
    const std::lock_guard lock(mutex_);
    faults_.push_back(std::move(fault));
  }
  /// The next request answers with this instead of doing anything.
  void answer(int status, std::string body, std::string type = "application/json") {
    fault([=](const httplib::Request&, httplib::Response& response) {
      response.status = status;
      response.set_content(body, type);
      return true;
    });
  }
  /// The next request is done, but its answer ends too early.
  void lose_answer() {
    fault([this](const httplib::Request&, httplib::Response&) {
      lose_answer_ = true;
      return false;
    });
  }
  /// Bodies above this are refused as PowerDNS refuses them.
  void limit_body(std::size_t octets) { body_limit_ = octets; }

  struct Seen {
    std::string method;
    std::string target;
    std::string body;
  };
  std::vector<Seen> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  std::vector<Seen> writes() {
    auto all = requests();
    std::erase_if(all, [](const Seen& seen) { return seen.method == "GET"; });
    return all;
  }

  /// The zones as they are: name, then the sets by "name type".
  std::map<std::string, std::map<std::string, Json>> zones;
  std::map<std::string, Json> metadata;

 private:
  static inline const std::string kBase = "/api/v1/servers/localhost";

  static void plain(httplib::Response& response, int status, const std::string& text) {
    response.status = status;
    response.set_content(text, "text/plain; charset=utf-8");
  }

  bool faulty(const httplib::Request& request, httplib::Response& response) {
    if (!faults_.empty()) {
      const auto fault = std::move(faults_.front());
      faults_.pop_front();
      if (fault(request, response)) {
        return true;
      }
    }
    if (request.get_header_value("X-API-Key") != kApiKey) {
      plain(response, 401, "Unauthorized");
      return true;
    }
    if (body_limit_ != 0 && request.body.size() > body_limit_) {
      plain(response, 400, "Bad Request");
      return true;
    }
    return false;
  }

  Json summary(const std::string& name) const {
    Json zone = {{"name", name}, {"kind", "Native"}, {"serial", 1}, {"soa_edit_api", "DEFAULT"}};
    if (const auto found = metadata.find(name); found != metadata.end()) {
      zone.update(found->second);
    }
    return zone;
  }

  void describe(const httplib::Request&, httplib::Response& response) {
    response.set_content(
        Json({{"daemon_type", "authoritative"}, {"version", "4.7.3"}, {"id", "localhost"}}).dump(),
        "application/json");
  }

  void list(const httplib::Request& request, httplib::Response& response) {
    auto all = Json::array();
    for (const auto& [name, sets] : zones) {
      if (!request.has_param("zone") || request.get_param_value("zone") == name) {
        all.push_back(summary(name));
      }
    }
    response.set_content(all.dump(), "application/json");
  }

  void show(const httplib::Request& request, httplib::Response& response) {
    const auto found = zones.find(request.matches[1]);
    if (found == zones.end()) {
      plain(response, 404, "Not Found");
      return;
    }
    auto zone = summary(found->first);
    zone["rrsets"] = Json::array();
    for (const auto& [key, set] : found->second) {
      zone["rrsets"].push_back(set);
    }
    response.set_content(zone.dump(), "application/json");
  }

  void put(const std::string& zone, Json set) {
    const auto key = set.at("name").get<std::string>() + " " + set.at("type").get<std::string>();
    const bool deletion = set.value("changetype", "") == "DELETE";
    set.erase("changetype");
    if (deletion) {
      zones[zone].erase(key);
    } else {
      zones[zone][key] = std::move(set);
    }
  }

  void create(const httplib::Request& request, httplib::Response& response) {
    const auto body = Json::parse(request.body);
    const auto name = body.at("name").get<std::string>();
    if (zones.contains(name)) {
      plain(response, 409, "Conflict");
      return;
    }
    zones[name];
    for (const auto& set : body.at("rrsets")) {
      put(name, set);
    }
    response.status = 201;
    response.set_content(summary(name).dump(), "application/json");
  }

  void patch(const httplib::Request& request, httplib::Response& response) {
    const std::string name = request.matches[1];
    if (!zones.contains(name)) {
      plain(response, 404, "Not Found");
      return;
    }
    const auto body = Json::parse(request.body);
    for (const auto& set : body.at("rrsets")) {
      for (const auto& record : set.at("records")) {
        if (record.at("content") == "\"refuse me\"") {
          response.status = 422;
          response.set_content(R"({"error": "Record not to the server's taste"})",
                               "application/json");
          return;
        }
      }
    }
    for (const auto& set : body.at("rrsets")) {
      put(name, set);
    }
    response.status = 204;
  }

  void remove(const httplib::Request& request, httplib::Response& response) {
    if (zones.erase(request.matches[1]) == 0) {
      plain(response, 404, "Not Found");
      return;
    }
    response.status = 204;
  }

  std::mutex mutex_;
  std::deque<Fault> faults_;
  std::vector<Seen> requests_;
  bool lose_answer_ = false;
  std::atomic<std::size_t> body_limit_ = 0;
  httplib::Server server_;
  int port_ = 0;
  std::jthread thread_;
};

}  // namespace plumb::test
