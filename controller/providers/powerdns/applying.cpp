#include "controller/providers/powerdns/applying.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "controller/providers/powerdns/answer.h"
#include "controller/providers/powerdns/batch.h"
#include "controller/providers/zone_order.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/values/record_type.h"

namespace plumb::providers::powerdns {
namespace {

using values::DomainName;

Refused refused(std::string message, std::string hint = {}) {
  return Refused{Error{.code = ErrorCode::invalid_input,
                       .message = std::move(message),
                       .hint = std::move(hint),
                       .category = ErrorCategory::validation}};
}

/// One order while it is carried out.
class Applying {
 public:
  Applying(const Api& api,
           const Config& config,
           const Order& order,
           DomainName zone,
           std::atomic<std::size_t>& body_cap,
           const Report& report,
           const std::stop_token& stop)
      : api_(api),
        config_(config),
        order_(order),
        zone_(std::move(zone)),
        body_cap_(body_cap),
        report_(report),
        stop_(stop) {}

  void run();

 private:
  bool check();
  std::optional<Outcome> fault_of(const ProviderChange& change) const;
  void remove_zone();
  void write(std::vector<SetChange> sets);
  bool keep_disabled(std::vector<SetChange>& sets);
  void send_all(std::span<const SetChange> sets);
  void send(const Part& part);
  void ended(std::span<const SetChange> sets, const Outcome& outcome);

