#include "controller/plan/decide.h"

#include <algorithm>
#include <utility>

namespace plumb::plan {
namespace {

bool has(const Case& it, EntryFlag flag) {
  return (it.observed_flags & flag) != 0;
}

bool is_protected(const Case& it) {
  return it.policy.protect || (it.owned != nullptr && it.owned->policy.protect);
}

bool was_made(const Case& it) {
  return it.claimed && it.owned != nullptr && it.owned->made;
}

bool healed(const Case& it) {
  return it.policy.heal && !it.no_heal;
}

Rules rules_of(const Case& it) {
  return {it.kind, it.policy.ignore, it.union_field};
}

/// Up to three guards, `none` left out.
Guards guards(Guard first, Guard second = Guard::none, Guard third = Guard::none) {
  Guards list{};
  std::size_t size = 0;
  for (const auto guard : {first, second, third}) {
    if (guard != Guard::none) {
      list[size++] = guard;
    }
  }
  return list;
}

/// Whether this is a value that can be set and not read back: a password. It belongs to an object
/// that takes it along when it goes, so it is never taken away by itself.
bool is_secret(const Kind& kind) {
  return std::any_of(kind.fields.begin(), kind.fields.end(), [](const FieldRule& field) {
    return field.type == FieldType::write_only;
  });
}

Guard apex(const Case& it) {
  return it.observed && is_apex_ns(it.kind, it.key) ? Guard::apex_ns : Guard::none;
}

Decision only(Line line) {
  Decision decision;
  decision.add(std::move(line));
  return decision;
}

Decision counted(Decision::Count count) {
  Decision decision;
  decision.count = count;
  return decision;
}

Decision conflict(Reason reason) {
  return only({.verb = Verb::conflict, .reason = reason});
}

Decision unmanaged(const Case& it) {
  auto decision = counted(it.observed ? Decision::Count::unmanaged : Decision::Count::none);
  if (it.claimed) {
    decision.add({.verb = Verb::forget, .reason = Reason::undeclared});
  }
  return decision;
}

// Rows 1 and 2.
Decision absent(const Case& it) {
  if (!it.claimed) {
    return only({.verb = Verb::create, .reason = Reason::declared, .made = true});
  }
  const bool data = it.kind.holds_data;  // has a guard of its own that says more
  // Where there is no password at all, nobody has chosen another.
  const bool put_back = it.policy.heal || data || it.container_back || is_secret(it.kind);
  const bool reported = it.no_heal || !put_back;
  if (reported && it.claimed == it.desired) {
    return only({.verb = Verb::hold, .reason = Reason::vanished});
  }
  return only({.verb = Verb::create,
               .reason = Reason::vanished,
               .guards = guards(data ? Guard::recreate : Guard::none),
               .made = true});
}

// Rows 4 and 5.
Decision still_ours(const Case& it) {
  const bool moved = !it.remembered || !same_mask(*it.desired, *it.claimed);
  if (!moved && *it.desired == *it.claimed) {
    return counted(Decision::Count::in_plumb);
  }
  auto decision = only(
      {.verb = Verb::refresh, .reason = Reason::edited, .silent = !moved, .made = was_made(it)});
  decision.count = moved ? Decision::Count::none : Decision::Count::in_plumb;
  return decision;
}

Line sends(const Case& it, Verb verb, Reason reason, bool keep_drifted) {
  Line line{.verb = verb, .reason = reason, .made = was_made(it) || verb == Verb::replace};
  auto bytes = merge(rules_of(it), *it.desired, *it.observed, it.claimed, keep_drifted);
  if (bytes != *it.desired) {
    line.sent = std::move(bytes);
  }
  return line;
}

// Row 6.
Decision foreign(const Case& it, const Comparison& found) {
  const auto verb = found.fixed ? Verb::replace : Verb::update;
  const auto apex_guard = apex(it);
  if (!found.foreign) {  // a union that lacks our values: nothing of anybody is overwritten
    auto line = sends(it, verb, Reason::declared, false);
    line.made = !holds_ours(rules_of(it), *it.desired, *it.observed);
    line.guards = guards(apex_guard);
    return only(std::move(line));
  }
  auto line = sends(it, verb, Reason::foreign, false);
  line.fixed_field = found.fixed;
  const auto data = found.fixed && it.kind.holds_data ? Guard::replace : Guard::none;
  if (it.exclusive) {
    line.guards = guards(apex_guard, data);
  } else {
    line.guards = guards(Guard::overwrite, apex_guard, data);
    line.conflict = true;
  }
  return only(std::move(line));
}

// Row 8.
Decision fixed_field(const Case& it, const Comparison& found) {
  if (found.fixed_drifted) {
    return only({.verb = Verb::hold,
                 .reason = found.both ? Reason::both : Reason::drifted,
                 .fixed_field = true});
  }
  auto line = sends(it, Verb::replace, Reason::edited, false);
  line.fixed_field = true;
  line.guards = guards(is_protected(it) ? Guard::protect : Guard::none,
                       apex(it),
                       it.kind.holds_data ? Guard::replace : Guard::none);
  return only(std::move(line));
}

// Row 7.
Decision moved(const Case& it, const Comparison& found) {
  const bool heal = healed(it);
  if (found.both && !heal) {
    auto line = sends(it, Verb::update, Reason::both, true);
    line.guards = guards(Guard::overwrite, apex(it));
    line.conflict = true;
    return only(std::move(line));
  }
  Decision decision;
  const bool held = found.drifted && !heal;
  if (found.edited || !held) {
    const auto reason = found.both || (found.edited && found.drifted && heal) ? Reason::both
                        : found.edited                                        ? Reason::edited
                                                                              : Reason::drifted;
    auto line = sends(it, Verb::update, reason, held);
    line.guards = guards(apex(it));
    // Held values can be all that is left of a set; an empty one is never sent. What holds data
    // may have sets besides, which say something when they are empty too.
    if (it.kind.holds_data || !has_empty_set(it.kind, line.sent ? *line.sent : *it.desired)) {
      decision.add(std::move(line));
    }
  }
  if (held) {
    decision.add({.verb = Verb::hold, .reason = Reason::drifted});
  }
  return decision;
}

/// The same by its body, and another one.
Decision replaced(const Case& it) {
  return healed(it) ? only({.verb = Verb::update, .reason = Reason::drifted, .made = was_made(it)})
                    : only({.verb = Verb::hold, .reason = Reason::drifted});
}

// Rows 3 to 9.
Decision present(const Case& it) {
  const auto found = compare(rules_of(it), *it.desired, *it.observed, it.claimed);
  Decision decision;
  if (found.equal() && it.claimed && it.replaced) {
    decision = replaced(it);
  } else if (found.equal()) {
    decision =
        it.claimed ? still_ours(it) : only({.verb = Verb::adopt, .reason = Reason::declared});
  } else if (!it.claimed) {
    decision = foreign(it, found);
  } else if (found.fixed) {
    decision = fixed_field(it, found);
  } else {
    decision = moved(it, found);
  }
  return decision;
}

Decision nobodys(const Case& it);

// Rows 12 and 13, and what has no body to compare.
Decision unresolved(const Case& it) {
  switch (it.resolution) {
    case Resolved::State::awaits:
      return only({.verb = it.observed ? Verb::update : Verb::create,
                   .reason = Reason::awaits,
                   .guards = guards(apex(it)),
                   .made = !it.observed || was_made(it)});
    case Resolved::State::absent:
      if (!it.observed) {  // nothing is wanted, nothing is there
        return it.claimed && it.complete
                   ? only({.verb = Verb::forget, .reason = Reason::undeclared})
                   : Decision{};
      }
      if (!it.claimed && !it.exclusive) {
        return nobodys(it);
      }
      return only({.verb = Verb::hold, .reason = Reason::awaits, .guards = {Guard::empty_set}});
    case Resolved::State::no_secret:
      return it.observed ? counted(Decision::Count::left_alone)
                         : only({.verb = Verb::hold,
                                 .reason = it.claimed ? Reason::vanished : Reason::declared,
                                 .no_secret = true});
    case Resolved::State::unread:
    case Resolved::State::broken:
    case Resolved::State::bytes:
      return only({.verb = Verb::hold, .reason = Reason::awaits});
  }
  return {};
}

Decision declared(const Case& it) {
  if (it.policy.paused) {
    return {};
  }
  if (it.observed && has(it, opaque)) {
    return conflict(Reason::foreign);
  }
  if (it.observed && has(it, ambiguous) && !it.picked) {
    return conflict(it.claimed ? Reason::both : Reason::foreign);
  }
  if (it.resolution != Resolved::State::bytes) {
    return unresolved(it);
  }
  if (!it.kind.holds_data && it.desired != it.observed && has_empty_set(it.kind, *it.desired)) {
    return only({.verb = Verb::hold, .reason = Reason::declared, .guards = {Guard::empty_set}});
  }
  return it.observed ? present(it) : absent(it);
}

// Row 17.
Decision nobodys(const Case& it) {
  if (has(it, system_owned)) {
    return counted(Decision::Count::system);
  }
  if (is_secret(it.kind)) {
    return {};  // what it is for is counted
  }
  if (!it.exclusive || !it.complete || has(it, opaque) || is_container(it.kind, it.key)) {
    return counted(Decision::Count::unmanaged);
  }
  return only({.verb = Verb::remove,
               .reason = Reason::foreign,
               .guards = guards(is_protected(it) ? Guard::protect : Guard::none,
                                apex(it),
                                it.kind.holds_data ? Guard::remove : Guard::none)});
}

// Row 16.
Decision undeclared(const Case& it) {
  const auto forget = Line{.verb = Verb::forget, .reason = Reason::undeclared};
  if (has(it, system_owned) || has(it, opaque) || is_secret(it.kind)) {
    return only(forget);  // kept at the vendor
  }
  if (!it.complete) {
    return {};
  }
  if (has(it, ambiguous) && !it.picked) {
    return conflict(Reason::undeclared);
  }
  const auto rules = rules_of(it);
  if (it.union_field != 0 && !holds_ours(rules, *it.claimed, *it.observed)) {
    return only(forget);
  }
  const bool changed = !unchanged_since(rules, *it.claimed, *it.observed);
  const bool adopted = !was_made(it) && !it.exclusive && it.leaving != Reason::moved;
  Line line{.verb = Verb::remove, .reason = it.leaving};
  line.guards = guards(is_protected(it) ? Guard::protect : Guard::none,
                       apex(it),
                       changed || adopted || it.kind.holds_data ? Guard::remove : Guard::none);
  if (it.union_field != 0) {
    line.sent = without_ours(rules, *it.claimed, *it.observed);
    line.verb = line.sent ? Verb::update : Verb::remove;
  }
  return only(std::move(line));
}

// Rows 16 and 17 with a claim whose object was made anew by somebody.
Decision remade(const Case& it) {
  auto decision = nobodys(it);
  if (decision.size == 0) {
    decision.add({.verb = Verb::forget, .reason = Reason::undeclared});
  }
  return decision;
}

}  // namespace

bool is_apex_ns(const Kind& kind, std::string_view key) {
  return kind.label != nullptr && kind.label(key) == "@ NS";
}

bool is_container(const Kind& kind, std::string_view key) {
  return kind.holds_data && key.empty();
}

Decision decide(const Case& it) {
  if (it.unmanaged) {
    return unmanaged(it);
  }
  if (it.is_declared) {
    if (it.claimed && it.observed && !it.own) {
      auto stranger = it;
      stranger.claimed.reset();
      stranger.owned = nullptr;
      return declared(stranger);
    }
    return declared(it);
  }
  if (it.observed) {
    if (!it.claimed) {
      return nobodys(it);
    }
    return it.own ? undeclared(it) : remade(it);
  }
  if (it.claimed && it.complete) {
    return only({.verb = Verb::forget, .reason = Reason::undeclared});
  }
  return {};
}

}  // namespace plumb::plan
