#include "resources/kinds/server_declaration.h"

#include "resources/kinds/rrset.h"
#include "resources/model/mistakes.h"
#include "resources/values/ip_address.h"

namespace plumb::kinds {
namespace {

bool add_address(const PlacedText& written, ServerDeclaration& server, Diagnostics& problems) {
  const bool v6 = written.text.find(':') != std::string::npos;
  const auto read = [&](auto parsed, std::vector<std::string>& list) {
    if (!parsed) {
      problems.error(written.place, Mistake::bad_address, parsed.error());
      return false;
    }
    list.push_back(parsed->text());
    return true;
  };
  return v6 ? read(values::Ipv6Address::parse(written.text), server.ipv6)
            : read(values::Ipv4Address::parse(written.text), server.ipv4);
}

Value text_list(const std::vector<std::string>& texts) {
  Value::List list;
  for (const auto& text : texts) {
    list.push_back(Value{text, {}});
  }
  return Value{std::move(list), {}};
}

}  // namespace

std::vector<Output> ServerDeclaration::outputs() const {
  return {{.name = "hostname", .type = OutputType::name},
          {.name = "ipv4", .type = OutputType::ipv4, .list = true, .empty = ipv4.empty()},
          {.name = "ipv6", .type = OutputType::ipv6, .list = true, .empty = ipv6.empty()},
          {.name = "spf",
           .type = OutputType::text,
           .list = true,
           .empty = ipv4.empty() && ipv6.empty()}};
}

Value ServerDeclaration::fields() const {
  Value::Map map;
  map.push_back({"hostname", Value{hostname.text(), {}}});
  map.push_back({"ipv4", text_list(ipv4)});
  map.push_back({"ipv6", text_list(ipv6)});
  return Value{std::move(map), {}};
}

bool read_server(const Value& spec, ServerDeclaration& server, Diagnostics& problems) {
  server.common = read_common(spec, problems, &server_kind());
  if (const auto* provider = spec.find("provider"); provider && provider->as_string() != nullptr) {
    server.provider = *provider->as_string();
    server.provider_place = provider->place;
  }
  const auto* written = spec.find("hostname");
  auto hostname = values::DomainName::parse(*written->as_string());
  bool good = hostname.has_value();
  if (good) {
    server.hostname = std::move(*hostname);
  } else {
    problems.error(written->place, Mistake::bad_name, hostname.error());
  }
  for (const auto& address : read_texts(spec.find("addresses"))) {
    good &= add_address(address, server, problems);
  }
  return good;
}

}  // namespace plumb::kinds
