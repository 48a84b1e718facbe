#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace plumb::test {

/// What Cloudflare's API v4 does with zones and DNS records, over real HTTP on loopback and with
/// its ways: an object for each value, 200 that means failure, TXT that comes back as it was
/// written, batches that are done whole or not at all, small pages where it likes. Written from
/// what is known of the vendor, never from our client. Thread-safe.
class Cloudflare {
 public:
  using Json = nlohmann::json;
  static constexpr std::string_view kToken = "cf-token-canary-7c1e";
  static constexpr std::string_view kAccount = "0123456789abcdef0123456789abcdef";

  Cloudflare();
  ~Cloudflare();
  Cloudflare(const Cloudflare&) = delete;
  Cloudflare& operator=(const Cloudflare&) = delete;

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

  /// The next request that is no GET (or the next at all) gets this answer, and nothing is done.
  void answer(int status, std::string body, bool writes_only = false, std::string retry_after = {});
  /// The next request that is no GET is done, but its answer ends too early.
  void lose_answer();
  /// The token may do nothing in this zone, but see that it is there.
  void forbid(const std::string& zone);
  /// The token may only read.
  void allow_reading_only();
  /// After the next page of records, this one goes.
  void erase_after_page(const std::string& zone, const std::string& id);
  /// No page has more records than this, whatever is asked for; 0: as asked.
  void clamp_pages(std::size_t most);

  struct Seen {
    std::string method;
    std::string target;
    std::string body;
  };
  std::vector<Seen> requests() const;
  std::vector<Seen> writes() const;
  void forget_requests();

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace plumb::test
