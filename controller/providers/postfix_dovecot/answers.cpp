#include "controller/providers/postfix_dovecot/answers.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "controller/providers/postfix_dovecot/domain_state.h"
#include "controller/providers/postfix_dovecot/passwd_line.h"

namespace plumb::providers::postfix_dovecot {
namespace {

/// What a server reads under a key, in one spelling.
std::string meaning(File file, std::string_view line) {
  const auto value = split_line(line).value;
  std::vector<std::string> items;
  Mailbox mailbox;
  switch (file) {
    case File::users:
      if (!read_passwd_line(line, mailbox).empty()) {
        return std::string(line);
      }
      items = extra_fields(line);
      items.push_back(fmt::format("{}:{}:{}:{}:{}:{}",
                                  mailbox.hash,
                                  mailbox.uid,
                                  mailbox.gid,
                                  mailbox.display_name,
                                  mailbox.home,
                                  mailbox.shell));
      break;
    case File::domains:
      return {};
    case File::senders:
    case File::aliases:
      for_each_item(value, [&](std::string_view item) { items.emplace_back(item); });
      break;
    default:
      return std::string(value);
  }
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return fmt::format("{}", fmt::join(items, "\n"));
}

}  // namespace

std::string_view key_in(File file, std::string_view line) {
  return file == File::users ? line.substr(0, line.find(':')) : split_line(line).key;
}

Answers answers_of(const MarkedFile& lines, File file) {
  Answers answers;
  const auto add = [&](std::string_view key, std::string_view line) {
    auto value = meaning(file, line);
    const auto [found, is_new] = answers.try_emplace(std::string(key), value);
    if (!is_new) {
      found->second.append("\n\n").append(value);
    }
  };
  for (const auto& entry : lines.outside()) {
    add(entry.key, entry.text);
  }
  for (const auto& run : lines.runs()) {
    LineReader reader(run);
    std::string_view line;
    while (reader.next(line)) {
      add(key_in(file, line), line);
    }
  }
  return answers;
}

}  // namespace plumb::providers::postfix_dovecot
