#include "controller/verify/facts.h"

#include <mutex>
#include <utility>

#include "controller/env/parallel.h"

namespace plumb::verify {
namespace {

constexpr std::size_t kPolicyCap = 64 << 10;  ///< octets; RFC 8461 §3.2 lets a sender limit it so
constexpr std::chrono::milliseconds kPolicyTime{20'000};

std::string key_of(const values::DomainName& name,
                   values::RecordType type,
                   const std::string& server,
                   bool recursive) {
  std::string key = name.text();
  key += ' ';
  key += values::record_type_name(type);
  key += ' ';
  key += server;
  key += recursive ? " rd" : "";
  return key;
}

env::HttpRequest policy_request(const PolicyQuestion& question) {
  env::HttpRequest request;
  request.url =
      "https://mta-sts." + std::string(question.domain.without_dot()) + "/.well-known/mta-sts.txt";
  request.connect_to = question.server;
  request.timeout = kPolicyTime;
  request.response_cap = kPolicyCap;
  return request;
}

}  // namespace

const Result<env::DnsAnswer>* Facts::dns(const values::DomainName& name,
                                         values::RecordType type,
                                         const std::string& server,
                                         bool recursive) {
  auto key = key_of(name, type, server, recursive);
  if (const auto found = answers_.find(key); found != answers_.end()) {
    return &found->second;
  }
  lacking_ = true;
  wanted_.try_emplace(std::move(key), env::DnsQuestion{name, type, server, recursive});
  return nullptr;
}

const Result<env::DnsAnswer>* Facts::known(const values::DomainName& name,
                                           values::RecordType type) const {
  const auto found = answers_.find(key_of(name, type, {}, false));
  return found == answers_.end() ? nullptr : &found->second;
}

const Result<ServiceSeen>* Facts::service(const ServiceQuestion& question) {
  if (const auto found = services_.find(question); found != services_.end()) {
    return &found->second;
  }
  lacking_ = true;
  wanted_services_.insert(question);
  return nullptr;
}

const Result<env::HttpResponse>* Facts::policy(const PolicyQuestion& question) {
  if (const auto found = policies_.find(question); found != policies_.end()) {
    return &found->second;
  }
  lacking_ = true;
  wanted_policies_.insert(question);
  return nullptr;
}

void Facts::ask_dns(const Sources& sources, const std::stop_token& stop) {
  std::vector<std::string> keys;
  std::vector<env::DnsQuestion> questions;
  for (auto& [key, question] : std::exchange(wanted_, {})) {
    keys.push_back(key);
    questions.push_back(std::move(question));
  }
  questions_ += questions.size();
  sources.resolver.ask_all(
      questions,
      [&](std::size_t number, Result<env::DnsAnswer> answer) {
        answers_.insert_or_assign(std::move(keys[number]), std::move(answer));
      },
      stop);
}

void Facts::ask_others(const Sources& sources, const std::stop_token& stop) {
  const auto services = std::exchange(wanted_services_, {});
  const auto policies = std::exchange(wanted_policies_, {});
  const std::vector<ServiceQuestion> service_list(services.begin(), services.end());
  const std::vector<PolicyQuestion> policy_list(policies.begin(), policies.end());
  std::mutex mutex;
  const auto task = [&](std::size_t i) {
    if (i < service_list.size()) {
      const auto& question = service_list[i];
      // A server that is down is down under each of its names.
      std::optional<Error> down;
      {
        const std::lock_guard lock(mutex);
        const auto found = down_.find(question.server);
        down = found == down_.end() ? std::nullopt : std::optional(found->second);
      }
      auto seen = down ? Result<ServiceSeen>(tl::unexpected(std::move(*down)))
                       : ask_service(question, sources.services, stop);
      const std::lock_guard lock(mutex);
      if (!seen && seen.error().code == ErrorCode::unavailable) {
        down_.try_emplace(question.server, seen.error());
      }
      services_.insert_or_assign(question, std::move(seen));
      return;
    }
    const auto& question = policy_list[i - service_list.size()];
    auto answer = sources.http.send(policy_request(question), stop);
    const std::lock_guard lock(mutex);
    policies_.insert_or_assign(question, std::move(answer));
  };
  env::for_each_parallel(service_list.size() + policy_list.size(), sources.connections, task);
}

bool Facts::find_out(const Sources& sources, std::stop_token stop) {
  const bool any = !wanted_.empty() || !wanted_services_.empty() || !wanted_policies_.empty();
  ask_dns(sources, stop);
  ask_others(sources, stop);
  return any;
}

}  // namespace plumb::verify
