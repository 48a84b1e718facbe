#include "controller/load/excerpts.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>

namespace plumb::load {
namespace {

constexpr std::size_t kLongestLine = 400;
constexpr std::string_view kMask = "•••";

bool sounds_secret(std::string_view name) {
  static constexpr auto kWords =
      std::to_array<std::string_view>({"key", "token", "secret", "password", "credential"});
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
    return lower.find(word) != std::string::npos;
  });
}

void collect(const Value& value, bool secret, std::vector<std::string>& found) {
  if (const auto text = kinds::scalar_text(value); text && secret && !text->empty()) {
    found.push_back(*text);
  }
  if (const auto* list = value.as_list()) {
    for (const auto& item : *list) {
      collect(item, secret, found);
    }
  }
  if (const auto* map = value.as_map()) {
    for (const auto& field : *map) {
      // {env: NAME} and its like say where a secret is, which may be shown.
      const bool reference = map->size() == 1 && (field.name == "env" || field.name == "file");
      collect(field.value,
              !reference && (secret || field.name == "auth" || sounds_secret(field.name)),
              found);
    }
  }
}

std::string_view line_of(std::string_view text, std::uint32_t number) {
  for (std::uint32_t line = 1; line < number; ++line) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) {
      return {};
    }
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  return text.substr(0, kLongestLine);
}

std::string masked(std::string line, std::span<const std::string> secrets) {
  for (const auto& secret : secrets) {
    for (auto at = line.find(secret); at != std::string::npos; at = line.find(secret, at)) {
      line.replace(at, secret.size(), kMask);
      at += kMask.size();
    }
  }
  return line;
}

}  // namespace

std::vector<std::string> possible_secrets(std::span<const ManifestFile> files) {
  std::vector<std::string> found;
  for (const auto& file : files) {
    for (const auto& document : file.documents) {
      if (document.kind == "Provider") {
        collect(document.spec(), false, found);
      }
    }
    found.insert(found.end(), file.hidden.begin(), file.hidden.end());
    for (const auto& mailbox : file.mail.mailboxes()) {
      if (mailbox.source == kinds::PackedMailbox::Source::hash) {
        found.emplace_back(file.mail.text(mailbox.password));
      }
    }
  }
  // Longest first: a secret that is part of another leaves nothing of it behind.
  std::sort(found.begin(), found.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void fill_excerpts(Source& source,
                   const Files& files,
                   std::span<const std::string> secrets,
                   Diagnostics& diagnostics) {
  std::map<std::uint32_t, std::optional<std::string>> texts;
  for (auto& diagnostic : diagnostics.all()) {
    const auto file = diagnostic.place.file;
    if (!diagnostic.place.known() || !diagnostic.excerpt.empty()) {
      continue;
    }
    const auto [text, fresh] = texts.try_emplace(file);
    if (fresh) {
      if (auto read = source.read(files.path(file))) {
        text->second = std::move(*read);
      }
    }
    if (text->second) {
      diagnostic.excerpt =
          masked(std::string(line_of(*text->second, diagnostic.place.line)), secrets);
    }
  }
}

}  // namespace plumb::load
