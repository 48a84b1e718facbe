// What CurlHttp does with servers that misbehave, over real sockets.
#include <atomic>
#include <chrono>
#include <latch>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "controller/env/http.h"
#include "tests/controller/env/raw_server.h"

namespace plumb::env {
namespace {

using namespace std::chrono_literals;
using test::ClosedPort;
using test::RawServer;

HttpRequest request(std::string method, std::string url, std::string body = {}) {
  HttpRequest made;
  made.method = std::move(method);
  made.url = std::move(url);
  made.body = std::move(body);
  return made;
}

/// Answers the first request, acts on the second, then lets that connection die without an answer;
/// whoever comes again is served. Counts the acts.
class DyingServer {
 public:
  std::string url() const { return server_.url("/zones"); }
  int effects() const { return effects_; }
  /// The number of the connection over which the first effect came.
  int effect_came_over() const { return effect_came_over_; }

 private:
  void serve(RawServer::Connection& connection) {
    for (;;) {
      const auto got = connection.read_request();
      if (got.empty()) {
        return;
      }
      if (!got.starts_with("GET")) {
        if (++effects_ == 1) {
          effect_came_over_ = connection.number();
          return;  // done, and the answer is lost
        }
      }
      connection.answer("fine");
    }
  }

  std::atomic<int> effects_{0};
  std::atomic<int> effect_came_over_{0};
  RawServer server_{[this](RawServer::Connection& connection) { serve(connection); }};
};

TEST(CurlHttp, APostIsNotSentAgainWhenAReusedConnectionDiesAfterItsEffect) {
  for (const auto* method : {"POST", "PATCH", "PUT", "DELETE"}) {
    DyingServer server;
    CurlHttp http;
    ASSERT_TRUE(http.send(request("GET", server.url()), {}));
    const auto sent = http.send(request(method, server.url(), "name=example.org"), {});
    ASSERT_FALSE(sent) << method;
    EXPECT_EQ(server.effects(), 1) << method;
    EXPECT_EQ(server.effect_came_over(), 1) << method << ": the connection was not reused";
    EXPECT_EQ(sent.error().code, ErrorCode::unavailable);
    EXPECT_EQ(sent.error().category, ErrorCategory::network);
    EXPECT_EQ(sent.error().effect, Effect::maybe) << method;
  }
}

TEST(CurlHttp, NeitherIsOneWithoutABody) {
  for (const auto* method : {"POST", "PATCH", "PUT", "DELETE"}) {
    DyingServer server;
    CurlHttp http;
    ASSERT_TRUE(http.send(request("GET", server.url()), {}));
    const auto sent = http.send(request(method, server.url()), {});
    ASSERT_FALSE(sent) << method;
    EXPECT_EQ(server.effects(), 1) << method;
    EXPECT_EQ(server.effect_came_over(), 1) << method << ": the connection was not reused";
    EXPECT_EQ(sent.error().effect, Effect::maybe) << method;
  }
}

TEST(CurlHttp, WhatMayBeReplayedIsSentAgain) {
  DyingServer server;
  CurlHttp http;
  ASSERT_TRUE(http.send(request("GET", server.url()), {}));
  auto put = request("PUT", server.url(), "all of it");
  put.replayable = true;
  const auto sent = http.send(put, {});
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_EQ(sent->status, 200);
  EXPECT_EQ(server.effects(), 2);
}

TEST(CurlHttp, OneConnectionServesManyRequests) {
  std::atomic<int> connections{0};
  RawServer server([&](RawServer::Connection& connection) {
    ++connections;
    while (!connection.read_request().empty()) {
      connection.answer("fine");
    }
  });
  CurlHttp http;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(http.send(request("GET", server.url("/")), {}));
    ASSERT_TRUE(http.send(request("PATCH", server.url("/"), "body"), {}));
  }
  EXPECT_EQ(connections, 1);
}

TEST(CurlHttp, WhatNeverConnectedHadNoEffect) {
  const ClosedPort port;
  CurlHttp http;
  const auto sent = http.send(request("POST", port.url(), "x"), {});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::unavailable);
  EXPECT_EQ(sent.error().effect, Effect::none);
  EXPECT_NE(sent.error().message.find("could not connect: Connection refused"), std::string::npos)
      << sent.error().message;
}

