#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/verify/check.h"
#include "controller/verify/facts.h"
#include "controller/verify/zone.h"

// What every check works with. Internal to controller/verify.

namespace plumb::verify {

struct Options {
  bool dns_only = false;           ///< nothing but the DNS is asked
  bool ipv6 = true;                ///< whether servers are asked over IPv6 too
  std::uint16_t smtp_port = 25;    ///< where mail exchangers are asked
  std::uint16_t https_port = 443;  ///< where MTA-STS policies are fetched
  std::int64_t now = 0;            ///< seconds since 1970, for certificates
  /// Recursive resolvers that are looked through one by one, "127.0.0.1:53": the declared ones.
  std::vector<std::string> resolvers = {};
};

/// One domain being looked at. A check that lacks a fact says nothing: it is called again.
struct Look {
  const Declared& declared;
  const Zone& zone;
  Facts& facts;
  const Options& options;
  Report& report;

  void pass(std::string topic, std::string subject, std::string message, std::string rule = {});
  void add(Check check) { report.checks.push_back(std::move(check)); }
  /// What plumb will do about a record, which was looked up before.
  std::string remedy(const values::DomainName& name,
                     values::RecordType type,
                     const std::string& advice = {}) const;
};

/// What came of a question to the resolvers. nullopt of a call below: not known yet.
struct Found {
  bool known = false;  ///< false: no answer, or one that says nothing; `trouble` says why
  std::string trouble;
  std::vector<std::string> values;
  std::uint32_t ttl = 0;
  bool nxdomain = false;
  bool authenticated = false;
  std::vector<std::string> aliases;  ///< targets of CNAMEs on the way
};

/// The records of a name as everybody sees them.
std::optional<Found> find(Facts& facts, const values::DomainName& name, values::RecordType type);

/// Asks for the records of a name and of all names above it at once, the root left out: one after
/// the other they take as many rounds as a name has labels.
void ask_upwards(Facts& facts, values::DomainName name, values::RecordType type);

/// All addresses of a host, IPv4 first. `known` is false where one of the families has no answer.
std::optional<Found> addresses_of(Facts& facts, const values::DomainName& host);

/// "a, b and c"; more than `most` are counted: "a, b and 7 more".
std::string listed(const std::vector<std::string>& items, std::size_t most = 4);
/// "1 record set", "3 record sets".
std::string counted(std::size_t count, std::string_view noun);
/// Data of a record as a line may show it: TXT in quotes, long texts cut, controls escaped.
/// `at`: an octet of a single long value that is not to be cut off.
std::string shown(values::RecordType type,
                  const std::vector<std::string>& values,
                  std::size_t at = 0);

/// One authoritative server of a zone.
struct NameServer {
  std::string name;     ///< "ns1.example.com", or the address where only that is declared
  std::string address;  ///< with port
};
/// The servers of `zone`: as declared, else of its NS records, else of those that it is to have.
/// nullopt of the call: not known yet.
struct NameServers {
  std::vector<NameServer> servers;
  std::string trouble;                   ///< what could not be looked up
  std::vector<values::DomainName> lost;  ///< name servers that have no address
  bool found = true;                     ///< false: the world sees no NS of this zone
};
std::optional<NameServers> name_servers(Facts& facts,
                                        const Declared& declared,
                                        const values::DomainName& zone,
                                        bool ipv6);

/// "nothing: delegate one.test at your registrar to ns1.one.test and ns2.other.test", or in the
/// zone above where that is no top-level domain. `parent`: the root where it is not known.
std::string delegate_it(const Look& look, const values::DomainName& parent);

// The checks, each a page of its own.
void check_served(Look& look);  ///< what is declared, at every server; lame ones; serials
/// What all servers have, at each declared resolver.
void check_resolvers(Look& look, const std::vector<const RecordSet*>& served);
void check_delegation(Look& look);  ///< NS and glue at the parent, DNSSEC
void check_mail_path(Look& look);   ///< MX, addresses, PTR, SMTP, TLSA
void check_senders(Look& look);     ///< SPF, DKIM, DMARC
void check_transport(Look& look);   ///< MTA-STS, TLS-RPT, CAA
void check_clients(Look& look);     ///< what SRV records offer to mail programs

}  // namespace plumb::verify
