#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumb::test {

/// One request as a stand-in sees it.
struct VendorRequest {
  std::string method;  ///< "GET"
  std::string path;    ///< decoded, without the query: "/api/v1/get/domain/all"
  std::string target;  ///< as it was sent, with the query
  std::multimap<std::string, std::string> query;    ///< decoded
  std::multimap<std::string, std::string> headers;  ///< names in small letters
  std::string body;

  bool writes() const { return method != "GET" && method != "HEAD"; }
  /// The first of that name (in small letters); empty where there is none.
  std::string header(const std::string& name) const;
  bool has(const std::string& parameter) const { return query.contains(parameter); }
  std::string parameter(const std::string& name, std::string otherwise = {}) const;
};

struct VendorAnswer {
  int status = 200;
  std::string body;
  std::string type = "application/json";
  std::multimap<std::string, std::string> headers{};  ///< "Retry-After"
};

/// What every vendor's stand-in shares: real HTTP on a free port of the loopback, one request at a
/// time, a journal of what was asked, and faults on demand. A stand-in derives from it, routes for
/// itself in answer_to(), and is written from what is known of the vendor, never from our client.
/// Thread-safe; what the deriving class holds is guarded by lock().
class Vendor {
 public:
  virtual ~Vendor();
  Vendor(const Vendor&) = delete;
  Vendor& operator=(const Vendor&) = delete;

  /// "http://127.0.0.1:34567".
  std::string origin() const;

  /// Which request a fault waits for.
  enum class On : std::uint8_t { any, writes };
  // Faults, each for one request; they are kept in the order in which they were asked for, and a
  // request takes the first that waits for such as it.

  /// Nothing is done, and this is the answer.
  void answer(VendorAnswer instead, On on = On::any);
  /// Nothing is done, and a page for people is the answer.
  void answer_page(int status, On on = On::any);
  /// Nothing is done, and the answer is 200 without a body.
  void answer_empty(On on = On::any);
  /// The connection ends before anything is done.
  void hang_up(On on = On::any);
  /// It is done, and the connection ends without an answer.
  void lose_answer(On on = On::writes);
  /// It is done, and only half of the answer's body comes.
  void halve_answer(On on = On::any);
  /// It is done, and the answer has no body.
  void strip_answer(On on = On::any);
  /// The next `count` requests of that sort meet no fault.
  void spare(std::size_t count, On on = On::any);

  std::vector<VendorRequest> requests() const;
  std::vector<VendorRequest> writes() const;
  void forget_requests();

 protected:
  /// Listens from here on.
  Vendor();
  /// Ends it. The first thing in the destructor of whoever derives: afterwards no answer_to() runs.
  void close();
  std::unique_lock<std::recursive_mutex> lock() const;
  /// Does what is asked; runs with the lock held. Beyond faults, all that the vendor is.
  virtual VendorAnswer answer_to(const VendorRequest& request) = 0;

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace plumb::test
