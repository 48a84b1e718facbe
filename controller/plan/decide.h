#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "controller/plan/compare.h"
#include "controller/plan/plan.h"
#include "controller/plan/resolve.h"

namespace plumb::plan {

/// The guards that one change trips, in the order in which they are asked; `none` ends the list.
using Guards = std::array<Guard, 3>;

/// One resource as it is declared (D), observed (O) and claimed (C), with what the decision needs
/// to know around it. Borrows all of it.
struct Case {
  const Kind& kind;
  std::string_view key;
  std::optional<std::string_view> desired;  ///< references resolved
  std::optional<std::string_view> observed;
  std::optional<std::string_view> claimed;
  const Policy& policy;             ///< of D; else what the claim remembers
  const Owned* owned = nullptr;     ///< of C
  std::uint8_t union_field = 0;     ///< claimed value by value here; 0 = not
  std::uint8_t observed_flags = 0;  ///< EntryFlag
  Resolved::State resolution = Resolved::State::bytes;
  bool is_declared = false;  ///< D has a row, whatever became of its references
  bool unmanaged = false;    ///< a glob of `unmanaged` names it
  bool own = true;           ///< handles are equal, or say nothing
  bool picked = false;       ///< the claim's handle names one of several objects
  bool exclusive = false;    ///< in force
  bool complete = true;      ///< false: nothing is deleted here
  bool no_heal = false;
  bool container_back = false;  ///< the container is gone too, and comes back with all in it
  Reason leaving = Reason::undeclared;  ///< or moved: declared under another key, or elsewhere
  bool replaced = false;                ///< its body is as it was, and it gives other values
  bool remembered = true;               ///< the claim's policy and needs are those declared
};

/// One line of a decision.
struct Line {
  Verb verb = Verb::hold;
  Reason reason = Reason::declared;
  Guards guards{};
  std::optional<std::string> sent;  ///< where what is sent is not D itself
  bool conflict = false;            ///< held by its guard it is a conflict
  bool fixed_field = false;
  bool silent = false;
  bool made = false;
  bool no_secret = false;
};

/// What the table says of one resource.
struct Decision {
  enum class Count : std::uint8_t { none, in_plumb, unmanaged, system, left_alone };
  std::array<Line, 2> lines;
  std::uint8_t size = 0;
  Count count = Count::none;

  void add(Line line) { lines[size++] = std::move(line); }
};

/// The three-way decision. "≡" compares on D's fields, less ignored and write-only ones; C.last
/// likewise on its own. What concerns a scope as a whole (unread, suspect, paused, retired, in
/// doubt) is settled before; `formerly` (row 14) and a zone that goes whole are settled after.
///
///  #   D       O                 C                  verb · reason, and what guards it
///  1   yes     no                no                 create · declared
///  2   yes     no                yes                create · vanished; data: recreate
///  3   yes     ≡                 no                 adopt
///  4   yes     ≡                 own, C.last ≡ D    none; policy, mask or needs moved: refresh
///  5   yes     ≡                 own, C.last ≢ D    refresh, silent: converged outside
///  6   yes     ≢                 no                 exclusive: update · foreign;
///                                                   else conflict (overwrite)
///  7   yes     ≢                 own                update · edited or drifted, per field; drifted
///                                                   is held unless healed; the same field both:
///                                                   conflict (overwrite) unless healed
///  8   yes     ≢, a fixed field  own                edited: replace (protect, data: replace);
///                                                   drifted: hold
///  9   yes     yes, not ours     yes                as 3 and 6 without C
///  10  yes     n > 1             any                the claim's handle picks one; else conflict
///  11  yes     opaque            any                conflict
///  12  awaits  any               any                create or update · awaits
///  13  unread  any               any                hold · awaits
///  16  no      yes               own                remove · undeclared (protect; data, adopted or
///                                                   changed since: remove); a union that others
///                                                   share: update · undeclared
///  17  no      yes               no, or not ours    exclusive: remove · foreign; else unmanaged;
///                                                   system and opaque: never
///  18  no      no                yes                forget
///
/// A write-only field is held against the claim alone; adopting (row 3) never sets one. Where its
/// value cannot be read here there is no opinion on what exists, and what does not is not made. A
/// kind that has one is never taken away by itself (rows 16 and 17): it goes with what it is for.
///
/// What has the same body and gives other values than those that were recorded was replaced by
/// somebody (KnownOutputs): update · drifted, which takes note of them, or held where drift is only
/// reported. What was there before cannot be brought back.
///
/// Apex NS that exist change only with consent; a set that is empty because its source is goes
/// nowhere. Pure.
Decision decide(const Case& it);

/// Whether these are a zone's own NS records, by the kind's label.
bool is_apex_ns(const Kind& kind, std::string_view key);
/// Whether this row stands for the container of its scope: a zone.
bool is_container(const Kind& kind, std::string_view key);

}  // namespace plumb::plan
