#include "controller/load/excerpts.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <string_view>

#include "resources/model/ascii.h"

namespace plumb::load {
namespace {

constexpr std::size_t kLongestLine = 400;
constexpr std::string_view kMask = "•••";

template <class Words>
bool has_one_of(const std::string& text, const Words& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return text.find(word) != std::string::npos;
  });
}

bool is_password(const std::string& name) {
  static constexpr std::string_view kPassword[] = {"password"};
  return name == "pass" || name == "pwd" || !nearest(name, kPassword).empty();
}

bool sounds_secret(std::string_view name) {
  static constexpr auto kWords = std::to_array<std::string_view>(
      {"key", "token", "secret", "passw", "passphrase", "credential"});
  const auto lower = ascii_lower(name);
  return lower == "auth" || has_one_of(lower, kWords) || is_password(lower);
}

/// Whether a member of what stands for a secret says where it is and what becomes of it, which may
/// be shown.
bool is_about_secret(const Field& field) {
  const auto* text = field.value.as_string();
  if (field.name == "exec") {
    const auto* words = field.value.as_list();
    return words != nullptr && std::all_of(words->begin(), words->end(), [](const Value& word) {
             return word.as_string() != nullptr;
           });
  }
  if (field.name == "manage") {
    return text != nullptr && (*text == "initial" || *text == "always");
  }
  return (field.name == "env" || field.name == "file") && text != nullptr;
}

bool is_known(std::string_view member) {
  static constexpr auto kMembers =
      std::to_array<std::string_view>({"env", "file", "exec", "hash", "sealed", "manage"});
  return !nearest(member, kMembers).empty();
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
      if (secret && field.value.is_null() && !field.name.empty() && !is_known(field.name)) {
        found.push_back(field.name);  // {hunter2} is a member without a value
      }
      if (!secret || !is_about_secret(field)) {
        collect(field.value, secret || sounds_secret(field.name), found);
      }
    }
  }
}

