#include "controller/providers/postfix_dovecot/domain_state.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "controller/providers/postfix_dovecot/address.h"
#include "controller/providers/postfix_dovecot/passwd_line.h"
#include "controller/providers/postfix_dovecot/render.h"
#include "resources/model/ascii.h"
#include "resources/values/quoted.h"

namespace plumb::providers::postfix_dovecot {
namespace {

struct ByLocal {
  template <class T>
  bool operator()(const T& a, std::string_view b) const {
    return a.local < b;
  }
};

template <class T>
auto position(std::vector<T>& sorted, std::string_view local) {
  // What is read is sorted, so it mostly comes to stand at the end.
  return sorted.empty() || sorted.back().local < local
             ? sorted.end()
             : std::lower_bound(sorted.begin(), sorted.end(), local, ByLocal());
}

template <class T>
T& row_at(std::vector<T>& sorted, std::string_view local) {
  auto found = position(sorted, local);
  if (found == sorted.end() || found->local != local) {
    found = sorted.insert(found, T{.local = local});
  }
  return *found;
}

/// Reads the lines of one domain, file by file; each reader gives what is wrong with a line, or
/// nothing.
class Reader {
 public:
  Reader(const Snapshot& snapshot, DomainState& into) : snapshot_(snapshot), into_(into) {}

  Result<void> read_all();
  /// What is wrong with one line alone.
  std::string line(File file, std::string_view text);
  /// After an alias domain was found to be one, its lines are not read but compared.
  Result<void> read_lists();

 private:
  using ReadLine = std::string (Reader::*)(std::string_view line);

  /// Takes one line in, and says what is wrong with it; empty: nothing.
  std::string take(std::string_view line, ReadLine read);
  Result<void> each_line(File file, ReadLine read);
  std::string domain_line(std::string_view line);
  std::string alias_domain_line(std::string_view line);
  std::string selector_line(std::string_view line);
  std::string user_line(std::string_view line);
  std::string mailbox_line(std::string_view line);
  std::string sender_line(std::string_view line);
  std::string submission_line(std::string_view line);
  std::string alias_line(std::string_view line);
  std::string access_line(std::string_view line);
  std::string take_alias(Alias alias);
  void add_send_as();
  void settle_identities();
  void check_catch_all();

