#include "resources/kinds/mailbox_pack.h"

#include <algorithm>
#include <array>

#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/record_item.h"
#include "resources/model/mistakes.h"
#include "resources/values/byte_size.h"

namespace plumb::kinds {
namespace {

using Source = PackedMailbox::Source;

/// The one that `name` stands for in a table of (name, check).
template <class Table>
const typename Table::value_type* row_of(const Table& table, std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.first == name; });
  return found == table.end() ? nullptr : &*found;
}

using Check = bool (*)(const Value&);

bool is_text(const Value& value) {
  return value.as_string() != nullptr;
}
bool is_name(const Value& value) {
  return is_text(value) && !value.as_string()->empty();
}
bool is_flag(const Value& value) {
  return value.as_bool() != nullptr;
}
bool is_size(const Value& value) {
  return is_text(value) || value.as_int() != nullptr;
}
bool is_texts(const Value& value) {
  const auto* list = value.as_list();
  return list != nullptr && std::all_of(list->begin(), list->end(), is_text);
}
bool is_targets(const Value& value) {
  return is_texts(value) && !value.as_list()->empty();
}
bool is_secret(const Value& value) {
  const auto* map = value.as_map();
  return map != nullptr && map->size() == 1 &&
         (map->front().name == "env" || map->front().name == "file") && is_name(map->front().value);
}

constexpr auto kMailboxMembers = std::to_array<std::pair<std::string_view, Check>>({
    {"displayName", is_text},
    {"quota", is_size},
    {"password", is_secret},
    {"sendAs", is_texts},
    {"receiveOnly", is_flag},
    {"disabled", is_flag},
});
constexpr auto kAliasMembers =
    std::to_array<std::pair<std::string_view, Check>>({{"to", is_targets}});

template <class Members>
bool has_only(const Value* map, const Members& members) {
  if (map == nullptr || map->as_map() == nullptr) {
    return false;
  }
  return std::all_of(map->as_map()->begin(), map->as_map()->end(), [&](const Field& field) {
    const auto* row = row_of(members, field.name);
    return row != nullptr && row->second(field.value);
  });
}

constexpr auto kMetadataMembers =
    std::to_array<std::pair<std::string_view, Check>>({{"name", is_name}});

struct SourceName {
  Source source;
  std::string_view name;
};
constexpr std::array kSources{SourceName{Source::env, "env"},
                              SourceName{Source::file, "file"},
                              SourceName{Source::exec, "exec"},
                              SourceName{Source::hash, "hash"}};

}  // namespace

bool MailPack::is_plain(const Value& document) {
  const auto* map = document.as_map();
  const auto* kind = document.find("kind");
  if (map == nullptr || kind == nullptr || kind->as_string() == nullptr ||
      document.find("metadata") == nullptr || document.find("metadata")->find("name") == nullptr ||
      !has_only(document.find("metadata"), kMetadataMembers)) {
    return false;
  }
  const auto* spec = document.find("spec");
  if (map->size() != (spec == nullptr ? 3U : 4U) || document.find("apiVersion") == nullptr) {
    return false;
  }
  if (*kind->as_string() == "Mailbox") {
    return spec == nullptr || has_only(spec, kMailboxMembers);
  }
  return *kind->as_string() == "Alias" && has_only(spec, kAliasMembers);
}

bool MailPack::is_plain_alias(const Value& target) {
  return is_targets(target);
}

PackedText MailPack::store(std::string_view text, Place place) {
  PackedText piece;
  piece.offset = static_cast<std::uint32_t>(text_.size());
  piece.size = static_cast<std::uint32_t>(text.size());
  piece.place = place;
  text_.append(text);
  return piece;
}

void MailPack::store_list(const Value& list, std::uint32_t& first, std::uint32_t& count) {
  first = static_cast<std::uint32_t>(texts_.size());
  const auto add = [&](const Value& item) {
    if (const auto* text = item.as_string()) {
      texts_.push_back(store(*text, item.place));
    }
  };
  if (const auto* items = list.as_list()) {
    std::for_each(items->begin(), items->end(), add);
  } else {
    add(list);
  }
  count = static_cast<std::uint32_t>(texts_.size()) - first;
}

std::uint32_t MailPack::store_extra(const Value& document,
                                    const Kind& kind,
                                    Diagnostics& problems) {
  const auto* metadata = document.find("metadata");
  const auto* spec = document.find("spec");
  const bool labelled = metadata != nullptr && metadata->find("labels") != nullptr;
  const bool common =
      spec != nullptr && (spec->find("dependsOn") || spec->find("protect") ||
                          spec->find("paused") || spec->find("formerly") || spec->find("ignore"));
  if (!labelled && !common) {
    return 0;
  }
  MailExtra extra;
  if (common) {
    extra.common = read_common(*spec, problems, &kind);
  }
  if (labelled) {
    extra.labels = read_labels(*metadata);
  }
  extras_.push_back(std::move(extra));
  return static_cast<std::uint32_t>(extras_.size());
}

