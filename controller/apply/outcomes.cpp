#include "controller/apply/outcomes.h"

namespace plumb::apply {

Error skipped_error() {
  return {.code = ErrorCode::unavailable,
          .message = "not tried: something it needs was not done",
          .hint = "mend what failed and apply again"};
}

Error unreported_error() {
  return {.code = ErrorCode::unavailable,
          .message = "the provider said nothing of it",
          .effect = Effect::maybe};
}

const Error* error_in(const providers::Outcome& outcome) {
  if (const auto* refused = std::get_if<providers::Refused>(&outcome)) {
    return &refused->error;
  }
  const auto* unknown = std::get_if<providers::Unknown>(&outcome);
  return unknown == nullptr ? nullptr : &unknown->error;
}

state::KeyOutcome journal_outcome(const state::IntentKey& key, const providers::Outcome& outcome) {
  state::KeyOutcome row{.kind = key.kind, .key = key.key};
  if (const auto* done = std::get_if<providers::Done>(&outcome)) {
    row.ending = state::Ending::done;
    row.handle = done->handle;
    row.outputs = done->outputs;
  } else if (const auto* pending = std::get_if<providers::Pending>(&outcome)) {
    row.ending = state::Ending::pending;
    row.token = pending->token;
  } else if (std::holds_alternative<providers::Unknown>(outcome)) {
    row.ending = state::Ending::in_doubt;
  } else {
    row.ending = state::Ending::not_done;
  }
  if (const auto* error = error_in(outcome)) {
    row.error = error->message;
  }
  return row;
}

Ending ending_of(const providers::Outcome& outcome) {
  if (std::holds_alternative<providers::Done>(outcome)) {
    return Ending::done;
  }
  if (std::holds_alternative<providers::Refused>(outcome)) {
    return Ending::refused;
  }
  return std::holds_alternative<providers::NotSent>(outcome) ? Ending::skipped : Ending::in_doubt;
}

}  // namespace plumb::apply
