#pragma once

#include <memory>
#include <string>
#include <utility>

#include "controller/env/env.h"
#include "controller/env/limiter.h"
#include "controller/providers/powerdns/powerdns.h"

namespace plumb::test {

/// A powerdns provider over real HTTP, retrying as in the product, on a clock that waits for
/// nobody.
class OpenedPowerdns {
 public:
  /// `more`: further members of the spec.
  OpenedPowerdns(const std::string& endpoint, std::string_view api_key, Value::Map more = {})
      : secrets_(api_key) {
    more.push_back({"type", Value{std::string("powerdns"), {}}});
    more.push_back({"endpoint", Value{endpoint, {}}});
    Value::Map auth{{"apiKey", Value{SecretRef{"env", "PDNS_API_KEY"}, {}}}};
    more.push_back({"auth", Value{std::move(auth), {}}});
    spec_ = Value{std::move(more), {}};
    const auto type = providers::powerdns::powerdns_provider();
    account_ = type.traits->account(spec_).value();
    provider_ = std::move(*type.open({"pdns", spec_, account_, "/", env_, limited_, {}}));
  }

  providers::Provider& provider() { return *provider_; }
  Scope scope(std::string zone) const { return {account_, std::move(zone)}; }

 private:
  class OneSecret final : public env::Secrets {
   public:
    explicit OneSecret(std::string_view text) : text_(text) {}
    Result<env::Secret> get(const SecretRef&) override { return env::Secret(text_); }

   private:
    std::string text_;
  };

  OneSecret secrets_;
  env::ManualClock clock_;
  env::SeededRandom random_{1};
  env::NullLog log_;
  env::CurlHttp http_;
  env::Limiter limiter_{env::RateLimits{}};
  env::LimitedHttp limited_{http_, limiter_, clock_, random_};
  env::Env env_{clock_, random_, log_, http_, secrets_};
  Value spec_;
  std::string account_;
  std::unique_ptr<providers::Provider> provider_;
};

}  // namespace plumb::test
