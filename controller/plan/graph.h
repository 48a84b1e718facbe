#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace plumb::plan {

/// `from` must be done before `to`.
struct Edge {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  bool crosses = false;  ///< leads into another scope
  bool strict = false;   ///< `to` waits even where `from` exists already
  friend auto operator<=>(const Edge&, const Edge&) = default;
};

/// Longest paths through a graph.
struct Layers {
  std::vector<std::uint32_t> wave;   ///< edges between scopes on the longest path to a node
  std::vector<std::uint32_t> depth;  ///< edges of any sort
  std::vector<std::uint32_t> order;  ///< the nodes, each after all that it waits for
  std::vector<std::uint32_t> cycle;  ///< empty; else nodes that wait for each other, in order
};

/// O(nodes + edges). Deterministic. `edges` are sorted. Where there is a cycle, only that is given.
Layers layers(std::uint32_t nodes, std::span<const Edge> edges);

}  // namespace plumb::plan
