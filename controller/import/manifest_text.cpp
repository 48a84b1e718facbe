#include "controller/import/manifest_text.h"

#include <algorithm>

#include "controller/import/yaml_text.h"
#include "resources/values/byte_size.h"

namespace plumb::importing {
namespace {

constexpr std::size_t kWidth = 110;

/// Lines of YAML, counted.
class Page {
 public:
  void line(const std::string& text) {
    text_ += text;
    text_ += '\n';
    ++lines_;
  }
  std::uint32_t next_line() const { return lines_ + 1; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::uint32_t lines_ = 0;
};

void head(Page& page, const char* kind, const std::string& name) {
  page.line("apiVersion: plumb/v1");
  page.line(std::string("kind: ") + kind);
  page.line("metadata: {name: " + scalar(name) + "}");
  page.line("spec:");
}

std::vector<std::string> scalars_of(const std::vector<std::string>& texts, bool variables) {
  std::vector<std::string> out;
  for (const auto& text : texts) {
    out.push_back(value_scalar(text, variables));
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> fields_of(
    const ImportedSet& set,
    const std::vector<std::string>& providers,
    const std::optional<std::uint32_t>& default_ttl,
    bool variables) {
  std::vector<std::pair<std::string, std::string>> fields;
  fields.emplace_back("name", scalar(set.owner));
  fields.emplace_back("type", std::string(values::record_type_name(set.type)));
  if (set.ttl && set.ttl != default_ttl) {
    fields.emplace_back("ttl", std::to_string(*set.ttl));
  }
  const auto values = scalars_of(set.values, variables);
  fields.emplace_back(values.size() == 1 ? "value" : "values",
                      values.size() == 1 ? values.front() : flow_list(values));
  if (!set.at.is_null() && !providers.empty()) {
    fields.emplace_back("at", "{" + scalar(providers.front()) + ": " + flow(set.at) + "}");
  }
  if (!set.lint_off.empty()) {
    fields.emplace_back("lint",
                        "{off: " + flow_list(set.lint_off) + ", reason: as it was when imported}");
  }
  return fields;
}

void write_set(Page& page,
               const ImportedSet& set,
               const std::vector<std::string>& providers,
               const std::optional<std::uint32_t>& default_ttl,
               bool variables) {
  const auto fields = fields_of(set, providers, default_ttl, variables);
  std::string line = "    - {";
  for (const auto& [name, yaml] : fields) {
    line.append(line.ends_with('{') ? "" : ", ").append(name).append(": ").append(yaml);
  }
  line += "}";
  if (line.size() <= kWidth || set.values.size() == 1) {
    page.line(line);
    return;
  }
  bool first = true;
  for (const auto& [name, yaml] : fields) {
    const auto start = std::string(first ? "    - " : "      ") + name + ":";
    first = false;
    if (name != "values") {
      page.line(start + " " + yaml);
      continue;
    }
    page.line(start);
    for (const auto& value : scalars_of(set.values, variables)) {
      page.line("        - " + value);
    }
  }
}

void write_dns(Page& page,
               const std::vector<std::string>& providers,
               const std::optional<std::uint32_t>& ttl,
               const std::vector<std::string>& unmanaged,
               const std::vector<std::string>& because) {
  if (providers.empty() && !ttl && unmanaged.empty()) {
    return;
  }
  page.line("  dns:");
  if (!providers.empty()) {
    page.line("    providers: " + flow_list(scalars_of(providers, false)));
  }
  if (ttl) {
    page.line("    defaultTTL: " + std::to_string(*ttl));
  }
  if (!unmanaged.empty()) {
    page.line("    unmanaged:");
    for (std::size_t i = 0; i < unmanaged.size(); ++i) {
      auto reason = because[i];
      std::replace(reason.begin(), reason.end(), '\n', ' ');
      page.line("      - " + scalar(unmanaged[i]) + (reason.empty() ? "" : "   # " + reason));
    }
  }
}

std::string size_text(std::uint64_t octets) {
  return scalar(values::format_byte_size(octets));
}

void write_mail(Page& page,
                const std::optional<ImportedMail>& mail,
                const std::vector<Member>& members) {
  if (!mail && members.empty()) {
    return;
  }
  page.line("  mail:");
  if (mail && !mail->alias_of.empty()) {
    page.line("    aliasOf: " + scalar(mail->alias_of));
  }
  if (mail) {
    page.line("    provider: " + scalar(mail->provider));
    if (mail->quota.value_or(0) != 0) {
      page.line("    quota: " + size_text(*mail->quota));
    }
  }
  for (const auto& [name, yaml] : members) {
    page.line("    " + name + ": " + yaml);
  }
}

/// An address of this domain by its local part alone.
std::string short_address(const std::string& address, const values::DomainName& domain) {
  const auto at = address.rfind('@');
  return at != std::string::npos && address.substr(at + 1) == domain.without_dot()
             ? address.substr(0, at)
             : address;
}

void write_aliases(Page& page,
                   const ImportedMail& mail,
                   const values::DomainName& domain,
                   std::vector<Spot>& spots) {
  if (mail.aliases.empty()) {
    return;
  }
  page.line("  aliases:");
  for (const auto& alias : mail.aliases) {
    spots.push_back({page.next_line(), Spot::What::alias, spots.size()});
    std::string target;
    if (alias.discard) {
      target = "{discard: true}";
    } else if (alias.reject) {
      target = "{reject: " + value_scalar(*alias.reject, false) + "}";
    } else {
      std::vector<std::string> texts;
      for (const auto& address : alias.to) {
        texts.push_back(value_scalar(short_address(address, domain), false));
      }
      target = flow_list(texts);
    }
    page.line("    " + value_scalar(alias.local, false) + ": " + target);
  }
}

void write_mailbox(Page& page, const ImportedMailbox& mailbox, const values::DomainName& domain) {
  if (page.next_line() != 1) {
    page.line("---");
  }
  page.line("apiVersion: plumb/v1");
  page.line("kind: Mailbox");
  page.line("metadata: {name: " + scalar(mailbox.local + "@" + domain.to_unicode()) + "}");
  std::vector<std::string> fields;
  if (!mailbox.display_name.empty()) {
    fields.push_back("displayName: " + value_scalar(mailbox.display_name, false));
  }
  if (mailbox.quota.value_or(0) != 0) {
    fields.push_back("quota: " + size_text(*mailbox.quota));
  }
  if (mailbox.receive_only) {
    fields.emplace_back("receiveOnly: true");
  }
  if (mailbox.disabled) {
    fields.emplace_back("disabled: true");
  }
  if (!mailbox.send_as.empty()) {
    fields.push_back("sendAs: " + flow_list(scalars_of(mailbox.send_as, false)));
  }
  page.line(fields.empty() ? "spec: {}" : "spec:");
  for (const auto& field : fields) {
    page.line("  " + field);
  }
}

void write_domain(Page& page, const ImportedDomain& domain, std::vector<Spot>& spots) {
  head(page, "Domain", domain.name.to_unicode());
  const bool own = domain.profile.empty();
  if (!own) {
    page.line("  profiles: [" + domain.profile + "]");
  }
  write_dns(page,
            own ? domain.providers : std::vector<std::string>(),
            own ? domain.default_ttl : std::nullopt,
            domain.unmanaged,
            domain.unmanaged_because);
  write_mail(page, domain.mail, domain.mail_members);
  if (!domain.zone_lint_off.empty()) {
    page.line("  lint: {off: " + flow_list(domain.zone_lint_off) +
              ", reason: as it was when imported}");
  }
  if (!domain.sets.empty()) {
    page.line("  records:");
  }
  for (const auto& set : domain.sets) {
    spots.push_back({page.next_line(), Spot::What::set, spots.size()});
    write_set(page, set, domain.providers, domain.default_ttl, false);
  }
  spots.push_back({page.next_line()});
  if (domain.mail) {
    std::vector<Spot> aliases;
    write_aliases(page, *domain.mail, domain.name, aliases);
    spots.insert(spots.end(), aliases.begin(), aliases.end());
  }
}

}  // namespace

Spot Manifest::at(std::uint32_t line) const {
  const auto after = std::upper_bound(
      spots.begin(), spots.end(), line, [](std::uint32_t l, const Spot& s) { return l < s.line; });
  return after == spots.begin() ? Spot{} : *std::prev(after);
}

std::vector<Manifest> domain_manifests(const ImportedDomain& domain) {
  std::vector<Manifest> files(1);
  const auto name = std::string(domain.name.without_dot());
  files[0].path = "domains/" + name + ".yaml";
  Page page;
  write_domain(page, domain, files[0].spots);
  const auto mailboxes = domain.mail ? domain.mail->mailboxes.size() : 0;
  for (std::size_t i = 0; i < mailboxes; ++i) {
    if (i != 0 && i % kMailboxesPerFile == 0) {
      files.back().text = page.take();
      page = Page();
      const auto number = std::to_string(files.size() + 1);
      files.emplace_back().path = "domains/" + name + ".mailboxes-" + number + ".yaml";
    }
    files.back().spots.push_back({page.next_line(), Spot::What::mailbox, i});
    write_mailbox(page, domain.mail->mailboxes[i], domain.name);
  }
  files.back().text = page.take();
  return files;
}

std::string profile_path(const std::string& name) {
  return "profiles/" + name + ".yaml";
}

Manifest profile_manifest(const ImportedProfile& profile) {
  Manifest manifest;
  manifest.path = profile_path(profile.name);
  Page page;
  page.line("# What " + std::to_string(profile.domains) + " imported domains share.");
  head(page, "Profile", profile.name);
  write_dns(page, profile.providers, profile.default_ttl, {}, {});
  write_mail(page, std::nullopt, profile.mail_members);
  if (!profile.sets.empty()) {
    page.line("  records:");
  }
  for (const auto& set : profile.sets) {
    write_set(page, set, profile.providers, profile.default_ttl, true);
  }
  manifest.text = page.take();
  return manifest;
}

}  // namespace plumb::importing
