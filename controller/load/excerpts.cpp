#include "controller/load/excerpts.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>

#include "controller/load/secret_names.h"

namespace plumb::load {
namespace {

constexpr std::size_t kLongestLine = 400;
constexpr std::string_view kMask = "•••";

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

/// Whether a name beside that of a secret is one of the language, no secret itself.
bool is_of_language(std::string_view name) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"apiVersion",  "kind",       "metadata", "spec",        "name",    "labels",
       "annotations", "disabled",   "quota",    "displayName", "sendAs",  "dependsOn",
       "receiveOnly", "protect",    "paused",   "ignore",      "type",    "auth",
       "endpoint",    "limits",     "formerly", "concurrency", "servers", "imap",
       "verify",      "server",     "soa",      "value",       "text",    "is",
       "username",    "apiRectify", "apiKey",   "password",    "token",   "secret",
       "key"});
  return is_known(name) || std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

/// Collects what may be a secret in one document, in the order in which it was written.
class Collector {
 public:
  explicit Collector(std::vector<std::string>& found) : found_(found) {}

  void collect(const Value& value, bool secret) {
    if (const auto text = kinds::scalar_text(value); text && secret) {
      add(*text);
    }
    if (const auto* list = value.as_list()) {
      for (const auto& item : *list) {
        collect(item, secret);
      }
    }
    if (const auto* map = value.as_map()) {
      for (const auto& field : *map) {
        collect_member(field, secret);
      }
    }
  }

 private:
  void collect_member(const Field& field, bool secret) {
    const bool empty = field.value.is_null();
    if ((secret || next_ || (empty && open_)) && !is_of_language(field.name)) {
      add(field.name);  // {hunter2} is a member without a value
    }
    const bool named = sounds_secret(field.name);
    if (const auto end = field.name.find_first_of(": \t@="); named && end != std::string::npos) {
      add(field.name.substr(end + 1));  // {password:x} has no space behind its colon
    }
    if (next_ && !empty && !named && !is_of_language(field.name)) {
      collect(field.value, true);
    }
    next_ = empty && (named || next_);
    open_ = open_ || next_;
    if (!secret || !is_about_secret(field)) {
      collect(field.value, secret || named);
    }
  }

  void add(const std::string& text) {
    if (!text.empty()) {
      found_.push_back(text);
    }
  }

  std::vector<std::string>& found_;
  bool open_ = false;  ///< the name of a secret was not followed by its value
  bool next_ = false;  ///< the member before has such a name
};

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

constexpr std::string_view kBlank = " \t";

/// The text without blanks, quotes and signs of lists and keys around it.
std::string_view bare(std::string_view text) {
  constexpr std::string_view kAround = " \t\"'-?";
  const auto begin = text.find_first_not_of(kAround);
  return begin == std::string_view::npos
             ? std::string_view()
             : text.substr(begin, text.find_last_not_of(kAround) + 1 - begin);
}

/// Whether the first or the last word of a key sounds secret.
bool has_secret_word(std::string_view key) {
  key = bare(key);
  const auto last = key.find_last_of(kBlank);
  return !key.empty() &&
         (sounds_secret(bare(key.substr(0, key.find_first_of(kBlank)))) ||
          (last != std::string_view::npos && sounds_secret(bare(key.substr(last)))));
}

/// What stands before `end` that may be the key whose colon is there.
std::string_view key_before(std::string_view line, std::size_t end) {
  const auto head = line.substr(0, end);
  const auto begin = head.find_last_of("{[,:");
  return bare(begin == std::string_view::npos ? head : head.substr(begin + 1));
}

/// Whether all of `rest` is masked but for what closes the maps and lists around it.
bool is_masked(std::string_view rest) {
  return rest.starts_with(kMask) &&
         rest.find_first_not_of("\"'}] \t", kMask.size()) == std::string_view::npos;
}

/// Reads, at the start of `rest`, a map that says where a secret is and nothing else: `{env: A}`,
/// also below names of secrets.
class PlaceReader {
 public:
  explicit PlaceReader(std::string_view rest) : rest_(rest) {}

  /// Whether it is there, closed, and followed by nothing of its own.
  bool read() {
    if (!map(0)) {
      return false;
    }
    const bool blank = skip_blank();
    return rest_.empty() || rest_.front() == ',' || rest_.front() == '}' ||
           (blank && rest_.front() == '#');
  }

 private:
  bool skip_blank() {
    const auto skipped = std::min(rest_.find_first_not_of(kBlank), rest_.size());
    rest_.remove_prefix(skipped);
    return skipped > 0;
  }

  bool take(std::string_view sign) {
    skip_blank();
    const bool there = rest_.starts_with(sign);
    rest_.remove_prefix(there ? sign.size() : 0);
    return there;
  }

  std::string_view until(std::string_view stops) {
    skip_blank();
    const auto part = rest_.substr(0, rest_.find_first_of(stops));
    rest_.remove_prefix(part.size());
    return bare(part);
  }

  bool map(int depth) {
    constexpr int kDeepest = 8;
    if (depth > kDeepest || !take("{")) {
      return false;
    }
    do {
      if (!member(depth)) {
        return false;
      }
    } while (take(","));
    return take("}");
  }

  bool member(int depth) {
    const auto name = until(":,{}[]");
    if (!take(":")) {
      return false;
    }
    if (take(kMask)) {
      return is_known(name) || sounds_secret(name);
    }
    if (name == "exec") {
      if (!take("[")) {
        return false;
      }
      until("[]{}");
      return take("]");
    }
    if (name == "env" || name == "file") {
      const auto place = until(",{}[]:#");
      return !place.empty() && place.find_first_of(" \t@\"'") == std::string_view::npos;
    }
    if (name == "manage") {
      const auto manner = until(",}");
      return manner == "initial" || manner == "always";
    }
    return sounds_secret(name) && map(depth + 1);
  }

