#include "controller/env/http.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <optional>

#include <curl/curl.h>
#include <fmt/format.h>

#include "controller/env/utf8.h"
#include "resources/model/ascii.h"

namespace plumb::env {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr std::size_t kBodyShown = 300;

/// An HTTP date; obsolete forms too, as RFC 9110 §5.6.7 demands.
std::optional<system_clock::time_point> http_date(const std::string& text) {
  const auto seconds = curl_getdate(text.c_str(), nullptr);
  if (text.empty() || seconds == -1) {
    return std::nullopt;
  }
  return system_clock::from_time_t(seconds);
}

std::optional<milliseconds> retry_after(const HttpResponse& response) {
  const auto text = response.header("Retry-After");
  std::uint32_t seconds = 0;  // 32 bits: what does not fit is no wait that anybody means
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failure == std::errc{} && end == text.data() + text.size()) {
    return std::chrono::seconds{seconds};
  }
  const auto when = http_date(text);
  if (!when) {
    return std::nullopt;
  }
  // By the vendor's own clock where it tells us: ours may be off.
  const auto now = http_date(response.header("Date")).value_or(response.received);
  return std::max(std::chrono::ceil<milliseconds>(*when - now), milliseconds{0});
}

std::string_view reason_phrase(int status) {
  struct Phrase {
    int status;
    std::string_view text;
  };
  static constexpr std::array kPhrases = {Phrase{301, "Moved Permanently"},
                                          Phrase{302, "Found"},
                                          Phrase{307, "Temporary Redirect"},
                                          Phrase{308, "Permanent Redirect"},
                                          Phrase{400, "Bad Request"},
                                          Phrase{401, "Unauthorized"},
                                          Phrase{403, "Forbidden"},
                                          Phrase{404, "Not Found"},
                                          Phrase{405, "Method Not Allowed"},
                                          Phrase{408, "Request Timeout"},
                                          Phrase{409, "Conflict"},
                                          Phrase{410, "Gone"},
                                          Phrase{412, "Precondition Failed"},
                                          Phrase{413, "Content Too Large"},
                                          Phrase{422, "Unprocessable Content"},
                                          Phrase{429, "Too Many Requests"},
                                          Phrase{500, "Internal Server Error"},
                                          Phrase{502, "Bad Gateway"},
                                          Phrase{503, "Service Unavailable"},
                                          Phrase{504, "Gateway Timeout"}};
  const auto* const found = std::ranges::find(kPhrases, status, &Phrase::status);
  return found == kPhrases.end() ? std::string_view{} : found->text;
}

void set_class(Error& error, int status) {
  const auto set = [&](ErrorCode code, ErrorCategory category, const char* hint) {
    error.code = code;
    error.category = category;
    error.hint = hint;
  };
  if (status == 400 || status == 413 || status == 422) {
    set(ErrorCode::invalid_input, ErrorCategory::validation, "");
  } else if (status == 401) {
    set(ErrorCode::denied, ErrorCategory::authentication, "check this provider's credentials");
  } else if (status == 403) {
    set(ErrorCode::denied, ErrorCategory::authorization, "check what these credentials may do");
  } else if (status == 404 || status == 410) {
    set(ErrorCode::not_found, ErrorCategory::not_found, "");
  } else if (status == 409 || status == 412) {
    set(ErrorCode::conflict, ErrorCategory::conflict, "");
  } else if (status == 429) {
    set(ErrorCode::unavailable, ErrorCategory::rate_limit, "lower this provider's limits");
  } else if (status >= 500 || status == 408) {
    set(ErrorCode::unavailable, ErrorCategory::server, "try again later");
  } else if (status >= 300 && status < 400) {
    set(ErrorCode::internal,
        ErrorCategory::none,
        "give the final address as the endpoint: redirects are not followed");
  }
}

/// The path of an absolute URL, without query and fragment, which may hold what nobody should see.
std::string_view path_of(std::string_view url) {
  const auto scheme = url.find("://");
  url.remove_prefix(scheme == std::string_view::npos ? 0 : scheme + 3);
  url = url.substr(0, url.find_first_of("?#"));
  const auto slash = url.find('/');
  return slash == std::string_view::npos ? "/" : url.substr(slash);
}

std::string without_secrets(std::string text, const HttpRequest& request) {
  for (const auto& [name, secret] : request.secret_headers) {
    if (secret == nullptr || secret->empty()) {
      continue;
    }
    for (auto at = text.find(secret->reveal()); at != std::string::npos;
         at = text.find(secret->reveal(), at)) {
      text.replace(at, secret->reveal().size(), "***");
      at += 3;
    }
  }
  return text;
}

/// The start of a body as one line of well-formed UTF-8.
std::string one_line(std::string_view text) {
  std::string line;
  bool space = false;
  while (!text.empty() && line.size() < kBodyShown) {
    const auto size = utf8_size(text);
    const auto character = size == 0 ? std::string_view{"?"} : text.substr(0, size);
    const auto octet = static_cast<unsigned char>(character.front());
    text.remove_prefix(std::max<std::size_t>(size, 1));
    if (octet <= 0x20 || octet == 0x7f) {
      space = !line.empty();
      continue;
    }
    const std::size_t wanted = character.size() + (space ? 1 : 0);
    if (line.size() + wanted > kBodyShown) {
      break;
    }
    line.append(space ? " " : "").append(character);
    space = false;
  }
  return line;
}

}  // namespace

std::string HttpResponse::header(std::string_view name) const {
  const auto found = std::ranges::find_if(
      headers, [&](const auto& header) { return ascii_same(header.first, name); });
  return found == headers.end() ? std::string{} : found->second;
}

bool is_safe_method(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

Error error_of(const HttpRequest& request, const HttpResponse& response, std::string_view vendor) {
  Error error;
  set_class(error, response.status);
  error.vendor_code = std::to_string(response.status);
  error.message = fmt::format("{}{}{} {}: {}",
                              vendor,
                              vendor.empty() ? "" : ": ",
                              request.method,
                              path_of(request.url),
                              response.status);
  if (const auto phrase = reason_phrase(response.status); !phrase.empty()) {
    error.message.append(" ").append(phrase);
  }
  // Secrets go before the cut, which could leave half of one.
  if (const auto text = one_line(without_secrets(response.body, request)); !text.empty()) {
    error.message.append(": ").append(text);
  }
  if (error.code == ErrorCode::unavailable) {
    error.retry_after = retry_after(response);
  }
  if (error.category == ErrorCategory::server && !is_safe_method(request.method)) {
    error.effect = Effect::maybe;
  }
  return error;
}

}  // namespace plumb::env
