#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

#include <curl/curl.h>
#include <fmt/format.h>

#include "controller/env/http.h"
#include "resources/model/check.h"

namespace plumb::env {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kConnectTimeout{10'000};
constexpr std::size_t kHeaderCap = std::size_t{256} << 10;
constexpr std::size_t kIdlePerOrigin = 16;

/// One easy handle with the multi handle that keeps its connections and can be woken up.
struct Line {
  CURLM* multi = curl_multi_init();
  CURL* easy = curl_easy_init();
  std::array<char, CURL_ERROR_SIZE> detail{};

  Line() { PLUMB_CHECK(multi != nullptr && easy != nullptr); }
  ~Line() {
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
};

/// A header list of libcurl, wiped when it ends: it may hold credentials.
class HeaderList {
 public:
  HeaderList() = default;
  ~HeaderList() {
    for (auto* node = list_; node != nullptr; node = node->next) {
      std::fill_n(static_cast<volatile char*>(node->data), std::strlen(node->data), '\0');
    }
    curl_slist_free_all(list_);
  }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;

  void add(const char* line) {
    auto* longer = curl_slist_append(list_, line);
    PLUMB_CHECK(longer != nullptr);
    list_ = longer;
  }
  void add(std::string_view name, std::string_view value) {
    std::string line;
    line.reserve(name.size() + value.size() + 2);  // no copies left behind by growing
    // "Name;" is how libcurl spells a header without a value.
    line.append(name).append(value.empty() ? ";" : ": ").append(value);
    add(line.c_str());
    wipe(line);
  }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

/// What the callbacks of one call read and fill.
struct Exchange {
  const HttpRequest& request;
  HttpResponse response;
  std::size_t sent = 0;
  std::size_t header_octets = 0;
  bool too_large = false;
};

std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const auto rest = std::string_view(exchange.request.body).substr(exchange.sent);
  const auto part = rest.substr(0, size * count);
  std::copy(part.begin(), part.end(), buffer);
  exchange.sent += part.size();
  return part.size();
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const auto octets = size * count;
  if (octets > exchange.request.response_cap - exchange.response.body.size()) {
    exchange.too_large = true;
    return 0;
  }
  exchange.response.body.append(data, octets);
  return octets;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::string_view line(data, size * count);
  exchange.header_octets += line.size();
  if (exchange.header_octets > kHeaderCap) {
    exchange.too_large = true;
    return 0;
  }
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    exchange.response.headers.clear();  // of an interim response (RFC 9110 §15.2)
  } else if (colon != std::string_view::npos) {
    auto value = line.substr(colon + 1);
    const auto first = value.find_first_not_of(" \t");
    const auto last = value.find_last_not_of(" \t\r\n");
    value = first > last || first == std::string_view::npos ? std::string_view{}
                                                            : value.substr(first, last - first + 1);
    exchange.response.headers.emplace_back(line.substr(0, colon), value);
  }
  return line.size();
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";  // RFC 9110 §5.6.2
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

/// Scheme, host and port, lower-cased as far as it matters for keeping connections apart.
std::string_view origin_of(std::string_view url) {
  const auto host = url.find("://") + 3;
  return url.substr(0, url.find_first_of("/?#", host));
}

/// Method and URL without what may be secret in it: user, query, fragment.
std::string shown(const HttpRequest& request) {
  const std::string_view url = request.url;
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) {
    return request.method;
  }
  auto rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("?#"));
  const auto slash = std::min(rest.find('/'), rest.size());
  const auto at = rest.substr(0, slash).rfind('@');
  rest.remove_prefix(at == std::string_view::npos ? 0 : at + 1);
  return fmt::format("{} {}://{}", request.method, url.substr(0, scheme), rest);
}

Result<void> check(const HttpRequest& request) {
  const auto bad = [](std::string message) {
    return fail(ErrorCode::invalid_input, std::move(message));
  };
  if (!request.url.starts_with("http://") && !request.url.starts_with("https://")) {
    return bad(fmt::format("{}: the address is not an http:// or https:// URL", shown(request)));
  }
  if (!is_token(request.method)) {
    return bad("the HTTP method is not one");
  }
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || !is_field_value(value)) {
      return bad(fmt::format("{}: header {} cannot be sent", shown(request), name));
    }
  }
  for (const auto& [name, secret] : request.secret_headers) {
    if (!is_token(name) || secret == nullptr || !is_field_value(secret->reveal())) {
      return bad(fmt::format(
          "{}: the secret for header {} has a line break or NUL in it", shown(request), name));
    }
  }
  return {};
}

