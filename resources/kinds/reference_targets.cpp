#include "resources/kinds/reference_targets.h"

#include <algorithm>

#include "resources/model/mistakes.h"

namespace plumb::kinds {

void ReferenceTargets::add(std::string declaration, ResourceId id, std::vector<Output> outputs) {
  all_.try_emplace(std::move(declaration), Target{std::move(id), std::move(outputs)});
}

void ReferenceTargets::add_broken(std::string declaration, std::vector<Output> outputs) {
  all_.try_emplace(std::move(declaration),
                   Target{.id = {}, .outputs = std::move(outputs), .broken = true});
}

const ReferenceTargets::Target* ReferenceTargets::find(std::string_view declaration) const {
  const auto found = all_.find(declaration);
  return found == all_.end() ? nullptr : &found->second;
}

const Output* ReferenceTargets::check(const Reference& reference,
                                      Place place,
                                      Diagnostics& problems) const {
  const auto* target = find(reference.target);
  if (target == nullptr) {
    std::vector<std::string_view> names;
    for (const auto& [name, known] : all_) {
      names.push_back(name);
    }
    auto hint = did_you_mean(reference.target, names);
    if (hint.empty() && unknown_) {
      return nullptr;
    }
    problems.error(
        place,
        Mistake::unknown_reference,
        "reference to `" + reference.target + "`, which is not declared",
        !hint.empty() ? std::move(hint) : "references name a Server: ${Server/mx1:ipv4}");
    return nullptr;
  }
  const auto& outputs = target->outputs;
  const auto found = std::find_if(outputs.begin(), outputs.end(), [&](const Output& output) {
    return output.name == reference.output;
  });
  if (found != outputs.end()) {
    return target->broken ? nullptr : &*found;
  }
  std::vector<std::string_view> names;
  std::string all;
  for (const auto& output : outputs) {
    names.push_back(output.name);
    all += (all.empty() ? "" : ", ") + output.name;
  }
  auto hint = did_you_mean(reference.output, names);
  problems.error(place,
                 Mistake::unknown_output,
                 "`" + reference.target + "` has no output `" + reference.output + "`",
                 !hint.empty() ? std::move(hint) : "it has " + all);
  return nullptr;
}

}  // namespace plumb::kinds
