#include "controller/providers/memory/world.h"

#include <map>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"

namespace plumb::providers::memory {
namespace {

struct Row {
  std::string body;
  std::uint8_t flags = 0;
  Seen seen;
};

struct Box {
  std::map<std::pair<KindId, std::string>, Row> rows;
  std::uint64_t version = 0;
};

/// An effect that is still to come.
struct Waiting {
  ResourceId id;
  Act act = Act::create;
  std::string before;
  std::string after;
  bool asked = false;
};

ObservedScope observed_of(const Scope& scope, const Box* box) {
  ObservedScope observed;
  observed.scope = scope;
  observed.reading = box != nullptr ? Reading::read : Reading::missing;
  if (box == nullptr) {
    return observed;
  }
  TableBuilder builder;
  for (const auto& [id, row] : box->rows) {
    observed.side.push_back(row.seen);
    builder.add(
        id.first, id.second, row.body, row.flags, static_cast<std::uint32_t>(observed.side.size()));
  }
  observed.table = builder.seal().table;
  observed.fingerprint = std::to_string(box->version);
  return observed;
}

Error error_of(ErrorCode code, ErrorCategory category, std::string message) {
  return Error{.code = code, .message = std::move(message), .category = category};
}

Error lost_answer() {
  return Error{.code = ErrorCode::unavailable,
               .message = "the answer got lost",
               .category = ErrorCategory::network,
               .effect = Effect::maybe};
}

Value texts(std::string_view body, std::uint8_t field) {
  Value::List list;
  for (const auto text : cbor::field_list(body, field)) {
    list.push_back(Value{std::string(text), {}});
  }
  return Value{std::move(list), {}};
}

/// What this world's servers get: the addresses that were asked for, else ones for documentation
/// (RFC 5737, RFC 3849).
std::vector<Field> server_outputs(std::string_view body, std::uint64_t number) {
  constexpr std::uint8_t kHostname = 1;
  constexpr std::uint8_t kIpv4 = 2;
  constexpr std::uint8_t kIpv6 = 3;
  std::vector<Field> outputs;
  if (const auto hostname = cbor::field_octets(body, kHostname)) {
    outputs.push_back({"hostname", Value{std::string(*hostname), {}}});
  }
  const bool given = cbor::field(body, kIpv4) || cbor::field(body, kIpv6);
  const auto one = [](std::string text) {
    return Value{Value::List{Value{std::move(text), {}}}, {}};
  };
  outputs.push_back(
      {"ipv4", given ? texts(body, kIpv4) : one(fmt::format("192.0.2.{}", number % 255))});
  outputs.push_back(
      {"ipv6", given ? texts(body, kIpv6) : one(fmt::format("2001:db8::{:x}", number % 65536))});
  return outputs;
}

}  // namespace

/// What is known of the world; every member is for the holder of `mutex` only.
class World::State {
 public:
  std::mutex mutex;
  std::map<Scope, Box> boxes;
  std::map<Scope, std::optional<Box>> earlier;  ///< as before the last batch
  std::map<Scope, std::optional<Box>> stale;    ///< to be shown once
  std::map<ResourceId, std::uint64_t> effects;
  std::map<std::uint64_t, Fault> faults;  ///< by number of the change
  std::map<std::string, Waiting> waiting;
  std::function<void(Moment, const ResourceId&)> hook;
  Error failure;
  unsigned failing = 0;
  std::uint64_t calls = 0;
  std::uint64_t changes = 0;
  std::uint64_t numbers = 0;  ///< of versions, handles and tokens

