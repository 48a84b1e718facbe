// CurlHttp against a whole HTTP server, with TLS.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "controller/env/http.h"
#include "tests/support/temp_dir.h"

namespace plumb::env {
namespace {

using plumb::test::TempDir;

/// A server of cpp-httplib on a free port, listening until the end of its scope.
template <class Server>
class Running {
 public:
  template <class... Arguments>
  explicit Running(Arguments&&... arguments) : server(std::forward<Arguments>(arguments)...) {}
  ~Running() { server.stop(); }
  void listen() {
    port_ = server.bind_to_any_port("127.0.0.1");
    thread_ = std::jthread([this] { server.listen_after_bind(); });
    while (!server.is_running()) {
      std::this_thread::yield();
    }
  }
  std::string url(const std::string& scheme, const std::string& path) const {
    return scheme + "://127.0.0.1:" + std::to_string(port_) + path;
  }

  Server server;

 private:
  int port_ = 0;
  std::jthread thread_;
};

HttpRequest request(std::string method, std::string url, std::string body = {}) {
  HttpRequest made;
  made.method = std::move(method);
  made.url = std::move(url);
  made.body = std::move(body);
  return made;
}

TEST(CurlHttpWithServer, BodiesArriveByteExactWhateverTheirSize) {
  Running<httplib::Server> running;
  std::string seen;
  const auto keep = [&](const httplib::Request& got, httplib::Response& answer) {
    seen = got.body;
    answer.set_content(got.method, "text/plain");
  };
  running.server.Post("/", keep);
  running.server.Put("/", keep);
  running.server.Patch("/", keep);
  running.server.Delete("/", keep);
  running.listen();
  std::string large;
  for (int i = 0; i < 3'000'000; ++i) {
    large += static_cast<char>(i * 7);
  }
  CurlHttp http;
  for (const auto* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    for (const auto& body : {std::string(), std::string("x"), large}) {
      for (const bool replayable : {false, true}) {
        auto sending = request(method, running.url("http", "/"), body);
        sending.replayable = replayable;
        const auto sent = http.send(sending, {});
        ASSERT_TRUE(sent) << method << sent.error().message;
        EXPECT_EQ(sent->body, method);
        EXPECT_TRUE(seen == body) << method << body.size();
      }
    }
  }
}

TEST(CurlHttpWithServer, CompressionIsUndoneAndCountsUnpacked) {
  Running<httplib::Server> running;
  running.server.Get("/", [](const httplib::Request&, httplib::Response& answer) {
    answer.set_content(std::string(100'000, 'a'), "text/plain");
  });
  running.listen();
  CurlHttp http;
  auto get = request("GET", running.url("http", "/"));
  const auto whole = http.send(get, {});
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_NE(whole->header("Content-Encoding"), "") << "the server did not compress";
  EXPECT_EQ(whole->body, std::string(100'000, 'a'));
  get.response_cap = 50'000;
  EXPECT_FALSE(http.send(get, {}));
}

TEST(CurlHttpWithServer, RedirectsAreAnswersLikeOthers) {
  Running<httplib::Server> running;
  std::atomic<int> followed{0};
  running.server.Get("/", [](const httplib::Request&, httplib::Response& answer) {
    answer.set_redirect("/elsewhere");
  });
  running.server.Get("/elsewhere",
                     [&](const httplib::Request&, httplib::Response&) { ++followed; });
  running.listen();
  CurlHttp http;
  const auto sent = http.send(request("GET", running.url("http", "/")), {});
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->status, 302);
  EXPECT_EQ(sent->header("location"), "/elsewhere");
  EXPECT_EQ(followed, 0);
}

TEST(CurlHttpWithServer, HeadHasNoBodyToWaitFor) {
  Running<httplib::Server> running;
  running.server.Get("/", [](const httplib::Request&, httplib::Response& answer) {
    answer.set_content("some text", "text/plain");
  });
  running.listen();
  CurlHttp http;
  const auto sent = http.send(request("HEAD", running.url("http", "/")), {});
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->status, 200);
  EXPECT_EQ(sent->body, "");
}

TEST(CurlHttpWithServer, ManyThreadsShareOneClient) {
  Running<httplib::Server> running;
  running.server.Get(R"(/(\d+))", [](const httplib::Request& got, httplib::Response& answer) {
    answer.set_content(got.matches[1].str(), "text/plain");
  });
  running.listen();
  CurlHttp http;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 25; ++j) {
        const auto number = std::to_string(i * 100 + j);
        const auto sent = http.send(request("GET", running.url("http", "/" + number)), {});
        ASSERT_TRUE(sent) << sent.error().message;
        EXPECT_EQ(sent->body, number);
      }
    });
  }
}

