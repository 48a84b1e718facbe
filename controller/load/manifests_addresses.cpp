// Who lives in a domain: address books, where their aliases lead, and what they may hold.

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

#include "controller/env/parallel.h"
#include "controller/load/manifests.h"
#include "resources/kinds/mail_fields.h"
#include "resources/model/ascii.h"
#include "resources/model/mistakes.h"
#include "resources/rules/mail_rules.h"
#include "resources/values/byte_size.h"
#include "resources/values/email_address.h"

namespace plumb::load {
namespace {

constexpr std::string_view kCatchAll = "*";

/// The plain form of a local part, which most have: nothing about it need be asked.
bool is_plain_local(std::string_view text) {
  constexpr std::size_t kLongest = 64;  // RFC 5321 §4.5.3.1.1
  bool dot = true;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!letter && (c != '.' || dot)) {
      return false;
    }
    dot = c == '.';
  }
  return !text.empty() && !dot && text.size() <= kLongest;
}

/// Fills the book of one domain. Touches nothing else.
class BookMaker {
 public:
  BookMaker(DomainEntry& domain, Diagnostics& problems) : domain_(domain), problems_(problems) {}

  void run() {
    auto& mail = domain_.mail;
    const auto documents = static_cast<std::uint32_t>(domain_.profiles.size());
    for (std::uint32_t i = 0; i < documents; ++i) {
      add_inline(domain_.profiles[i], domain_.spec.profile_variables[i], i);
    }
    add_inline(domain_.source, domain_.spec.variables, documents);
    for (const auto& in : mail.aliases) {
      add_alias(in, domain_.spec.variables, documents);
    }
    for (const auto& in : mail.mailboxes) {
      add_mailbox(in, documents);
    }
    if (!mail.holds_addresses()) {
      refuse_all();
      return;
    }
    keep_one_of_each();
  }

 private:
  struct Candidate {
    Address address;
    std::uint32_t layer = 0;
    bool gone = false;
  };

  void add_inline(const DocumentIn& in, const kinds::Variables& variables, std::uint32_t layer) {
    const auto end = in.document->first_alias + in.document->aliases;
    for (auto i = in.document->first_alias; i < end; ++i) {
      add_alias({&in.file->mail, static_cast<std::uint32_t>(i)}, variables, layer);
    }
    domain_.mail.book.whole &= !in.document->misses("aliases");
  }

  /// The text, with variables put in where it has any; nothing, and reported, where that fails.
  std::optional<std::string> text_of(std::string_view text,
                                     Place place,
                                     const kinds::Variables& variables) {
    if (text.find('$') == std::string_view::npos) {
      return std::string(text);
    }
    return variables.expand_text(text, place, problems_);
  }

  /// The canonical address that `text` names in this domain; empty, and reported, where it is none.
  std::string address_of(std::string_view text, Place place) {
    const auto own = domain_.name.without_dot();
    const auto at = text.rfind('@');
    const auto local = text.substr(0, at);
    if (is_plain_local(local) && (at == std::string_view::npos || text.substr(at + 1) == own)) {
      return std::string(local).append("@").append(own);
    }
    const auto address = values::EmailAddress::parse_in(text, domain_.name);
    if (!address) {
      problems_.error(place, Mistake::bad_address, address.error());
      return {};
    }
    return ascii_lower(address->text());
  }

  void add_target(const kinds::MailPack& pack,
                  const kinds::PackedText& text,
                  const kinds::Variables& variables,
                  Address& address) {
    const auto written = text_of(pack.text(text), text.place, variables);
    auto canonical = written ? address_of(*written, text.place) : std::string();
    if (!canonical.empty()) {
      domain_.mail.book.targets.push_back({std::move(canonical), text.place});
      ++address.targets;
    }
  }

