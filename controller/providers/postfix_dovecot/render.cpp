#include "controller/providers/postfix_dovecot/render.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "controller/providers/postfix_dovecot/address.h"
#include "controller/providers/postfix_dovecot/passwd_line.h"

namespace plumb::providers::postfix_dovecot {
namespace {

using Lines = std::array<std::string, kFiles>;

void append(std::string& out, std::string_view key, std::string_view value) {
  out.append(key).append("\t").append(value).append("\n");
}

/// "jane@example.com"; of the catch-all "@example.com".
std::string address(std::string_view local, std::string_view domain) {
  std::string out;
  out.reserve(local.size() + domain.size() + 1);
  if (local != "*") {
    out += local;
  }
  return out.append("@").append(domain);
}

std::string reject(std::string_view text) {
  return text.empty() ? "REJECT" : "REJECT " + std::string(text);
}

void append_domain(Lines& lines, const DomainState& state) {
  if (!state.listed) {
    return;
  }
  if (!state.alias_of.empty()) {
    append(lines[at(File::alias_domains)], state.name, state.alias_of);
  } else if (state.quota != 0) {
    append(lines[at(File::domains)], state.name, fmt::format("{}{}", kQuotaValue, state.quota));
  } else {
    append(lines[at(File::domains)], state.name, kMailValue);
  }
}

void append_mailboxes(Lines& lines, const DomainState& state) {
  for (const auto& mailbox : state.mailboxes) {
    if (mailbox.has_user) {
      append_passwd_line(lines[at(File::users)], state.name, mailbox);
    }
    const auto key = address(mailbox.local, state.name);
    if (mailbox.has_place) {
      append(lines[at(File::mailboxes)], key, mailbox.place);
    }
    if (mailbox.only_receives) {
      append(lines[at(File::submission)], key, kOnlyReceives);
    } else if (mailbox.refused_as_disabled) {
      append(lines[at(File::submission)], key, kDisabledAccess);
    }
  }
}

/// The lines of one table of a domain, by local part.
class Table {
 public:
  explicit Table(std::string_view domain) : domain_(domain) {}
  void add(std::string_view local, std::string value) { rows_.emplace_back(local, value); }
  void append_to(std::string& out) {
    std::stable_sort(
        rows_.begin(), rows_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [local, value] : rows_) {
      append(out, address(local, domain_), value);
    }
  }

 private:
  std::string_view domain_;
  std::vector<std::pair<std::string_view, std::string>> rows_;
};

std::string target_of(const Alias& alias) {
  return std::string(alias.form == AliasForm::discard ? kDiscardAddress : alias.value);
}

void append_aliases(Lines& lines, const DomainState& state) {
  Table aliases(state.name);
  Table access(state.name);
  const auto* catch_all = state.alias("*");
  const bool rejects_all = catch_all != nullptr && catch_all->form == AliasForm::reject;
  for (const auto& alias : state.aliases) {
    if (alias.form == AliasForm::reject) {
      if (alias.local != "*") {
        access.add(alias.local, reject(alias.value));
      }
      continue;
    }
    aliases.add(alias.local, target_of(alias));
    if (rejects_all) {
      access.add(alias.local, "DUNNO");
    }
  }
  for (const auto& mailbox : state.mailboxes) {
    const auto* alias = state.alias(mailbox.local);
    if (catch_all == nullptr || alias != nullptr || !mailbox.exists()) {
      continue;
    }
    if (rejects_all) {
      access.add(mailbox.local, "DUNNO");
    } else {
      aliases.add(mailbox.local, address(mailbox.local, state.name));
    }
  }
  aliases.append_to(lines[at(File::aliases)]);
  if (rejects_all) {
    append(lines[at(File::access)], state.name, reject(catch_all->value));
  }
  access.append_to(lines[at(File::access)]);
}

}  // namespace

Lines render(const DomainState& state) {
  Lines lines;
  append_domain(lines, state);
  append_mailboxes(lines, state);
  append_aliases(lines, state);
  if (!state.selector.empty()) {
    append(lines[at(File::selectors)], state.name, state.selector);
  }
  return lines;
}

Lines render_alias_domain(const DomainState& state, const DomainState* target) {
  Lines lines;
  append_domain(lines, state);
  if (!state.selector.empty()) {
    append(lines[at(File::selectors)], state.name, state.selector);
  }
  if (target == nullptr) {
    append(lines[at(File::aliases)], address("*", state.name), address("*", state.alias_of));
    return lines;
  }
  // As if the target were called like this domain, with each address an alias to the target's.
  DomainState image;
  image.name = state.name;
  for (const auto& alias : target->aliases) {
    image.aliases.push_back(alias);
    if (alias.form != AliasForm::reject) {
      image.aliases.back().form = AliasForm::to;
      image.aliases.back().value = image.keep(address(alias.local, target->name));
    }
  }
  for (const auto& mailbox : target->mailboxes) {
    if (mailbox.exists() && target->alias(mailbox.local) == nullptr) {
      image.alias_at(mailbox.local) = {
          mailbox.local, AliasForm::to, image.keep(address(mailbox.local, target->name))};
    }
  }
  append_aliases(lines, image);
  return lines;
}

}  // namespace plumb::providers::postfix_dovecot
