#pragma once

#include <chrono>
#include <stop_token>

#include "controller/env/env.h"
#include "controller/env/log.h"
#include "controller/env/random.h"

namespace plumb::test {

/// An environment without a world: the clock stands at 2026-11-20 12:00 UTC, nothing is logged,
/// there is no network and no secret.
class QuietEnv {
 public:
  env::Env& env() { return env_; }
  env::ManualClock& clock() { return clock_; }
  env::Http& http() { return http_; }

 private:
  class NoHttp final : public env::Http {
    Result<env::HttpResponse> send(const env::HttpRequest& request, std::stop_token) override {
      return fail(ErrorCode::unavailable, "no network in this test: " + request.url);
    }
  };
  class NoSecrets final : public env::Secrets {
    Result<env::Secret> get(const SecretRef&) override {
      return fail(ErrorCode::denied, "no secrets in this test");
    }
  };

  env::ManualClock clock_{std::chrono::sys_days(std::chrono::year(2026) / 11 / 20) +
                          std::chrono::hours(12)};
  env::SeededRandom random_{1};
  env::NullLog log_;
  NoHttp http_;
  NoSecrets secrets_;
  env::Env env_{clock_, random_, log_, http_, secrets_};
};

}  // namespace plumb::test