  const Box* find(const Scope& scope) const {
    const auto found = boxes.find(scope);
    return found == boxes.end() ? nullptr : &found->second;
  }
  Box& box(const Scope& scope) {
    auto& found = boxes[scope];
    found.version = ++numbers;
    return found;
  }
  /// The error that keeps the change from being possible.
  std::optional<Error> refusal(const Waiting& change) const;
  /// Whether the world is already as the change wants it.
  bool in_place(const Waiting& change) const;
  Done take_effect(const Waiting& change);
  Done as_it_is(const ResourceId& id) const;
};

Done World::State::as_it_is(const ResourceId& id) const {
  const auto* box = find(id.scope);
  if (box == nullptr) {
    return {};
  }
  const auto row = box->rows.find({id.kind, id.key});
  return row == box->rows.end() ? Done{} : Done{row->second.seen.handle, row->second.seen.outputs};
}

std::optional<Error> World::State::refusal(const Waiting& change) const {
  const auto* box = find(change.id.scope);
  const bool of_zone = change.id.kind == kinds::kZone;
  if (box == nullptr && !of_zone && !change.id.scope.container.empty()) {
    return error_of(ErrorCode::not_found,
                    ErrorCategory::not_found,
                    fmt::format("{} does not exist", change.id.scope.container));
  }
  if (of_zone || box == nullptr) {
    return std::nullopt;
  }
  const auto row = box->rows.find({change.id.kind, change.id.key});
  if (row == box->rows.end() ? change.before.empty() : row->second.body == change.before) {
    return std::nullopt;
  }
  return error_of(ErrorCode::conflict,
                  ErrorCategory::conflict,
                  fmt::format("a row of {} changed since it was read",
                              change.id.scope.container.empty() ? change.id.scope.account
                                                                : change.id.scope.container));
}

bool World::State::in_place(const Waiting& change) const {
  const auto* box = find(change.id.scope);
  const bool removes = change.act == Act::remove;
  if (box == nullptr) {
    return removes;
  }
  const auto row = box->rows.find({change.id.kind, change.id.key});
  return row == box->rows.end() ? removes : !removes && row->second.body == change.after;
}

Done World::State::take_effect(const Waiting& change) {
  const auto& scope = change.id.scope;
  ++effects[change.id];
  if (change.act == Act::remove) {
    if (change.id.kind == kinds::kZone) {
      boxes.erase(scope);
    } else {
      box(scope).rows.erase({change.id.kind, change.id.key});
    }
    return {};
  }
  auto& row = box(scope).rows[{change.id.kind, change.id.key}];
  row.body = change.after;
  if (row.seen.handle.empty() || change.act == Act::replace) {
    row.seen.handle = fmt::format("m-{}", ++numbers);
  }
  if (change.id.kind == kinds::kServer) {
    row.seen.outputs = server_outputs(change.after, numbers);
  }
  return {row.seen.handle, row.seen.outputs};
}

World::World() : state_(std::make_unique<State>()) {}
World::~World() = default;

void World::put(const ObservedScope& observed) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  if (observed.reading != Reading::read) {
    state_->boxes.erase(observed.scope);
    return;
  }
  auto& box = state_->box(observed.scope);
  box.rows.clear();
  for (const auto& entry : observed.table.entries()) {
    auto& row = box.rows[{entry.kind, std::string(observed.table.key(entry))}];
    row.body = observed.table.body(entry);
    row.flags = entry.flags;
    row.seen = entry.side == 0 ? Seen{} : observed.side[entry.side - 1];
  }
}

void World::put_row(const ResourceId& id,
                    std::string_view body,
                    std::uint8_t flags,
                    std::string opaque_because) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  const bool makes_zone =
      state_->find(id.scope) == nullptr && id.kind == kinds::kRRset;  // record sets live in a zone
  auto& box = state_->box(id.scope);
  if (makes_zone) {
    box.rows[{kinds::kZone, ""}].body = cbor::body({});
  }
  auto& row = box.rows[{id.kind, id.key}];
  row.body = body;
  row.flags = flags;
  row.seen.opaque_because = std::move(opaque_because);
}

bool World::remove_row(const ResourceId& id) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->find(id.scope) != nullptr &&
         state_->box(id.scope).rows.erase({id.kind, id.key}) != 0;
}

