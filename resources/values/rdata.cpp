#include "resources/values/rdata.h"

#include "resources/model/ascii.h"
#include "resources/values/ip_address.h"
#include "resources/values/quoted.h"
#include "resources/values/rdata_reader.h"
#include "resources/values/rdata_types.h"
#include "resources/values/txt.h"

namespace plumb::values {
namespace {

/// What every canonicaliser below is given.
struct Source {
  RecordType type;
  std::string_view text;
  const DomainName& origin;
  TargetRule rule;
};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

template <class T>
Result<std::string> canonical(const Source& source) {
  PLUMB_TRY(data, T::parse(source.text, source.origin, source.rule));
  return data.text();
}

/// For the types that share a form: TLSA and SMIMEA, SVCB and HTTPS.
template <class T>
Result<std::string> canonical_of_type(const Source& source) {
  PLUMB_TRY(data, T::parse(source.text, source.origin, source.rule, source.type));
  return data.text();
}

template <class Address>
Result<std::string> canonical_address(const Source& source) {
  auto address = Address::parse(trimmed(source.text, kFoldingBlanks));
  if (!address) {
    return tl::unexpected(
        std::move(address).error().in(std::string(record_type_name(source.type)) + " value"));
  }
  auto text = address->text();
  // An IPv4-mapped address (RFC 4291 §2.5.5.2) is reached by nobody, and PowerDNS refuses it.
  if (source.rule == TargetRule::manifest && source.type == RecordType::aaaa &&
      text.find('.') != std::string::npos) {
    return invalid("AAAA value " + quoted(text) + " is an IPv4 address in the form of IPv6",
                   "declare the IPv4 address with type A");
  }
  return text;
}

/// CNAME, DNAME, NS, PTR: one name.
Result<std::string> canonical_name(const Source& source) {
  RdataReader reader(source.type, source.text, source.origin, source.rule);
  PLUMB_TRY(name, reader.name("target"));
  if (const auto end = reader.end(); !end) {
    return tl::unexpected(end.error());
  }
  if (reader.is_manifest() && name.is_root()) {
    return reader.refuse("target", "is the root of the DNS");
  }
  return name.text();
}

Result<std::string> canonical_txt(const Source& source) {
  if (source.rule != TargetRule::manifest) {
    return parse_presentation(source.text);
  }
  if (const auto sound = check_manifest_text(source.text); !sound) {
    return tl::unexpected(sound.error());
  }
  return std::string(source.text);
}

/// What is only counted is only made readable.
Result<std::string> squeezed(const Source& source) {
  std::string out;
  for (const char c : trimmed(source.text, kFoldingBlanks)) {
    if (!is_blank(c)) {
      out.push_back(c);
    } else if (out.back() != ' ') {
      out.push_back(' ');
    }
  }
  if (out.empty()) {
    return invalid(std::string(record_type_name(source.type)) + " data is empty");
  }
  return out;
}

/// The last word of canonical data that ends in a name; no canonical name holds a bare blank.
std::string_view last_word(std::string_view canonical) {
  const auto blank = canonical.rfind(' ');
  return blank == std::string_view::npos ? canonical : canonical.substr(blank + 1);
}

std::string_view second_word(std::string_view canonical) {
  const auto rest = canonical.substr(std::min(canonical.find(' ') + 1, canonical.size()));
  return rest.substr(0, rest.find(' '));
}

}  // namespace

Result<std::string> canonical_rdata(RecordType type,
                                    std::string_view text,
                                    const DomainName& origin,
                                    TargetRule rule) {
  const Source source{type, text, origin, rule};
  switch (type) {
    case RecordType::a:
      return canonical_address<Ipv4Address>(source);
    case RecordType::aaaa:
      return canonical_address<Ipv6Address>(source);
    case RecordType::ns:
    case RecordType::cname:
    case RecordType::ptr:
    case RecordType::dname:
      return canonical_name(source);
    case RecordType::txt:
      return canonical_txt(source);
    case RecordType::soa:
      return canonical<Soa>(source);
    case RecordType::mx:
      return canonical<Mx>(source);
    case RecordType::srv:
      return canonical<Srv>(source);
    case RecordType::caa:
      return canonical<Caa>(source);
    case RecordType::naptr:
      return canonical<Naptr>(source);
    case RecordType::uri:
      return canonical<Uri>(source);
    case RecordType::ds:
      return canonical<Ds>(source);
    case RecordType::sshfp:
      return canonical<Sshfp>(source);
    case RecordType::openpgpkey:
      return canonical<Openpgpkey>(source);
    case RecordType::loc:
      return canonical<Loc>(source);
    case RecordType::tlsa:
    case RecordType::smimea:
      return canonical_of_type<Tlsa>(source);
    case RecordType::svcb:
    case RecordType::https:
      return canonical_of_type<Svcb>(source);
    case RecordType::rrsig:
    case RecordType::nsec:
    case RecordType::dnskey:
    case RecordType::nsec3:
    case RecordType::nsec3param:
    case RecordType::cds:
    case RecordType::cdnskey:
      return squeezed(source);
  }
  return invalid("a record type is unknown");
}

std::string wire_presentation(RecordType type, std::string_view canonical) {
  return type == RecordType::txt ? quote_chunks(canonical) : std::string(canonical);
}

std::optional<DomainName> target_of(RecordType type, std::string_view canonical) {
  std::string_view name;
  if (type == RecordType::ns || type == RecordType::cname || type == RecordType::ptr ||
      type == RecordType::dname) {
    name = canonical;
  } else if (type == RecordType::mx || type == RecordType::srv || type == RecordType::naptr) {
    name = last_word(canonical);
  } else if (type == RecordType::svcb || type == RecordType::https) {
    name = second_word(canonical);
  }
  if (!name.ends_with('.') || (type == RecordType::naptr && name == ".")) {
    return std::nullopt;
  }
  return DomainName::from_canonical(name);
}

}  // namespace plumb::values
