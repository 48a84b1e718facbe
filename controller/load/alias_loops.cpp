#include <algorithm>
#include <string>
#include <vector>

#include "controller/load/manifests.h"
#include "resources/model/mistakes.h"

namespace plumb::load {
namespace {

/// Finds aliases that lead back to themselves, over all domains. Depth first, without recursion.
class LoopCheck {
 public:
  LoopCheck(const Manifests& manifests, Diagnostics& problems) : problems_(problems) {
    for (const auto& domain : manifests.domains) {
      for (const auto& address : domain.mail.book.all) {
        nodes_.push_back({&domain, &address});
      }
    }
    states_.resize(nodes_.size());
  }

  void run() {
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      if (states_[i] == State::fresh && !nodes_[i].address->mailbox) {
        visit(i);
      }
    }
  }

 private:
  struct Node {
    const DomainEntry* domain;
    const Address* address;
  };
  enum class State : std::uint8_t { fresh, open, done };

  void visit(std::uint32_t start) {
    struct Step {
      std::uint32_t node;
      std::uint32_t next = 0;
    };
    std::vector<Step> steps{{start}};
    states_[start] = State::open;
    while (!steps.empty()) {
      auto& step = steps.back();
      const auto& [domain, address] = nodes_[step.node];
      if (address->mailbox || step.next == address->targets) {
        states_[step.node] = State::done;
        steps.pop_back();
        continue;
      }
      const auto& target = domain->mail.book.targets[address->first_target + step.next++];
      if (target.node == AddressTarget::kOutside || states_[target.node] == State::done) {
        continue;
      }
      if (states_[target.node] == State::fresh) {
        states_[target.node] = State::open;
        steps.push_back({target.node});
        continue;
      }
      std::string loop;
      auto from = std::find_if(
          steps.begin(), steps.end(), [&](const Step& one) { return one.node == target.node; });
      for (; from != steps.end(); ++from) {
        loop += name_of(from->node) + " → ";
      }
      problems_.error(target.place,
                      Mistake::alias_loop,
                      "aliases form a loop: " + loop + name_of(target.node),
                      "lead one of them to a mailbox");
    }
  }

  std::string name_of(std::uint32_t node) const {
    return nodes_[node].address->local + "@" + nodes_[node].domain->display;
  }

  Diagnostics& problems_;
  std::vector<Node> nodes_;
  std::vector<State> states_;
};

}  // namespace

void find_alias_loops(const Manifests& manifests, Diagnostics& problems) {
  LoopCheck(manifests, problems).run();
}

}  // namespace plumb::load