bool World::remove_container(const Scope& scope) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->boxes.erase(scope) != 0;
}

ObservedScope World::look(const Scope& scope) const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return observed_of(scope, state_->find(scope));
}

std::vector<Scope> World::scopes() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  std::vector<Scope> found;
  for (const auto& [scope, box] : state_->boxes) {
    found.push_back(scope);
  }
  return found;
}

std::uint64_t World::effects(const ResourceId& id) const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  const auto found = state_->effects.find(id);
  return found == state_->effects.end() ? 0 : found->second;
}

std::uint64_t World::all_effects() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  std::uint64_t sum = 0;
  for (const auto& [id, count] : state_->effects) {
    sum += count;
  }
  return sum;
}

std::uint64_t World::calls() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->calls;
}

void World::fail_next(unsigned calls, Error error) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->failing = calls;
  state_->failure = std::move(error);
}

void World::inject(Fault fault, std::uint64_t skip) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->faults[state_->changes + skip] = fault;
}

void World::read_stale_once() {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->stale = state_->earlier;
}

void World::set_hook(std::function<void(Moment, const ResourceId&)> hook) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->hook = std::move(hook);
}

Result<void> World::begin_call() {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  ++state_->calls;
  if (state_->failing == 0) {
    return {};
  }
  --state_->failing;
  return tl::unexpected(state_->failure);
}

ObservedScope World::observe(const Scope& scope) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  if (const auto old = state_->stale.extract(scope)) {
    return observed_of(scope, old.mapped() ? &*old.mapped() : nullptr);
  }
  return observed_of(scope, state_->find(scope));
}

void World::begin_batch(const Scope& scope) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  const auto* box = state_->find(scope);
  state_->earlier[scope] = box != nullptr ? std::optional(*box) : std::nullopt;
}

std::optional<Outcome> World::change(const Scope& scope, const ProviderChange& change) {
  Waiting wanted{{scope, change.kind, std::string(change.key)},
                 change.act,
                 std::string(change.before),
                 std::string(change.after)};
  std::unique_lock<std::mutex> lock(state_->mutex);
  const auto fault = state_->faults.extract(state_->changes++);
  const auto is = [&](Fault one) { return fault && fault.mapped() == one; };
  if (is(Fault::unknown_without_effect)) {
    return Unknown{lost_answer()};
  }
  if (is(Fault::refuse)) {
    return Refused{
        error_of(ErrorCode::invalid_input, ErrorCategory::validation, "refused for a test")};
  }
  if (state_->in_place(wanted)) {
    return state_->as_it_is(wanted.id);
  }
  if (auto refused = state_->refusal(wanted)) {
    return Refused{std::move(*refused)};
  }
  if (is(Fault::pending)) {
    auto token = fmt::format("pending-{}", ++state_->numbers);
    state_->waiting.emplace(token, std::move(wanted));
    return Pending{std::move(token), std::chrono::milliseconds(1)};
  }
  const auto hook = state_->hook;
  lock.unlock();
  if (hook) {
    hook(Moment::before_effect, wanted.id);
  }
  lock.lock();
  auto done = state_->take_effect(wanted);
  lock.unlock();
  if (hook) {
    hook(Moment::after_effect, wanted.id);
  }
  if (is(Fault::silent)) {
    return std::nullopt;
  }
  return is(Fault::unknown_after_effect) ? Outcome(Unknown{lost_answer()}) : Outcome(done);
}

Outcome World::resume(const Pending& pending) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  const auto found = state_->waiting.find(pending.token);
  if (found == state_->waiting.end()) {
    return Unknown{error_of(ErrorCode::not_found,
                            ErrorCategory::not_found,
                            fmt::format("nothing is known of {}", pending.token))};
  }
  if (!found->second.asked) {
    found->second.asked = true;
    return pending;
  }
  auto done = state_->take_effect(found->second);
  state_->waiting.erase(found);
  return done;
}

}  // namespace plumb::providers::memory