bool replayable(const HttpRequest& request) {
  return request.replayable || is_safe_method(request.method);
}

bool anything_sent(CURL* easy) {
  long octets = 0;
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &octets);
  return octets > 0;
}

/// Whether the call ended before all of the body had gone out: the server has a request without its
/// end then, which is incomplete (RFC 9112 §8) and has no effect. One that finds a body too large
/// often closes on whoever is still sending.
bool ends_within_body(CURL* easy, const HttpRequest& request) {
  curl_off_t octets = 0;
  curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &octets);
  return octets > 0 && static_cast<std::size_t>(octets) < request.body.size();
}

/// Called before each request that goes out over a connection, so also before one that libcurl
/// sends again by itself because the reused connection died. That one is refused here.
int on_about_to_send(void* easy, char*, char*, int, int) {
  return anything_sent(easy) ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

void set_headers(CURL* easy, const HttpRequest& request, HeaderList& list) {
  bool typed = false;
  for (const auto& [name, value] : request.headers) {
    list.add(name, value);
    typed = typed || curl_strequal(name.c_str(), "Content-Type") != 0;
  }
  for (const auto& [name, secret] : request.secret_headers) {
    list.add(name, secret->reveal());
  }
  list.add("Expect:");  // no second of waiting for a "100 Continue" that many servers never send
  if (!typed) {
    list.add("Content-Type:");  // libcurl would claim a form
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list.get());
}

void set_method_and_body(CURL* easy, const HttpRequest& request, Exchange& exchange) {
  const auto& method = request.method;
  if (method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  const bool bodily =
      !request.body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
  if (bodily) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(
        easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
  if (replayable(request) || request.body.empty()) {
    if (bodily) {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    }
  } else {
    // No CURLOPT_SEEKFUNCTION: the body cannot be rewound, so it cannot be sent again either.
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(easy, CURLOPT_READDATA, &exchange);
  }
  if (!replayable(request)) {
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_about_to_send);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, easy);
  }
}

void set_options(Line& line, const CurlOptions& options, Exchange& exchange) {
  CURL* easy = line.easy;
  const auto& request = exchange.request;
  const auto timeout = std::max(request.timeout, milliseconds{1});  // 0 is "never" to libcurl
  curl_easy_reset(easy);
  line.detail[0] = '\0';
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, line.detail.data());
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  curl_easy_setopt(easy,
                   CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(std::min(timeout, kConnectTimeout).count()));
  if (!options.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
  set_method_and_body(easy, request, exchange);
}

/// Runs the transfer; false when stopped before its end.
bool transfer(Line& line, const std::stop_token& stop, CURLcode& code) {
  const std::stop_callback wake(stop, [&line] { curl_multi_wakeup(line.multi); });
  PLUMB_CHECK(curl_multi_add_handle(line.multi, line.easy) == CURLM_OK);
  int running = 1;
  auto state = CURLM_OK;
  while (state == CURLM_OK && !stop.stop_requested()) {
    state = curl_multi_perform(line.multi, &running);
    if (state != CURLM_OK || running == 0) {
      break;
    }
    state = curl_multi_poll(line.multi, nullptr, 0, 1000, nullptr);
  }
  const bool stopped = running != 0 && state == CURLM_OK;
  if (stopped) {
    curl_easy_setopt(line.easy, CURLOPT_QUICK_EXIT, 1L);  // don't wait for a slow name server
  }
  code = CURLE_FAILED_INIT;
  int queued = 0;
  while (const auto* message = curl_multi_info_read(line.multi, &queued)) {
    if (message->msg == CURLMSG_DONE) {
      code = message->data.result;
    }
  }
  curl_multi_remove_handle(line.multi, line.easy);
  return !stopped;
}

std::string reason_of(const Line& line, CURLcode code, const Exchange& exchange) {
  long number = 0;
  curl_easy_getinfo(line.easy, CURLINFO_OS_ERRNO, &number);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "the host name could not be resolved";
    case CURLE_COULDNT_CONNECT:
      return number == 0 ? "could not connect"
                         : "could not connect: " +
                               std::generic_category().message(static_cast<int>(number));
    case CURLE_OPERATION_TIMEDOUT:
      return anything_sent(line.easy)
                 ? fmt::format("no whole answer within {} ms", exchange.request.timeout.count())
                 : "could not connect in time";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
      return fmt::format("TLS failed: {}", line.detail.data());
    case CURLE_GOT_NOTHING:
      return "the server closed the connection without an answer";
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return ends_within_body(line.easy, exchange.request)
                 ? fmt::format(
                       "the server closed the connection before it had the whole request "
                       "({} octets)",
                       exchange.request.body.size())
                 : curl_easy_strerror(code);
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_ABORTED_BY_CALLBACK:  // by on_about_to_send
      return "the connection broke after the request was sent, which is not sent again by itself";
    case CURLE_WRITE_ERROR:
      return exchange.too_large
                 ? fmt::format("the answer is larger than {} octets", exchange.request.response_cap)
                 : "the answer could not be decoded";
    default:
      return curl_easy_strerror(code);
  }
}