  void add_alias(PackedIn in, const kinds::Variables& variables, std::uint32_t layer) {
    const auto& alias = in.pack->aliases()[in.number];
    Candidate candidate;
    candidate.layer = layer;
    candidate.gone = alias.what == kinds::PackedAlias::What::gone;
    auto& address = candidate.address;
    address.place = alias.name.place;
    address.in = in;
    address.first_target = static_cast<std::uint32_t>(domain_.mail.book.targets.size());
    if (!read_local(text_of(in.pack->text(alias.name), alias.name.place, variables), address)) {
      return;
    }
    if (alias.what == kinds::PackedAlias::What::to) {
      for (const auto& text : in.pack->texts(alias)) {
        add_target(*in.pack, text, variables, address);
      }
    } else if (alias.what == kinds::PackedAlias::What::reject) {
      const auto& text = in.pack->texts(alias).front();
      auto& rejections = domain_.mail.book.rejections;
      address.first_target = static_cast<std::uint32_t>(rejections.size());
      rejections.push_back(text_of(in.pack->text(text), text.place, variables));
    }
    candidates_.push_back(std::move(candidate));
  }

  void add_mailbox(PackedIn in, std::uint32_t layer) {
    const auto& mailbox = in.pack->mailboxes()[in.number];
    Candidate candidate;
    candidate.layer = layer;
    auto& address = candidate.address;
    address.place = mailbox.name.place;
    address.in = in;
    address.mailbox = true;
    address.first_target = static_cast<std::uint32_t>(domain_.mail.book.targets.size());
    if (!read_local(std::string(in.pack->text(mailbox.name)), address)) {
      return;
    }
    if (address.local == kCatchAll) {
      problems_.error(address.place,
                      Mistake::bad_address,
                      "a mailbox cannot be called `*`",
                      "declare an alias `*` that leads to it");
      return;
    }
    for (const auto& text : in.pack->senders(mailbox)) {
      add_target(*in.pack, text, domain_.spec.variables, address);
    }
    candidates_.push_back(std::move(candidate));
  }

  bool read_local(const std::optional<std::string>& text, Address& address) {
    const auto canonical = text ? address_of(*text, address.place) : std::string();
    const auto at = canonical.rfind('@');
    if (canonical.empty() ||
        std::string_view(canonical).substr(at + 1) != domain_.name.without_dot()) {
      if (!canonical.empty()) {
        problems_.error(address.place,
                        Mistake::bad_address,
                        "`" + *text + "` is no name of " + domain_.display,
                        "write the part before the @ alone, or declare it at its own Domain");
      }
      domain_.mail.book.whole = false;
      return false;
    }
    address.local = canonical.substr(0, at);
    return true;
  }

  /// A domain without a mail server of its own: only what stands in its own document is reported.
  void refuse_all() {
    const auto& mail = domain_.mail;
    const bool elsewhere = mail.declaration.spec.none || mail.alias_of != DomainMail::kNobody;
    const auto own = static_cast<std::uint32_t>(domain_.profiles.size());
    for (const auto& candidate : candidates_) {
      if (candidate.gone || !mail.known ||
          (!elsewhere && !mail.declaration.spec.provider.empty()) ||
          (elsewhere && candidate.layer != own)) {
        continue;
      }
      problems_.error(
          candidate.address.place,
          elsewhere ? Mistake::mail_not_here : Mistake::mail_provider_missing,
          "alias `" + candidate.address.local + "` cannot be: Domain `" + domain_.display +
              (elsewhere ? "` has no addresses of its own" : "` names no mail provider"),
          elsewhere ? "remove it" : "name one in `mail: {provider: ...}`");
    }
  }

  /// The last layer that names an address decides; two in one layer are one too many.
  void keep_one_of_each() {
    std::stable_sort(candidates_.begin(), candidates_.end(), [](const auto& a, const auto& b) {
      return std::tie(a.address.local, b.layer) < std::tie(b.address.local, a.layer);
    });
    auto& all = domain_.mail.book.all;
    all.reserve(candidates_.size());
    for (std::size_t i = 0; i < candidates_.size();) {
      auto next = i + 1;
      for (; next < candidates_.size() &&
             candidates_[next].address.local == candidates_[i].address.local;
           ++next) {
        if (candidates_[next].layer == candidates_[i].layer) {
          declared_twice(candidates_[i].address, candidates_[next].address);
        }
      }
      if (!candidates_[i].gone) {
        all.push_back(std::move(candidates_[i].address));
      } else if (next == i + 1) {
        problems_.warning(candidates_[i].address.place,
                          Mistake::nothing_to_remove,
                          "no profile gives alias `" + candidates_[i].address.local +
                              "`: there is nothing to take away",
                          "remove this line");
      }
      i = next;
    }
  }

