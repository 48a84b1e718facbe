#include "resources/rules/rules.h"

#include <algorithm>
#include <set>

#include "tests/resources/rules/zone_text.h"

namespace plumb::rules {
namespace {

using Lines = std::vector<std::string>;

const std::string kRsa1024 =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDIA1iyU9kAMbh/"
    "pxz4zxQfcfOFE1wGFp5KgEUdyozzPC9KrfgbLz99k4x"
    "DPXc2o2TkRxWUVZNfiAGsBsPP1Hc6bYlVtcWoiAFP3k9Rw8REBLpbBXyTLlVnkBlj2Y7GTXj+w7vT/"
    "+cdPjpThGeqxbhLFP"
    "YPxrF1K2tFaYZ4dvEsRQIDAQAB";

/// A zone in which one rule finds this, and a zone, as like it as can be, in which it finds
/// nothing.
struct Case {
  std::string rule;
  Lines fires;
  Lines says;
  Lines silent;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases{
      {"cname-apex",
       {"@ CNAME www.example.net."},
       {"error: the apex example.com cannot be a CNAME"},
       {"www CNAME www.example.net."}},
      {"cname-beside-other-data",
       {"www CNAME www.example.net.", "www TXT x"},
       {"error: www.example.com has a CNAME and TXT records"},
       {"www CNAME www.example.net.", "www NSEC www.example.com. A", "*.www TXT x"}},
      {"cname-single",
       {"www CNAME a.example.net.", "www CNAME b.example.net."},
       {"error: www.example.com has 2 CNAME records"},
       {"www CNAME a.example.net.", "ftp CNAME b.example.net."}},
      {"cname-loop",
       {"www CNAME www", "a CNAME b", "b CNAME a", "c CNAME a"},
       {"error: CNAMEs form a loop: a.example.com → b.example.com → a.example.com",
        "error: CNAMEs form a loop: b.example.com → a.example.com → b.example.com",
        "error: CNAME www.example.com points to itself"},
       {"a CNAME b", "b CNAME c", "c A 192.0.2.1"}},
      {"cname-wildcard-loop",
       {"*.app CNAME web.app"},
       {"error: CNAME *.app.example.com points to web.app.example.com, for which it answers "
        "itself"},
       {"*.app CNAME web.app", "web.app A 192.0.2.1"}},
      {"cname-target",
       {"www CNAME web", "b CNAME x.sub"},
       {"warning: CNAME b.example.com points to x.sub.example.com, which has no records",
        "warning: CNAME www.example.com points to web.example.com, which has no records"},
       {"www CNAME web",
        "web A 192.0.2.1",
        "a CNAME www.example.net.",
        "b CNAME x.sub",
        "sub NS ns.example.net.",
        "c CNAME x.w",
        "*.w A 192.0.2.1",
        "d CNAME x.dn",
        "dn DNAME example.org."}},
      {"dname-single",
       {"a DNAME example.net.", "a DNAME example.org."},
       {"error: a.example.com has 2 DNAME records"},
       {"a DNAME example.net."}},
      {"dname-occludes",
       {"a DNAME example.net.", "www.a A 192.0.2.1"},
       {"error: www.a.example.com A lies below the DNAME at a.example.com and is never answered"},
       {"a DNAME example.net.", "a TXT x", "wwwa A 192.0.2.1"}},
      {"dname-beside-ns",
       {"a DNAME example.net.", "a NS ns.example.net."},
       {"error: a.example.com has a DNAME and NS records"},
       {"@ DNAME example.net.", "@ NS ns.example.net."}},

      {"mx-target-ip",
       {"@ MX 10 192.0.2.1."},
       {"error: MX target 192.0.2.1 is an address, not a host name"},
       {"@ MX 10 mx.example.net."}},
      {"mx-target-cname",
       {"@ MX 10 mx", "mx CNAME mx.example.net."},
       {"error: MX target mx.example.com is a CNAME"},
       {"@ MX 10 mx", "mx A 192.0.2.1"}},
      {"mx-target-address",
       {"@ MX 10 mx1", "@ MX 20 mx2", "mx1 TXT x"},
       {"error: MX target mx1.example.com has no A or AAAA record in this zone",
        "error: MX target mx2.example.com has no A or AAAA record in this zone"},
       {"@ MX 10 mx1",
        "@ MX 20 mx2",
        "@ MX 30 mx.example.net.",
        "@ MX 40 x.w",
        "@ MX 50 a.sub",
        "mx1 A 192.0.2.1",
        "mx2 AAAA ?",
        "*.w A 192.0.2.1",
        "sub NS ns.example.net.",
        "no MX 0 ."}},
      {"mx-target-proxied",
       {"@ MX 10 mx", "mx A 192.0.2.1", "mx A (proxied)"},
       {"error: MX target mx.example.com is behind a proxy, which takes web alone"},
       {"@ MX 10 mx", "mx A 192.0.2.1", "www A 192.0.2.1", "www A (proxied)"}},
      {"mx-repeated-host",
       {"@ MX 10 mx.example.net.", "@ MX 20 mx.example.net."},
       {"warning: MX of example.com names mx.example.net more than once"},
       {"@ MX 10 mx.example.net.", "@ MX 20 mx2.example.net."}},
      {"null-mx-alone",
       {"@ MX 0 .", "@ MX 10 mx.example.net."},
       {"error: example.com has a null MX beside other MX records"},
       {"@ MX 0 .", "sub MX 10 mx.example.net."}},
      {"ns-target-ip",
       {"sub NS 192.0.2.1."},
       {"error: NS target 192.0.2.1 is an address, not a host name"},
       {"sub NS ns.example.net."}},
      {"ns-target-cname",
       {"sub NS ns", "ns CNAME ns.example.net."},
       {"error: NS target ns.example.com is a CNAME"},
       {"sub NS ns", "ns A 192.0.2.1"}},
      {"ns-target-address",
       {"@ NS ns1", "@ NS ns.example.net."},
       {"error: NS target ns1.example.com has no A or AAAA record in this zone"},
       {"@ NS ns1", "ns1 AAAA 2001:db8::1"}},
      {"srv-target-ip",
       {"_imaps._tcp SRV 0 1 993 192.0.2.1."},
       {"error: SRV target 192.0.2.1 is an address, not a host name"},
       {"_imaps._tcp SRV 0 1 993 mail.example.net."}},
      {"srv-target-cname",
       {"_imaps._tcp SRV 0 1 993 mail", "mail CNAME a.example.net."},
       {"warning: SRV target mail.example.com is a CNAME"},
       {"_imaps._tcp SRV 0 1 993 mail", "mail A 192.0.2.1"}},
      {"srv-target-address",
       {"_imaps._tcp SRV 0 1 993 mail"},
       {"error: SRV target mail.example.com has no A or AAAA record in this zone"},
       {"_imaps._tcp SRV 0 0 0 ."}},
      {"srv-target-proxied",
       {"_imap._tcp SRV 0 1 143 mx", "mx A 192.0.2.1", "mx A (proxied)"},
       {"warning: SRV target mx.example.com is behind a proxy, which takes web alone"},
       {"_imap._tcp SRV 0 1 143 mx", "mx A 192.0.2.1"}},
      {"srv-null-alone",
       {"_imaps._tcp SRV 0 0 0 .", "_imaps._tcp SRV 0 1 993 mail.example.net."},
       {"warning: _imaps._tcp.example.com says that there is no service, and where it is"},
       {"_imaps._tcp SRV 0 0 0 ."}},

      {"ds-apex",
       {"@ DS 1 13 2 " + std::string(64, 'a')},
       {"error: DS of example.com stands in the zone itself, where nobody asks for it"},
       {"sub DS 1 13 2 " + std::string(64, 'a')}},
      {"ds-without-ns",
       {"sub DS 1 13 2 " + std::string(64, 'a')},
       {"error: sub.example.com has DS but no NS records"},
       {"sub DS 1 13 2 " + std::string(64, 'a'), "sub NS ns.example.net."}},
      {"below-delegation",
       {"sub NS ns.sub", "sub TXT x", "www.sub A 192.0.2.1", "a.b.sub MX 0 ."},
       {"error: a.b.sub.example.com MX belongs to sub.example.com, which is delegated, and is "
        "never answered from here",
        "error: sub.example.com TXT belongs to sub.example.com, which is delegated, and is never "
        "answered from here",
        "warning: www.sub.example.com A belongs to sub.example.com, which is delegated, and is "
        "never answered from here"},
       {"@ NS ns.example.net.",
        "sub NS ns.sub",
        "ns.sub A 192.0.2.1",
        "wwwsub A 192.0.2.1",
        "sub DS 1 13 2 " + std::string(64, 'a')}},
      {"ns-glue",
       {"sub NS ns.sub"},
       {"error: name server ns.sub.example.com lies in the zone sub.example.com that it serves, "
        "and has no glue"},
       {"sub NS ns.sub", "ns.sub AAAA 2001:db8::1", "other NS ns.example.net.", "@ NS ns"}},
      {"ns-wildcard",
       {"*.a NS ns.example.net."},
       {"warning: NS at the wildcard *.a.example.com has no defined meaning"},
       {"a NS ns.example.net."}},
      {"ns-single",
       {"@ NS ns.example.net."},
       {"warning: example.com has only one name server"},
       {"@ NS ns1.example.net.", "@ NS ns2.example.net.", "sub NS ?"}},

      {"host-name",
       {"my_host A 192.0.2.1"},
       {"warning: host name my_host.example.com has an underscore"},
       {"my-host A 192.0.2.1",
        "_dmarc TXT x",
        "s1._domainkey CNAME a.example.net.",
        "_25._tcp.mx TLSA 3 1 1 " + std::string(64, 'a')}},
      {"wildcard-inside",
       {"a.*.b A 192.0.2.1"},
       {"warning: the asterisk in a.*.b.example.com stands for itself only"},
       {"*.b A 192.0.2.1", "* A 192.0.2.1", "a.*b A 192.0.2.1"}},
      {"srv-owner",
       {"imaps SRV 0 1 993 mail.example.net."},
       {"warning: SRV at imaps.example.com is not found by anybody"},
       {"_imaps._tcp SRV 0 1 993 mail.example.net.", "_x._udp.sub SRV 0 0 0 ."}},
      {"tlsa-owner",
       {"mx TLSA 3 1 1 " + std::string(64, 'a'), "_99999._tcp TLSA 3 1 1 " + std::string(64, 'a')},
       {"warning: TLSA at _99999._tcp.example.com is not found by anybody",
        "warning: TLSA at mx.example.com is not found by anybody"},
       {"_25._tcp.mx TLSA 3 1 1 " + std::string(64, 'a'),
        "*._tcp.mx TLSA 3 1 1 " + std::string(64, 'a')}},
      {"tlsa-smtp-usage",
       {"_25._tcp.mx TLSA 1 1 1 " + std::string(64, 'a')},
       {"warning: TLSA usage 1 at _25._tcp.mx.example.com is not usable for SMTP"},
       {"_443._tcp.www TLSA 1 1 1 " + std::string(64, 'a'),
        "_25._tcp.mx TLSA 3 1 1 " + std::string(64, 'a')}},
      {"smimea-owner",
       {"jane SMIMEA 3 1 1 " + std::string(64, 'a')},
       {"warning: SMIMEA at jane.example.com is not found by anybody"},
       {std::string(56, 'a') + "._smimecert SMIMEA 3 1 1 " + std::string(64, 'a')}},
      {"openpgpkey-owner",
       {"jane OPENPGPKEY AAAA"},
       {"warning: OPENPGPKEY at jane.example.com is not found by anybody"},
       {std::string(56, '0') + "._openpgpkey OPENPGPKEY AAAA"}},
      {"duplicate-value",
       {"www A 192.0.2.1", "www A 192.0.2.1"},
       {"warning: www.example.com A has the same value twice"},
       {"www A 192.0.2.1", "www A 192.0.2.2"}},
      {"txt-non-ascii",
       {"www TXT gr\xc3\xbc\xc3\x9f"},
       {"note: TXT of www.example.com is not plain ASCII: it is published as UTF-8 octets"},
       {"www TXT plain"}},

      {"caa-tag",
       {"@ CAA 0 isue \"x.example\"", "@ CAA 128 novel \"x\""},
       {"warning: CAA tag 'isue' is not known",
        "error: CAA tag 'novel' is not known, and critical: no CA may issue"},
       {"@ CAA 0 issue \"x.example\"",
        "@ CAA 128 issuewild \";\"",
        "@ CAA 0 issuemail \"x.example\""}},
      {"caa-flags",
       {"@ CAA 1 issue \"x.example\""},
       {"warning: CAA flags are 1, of which only 128 has a meaning"},
       {"@ CAA 128 issue \"x.example\""}},
      {"caa-issuer",
       {"@ CAA 0 issue \"https://x.example\""},
       {"error: CAA issue of example.com does not name a CA by its domain: no CA may issue"},
       {"@ CAA 0 issue \";\"", "@ CAA 0 issue \"x.example; accounturi=https://x.example/1\""}},
      {"caa-iodef",
       {"@ CAA 0 iodef \"security@example.com\""},
       {"warning: CAA iodef of example.com is no URL"},
       {"@ CAA 0 iodef \"mailto:security@example.com\""}},

      {"spf-multiple",
       {"@ TXT v=spf1 -all", "@ TXT v=spf1 mx -all"},
       {"error: example.com has more than one SPF record"},
       {"@ TXT v=spf1 -all", "@ TXT v=spf10 mx", "sub TXT v=spf1 -all"}},
      {"spf-syntax",
       {"@ TXT v=spf1 ipv4:192.0.2.1 ip4:192.0.2.300 include: x.example ip4:192.0.2.0/33 a=b -all"},
       {"error: SPF term 'ipv4:192.0.2.1' is not known",
        "error: SPF term 'ip4:192.0.2.300' has no IPv4 address",
        "error: SPF term 'include:' lacks a domain",
        "error: SPF term 'x.example' is not known",
        "error: SPF term 'ip4:192.0.2.0/33' has a wrong prefix length",
        "error: SPF term 'a=b' has a \"=\" where a \":\" belongs"},
       {"@ TXT v=SPF1 a mx/24 a:b.example/24//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 "
        "exists:%{ir}.x.example include:_spf.x.example ?ptr  unknown=x exp=e.x.example ~ALL "}},
      {"spf-version",
       {"@ TXT v=spf1include:x.example -all", "sub TXT  v=spf1 -all"},
       {"warning: TXT of example.com looks like SPF, but does not begin with \"v=spf1 \"",
        "warning: TXT of sub.example.com looks like SPF, but does not begin with \"v=spf1 \""},
       {"@ TXT v=spf1", "sub TXT v=spf1 -all", "a TXT token"}},
      {"spf-lookup-limit",
       {"@ TXT v=spf1 include:a.example.com include:a.example.com mx -all",
        "a TXT v=spf1 a:1.example.net a:2.example.net a:3.example.net a:4.example.net -all",
        "b TXT v=spf1 a a a mx mx mx ptr ptr exists:x.example.net -all"},
       {"error: SPF of example.com needs 11 DNS lookups, 10 are allowed",
        "warning: SPF of b.example.com needs 9 DNS lookups, close to the limit of 10"},
       {"@ TXT v=spf1 include:a.example.com ip4:192.0.2.1 ip6:2001:db8::1 a mx -all "
        "redirect=a.example.com",
        "a TXT v=spf1 a:1.example.net a:2.example.net a:3.example.net -all"}},
      {"spf-loop",
       {"@ TXT v=spf1 include:a.example.com -all",
        "a TXT v=spf1 redirect=example.com",
        "b TXT v=spf1 include:a.example.com -all"},
       {"error: SPF records include each other in a loop: example.com → a.example.com → "
        "example.com",
        "error: SPF records include each other in a loop: a.example.com → example.com → "
        "a.example.com"},
       {"@ TXT v=spf1 include:a.example.com include:b.example.com -all",
        "a TXT v=spf1 include:b.example.com -all",
        "b TXT v=spf1 -all"}},
      {"spf-include-missing",
       {"@ TXT v=spf1 include:a.example.com include:b.example.com -all", "a TXT token"},
       {"error: SPF of example.com relies on a.example.com, which has no SPF record",
        "error: SPF of example.com relies on b.example.com, which has no SPF record"},
       {"@ TXT v=spf1 include:a.example.com include:x.example.net include:%{d}.example.com "
        "include:c.example.com include:d.example.com -all",
        "a TXT v=spf1 -all",
        "c TXT ?",
        "d CNAME x.example.net."}},
      {"spf-all-pass",
       {"@ TXT v=spf1 +all", "a TXT v=spf1 mx all"},
       {"error: SPF of example.com lets the whole world send ('+all')",
        "error: SPF of a.example.com lets the whole world send ('all')"},
       {"@ TXT v=spf1 ~all", "a TXT v=spf1 all=x -all"}},
      {"spf-all-missing",
       {"@ TXT v=spf1 mx", "a TXT v=spf1 mx ?all"},
       {"warning: SPF of example.com says nothing of all other senders",
        "warning: SPF of a.example.com says nothing of all other senders"},
       {"@ TXT v=spf1 -all", "a TXT v=spf1 redirect=example.net"}},
      {"spf-after-all",
       {"@ TXT v=spf1 -all mx redirect=example.net"},
       {"warning: SPF term 'mx' of example.com is ignored because of '-all'",
        "warning: SPF term 'redirect=example.net' of example.com is ignored because of '-all'"},
       {"@ TXT v=spf1 mx -all exp=e.example.net"}},
      {"spf-ptr",
       {"@ TXT v=spf1 ptr -all"},
       {"warning: SPF of example.com uses ptr"},
       {"@ TXT v=spf1 mx -all"}},
      {"spf-size",
       {"@ TXT v=spf1" + std::string(441, ' ') + "-all"},
       {
           "warning: SPF of example.com has 451 octets",
       },
       {"@ TXT v=spf1" + std::string(440, ' ') + "-all"}},

      {"dmarc-multiple",
       {"_dmarc TXT v=DMARC1; p=none", "_dmarc TXT v=DMARC1; p=reject"},
       {"error: _dmarc.example.com has more than one DMARC record"},
       {"_dmarc TXT v=DMARC1; p=none", "_dmarc.sub TXT v=DMARC1; p=none"}},
      {"dmarc-syntax",
       {"_dmarc TXT v=DMARC1; p=rejct; sp",
        "_dmarc.a TXT v=dmarc1; p=none",
        "_dmarc.b TXT p=none; v=DMARC1"},
       {"error: DMARC of _dmarc.example.com: 'sp' is no tag=value",
        "error: DMARC of _dmarc.example.com has the policy p='rejct'",
        "error: DMARC of _dmarc.a.example.com does not begin with v=DMARC1",
        "error: DMARC of _dmarc.b.example.com does not begin with v=DMARC1"},
       {"_dmarc TXT v=DMARC1;p=reject; sp=none ;", "sub._report._dmarc TXT v=DMARC1"}},
      {"dmarc-policy-missing",
       {"_dmarc TXT v=DMARC1; rua=mailto:a@example.com"},
       {"warning: DMARC of _dmarc.example.com states no policy"},
       {"_dmarc TXT v=DMARC1; p=none", "x.example.net._report._dmarc TXT v=DMARC1"}},
      {"dmarc-tag",
       {"_dmarc TXT v=DMARC1; p=none; aspf=x; rau=mailto:a@example.com; rua=a@example.com"},
       {"warning: DMARC of _dmarc.example.com has aspf='x', which is ignored",
        "warning: DMARC of _dmarc.example.com has a tag 'rau' that is not known and ignored",
        "warning: DMARC of _dmarc.example.com has rua='a@example.com', which is ignored"},
       {"_dmarc TXT v=DMARC1; p=none; adkim=s; aspf=r; fo=1:d; t=y; "
        "rua=mailto:a@example.com, mailto:b@example.com"}},
      {"dmarc-removed-tag",
       {"_dmarc TXT v=DMARC1; p=none; pct=50"},
       {"warning: DMARC of _dmarc.example.com has the tag pct, which is no longer part of DMARC"},
       {"_dmarc TXT v=DMARC1; p=none; t=y"}},
      {"dmarc-owner",
       {"@ TXT v=DMARC1; p=none"},
       {"warning: DMARC record at example.com is not looked for there"},
       {"_dmarc TXT v=DMARC1; p=none", "a._report._dmarc TXT v=DMARC1"}},

      {"dkim-multiple",
       {"s._domainkey TXT p=", "s._domainkey TXT v=DKIM1; p="},
       {"error: s._domainkey.example.com has more than one TXT"},
       {"s._domainkey TXT p=", "t._domainkey TXT p="}},
      {"dkim-syntax",
       {"a._domainkey TXT k=rsa; v=DKIM1; p=",
        "b._domainkey TXT v=DKIM1; k=rsa",
        "c._domainkey TXT k=dsa; p=",
        "d._domainkey TXT h=sha1; p=",
        "e._domainkey TXT s=tls; p=",
        "f._domainkey TXT v=DKIM1 k=rsa p"},
       {"error: DKIM key a._domainkey.example.com: v must come first and be DKIM1",
        "error: DKIM key b._domainkey.example.com: there is no p= with the key",
        "error: DKIM key c._domainkey.example.com: key type 'dsa' is not known",
        "error: DKIM key d._domainkey.example.com: h= does not allow sha256",
        "error: DKIM key e._domainkey.example.com: s= does not allow email",
        "error: DKIM key f._domainkey.example.com: v must come first and be DKIM1"},
       {"a._domainkey TXT v=DKIM1; k=rsa; h=sha1:sha256; s=email; t=y:s; p=;",
        "_domainkey TXT o=~"}},
      {"dkim-key",
       {"a._domainkey TXT p=###",
        "b._domainkey TXT p=AAAA",
        "c._domainkey TXT k=ed25519; p=AAAA",
        "d._domainkey TXT p=MAAA"},
       {"error: DKIM key a._domainkey.example.com: p= is not base64",
        "error: DKIM key b._domainkey.example.com: p= is no RSA public key",
        "error: DKIM key c._domainkey.example.com: an ed25519 key has 32 octets, not 3",
        "warning: DKIM key d._domainkey.example.com: p= is no RSA public key"},
       {"a._domainkey TXT p=" + kRsa1024,
        "b._domainkey TXT k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "c._domainkey TXT p="}},
      {"dkim-key-size",
       {"a._domainkey TXT p=" + kRsa1024,
        "b._domainkey TXT p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL7OLEtCd1b3UhB7s2jqsPaZAVYYBpcpbV9WCi8"
        "k4bPoKZ0F9pEz0Q7H5BzM7a2W8Cnh7R9o6vF1q9Q8w0k7c1sCAwEAAQ=="},
       {"warning: DKIM key a._domainkey.example.com has 1024 bits",
        "error: DKIM key b._domainkey.example.com has 512 bits, which verifiers refuse"},
       {"a._domainkey TXT p=",
        "b._domainkey TXT k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}},

      {"mta-sts-syntax",
       {"_mta-sts TXT v=STSv1; id=2026-01-01",
        "_mta-sts.a TXT v=STSv1",
        "_mta-sts.b TXT id=1",
        "_mta-sts.c TXT v=STSv1; id=1",
        "_mta-sts.c TXT v=STSv1; id=2"},
       {"error: MTA-STS record _mta-sts.example.com: id= must be 1 to 32 letters and digits",
        "error: MTA-STS record _mta-sts.a.example.com: there is no id=",
        "error: MTA-STS record _mta-sts.b.example.com: it does not begin with v=STSv1",
        "error: _mta-sts.c.example.com has more than one TXT"},
       {"_mta-sts TXT v=STSv1; id=20260101T000000;"}},
      {"mta-sts-host",
       {"_mta-sts TXT v=STSv1; id=1"},
       {"warning: MTA-STS policy host mta-sts.example.com has no address, so the policy cannot be "
        "fetched"},
       {"_mta-sts TXT v=STSv1; id=1",
        "mta-sts A 192.0.2.1",
        "_mta-sts.a TXT v=STSv1; id=1",
        "mta-sts.a CNAME x.example.net."}},
      {"tls-rpt-syntax",
       {"_smtp._tls TXT v=TLSRPTv1; rua=tls@example.com", "_smtp._tls.a TXT v=TLSRPTv1"},
       {"error: TLS reporting record _smtp._tls.example.com: rua= must hold mailto: or https: "
        "addresses",
        "error: TLS reporting record _smtp._tls.a.example.com: there is no rua="},
       {"_smtp._tls TXT v=TLSRPTv1; rua=mailto:tls@example.com,https://example.net/t"}},
  };
  return kCases;
}

TEST(Rules, FindWhatTheySayAndNothingInSoundZones) {
  for (const auto& c : cases()) {
    const TextZone bad(c.fires);
    EXPECT_EQ(findings_of(c.rule, bad.view()), c.says) << c.rule;
    const TextZone good(c.silent);
    EXPECT_EQ(findings_of(c.rule, good.view()), Lines()) << c.rule;
  }
}

TEST(Rules, AreEachInTheTableAbove) {
  std::set<std::string> tested{"delegation-missing",
                               "dmarc-report-allowed",  // need two zones
                               "mail-role-abuse",
                               "mail-role-postmaster"};  // look at addresses: tests of load
  for (const auto& c : cases()) {
    tested.insert(c.rule);
  }
  for (const auto& rule : rules()) {
    EXPECT_EQ(tested.erase(std::string(rule.id)), 1U) << rule.id;
  }
  EXPECT_TRUE(tested.empty());
}

TEST(Rules, HaveUniqueIdsASummaryAndAReference) {
  const auto ids = rule_ids();
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
  for (const auto& rule : rules()) {
    EXPECT_FALSE(rule.summary.empty() || rule.summary.ends_with('.')) << rule.id;
    EXPECT_TRUE(rule.reference.starts_with("RFC ")) << rule.id;
  }
}

TEST(Rules, NeverSayMoreThanTheirSeverity) {
  for (const auto& c : cases()) {
    const TextZone zone(c.fires);
    Diagnostics problems;
    lint_zone(zone.view(), nullptr, {}, problems);
    for (const auto& found : problems.all()) {
      const auto rule = std::find_if(
          rules().begin(), rules().end(), [&](const Rule& r) { return r.id == found.rule; });
      ASSERT_NE(rule, rules().end());
      EXPECT_GE(found.severity, rule->severity) << found.rule;
      EXPECT_EQ(found.reference, rule->reference);
      EXPECT_TRUE(found.place.known()) << found.message;
      EXPECT_FALSE(found.hint.empty() && found.rule != "spf-syntax" && found.rule != "dmarc-tag")
          << found.message;
      EXPECT_FALSE(found.message.ends_with('.')) << found.message;
    }
  }
}

TEST(Rules, AreSwitchedOffByIdForAZoneOrOneRecord) {
  const TextZone zone({"@ MX 10 192.0.2.1.", "my_host A 192.0.2.1"});
  EXPECT_EQ(findings(zone.view()).size(), 2U);
  EXPECT_EQ(findings(zone.view(), nullptr, {"mx-target-ip", "host-name"}), Lines());

  const std::vector<std::string> off{"host-name"};
  auto records =
      std::vector<ZoneRecord>(zone.view().records().begin(), zone.view().records().end());
  for (auto& record : records) {
    record.rules_off = &off;
  }
  const ZoneView quiet(zone.view().origin(), records);
  EXPECT_EQ(findings(quiet),
            (Lines{"error mx-target-ip: MX target 192.0.2.1 is an address, not a host name"}));
}

TEST(Rules, AcceptACommonMailDomainWithoutAWord) {
  const TextZone zone({
      "@ NS ns1.example.net.",
      "@ NS ns2.example.net.",
      "@ A 192.0.2.10",
      "@ MX 10 mx1",
      "@ TXT v=spf1 ip4:192.0.2.10 include:_spf.example.net -all",
      "@ TXT google-site-verification=abc",
      "@ CAA 0 issue \"letsencrypt.org\"",
      "mx1 A 192.0.2.10",
      "mx1 AAAA 2001:db8::10",
      "www CNAME @",
      "_dmarc TXT v=DMARC1; p=reject; rua=mailto:dmarc@example.com",
      "_mta-sts TXT v=STSv1; id=20260101T000000;",
      "mta-sts CNAME mx1",
      "_smtp._tls TXT v=TLSRPTv1; rua=mailto:tls@example.com",
      "_imaps._tcp SRV 0 1 993 mx1",
      "_25._tcp.mx1 TLSA 3 1 1 " + std::string(64, 'a'),
      "default._domainkey TXT ?",
      "*.dev A 192.0.2.10",
  });
  EXPECT_EQ(findings(zone.view()), Lines());
}

}  // namespace
}  // namespace plumb::rules
