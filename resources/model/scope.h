#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace plumb {

/// The stable number of a resource kind (RRset, Zone, Server...). On disk: never reused, never
/// renumbered.
enum class KindId : std::uint8_t {};

/// The unit of everything: one container at one account. Observed with one listing; diffed, queued,
/// locked and failing alone. `account` is the provider's type, endpoint and the vendor's own
/// account id, never the YAML name of a Provider: "powerdns http://127.0.0.1:8081/ localhost".
/// `container`: "example.com.", or empty where an account has no containers.
struct Scope {
  std::string account;
  std::string container;
  friend auto operator<=>(const Scope&, const Scope&) = default;
};

/// The identity of one resource: independent of documents, files and names of Providers.
struct ResourceId {
  Scope scope;
  KindId kind{};
  std::string key;  ///< natural key as the kind defines it: "www\0A", "mx1"
  friend auto operator<=>(const ResourceId&, const ResourceId&) = default;
};

/// How an exclusively owned container says whose it is: "plumb:acme-mail/production". At most 40
/// octets, which every vendor takes; a longer one ends in a hash.
std::string owner_mark(const std::string& project, const std::string& environment);
/// Whether a text is such a mark, of whatever owner.
bool is_owner_mark(const std::string& text);

}  // namespace plumb

template <>
struct std::hash<plumb::Scope> {
  std::size_t operator()(const plumb::Scope& scope) const noexcept {
    return std::hash<std::string>()(scope.account) * 31 + std::hash<std::string>()(scope.container);
  }
};
