#include "controller/providers/cloudflare/applying.h"

#include <algorithm>
#include <iterator>
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
  return refused != nullptr && is_record_gone(refused->error);
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

Error said_too_little(const std::string& zone) {
  return {.code = ErrorCode::internal,
          .message = "cloudflare: POST " + records_path(zone) +
                     "/batch: the answer does not name all that was to be done",
          .effect = Effect::maybe};
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
  void count_marks(const Part& part, const Outcome& outcome);
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
  std::size_t made_ = 0;            ///< records that were made, and bear the mark
  std::size_t written_ = 0;         ///< records that were changed, and bear it
  std::size_t gone_ = 0;            ///< records that are deleted, or may be
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
  directory_.remember(zone_.text(), {.id = id_, .owner = {}, .sure = true});
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
  directory_.remember(zone_.text(), {.id = found->id, .owner = {}});
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
  for (const auto* change : changes_) {
    auto set = operations_of(*change, zone_, order_.mark);
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

void Applying::count_marks(const Part& part, const Outcome& outcome) {
  const bool done = std::holds_alternative<Done>(outcome);
  for (const auto& set : part.sets) {
    gone_ += std::holds_alternative<Refused>(outcome) ? 0 : set.deletes.size();
    made_ += done ? set.posts.size() : 0;
    written_ += done ? static_cast<std::size_t>(
                           std::count_if(set.patches.begin(),
                                         set.patches.end(),
                                         [](const Json& one) { return one.contains("comment"); }))
                     : 0;
  }
}

/// What is ours alone bears our mark, also after records that had it are gone. Where it cannot be
/// put that is found by the next look: nothing that was done depends on it.
void Applying::mark() {
  auto known = directory_.known(zone_.text());
  if (!known) {
    return;
  }
  const auto mark = std::string(order_.mark);
  if (mark.empty() || (known->owner != mark && !known->owner.empty())) {
    known->sure = known->sure && gone_ == 0;
  } else {
    known->marks = std::max(known->marks - std::min(known->marks, gone_), written_) + made_;
    known->owner = mark;
  }
  const bool marked = known->owner == mark && known->sure && known->marks != 0;
  directory_.remember(zone_.text(), *known);
  if (!mark.empty() && !marked && !stopped_) {
    static_cast<void>(put_mark(api_, directory_, order_.scope, mark, stop_));
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
    count_marks(part, outcome);
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
      if (is_zone_gone(error)) {  // made anew since it was read, perhaps
        directory_.forget(zone_.text());
      }
      if (i > 0) {
        error.effect = Effect::maybe;  // the calls before this one were done
      }
      return outcome_of(std::move(error));
    }
    if (!says_all_of(*done, part.bodies[i])) {
      return Unknown{said_too_little(id_)};
    }
  }
  return Done{};
}

}  // namespace

namespace {

/// The records that lack the mark where a zone should have it.
std::vector<std::string> to_be_marked(Marks marks, const std::string& mark) {
  std::vector<std::string> ids;
  for (auto& [owner, marked] : marks.by_owner) {
    if (owner != mark) {
      std::move(marked.begin(), marked.end(), std::back_inserter(ids));
    }
  }
  return marks.by_owner.empty() ? std::move(marks.bare) : ids;
}

Result<void> write_mark(const Api& api,
                        const std::string& zone,
                        const std::vector<std::string>& ids,
                        std::string_view mark,
                        const std::stop_token& stop) {
  for (std::size_t first = 0; first < ids.size(); first += kMostOperations) {
    auto body = Json::object();
    for (std::size_t i = first; i < std::min(first + kMostOperations, ids.size()); ++i) {
      body["patches"].push_back({{"id", ids[i]}, {"comment", mark}});
    }
    PLUMB_TRY(answer, api.call(api.post(records_path(zone) + "/batch", body), stop));
    if (!says_all_of(answer, body)) {
      return tl::unexpected(said_too_little(zone));
    }
  }
  return {};
}

}  // namespace

Result<void> put_mark(const Api& api,
                      Directory& directory,
                      const Scope& scope,
                      std::string_view mark,
                      const std::stop_token& stop) {
  const auto known = directory.known(scope.container);
  if (known && known->sure && known->owner == mark && known->marks != 0) {
    return {};
  }
  constexpr int kRounds = 3;  // of records that go while they are marked
  for (int round = 1;; ++round) {
    PLUMB_TRY(zone, directory.find(scope.container, stop));
    if (!zone) {
      return {};
    }
    Marks marks;
    PLUMB_TRY(observed, directory.read(scope, *zone, stop, &marks));
    static_cast<void>(observed);
    const auto found = marks.by_owner.find(std::string(mark));
    const auto before = found == marks.by_owner.end() ? 0 : found->second.size();
    const auto ids = to_be_marked(std::move(marks), std::string(mark));
    auto written = write_mark(api, zone->id, ids, mark, stop);
    if (written) {
      const auto count = before + ids.size();
      directory.remember(scope.container,
                         {zone->id, count != 0 ? std::string(mark) : std::string(), true, count});
      return {};
    }
    if (!is_record_gone(written.error()) || round == kRounds) {
      return written;
    }
  }
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