/// Longest first: a secret that is part of another leaves nothing of it behind.
void put_in_order(std::vector<std::string>& secrets) {
  std::sort(secrets.begin(), secrets.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  secrets.erase(std::unique(secrets.begin(), secrets.end()), secrets.end());
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
  return text;
}

/// Whether a short text may be part of another word: "x" is not what "exec" hides.
bool is_within_word(std::string_view line, std::size_t at, std::size_t size) {
  constexpr std::size_t kShort = 6;
  const auto is_letter = [&](std::size_t i) {
    const auto c = static_cast<unsigned char>(i < line.size() ? line[i] : ' ');
    return c >= 0x80 || std::isalnum(c) != 0;
  };
  return size < kShort && ((at > 0 && is_letter(at - 1)) || is_letter(at + size));
}

std::string masked(std::string line, std::span<const std::string> secrets) {
  for (const auto& secret : secrets) {
    for (auto at = line.find(secret); at != std::string::npos; at = line.find(secret, at)) {
      if (is_within_word(line, at, secret.size())) {
        ++at;
        continue;
      }
      line.replace(at, secret.size(), kMask);
      at += kMask.size();
    }
  }
  return line;
}

/// The last word before `end`, without quotes.
std::string_view word_before(std::string_view line, std::size_t end) {
  const auto is_quote = [](char c) { return c == '"' || c == '\''; };
  while (end > 0 && (line[end - 1] == ' ' || is_quote(line[end - 1]))) {
    --end;
  }
  const auto head = line.substr(0, end);
  const auto begin = head.find_last_of(" \t{[,\"'");
  return begin == std::string_view::npos ? head : head.substr(begin + 1);
}

/// Whether `rest`, which follows the name of a secret, says where it is.
bool names_a_place(std::string_view rest) {
  if (!rest.starts_with('{')) {
    return false;
  }
  const auto colon = rest.find(':');
  const auto member = colon == std::string_view::npos ? rest : word_before(rest, colon);
  return member == "env" || member == "file" || member == "exec";
}

/// Whether all of `rest` is masked but for what closes the maps and lists around it.
bool is_masked(std::string_view rest) {
  return rest.starts_with(kMask) &&
         rest.find_first_not_of("\"'}] \t", kMask.size()) == std::string_view::npos;
}

/// Where a password or token begins that is written out in the line: behind the first name of one
/// that does not say where it is. The line's size: the name is the last thing in it; npos: no name.
std::size_t literal_in(std::string_view line) {
  static constexpr auto kWords =
      std::to_array<std::string_view>({"passw", "passphrase", "secret", "token", "apikey"});
  for (auto colon = line.find(':'); colon != std::string_view::npos;
       colon = line.find(':', colon + 1)) {
    const auto name = ascii_lower(word_before(line, colon));
    if (!has_one_of(name, kWords) && !is_password(name)) {
      continue;
    }
    const auto begin = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
    if (!names_a_place(line.substr(begin)) && !is_masked(line.substr(begin))) {
      return begin;
    }
  }
  return std::string_view::npos;
}

/// The line up to a password or token that is written out in it. For lines of documents that no
/// one could read, or of which the text was not written as it is meant ("a\x62c").
std::string without_literal(std::string line) {
  const auto begin = literal_in(line);
  return begin < line.size() ? line.replace(begin, std::string::npos, kMask) : line;
}

/// Whether a line that stands behind `above` may belong to a password or token that is named there:
/// in a line that it is indented below, or in one from which on nothing has a name of its own.
bool goes_on_with_literal(std::string_view above, std::string_view line) {
  const auto begins = [](std::string_view one) { return one.find_first_not_of(" \t-"); };
  auto limit = begins(line);
  bool nameless = line.find(':') == std::string_view::npos;
  while (!above.empty() && (limit > 0 || nameless)) {
    above.remove_suffix(1);  // the newline
    const auto one = above.substr(above.rfind('\n') + 1);
    above.remove_suffix(one.size());
    if (one.starts_with("---")) {
      return false;
    }
    if ((begins(one) < limit || nameless) && literal_in(one) != std::string_view::npos) {
      return true;
    }
    limit = std::min(limit, begins(one));
    nameless = nameless && one.find(':') == std::string_view::npos;
  }
  return false;
}

/// All that was noted in any file, and ready password hashes: never to be shown. Longest first.
std::vector<std::string> possible_secrets(std::span<const ManifestFile> files) {
  std::vector<std::string> found;
  for (const auto& file : files) {
    found.insert(found.end(), file.hidden.begin(), file.hidden.end());
    for (const auto& mailbox : file.mail.mailboxes()) {
      if (mailbox.source == kinds::PackedMailbox::Source::hash) {
        found.emplace_back(file.mail.text(mailbox.password));
      }
    }
  }
  put_in_order(found);
  return found;
}

/// What stands before `line`, which is a view into `text`.
std::string_view text_above(std::string_view text, std::string_view line) {
  return line.empty() ? std::string_view()
                      : text.substr(0, static_cast<std::size_t>(line.data() - text.data()));
}

}  // namespace

void note_secrets(const Document& document, std::vector<std::string>& found) {
  if (document.kind == "Provider" || document.kind == "Mailbox") {
    collect(document.tree, false, found);
    put_in_order(found);
  }
}

void hide_in_words(std::span<Diagnostic> diagnostics, std::span<const std::string> secrets) {
  for (auto& diagnostic : diagnostics) {
    diagnostic.message = masked(std::move(diagnostic.message), secrets);
    diagnostic.hint = masked(std::move(diagnostic.hint), secrets);
  }
}

void fill_excerpts(Source& source,
                   const Files& names,
                   std::span<const ManifestFile> files,
                   Diagnostics& diagnostics) {
  const auto secrets = possible_secrets(files);
  std::map<std::uint32_t, std::optional<std::string>> texts;
  for (auto& diagnostic : diagnostics.all()) {
    const auto file = diagnostic.place.file;
    if (!diagnostic.place.known() || !diagnostic.excerpt.empty()) {
      continue;
    }
    const auto [text, fresh] = texts.try_emplace(file);
    if (fresh) {
      if (auto read = source.read(names.path(file))) {
        text->second = std::move(*read);
      }
    }
    if (text->second) {
      const auto line = line_of(*text->second, diagnostic.place.line);
      auto shown = without_literal(masked(std::string(line), secrets));
      const bool readable = file <= files.size() && files[file - 1].readable;
      if (!readable && goes_on_with_literal(text_above(*text->second, line), line)) {
        const auto begin = std::min(line.find_first_not_of(" \t"), line.size());
        shown = std::string(line.substr(0, begin)).append(kMask);
      }
      diagnostic.excerpt = shown.substr(0, kLongestLine);
    }
  }
}

}  // namespace plumb::load
