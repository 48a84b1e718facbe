#include "controller/providers/digitalocean/applying.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/providers/digitalocean/listing.h"
#include "controller/providers/digitalocean/record.h"
#include "controller/providers/json_answer.h"
#include "controller/providers/value_records.h"
#include "controller/providers/zone_order.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/values/record_type.h"

namespace plumb::providers::digitalocean {
namespace {

using values::DomainName;
using values::RecordType;

/// A record set as it is there now. The views are the observation's.
struct There {
  std::string_view body;
  std::string_view handle;
  bool is_opaque = false;
};

std::optional<There> find(const ObservedScope& now, std::string_view key) {
  const auto row = now.table.find(kinds::kRRset, key);
  if (!row) {
    return std::nullopt;
  }
  const auto& entry = now.table[*row];
  return There{now.table.body(entry),
               now.side[entry.side - 1].handle,
               !now.side[entry.side - 1].opaque_because.empty()};
}

/// Whether a set is as a change wants it.
bool is_as_wanted(const ProviderChange& change, const std::optional<There>& there) {
  if (change.act == Act::remove || !there) {
    return change.act == Act::remove && !there;
  }
  const auto ttl = kinds::rrset_ttl(change.after);
  return !there->is_opaque &&
         kinds::rrset_values(there->body) == kinds::rrset_values(change.after) &&
         (!ttl || (*ttl == kinds::rrset_ttl(there->body) && !has_mixed_ttl(there->handle)));
}

bool has_value(const std::optional<There>& there, std::string_view value) {
  const auto values = there ? kinds::rrset_values(there->body) : std::vector<std::string_view>();
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// Whether nothing stands there but what was planned with and what is to be: else somebody else has
/// written meanwhile.
bool is_on_its_way(const ProviderChange& planned, const std::optional<There>& there) {
  const auto before = kinds::rrset_values(planned.before);
  const auto after = kinds::rrset_values(planned.after);
  const auto values = there ? kinds::rrset_values(there->body) : std::vector<std::string_view>();
  return std::all_of(values.begin(), values.end(), [&](std::string_view value) {
    return std::find(before.begin(), before.end(), value) != before.end() ||
           std::find(after.begin(), after.end(), value) != after.end();
  });
}

/// Whether what follows may be sent though this was not done.
bool goes_on(const Outcome& outcome) {
  const auto* refused = std::get_if<Refused>(&outcome);
  return std::holds_alternative<Done>(outcome) ||
         (refused != nullptr && (refused->error.category == ErrorCategory::validation ||
                                 refused->error.category == ErrorCategory::conflict));
}

Error moved_on(const ProviderChange& change) {
  const auto [owner, type] = kinds::split_rrset_key(change.key);
  return {.code = ErrorCode::conflict,
          .message = fmt::format("{} {} has changed since it was read", owner, type),
          .hint = "plan again",
          .category = ErrorCategory::conflict};
}

/// One record set while it is changed.
class SetWriter {
 public:
  SetWriter(const Api& api, std::string path, const ProviderChange& change, std::stop_token stop)
      : api_(api), path_(std::move(path)), change_(change), stop_(std::move(stop)) {}

  Outcome run();
  /// The value whose record may have been made, where that is what is not known.
  const std::optional<std::string>& in_doubt() const { return in_doubt_; }

 private:
  Result<Json> record_of(std::string_view value, std::optional<std::uint32_t> ttl) const;
  std::string path_of(const std::string& id) const { return path_ + "/" + query_value(id); }
  Result<void> send(const Pairing& pairing);
  std::optional<std::uint32_t> ttl_to_be() const;
  Result<void> make(std::string_view value);
  Result<void> put(const HeldRecord& record, std::string_view value);
  Result<void> remove(const std::string& id) const;
  bool take_back() const;

  const Api& api_;
  std::string path_;
  const ProviderChange& change_;
  std::stop_token stop_;
  std::optional<std::string> in_doubt_;
  std::vector<std::string> made_;                     ///< ids, in this run
  std::vector<std::pair<std::string, Json>> before_;  ///< of records that were changed in it
  bool deleted_ = false;
  bool cannot_go_back_ = false;  ///< a record was changed that could not be put back
};

Outcome SetWriter::run() {
  const auto pairing = pair_records(change_);
  if (!pairing) {
    return Refused{moved_on(change_)};
  }
  auto sent = send(*pairing);
  if (sent) {
    return Done{};
  }
  auto error = std::move(sent).error();
  const bool lost = deleted_ || cannot_go_back_;
  const bool begun = !made_.empty() || !before_.empty() || lost;
  if (begun && (lost || error.effect == Effect::maybe || !take_back())) {
    error.effect = Effect::maybe;  // some of it was done
  }
  return outcome_of(std::move(error));
}

Result<void> SetWriter::send(const Pairing& pairing) {
  for (const auto value : pairing.fresh) {
    if (auto done = make(value); !done) {
      return done;
    }
  }
  for (const auto& [record, value] : pairing.changed) {
    if (auto done = put(record, value); !done) {
      return done;
    }
  }
  const auto ttl = kinds::rrset_ttl(change_.after);
  const bool mixed = !has_others(change_) && has_mixed_ttl(change_.handle);
  const bool moves = ttl && (ttl != kinds::rrset_ttl(change_.before) || mixed);
  for (auto kept = pairing.kept.begin(); moves && kept != pairing.kept.end(); ++kept) {
    if (auto done = put(*kept, kept->value); !done) {
      return done;
    }
  }
  for (const auto& id : pairing.gone) {
    if (auto done = remove(id); !done) {
      return done;
    }
    deleted_ = true;
  }
  return {};
}

/// A record in whole: what is left out of one might be set to something else.
Result<Json> SetWriter::record_of(std::string_view value, std::optional<std::uint32_t> ttl) const {
  const auto [owner, type_name] = kinds::split_rrset_key(change_.key);
  Json record = {{"type", type_name}, {"name", owner}};
  if (ttl) {
    record["ttl"] = *ttl;
  }
  PLUMB_TRY(type, values::parse_record_type(type_name));
  if (auto put = put_data(record, type, value); !put) {
    return tl::unexpected(std::move(put).error());
  }
  return record;
}

/// In a set that others have values in, it is that of ours.
std::optional<std::uint32_t> SetWriter::ttl_to_be() const {
  const bool shared = has_others(change_) && !change_.ours->empty();
  const auto ttl = kinds::rrset_ttl(shared ? *change_.ours : change_.after);
  return ttl ? ttl : kinds::rrset_ttl(change_.before);
}

Result<void> SetWriter::make(std::string_view value) {
  PLUMB_TRY(record, record_of(value, ttl_to_be()));
  const auto request = api_.post(path_, record);
  auto answer = api_.call(request, stop_);
  if (!answer) {
    if (answer.error().effect == Effect::maybe) {
      in_doubt_ = value;
    }
    return tl::unexpected(std::move(answer).error());
  }
  const auto* made = member(*answer, "domain_record");
  const auto id = made != nullptr ? number_in(*made, "id") : std::nullopt;
  if (!id) {
    auto error = lacking(api_.whence(request), "domain_record.id", "DigitalOcean");
    error.effect = Effect::maybe;
    in_doubt_ = value;
    return tl::unexpected(std::move(error));
  }
  made_.push_back(std::to_string(*id));
  return {};
}

Result<void> SetWriter::put(const HeldRecord& held, std::string_view value) {
  PLUMB_TRY(record, record_of(value, ttl_to_be()));
  auto before = record_of(held.value, kinds::rrset_ttl(change_.before));
  const auto request = api_.put(path_of(held.id), record);
  auto answer = api_.call(request, stop_);
  if (!answer) {
    auto error = std::move(answer).error();
    return tl::unexpected(is_gone(error) ? moved_on(change_) : std::move(error));
  }
  const auto* changed = member(*answer, "domain_record");
  const auto id = changed != nullptr ? number_in(*changed, "id") : std::nullopt;
  if (!id || std::to_string(*id) != held.id) {
    auto error = lacking(api_.whence(request), "domain_record.id", "DigitalOcean");
    error.effect = Effect::maybe;
    return tl::unexpected(std::move(error));
  }
  // Not everything that the vendor holds can be written back as it was.
  if (before && !has_mixed_ttl(change_.handle)) {
    before_.emplace_back(held.id, std::move(*before));
  } else {
    cannot_go_back_ = true;
  }
  return {};
}

Result<void> SetWriter::remove(const std::string& id) const {
  auto answer = api_.call(api_.remove(path_of(id)), stop_);
  if (!answer && !is_gone(answer.error())) {
    return tl::unexpected(std::move(answer).error());
  }
  return {};
}

/// Whether all that this run did is as it was before.
bool SetWriter::take_back() const {
  bool all = true;
  for (const auto& id : made_) {
    all = remove(id).has_value() && all;
  }
  for (const auto& [id, record] : before_) {
    all = api_.call(api_.put(path_of(id), record), stop_).has_value() && all;
  }
  return all;
}

/// One order while it is carried out.
class Applying {
 public:
  Applying(const Api& api,
           const Order& order,
           DomainName zone,
           const Report& report,
           const std::stop_token& stop)
      : api_(api), order_(order), zone_(std::move(zone)), report_(report), stop_(stop) {}

  void run();

 private:
  void remove_zone();
  Outcome make_zone();
  Outcome write(const ProviderChange& planned);
  Result<void> look();

  const Api& api_;
  const Order& order_;
  DomainName zone_;
  const Report& report_;
  const std::stop_token& stop_;
  const ProviderChange* making_ = nullptr;
  ObservedScope now_;
};

void Applying::run() {
  auto [removing, making, sets] = sort_out(order_, zone_, report_);
  if (removing != nullptr) {
    remove_zone();
    return;
  }
  std::optional<Outcome> stopped;
  making_ = making;
  if (making_ != nullptr) {
    const auto outcome = make_zone();
    report_(making_->number, outcome);
    if (!std::holds_alternative<Done>(outcome)) {
      // Without the zone nothing else can be written, either.
      stopped = std::holds_alternative<Refused>(outcome) ? outcome : Outcome(NotSent{});
    }
  } else if (!sets.empty()) {
    if (auto seen = look(); !seen) {
      stopped = outcome_of(std::move(seen).error());
    }
  }
  std::string_view cleared;  // a name that is to have something else in the place of what it had
  for (const auto* change : sets) {
    const auto owner = kinds::split_rrset_key(change->key).owner;
    if (!stopped && owner != cleared && stop_.stop_requested()) {
      stopped = NotSent{};
    }
    cleared = change->act == Act::remove ? owner : std::string_view();
    const auto outcome = stopped ? *stopped : write(*change);
    report_(change->number, outcome);
    if (!stopped && !goes_on(outcome)) {
      stopped = NotSent{};
    }
  }
}

Result<void> Applying::look() {
  PLUMB_TRY(now, read_zone(api_, order_.scope, stop_));
  if (now.reading == Reading::missing) {
    return tl::unexpected(
        Error{.code = ErrorCode::not_found,
              .message = fmt::format("digitalocean: zone {} is not there", zone_.without_dot()),
              .hint = "plan again; check that the token is of the team that has it",
              .category = ErrorCategory::not_found});
  }
  now_ = std::move(now);
  return {};
}

/// The zone goes with all that is in it.
void Applying::remove_zone() {
  auto gone = api_.call(api_.remove(zone_path(zone_)), stop_);
  report_all(order_,
             gone || is_gone(gone.error()) ? Outcome(Done{}) : outcome_of(std::move(gone).error()),
             report_);
}

/// The vendor puts records of its own into a new zone, which are looked at before anything is
/// written.
Outcome Applying::make_zone() {
  const auto request = api_.post("/v2/domains", {{"name", std::string(zone_.without_dot())}});
  auto made = api_.call(request, stop_);
  // One that may have been made is looked for: it was not there before.
  if (!made && (made.error().effect == Effect::none || !look())) {
    auto error = std::move(made).error();
    if (error.category == ErrorCategory::validation || error.category == ErrorCategory::conflict) {
      error.hint =
          "where the name is in use, another team or account has it, out of this token's "
          "sight: remove it there, or give the token of that one";
    }
    return outcome_of(std::move(error));
  }
  auto seen = made ? look() : Result<void>();
  const auto zone = seen ? now_.table.find(kinds::kZone, "") : std::nullopt;
  if (!zone) {
    auto error = seen ? Error{.code = ErrorCode::internal, .message = "no zone"} : seen.error();
    error.effect = Effect::maybe;  // it is made, and could not be read
    return Unknown{std::move(error)};
  }
  return Done{.handle = {}, .outputs = now_.side[now_.table[*zone].side - 1].outputs};
}

Outcome Applying::write(const ProviderChange& planned) {
  auto there = find(now_, planned.key);
  if (is_as_wanted(planned, there)) {
    return Done{};
  }
  const bool as_planned = (there ? there->body : std::string_view()) == planned.before;
  if ((there && there->is_opaque) || (!as_planned && making_ == nullptr)) {
    return Refused{moved_on(planned)};
  }
  for (bool again = false;; again = true) {
    auto change = planned;
    change.before = there ? there->body : std::string_view();
    change.handle = there ? there->handle : std::string_view();
    SetWriter writer(api_, zone_path(zone_) + "/records", change, stop_);
    auto outcome = writer.run();
    if (auto* refused = std::get_if<Refused>(&outcome); again && refused != nullptr) {
      return Unknown{std::move(refused->error)};  // what was found stays
    }
    if (!writer.in_doubt()) {
      return outcome;
    }
    // Looked for: where it is there, the rest of the set follows.
    if (!look()) {
      return outcome;
    }
    there = find(now_, planned.key);
    if (!has_value(there, *writer.in_doubt()) || !is_on_its_way(planned, there)) {
      return outcome;
    }
    if (is_as_wanted(planned, there)) {
      return Done{};
    }
  }
}

}  // namespace

void apply_order(const Api& api,
                 const Order& order,
                 const Report& report,
                 const std::stop_token& stop) {
  if (auto zone = zone_to_write(order, report, stop)) {
    Applying(api, order, std::move(*zone), report, stop).run();
  }
}

}  // namespace plumb::providers::digitalocean