  std::string_view rest_;
};

/// Where a password or token begins that is written out in the line: behind the first name of one
/// that does not say where it is. The line's size: the name is the last thing in it; npos: no name.
std::size_t literal_in(std::string_view line) {
  for (auto colon = line.find(':'); colon != std::string_view::npos;
       colon = line.find(':', colon + 1)) {
    if (!has_secret_word(key_before(line, colon))) {
      continue;
    }
    const auto begin = std::min(line.find_first_not_of(kBlank, colon + 1), line.size());
    if (!PlaceReader(line.substr(begin)).read() && !is_masked(line.substr(begin))) {
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

std::size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(" \t-"), line.size());
}

bool is_empty_or_comment(std::string_view line) {
  const auto begin = line.find_first_not_of(" \t\r");
  return begin == std::string_view::npos || line[begin] == '#';
}

/// The name of a secret without a colon behind it, at the start of a line: `? password`, or with
/// the secret itself, `password x`.
bool begins_with_name(std::string_view line) {
  const auto text = bare(line);
  return line.find(':') == std::string_view::npos &&
         sounds_secret(text.substr(0, text.find_first_of(kBlank)));
}

/// Whether the line is `name: value`, with a plain and harmless name.
bool has_plain_name(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const auto colon =
      line.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
  return colon != 0 && colon != std::string_view::npos && line[colon] == ':' &&
         (colon + 1 == line.size() || line[colon + 1] == ' ') &&
         !sounds_secret(line.substr(0, colon));
}

bool names_secret(std::string_view line) {
  for (auto colon = line.find(':'); colon != std::string_view::npos;
       colon = line.find(':', colon + 1)) {
    if (has_secret_word(key_before(line, colon))) {
      return true;
    }
  }
  return false;
}

/// The last line of `above`, which is taken off it.
std::string_view take_last(std::string_view& above) {
  above.remove_suffix(1);  // the newline
  const auto line = above.substr(above.rfind('\n') + 1);
  above.remove_suffix(line.size());
  return line;
}

/// Whether a line that stands behind `above`, in a file with an error of syntax, may belong to a
/// secret that is named there: in any line of its document, since nobody knows where that ends. But
/// where it is said where the secret is, it ends at the next plain name that is no deeper.
bool goes_on_with_literal(std::string_view above, std::string_view line) {
  constexpr std::size_t kMost = 1000;
  constexpr auto kNone = std::string_view::npos;
  auto plain = has_plain_name(line) ? indentation(line) : kNone;
  for (std::size_t seen = 0; !above.empty() && seen < kMost && !line.starts_with("---");) {
    const auto one = take_last(above);
    if (!is_empty_or_comment(one)) {
      ++seen;
      if (begins_with_name(one) || literal_in(one) != kNone ||
          (names_secret(one) && plain > indentation(one))) {
        return true;
      }
      plain = has_plain_name(one) ? std::min(plain, indentation(one)) : plain;
    }
    if (one.starts_with("---")) {
      break;
    }
  }
  return false;
}

/// Whether a line without a name of its own belongs to a text of several lines whose name is that
/// of a secret, in a file without errors of syntax.
bool continues_literal(std::string_view above, std::string_view line) {
  constexpr auto kNone = std::string_view::npos;
  if (line.find(':') != kNone) {
    return false;
  }
  while (!above.empty()) {
    const auto one = take_last(above);
    if (one.starts_with("---") || (!is_empty_or_comment(one) && one.find(':') != kNone)) {
      return literal_in(one) != kNone;
    }
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

/// Masks what was noted in a diagnostic's files in its words; all that was noted where it has none.
void hide_noted(std::span<const ManifestFile> files, Diagnostics& diagnostics) {
  for (auto& diagnostic : diagnostics.all()) {
    std::vector<std::string> noted;
    const auto add = [&](const ManifestFile& file) {
      noted.insert(noted.end(), file.hidden.begin(), file.hidden.end());
    };
    for (const auto number : {diagnostic.place.file, diagnostic.related.file}) {
      if (number > 0 && number <= files.size()) {
        add(files[number - 1]);
      }
    }
    if (!diagnostic.place.known()) {
      std::for_each(files.begin(), files.end(), add);
    }
    put_in_order(noted);
    hide_in_words({&diagnostic, 1}, noted);
  }
}

/// What stands before `line`, which is a view into `text`.
std::string_view text_above(std::string_view text, std::string_view line) {
  return line.empty() ? std::string_view()
                      : text.substr(0, static_cast<std::size_t>(line.data() - text.data()));
}

}  // namespace

void note_secrets(const Document& document, std::vector<std::string>& found) {
  if (document.kind == "Provider" || document.kind == "Mailbox") {
    Collector(found).collect(document.tree, false);
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
  hide_noted(files, diagnostics);
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
      const auto above = text_above(*text->second, line);
      const bool readable = file <= files.size() && files[file - 1].readable;
      auto shown = without_literal(masked(std::string(line), secrets));
      if (begins_with_name(line) ||
          (readable ? continues_literal(above, line) : goes_on_with_literal(above, line))) {
        const auto begin = std::min(line.find_first_not_of(kBlank), line.size());
        shown = std::string(line.substr(0, begin)).append(kMask);
      }
      diagnostic.excerpt = shown.substr(0, kLongestLine);
    }
  }
}

}  // namespace plumb::load
