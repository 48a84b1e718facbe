#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "resources/model/claimed.h"
#include "resources/model/scope.h"
#include "resources/model/value.h"

namespace plumb::state {

/// How far an intended change is known to have come.
enum class KeyState : std::uint8_t {
  open,      ///< the call may be under way
  pending,   ///< accepted by the vendor; `token` asks after it
  in_doubt,  ///< no answer, or the process died: look before anything else
};

/// One object that a batch is about to change; written before the call.
struct IntentKey {
  KindId kind{};
  std::string key;
  std::uint8_t verb = 0;     ///< plan::Verb
  std::string before;        ///< observed body; empty: absent
  std::string after;         ///< body to bring about; empty: remove
  std::string claimed_body;  ///< what is claimed once done; empty: `after` as it is
  bool claims = true;        ///< false: no claim is left (a remove, our part of a shared set gone)
  KeyState state = KeyState::open;
  std::string token;    ///< of a pending change
  Owned claim;          ///< what the claim will say once done (handle is filled in then)
  std::string consent;  ///< id of the consent that permits it; empty: none needed
  std::uint32_t consent_count = 0;  ///< how often that consent may be used in all; 0: no limit
};

/// A batch that was begun: durable before its call (txn A).
struct Intent {
  std::uint64_t seq = 0;  ///< given by the store
  std::string run;        ///< id of the run
  std::string commit;
  Scope scope;
  std::string marker;   ///< store id and seq, for creates that a vendor would double
  std::string begun;    ///< RFC 3339
  std::string process;  ///< "host/pid"
  std::vector<IntentKey> keys;
};

/// How one key of an intent ended.
enum class Ending : std::uint8_t {
  done,      ///< claim, outputs and history are written, the consent is used
  not_done,  ///< surely no effect: reservation back, the key leaves
  pending,   ///< the token is stored, the key stays
  in_doubt,  ///< the key stays until it is settled by an observation
};

struct KeyOutcome {
  KindId kind{};
  std::string key;
  Ending ending = Ending::in_doubt;
  std::string handle;          ///< done: the vendor's id
  std::vector<Field> outputs;  ///< done
  std::string token;           ///< pending
  std::string error;           ///< not_done, in_doubt: one sentence for the history, no secret
};

/// What became of keys of one intent. Borrows the outcomes.
struct IntentOutcome {
  std::uint64_t seq = 0;
  std::span<const KeyOutcome> keys;
};

/// A change of memory alone: adopt, refresh, forget. No intent, one transaction.
struct Bookkeeping {
  enum class What : std::uint8_t { adopt, refresh, forget };
  What what = What::adopt;
  KindId kind{};
  std::string key;
  std::string body;     ///< adopt, refresh: the bytes to claim
  Owned claim;          ///< adopt, refresh
  bool silent = false;  ///< no history row
  std::string why;      ///< for the history: "converged outside"
};

/// The changes of memory of one scope. Borrows them.
struct ScopeBooks {
  Scope scope;
  std::span<const Bookkeeping> changes;
};

/// One line of history. The rows are hash-chained: each digest covers the row before.
struct HistoryRow {
  std::uint64_t seq = 0;
  std::string when;  ///< RFC 3339
  std::string run;
  std::string commit;
  Scope scope;
  KindId kind{};
  std::string key;
  std::string what;    ///< "create", "update", "remove", "adopt", "consent"...
  std::string result;  ///< "done", "not done", "in doubt"
  std::string before;  ///< body
  std::string after;   ///< body
  std::string detail;  ///< reason, error, consent
};

}  // namespace plumb::state