/// A key and a certificate for 127.0.0.1 that signs itself, as PEM files.
class SelfSigned {
 public:
  SelfSigned() {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key.get());
    auto* name = X509_get_subject_name(made.get());
    const auto* text = reinterpret_cast<const unsigned char*>("plumb test");
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    for (const auto& [kind, value] : {std::pair{NID_subject_alt_name, "IP:127.0.0.1"},
                                      {NID_basic_constraints, "critical,CA:TRUE"}}) {
      auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
      X509_add_ext(made.get(), extension, -1);
      X509_EXTENSION_free(extension);
    }
    X509_sign(made.get(), key.get(), EVP_sha256());
    auto* out = BIO_new_file(certificate().c_str(), "w");
    PEM_write_bio_X509(out, made.get());
    BIO_free(out);
    out = BIO_new_file(private_key().c_str(), "w");
    PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    BIO_free(out);
  }

  std::string certificate() const { return (folder_.path() / "certificate.pem").string(); }
  std::string private_key() const { return (folder_.path() / "key.pem").string(); }

 private:
  TempDir folder_;
};

TEST(CurlHttpWithServer, AnUntrustedCertificateGetsNoRequest) {
  const SelfSigned files;
  Running<httplib::SSLServer> running(files.certificate().c_str(), files.private_key().c_str());
  std::atomic<int> requests{0};
  running.server.Post("/", [&](const httplib::Request&, httplib::Response&) { ++requests; });
  running.listen();
  CurlHttp http;
  const auto sent = http.send(request("POST", running.url("https", "/"), "x"), {});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::internal) << "would be tried again";
  EXPECT_EQ(sent.error().category, ErrorCategory::network);
  EXPECT_EQ(sent.error().effect, Effect::none);
  EXPECT_NE(sent.error().message.find("self-signed certificate"), std::string::npos)
      << sent.error().message;
  EXPECT_EQ(requests, 0);
}

TEST(CurlHttpWithServer, ATrustedAuthorityIsEnough) {
  const SelfSigned files;
  Running<httplib::SSLServer> running(files.certificate().c_str(), files.private_key().c_str());
  running.server.Get("/", [](const httplib::Request&, httplib::Response& answer) {
    answer.set_content("safe", "text/plain");
  });
  running.listen();
  CurlHttp http({.user_agent = "plumb", .ca_file = files.certificate()});
  const auto sent = http.send(request("GET", running.url("https", "/")), {});
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_EQ(sent->body, "safe");
}

TEST(CurlHttpWithServer, ACertificateForAnotherNameIsRefused) {
  const SelfSigned files;
  Running<httplib::SSLServer> running(files.certificate().c_str(), files.private_key().c_str());
  running.listen();
  CurlHttp http({.user_agent = "plumb", .ca_file = files.certificate()});
  auto url = running.url("https", "/");
  url.replace(url.find("127.0.0.1"), 9, "localhost");
  const auto sent = http.send(request("GET", url), {});
  ASSERT_FALSE(sent);
  EXPECT_NE(sent.error().message.find("TLS failed"), std::string::npos) << sent.error().message;
}

}  // namespace
}  // namespace plumb::env
