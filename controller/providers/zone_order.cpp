#include "controller/providers/zone_order.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/values/record_type.h"

namespace plumb::providers {
namespace {

using values::DomainName;

/// Why a change cannot be sent at all.
std::optional<Error> fault_of(const ProviderChange& change, const DomainName& zone) {
  const auto refuse = [](std::string message) {
    return Error{.code = ErrorCode::invalid_input,
                 .message = std::move(message),
                 .category = ErrorCategory::validation};
  };
  if (change.kind == kinds::kZone) {
    const bool other = change.act == Act::rename || change.act == Act::replace;
    return other
               ? std::optional(refuse(fmt::format("zone {} cannot be renamed", zone.without_dot())))
               : std::nullopt;
  }
  const auto [owner, type] = kinds::split_rrset_key(change.key);
  const bool empty = change.act != Act::remove && kinds::rrset_values(change.after).empty();
  if (change.kind != kinds::kRRset || change.act == Act::rename ||
      !values::find_record_type(type) || empty) {
    return refuse(fmt::format("record set {} {} cannot be written like this", owner, type));
  }
  return std::nullopt;
}

}  // namespace

std::optional<DomainName> zone_to_write(const Order& order,
                                        const Report& report,
                                        const std::stop_token& stop) {
  auto zone = DomainName::parse(order.scope.container);
  if (!zone || stop.stop_requested()) {
    report_all(order, zone ? Outcome(NotSent{}) : Outcome(Refused{zone.error()}), report);
    return std::nullopt;
  }
  return std::move(*zone);
}

ZoneOrder sort_out(const Order& order, const DomainName& zone, const Report& report) {
  ZoneOrder sorted;
  const auto of_zone = [&](Act act) {
    const auto found =
        std::find_if(order.changes.begin(), order.changes.end(), [&](const ProviderChange& one) {
          return one.kind == kinds::kZone && one.act == act;
        });
    return found == order.changes.end() ? nullptr : &*found;
  };
  if ((sorted.removing = of_zone(Act::remove)) != nullptr) {
    return sorted;
  }
  sorted.making = of_zone(Act::create);
  for (const auto& change : order.changes) {
    if (auto fault = fault_of(change, zone)) {
      report(change.number, Refused{std::move(*fault)});
    } else if (change.kind == kinds::kRRset &&
               (sorted.making == nullptr || change.act != Act::remove)) {
      sorted.sets.push_back(&change);
    } else if (&change != sorted.making) {
      report(change.number, Done{});
    }
  }
  return sorted;
}

}  // namespace plumb::providers
