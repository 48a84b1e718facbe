#include "controller/load/secret_names.h"

#include <algorithm>
#include <array>
#include <string>

#include "resources/model/ascii.h"
#include "resources/model/diagnostic.h"

namespace plumb::load {

bool sounds_secret(std::string_view name) {
  static constexpr auto kWords = std::to_array<std::string_view>(
      {"key", "token", "secret", "passw", "passphrase", "credential"});
  static constexpr auto kNames = std::to_array<std::string_view>({"auth", "hash", "pass", "pwd"});
  static constexpr auto kPublic =
      std::to_array<std::string_view>({"publickey", "tlsakey", "dkimkey"});
  static constexpr std::string_view kPassword[] = {"password"};
  auto lower = ascii_lower(name);
  std::erase_if(lower, [](char c) { return c == '_' || c == '-'; });
  const auto is_it = [&](std::string_view one) { return one == lower; };
  const auto has_it = [&](std::string_view one) { return lower.find(one) != std::string::npos; };
  return std::none_of(kPublic.begin(), kPublic.end(), is_it) &&
         (std::any_of(kNames.begin(), kNames.end(), is_it) ||
          std::any_of(kWords.begin(), kWords.end(), has_it) || !nearest(lower, kPassword).empty());
}

}  // namespace plumb::load
