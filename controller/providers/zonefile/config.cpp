#include "controller/providers/zonefile/config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "controller/providers/settings.h"
#include "resources/values/domain_name.h"
#include "resources/values/duration.h"
#include "resources/values/quoted.h"

namespace plumb::providers::zonefile {
namespace {

constexpr std::array<std::string_view, 6> kFields = {
    "directory", "limits", "mode", "reload", "soa", "type"};
constexpr std::array<std::string_view, 6> kSoaFields = {
    "contact", "expire", "minimum", "primary", "refresh", "retry"};

void read_name(const Value& soa, std::string_view name, std::string& into, Diagnostics& problems) {
  const auto* value = soa.find(name);
  if (value == nullptr) {
    return;
  }
  const auto* text = value->as_string();
  if (text == nullptr) {
    problems.error(value->place, fmt::format("soa.{} is no text", name), "write a name");
    return;
  }
  std::string_view domain = *text;
  if (const auto at = domain.find('@'); name == "contact" && at != std::string_view::npos) {
    domain.remove_prefix(at + 1);
  }
  if (auto parsed = values::DomainName::parse(domain); !parsed) {
    problems.error(value->place, std::move(parsed).error().in(fmt::format("soa.{}", name)));
    return;
  }
  into = *text;
}

void read_time(const Value& soa,
               std::string_view name,
               std::uint32_t& into,
               Diagnostics& problems) {
  const auto* value = soa.find(name);
  if (value == nullptr) {
    return;
  }
  const auto* number = value->as_int();
  const auto* text = value->as_string();
  const auto written = number != nullptr ? std::to_string(*number)
                       : text != nullptr ? *text
                                         : std::string();
  auto seconds = values::parse_ttl(written);
  if (!seconds) {
    problems.error(value->place, std::move(seconds).error().in(fmt::format("soa.{}", name)));
    return;
  }
  into = *seconds;
}

void read_soa(const Value& soa, SoaDefaults& into, Diagnostics& problems) {
  if (soa.as_map() == nullptr) {
    problems.error(soa.place, "soa is no map", "write `soa: {primary: ns1.example.com}`");
    return;
  }
  check_setting_names(soa, kSoaFields, "soa", problems);
  read_name(soa, "primary", into.primary, problems);
  read_name(soa, "contact", into.contact, problems);
  read_time(soa, "refresh", into.refresh, problems);
  read_time(soa, "retry", into.retry, problems);
  read_time(soa, "expire", into.expire, problems);
  read_time(soa, "minimum", into.minimum, problems);
}

void read_reload(const Value& reload, std::vector<std::string>& into, Diagnostics& problems) {
  const auto* words = reload.as_list();
  bool texts = words != nullptr && !words->empty();
  for (const auto& word : texts ? *words : Value::List()) {
    const auto* text = word.as_string();
    texts = texts && text != nullptr && !text->empty() && text->find('\0') == std::string::npos;
    into.push_back(text != nullptr ? *text : std::string());
  }
  if (!texts) {
    into.clear();
    problems.error(reload.place,
                   "reload is no list of words",
                   "write the command and its arguments: [nsd-control, reload, \"{zone}\"]");
  }
}

void read_mode(const Value& mode, mode_t& into, Diagnostics& problems) {
  const auto* text = mode.as_string();
  unsigned parsed = 0;
  if (text != nullptr) {
    const auto* end = text->data() + text->size();
    const auto [stop, failed] = std::from_chars(text->data(), end, parsed, 8);
    if (failed == std::errc() && stop == end && parsed <= 0777 && (parsed & 0600U) == 0600U) {
      into = static_cast<mode_t>(parsed);
      return;
    }
  }
  problems.error(mode.place,
                 "mode is no file mode that its owner can read and write",
                 "write it as text, in octal: \"0644\"");
}

void read_directory(const Value& spec, std::string& into, Diagnostics& problems) {
  const auto* value = spec.find("directory");
  const auto* text = value != nullptr ? value->as_string() : nullptr;
  if (text == nullptr || text->empty() || text->find('\0') != std::string::npos) {
    problems.error(value != nullptr ? value->place : spec.place,
                   "a zonefile provider needs a directory",
                   "write `directory: zones`");
    return;
  }
  into = tidy_path(*text);
}

}  // namespace

Config read_config(const Value& spec, Diagnostics& problems) {
  Config config;
  read_directory(spec, config.directory, problems);
  if (spec.as_map() == nullptr) {
    return config;
  }
  check_setting_names(spec, kFields, "a zonefile provider", problems);
  if (const auto* reload = spec.find("reload")) {
    read_reload(*reload, config.reload, problems);
  }
  if (const auto* soa = spec.find("soa")) {
    read_soa(*soa, config.soa, problems);
  }
  if (const auto* mode = spec.find("mode")) {
    read_mode(*mode, config.mode, problems);
  }
  return config;
}

Result<std::string> account_of(const Value& spec) {
  Diagnostics problems;
  std::string directory;
  read_directory(spec, directory, problems);
  if (problems.has_errors()) {
    return fail(ErrorCode::invalid_input, problems.all()[0].message, problems.all()[0].hint);
  }
  return "zonefile " + directory;
}

}  // namespace plumb::providers::zonefile