  void declared_twice(const Address& first, const Address& second) {
    const auto what = [](const Address& one) {
      return one.mailbox ? std::string("a mailbox") : std::string("an alias");
    };
    const auto address = first.local + "@" + domain_.display;
    problems_.add({.severity = Severity::error,
                   .place = second.place,
                   .message = first.local == kCatchAll
                                  ? "the catch-all of " + domain_.display + " is declared twice"
                                  : "`" + address + "` is declared twice, as " + what(first) +
                                        " and as " + what(second),
                   .hint = "remove one of the two; upper and lower case are one address",
                   .rule = std::string(info(Mistake::declared_twice).id),
                   .related = first.place});
  }

  DomainEntry& domain_;
  Diagnostics& problems_;
  std::vector<Candidate> candidates_;
};

/// Looks where the targets of one domain's addresses lead. Reads all books, writes the targets of
/// its own.
class TargetCheck {
 public:
  TargetCheck(Manifests& manifests, DomainEntry& domain, Diagnostics& problems)
      : manifests_(manifests), domain_(domain), problems_(problems) {}

  void run() {
    for (const auto& address : domain_.mail.book.all) {
      for (std::uint32_t i = 0; i < address.targets; ++i) {
        look(address, domain_.mail.book.targets[address.first_target + i]);
      }
    }
    check_quotas();
    check_roles();
  }

 private:
  const DomainEntry* domain_of(std::string_view text) {
    if (text == domain_.name.without_dot()) {
      return &domain_;
    }
    const auto found = manifests_.domain_index.find(std::string(text) + ".");
    return found == manifests_.domain_index.end() ? nullptr : &manifests_.domains[found->second];
  }

  void look(const Address& address, AddressTarget& target) {
    const auto at = target.address.rfind('@');
    const auto local = std::string_view(target.address).substr(0, at);
    const auto* home = domain_of(std::string_view(target.address).substr(at + 1));
    domain_.mail.book.closed &= home == nullptr || home == &domain_;
    if (home != nullptr && home->mail.alias_of != DomainMail::kNobody) {
      home = &manifests_.domains[home->mail.alias_of];
    }
    if (home == nullptr || !home->mail.known) {
      return;
    }
    if (home->mail.declaration.spec.none) {
      not_there(address, target, "Domain `" + home->display + "` has no mail", {});
      return;
    }
    if (!home->mail.holds_addresses()) {
      return;  // looked after by others
    }
    const auto& book = home->mail.book;
    const auto* found = book.find(local);
    if (found == nullptr) {  // jane+news is jane
      found = book.find(local.substr(0, local.find('+')));
    }
    found = found == nullptr ? book.find(kCatchAll) : found;
    if (found != nullptr) {
      target.node = book.first_node + static_cast<std::uint32_t>(found - book.all.data());
    } else if (book.whole && !manifests_.unknown) {
      not_there(
          address, target, "no mailbox and no alias of that name is declared", meant(local, book));
    }
  }

  /// "Did you mean", for the first few: a search for each over all names takes too long.
  std::string meant(std::string_view local, const AddressBook& book) {
    constexpr std::size_t kMostSearched = 20;
    if (searched_++ >= kMostSearched) {
      return {};
    }
    std::vector<std::string_view> names;
    for (const auto& other : book.all) {
      names.push_back(other.local);
    }
    return did_you_mean(local, names);
  }

  void not_there(const Address& address,
                 const AddressTarget& target,
                 const std::string& why,
                 std::string hint) {
    problems_.error(
        target.place,
        address.mailbox ? Mistake::unknown_sender : Mistake::alias_target,
        address.mailbox
            ? "`sendAs` of `" + address.local + "` names `" + target.address + "`: " + why
            : "alias `" + address.local + "` leads to `" + target.address + "`: " + why,
        !hint.empty() ? std::move(hint) : "declare it, or take it out here");
  }

