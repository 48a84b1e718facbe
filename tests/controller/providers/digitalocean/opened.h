#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "controller/providers/digitalocean/digitalocean.h"
#include "tests/controller/providers/opened.h"
#include "tests/sandbox/digitalocean.h"

namespace plumb::test {

class OpenedDigitalOcean : public Opened {
 public:
  explicit OpenedDigitalOcean(const std::string& endpoint,
                              std::string_view token = DigitalOcean::kToken)
      : Opened(providers::digitalocean::digitalocean_provider(), spec(endpoint), token) {}

 private:
  static Value spec(const std::string& endpoint) {
    Value::Map auth{{"token", Value{SecretRef{"env", "DIGITALOCEAN_TOKEN"}, {}}}};
    return {Value::Map{{"type", Value{std::string("digitalocean"), {}}},
                       {"endpoint", Value{endpoint, {}}},
                       {"auth", Value{std::move(auth), {}}}},
            {}};
  }
};

}  // namespace plumb::test
