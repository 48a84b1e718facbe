#include "resources/mail/no_mail.h"

#include <map>

#include "resources/mail/spf_record.h"
#include "resources/values/rdata_types.h"

namespace plumb::mail {
namespace {

using values::RecordType;

constexpr std::string_view kNoSpf = "v=spf1 -all";
constexpr std::string_view kRejectAll = "v=DMARC1; p=reject";

/// What is declared at one name.
struct Declared {
  bool address = false;
  bool mx = false;
  bool alias = false;
  bool cut = false;
  bool spf = false;
  bool txt = false;  ///< any, for "_dmarc" names
};
using Names = std::map<std::string, Declared, std::less<>>;

Names by_owner(std::span<const DeclaredData> declared) {
  Names names;
  for (const auto& data : declared) {
    auto& name = names[std::string(data.owner)];
    name.address |= data.type == RecordType::a || data.type == RecordType::aaaa;
    name.mx |= data.type == RecordType::mx;
    name.alias |= data.type == RecordType::cname || data.type == RecordType::dname;
    name.cut |= data.type == RecordType::ns;
    name.txt |= data.type == RecordType::txt;
    name.spf |= data.type == RecordType::txt && is_spf(data.text);
  }
  return names;
}

/// Whether the name, or one above it and below the apex, is handed over to another zone.
bool is_handed_over(const Names& names, std::string_view owner) {
  while (true) {
    const auto found = names.find(owner);
    if (found != names.end() && found->second.cut) {
      return true;
    }
    const auto dot = owner.find('.');
    if (dot == std::string_view::npos) {
      return false;
    }
    owner.remove_prefix(dot + 1);
  }
}

/// Whether mail could be addressed there: names with an underscore are no host names.
bool can_be_host(std::string_view owner) {
  return owner != "@" && owner.find('_') == std::string_view::npos;
}

bool is_mail_host(const MailSpec& spec, const values::DomainName& domain, std::string_view owner) {
  const auto is_it = [&](const values::DomainName& host) {
    return host.is_subdomain_of(domain) && host.relative_to(domain) == owner;
  };
  return std::ranges::any_of(spec.servers, is_it, &MailServer::hostname) ||
         std::ranges::any_of(spec.foreign_mx, is_it, &ForeignMx::host);
}

MadeRecord made(std::string_view owner,
                RecordType type,
                std::string_view text,
                std::string_view made_by,
                Place place) {
  return {std::string(owner), type, Value{std::string(text), place}, std::string(made_by), place};
}

}  // namespace

std::vector<MadeRecord> no_mail_records(const MailSpec& spec) {
  if (!spec.none) {
    return {};
  }
  constexpr std::string_view kMember = "mail.none ";
  const auto null_mx = values::Mx{}.text();
  return {
      made("@", RecordType::mx, null_mx, std::string(kMember) + "(RFC 7505)", spec.place),
      made("@", RecordType::txt, kNoSpf, std::string(kMember) + "(RFC 7208)", spec.place),
      made("_dmarc", RecordType::txt, kRejectAll, std::string(kMember) + "(RFC 7489)", spec.place)};
}

std::vector<MadeRecord> no_mail_names(std::span<const DeclaredData> declared,
                                      const MailSpec& spec,
                                      const values::DomainName& domain) {
  std::vector<MadeRecord> records;
  if (!spec.no_mail_names) {
    return records;
  }
  constexpr std::string_view kMadeBy = "mail.noMailNames (RFC 7505)";
  const auto names = by_owner(declared);
  for (const auto& [owner, there] : names) {
    if (!there.address || there.mx || there.alias || !can_be_host(owner) ||
        is_handed_over(names, owner) || is_mail_host(spec, domain, owner)) {
      continue;
    }
    records.push_back(made(owner, RecordType::mx, values::Mx{}.text(), kMadeBy, spec.place));
    if (!there.spf) {
      records.push_back(made(owner, RecordType::txt, kNoSpf, kMadeBy, spec.place));
    }
    // A wildcard stands for names, which have no names below them (RFC 4592 §2.1.1).
    const auto policy = "_dmarc." + owner;
    const auto found = names.find(policy);
    if (!owner.starts_with('*') && (found == names.end() || !found->second.txt)) {
      records.push_back(made(policy, RecordType::txt, kRejectAll, kMadeBy, spec.place));
    }
  }
  return records;
}

}  // namespace plumb::mail
