#include "controller/providers/cloudflare/applying.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/providers/cloudflare/batch.h"
#include "controller/providers/zone_order.h"
#include "resources/values/domain_name.h"

namespace plumb::providers::cloudflare {
namespace {

using values::DomainName;

bool is_invalid(const Outcome& outcome) {
  const auto* refused = std::get_if<Refused>(&outcome);
  return refused != nullptr && refused->error.category == ErrorCategory::validation;
}

/// Whether a record that was to be changed is not there any more.
bool is_stale(const Outcome& outcome) {
  const auto* refused = std::get_if<Refused>(&outcome);
  return refused != nullptr &&
         (refused->error.vendor_code == "81044" || refused->error.vendor_code == "1032");
}

/// Whether nothing is asked for but that one record shall go.
bool is_one_delete(const Part& part) {
  return part.sets.size() == 1 && part.sets[0].size() == 1 && part.sets[0].deletes.size() == 1;
}

/// Whether the answer to a batch has each of its operations.
bool says_all_of(const Json& envelope, const Json& body) {
  const auto result = envelope.find("result");
  return result != envelope.end() && result->is_object() &&
         std::all_of(body.items().begin(), body.items().end(), [&](const auto& list) {
           const auto done = result->find(list.key());
           return done != result->end() && done->is_array() && done->size() >= list.value().size();
         });
}

/// One order while it is carried out.
class Applying {
 public:
  Applying(const Api& api,
           Directory& directory,
           const Order& order,
           DomainName zone,
           const Report& report,
           const std::stop_token& stop)
      : api_(api),
        directory_(directory),
        order_(order),
        zone_(std::move(zone)),
        report_(report),
        stop_(stop) {}

  void run();

 private:
  void remove_zone(const ProviderChange& removing);
  bool is_unlisted();
  Outcome make_zone();
  Result<std::string> zone_id();
  void write();
  void send_all(std::span<const SetChange> sets, bool alone);
  Outcome send(const Part& part);
  void mark();
  void stop_with(const Outcome& outcome);

