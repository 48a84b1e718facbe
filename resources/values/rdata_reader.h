#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "resources/model/result.h"
#include "resources/values/domain_name.h"
#include "resources/values/rdata.h"
#include "resources/values/record_type.h"

namespace plumb::values {

/// A word that may be written for a number: {"RSASHA256", 8}.
struct Mnemonic {
  std::string_view name;
  std::uint32_t number;
};

/// Reads the fields of a record's data (presentation format, RFC 1035 §5.1) from left to right.
/// Every failure names the type and the field. Internal to the rdata_*.cpp files; borrows all that
/// it is given.
class RdataReader {
 public:
  RdataReader(RecordType type, std::string_view text, const DomainName& origin, TargetRule rule)
      : type_(type), rest_(text), origin_(origin), rule_(rule) {
    skip_blanks();
  }

  /// An unsigned number that fits T, or one of `mnemonics` in either case.
  template <class T>
  Result<T> number(std::string_view field, std::span<const Mnemonic> mnemonics = {}) {
    PLUMB_TRY(value, number_up_to(field, std::numeric_limits<T>::max(), mnemonics));
    return static_cast<T>(value);
  }

  /// A host name under the rule of names.
  Result<DomainName> name(std::string_view field);
  /// The octets of a string with or without quotes, at most `limit`.
  Result<std::string> string(std::string_view field, std::size_t limit);
  /// A word as it is written, quotes and escapes included.
  Result<std::string_view> word(std::string_view field);
  /// All that is left as lower case hexadecimal without blanks; not empty.
  Result<std::string> hex(std::string_view field);
  /// All that is left as canonical base64 without blanks; not empty.
  Result<std::string> base64(std::string_view field);
  /// Fails where something is left over.
  Result<void> end();

  bool at_end() const { return rest_.empty(); }
  bool is_manifest() const { return rule_ == TargetRule::manifest; }

  /// A failure about a field: "MX preference must be ...", with an example of the type as hint
  /// unless another is given.
  tl::unexpected<Error> refuse(std::string_view field,
                               std::string_view what,
                               std::string hint = {}) const;

 private:
  Result<std::uint32_t> number_up_to(std::string_view field,
                                     std::uint32_t max,
                                     std::span<const Mnemonic> mnemonics);
  Result<std::string> rest_without_blanks(std::string_view field);
  void skip_blanks();

  RecordType type_;
  std::string_view rest_;
  const DomainName& origin_;
  TargetRule rule_;
};

/// `text` as an unsigned number up to `max`; nothing where it is not one.
std::optional<std::uint32_t> read_number(std::string_view text, std::uint32_t max);

}  // namespace plumb::values
