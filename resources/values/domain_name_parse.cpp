#include <algorithm>
#include <array>
#include <cstdint>

#include "resources/values/domain_name.h"
#include "resources/values/idn.h"
#include "resources/values/ip_address.h"
#include "resources/values/quoted.h"
#include "resources/values/txt.h"

namespace plumb::values {
namespace {

constexpr std::size_t kLabelLimit = 63;  // RFC 1035 §2.3.4
constexpr std::size_t kNameLimit = 255;  // RFC 1035 §2.3.4

enum class OctetClass : std::uint8_t { plain, upper, dot, special };

/// Special is all that the fast path leaves to the slow one: escapes, non-ASCII, what is escaped in
/// canonical form, and what is refused.
constexpr std::array<OctetClass, 256> octet_classes() {
  std::array<OctetClass, 256> classes{};
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const bool printable = i > 0x20 && i < 0x7F;
    classes[i] = printable ? OctetClass::plain : OctetClass::special;
  }
  for (const char c : std::string_view("\\\"();@$")) {
    classes[static_cast<unsigned char>(c)] = OctetClass::special;
  }
  for (std::size_t i = 'A'; i <= 'Z'; ++i) {
    classes[i] = OctetClass::upper;
  }
  classes['.'] = OctetClass::dot;
  return classes;
}

constexpr auto kOctetClasses = octet_classes();

OctetClass class_of(char c) {
  return kOctetClasses[static_cast<unsigned char>(c)];
}

char lower(char c) {
  return class_of(c) == OctetClass::upper ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// One or more labels in canonical form, each followed by its dot.
struct Labels {
  std::string text;        ///< "www.example."; "." for the root
  bool absolute = false;   ///< whether the source ended in a dot
  std::size_t octets = 0;  ///< on the wire, without the root's
};

/// Reads names of ordinary characters; false where the slow path must look (or complain).
bool read_plain(std::string_view text, std::size_t room, Labels& out) {
  out.text.reserve(text.size() + 1 + room);
  out.text.resize(text.size());
  std::size_t label = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (class_of(text[i])) {
      case OctetClass::plain:
        out.text[i] = text[i];
        ++label;
        break;
      case OctetClass::upper:
        out.text[i] = lower(text[i]);
        ++label;
        break;
      case OctetClass::dot:
        if (label == 0 || label > kLabelLimit) {
          return false;
        }
        out.text[i] = '.';
        label = 0;
        break;
      case OctetClass::special:
        return false;
    }
  }
  if (label > kLabelLimit) {
    return false;
  }
  out.absolute = label == 0;
  if (!out.absolute) {
    out.text.push_back('.');
  }
  out.octets = out.text.size();
  return true;
}

void append_octet(std::string& out, unsigned char octet) {
  const char c = static_cast<char>(octet);
  switch (class_of(c)) {
    case OctetClass::plain:
    case OctetClass::upper:
      out.push_back(lower(c));
      return;
    case OctetClass::dot:
    case OctetClass::special:
      break;
  }
  // NSD 4.6 reads the dot after two backslashes as escaped, so a backslash is always decimal.
  if (octet > 0x20U && octet < 0x7FU && c != '\\') {
    out.push_back('\\');
    out.push_back(c);
    return;
  }
  append_decimal_escape(out, octet);
}

bool is_ascii(std::string_view text) {
  return std::all_of(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
}

/// The labels of a name with escapes, U-labels or faults, one after the other.
class LabelReader {
 public:
  explicit LabelReader(std::string_view name) : name_(name) {}

  Result<Labels> read() {
    std::size_t begin = 0;
    while (begin < name_.size()) {
      const auto end = end_of_label(begin);
      PLUMB_TRY(octets, append_label(name_.substr(begin, end - begin)));
      out_.octets += octets + 1;
      out_.text.push_back('.');
      out_.absolute = end < name_.size();
      begin = end + 1;
    }
    return std::move(out_);
  }

 private:
  std::size_t end_of_label(std::size_t at) const {
    while (at < name_.size() && name_[at] != '.') {
      at += name_[at] == '\\' ? 2U : 1U;
    }
    return std::min(at, name_.size());
  }

  /// Appends in canonical form and says how many octets it has on the wire.
  Result<std::size_t> append_label(std::string_view label) {
    if (label.empty()) {
      return invalid("name " + quoted(name_) + " has an empty label",
                     "remove the dot that is too many");
    }
    PLUMB_TRY(octets, is_ascii(label) ? append_ascii(label) : append_u_label(label));
    if (octets > kLabelLimit) {
      return invalid("label " + quoted(label) + " has " + std::to_string(octets) +
                         " octets, at most 63 are allowed (RFC 1035 §2.3.4)",
                     "shorten the label");
    }
    return octets;
  }

  Result<std::size_t> append_u_label(std::string_view label) {
    if (label.find('\\') != std::string_view::npos) {
      return invalid("label " + quoted(label) + " mixes escapes with characters beyond ASCII",
                     "write the A-label (xn--...), or every octet beyond ASCII as \\DDD");
    }
    PLUMB_TRY(converted, to_a_label(label));
    for (const char c : converted) {
      if (class_of(c) != OctetClass::plain && class_of(c) != OctetClass::upper) {
        return invalid("label " + quoted(label) + " holds a character that has no place in a name",
                       "use letters, digits, hyphens and underscores");
      }
      out_.text.push_back(lower(c));
    }
    return converted.size();
  }

  Result<std::size_t> append_ascii(std::string_view label) {
    std::size_t octets = 0;
    for (std::size_t i = 0; i < label.size(); ++octets) {
      if (label[i] == '\\') {
        const auto escape = read_escape(label.substr(i));
        if (escape.size == 0) {
          return invalid(
              "name " + quoted(name_) + " has a broken escape",
              "write \\DDD with three decimal digits up to 255, or \\ and one character");
        }
        append_octet(out_.text, escape.octet);
        i += escape.size;
        continue;
      }
      if (class_of(label[i]) == OctetClass::special && label[i] != '$') {
        return refuse_character(label[i]);
      }
      append_octet(out_.text, static_cast<unsigned char>(label[i++]));
    }
    return octets;
  }

  tl::unexpected<Error> refuse_character(char c) const {
    std::string shown;
    append_octet(shown, static_cast<unsigned char>(c));
    if (c == '@') {
      return invalid("name " + quoted(name_) + " holds '@'",
                     "'@' stands alone for the apex; a mail address is no domain name");
    }
    return invalid("name " + quoted(name_) + " holds " + quoted(std::string_view(&c, 1)),
                   "remove it, or write " + shown + " if the octet is meant");
  }

  std::string_view name_;
  Labels out_;
};

/// `room`: how many octets the caller will append, so that one allocation does.
Result<Labels> read_labels(std::string_view text, std::size_t room) {
  Labels labels;
  if (text == ".") {
    return Labels{".", true, 0};
  }
  if (text.empty()) {
    return invalid("a name is empty", "write \"@\" for the apex of the zone");
  }
  // Octets never outnumber a \DDD-escaped name's: what is longer cannot be a name.
  if (text.size() > 4 * kNameLimit) {
    return invalid("name " + quoted(text) + " has more than 255 octets (RFC 1035 §2.3.4)",
                   "shorten the name");
  }
  if (!read_plain(text, room, labels)) {
    return LabelReader(text).read();
  }
  return labels;
}

tl::unexpected<Error> too_long(std::string_view text, std::size_t octets) {
  return invalid("name " + quoted(text) + " has " + std::to_string(octets) +
                     " octets, at most 255 are allowed (RFC 1035 §2.3.4)",
                 "shorten the name");
}

Result<std::string> absolute_text(std::string_view written, Labels labels) {
  if (labels.octets + 1 > kNameLimit) {
    return too_long(written, labels.octets + 1);
  }
  return std::move(labels.text);
}

Result<std::string> joined_text(std::string_view written, Labels labels, const DomainName& origin) {
  const std::size_t octets = labels.octets + origin.wire_length();
  if (octets > kNameLimit) {
    return too_long(written, octets);
  }
  if (!origin.is_root()) {
    labels.text += origin.text();
  }
  return std::move(labels.text);
}

}  // namespace

Result<DomainName> DomainName::parse(std::string_view text) {
  if (text == "@") {
    return invalid("'@' is no absolute name", "write the name of the domain");
  }
  PLUMB_TRY(labels, read_labels(text, 0));
  PLUMB_TRY(name, absolute_text(text, std::move(labels)));
  return DomainName(std::move(name));
}

Result<DomainName> DomainName::parse_relative(std::string_view text, const DomainName& origin) {
  if (text == "@") {
    return origin;
  }
  PLUMB_TRY(labels, read_labels(text, origin.text().size()));
  if (labels.absolute) {
    PLUMB_TRY(absolute, absolute_text(text, std::move(labels)));
    DomainName name(std::move(absolute));
    if (!name.is_subdomain_of(origin)) {
      return invalid(
          "name " + quoted(text) + " lies outside of the zone " + std::string(origin.without_dot()),
          "declare it in the domain that it belongs to");
    }
    return name;
  }
  if (const DomainName whole(labels.text); !origin.is_root() && whole.is_subdomain_of(origin)) {
    const auto meant = whole.relative_to(origin);
    return invalid("name " + quoted(text) + " repeats the zone: it would be " + labels.text +
                       std::string(origin.without_dot()),
                   "write " + quoted(meant) + ", or the absolute name with its final dot");
  }
  PLUMB_TRY(name, joined_text(text, std::move(labels), origin));
  return DomainName(std::move(name));
}

Result<DomainName> DomainName::parse_target(std::string_view text, const DomainName& origin) {
  if (text == "@") {
    return origin;
  }
  if (is_ip_address(text)) {
    return invalid(quoted(text) + " is an IP address where the name of a host is needed",
                   "write the name of a host that has this address");
  }
  PLUMB_TRY(labels, read_labels(text, origin.text().size()));
  if (labels.absolute) {
    PLUMB_TRY(absolute, absolute_text(text, std::move(labels)));
    return DomainName(std::move(absolute));
  }
  if (const DomainName whole(labels.text); whole.label_count() > 1) {
    const bool repeats = origin.is_root() || whole.is_subdomain_of(origin);
    return invalid("target " + quoted(text) + " is ambiguous without a final dot",
                   repeats ? "write " + quoted(labels.text)
                           : "write " + quoted(labels.text) + " if that is the whole name, or " +
                                 quoted(labels.text + origin.text()) + " if it lies in this zone");
  }
  PLUMB_TRY(name, joined_text(text, std::move(labels), origin));
  return DomainName(std::move(name));
}

Result<DomainName> DomainName::parse_master_file(std::string_view text, const DomainName& origin) {
  if (text == "@") {
    return origin;
  }
  PLUMB_TRY(labels, read_labels(text, origin.text().size()));
  const bool absolute = labels.absolute;
  PLUMB_TRY(name,
            absolute ? absolute_text(text, std::move(labels))
                     : joined_text(text, std::move(labels), origin));
  return DomainName(std::move(name));
}

}  // namespace plumb::values
