#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "resources/model/result.h"
#include "resources/values/domain_name.h"

namespace plumb::values {

/// A mailbox address, local@domain (RFC 5321 §4.1.2): the local part as written (only its host may
/// judge it, RFC 5321 §2.4), the domain canonical. At most 64 octets before the '@' and 254 in all
/// (RFC 5321 §4.5.3.1). Address literals and local parts beyond ASCII (RFC 6531) are refused. A
/// value: immutable, safe to share between threads.
class EmailAddress {
 public:
  /// The local part is a dot-atom, or a quoted string that needs its quotes; needless quotes are
  /// taken off.
  static Result<EmailAddress> parse(std::string_view text);
  /// The same, where a text without '@' is a local part in `domain`.
  static Result<EmailAddress> parse_in(std::string_view text, const DomainName& domain);

  const std::string& local() const { return local_; }
  const DomainName& domain() const { return domain_; }
  /// "jane@example.com": the domain in A-labels, without final dot.
  std::string text() const;
  /// For people: the domain in U-labels.
  std::string to_unicode() const;

  friend bool operator==(const EmailAddress&, const EmailAddress&) = default;
  friend std::strong_ordering operator<=>(const EmailAddress&, const EmailAddress&) = default;

 private:
  EmailAddress(std::string local, DomainName domain)
      : local_(std::move(local)), domain_(std::move(domain)) {}
  std::string local_;
  DomainName domain_;
};

}  // namespace plumb::values
