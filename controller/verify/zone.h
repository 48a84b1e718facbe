#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "resources/values/domain_name.h"
#include "resources/values/record_type.h"

namespace plumb::verify {

/// One declared record set.
struct RecordSet {
  values::DomainName name;
  values::RecordType type{};
  std::optional<std::uint32_t> ttl;  ///< seconds; absent: not declared
  std::vector<std::string> values;   ///< canonical data, sorted; of TXT the octets
  bool applied = false;  ///< what plumb last applied is this; else it waits for an apply
  bool shared = false;   ///< other values may stand beside these: TXT of a shared zone
};

/// An MTA-STS policy that a mail provider keeps on a web server.
struct PolicyFile {
  std::string mode;             ///< "enforce", "testing", "none"
  std::vector<std::string> mx;  ///< patterns without final dot, sorted
  bool applied = false;         ///< what plumb last wrote is this
};

/// A zone as the manifests have it.
struct Zone {
  values::DomainName name;
  std::vector<RecordSet> sets;
  /// Addresses of its authoritative servers, where a Provider declares them (`verify.servers`);
  /// empty: those that its NS records name.
  std::vector<std::string> servers;
  std::size_t awaiting = 0;          ///< record sets whose values are not known yet
  std::optional<PolicyFile> policy;  ///< nothing: plumb does not write it
};

/// All zones of a project, by name: what is declared, whatever is asked about.
class Declared {
 public:
  explicit Declared(std::vector<Zone> zones);

  const std::vector<Zone>& zones() const { return zones_; }
  /// The zone that `name` lies in, the deepest one; nullptr: not declared here.
  const Zone* zone_of(const values::DomainName& name) const;
  const Zone* find(const values::DomainName& name) const;
  /// A record set that is declared; nullptr where there is none.
  const RecordSet* set_of(const values::DomainName& name, values::RecordType type) const;
  /// A name that is declared to have this address, in canonical form; nullptr where none is.
  const values::DomainName* host_of(const std::string& address) const;

 private:
  std::vector<Zone> zones_;
  std::map<values::DomainName, const Zone*> by_name_;
  std::unordered_map<std::string, const values::DomainName*> hosts_;  ///< by address
};

/// What Plumb will do about a record that is not as it should be: an apply puts it right; it was
/// applied and is on its way; or nothing, since the world sees what is declared (`seen`), or since
/// nothing is: then `advice` says what to add ("an SPF record that ends in -all").
std::string remedy(const Declared& declared,
                   const values::DomainName& name,
                   values::RecordType type,
                   const std::string& advice,
                   bool seen = false);
/// The same for what is declared and not as declared everywhere.
std::string remedy(const RecordSet& set);

}  // namespace plumb::verify
