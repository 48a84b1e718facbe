#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "controller/env/env.h"
#include "controller/env/limiter.h"
#include "controller/providers/cloudflare/cloudflare.h"
#include "tests/support/cloudflare.h"

namespace plumb::test {

/// A cloudflare provider over real HTTP, retrying as in the product, on a clock that waits for
/// nobody.
class OpenedCloudflare {
 public:
  explicit OpenedCloudflare(const std::string& endpoint,
                            std::string_view token = Cloudflare::kToken)
      : secrets_(token) {
    Value::Map auth{{"token", Value{SecretRef{"env", "CLOUDFLARE_API_TOKEN"}, {}}}};
    spec_ = Value{Value::Map{{"type", Value{std::string("cloudflare"), {}}},
                             {"account", Value{std::string(Cloudflare::kAccount), {}}},
                             {"endpoint", Value{endpoint, {}}},
                             {"auth", Value{std::move(auth), {}}}},
                  {}};
    const auto type = providers::cloudflare::cloudflare_provider();
    account_ = type.traits->account(spec_).value();
    provider_ = std::move(*type.open({"cf", spec_, account_, "/", env_, limited_, {}}));
  }

  providers::Provider& provider() { return *provider_; }
  Scope scope(std::string zone) const { return {account_, std::move(zone)}; }
  const env::ManualClock& clock() const { return clock_; }

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