  const Api& api_;
  const Config& config_;
  const Order& order_;
  DomainName zone_;
  std::atomic<std::size_t>& body_cap_;
  const Report& report_;
  const std::stop_token& stop_;
  const ProviderChange* making_ = nullptr;    ///< the zone is still to be made
  const ProviderChange* removing_ = nullptr;  ///< the zone is to go
  std::vector<SetChange> all_;
  std::optional<Outcome> stopped_;  ///< nothing is sent any more; what the rest is told
};

/// Why a change cannot be sent at all.
std::optional<Outcome> Applying::fault_of(const ProviderChange& change) const {
  if (change.kind == kinds::kZone) {
    if (change.act == Act::rename || change.act == Act::replace) {
      return refused(fmt::format("zone {} cannot be renamed", zone_.without_dot()));
    }
    return std::nullopt;
  }
  const auto [owner, type] = kinds::split_rrset_key(change.key);
  const auto known = values::find_record_type(type);
  const bool removal = change.act == Act::remove;
  if (change.kind != kinds::kRRset || change.act == Act::rename || !known ||
      *known == values::RecordType::soa ||
      (removal ? false : removing_ != nullptr || kinds::rrset_values(change.after).empty())) {
    return refused(fmt::format("record set {} {} cannot be written like this", owner, type));
  }
  return std::nullopt;
}

/// Whether all changes can be sent. Reports all of them otherwise.
bool Applying::check() {
  std::vector<std::pair<std::uint32_t, Outcome>> faults;
  for (const auto& change : order_.changes) {
    if (auto fault = fault_of(change)) {
      faults.emplace_back(change.number, std::move(*fault));
    }
  }
  if (faults.empty()) {
    return true;
  }
  auto next = faults.begin();
  for (const auto& change : order_.changes) {
    if (next != faults.end() && next->first == change.number) {
      report_(change.number, std::move(next->second));
      ++next;
    } else {
      report_(change.number, NotSent{});
    }
  }
  return false;
}

void Applying::run() {
  for (const auto& change : order_.changes) {
    if (change.kind == kinds::kZone && change.act == Act::create) {
      making_ = &change;
    }
    if (change.kind == kinds::kZone && change.act == Act::remove) {
      removing_ = &change;
    }
  }
  if (!check()) {
    return;
  }
  if (removing_ != nullptr) {
    remove_zone();
    return;
  }
  std::vector<SetChange> sets;
  sets.reserve(order_.changes.size());
  for (const auto& change : order_.changes) {
    const bool nothing_to_do = (change.kind == kinds::kZone && &change != making_) ||
                               (making_ != nullptr && change.act == Act::remove);
    if (nothing_to_do) {
      report_(change.number, Done{});
    } else if (change.kind == kinds::kRRset) {
      sets.push_back({&change, {}});
    }
  }
  write(std::move(sets));
}

/// The zone goes with all that is in it.
void Applying::remove_zone() {
  const auto request = api_.delete_zone(zone_);
  auto response = api_.send(request, stop_);
  if (!response) {
    report_all(order_, outcome_of(std::move(response).error()), report_);
    return;
  }
  const auto status = response->status;
  if (status == 204 || status == 200 || status == 404) {
    report_all(order_, Done{}, report_);
    return;
  }
  report_all(order_, outcome_of(api_.error_of(request, std::move(*response))), report_);
}

void Applying::write(std::vector<SetChange> sets) {
  all_ = std::move(sets);
  const bool exists = making_ == nullptr;
  group_by_owner(all_);
  if (!keep_disabled(all_)) {
    return;
  }
  send_all(all_);
  if (exists && !stopped_ && !order_.owner.empty()) {
    // The mark is put with the next write where this fails: nothing that was done depends on it.
    static_cast<void>(api_.send(api_.put_zone(zone_, owner_body(order_.owner)), stop_));
  }
}

/// Asks for the disabled records of the sets that have some. Reports all changes where that fails.
bool Applying::keep_disabled(std::vector<SetChange>& sets) {
  const auto has_disabled = [](const SetChange& set) { return set.change->handle == kHasDisabled; };
  if (std::none_of(sets.begin(), sets.end(), has_disabled)) {
    return true;
  }
  const auto request = api_.get(zone_path(zone_));
  auto body = api_.fetch(request, stop_);
  const auto disabled = body ? read_disabled(std::move(*body), api_.whence(request))
                             : Result<DisabledRecords>(tl::unexpected(body.error()));
  if (!disabled) {
    ended(sets, outcome_of(disabled.error()));
    return false;
  }
  for (auto& set : sets) {
    const auto [owner, type] = kinds::split_rrset_key(set.change->key);
    const auto found = has_disabled(set)
                           ? disabled->find({absolute_name(owner, zone_), std::string(type)})
                           : disabled->end();
    if (found != disabled->end()) {
      set.disabled = found->second;
    }
  }
  return true;
}

void Applying::ended(std::span<const SetChange> sets, const Outcome& outcome) {
  for (const auto& set : sets) {
    report_(set.change->number, outcome);
  }
}

void Applying::send_all(std::span<const SetChange> sets) {
  auto parts = cut(sets, zone_, body_cap_.load());
  if (parts.empty() && making_ != nullptr) {
    parts.push_back({{}, "[]"});
  }
  for (const auto& part : parts) {
    if (!stopped_ && stop_.stop_requested()) {
      stopped_ = NotSent{};
    }
    if (stopped_) {
      ended(part.sets, *stopped_);
    } else {
      send(part);
    }
  }
}

void Applying::send(const Part& part) {
  const auto* zone_change = std::exchange(making_, nullptr);
  const auto request =
      zone_change != nullptr
          ? api_.post_zone(new_zone_body(zone_, config_, all_, part.rrsets, order_.owner))
          : api_.patch_zone(zone_, fmt::format("{{\"rrsets\":{}}}", part.rrsets));
  auto response = api_.send(request, stop_);
  const bool done = response && response->status == (zone_change != nullptr ? 201 : 204);
  if (response && Api::is_too_large(request, *response) && is_divisible(part.sets)) {
    body_cap_ = std::min(body_cap_.load(), request.body.size() / 2);
    making_ = zone_change;
    send_all(part.sets);
    return;
  }
  const auto outcome = done        ? Outcome(Done{})
                       : !response ? outcome_of(std::move(response).error())
                                   : outcome_of(api_.error_of(request, std::move(*response)));
  if (zone_change != nullptr) {
    report_(zone_change->number, outcome);
  }
  ended(part.sets, outcome);
  if (done) {
    return;
  }
  const auto* refusal = std::get_if<Refused>(&outcome);
  const bool only_these =
      refusal != nullptr && refusal->error.category == ErrorCategory::validation;
  if (zone_change != nullptr && refusal != nullptr) {
    stopped_ = outcome;  // without the zone nothing else can be written, either
  } else if (!only_these) {
    stopped_ = NotSent{};
  }
}

}  // namespace

void apply_order(const Api& api,
                 const Config& config,
                 const Order& order,
                 std::atomic<std::size_t>& body_cap,
                 const Report& report,
                 const std::stop_token& stop) {
  if (auto zone = zone_to_write(order, report, stop)) {
    Applying(api, config, order, std::move(*zone), body_cap, report, stop).run();
  }
}

}  // namespace plumb::providers::powerdns
