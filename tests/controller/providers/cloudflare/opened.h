#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "controller/providers/cloudflare/cloudflare.h"
#include "tests/controller/providers/opened.h"
#include "tests/sandbox/cloudflare.h"

namespace plumb::test {

class OpenedCloudflare : public Opened {
 public:
  explicit OpenedCloudflare(const std::string& endpoint,
                            std::string_view token = Cloudflare::kToken)
      : Opened(providers::cloudflare::cloudflare_provider(), spec(endpoint), token) {}

 private:
  static Value spec(const std::string& endpoint) {
    Value::Map auth{{"token", Value{SecretRef{"env", "CLOUDFLARE_API_TOKEN"}, {}}}};
    return {Value::Map{{"type", Value{std::string("cloudflare"), {}}},
                       {"account", Value{std::string(Cloudflare::kAccount), {}}},
                       {"endpoint", Value{endpoint, {}}},
                       {"auth", Value{std::move(auth), {}}}},
            {}};
  }
};

}  // namespace plumb::test
