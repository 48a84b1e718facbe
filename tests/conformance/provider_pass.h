#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "controller/plan/plan.h"
#include "controller/providers/provider.h"
#include "resources/model/provider_traits.h"

namespace plumb::test {

const Catalog& resource_catalog();

/// One line for each change: for a message about a plan that should have been empty.
std::string printable(const plan::ScopePlan& scope);

/// One provider, one of its scopes, and what we remember of it: the part of a pass that a
/// conformance test needs, without store and journal.
class ProviderPass {
 public:
  using Bytes = std::map<std::pair<KindId, std::string>, std::string>;

  ProviderPass(const ProviderPass&) = delete;
  ProviderPass& operator=(const ProviderPass&) = delete;

 protected:
  /// What a person would be asked about is permitted with `consent`: guards have tests of their
  /// own.
  ProviderPass(providers::Provider& provider,
               const ProviderTraits& traits,
               Scope scope,
               Consent consent);
  virtual ~ProviderPass() = default;

  /// Whether an observed row that is not ours must survive everything.
  virtual bool is_watched(const Entry& entry) const;
  /// Whether the world holds what is declared.
  virtual void expect_in_place(const DesiredScope& desired,
                               const ObservedScope& observed) const = 0;

  /// The rows of `builder`, declared; `order` of sealing goes to `order` where it is wanted.
  std::shared_ptr<DesiredScope> declared(TableBuilder& builder,
                                         std::vector<std::uint32_t>* order = nullptr) const;
  /// Plans, applies, looks whether the world is as declared and the rest untouched, and whether a
  /// second plan is empty.
  void reach(const std::shared_ptr<const DesiredScope>& desired, bool changes_nothing);

  const ProviderTraits& traits() const { return traits_; }
  const Scope& scope() const { return scope_; }
  const Bytes& claims() const { return claims_; }

 private:
  std::shared_ptr<const ObservedScope> observe();
  std::shared_ptr<const ClaimedScope> claimed() const;
  plan::Plan make_plan(const std::shared_ptr<const DesiredScope>& desired);
  void apply(const plan::Plan& plan);
  void send(const plan::ScopePlan& plan, const plan::Batch& batch);
  void settle(const plan::ScopePlan& plan);
  Bytes not_ours(const ObservedScope& observed) const;
  void expect_untouched(const Bytes& before, const ObservedScope& after) const;

  providers::Provider& provider_;
  const ProviderTraits& traits_;
  Scope scope_;
  Consent consent_;
  Bytes claims_;
  std::set<std::uint32_t> done_;
};

}  // namespace plumb::test
