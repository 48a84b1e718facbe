#pragma once

// How tests write rows of the decision table: a small scope, and the lines that its plan must have.

#include <gtest/gtest.h>

#include "tests/controller/plan/scope_builder.h"

namespace plumb::plan::test {

inline const char* word(Verb verb) {
  static const std::array<const char*, 10> words{"create",
                                                 "update",
                                                 "replace",
                                                 "rename",
                                                 "remove",
                                                 "adopt",
                                                 "refresh",
                                                 "forget",
                                                 "hold",
                                                 "conflict"};
  return words[static_cast<std::size_t>(verb)];
}

inline const char* word(Reason reason) {
  static const std::array<const char*, 10> words{"declared",
                                                 "edited",
                                                 "drifted",
                                                 "both",
                                                 "vanished",
                                                 "undeclared",
                                                 "foreign",
                                                 "moved",
                                                 "awaits",
                                                 "in_doubt"};
  return words[static_cast<std::size_t>(reason)];
}

/// "www A: hold undeclared (delete)", silent ones in brackets.
inline std::string text(const ScopePlan& plan, const Change& change) {
  auto out = label_of(plan.key(change)) + ": " + word(change.verb) + " " + word(change.reason);
  if (change.guard != Guard::none) {
    out += " (" + std::string(consent_word(change.guard)) + ")";
  }
  return change.state_only_silent ? "[" + out + "]" : out;
}

inline std::vector<std::string> texts(const ScopePlan& plan) {
  std::vector<std::string> out;
  for (const auto& change : plan.changes) {
    out.push_back(text(plan, change));
  }
  return out;
}

using Lines = std::vector<std::string>;

/// One row of the decision table, with one resource.
struct TableRow {
  const char* name;
  ScopeBuilder scope;
  Lines expected;
  std::optional<std::string> sent = {};  ///< of the first change, where it is of interest
};

inline void expect_rows(const std::vector<TableRow>& rows, Context& context) {
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto plan = plan_scope(row.scope.input(), context.value);
    EXPECT_EQ(texts(plan), row.expected);
    if (row.sent && !plan.changes.empty()) {
      EXPECT_EQ(plan.after(plan.changes[0]), *row.sent);
    }
  }
}

inline const std::string kWww = set_key("www A");
inline const std::string kOne = set_body(300, {"192.0.2.1"});
inline const std::string kTwo = set_body(300, {"192.0.2.2"});
inline const std::string kThree = set_body(300, {"192.0.2.3"});

inline Row www(const std::string& body) {
  return {.key = kWww, .body = body};
}
inline Row server(std::map<std::string, std::string> members) {
  Value::Map map;
  for (auto& [name, value] : members) {
    map.push_back({name, Value{value, {}}});
  }
  return {.kind = kServer, .key = "mx1", .body = *encode(kServerFields, Value{map, {}})};
}
inline Row box(std::map<std::string, std::string> members) {
  return {.kind = kBox, .key = "box", .body = box_body(std::move(members))};
}
inline ScopeBuilder scope() {
  return {};
}
inline ScopeBuilder exclusive() {
  ScopeBuilder builder;
  builder.exclusive = true;
  builder.taken_over = true;
  return builder;
}
inline Row with(Row row, const Policy& policy) {
  row.policy = policy;
  return row;
}
inline Row flagged(Row row, std::uint8_t flags) {
  row.flags = flags;
  return row;
}
inline Row adopted(Row row) {
  row.made = false;
  return row;
}

}  // namespace plumb::plan::test