bool MailPack::read_password(const Value& password, PackedMailbox& mailbox, Diagnostics& problems) {
  const auto* locator = static_cast<const Value*>(nullptr);
  for (const auto& [source, name] : kSources) {
    const auto* written = password.find(name);
    if (written == nullptr) {
      continue;
    }
    if (locator != nullptr) {
      problems.error(written->place,
                     Mistake::bad_password,
                     "`password` says in two ways where it is",
                     "keep one of env, file, exec and hash");
      return false;
    }
    locator = written;
    mailbox.source = source;
  }
  if (locator == nullptr) {
    problems.error(password.place,
                   Mistake::bad_password,
                   "`password` does not say where it is",
                   "write {env: NAME}, {file: path}, {exec: [command]} or {hash: text}");
    return false;
  }
  std::string text;
  for (const auto& word : read_texts(locator)) {
    text += (text.empty() ? "" : std::string(1, '\0')) + word.text;
  }
  if (locator->as_string() != nullptr) {
    text = *locator->as_string();
  }
  mailbox.password = store(text, locator->place);
  const auto* manage = password.find("manage");
  mailbox.always =
      manage != nullptr && manage->as_string() != nullptr && *manage->as_string() == "always";
  return true;
}

bool MailPack::add_mailbox(const Value& document, Diagnostics& problems) {
  const auto* metadata = document.find("metadata");
  const auto* name = metadata != nullptr ? metadata->find("name") : nullptr;
  if (name == nullptr || name->as_string() == nullptr) {
    return false;
  }
  PackedMailbox mailbox;
  mailbox.name = store(*name->as_string(), name->place);
  static const Value kNothing{Value::Map(), {}};
  const auto* written = document.find("spec");
  const auto& spec = written != nullptr ? *written : kNothing;
  if (const auto* shown = spec.find("displayName"); shown && shown->as_string() != nullptr) {
    mailbox.display_name = store(*shown->as_string(), shown->place);
    mailbox.has_display_name = true;
  }
  if (const auto* quota = spec.find("quota")) {
    const auto size = values::parse_byte_size(scalar_text(*quota).value_or(""));
    if (!size) {
      problems.error(quota->place, Mistake::bad_number, size.error());
      return false;
    }
    mailbox.quota = *size;
    mailbox.quota_place = quota->place;
    mailbox.has_quota = true;
  }
  if (const auto* senders = spec.find("sendAs")) {
    store_list(*senders, mailbox.first_sender, mailbox.senders);
    mailbox.has_senders = true;
  }
  mailbox.has_receive_only = spec.find("receiveOnly") != nullptr;
  mailbox.receive_only = read_flag(spec, "receiveOnly");
  mailbox.has_disabled = spec.find("disabled") != nullptr;
  mailbox.disabled = read_flag(spec, "disabled");
  if (const auto* password = spec.find("password");
      password != nullptr && !read_password(*password, mailbox, problems)) {
    return false;
  }
  mailbox.extra = store_extra(document, mailbox_kind(), problems);
  mailboxes_.push_back(mailbox);
  return true;
}

bool MailPack::read_target(const Value& target, PackedAlias& alias, Diagnostics& problems) {
  if (target.is_null()) {
    alias.what = PackedAlias::What::gone;
    return true;
  }
  if (target.as_map() == nullptr) {
    store_list(target, alias.first_text, alias.texts);
  } else {
    const auto* to = target.find("to");
    const auto* reject = target.find("reject");
    const bool discard = read_flag(target, "discard");
    if ((to != nullptr ? 1 : 0) + (reject != nullptr ? 1 : 0) + (discard ? 1 : 0) != 1) {
      problems.error(alias.name.place,
                     Mistake::alias_choice,
                     "alias `" + std::string(text(alias.name)) +
                         "` must say exactly one of to, discard and reject",
                     "say where its mail goes: {to: [jane]}, {discard: true} or {reject: text}");
      return false;
    }
    if (discard) {
      alias.what = PackedAlias::What::discard;
      return true;
    }
    alias.what = to != nullptr ? PackedAlias::What::to : PackedAlias::What::reject;
    store_list(to != nullptr ? *to : *reject, alias.first_text, alias.texts);
  }
  if (alias.texts == 0) {
    problems.error(alias.name.place,
                   Mistake::alias_choice,
                   "alias `" + std::string(text(alias.name)) + "` goes nowhere",
                   "list an address, or write {discard: true} or {reject: text}");
    return false;
  }
  return true;
}

bool MailPack::add_inline(const Field& member, Diagnostics& problems) {
  PackedAlias alias;
  alias.name = store(member.name, member.place);
  if (!read_target(member.value, alias, problems)) {
    return false;
  }
  aliases_.push_back(alias);
  return true;
}

bool MailPack::add_alias(const Value& document, Diagnostics& problems) {
  const auto* metadata = document.find("metadata");
  const auto* name = metadata != nullptr ? metadata->find("name") : nullptr;
  const auto* spec = document.find("spec");
  if (name == nullptr || name->as_string() == nullptr || spec == nullptr) {
    return false;
  }
  PackedAlias alias;
  alias.name = store(*name->as_string(), name->place);
  if (!read_target(*spec, alias, problems)) {
    return false;
  }
  alias.extra = store_extra(document, alias_kind(), problems);
  alias_documents_.push_back(static_cast<std::uint32_t>(aliases_.size()));
  aliases_.push_back(alias);
  return true;
}

void MailPack::shrink() {
  text_.shrink_to_fit();
  texts_.shrink_to_fit();
  mailboxes_.shrink_to_fit();
  aliases_.shrink_to_fit();
  alias_documents_.shrink_to_fit();
  extras_.shrink_to_fit();
}

}  // namespace plumb::kinds
