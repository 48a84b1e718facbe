#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "controller/plan/graph.h"
#include "controller/plan/plan.h"

namespace plumb::plan {

/// Finds what must come before what, over all scopes, and what cannot come at all because what it
/// needs is held. Nodes are changes, numbered through all scopes. Borrows the scopes; lives for one
/// call of join.
class EdgeFinder {
 public:
  EdgeFinder(const std::vector<ScopePlan>& scopes, const PlanContext& context);

  /// Looks at everything once.
  void find();

  std::uint32_t node(std::size_t scope, std::size_t change) const {
    return first_[scope] + static_cast<std::uint32_t>(change);
  }
  std::uint32_t nodes() const { return first_.back(); }
  std::vector<Edge>& edges() { return edges_; }      ///< sorted, each once
  std::vector<bool>& blocked() { return blocked_; }  ///< by node
  std::size_t scope_of(std::uint32_t node) const;
  const Change& change(std::uint32_t node) const;

 private:
  /// Where a resource stands in this plan.
  struct Found {
    std::size_t scope = 0;
    std::uint32_t change = kNone;
    bool known_scope = false;
  };

  Found look_up(const ResourceId& id);
  std::uint32_t change_of(std::size_t scope, KindId kind, std::string_view key);
  void add(std::uint32_t from, std::uint32_t to, bool strict);
  void need(std::size_t scope, std::uint32_t change, const ResourceId& id, bool value);
  void needs_of(std::size_t scope);
  void values_of(std::size_t scope);
  void wait_for_replaced(std::size_t scope, std::uint32_t index);
  void removals_of(std::size_t scope);
  bool still_needs(std::size_t scope, const Change& change, const ResourceId& id) const;
  void hold_removal(std::size_t scope, const Entry& claim, const ResourceId& id);
  bool makes_room(std::size_t scope, std::uint32_t change) const;
  void container_of(std::size_t scope);
  void moves_of(std::size_t scope);
  void retired(std::size_t scope);

  const std::vector<ScopePlan>& scopes_;
  const PlanContext& context_;
  std::vector<std::uint32_t> first_;
  std::map<Scope, std::size_t> numbers_;
  std::vector<std::unordered_map<std::string, std::uint32_t>> index_;  ///< filled when asked
  std::vector<Edge> edges_;
  std::vector<bool> blocked_;
};

}  // namespace plumb::plan