  void check_quotas() {
    const auto& declaration = domain_.mail.declaration;
    if (!declaration.quota || *declaration.quota == 0) {
      return;
    }
    const auto size = [](std::uint64_t octets) { return values::format_byte_size(octets); };
    std::uint64_t sum = 0;
    bool any_too_large = false;
    for (const auto& address : domain_.mail.book.all) {
      if (!address.mailbox) {
        continue;
      }
      const auto& mailbox = address.in.pack->mailboxes()[address.in.number];
      const auto quota = mailbox.has_quota ? mailbox.quota : declaration.defaults.quota.value_or(0);
      const bool limitless = mailbox.has_quota && quota == 0;
      if (limitless || quota > *declaration.quota) {
        problems_.add({.severity = Severity::error,
                       .place = mailbox.has_quota ? mailbox.quota_place : address.place,
                       .message = "mailbox `" + address.local + "` may hold " +
                                  (limitless ? "whatever comes" : size(quota)) + ", its domain " +
                                  size(*declaration.quota),
                       .hint = "lower it, or raise `mail.quota`",
                       .rule = std::string(info(Mistake::quota_exceeded).id),
                       .related = declaration.quota_place});
        any_too_large = true;
      }
      sum += quota;
    }
    if (sum > *declaration.quota && !any_too_large) {
      problems_.error(declaration.quota_place,
                      Mistake::quota_exceeded,
                      "the mailboxes of " + domain_.display + " may hold " + size(sum) +
                          " together, the domain " + size(*declaration.quota),
                      "raise `quota`, or lower those of mailboxes");
    }
  }

  void check_roles() {
    const auto& mail = domain_.mail;
    if (!mail.holds_addresses() || !mail.book.whole || manifests_.unknown || !domain_.lint_known) {
      return;
    }
    rules::MailDomainView view;
    view.name = domain_.display;
    view.place = mail.declaration.spec.place;
    view.has = [&](std::string_view local) {
      return mail.book.find(local) != nullptr || mail.book.find(kCatchAll) != nullptr;
    };
    rules::lint_mail_domain(view, domain_.spec.common.lint.off, problems_);
  }

  Manifests& manifests_;
  DomainEntry& domain_;
  Diagnostics& problems_;
  std::size_t searched_ = 0;
};

}  // namespace

const Address* AddressBook::find(std::string_view local) const {
  const auto found =
      std::lower_bound(all.begin(), all.end(), local, [](const Address& one, std::string_view key) {
        return std::string_view(one.local) < key;
      });
  return found != all.end() && found->local == local ? &*found : nullptr;
}

namespace {

/// The domains that are known already, and to which addresses of others lead: their books are
/// needed.
std::vector<std::size_t> kept_and_named(const Manifests& manifests) {
  std::set<std::size_t> named;
  for (const auto& domain : manifests.domains) {
    if (domain.kept) {
      continue;
    }
    const auto own = domain.name.without_dot();
    for (const auto& target : domain.mail.book.targets) {
      const auto home = std::string_view(target.address).substr(target.address.rfind('@') + 1);
      if (home == own) {
        continue;
      }
      auto found = manifests.domain_index.find(std::string(home) + ".");
      if (found == manifests.domain_index.end()) {
        continue;
      }
      const auto alias_of = manifests.domains[found->second].mail.alias_of;
      named.insert(alias_of != DomainMail::kNobody ? alias_of : found->second);
    }
  }
  std::erase_if(named, [&](std::size_t i) { return !manifests.domains[i].kept; });
  return {named.begin(), named.end()};
}

}  // namespace

void tie_addresses(Manifests& manifests,
                   unsigned threads,
                   const NeedRows& need_rows,
                   std::vector<Diagnostics>& found,
                   Diagnostics& problems) {
  auto& domains = manifests.domains;
  env::for_each_parallel(domains.size(), threads, [&](std::size_t i) {
    if (!domains[i].kept) {
      BookMaker(domains[i], found[i]).run();
    }
  });
  const auto named = kept_and_named(manifests);
  need_rows(named);
  for (const auto i : named) {
    Diagnostics known;
    BookMaker(domains[i], known).run();
  }
  std::uint32_t node = 0;
  for (auto& domain : domains) {
    domain.mail.book.first_node = node;
    node += static_cast<std::uint32_t>(domain.mail.book.all.size());
  }
  env::for_each_parallel(domains.size(), threads, [&](std::size_t i) {
    if (!domains[i].kept) {
      TargetCheck(manifests, domains[i], found[i]).run();
    }
  });
  for (const auto& one : found) {
    problems.append(one);
  }
  find_alias_loops(manifests, problems);
}

}  // namespace plumb::load