  const Api& api_;
  Directory& directory_;
  const Order& order_;
  DomainName zone_;
  const Report& report_;
  const std::stop_token& stop_;
  std::string id_;
  const ProviderChange* making_ = nullptr;
  std::vector<const ProviderChange*> changes_;  ///< of record sets, that can be sent
  std::vector<SetChange> sets_;
  std::optional<Outcome> stopped_;  ///< nothing is sent any more; what the rest is told
};

void Applying::run() {
  auto sorted = sort_out(order_, zone_, report_);
  if (sorted.removing != nullptr) {
    remove_zone(*sorted.removing);
    return;
  }
  making_ = sorted.making;
  changes_ = std::move(sorted.sets);
  if (making_ != nullptr) {
    const auto outcome = make_zone();
    report_(making_->number, outcome);
    if (!std::holds_alternative<Done>(outcome)) {
      // Without the zone nothing else can be written, either.
      stop_with(std::holds_alternative<Refused>(outcome) ? outcome : Outcome(NotSent{}));
      return;
    }
  }
  if (!changes_.empty()) {
    write();
  }
}

void Applying::stop_with(const Outcome& outcome) {
  for (const auto* change : changes_) {
    report_(change->number, outcome);
  }
}

/// Whether the account lists no such zone. What the API says of an id alone may also be said of a
/// path that something on the way has changed.
bool Applying::is_unlisted() {
  const auto found = directory_.find(zone_.text(), stop_);
  return found && !*found;
}

/// The zone goes with all that is in it.
void Applying::remove_zone(const ProviderChange& removing) {
  id_ = removing.handle;
  auto id = id_.empty() ? zone_id() : Result<std::string>(id_);
  std::optional<Error> error;
  if (!id) {
    error = std::move(id).error();
  } else if (auto gone = api_.call(api_.remove("/zones/" + query_value(*id)), stop_); !gone) {
    error = std::move(gone).error();
  }
  directory_.forget(zone_.text());
  const bool gone =
      !error || (!id && error->code == ErrorCode::not_found) || (is_gone(*error) && is_unlisted());
  report_all(order_, gone ? Outcome(Done{}) : outcome_of(std::move(*error)), report_);
}

Outcome Applying::make_zone() {
  const auto request = api_.post("/zones",
                                 {{"name", std::string(zone_.without_dot())},
                                  {"account", {{"id", directory_.account()}}},
                                  {"type", "full"}});
  auto envelope = api_.call(request, stop_);
  auto made = envelope ? read_zone(*envelope, api_.whence(request))
                       : Result<Zone>(tl::unexpected(std::move(envelope).error()));
  if (!made) {
    auto error = std::move(made).error();
    if (envelope) {
      error.effect = Effect::maybe;  // it said success, and not what of
    }
    return outcome_of(std::move(error));
  }
  id_ = made->id;
  directory_.remember(zone_.text(), {id_, {}, true});
  Value::List servers;
  for (auto& server : made->name_servers) {
    servers.emplace_back().data = std::move(server);
  }
  return Done{.handle = id_, .outputs = {{"nameServers", Value{std::move(servers), {}}}}};
}

Result<std::string> Applying::zone_id() {
  if (const auto known = directory_.known(zone_.text())) {
    return known->id;
  }
  PLUMB_TRY(found, directory_.find(zone_.text(), stop_));
  if (!found) {
    return tl::unexpected(
        Error{.code = ErrorCode::not_found,
              .message = fmt::format("cloudflare: zone {} is not there", zone_.without_dot()),
              .hint = "plan again; check that the token may see the zone",
              .category = ErrorCategory::not_found});
  }
  directory_.remember(zone_.text(), {found->id, {}, false});
  return found->id;
}

void Applying::write() {
  if (id_.empty()) {
    auto id = zone_id();
    if (!id) {
      stop_with(outcome_of(std::move(id).error()));
      return;
    }
    id_ = std::move(*id);
  }
  const auto known = directory_.known(zone_.text());
  const auto owner = !order_.owner.empty() ? std::string(order_.owner)
                     : known               ? known->owner
                                           : std::string();
  for (const auto* change : changes_) {
    auto set = operations_of(*change, zone_, owner);
    if (!set) {
      report_(change->number, outcome_of(std::move(set).error()));
    } else if (set->size() == 0) {
      report_(change->number, Done{});
    } else {
      sets_.push_back(std::move(*set));
    }
  }
  group_by_owner(sets_);
  send_all(sets_, making_ == nullptr);
  mark();
}

/// The mark is put with the next write where this fails: nothing that was done depends on it.
void Applying::mark() {
  const auto any = [&](auto list) {
    return std::any_of(
        sets_.begin(), sets_.end(), [&](const SetChange& set) { return !(set.*list).empty(); });
  };
  const auto known = directory_.known(zone_.text());
  if (order_.owner.empty() || stopped_) {
    if (known && any(&SetChange::deletes)) {  // the one that has it, perhaps
      directory_.remember(zone_.text(), {id_, known->owner, false});
    }
  } else if (any(&SetChange::posts) && known && known->owner.empty()) {
    directory_.remember(zone_.text(), {id_, std::string(order_.owner), true});
  } else {
    static_cast<void>(put_mark(api_, directory_, order_.scope, order_.owner, stop_));
  }
}

/// `alone`: nothing else was sent, so that whoever sent the order may halve it where a record is
/// not valid. Where one is gone that is done here: somebody was faster, and nobody is at fault.
void Applying::send_all(std::span<const SetChange> sets, bool alone) {
  const auto parts = cut(sets);
  alone = alone && parts.size() == 1;
  for (const auto& part : parts) {
    if (!stopped_ && stop_.stop_requested()) {
      stopped_ = NotSent{};
    }
    auto outcome = stopped_ ? *stopped_ : send(part);
    const auto middle = middle_of(part.sets);
    const bool stale = is_stale(outcome);
    if (((is_invalid(outcome) && !alone) || stale) && middle != 0) {
      // One bad record must not block the others.
      send_all(part.sets.first(middle), false);
      send_all(part.sets.subspan(middle), false);
      continue;
    }
    if (stale && is_one_delete(part)) {
      outcome = Done{};
    }
    for (const auto& set : part.sets) {
      report_(set.change->number, outcome);
    }
    if (!std::holds_alternative<Done>(outcome) && !is_invalid(outcome) && !stale) {
      stopped_ = NotSent{};
    }
  }
}

Outcome Applying::send(const Part& part) {
  for (std::size_t i = 0; i < part.bodies.size(); ++i) {
    const auto done = api_.call(api_.post(records_path(id_) + "/batch", part.bodies[i]), stop_);
    if (!done) {
      auto error = done.error();
      if (error.vendor_code == "7003") {  // made anew since it was read, perhaps
        directory_.forget(zone_.text());
      }
      if (i > 0) {
        error.effect = Effect::maybe;  // the calls before this one were done
      }
      return outcome_of(std::move(error));
    }
    if (!says_all_of(*done, part.bodies[i])) {
      return Unknown{Error{.code = ErrorCode::internal,
                           .message = "cloudflare: POST " + records_path(id_) +
                                      "/batch: the answer does not name all that was to be done",
                           .effect = Effect::maybe}};
    }
  }
  return Done{};
}

}  // namespace

Result<void> put_mark(const Api& api,
                      Directory& directory,
                      const Scope& scope,
                      std::string_view mark,
                      const std::stop_token& stop) {
  const auto known = directory.known(scope.container);
  if (known && known->sure && known->owner == mark) {
    return {};
  }
  PLUMB_TRY(zone, directory.find(scope.container, stop));
  if (!zone) {
    return {};
  }
  Marks marks;
  PLUMB_TRY(observed, directory.read(scope, *zone, stop, &marks));
  static_cast<void>(observed);
  std::vector<std::string> ids;
  for (const auto& [owner, marked] : marks.by_owner) {
    ids.insert(ids.end(), marked.begin(), owner == mark ? marked.begin() : marked.end());
  }
  if (marks.by_owner.empty() && !marks.bare.empty()) {
    ids.push_back(marks.bare);
  }
  for (std::size_t first = 0; first < ids.size(); first += kMostOperations) {
    auto body = Json::object();
    for (std::size_t i = first; i < std::min(first + kMostOperations, ids.size()); ++i) {
      body["patches"].push_back({{"id", ids[i]}, {"comment", mark}});
    }
    PLUMB_TRY(answer, api.call(api.post(records_path(zone->id) + "/batch", body), stop));
    static_cast<void>(answer);
  }
  const bool marked = !ids.empty() || marks.by_owner.contains(std::string(mark));
  directory.remember(scope.container, {zone->id, marked ? std::string(mark) : "", marked});
  return {};
}

void apply_order(const Api& api,
                 Directory& directory,
                 const Order& order,
                 const Report& report,
                 const std::stop_token& stop) {
  if (auto zone = zone_to_write(order, report, stop)) {
    Applying(api, directory, order, std::move(*zone), report, stop).run();
  }
}

}  // namespace plumb::providers::cloudflare
