#include "controller/plan/graph.h"

#include <algorithm>
#include <numeric>

namespace plumb::plan {
namespace {

/// A circle among the nodes that could not be put in order: each of them waits for another one.
std::vector<std::uint32_t> circle(std::uint32_t nodes,
                                  std::span<const Edge> edges,
                                  const std::vector<std::uint32_t>& waits) {
  std::vector<std::uint32_t> before(nodes, nodes);
  for (const auto& edge : edges) {
    if (waits[edge.from] > 0 && waits[edge.to] > 0) {
      before[edge.to] = std::min(before[edge.to], edge.from);
    }
  }
  std::uint32_t node = 0;
  while (waits[node] == 0) {
    ++node;
  }
  std::vector<std::uint32_t> seen(nodes, nodes);
  std::vector<std::uint32_t> path;
  while (seen[node] == nodes) {
    seen[node] = static_cast<std::uint32_t>(path.size());
    path.push_back(node);
    node = before[node];
  }
  path.erase(path.begin(), path.begin() + seen[node]);
  std::reverse(path.begin(), path.end());
  std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
  return path;
}

}  // namespace

Layers layers(std::uint32_t nodes, std::span<const Edge> edges) {
  std::vector<std::uint32_t> first(nodes + 1, 0);
  std::vector<std::uint32_t> waits(nodes, 0);
  for (const auto& edge : edges) {
    ++first[edge.from + 1];
    ++waits[edge.to];
  }
  std::partial_sum(first.begin(), first.end(), first.begin());
  Layers result;
  result.wave.assign(nodes, 0);
  result.depth.assign(nodes, 0);
  result.order.reserve(nodes);
  for (std::uint32_t node = 0; node < nodes; ++node) {
    if (waits[node] == 0) {
      result.order.push_back(node);
    }
  }
  for (std::size_t done = 0; done < result.order.size(); ++done) {
    const auto node = result.order[done];
    for (auto i = first[node]; i < first[node + 1]; ++i) {
      const auto& edge = edges[i];
      result.wave[edge.to] =
          std::max(result.wave[edge.to], result.wave[node] + (edge.crosses ? 1 : 0));
      result.depth[edge.to] = std::max(result.depth[edge.to], result.depth[node] + 1);
      if (--waits[edge.to] == 0) {
        result.order.push_back(edge.to);
      }
    }
  }
  if (result.order.size() != nodes) {
    // Nodes that only come after a circle wait as well; the walk back finds the circle itself.
    return {{}, {}, {}, circle(nodes, edges, waits)};
  }
  return result;
}

}  // namespace plumb::plan
