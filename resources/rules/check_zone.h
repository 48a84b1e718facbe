#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "resources/rules/rules.h"
#include "resources/rules/zone_view.h"

// What the rules are written with. Internal to resources/rules.

namespace plumb::rules {

/// What is known of an absolute name from all that is declared.
enum class Known : std::uint8_t {
  unknown,  ///< outside of all declared zones, handed over, synthesised by DNAME, or unmanaged
  nothing,  ///< in a declared zone, with no record at all
  records,
};
struct NameInfo {
  Known known = Known::unknown;
  const ZoneView* zone = nullptr;  ///< where it lies; nullptr if outside
  std::string_view owner;          ///< in that zone, a view into the name that was asked for
  std::span<const ZoneRecord> records = {};  ///< of the name itself or of its wildcard
};

/// The zone being checked and the others around it.
struct CheckedZone {
  const ZoneView& zone;
  const ZoneDirectory* others = nullptr;

  /// Looks an absolute name up as a server of that zone would (RFC 1034 §4.3.2, RFC 4592 §3.3.1).
  NameInfo look_up(std::string_view absolute) const;
  /// Whether something unread of this zone may stand at an absolute name.
  bool may_be_unread_here(std::string_view absolute) const;
};

/// Where a rule says what it found.
class Report {
 public:
  Report(const Rule& rule, Diagnostics& problems) : rule_(rule), problems_(problems) {}

  struct Finding {
    std::string message;
    std::string hint = {};
    std::optional<Severity> severity = std::nullopt;  ///< the rule's own where absent
    Place related = {};
  };
  /// A finding at the values of a record; nothing where the record switches the rule off.
  void add(const ZoneRecord& record, Finding finding);
  /// The same at one of its values, a view out of them.
  void add(const ZoneRecord& record, std::string_view value, Finding finding);
  /// The same at the last of them.
  void add_last(const ZoneRecord& record, Finding finding);
  /// The same at the name of its owner.
  void add_name(const ZoneRecord& record, Finding finding);
  /// A finding at a place that is no record.
  void add(Place place, Finding finding);

 private:
  void add(const ZoneRecord& record, Place place, Finding finding);

  const Rule& rule_;
  Diagnostics& problems_;
};

/// One line of a theme's table.
struct RuleLine {
  Rule rule;
  void (*check)(const CheckedZone& checked, Report& report);
};

// The themes; each in its own file.
std::span<const RuleLine> cname_rules();
std::span<const RuleLine> target_rules();
std::span<const RuleLine> delegation_rules();
std::span<const RuleLine> name_rules();
std::span<const RuleLine> caa_rules();
std::span<const RuleLine> spf_rules();
std::span<const RuleLine> dmarc_rules();
std::span<const RuleLine> dkim_rules();
std::span<const RuleLine> transport_rules();

/// How bad it is that something is not declared in `zone`: it may be there without us.
Severity absence(const ZoneView& zone);

/// Whether a set of records at one name holds the type.
bool has_type(std::span<const ZoneRecord> records, values::RecordType type);
/// Whether a host can be reached by the records at its name.
bool has_address(std::span<const ZoneRecord> records);

/// "example.com": an absolute name without its final dot, for messages.
std::string_view shown(std::string_view absolute);

/// Calls `each(record)` for the records of a type.
template <class Each>
void for_each_of(const ZoneView& zone, values::RecordType type, Each each) {
  for (const auto row : zone.of_type(type)) {
    each(zone.records()[row]);
  }
}

/// Calls `each(record, value)` for the values of a type that are known already.
template <class Each>
void for_each_value(const ZoneView& zone, values::RecordType type, Each each) {
  for_each_of(zone, type, [&](const ZoneRecord& record) {
    if (!record.unresolved) {
      for (const auto value : record.values) {
        each(record, value);
      }
    }
  });
}

}  // namespace plumb::rules
