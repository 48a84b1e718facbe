#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/sandbox/cloudflare_records.h"
#include "tests/sandbox/vendor.h"

namespace plumb::test {

/// What Cloudflare's API v4 does with zones and DNS records: an object for each value, 200 that
/// means failure, TXT that comes back as it was written, batches that are done whole or not at all,
/// small pages where it likes.
class Cloudflare final : public Vendor {
 public:
  using Json = nlohmann::json;
  static constexpr std::string_view kToken = "cf-token-canary-7c1e";
  static constexpr std::string_view kAccount = "0123456789abcdef0123456789abcdef";

  Cloudflare() = default;
  ~Cloudflare() override;

  /// "http://127.0.0.1:34567/client/v4".
  std::string endpoint() const;

  // What people do at the dashboard. Zone names have no final dot.
  void make_zone(const std::string& zone, const std::string& type = "full");
  void drop_zone(const std::string& zone);
  bool has_zone(const std::string& zone) const;
  /// The Unicode form of a zone's name, by which the API calls it from now on, and it alone finds
  /// it.
  void spell(const std::string& zone, const std::string& unicode);
  /// A record as it shall stand there, unchecked; gives its id. Members that are left out get the
  /// vendor's defaults.
  std::string put(const std::string& zone, Json record);
  /// Merges `change` into all records of that name and type.
  void edit(const std::string& zone,
            const std::string& name,
            const std::string& type,
            const Json& change);
  void erase(const std::string& zone, const std::string& name, const std::string& type);
  std::vector<Json> records(const std::string& zone) const;
  /// Those of one absolute name and type.
  std::vector<Json> records(const std::string& zone,
                            const std::string& name,
                            const std::string& type) const;

  using Vendor::answer;
  /// The next request that is no GET (or the next at all) gets this answer, and nothing is done.
  void answer(int status, std::string body, bool writes_only = false, std::string retry_after = {});
  /// The token may do nothing in this zone, but see that it is there.
  void forbid(const std::string& zone);
  /// The token may write records, and make and delete no zones.
  void allow_records_only();
  /// Of the zones, that many are listed; all are counted.
  void cut_zones(std::size_t listed);
  /// Before the next request that is no GET, this record goes.
  void erase_before_write(const std::string& zone, const std::string& id);
  /// The token may only read.
  void allow_reading_only();
  /// After the next page of records, this one goes.
  void erase_after_page(const std::string& zone, const std::string& id);
  /// No page has more records than this, whatever is asked for; 0: as asked.
  void clamp_pages(std::size_t most);

 private:
  struct Zone {
    std::string id;
    std::string type;
    std::map<std::string, Json> records;  ///< by id
  };

  VendorAnswer answer_to(const VendorRequest& request) override;
  VendorAnswer route(const VendorRequest& request);
  VendorAnswer list_zones(const VendorRequest& request) const;
  VendorAnswer create_zone(const VendorRequest& request);
  VendorAnswer list_records(const VendorRequest& request, const Zone& zone);
  VendorAnswer batch(const VendorRequest& request, const std::string& name, Zone& zone);
  std::optional<CloudflareError> create(std::map<std::string, Json>& records,
                                        Json record,
                                        const std::string& zone);
  const std::string& spelling(const std::string& name) const;
  Json zone_json(const std::string& name, const Zone& held) const;
  std::string new_id();
  std::string new_ray();

  std::map<std::string, Zone> zones_;
  bool reads_only_ = false;
  bool records_only_ = false;
  std::size_t listed_zones_ = std::numeric_limits<std::size_t>::max();
  std::map<std::string, std::string> spellings_;  ///< Unicode by zone
  std::set<std::string> forbidden_;               ///< zones
  std::pair<std::string, std::string> going_;     ///< zone and record that go after a page
  std::pair<std::string, std::string> leaving_;   ///< the same before a write
  std::size_t clamp_ = 0;
  int last_id_ = 0;
  int last_ray_ = 0;
};

}  // namespace plumb::test