  const Snapshot& snapshot_;
  DomainState& into_;
  std::vector<std::string_view> identities_;  ///< local parts of "jane@d jane@d"
  std::vector<std::string_view> passed_;      ///< local parts of "jane@d DUNNO"
};

constexpr std::string_view kTwice = "the same key stands twice";

std::string Reader::domain_line(std::string_view line) {
  auto [key, value] = split_line(line);
  if (key != into_.name) {
    return "no address belongs here, but domains alone";
  }
  if (into_.listed) {
    return std::string(kTwice);
  }
  into_.listed = true;
  if (value == kMailValue) {
    return {};
  }
  if (value.starts_with(kQuotaValue)) {
    value.remove_prefix(kQuotaValue.size());
    const auto* end = value.data() + value.size();
    const auto [stop, failed] = std::from_chars(value.data(), end, into_.quota);
    if (failed == std::errc() && stop == end) {
      return {};
    }
  }
  return fmt::format("a domain's value is \"{}\" or \"{}\" with octets", kMailValue, kQuotaValue);
}

std::string Reader::alias_domain_line(std::string_view line) {
  const auto [key, value] = split_line(line);
  if (key != into_.name || !is_domain(value) || value == key) {
    return "it is no pair of an alias domain and the domain behind it";
  }
  if (into_.listed) {
    return "the domain stands twice, perhaps among the domains with mailboxes too";
  }
  into_.listed = true;
  into_.alias_of = value;
  return {};
}

std::string Reader::selector_line(std::string_view line) {
  const auto [key, value] = split_line(line);
  if (key != into_.name || !is_domain(value)) {
    return "it is no pair of a domain and a selector";
  }
  if (!into_.selector.empty()) {
    return std::string(kTwice);
  }
  into_.selector = value;
  return {};
}

std::string Reader::user_line(std::string_view line) {
  Mailbox read;
  if (auto trouble = read_passwd_line(line, read); !trouble.empty()) {
    return trouble;
  }
  auto& mailbox = into_.mailbox_at(read.local);
  if (mailbox.has_user) {
    return std::string(kTwice);
  }
  mailbox = std::move(read);
  return {};
}

std::string Reader::mailbox_line(std::string_view line) {
  const auto [key, value] = split_line(line);
  const auto local = local_of(key);
  if (!is_mailbox_local(local) || value.empty()) {
    return "it is no pair of a mailbox's address and its place";
  }
  auto& mailbox = into_.mailbox_at(local);
  if (mailbox.has_place) {
    return std::string(kTwice);
  }
  mailbox.place = value;
  mailbox.has_place = true;
  return {};
}

std::string Reader::sender_line(std::string_view line) {
  const auto [key, value] = split_line(line);
  for_each_item(value, [&, address = key](std::string_view owner) {
    if (auto* mailbox = owner == address ? into_.mailbox(local_of(address)) : nullptr) {
      mailbox->owns_itself = true;
    }
  });
  return {};
}

std::string Reader::submission_line(std::string_view line) {
  const auto [key, value] = split_line(line);
  const bool receives = value == kOnlyReceives;
  if (!is_mailbox_local(local_of(key)) || (!receives && value != kDisabledAccess)) {
    return fmt::format("it is no address with \"{}\" or \"{}\"", kOnlyReceives, kDisabledAccess);
  }
  if (auto* mailbox = into_.mailbox(local_of(key))) {
    (receives ? mailbox->only_receives : mailbox->refused_as_disabled) = true;
  }
  return {};
}

std::string Reader::take_alias(Alias alias) {
  auto& found = into_.alias_at(alias.local);
  if (!found.value.empty() || found.form != AliasForm::to) {
    return "the address is an alias already";
  }
  found = alias;
  return {};
}

std::string Reader::alias_line(std::string_view line) {
  const auto [key, value] = split_line(line);
  const bool all = key.starts_with('@') && key.substr(1) == into_.name;
  const auto local = all ? std::string_view("*") : local_of(key);
  if (!all && !is_alias_local(local)) {
    return fmt::format("{} is no address", values::quoted(key));
  }
  if (value == kDiscardAddress) {
    return take_alias({local, AliasForm::discard, {}});
  }
  if (value == key) {
    identities_.push_back(local);
    return {};
  }
  std::string trouble = value.empty() ? "the alias leads nowhere" : "";
  for_each_item(value, [&](std::string_view target) {
    if (trouble.empty() && !is_target(target)) {
      trouble = fmt::format("{} is no address", values::quoted(target));
    }
  });
  return trouble.empty() ? take_alias({local, AliasForm::to, value}) : trouble;
}

std::string Reader::access_line(std::string_view line) {
  const auto [key, value] = split_line(line);
  const bool all = key == into_.name;
  const auto local = all ? std::string_view("*") : local_of(key);
  if (!all && !is_alias_local(local)) {
    return fmt::format("{} is no address", values::quoted(key));
  }
  if (value == "DUNNO" && !all) {
    passed_.push_back(local);
    return {};
  }
  if (value != "REJECT" && !value.starts_with("REJECT ")) {
    return "it neither rejects nor passes (REJECT with a text, or DUNNO)";
  }
  return take_alias({local, AliasForm::reject, trimmed(value.substr(6))});
}

/// What no line may be, whatever file it stands in; empty: nothing.
std::string general_trouble(std::string_view line) {
  return line.front() == ' ' || line.front() == '\t'
             ? "it begins with a blank and so continues the line above"
         : line.find_first_of(std::string_view("\r\0", 2)) != std::string_view::npos
             ? "it has a control character in it"
             : "";
}

std::string Reader::line(File file, std::string_view text) {
  constexpr std::array<ReadLine, kFiles> kReaders{&Reader::user_line,
                                                  &Reader::sender_line,
                                                  &Reader::submission_line,
                                                  &Reader::mailbox_line,
                                                  &Reader::access_line,
                                                  &Reader::alias_line,
                                                  &Reader::selector_line,
                                                  &Reader::alias_domain_line,
                                                  &Reader::domain_line};
  return take(text, kReaders.at(at(file)));
}

std::string Reader::take(std::string_view line, ReadLine read) {
  auto trouble = general_trouble(line);
  return trouble.empty() ? (this->*read)(line) : trouble;
}

Result<void> Reader::each_line(File file, ReadLine read) {
  const auto& lines = snapshot_.file(file);
  for (const auto& run : lines.of(into_.name)) {
    LineReader reader(run);
    std::string_view line;
    while (reader.next(line)) {
      if (auto trouble = take(line, read); !trouble.empty()) {
        return tl::unexpected(lines.error_at(reader.number(), std::move(trouble)));
      }
    }
  }
  return {};
}

void Reader::add_send_as() {
  for (const auto& pair : snapshot_.send_as_of(into_.name)) {
    if (auto* mailbox = into_.mailbox(local_of(pair.owner))) {
      mailbox->send_as.push_back(pair.address);
    }
  }
  for (auto& mailbox : into_.mailboxes) {
    std::sort(mailbox.send_as.begin(), mailbox.send_as.end());
  }
}

/// "jane@d jane@d" of a mailbox keeps the catch-all off it; of anything else it is an alias.
void Reader::settle_identities() {
  for (const auto local : identities_) {
    const auto* mailbox = into_.mailbox(local);
    if (mailbox == nullptr || !mailbox->exists()) {
      auto& alias = into_.alias_at(local);
      if (alias.value.empty() && alias.form == AliasForm::to) {
        alias.value = into_.keep(fmt::format("{}@{}", local, into_.name));
      }
    }
  }
}

void Reader::check_catch_all() {
  const auto* catch_all = std::as_const(into_).alias("*");
  if (catch_all == nullptr) {
    return;
  }
  const bool rejects = catch_all->form == AliasForm::reject;
  auto& guarded = rejects ? passed_ : identities_;
  std::sort(guarded.begin(), guarded.end());
  const auto has = [&](std::string_view local) {
    return std::binary_search(guarded.begin(), guarded.end(), local);
  };
  for (const auto& mailbox : into_.mailboxes) {
    if (mailbox.exists() && std::as_const(into_).alias(mailbox.local) == nullptr &&
        !has(mailbox.local)) {
      into_.catch_all_guarded = false;
    }
  }
  for (const auto& alias : into_.aliases) {
    if (rejects && alias.form != AliasForm::reject && !has(alias.local)) {
      into_.catch_all_guarded = false;
    }
  }
}

Result<void> Reader::read_all() {
  constexpr std::array<std::pair<File, ReadLine>, 3> kOfTheDomain{{
      {File::domains, &Reader::domain_line},
      {File::alias_domains, &Reader::alias_domain_line},
      {File::selectors, &Reader::selector_line},
  }};
  for (const auto& [file, read] : kOfTheDomain) {
    if (auto done = each_line(file, read); !done) {
      return done;
    }
  }
  return into_.alias_of.empty() ? read_lists() : Result<void>();
}

Result<void> Reader::read_lists() {
  constexpr std::array<std::pair<File, ReadLine>, 6> kLists{{
      {File::users, &Reader::user_line},
      {File::mailboxes, &Reader::mailbox_line},
      {File::senders, &Reader::sender_line},
      {File::submission, &Reader::submission_line},
      {File::aliases, &Reader::alias_line},
      {File::access, &Reader::access_line},
  }};
  for (const auto& [file, read] : kLists) {
    if (auto done = each_line(file, read); !done) {
      return done;
    }
  }
  add_send_as();
  settle_identities();
  check_catch_all();
  return {};
}

bool has_lines(const MarkedFile& file, std::string_view domain, std::string_view wanted) {
  for (const auto& run : file.of(domain)) {
    if (!wanted.starts_with(run.lines)) {
      return false;
    }
    wanted.remove_prefix(run.lines.size());
  }
  return wanted.empty();
}

}  // namespace

Mailbox* DomainState::mailbox(std::string_view local) {
  const auto found = position(mailboxes, local);
  return found == mailboxes.end() || found->local != local ? nullptr : &*found;
}

Mailbox& DomainState::mailbox_at(std::string_view local) {
  return row_at(mailboxes, local);
}

Alias* DomainState::alias(std::string_view local) {
  const auto found = position(aliases, local);
  return found == aliases.end() || found->local != local ? nullptr : &*found;
}

const Alias* DomainState::alias(std::string_view local) const {
  const auto found = std::lower_bound(aliases.begin(), aliases.end(), local, ByLocal());
  return found == aliases.end() || found->local != local ? nullptr : &*found;
}

Alias& DomainState::alias_at(std::string_view local) {
  return row_at(aliases, local);
}

std::string line_trouble(File file, std::string_view domain, std::string_view line) {
  const Snapshot empty;
  DomainState state;
  state.name = domain;
  return Reader(empty, state).line(file, line);
}

Result<DomainState> read_domain(const std::shared_ptr<const Snapshot>& snapshot,
                                std::string_view domain) {
  DomainState state;
  state.from = snapshot;
  state.name = domain;
  Reader reader(*snapshot, state);
  if (auto done = reader.read_all(); !done) {
    return tl::unexpected(std::move(done).error());
  }
  if (!state.alias_of.empty()) {
    // A key or a policy of it may be that of another mail host, which has its addresses.
    const bool known = !snapshot->line_of(File::alias_domains, state.alias_of) &&
                       snapshot->has_lines_of(state.alias_of);
    std::optional<DomainState> target;
    if (known) {
      PLUMB_TRY(read, read_domain(snapshot, state.alias_of));
      target = std::move(read);
    }
    const auto wanted = render_alias_domain(state, target ? &*target : nullptr);
    for (const auto file : {File::aliases, File::access}) {
      state.follows_target =
          state.follows_target && has_lines(snapshot->file(file), domain, wanted[at(file)]);
    }
  }
  return state;
}

}  // namespace plumb::providers::postfix_dovecot
