#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "controller/env/env.h"
#include "controller/env/limiter.h"
#include "controller/providers/provider.h"

namespace plumb::test {

/// A provider over real HTTP, retrying as in the product, on a clock that waits for nobody.
/// Whatever secret it asks for is the one at hand.
class Opened {
 public:
  /// Fails the process where `spec` does not open: a test that gives one is wrong.
  Opened(const providers::ProviderType& type, Value spec, std::string_view secret)
      : secrets_(secret),
        spec_(std::move(spec)),
        account_(type.traits->account(spec_).value()),
        provider_(std::move(*type.open({"one", spec_, account_, "/", env_, limited_, {}}))) {}

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
