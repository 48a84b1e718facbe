#include "tests/sandbox/vendor.h"

#include <algorithm>
#include <cctype>
#include <deque>
#include <optional>
#include <thread>

#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace plumb::test {
namespace {

enum class Effect : std::uint8_t { none, done, spared };
enum class Reply : std::uint8_t { whole, half, stripped, none };

struct Fault {
  Vendor::On on = Vendor::On::any;
  Effect effect = Effect::done;
  Reply reply = Reply::whole;
  VendorAnswer instead{};  ///< where nothing is done
};

std::string small(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return text;
}

VendorRequest plain(const httplib::Request& request) {
  VendorRequest out;
  out.method = request.method;
  out.path = request.path;
  out.target = request.target;
  out.query = request.params;
  out.body = request.body;
  for (const auto& [name, value] : request.headers) {
    out.headers.emplace(small(name), value);
  }
  return out;
}

/// Ends the connection that comes from this port, so that not even a status line is sent: httplib
/// has no word for it.
void cut(int remote_port) {
  for (int fd = 3; fd < 4096; ++fd) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
        peer.sin_family == AF_INET && ntohs(peer.sin_port) == remote_port) {
      shutdown(fd, SHUT_RDWR);
    }
  }
}

void send(const VendorAnswer& answer, Reply reply, httplib::Response& response) {
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) {
    response.set_header(name, value);
  }
  if (reply == Reply::half) {
    const auto half = answer.body.substr(0, answer.body.size() / 2);
    response.set_content_provider(answer.body.size() + 1,
                                  answer.type,
                                  [half](std::size_t offset, std::size_t, httplib::DataSink& sink) {
                                    return offset == 0 && !half.empty() &&
                                           sink.write(half.data(), half.size());
                                  });
    return;
  }
  response.set_content(reply == Reply::stripped ? "" : answer.body, answer.type);
}

}  // namespace

std::string VendorRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::string VendorRequest::parameter(const std::string& name, std::string otherwise) const {
  const auto found = query.find(name);
  return found == query.end() ? std::move(otherwise) : found->second;
}

class Vendor::Server {
 public:
  explicit Server(Vendor& vendor) : vendor_(vendor) {
    const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
      serve(request, response);
    };
    const std::string all = ".*";
    http_.Get(all, handler);
    http_.Post(all, handler);
    http_.Put(all, handler);
    http_.Patch(all, handler);
    http_.Delete(all, handler);
    http_.set_tcp_nodelay(true);  // else each answer waits for 40 ms, for more to send
    port_ = http_.bind_to_any_port("127.0.0.1");
    thread_ = std::jthread([this] { http_.listen_after_bind(); });
    while (!http_.is_running()) {
      std::this_thread::yield();
    }
  }
  ~Server() { http_.stop(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void serve(const httplib::Request& http, httplib::Response& response) {
    const std::lock_guard guard(mutex_);
    const auto request = plain(http);
    requests_.push_back(request);
    const auto fault = next_fault(request);
    if (!fault || fault->effect == Effect::spared) {
      send(vendor_.answer_to(request), Reply::whole, response);
      return;
    }
    const auto answer = fault->effect == Effect::done ? vendor_.answer_to(request) : fault->instead;
    if (fault->reply == Reply::none) {
      cut(http.remote_port);
      return;
    }
    send(answer, fault->reply, response);
  }

  std::optional<Fault> next_fault(const VendorRequest& request) {
    const auto found = std::find_if(faults_.begin(), faults_.end(), [&](const Fault& fault) {
      return fault.on == On::any || request.writes();
    });
    if (found == faults_.end()) {
      return std::nullopt;
    }
    auto fault = std::move(*found);
    faults_.erase(found);
    return fault;
  }

  mutable std::recursive_mutex mutex_;
  std::deque<Fault> faults_;
  std::vector<VendorRequest> requests_;
  int port_ = 0;

 private:
  Vendor& vendor_;
  httplib::Server http_;
  std::jthread thread_;  // last: ends first
};

Vendor::Vendor() : server_(std::make_unique<Server>(*this)) {}
Vendor::~Vendor() = default;

void Vendor::close() {
  server_.reset();
}

std::unique_lock<std::recursive_mutex> Vendor::lock() const {
  return std::unique_lock(server_->mutex_);
}

std::string Vendor::origin() const {
  return "http://127.0.0.1:" + std::to_string(server_->port_);
}

void Vendor::answer(VendorAnswer instead, On on) {
  const auto guard = lock();
  server_->faults_.push_back({on, Effect::none, Reply::whole, std::move(instead)});
}

void Vendor::answer_page(int status, On on) {
  answer({status,
          "<!DOCTYPE html><html><head><title>Something went wrong</title></head>"
          "<body><h1>Something went wrong</h1></body></html>",
          "text/html"},
         on);
}

void Vendor::answer_empty(On on) {
  answer({}, on);
}

void Vendor::hang_up(On on) {
  const auto guard = lock();
  server_->faults_.push_back({on, Effect::none, Reply::none});
}

void Vendor::lose_answer(On on) {
  const auto guard = lock();
  server_->faults_.push_back({on, Effect::done, Reply::none});
}

void Vendor::halve_answer(On on) {
  const auto guard = lock();
  server_->faults_.push_back({on, Effect::done, Reply::half});
}

void Vendor::strip_answer(On on) {
  const auto guard = lock();
  server_->faults_.push_back({on, Effect::done, Reply::stripped});
}

void Vendor::spare(std::size_t count, On on) {
  const auto guard = lock();
  server_->faults_.insert(server_->faults_.end(), count, {on, Effect::spared, Reply::whole});
}

std::vector<VendorRequest> Vendor::requests() const {
  const auto guard = lock();
  return server_->requests_;
}

std::vector<VendorRequest> Vendor::writes() const {
  auto all = requests();
  std::erase_if(all, [](const VendorRequest& request) { return !request.writes(); });
  return all;
}

void Vendor::forget_requests() {
  const auto guard = lock();
  server_->requests_.clear();
}

}  // namespace plumb::test
