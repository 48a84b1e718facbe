#include "controller/cli/completion.h"

#include <algorithm>
#include <array>

#include <CLI/CLI.hpp>

#include "resources/model/diagnostic.h"

namespace plumb::cli {
namespace {

/// The words that a value of the option may be: CLI11 keeps them in the validator's description,
/// "{text,json}".
std::vector<std::string> values_of(const CLI::Option& option) {
  std::vector<std::string> values;
  const auto type = option.get_type_name();
  const auto open = type.find('{');
  const auto close = type.find('}', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) {
    return values;
  }
  std::string word;
  for (auto i = open + 1; i <= close; ++i) {
    if (type[i] == ',' || type[i] == '}') {
      values.push_back(std::move(word));
      word.clear();
    } else {
      word += type[i];
    }
  }
  return values;
}

const CLI::Option* option_named(const CLI::App& app, const std::string& word) {
  for (const auto* level = &app; level != nullptr; level = level->get_parent()) {
    for (const auto* option : level->get_options()) {
      if (option->check_name(word)) {
        return option;
      }
    }
  }
  return nullptr;
}

bool takes_value(const CLI::Option& option) {
  return option.get_expected_max() > 0 && !option.get_type_name().empty();
}

bool takes_file(const CLI::Option& option) {
  constexpr std::array kFiles{"out", "project", "state"};
  return std::any_of(
      kFiles.begin(), kFiles.end(), [&](const char* name) { return option.check_lname(name); });
}

void add_options(const CLI::App& app, std::vector<std::string>& words) {
  for (const auto* level = &app; level != nullptr; level = level->get_parent()) {
    for (const auto* option : level->get_options()) {
      for (const auto& name : option->get_lnames()) {
        words.push_back("--" + name);
      }
    }
  }
}

void keep_fitting(std::vector<std::string>& words, const std::string& typed) {
  std::erase_if(words, [&](const std::string& word) { return !word.starts_with(typed); });
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
}

/// Where the command line has got to.
struct Reached {
  const CLI::App* command = nullptr;
  const CLI::Option* awaits = nullptr;  ///< the option whose value comes next
};

Reached follow(const CLI::App& app, std::span<const std::string> words) {
  Reached at{&app, nullptr};
  for (const auto& word : words) {
    if (at.awaits != nullptr) {
      at.awaits = nullptr;
      continue;
    }
    if (word.starts_with('-')) {
      const auto* option = option_named(*at.command, word);
      at.awaits = option != nullptr && takes_value(*option) ? option : nullptr;
      continue;
    }
    const auto below = at.command->get_subcommands(
        [&](const CLI::App* candidate) { return candidate->check_name(word); });
    at.command = below.empty() ? at.command : below.front();
  }
  return at;
}

bool has_positional(const CLI::App& app) {
  const auto options = app.get_options();
  return std::any_of(options.begin(), options.end(), [](const CLI::Option* option) {
    return option->get_positional();
  });
}

// clang-format takes the text of shells for C++.
// clang-format off
constexpr std::string_view kBash = R"sh(_plumb() {
  local IFS=$'\n'
  COMPREPLY=($(plumb __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -o nosort -F _plumb plumb
)sh";

constexpr std::string_view kZsh = R"sh(#compdef plumb
_plumb() {
  local -a found
  found=(${(f)"$(plumb __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)"})
  (( ${#found} )) && compadd -- "${found[@]}" || _files
}
compdef _plumb plumb
)sh";

constexpr std::string_view kFish = R"sh(function __plumb_complete
  set -l words (commandline -opc) (commandline -ct)
  plumb __complete -- $words[2..-1] 2>/dev/null
end
complete -c plumb -f -a '(__plumb_complete)'
)sh";
// clang-format on

}  // namespace

Candidates candidates(const CLI::App& app, std::span<const std::string> words) {
  Candidates out;
  const auto typed = words.empty() ? std::string() : words.back();
  const auto at = follow(app, words.empty() ? words : words.first(words.size() - 1));
  if (at.awaits != nullptr) {
    out.words = values_of(*at.awaits);
    out.declarations = at.awaits->check_lname("target") || at.awaits->check_lname("exclude");
    out.files = takes_file(*at.awaits);
  } else if (typed.starts_with('-')) {
    add_options(*at.command, out.words);
  } else {
    for (const auto* below : at.command->get_subcommands([](const CLI::App*) { return true; })) {
      if (!below->get_group().empty()) {
        out.words.push_back(below->get_name());
      }
    }
    out.declarations = out.words.empty() && has_positional(*at.command);
  }
  keep_fitting(out.words, typed);
  return out;
}

Result<std::string> completion_script(std::string_view shell) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kShells{
      {{"bash", kBash}, {"zsh", kZsh}, {"fish", kFish}}};
  std::vector<std::string_view> names;
  for (const auto& [name, script] : kShells) {
    names.push_back(name);
    if (name == shell) {
      return std::string(script);
    }
  }
  auto hint = did_you_mean(shell, names);
  return fail(ErrorCode::not_found,
              "there is no completion for the shell '" + std::string(shell) + "'",
              !hint.empty() ? std::move(hint) : "take bash, zsh or fish");
}

}  // namespace plumb::cli