TEST(CurlHttp, WhatTheServerDoesNotHaveAllOfHadNoEffect) {
  RawServer server([](RawServer::Connection& connection) { connection.read(1); });
  CurlHttp http;
  // More than the buffers of both ends hold.
  const auto sent = http.send(request("POST", server.url("/"), std::string(64U << 20U, 'x')), {});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::unavailable);
  EXPECT_EQ(sent.error().effect, Effect::none);
  EXPECT_NE(sent.error().message.find("before it had the whole request (67108864 octets)"),
            std::string::npos)
      << sent.error().message;
}

TEST(CurlHttp, ANameThatDoesNotResolveHadNoEffect) {
  CurlHttp http;
  // A label of 70 octets is refused by the resolver itself: no name server is asked.
  const auto sent =
      http.send(request("POST", "http://" + std::string(70, 'x') + ".test/", "x"), {});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().category, ErrorCategory::network);
  EXPECT_EQ(sent.error().effect, Effect::none);
}

TEST(CurlHttp, AServerThatDoesNotAnswerIsATimeout) {
  RawServer server([](RawServer::Connection& connection) {
    while (!connection.read_request().empty()) {
    }
  });
  CurlHttp http;
  for (const auto& [method, effect] : {std::pair{"GET", Effect::none}, {"POST", Effect::maybe}}) {
    auto slow = request(method, server.url("/?key=abc"));
    slow.timeout = 50ms;
    const auto sent = http.send(slow, {});
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, ErrorCode::unavailable);
    EXPECT_EQ(sent.error().effect, effect) << method;
    EXPECT_NE(sent.error().message.find("no whole answer within 50 ms"), std::string::npos);
    EXPECT_EQ(sent.error().message.find("abc"), std::string::npos) << sent.error().message;
  }
}

TEST(CurlHttp, AnAnswerThatBreaksOffIsAnError) {
  RawServer server([](RawServer::Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  });
  CurlHttp http;
  const auto sent = http.send(request("DELETE", server.url("/")), {});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().category, ErrorCategory::network);
  EXPECT_EQ(sent.error().effect, Effect::maybe);
}

TEST(CurlHttp, AnAnswerMayFillItsCapButNotMore) {
  RawServer server([](RawServer::Connection& connection) {
    while (!connection.read_request().empty()) {
      connection.answer(std::string(100'000, 'x'));
    }
  });
  CurlHttp http;
  auto fitting = request("GET", server.url("/"));
  fitting.response_cap = 100'000;
  const auto whole = http.send(fitting, {});
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->body.size(), 100'000U);
  auto tight = fitting;
  tight.response_cap = 99'999;
  const auto cut = http.send(tight, {});
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, ErrorCode::internal);
  EXPECT_NE(cut.error().message.find("larger than 99999 octets"), std::string::npos);
}

TEST(CurlHttp, HeadersWithoutEndAreAnError) {
  RawServer server([](RawServer::Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 400; ++i) {
      connection.write("X-Filler: " + std::string(1000, 'x') + "\r\n");
    }
  });
  CurlHttp http;
  EXPECT_FALSE(http.send(request("GET", server.url("/")), {}));
}

TEST(CurlHttp, AStopEndsACallThatWaits) {
  std::latch arrived(1);
  RawServer server([&](RawServer::Connection& connection) {
    if (!connection.read_request().empty()) {
      arrived.count_down();
    }
    connection.read_request();
  });
  CurlHttp http;
  std::stop_source stop;
  const std::jthread stopping([&] {
    arrived.wait();
    stop.request_stop();
  });
  auto endless = request("POST", server.url("/"), "x");
  endless.timeout = 1h;
  const auto sent = http.send(endless, stop.get_token());
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::cancelled);
  EXPECT_EQ(sent.error().effect, Effect::maybe);
}

