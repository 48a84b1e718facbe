#include "resources/values/presentation.h"

namespace plumb::values {

std::string_view presentation_reference(RecordType type) {
  switch (type) {
    case RecordType::a:
      return "RFC 1035 §3.4.1";
    case RecordType::aaaa:
      return "RFC 3596 §2.4";
    case RecordType::caa:
      return "RFC 8659 §4.1.1";
    case RecordType::cname:
      return "RFC 1035 §3.3.1";
    case RecordType::dname:
      return "RFC 6672 §2.1";
    case RecordType::ds:
      return "RFC 4034 §5.3";
    case RecordType::svcb:
    case RecordType::https:
      return "RFC 9460 §2.1";
    case RecordType::loc:
      return "RFC 1876 §3";
    case RecordType::mx:
      return "RFC 1035 §3.3.9";
    case RecordType::naptr:
      return "RFC 3403 §4.1";
    case RecordType::ns:
      return "RFC 1035 §3.3.11";
    case RecordType::openpgpkey:
      return "RFC 7929 §2.3";
    case RecordType::ptr:
      return "RFC 1035 §3.3.12";
    case RecordType::smimea:
      return "RFC 8162 §2";
    case RecordType::soa:
      return "RFC 1035 §3.3.13";
    case RecordType::srv:
      return "RFC 2782";
    case RecordType::sshfp:
      return "RFC 4255 §3.2";
    case RecordType::tlsa:
      return "RFC 6698 §2.2";
    case RecordType::txt:
      return "RFC 1035 §3.3.14";
    case RecordType::uri:
      return "RFC 7553 §4";
    case RecordType::rrsig:
    case RecordType::nsec:
    case RecordType::dnskey:
    case RecordType::nsec3:
    case RecordType::nsec3param:
    case RecordType::cds:
    case RecordType::cdnskey:
      break;
  }
  return "RFC 1035 §5.1";  // kept by the server, never declared
}

}  // namespace plumb::values
