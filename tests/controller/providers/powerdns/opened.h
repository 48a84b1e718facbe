#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "controller/providers/powerdns/powerdns.h"
#include "tests/controller/providers/opened.h"

namespace plumb::test {

class OpenedPowerdns : public Opened {
 public:
  /// `more`: further members of the spec.
  OpenedPowerdns(const std::string& endpoint, std::string_view api_key, Value::Map more = {})
      : Opened(providers::powerdns::powerdns_provider(), spec(endpoint, std::move(more)), api_key) {
  }

 private:
  static Value spec(const std::string& endpoint, Value::Map members) {
    Value::Map auth{{"apiKey", Value{SecretRef{"env", "PDNS_API_KEY"}, {}}}};
    members.push_back({"type", Value{std::string("powerdns"), {}}});
    members.push_back({"endpoint", Value{endpoint, {}}});
    members.push_back({"auth", Value{std::move(auth), {}}});
    return {std::move(members), {}};
  }
};

}  // namespace plumb::test
