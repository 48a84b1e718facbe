#include <algorithm>

#include "controller/cli/commands.h"
#include "controller/cli/rotations.h"
#include "controller/cli/terminal.h"

namespace plumb::cli {
namespace {

/// Whether `text` names this key: by its declared selector, by one that stands for it now, or,
/// where it is what a domain signs with, by the domain alone.
bool is_named(const load::KeyRotation& rotation, const std::string& text) {
  const auto& key = rotation.key;
  const auto domain = key.name.substr(0, key.name.size() - key.selector.size());  // "DKIMKey/d/"
  const auto all = mail::published(rotation.rotation, key.selector);
  return text == key.name || (key.signs && text + "/" == domain) ||
         std::any_of(all.begin(), all.end(), [&](const mail::PublishedKey& one) {
           return text == domain + one.selector;
         });
}

Result<load::KeyRotation> find_key(const std::vector<load::KeyRotation>& rotations,
                                   const std::string& text) {
  std::vector<std::string_view> names;
  for (const auto& rotation : rotations) {
    if (is_named(rotation, text)) {
      return rotation;
    }
    names.push_back(rotation.key.name);
  }
  auto hint = did_you_mean(text, names);
  if (hint.empty()) {
    hint = names.empty() ? "only keys that a mail provider makes can be rotated (`mail.dkim`)"
                         : "write DKIMKey/domain/selector, as in " + std::string(names.front());
  }
  return fail(ErrorCode::not_found, "no key '" + text + "' is made here", std::move(hint));
}

}  // namespace

Result<ExitCode> rotate(Workspace& workspace, const RotateOptions& options) {
  PLUMB_TRY(loaded, workspace.load_or_complain());
  PLUMB_TRY(store, workspace.store(loaded->project, state::Access::write));
  PLUMB_TRY(rotations, load::read_rotations(loaded->signing_keys, *store));
  PLUMB_TRY(rotation, find_key(rotations, options.object));
  if (!mail::can_begin(rotation.rotation)) {
    return fail(ErrorCode::conflict,
                rotation.key.name + " is being rotated already",
                "wait until it is over: " + outlook(rotation));
  }
  mail::begin(rotation.rotation, free_number(*loaded, rotation));
  if (auto kept = load::put_rotations(std::span(&rotation, 1), *store); !kept) {
    return tl::unexpected(std::move(kept).error());
  }
  say(outlook(rotation) +
      "\nplumb apply makes and publishes it; each further apply goes on as far "
      "as the time allows.\n");
  return ExitCode::ok;
}

}  // namespace plumb::cli
