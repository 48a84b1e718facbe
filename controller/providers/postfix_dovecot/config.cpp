#include "controller/providers/postfix_dovecot/config.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "controller/providers/settings.h"
#include "resources/values/quoted.h"

namespace plumb::providers::postfix_dovecot {
namespace {

constexpr std::array<std::string_view, 9> kFields = {"directory",
                                                     "dkim",
                                                     "limits",
                                                     "mailHome",
                                                     "maps",
                                                     "passwordScheme",
                                                     "reload",
                                                     "type",
                                                     "webRoot"};
constexpr std::array<std::string_view, 3> kDkimFields = {"directory", "layout", "owner"};

/// Texts go into lines of tables and passwd-files: no colon, no blank, no control octet.
bool fits_a_line(std::string_view path) {
  return std::all_of(path.begin(), path.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != ':' && c != 0x7F;
  });
}

void read_path(const Value& of,
               std::string_view name,
               std::string_view example,
               std::string& into,
               Diagnostics& problems) {
  const auto* value = of.find(name);
  if (value == nullptr) {
    return;
  }
  const auto* text = value->as_string();
  if (text == nullptr || text->empty() || !fits_a_line(*text)) {
    problems.error(value->place,
                   fmt::format("{} is no path, or one with blanks or colons in it", name),
                   fmt::format("write `{}: {}`", name, example));
    return;
  }
  into = tidy_path(*text);
}

/// One of a few words; `into` is left alone where it is none of them.
template <class T, std::size_t N>
void read_word(const Value& of,
               std::string_view name,
               const std::array<std::pair<std::string_view, T>, N>& words,
               T& into,
               Diagnostics& problems) {
  const auto* value = of.find(name);
  if (value == nullptr) {
    return;
  }
  std::vector<std::string_view> known;
  for (const auto& [word, meaning] : words) {
    known.push_back(word);
    if (value->as_string() != nullptr && *value->as_string() == word) {
      into = meaning;
      return;
    }
  }
  const auto meant =
      value->as_string() != nullptr ? did_you_mean(*value->as_string(), known) : std::string();
  problems.error(value->place,
                 fmt::format("{} is none of {}", name, fmt::join(known, ", ")),
                 meant.empty() ? fmt::format("write `{}: {}`", name, known.front()) : meant);
}

void read_dkim(const Value& dkim, std::optional<DkimConfig>& into, Diagnostics& problems) {
  if (dkim.as_map() == nullptr || dkim.find("directory") == nullptr) {
    problems.error(dkim.place, "dkim names no directory", "write `dkim: {directory: dkim}`");
    return;
  }
  check_setting_names(dkim, kDkimFields, "dkim", problems);
  DkimConfig config;
  read_path(dkim, "directory", "dkim", config.directory, problems);
  constexpr std::array<std::pair<std::string_view, bool>, 2> kLayouts{
      {{"folders", false}, {"flat", true}}};
  read_word(dkim, "layout", kLayouts, config.flat, problems);
  read_path(dkim, "owner", "_rspamd", config.owner, problems);
  into = std::move(config);
}

bool is_command(const Value& written, std::vector<std::string>& into) {
  const auto* words = written.as_list();
  bool texts = words != nullptr && !words->empty();
  for (const auto& word : texts ? *words : Value::List()) {
    const auto* text = word.as_string();
    texts = texts && text != nullptr && !text->empty() && text->find('\0') == std::string::npos;
    into.push_back(text != nullptr ? *text : std::string());
  }
  return texts;
}

void read_reload(const Value& reload,
                 std::vector<std::vector<std::string>>& into,
                 Diagnostics& problems) {
  const auto* commands = reload.as_list();
  bool fine = commands != nullptr && !commands->empty();
  for (const auto& command : fine ? *commands : Value::List()) {
    fine = is_command(command, into.emplace_back()) && fine;
  }
  if (!fine) {
    into.clear();
    problems.error(reload.place,
                   "reload is no list of commands, each a list of words",
                   "write `reload: [[postfix, reload]]`");
  }
}

}  // namespace

std::string_view map_type_name(MapType type) {
  constexpr std::array<std::string_view, 3> kNames{"texthash", "lmdb", "hash"};
  return kNames[static_cast<std::size_t>(type)];
}

Config read_config(const Value& spec, Diagnostics& problems) {
  Config config;
  if (spec.as_map() == nullptr) {
    return config;
  }
  check_setting_names(spec, kFields, "a postfix-dovecot provider", problems);
  read_path(spec, "directory", "mail", config.directory, problems);
  constexpr std::array<std::pair<std::string_view, MapType>, 3> kMaps{
      {{"texthash", MapType::texthash}, {"lmdb", MapType::lmdb}, {"hash", MapType::hash}}};
  read_word(spec, "maps", kMaps, config.maps, problems);
  read_path(spec, "mailHome", "/var/vmail", config.mail_home, problems);
  if (!config.mail_home.starts_with('/')) {
    problems.error(spec.find("mailHome")->place,
                   "mailHome is no absolute path",
                   "Dovecot reads it: write `mailHome: /var/vmail`");
  }
  constexpr std::array<std::pair<std::string_view, env::PasswordScheme>, 2> kSchemes{
      {{"ARGON2ID", env::PasswordScheme::argon2id},
       {"SHA512-CRYPT", env::PasswordScheme::sha512_crypt}}};
  read_word(spec, "passwordScheme", kSchemes, config.scheme, problems);
  read_path(spec, "webRoot", "/var/www/mta-sts", config.web_root, problems);
  if (const auto* dkim = spec.find("dkim")) {
    read_dkim(*dkim, config.dkim, problems);
  }
  if (const auto* reload = spec.find("reload")) {
    read_reload(*reload, config.reload, problems);
  }
  return config;
}

Result<std::string> account_of(const Value& spec) {
  Diagnostics problems;
  std::string directory = "mail";
  read_path(spec, "directory", "mail", directory, problems);
  if (problems.has_errors()) {
    return fail(ErrorCode::invalid_input, problems.all()[0].message, problems.all()[0].hint);
  }
  return "postfix-dovecot " + directory;
}

bool serves_policies(const Value& spec) {
  return spec.find("webRoot") != nullptr;
}

bool makes_keys(const Value& spec) {
  return spec.find("dkim") != nullptr;
}

}  // namespace plumb::providers::postfix_dovecot
