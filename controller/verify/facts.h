#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "controller/env/http.h"
#include "controller/env/resolver.h"
#include "controller/verify/services.h"

namespace plumb::verify {

/// Where facts come from. Borrowed.
struct Sources {
  env::Resolver& resolver;
  env::Http& http;
  ServiceOptions services = {};
  unsigned connections = 32;  ///< mail servers and policy hosts asked at once
};

/// The policy file of an MTA-STS domain at one address (RFC 8461 §3.3).
struct PolicyQuestion {
  values::DomainName domain;
  std::string server;  ///< address and port of mta-sts.<domain>

  friend auto operator<=>(const PolicyQuestion&, const PolicyQuestion&) = default;
};

/// What was found out, and what somebody wanted to know and is to be found out next. Checks are
/// plain functions over it: they ask, go on with what is known, and are called again once more is.
/// So they read as if each answer was at hand, and still all questions of all domains are on their
/// way at once. Not thread-safe.
class Facts {
 public:
  /// The answer; nullptr: not known yet. `server` and `recursive` as in DnsQuestion.
  const Result<env::DnsAnswer>* dns(const values::DomainName& name,
                                    values::RecordType type,
                                    const std::string& server = {},
                                    bool recursive = false);
  /// The answer of the resolvers if it is known; it is not asked for.
  const Result<env::DnsAnswer>* known(const values::DomainName& name,
                                      values::RecordType type) const;
  const Result<ServiceSeen>* service(const ServiceQuestion& question);
  const Result<env::HttpResponse>* policy(const PolicyQuestion& question);

  /// Whether anything was not known since the last call.
  bool take_lacking() { return std::exchange(lacking_, false); }
  /// Finds out all that is wanted. False where nothing was.
  bool find_out(const Sources& sources, std::stop_token stop);
  /// DNS questions asked so far.
  std::size_t questions() const { return questions_; }

 private:
  void ask_dns(const Sources& sources, const std::stop_token& stop);
  void ask_others(const Sources& sources, const std::stop_token& stop);

  std::unordered_map<std::string, Result<env::DnsAnswer>> answers_;
  std::map<ServiceQuestion, Result<ServiceSeen>> services_;
  std::map<PolicyQuestion, Result<env::HttpResponse>> policies_;
  std::map<std::string, Error> down_;  ///< mail servers that cannot be reached, by address
  std::unordered_map<std::string, env::DnsQuestion> wanted_;
  std::set<ServiceQuestion> wanted_services_;
  std::set<PolicyQuestion> wanted_policies_;
  std::size_t questions_ = 0;
  bool lacking_ = false;
};

}  // namespace plumb::verify
