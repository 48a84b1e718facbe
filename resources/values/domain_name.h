#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/result.h"

namespace plumb::values {

/// An absolute DNS name (RFC 1035 §3.1) in canonical form: lower case, U-labels as A-labels
/// (IDNA2008, RFC 5891), labels of 1 to 63 octets, at most 255 octets on the wire, always with its
/// final dot: "www.example.com."; the root is ".". Octets with a meaning in master files are
/// escaped (`\.`, `\;`), a backslash and those that cannot be printed are \DDD. Names are equal
/// exactly when their texts are. A value: immutable, safe to share between threads.
class DomainName {
 public:
  /// The root.
  DomainName() : text_(".") {}

  /// An absolute name; the final dot may be left out. "@" and "" are refused.
  static Result<DomainName> parse(std::string_view text);

  /// The owner name of a record as manifests write it: "@" is the apex, a name without final dot is
  /// relative to `origin`, a name with final dot must lie in `origin`. A relative name that repeats
  /// the zone ("www.example.com" in example.com) is refused with the name that was meant.
  static Result<DomainName> parse_relative(std::string_view text, const DomainName& origin);

  /// The target of a record as manifests write it: "@" is the apex, a single label lies in
  /// `origin`, a final dot makes it absolute. Dots without a final dot are refused as ambiguous,
  /// with both readings in the hint.
  static Result<DomainName> parse_target(std::string_view text, const DomainName& origin);

  /// A name as master files write it (RFC 1035 §5.1): without final dot it is relative to `origin`,
  /// "@" is `origin`.
  static Result<DomainName> parse_master_file(std::string_view text, const DomainName& origin);

  /// A name from a text that was made by text(). Requires: canonical, with final dot.
  static DomainName from_canonical(std::string_view text);

  /// The canonical text with final dot: what is stored, compared and sent.
  const std::string& text() const { return text_; }
  /// The canonical text without final dot; "." for the root. What messages show.
  std::string_view without_dot() const;
  /// For people: A-labels as U-labels where they are valid, without final dot.
  std::string to_unicode() const;

  bool is_root() const { return text_.size() == 1; }
  /// Whether the leftmost label is "*" (RFC 4592 §2.1.1).
  bool is_wildcard() const { return text_.starts_with("*."); }
  /// Whether this is `other` or lies below it.
  bool is_subdomain_of(const DomainName& other) const;
  /// This name relative to `origin`: "@", or labels without final dot ("_dmarc"). A name outside of
  /// `origin` is returned whole, with its final dot.
  std::string relative_to(const DomainName& origin) const;
  /// The name without its leftmost label; the root is its own parent.
  DomainName parent() const;
  /// The labels from left to right in their escaped form; empty for the root. They point into this
  /// name and live as long as it does.
  std::vector<std::string_view> labels() const;
  std::size_t label_count() const;
  /// Octets on the wire, the root's included (RFC 1035 §3.1): 1 to 255.
  std::size_t wire_length() const;

  friend bool operator==(const DomainName&, const DomainName&) = default;
  /// By text; for the order of DNSSEC see canonical_order.
  friend std::strong_ordering operator<=>(const DomainName& a, const DomainName& b) {
    return a.text_ <=> b.text_;
  }

 private:
  explicit DomainName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// The canonical DNS name order (RFC 4034 §6.1): label by label from the right, by octets; a zone
/// comes before what lies in it.
std::strong_ordering canonical_order(const DomainName& a, const DomainName& b);

}  // namespace plumb::values

template <>
struct std::hash<plumb::values::DomainName> {
  std::size_t operator()(const plumb::values::DomainName& name) const noexcept {
    return std::hash<std::string>()(name.text());
  }
};
