#include "controller/env/http.h"

#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace plumb::env {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

HttpRequest patch(std::string url = "http://user:pw@127.0.0.1:8081/api/zones/x?key=s3cret#f") {
  HttpRequest request;
  request.method = "PATCH";
  request.url = std::move(url);
  return request;
}

HttpResponse answer(int status, std::string body = {}, HttpHeaders headers = {}) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  response.headers = std::move(headers);
  response.received = std::chrono::system_clock::from_time_t(784'111'777);
  return response;
}

TEST(ErrorOf, EachStatusHasItsClass) {
  const struct {
    int status;
    ErrorCode code;
    ErrorCategory category;
    Effect effect_of_patch;
  } cases[] = {
      {400, ErrorCode::invalid_input, ErrorCategory::validation, Effect::none},
      {401, ErrorCode::denied, ErrorCategory::authentication, Effect::none},
      {403, ErrorCode::denied, ErrorCategory::authorization, Effect::none},
      {404, ErrorCode::not_found, ErrorCategory::not_found, Effect::none},
      {405, ErrorCode::internal, ErrorCategory::none, Effect::none},
      {408, ErrorCode::unavailable, ErrorCategory::server, Effect::maybe},
      {409, ErrorCode::conflict, ErrorCategory::conflict, Effect::none},
      {410, ErrorCode::not_found, ErrorCategory::not_found, Effect::none},
      {412, ErrorCode::conflict, ErrorCategory::conflict, Effect::none},
      {413, ErrorCode::invalid_input, ErrorCategory::validation, Effect::none},
      {422, ErrorCode::invalid_input, ErrorCategory::validation, Effect::none},
      {429, ErrorCode::unavailable, ErrorCategory::rate_limit, Effect::none},
      {500, ErrorCode::unavailable, ErrorCategory::server, Effect::maybe},
      {503, ErrorCode::unavailable, ErrorCategory::server, Effect::maybe},
      {302, ErrorCode::internal, ErrorCategory::none, Effect::none},
  };
  for (const auto& row : cases) {
    const auto error = error_of(patch(), answer(row.status), "powerdns");
    EXPECT_EQ(error.code, row.code) << row.status;
    EXPECT_EQ(error.category, row.category) << row.status;
    EXPECT_EQ(error.effect, row.effect_of_patch) << row.status;
    EXPECT_EQ(error.vendor_code, std::to_string(row.status));
    auto get = patch();
    get.method = "GET";
    EXPECT_EQ(error_of(get, answer(row.status), "powerdns").effect, Effect::none) << row.status;
  }
}

TEST(ErrorOf, SaysWhoWhatAndWhyOnOneLine) {
  const auto error =
      error_of(patch(), answer(422, "{\"error\":\r\n\t \"RRset a.\x1b[31m bad\"}\n"), "powerdns");
  EXPECT_EQ(error.message,
            "powerdns: PATCH /api/zones/x: 422 Unprocessable Content: {\"error\": \"RRset a. [31m "
            "bad\"}");
}

TEST(ErrorOf, ShowsNoMoreThanThePathOfAUrl) {
  const struct {
    const char* url;
    const char* path;
  } cases[] = {{"http://h", "/"},
               {"http://h?q=/x", "/"},
               {"https://u:p@h:1/a/b?c", "/a/b"},
               {"https://h/a#b?c", "/a"}};
  for (const auto& [url, path] : cases) {
    EXPECT_EQ(error_of(patch(url), answer(418), "v").message,
              std::string("v: PATCH ") + path + ": 418");
  }
}

TEST(ErrorOf, CutsLongBodiesBetweenCharacters) {
  std::string body(299, 'x');
  body += "\xc3\xb6 and more";
  const auto message = error_of(patch("http://h/"), answer(400, body), "v").message;
  EXPECT_EQ(message, "v: PATCH /: 400 Bad Request: " + std::string(299, 'x'));
}

TEST(ErrorOf, OctetsThatAreNoTextBecomeQuestionMarks) {
  EXPECT_EQ(error_of(patch("http://h/"), answer(400, "a\xff\xc3z\xc3\xb6"), "v").message,
            "v: PATCH /: 400 Bad Request: a??z\xc3\xb6");
}

TEST(ErrorOf, AnEchoedSecretIsBlackedOutEvenWhereItIsCut) {
  auto request = patch();
  const Secret key("s3cret-k3y");
  request.secret_headers = {{"X-API-Key", &key}};
  const auto error = error_of(request, answer(401, "bad key s3cret-k3y, s3cret-k3y!"), "v");
  EXPECT_EQ(error.message, "v: PATCH /api/zones/x: 401 Unauthorized: bad key ***, ***!");
  const auto cut = error_of(request, answer(401, std::string(296, 'x') + "s3cret-k3y"), "v");
  EXPECT_EQ(cut.message.find("s3c"), std::string::npos);
}

TEST(ErrorOf, ReadsRetryAfterInBothForms) {
  const HttpHeaders dated = {{"date", "Sun, 06 Nov 1994 08:49:37 GMT"},
                             {"retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"}};
  const struct {
    HttpHeaders headers;
    std::optional<milliseconds> expected;
  } cases[] = {
      {{{"Retry-After", "17"}}, 17s},
      {{{"Retry-After", "0"}}, 0s},
      {{{"Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT"}}, 60s},   // by the time of receipt
      {dated, 30s},                                                // by the vendor's clock
      {{{"Retry-After", "Sun, 06 Nov 1994 08:00:00 GMT"}}, 0s},    // already over
      {{{"Retry-After", "Sunday, 06-Nov-94 08:50:37 GMT"}}, 60s},  // RFC 850 form
      {{{"Retry-After", "soon"}}, std::nullopt},
      {{{"Retry-After", "-5"}}, std::nullopt},
      {{{"Retry-After", "99999999999999"}}, std::nullopt},
      {{}, std::nullopt},
  };
  for (const auto& [headers, expected] : cases) {
    for (const int status : {429, 503}) {
      EXPECT_EQ(error_of(patch(), answer(status, {}, headers), "v").retry_after, expected)
          << (headers.empty() ? "none" : headers.back().second);
    }
  }
  EXPECT_EQ(error_of(patch(), answer(404, {}, {{"Retry-After", "17"}}), "v").retry_after,
            std::nullopt);
}

TEST(HttpResponse, FindsHeadersInAnyCase) {
  const auto response = answer(200, {}, {{"Content-Type", "a"}, {"content-type", "b"}});
  EXPECT_EQ(response.header("CONTENT-TYPE"), "a");
  EXPECT_EQ(response.header("Content"), "");
}

}  // namespace
}  // namespace plumb::env
