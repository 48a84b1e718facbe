#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "controller/verify/verify.h"
#include "resources/values/rdata.h"

namespace plumb::verify {

inline values::DomainName name(std::string_view text) {
  return values::DomainName::parse(text).value();
}

inline values::RecordType type_of(std::string_view text) {
  return values::parse_record_type(text).value();
}

/// A DNS made of lines. What was not put in does not exist.
class PaperDns final : public env::Resolver {
 public:
  /// For the resolvers: `put("one.test", "MX", {"10 mx1.one.test."})`; for one server only with
  /// `server`.
  void put(std::string_view owner,
           std::string_view type,
           std::vector<std::string> data,
           const std::string& server = {}) {
    env::DnsAnswer answer;
    answer.authoritative = !server.empty();
    answer.authenticated = signed_;
    for (auto& one : data) {
      answer.answers.push_back({name(owner), type_of(type), 300, std::move(one)});
    }
    put_answer(owner, type, std::move(answer), server);
  }
  void put_answer(std::string_view owner,
                  std::string_view type,
                  Result<env::DnsAnswer> answer,
                  const std::string& server = {}) {
    answers_.insert_or_assign({name(owner), type_of(type), server}, std::move(answer));
  }
  void fail(std::string_view owner, std::string_view type, const std::string& server = {}) {
    put_answer(owner, type, plumb::fail(ErrorCode::unavailable, "did not answer in time"), server);
  }
  /// What a given resolver finds.
  void put_recursive(std::string_view owner,
                     std::string_view type,
                     std::vector<std::string> data,
                     const std::string& server) {
    put(owner, type, std::move(data), server + kRecursive);
  }
  void put_recursive_answer(std::string_view owner,
                            std::string_view type,
                            Result<env::DnsAnswer> answer,
                            const std::string& server) {
    put_answer(owner, type, std::move(answer), server + kRecursive);
  }
  void fail_recursive(std::string_view owner, std::string_view type, const std::string& server) {
    fail(owner, type, server + kRecursive);
  }
  /// From now on, what is put is validated.
  void sign(bool validated = true) { signed_ = validated; }

  void ask_all(std::span<const env::DnsQuestion> questions,
               const Each& each,
               std::stop_token) override {
    ++rounds;
    for (std::size_t i = 0; i < questions.size(); ++i) {
      auto question = questions[i];
      question.server += std::exchange(question.recursive, false) ? kRecursive : "";
      const auto found = answers_.find(question);
      if (found != answers_.end()) {
        each(i, found->second);
        continue;
      }
      env::DnsAnswer none;
      none.rcode = env::Rcode::nxdomain;
      none.authoritative = !questions[i].server.empty();
      none.authenticated = signed_;
      each(i, std::move(none));
    }
  }

  int rounds = 0;

 private:
  static constexpr const char* kRecursive = " with recursion";

  std::map<env::DnsQuestion, Result<env::DnsAnswer>> answers_;
  bool signed_ = false;
};

/// Web servers with policies.
class PaperWeb final : public env::Http {
 public:
  Result<env::HttpResponse> send(const env::HttpRequest& request, std::stop_token) override {
    asked.push_back(request.url + " at " + request.connect_to);
    return response;
  }
  Result<env::HttpResponse> response = env::HttpResponse{.status = 404};
  std::vector<std::string> asked;
};

inline RecordSet set(std::string_view owner,
                     std::string_view type,
                     std::vector<std::string> values,
                     bool applied = true) {
  std::sort(values.begin(), values.end());
  return {
      .name = name(owner), .type = type_of(type), .values = std::move(values), .applied = applied};
}

/// One declared zone, one.test, and the world around it.
struct World {
  PaperDns dns;
  PaperWeb web;
  Zone zone{.name = name("one.test"), .servers = {"192.0.2.53:53"}};
  Options options{.smtp_port = 1, .now = 1'700'000'000};
  ServiceOptions services;

  World() {
    dns.put("one.test", "SOA", {"ns1.one.test. h.one.test. 1 2 3 4 5"}, "192.0.2.53:53");
    dns.put("one.test", "SOA", {"ns1.one.test. h.one.test. 1 2 3 4 5"});
  }
  /// Declared, and there for everybody.
  void has(std::string_view owner, std::string_view type, std::vector<std::string> values) {
    zone.sets.push_back(set(owner, type, values));
    dns.put(owner, type, values);
    dns.put(owner, type, values, "192.0.2.53:53");
  }
  Report look(std::vector<Zone> others = {}) {
    others.push_back(zone);
    const Declared declared(std::move(others));
    auto verified = verify(declared,
                           {name("one.test")},
                           {.resolver = dns, .http = web, .services = services},
                           options,
                           {});
    return verified.reports.at(0);
  }
};

/// The checks of a topic, as "status subject: message".
inline std::vector<std::string> told(const Report& report, std::string_view topic) {
  std::vector<std::string> lines;
  for (const auto& check : report.checks) {
    if (check.topic == topic) {
      lines.push_back(std::string(status_name(check.status)) + " " + check.subject +
                      (check.subject.empty() ? "" : ": ") + check.message);
    }
  }
  return lines;
}

inline const Check* worst_of(const Report& report, std::string_view topic) {
  for (const auto& check : report.checks) {
    if (check.topic == topic) {
      return &check;
    }
  }
  return nullptr;
}

}  // namespace plumb::verify
