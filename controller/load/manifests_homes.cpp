// Which mailboxes and aliases live in which domain.

#include <algorithm>

#include "controller/load/manifests.h"
#include "resources/model/mistakes.h"

namespace plumb::load {

std::vector<std::uint32_t> Homes::find(std::span<const ManifestFile> files) {
  std::vector<std::uint32_t> to_report;
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    bool any = false;
    for (const auto& home : files[i].homes) {
      const auto number = name_of(home);
      if (number == DomainMail::kNobody || !why_not_at(manifests_.domains[number]).empty()) {
        any = true;
      } else if (auto& in = manifests_.domains[number].mail.files; in.empty() || in.back() != i) {
        in.push_back(i);  // of several spellings once
      }
    }
    if (any) {
      to_report.push_back(i);
    }
  }
  return to_report;
}

void Homes::give_out(const ManifestFile& file, Diagnostics& problems) {
  const auto& pack = file.mail;
  for (std::uint32_t i = 0; i < pack.mailboxes().size(); ++i) {
    if (auto* mail = home_of(pack, pack.mailboxes()[i].name, "mailbox", problems)) {
      mail->mailboxes.push_back({&pack, i});
    }
  }
  for (const auto i : pack.alias_documents()) {
    if (auto* mail = home_of(pack, pack.aliases()[i].name, "alias", problems)) {
      mail->aliases.push_back({&pack, i});
    }
  }
  const auto misses_some = [&](std::string_view home) {
    if (const auto domain = name_of(home); domain != DomainMail::kNobody) {
      manifests_.domains[domain].mail.book.whole = false;
    }
  };
  if (file.rows_lost) {
    std::for_each(file.homes.begin(), file.homes.end(), misses_some);
  }
  for (const auto& document : file.documents) {  // too broken for the pack
    const auto name =
        document.kind == "Mailbox" || document.kind == "Alias" ? document.name() : std::string();
    const auto at = name.rfind('@');
    misses_some(at == std::string::npos ? std::string_view()
                                        : std::string_view(name).substr(at + 1));
  }
}

std::size_t Homes::name_of(std::string_view text) {
  const auto [found, first] = homes_.try_emplace(std::string(text), DomainMail::kNobody);
  if (first && !text.empty()) {
    const auto name = values::DomainName::parse(text);
    const auto known =
        name ? manifests_.domain_index.find(name->text()) : manifests_.domain_index.end();
    if (known != manifests_.domain_index.end()) {
      found->second = known->second;
    }
  }
  return found->second;
}

DomainMail* Homes::home_of(const kinds::MailPack& pack,
                           const kinds::PackedText& name,
                           std::string_view what,
                           Diagnostics& problems) {
  const auto address = pack.text(name);
  const auto at = address.rfind('@');
  const auto called = std::string(what) + " `" + std::string(address) + "`";
  if (at == std::string_view::npos || at == 0 || at + 1 == address.size()) {
    problems.error(name.place,
                   Mistake::bad_address,
                   called + " is called by no address",
                   "write local@domain, as in jane@example.com");
    return nullptr;
  }
  const auto domain = address.substr(at + 1);
  const auto number = name_of(domain);
  if (number == DomainMail::kNobody) {
    no_domain(name.place, called, domain, problems);
    return nullptr;
  }
  auto& home = manifests_.domains[number];
  if (const auto why = why_not_at(home); !why.empty()) {
    problems.error(name.place,
                   home.mail.declaration.spec.none || home.mail.alias_of != DomainMail::kNobody
                       ? Mistake::mail_not_here
                       : Mistake::mail_provider_missing,
                   called + " cannot be: " + why,
                   home.mail.alias_of != DomainMail::kNobody
                       ? "declare it there"
                       : "give the Domain a `mail.provider`, or remove the " + std::string(what));
    return nullptr;
  }
  return home.mail.provider != nullptr ? &home.mail : nullptr;
}

std::string Homes::why_not_at(const DomainEntry& home) const {
  const auto& mail = home.mail;
  if (!mail.known) {
    return {};
  }
  if (mail.declaration.spec.none) {
    return "Domain `" + home.display + "` has no mail";
  }
  if (mail.alias_of != DomainMail::kNobody) {
    return "the addresses of `" + home.display + "` are those of `" +
           manifests_.domains[mail.alias_of].display + "`";
  }
  return mail.declaration.spec.provider.empty()
             ? "Domain `" + home.display + "` names no mail provider"
             : std::string();
}

void Homes::no_domain(Place place,
                      const std::string& called,
                      std::string_view domain,
                      Diagnostics& problems) const {
  if (manifests_.unknown) {
    return;
  }
  std::vector<std::string_view> names;
  for (const auto& other : manifests_.domains) {
    names.push_back(other.display);
  }
  auto hint = did_you_mean(domain, names);
  problems.error(place,
                 Mistake::unknown_domain,
                 called + " cannot be: there is no Domain `" + std::string(domain) + "`",
                 !hint.empty() ? std::move(hint) : "declare it: kind: Domain");
}

}  // namespace plumb::load
