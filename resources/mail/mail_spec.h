#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "resources/model/place.h"
#include "resources/values/domain_name.h"

namespace plumb::mail {

/// A server that a domain's mail goes through, as `mail.servers` names it.
struct MailServer {
  std::string declaration;      ///< "Server/mx1": the target of references to its outputs
  values::DomainName hostname;  ///< of the Server
  std::uint16_t priority = 10;  ///< of its MX
  bool mx = true;               ///< receives
  bool outbound = true;         ///< sends: SPF names its addresses
  bool client = false;          ///< people log in there: IMAP 993, submission 465 and 587
  Place place;
};

/// A host that receives and is no Server of ours: `mail.mx: ["10 mx.vendor.example."]`.
struct ForeignMx {
  std::uint16_t priority = 10;
  values::DomainName host;
  Place place;
};

/// One signing key: `mail.dkim`. Its public half is the output `publicKey` of its DKIMKey.
struct DkimSpec {
  std::string selector;              ///< canonical, lower case, may have dots
  std::string algorithm = "rsa";     ///< "rsa" | "ed25519"
  std::uint32_t bits = 2048;         ///< of rsa
  std::uint64_t rotate_every_s = 0;  ///< seconds; 0: only by `plumb rotate`
  bool testing = false;              ///< `t=y`
  std::string public_key;  ///< base64, where it is given and no provider makes it; else empty
  Place place;
};

/// `mail.spf` (RFC 7208).
struct SpfSpec {
  std::vector<std::string> includes;  ///< domains, as they are to be written, without final dot
  std::vector<std::string> ip4;       ///< canonical addresses or networks
  std::vector<std::string> ip6;
  bool a = false;
  bool mx = false;
  std::string redirect;      ///< empty: none; takes the place of `all`
  std::string all = "fail";  ///< "fail" | "softfail" | "neutral" | "pass"
  Place place;
};

/// `mail.dmarc` (RFC 7489 §6.3, RFC 9989 §4.7). Empty texts are not written.
struct DmarcSpec {
  std::string policy = "none";           ///< none | quarantine | reject
  std::string subdomain_policy;          ///< sp
  std::string nonexistent_policy;        ///< np (RFC 9989)
  std::string dkim_alignment;            ///< adkim: "relaxed" | "strict"
  std::string spf_alignment;             ///< aspf
  std::optional<std::uint32_t> percent;  ///< pct (RFC 7489 only; RFC 9989 removed it)
  bool testing = false;                  ///< t=y (RFC 9989)
  std::string failure_options;           ///< fo
  std::vector<std::string> rua;          ///< URIs
  std::vector<std::string> ruf;
  Place place;
};

/// `mail.mtaSts` (RFC 8461).
struct MtaStsSpec {
  std::string mode = "testing";      ///< enforce | testing | none
  std::uint32_t max_age_s = 604800;  ///< seconds, at most 31557600
  std::vector<std::string> mx;       ///< patterns; empty: the hosts of our MX
  bool served = false;               ///< something serves the policy: only then it is published
  std::string
      host_target;  ///< where mta-sts.<domain> points: a hostname with final dot; empty: not ours
  Place place;
};

/// `mail.caa` (RFC 8659): who may issue certificates for the domain.
struct CaaSpec {
  std::vector<std::string> issue;
  std::vector<std::string> issue_wild;
  std::vector<std::string> issue_mail;  ///< RFC 9495
  std::vector<std::string> iodef;       ///< URIs
  Place place;
};

/// A TLSA record set of one MX host (RFC 7672 §2.2): digests of a given certificate's key.
struct TlsaSpec {
  values::DomainName host;
  std::uint16_t port = 25;
  std::vector<std::string> spki_sha256;  ///< hexadecimal; several while a key is rolled over
  Place place;
};

/// A domain's `mail`, typed, with its profiles merged in: what the record builders build from.
struct MailSpec {
  bool none = false;     ///< `{none: true}`: neither sends nor receives
  std::string provider;  ///< name of the mail Provider; empty: only records are made
  Place provider_place;
  std::optional<values::DomainName> alias_of;  ///< `{aliasOf: D}`: its addresses are those of D
  Place alias_of_place;
  std::vector<MailServer> servers;
  std::vector<ForeignMx> foreign_mx;
  std::vector<DkimSpec> dkim;  ///< the first signs
  std::optional<SpfSpec> spf;
  std::optional<DmarcSpec> dmarc;
  std::optional<MtaStsSpec> mta_sts;
  std::vector<std::string> tls_rpt;  ///< URIs of `mail.tlsRpt.rua` (RFC 8460 §3)
  Place tls_rpt_place;
  bool autoconfig = false;  ///< SRV and CNAME by which mail programs find their servers
  Place autoconfig_place;
  std::optional<CaaSpec> caa;
  std::vector<TlsaSpec> tlsa;
  bool no_mail_names = false;  ///< names that have addresses but no mail get the no-mail set
  Place place;
};

}  // namespace plumb::mail