TEST(CurlHttp, WhatIsStoppedBeforehandIsNotSent) {
  std::atomic<int> requests{0};
  RawServer server([&](RawServer::Connection& connection) {
    requests += connection.read_request().empty() ? 0 : 1;
  });
  CurlHttp http;
  std::stop_source stop;
  stop.request_stop();
  const auto sent = http.send(request("POST", server.url("/"), "x"), stop.get_token());
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::cancelled);
  EXPECT_EQ(sent.error().effect, Effect::none);
  EXPECT_EQ(requests, 0);
}

TEST(CurlHttp, SendsWhatItWasGivenAndNothingOfItsOwnInvention) {
  std::string seen;
  RawServer server([&](RawServer::Connection& connection) {
    while (true) {
      auto got = connection.read_request();
      if (got.empty()) {
        return;
      }
      seen = std::move(got);
      connection.answer("");
    }
  });
  CurlHttp http({.user_agent = "plumb/test", .ca_file = {}});
  auto patch = request("PATCH", server.url("/zones/a?b=c"), std::string("a\0\xff", 3));
  patch.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
  const Secret key("s3cret");
  patch.secret_headers = {{"X-API-Key", &key}};
  ASSERT_TRUE(http.send(patch, {}));
  const auto host = server.url("").substr(7);
  EXPECT_EQ(seen,
            "PATCH /zones/a?b=c HTTP/1.1\r\nHost: " + host +
                "\r\nUser-Agent: plumb/test\r\nAccept: */*\r\nAccept-Encoding: deflate, gzip, br, "
                "zstd\r\nContent-Type: application/json\r\nX-Empty:\r\nX-API-Key: s3cret\r\n"
                "Content-Length: 3\r\n\r\n" +
                std::string("a\0\xff", 3));
}

TEST(CurlHttp, InterimAnswersAreNotTheAnswer) {
  RawServer server([](RawServer::Connection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    connection.answer("fine", "X-Two:  a b \r\nx-two: c\r\n");
    connection.read_request();
  });
  CurlHttp http;
  const auto got = http.send(request("GET", server.url("/")), {});
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->status, 200);
  EXPECT_EQ(got->header("Link"), "");
  EXPECT_EQ(got->header("X-TWO"), "a b");
  EXPECT_EQ(got->headers.size(), 3U);
}

TEST(CurlHttp, RefusesRequestsThatCannotBeMeant) {
  CurlHttp http;
  const Secret broken("line\nbreak");
  auto with_header = request("GET", "http://127.0.0.1:1/");
  with_header.headers = {{"X", "a\r\nY: b"}};
  auto with_secret = request("GET", "http://127.0.0.1:1/");
  with_secret.secret_headers = {{"X-API-Key", &broken}};
  auto without_secret = request("GET", "http://127.0.0.1:1/");
  without_secret.secret_headers = {{"X-API-Key", nullptr}};
  for (const auto& bad : {request("GET", "file:///etc/passwd"),
                          request("GET", "ftp://127.0.0.1/"),
                          request("GET", "127.0.0.1/"),
                          request("GET", ""),
                          request("GET", "http://"),
                          request("GET", "http://127.0.0.1:99999/"),
                          request("GE T", "http://127.0.0.1:1/"),
                          request("", "http://127.0.0.1:1/"),
                          with_header,
                          with_secret,
                          without_secret}) {
    const auto sent = http.send(bad, {});
    ASSERT_FALSE(sent) << bad.url;
    EXPECT_EQ(sent.error().code, ErrorCode::invalid_input) << bad.url << sent.error().message;
    EXPECT_EQ(sent.error().effect, Effect::none);
    EXPECT_EQ(sent.error().message.find("break\""), std::string::npos);
    EXPECT_EQ(sent.error().message.find("line\n"), std::string::npos);
  }
}

TEST(CurlHttp, ErrorsShowNeitherUserNorQuery) {
  const ClosedPort port;
  CurlHttp http;
  auto url = port.url();
  url.insert(7, "me:s3cret@");
  const auto sent = http.send(request("GET", url + "a/b?token=t0ken#x"), {});
  ASSERT_FALSE(sent);
  EXPECT_TRUE(sent.error().message.starts_with("GET " + port.url() + "a/b: could not connect"))
      << sent.error().message;
}

}  // namespace
}  // namespace plumb::env
