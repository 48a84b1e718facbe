#include "controller/providers/powerdns/keys.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace plumb::providers::powerdns {
namespace {

/// The digest type of DS data ("12345 13 2 ab..."); empty where it is none.
std::string_view digest_type(std::string_view ds) {
  for (int fields = 0; fields < 2; ++fields) {
    const auto blank = ds.find(' ');
    ds = blank == std::string_view::npos ? std::string_view() : ds.substr(blank + 1);
  }
  return ds.substr(0, ds.find(' '));
}

/// The DS of a key that is to be published; empty where there is none.
std::string best_of(const nlohmann::json& key) {
  std::string best;
  // Keys that sign the zone's data only (ZSK) have no DS.
  const auto all = key.value("ds", nlohmann::json::array());
  for (const auto& ds : all.get_ref<const nlohmann::json::array_t&>()) {
    const auto& text = ds.get_ref<const std::string&>();
    const auto type = digest_type(text);
    if (type == "2" || (type == "4" && best.empty())) {
      best = text;
    }
  }
  return key.value("active", true) && key.value("published", true) ? best : std::string();
}

}  // namespace

Result<std::vector<std::string>> read_ds(const std::string& body, std::string_view whence) {
  std::vector<std::string> found;
  try {
    const auto keys = nlohmann::json::parse(body);
    if (!keys.is_array()) {
      return fail(ErrorCode::internal,
                  fmt::format("{}: the answer is no list of keys", whence),
                  "check that this provider's endpoint and server are those of a PowerDNS API");
    }
    for (const auto& key : keys) {
      if (auto best = best_of(key); !best.empty()) {
        found.push_back(std::move(best));
      }
    }
  } catch (const nlohmann::json::exception&) {  // its text may show what the keys are
    return fail(ErrorCode::internal,
                fmt::format("{}: the answer is no list of keys", whence),
                "check that this provider's endpoint and server are those of a PowerDNS API");
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace plumb::providers::powerdns
