#include "resources/mail/dmarc.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "resources/mail/uri_list.h"

namespace plumb::mail {
namespace {

constexpr std::string_view kMadeBy = "mail.dmarc (RFC 7489)";

}  // namespace

std::optional<values::DomainName> report_domain(std::string_view uri) {
  constexpr std::string_view kScheme = "mailto:";
  const auto at = uri.rfind('@');
  if (!uri.starts_with(kScheme) || at == std::string_view::npos) {
    return std::nullopt;
  }
  auto domain = uri.substr(at + 1);
  domain = domain.substr(0, domain.find_first_of("!?"));
  auto name = values::DomainName::parse(domain);
  return name ? std::optional(*std::move(name)) : std::nullopt;
}

std::string dmarc_text(const DmarcSpec& dmarc) {
  std::string text = "v=DMARC1; p=" + dmarc.policy;
  const auto add = [&text](std::string_view tag, std::string_view value) {
    if (!value.empty()) {
      text.append("; ").append(tag).append("=").append(value);
    }
  };
  add("sp", dmarc.subdomain_policy);
  add("np", dmarc.nonexistent_policy);
  add("adkim", std::string_view(dmarc.dkim_alignment).substr(0, 1));
  add("aspf", std::string_view(dmarc.spf_alignment).substr(0, 1));
  add("t", dmarc.testing ? "y" : "");
  add("pct", dmarc.percent ? std::to_string(*dmarc.percent) : "");
  add("fo", dmarc.failure_options);
  // "!" stays: it begins the size limit.
  add("rua", uri_list(dmarc.rua, ",;"));
  add("ruf", uri_list(dmarc.ruf, ",;"));
  return text;
}

std::vector<MadeRecord> dmarc_records(const MailSpec& spec) {
  if (!spec.dmarc) {
    return {};
  }
  const auto place = spec.dmarc->place;
  return {{"_dmarc",
           values::RecordType::txt,
           Value{dmarc_text(*spec.dmarc), place},
           std::string(kMadeBy),
           place}};
}

std::vector<values::DomainName> dmarc_report_domains(const DmarcSpec& dmarc,
                                                     const values::DomainName& domain) {
  std::vector<values::DomainName> domains;
  for (const auto* uris : {&dmarc.rua, &dmarc.ruf}) {
    for (const auto& uri : *uris) {
      const auto destination = report_domain(uri);
      if (destination && !destination->is_subdomain_of(domain) &&
          !domain.is_subdomain_of(*destination) &&
          std::find(domains.begin(), domains.end(), *destination) == domains.end()) {
        domains.push_back(*destination);
      }
    }
  }
  return domains;
}

Result<MadeRecord> dmarc_report_record(const values::DomainName& domain,
                                       const values::DomainName& destination,
                                       const values::DomainName& zone,
                                       Place place) {
  auto owner = values::DomainName::parse(std::string(domain.without_dot()) + "._report._dmarc." +
                                         destination.text());
  if (!owner) {
    return tl::unexpected(
        std::move(owner).error().in("the name by which " + std::string(destination.without_dot()) +
                                    " takes reports for " + std::string(domain.without_dot())));
  }
  return MadeRecord{owner->relative_to(zone),
                    values::RecordType::txt,
                    Value{std::string("v=DMARC1"), place},
                    "mail.dmarc of " + std::string(domain.without_dot()) + " (RFC 7489)",
                    place};
}

}  // namespace plumb::mail
