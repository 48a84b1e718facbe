// AresResolver: one loop over epoll, one c-ares channel per server that is being asked.

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <ares.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "controller/env/descriptor.h"
#include "controller/env/random.h"
#include "controller/env/resolver.h"
#include "controller/env/resolver_message.h"
#include "resources/model/check.h"

namespace plumb::env {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// What goes over the Internet in one piece (DNS Flag Day 2020); larger answers come over TCP.
constexpr int kUdpSize = 1232;
constexpr milliseconds kTick{20};  ///< how late a timeout may be noticed
/// A server that has not answered yet is asked this much at once, and is given up after as many
/// silences: a dead one must not cost a timeout per question.
constexpr unsigned kUnproven = 8;

class Line;

/// A question on its way; c-ares holds a pointer to it.
struct Flight {
  Line* line;
  std::size_t number;  ///< of the question
  std::uint16_t id;
};

struct Landed {
  std::size_t number;
  Result<DnsAnswer> answer;
};

/// What all lines of one call share.
struct Traffic {
  std::span<const DnsQuestion> questions;
  const ResolverOptions& options;
  int epoll;
  SystemRandom random;
  std::vector<Landed> landed;
  std::unordered_map<ares_socket_t, Line*> sockets;
  unsigned in_flight = 0;
};

void init_library() {
  static std::once_flag once;
  std::call_once(once, [] { PLUMB_CHECK(ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS); });
}

/// A name as ares_create_query reads it: a backslash before an octet takes it as it is.
std::string query_name(const values::DomainName& name) {
  const auto& text = name.text();
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool decimal =
        text[i] == '\\' && i + 3 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9';
    if (decimal) {
      const int octet = (text[i + 1] - '0') * 100 + (text[i + 2] - '0') * 10 + (text[i + 3] - '0');
      out += '\\';
      out += static_cast<char>(octet);
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// Questions for one server (or for the recursive resolvers), and the channel over which they go.
class Line {
 public:
  /// `server` empty: the resolvers, which are recursive.
  Line(Traffic& traffic, std::string server, bool recursive)
      : traffic_(traffic), server_(std::move(server)), recursive_(recursive || server_.empty()) {}
  ~Line() { close(); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  void queue(std::size_t number) { waiting_.push_back(number); }
  bool waiting() const { return !waiting_.empty(); }
  bool done() const { return waiting_.empty() && open_ == 0; }
  bool is_open() const { return channel_ != nullptr; }
  ares_channel channel() const { return channel_; }

  /// Sends what may go now.
  void send();
  /// Ends what is open and what waits with `error`.
  void end(const Error& error);
  void close();

 private:
  unsigned limit() const;
  Result<void> open();
  void send_one(std::size_t number);
  void land(std::size_t number, Result<DnsAnswer> answer) {
    traffic_.landed.push_back({number, std::move(answer)});
  }
  Error silence(int status) const;
  std::uint16_t fresh_id();
  static void on_answer(void* context, int status, int timeouts, unsigned char* data, int size);
  static void on_socket(void* context, ares_socket_t socket, int readable, int writable);

  Traffic& traffic_;
  std::string server_;
  bool recursive_;
  ares_channel channel_ = nullptr;
  std::deque<std::size_t> waiting_;
  std::unordered_set<std::uint16_t> ids_;
  unsigned open_ = 0;
  unsigned silences_ = 0;
  bool proven_ = false;  ///< it has answered
  const Error* ending_ = nullptr;
};

unsigned Line::limit() const {
  const auto most = std::max(traffic_.options.in_flight_per_server, 1U);
  return proven_ || server_.empty() ? most : std::min(kUnproven, most);
}

Result<void> Line::open() {
  init_library();
  ares_options options{};
  // What is given here is not looked for in the machine's configuration.
  std::array<char, 2> lookups = {'b', '\0'};
  char* no_domains = nullptr;
  // NOCHECKRESP: SERVFAIL is an answer; c-ares would call it a refused connection in the end.
  options.flags = ARES_FLAG_EDNS | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_STAYOPEN |
                  ARES_FLAG_NOCHECKRESP;
  options.flags |= recursive_ ? 0 : ARES_FLAG_NORECURSE;
  options.ednspsz = kUdpSize;
  options.timeout = static_cast<int>(traffic_.options.try_time.count());
  options.tries = static_cast<int>(std::max(traffic_.options.tries, 1U));
  options.ndots = 1;
  options.lookups = lookups.data();
  options.domains = &no_domains;
  options.ndomains = 0;
  options.socket_receive_buffer_size = 1 << 20;
  options.sock_state_cb = &Line::on_socket;
  options.sock_state_cb_data = this;
  const int mask = ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                   ARES_OPT_NDOTS | ARES_OPT_LOOKUPS | ARES_OPT_DOMAINS | ARES_OPT_SOCK_RCVBUF |
                   ARES_OPT_SOCK_STATE_CB;
  if (const int status = ares_init_options(&channel_, &options, mask); status != ARES_SUCCESS) {
    channel_ = nullptr;
    return fail(ErrorCode::unavailable, fmt::format("no DNS: {}", ares_strerror(status)));
  }
  auto servers = server_;
  for (const auto& one : server_.empty() ? traffic_.options.servers : std::vector<std::string>()) {
    servers += (servers.empty() ? "" : ",") + one;
  }
  if (!servers.empty() && ares_set_servers_ports_csv(channel_, servers.c_str()) != ARES_SUCCESS) {
    return fail(ErrorCode::invalid_input,
                fmt::format("'{}' is no address of a DNS server", servers),
                "write an address and a port: 127.0.0.1:5353");
  }
  return {};
}

std::uint16_t Line::fresh_id() {
  for (;;) {
    const auto id = static_cast<std::uint16_t>(traffic_.random.next());
    if (ids_.insert(id).second) {
      return id;
    }
  }
}

void Line::send_one(std::size_t number) {
  const auto& question = traffic_.questions[number];
  const auto id = fresh_id();
  unsigned char* query = nullptr;
  int size = 0;
  const int made = ares_create_query(query_name(question.name).c_str(),
                                     kInternet,
                                     static_cast<int>(question.type),
                                     id,
                                     recursive_ ? 1 : 0,
                                     &query,
                                     &size,
                                     kUdpSize);
  if (made != ARES_SUCCESS) {
    ids_.erase(id);
    land(number,
         fail(ErrorCode::invalid_input,
              fmt::format("'{}' cannot be asked for: {}",
                          question.name.without_dot(),
                          ares_strerror(made))));
    return;
  }
  query[3] |= 0x20U;  // AD: "tell me whether it is validated" (RFC 6840 §5.7)
  ++open_;
  ++traffic_.in_flight;
  auto flight = std::make_unique<Flight>(Flight{this, number, id});
  ares_send(channel_, query, size, &Line::on_answer, flight.release());
  ares_free_string(query);
}

void Line::send() {
  if (waiting_.empty() || traffic_.in_flight >= traffic_.options.in_flight) {
    return;
  }
  if (!proven_ && silences_ >= kUnproven) {
    const Error error = silence(ARES_ETIMEOUT);
    end(error);
    return;
  }
  if (channel_ == nullptr) {
    if (auto opened = open(); !opened) {
      const Error error = std::move(opened).error();
      end(error);
      return;
    }
  }
  while (!waiting_.empty() && open_ < limit() && traffic_.in_flight < traffic_.options.in_flight) {
    const auto number = waiting_.front();
    waiting_.pop_front();
    send_one(number);
  }
}

void Line::end(const Error& error) {
  ending_ = &error;
  if (channel_ != nullptr) {
    ares_cancel(channel_);
  }
  ending_ = nullptr;
  for (const auto number : std::exchange(waiting_, {})) {
    land(number, tl::unexpected(error));
  }
}

void Line::close() {
  if (channel_ != nullptr) {
    ares_destroy(std::exchange(channel_, nullptr));
  }
}

Error Line::silence(int status) const {
  const auto who = server_.empty() ? std::string("the resolver") : server_;
  Error error{.code = ErrorCode::unavailable,
              .message = status == ARES_ECONNREFUSED
                             ? fmt::format("nothing answers at {}", who)
                             : fmt::format("{} did not answer in time", who),
              .hint = "check that it runs and that port 53 is open, for UDP and for TCP",
              .category = ErrorCategory::network};
  if (status != ARES_ETIMEOUT && status != ARES_ECONNREFUSED) {
    error.message = fmt::format("{}: {}", who, ares_strerror(status));
  }
  return error;
}

void Line::on_answer(void* context, int status, int, unsigned char* data, int size) {
  const std::unique_ptr<Flight> flight(static_cast<Flight*>(context));
  auto& line = *flight->line;
  line.ids_.erase(flight->id);
  --line.open_;
  --line.traffic_.in_flight;
  if (line.ending_ != nullptr) {
    line.land(flight->number, tl::unexpected(*line.ending_));
    return;
  }
  const bool whole = data != nullptr && size > 0 && status != ARES_EBADRESP;
  const bool said = status == ARES_ESERVFAIL || status == ARES_ENOTIMP || status == ARES_EREFUSED ||
                    status == ARES_EFORMERR;
  if (whole && (status == ARES_SUCCESS || said)) {
    line.proven_ = true;
    line.land(flight->number, parse_message({data, static_cast<std::size_t>(size)}));
  } else if (said) {  // by each of several resolvers
    DnsAnswer answer;
    answer.rcode = status == ARES_ESERVFAIL  ? Rcode::servfail
                   : status == ARES_ENOTIMP  ? Rcode::notimp
                   : status == ARES_EFORMERR ? Rcode::formerr
                                             : Rcode::refused;
    line.land(flight->number, std::move(answer));
  } else {
    ++line.silences_;
    line.land(flight->number, tl::unexpected(line.silence(status)));
  }
}

void Line::on_socket(void* context, ares_socket_t socket, int readable, int writable) {
  auto& line = *static_cast<Line*>(context);
  auto& traffic = line.traffic_;
  epoll_event event{};
  event.events = (readable != 0 ? EPOLLIN : 0U) | (writable != 0 ? EPOLLOUT : 0U);
  event.data.fd = socket;
  if (event.events == 0) {
    traffic.sockets.erase(socket);
    ::epoll_ctl(traffic.epoll, EPOLL_CTL_DEL, socket, nullptr);
    return;
  }
  const bool fresh = traffic.sockets.insert_or_assign(socket, &line).second;
  ::epoll_ctl(traffic.epoll, fresh ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event);
}

/// The questions of one call, on their way.
class Asking {
 public:
  Asking(std::span<const DnsQuestion> questions,
         const ResolverOptions& options,
         const Resolver::Each& each,
         std::stop_token stop);
  void run();

 private:
  void send();
  void wait();
  void deliver();
  void end(const Error& error);

  const Resolver::Each& each_;
  std::stop_token stop_;
  Descriptor epoll_{::epoll_create1(EPOLL_CLOEXEC)};
  Descriptor wake_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  Traffic traffic_;
  std::map<std::pair<std::string_view, bool>, std::unique_ptr<Line>> lines_;
  std::vector<Line*> busy_;  ///< with questions that wait or are open
  const steady_clock::time_point deadline_;
  steady_clock::time_point tick_ = steady_clock::now();
  std::size_t left_;
};

Asking::Asking(std::span<const DnsQuestion> questions,
               const ResolverOptions& options,
               const Resolver::Each& each,
               std::stop_token stop)
    : each_(each),
      stop_(std::move(stop)),
      traffic_{questions, options, epoll_.number(), {}, {}, {}, 0},
      deadline_(steady_clock::now() + options.deadline),
      left_(questions.size()) {
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const auto& question = questions[i];
    auto& line = lines_[{question.server, question.recursive}];
    if (line == nullptr) {
      line = std::make_unique<Line>(traffic_, question.server, question.recursive);
      busy_.push_back(line.get());
    }
    line->queue(i);
  }
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_.number();
  ::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, wake_.number(), &event);
}

void Asking::end(const Error& error) {
  for (auto* line : busy_) {
    line->end(error);
  }
}

void Asking::send() {
  for (auto* line : busy_) {
    line->send();
  }
  const auto done =
      std::partition(busy_.begin(), busy_.end(), [](const Line* line) { return !line->done(); });
  std::for_each(done, busy_.end(), [](Line* line) { line->close(); });
  busy_.erase(done, busy_.end());
}

void Asking::wait() {
  std::array<epoll_event, 64> events{};
  const int ready = ::epoll_wait(epoll_.number(),
                                 events.data(),
                                 static_cast<int>(events.size()),
                                 static_cast<int>(kTick.count()));
  for (int i = 0; i < ready; ++i) {
    const auto& event = events.at(static_cast<std::size_t>(i));
    const auto found = traffic_.sockets.find(event.data.fd);
    if (found == traffic_.sockets.end()) {
      continue;  // closed meanwhile, or the eventfd
    }
    const bool in = (event.events & ~static_cast<unsigned>(EPOLLOUT)) != 0;
    const bool out = (event.events & EPOLLOUT) != 0;
    ares_process_fd(found->second->channel(),
                    in ? event.data.fd : ARES_SOCKET_BAD,
                    out ? event.data.fd : ARES_SOCKET_BAD);
  }
  const auto now = steady_clock::now();
  if (now - tick_ >= kTick) {
    tick_ = now;
    for (auto* line : busy_) {
      if (line->is_open()) {
        ares_process_fd(line->channel(), ARES_SOCKET_BAD, ARES_SOCKET_BAD);
      }
    }
  }
}

void Asking::deliver() {
  for (auto& [number, answer] : std::exchange(traffic_.landed, {})) {
    --left_;
    each_(number, std::move(answer));
  }
}

void Asking::run() {
  const std::stop_callback wake(stop_, [this] {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_.number(), &one, sizeof(one));
  });
  while (left_ != 0) {
    if (stop_.stop_requested()) {
      end({.code = ErrorCode::cancelled, .message = "stopped", .hint = {}});
    } else if (steady_clock::now() >= deadline_) {
      end({.code = ErrorCode::unavailable,
           .message =
               fmt::format("no answer within {} s", traffic_.options.deadline.count() / 1000),
           .hint = "ask for fewer domains, or look at the way to their name servers",
           .category = ErrorCategory::network});
    } else {
      send();
      if (traffic_.landed.empty() && left_ != 0) {
        wait();
      }
    }
    deliver();
  }
}

}  // namespace

void AresResolver::ask_all(std::span<const DnsQuestion> questions,
                           const Each& each,
                           std::stop_token stop) {
  if (!questions.empty()) {
    Asking(questions, options_, each, std::move(stop)).run();
  }
}

}  // namespace plumb::env