Error error_from(const Line& line, CURLcode code, const Exchange& exchange) {
  const auto& request = exchange.request;
  Error error;
  error.code = ErrorCode::unavailable;
  error.category = ErrorCategory::network;
  error.message = fmt::format("{}: {}", shown(request), reason_of(line, code, exchange));
  error.hint = "check the address and that the server is reachable from here";
  if (!is_safe_method(request.method) &&
      (code == CURLE_SEND_FAIL_REWIND || anything_sent(line.easy)) &&
      !ends_within_body(line.easy, request)) {
    error.effect = Effect::maybe;
  }
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) {
    error.code = ErrorCode::invalid_input;
    error.category = ErrorCategory::none;
    error.hint = "give an http:// or https:// URL";
  } else if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
    error.code = ErrorCode::internal;  // not unavailable: waiting does not make it trusted
    error.hint = "trust the server's authority, or check that this is the server you mean";
  } else if (exchange.too_large || code == CURLE_BAD_CONTENT_ENCODING) {
    error.code = ErrorCode::internal;
    error.hint = "check that this is the server you mean";
  }
  return error;
}

}  // namespace

/// Lines by origin. A line is in use by one call at a time; what is idle waits here.
class CurlHttp::Pool {
 public:
  explicit Pool(CurlOptions options) : options_(std::move(options)) {}

  const CurlOptions& options() const { return options_; }

  std::unique_ptr<Line> take(std::string_view origin) {
    // Once per process, and not before the first call: it is most of a short command's start-up.
    static std::once_flag once;
    std::call_once(once, [] { PLUMB_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
    {
      const std::lock_guard lock(mutex_);
      const auto found = idle_.find(origin);
      if (found != idle_.end() && !found->second.empty()) {
        auto line = std::move(found->second.back());
        found->second.pop_back();
        return line;
      }
    }
    return std::make_unique<Line>();
  }

  void give_back(std::string_view origin, std::unique_ptr<Line> line) {
    curl_easy_reset(line->easy);  // drops its copies of headers
    const std::lock_guard lock(mutex_);
    auto& lines = idle_.try_emplace(std::string(origin)).first->second;
    if (lines.size() < kIdlePerOrigin) {
      lines.push_back(std::move(line));
    }
  }

 private:
  const CurlOptions options_;
  std::mutex mutex_;
  std::map<std::string, std::vector<std::unique_ptr<Line>>, std::less<>> idle_;
};

CurlHttp::CurlHttp(CurlOptions options) : pool_(std::make_unique<Pool>(std::move(options))) {}

CurlHttp::~CurlHttp() = default;

Result<HttpResponse> CurlHttp::send(const HttpRequest& request, std::stop_token stop) {
  if (auto checked = check(request); !checked) {
    return tl::unexpected(std::move(checked).error());
  }
  const auto origin = origin_of(request.url);
  HeaderList headers;  // outlives the line's use of it
  HeaderList targets;
  Exchange exchange{request, {}};
  auto line = pool_->take(origin);
  set_options(*line, pool_->options(), exchange);
  set_headers(line->easy, request, headers);
  if (!request.connect_to.empty()) {
    targets.add(("::" + request.connect_to).c_str());
    curl_easy_setopt(line->easy, CURLOPT_CONNECT_TO, targets.get());
  }
  auto code = CURLE_OK;
  if (!transfer(*line, stop, code)) {
    Error error{ErrorCode::cancelled, shown(request) + ": stopped before the answer came", {}};
    if (!is_safe_method(request.method) && anything_sent(line->easy)) {
      error.effect = Effect::maybe;
    }
    return tl::unexpected(std::move(error));
  }
  if (code != CURLE_OK) {
    return tl::unexpected(error_from(*line, code, exchange));
  }
  long status = 0;
  curl_easy_getinfo(line->easy, CURLINFO_RESPONSE_CODE, &status);
  exchange.response.status = static_cast<int>(status);
  exchange.response.received = std::chrono::system_clock::now();
  pool_->give_back(origin, std::move(line));
  return std::move(exchange.response);
}

}  // namespace plumb::env
