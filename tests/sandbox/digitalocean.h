#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/sandbox/vendor.h"

namespace plumb::test {

/// What DigitalOcean's API v2 does with domains and their records: an object for each value, names
/// relative to the zone, targets that are read without the dot they were written with, the same
/// record as often as it is sent, pages whose addresses lead to the vendor's own host.
class DigitalOcean final : public Vendor {
 public:
  using Json = nlohmann::json;
  static constexpr std::string_view kToken = "dop_v1_canary_4f2e91";

  DigitalOcean() = default;
  ~DigitalOcean() override;

  // What people do at the control panel. Zone names have no final dot, names are relative.
  void make_zone(const std::string& zone);
  void drop_zone(const std::string& zone);
  bool has_zone(const std::string& zone) const;
  /// A record as the API would show it, unchecked; gives its id. What is left out is null, and the
  /// TTL 1800.
  std::uint64_t put(const std::string& zone, Json record);
  /// Merges `change` into all records of that name and type.
  void edit(const std::string& zone,
            const std::string& name,
            const std::string& type,
            const Json& change);
  void erase(const std::string& zone, const std::string& name, const std::string& type);
  /// What stands there; without SOA, and NS of the zone itself where no type is asked for.
  std::vector<Json> records(const std::string& zone) const;
  std::vector<Json> records(const std::string& zone,
                            const std::string& name,
                            const std::string& type) const;

  /// Another account has this domain.
  void reserve(const std::string& zone);
  /// The token may only read.
  void allow_reading_only();
  /// Records with these data are refused, for a reason that only the vendor knows.
  void refuse_data(const std::string& data);
  /// No page has more items than this, whatever is asked for; 0: as asked.
  void clamp_pages(std::size_t most);
  /// After the next page of records, this one goes.
  void erase_after_page(const std::string& zone, std::uint64_t id);

 private:
  struct Zone {
    std::map<std::uint64_t, Json> records;
  };

  VendorAnswer answer_to(const VendorRequest& request) override;
  VendorAnswer route(const VendorRequest& request);
  VendorAnswer domains(const VendorRequest& request);
  VendorAnswer one_domain(const VendorRequest& request, const std::string& name);
  VendorAnswer records_of(const VendorRequest& request, const std::string& name, Zone& zone);
  VendorAnswer one_record(const VendorRequest& request,
                          const std::string& name,
                          Zone& zone,
                          const std::string& id);
  VendorAnswer page(const VendorRequest& request, const char* root, const std::vector<Json>& all);
  std::uint64_t add(Zone& zone, Json record);
  /// Makes of what was sent what is held; the answer where it is refused.
  std::optional<VendorAnswer> hold(Json& record, const std::string& zone) const;
  std::optional<VendorAnswer> clash(const Zone& zone, const Json& record) const;

  std::map<std::string, Zone> zones_;
  std::set<std::string> reserved_;
  std::set<std::string> refused_;
  bool reads_only_ = false;
  std::size_t clamp_ = 0;
  std::optional<std::pair<std::string, std::uint64_t>> going_;
  std::uint64_t last_id_ = 300'000'000;
};

}  // namespace plumb::test
