#include "resources/kinds/mail_declaration.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "resources/model/mistakes.h"
#include "resources/values/byte_size.h"
#include "resources/values/duration.h"
#include "resources/values/ip_address.h"
#include "resources/values/quoted.h"

namespace plumb::kinds {
namespace {

constexpr auto kRoles = std::to_array<std::string_view>({"mx", "outbound", "client"});

/// Reads the members of one merged tree.
class Reader {
 public:
  Reader(const values::DomainName& domain, const MailContext& context, Diagnostics& problems)
      : domain_(domain), context_(context), problems_(problems) {}

  MailDeclaration read(const Value& mail) {
    out_.stated = mail.as_map() != nullptr && !mail.as_map()->empty();
    if (!out_.stated) {
      return std::move(out_);
    }
    auto& spec = out_.spec;
    spec.place = mail.place;
    spec.none = read_flag(mail, "none");
    if (const auto* caa = mail.find("caa")) {
      read_caa(*caa);
    }
    if (spec.none) {
      return std::move(out_);
    }
    read_alias_of(mail);
    read_provider(mail);
    read_hosts(mail);
    read_keys(mail);
    read_policies(mail);
    read_limits(mail);
    return std::move(out_);
  }

 private:
  // -- small parts ---------------------------------------------------------------------------

  std::string text_of(const Value& map, std::string_view name, std::string otherwise = {}) const {
    const auto* member = map.find(name);
    return member != nullptr && member->as_string() != nullptr ? *member->as_string()
                                                               : std::move(otherwise);
  }

  std::vector<std::string> list_of(const Value& map, std::string_view name) const {
    std::vector<std::string> texts;
    for (auto& text : read_texts(map.find(name))) {
      texts.push_back(std::move(text.text));
    }
    return texts;
  }

  std::optional<values::DomainName> name_of(const std::string& text, Place place) {
    auto name = values::DomainName::parse(text);
    if (!name) {
      problems_.error(place, Mistake::bad_name, name.error());
      return std::nullopt;
    }
    return std::move(*name);
  }

  /// Domain names as records write them: without final dot.
  std::vector<std::string> names_of(const Value& map, std::string_view member) {
    std::vector<std::string> names;
    for (const auto& [text, place] : read_texts(map.find(member))) {
      if (text.find('%') != std::string::npos) {
        names.push_back(text);  // a macro of SPF (RFC 7208 §7.1): judged with the record
      } else if (const auto name = name_of(text, place)) {
        names.emplace_back(name->without_dot());
      }
    }
    return names;
  }

  std::optional<std::uint64_t> size_of(const Value& map, std::string_view name) {
    const auto* member = map.find(name);
    const auto text = member != nullptr ? scalar_text(*member) : std::nullopt;
    if (!text) {
      return std::nullopt;
    }
    const auto size = values::parse_byte_size(*text);
    if (!size) {
      problems_.error(member->place, Mistake::bad_number, size.error());
      return std::nullopt;
    }
    return *size;
  }

  std::optional<std::uint64_t> seconds_of(const Value& map, std::string_view name) {
    const auto* member = map.find(name);
    const auto text = member != nullptr ? scalar_text(*member) : std::nullopt;
    if (!text) {
      return std::nullopt;
    }
    const auto span = values::parse_duration(*text);
    if (!span) {
      problems_.error(member->place, Mistake::bad_number, span.error());
      return std::nullopt;
    }
    return static_cast<std::uint64_t>(span->count());
  }

  // -- who -----------------------------------------------------------------------------------

  void read_alias_of(const Value& mail) {
    if (const auto* target = mail.find("aliasOf"); target && target->as_string() != nullptr) {
      out_.spec.alias_of = name_of(*target->as_string(), target->place);
      out_.spec.alias_of_place = target->place;
    }
  }

  void read_provider(const Value& mail) {
    if (const auto* provider = mail.find("provider"); provider && provider->as_string()) {
      out_.spec.provider = *provider->as_string();
      out_.spec.provider_place = provider->place;
    }
  }

  void read_hosts(const Value& mail) {
    const auto* servers = mail.find("servers");
    if (servers != nullptr && servers->as_list() != nullptr) {
      for (const auto& item : *servers->as_list()) {
        read_server_use(item);
      }
    }
    for (const auto& [text, place] : read_texts(mail.find("mx"))) {
      read_foreign_mx(text, place);
    }
  }

  void read_server_use(const Value& item) {
    const auto* name = item.as_string() != nullptr ? &item : item.find("name");
    if (name == nullptr || name->as_string() == nullptr) {
      return;
    }
    const auto* declared = server(*name->as_string(), name->place);
    mail::MailServer use;
    use.place = name->place;
    if (const auto* priority = item.find("priority"); priority && priority->as_int() != nullptr) {
      use.priority = static_cast<std::uint16_t>(*priority->as_int());
    }
    if (const auto* roles = item.find("roles"); roles && roles->as_list() != nullptr) {
      read_roles(read_texts(roles), use);
    }
    if (declared == nullptr) {
      return;
    }
    const auto twice =
        std::find_if(out_.spec.servers.begin(), out_.spec.servers.end(), [&](const auto& other) {
          return other.hostname == declared->hostname;
        });
    if (twice != out_.spec.servers.end()) {
      problems_.add({.severity = Severity::error,
                     .place = name->place,
                     .message = "server `" + declared->name + "` stands twice in `servers`",
                     .hint = "name it once, with all its roles",
                     .rule = std::string(info(Mistake::repeated_value).id),
                     .related = twice->place});
      return;
    }
    use.declaration = "Server/" + declared->name;
    use.hostname = declared->hostname;
    out_.spec.servers.push_back(std::move(use));
  }

  const ServerDeclaration* server(const std::string& name, Place place) {
    std::vector<std::string_view> names;
    for (const auto& declared : context_.servers) {
      if (declared.name == name) {
        return &declared;
      }
      names.push_back(declared.name);
    }
    if (!context_.broken_server || !context_.broken_server(name)) {
      auto hint = did_you_mean(name, names);
      problems_.error(place,
                      Mistake::unknown_server,
                      "there is no Server `" + name + "`",
                      !hint.empty() ? std::move(hint) : "declare it: kind: Server");
    }
    return nullptr;
  }

  void read_roles(const std::vector<PlacedText>& roles, mail::MailServer& use) {
    use.mx = use.outbound = use.client = false;
    for (const auto& [role, place] : roles) {
      if (role == "mx") {
        use.mx = true;
      } else if (role == "outbound") {
        use.outbound = true;
      } else if (role == "client") {
        use.client = true;
      } else {
        auto hint = did_you_mean(role, kRoles);
        problems_.error(place,
                        Mistake::unknown_choice,
                        "there is no server role `" + role + "`",
                        !hint.empty() ? std::move(hint) : "roles are mx, outbound and client");
      }
    }
  }

  void read_foreign_mx(const std::string& text, Place place) {
    const auto blank = text.find(' ');
    std::uint16_t priority = 0;
    const auto* end = text.data() + std::min(blank, text.size());
    const auto [rest, error] = std::from_chars(text.data(), end, priority);
    if (blank == std::string::npos || error != std::errc() || rest != end) {
      problems_.error(place,
                      Mistake::bad_value,
                      values::quoted(text) + " is no MX",
                      "write a priority and a host: \"10 mx.vendor.example.\"");
      return;
    }
    const auto host = text.substr(text.find_first_not_of(' ', blank));
    auto name = values::DomainName::parse_target(host, domain_);
    if (!name) {
      problems_.error(place, Mistake::bad_name, name.error());
      return;
    }
    out_.spec.foreign_mx.push_back({priority, std::move(*name), place});
  }

  // -- keys ----------------------------------------------------------------------------------

  /// Calls `each` for a map, or for each map of a list.
  template <class Each>
  void for_each_map(const Value* written, Each each) {
    if (written == nullptr) {
      return;
    }
    if (const auto* list = written->as_list()) {
      for (const auto& item : *list) {
        if (item.as_map() != nullptr) {
          each(item);
        }
      }
    } else if (written->as_map() != nullptr) {
      each(*written);
    }
  }

  void read_keys(const Value& mail) {
    for_each_map(mail.find("dkim"), [&](const Value& item) { read_dkim(item); });
    for_each_map(mail.find("tlsa"), [&](const Value& item) { read_tlsa(item); });
  }

  void read_dkim(const Value& item) {
    mail::DkimSpec key;
    key.place = item.place;
    const auto* selector = item.find("selector");
    const auto place = selector != nullptr ? selector->place : item.place;
    const auto name = values::DomainName::parse_relative(
        text_of(item, "selector", "default") + "._domainkey", domain_);
    if (!name) {
      problems_.error(place, Mistake::bad_name, name.error());
      return;
    }
    const auto owner = name->relative_to(domain_);
    key.selector = owner.substr(0, owner.size() - std::string_view("._domainkey").size());
    key.algorithm = text_of(item, "algorithm", "rsa");
    if (const auto* bits = item.find("bits"); bits != nullptr && bits->as_int() != nullptr) {
      key.bits = static_cast<std::uint32_t>(*bits->as_int());
    }
    key.rotate_every_s = seconds_of(item, "rotateEvery").value_or(0);
    key.testing = read_flag(item, "testing");
    key.public_key = text_of(item, "publicKey");
    const auto twice =
        std::find_if(out_.spec.dkim.begin(), out_.spec.dkim.end(), [&](const auto& other) {
          return other.selector == key.selector;
        });
    if (twice != out_.spec.dkim.end()) {
      problems_.add({.severity = Severity::error,
                     .place = place,
                     .message = "selector `" + key.selector + "` stands twice in `dkim`",
                     .hint = "give each key a selector of its own",
                     .rule = std::string(info(Mistake::repeated_value).id),
                     .related = twice->place});
      return;
    }
    out_.spec.dkim.push_back(std::move(key));
  }

  void read_tlsa(const Value& item) {
    const auto* certificate = item.find("certificate");
    const auto* file = certificate != nullptr ? certificate->find("file") : nullptr;
    if (file == nullptr || file->as_string() == nullptr || !context_.key_digest) {
      return;
    }
    const auto digest = context_.key_digest(*file->as_string());
    if (!digest) {
      problems_.error(file->place, Mistake::bad_certificate, digest.error());
      return;
    }
    std::uint16_t port = 25;
    if (const auto* number = item.find("port"); number != nullptr && number->as_int() != nullptr) {
      port = static_cast<std::uint16_t>(*number->as_int());
    }
    const auto add = [&](values::DomainName host) {
      const auto same =
          std::find_if(out_.spec.tlsa.begin(), out_.spec.tlsa.end(), [&](const auto& other) {
            return other.host == host && other.port == port;
          });
      if (same != out_.spec.tlsa.end()) {
        same->spki_sha256.push_back(*digest);
      } else {
        out_.spec.tlsa.push_back({std::move(host), port, {*digest}, item.place});
      }
    };
    if (const auto* host = item.find("host"); host != nullptr && host->as_string() != nullptr) {
      if (auto name = name_of(*host->as_string(), host->place)) {
        add(std::move(*name));
      }
      return;
    }
    for (const auto& server : out_.spec.servers) {
      if (server.mx && server.hostname.is_subdomain_of(domain_)) {
        add(server.hostname);
      }
    }
  }

  // -- policies ------------------------------------------------------------------------------

  void read_policies(const Value& mail) {
    if (const auto* spf = mail.find("spf"); spf != nullptr && spf->as_map() != nullptr) {
      read_spf(*spf);
    }
    if (const auto* dmarc = mail.find("dmarc"); dmarc != nullptr && dmarc->as_map() != nullptr) {
      read_dmarc(*dmarc);
    }
    if (const auto* sts = mail.find("mtaSts"); sts != nullptr && sts->as_map() != nullptr) {
      read_mta_sts(*sts);
    }
    if (const auto* reports = mail.find("tlsRpt")) {
      out_.spec.tls_rpt = list_of(*reports, "rua");
      out_.spec.tls_rpt_place = reports->place;
    }
    if (const auto* autoconfig = mail.find("autoconfig")) {
      out_.spec.autoconfig = read_flag(mail, "autoconfig");
      out_.spec.autoconfig_place = autoconfig->place;
    }
    out_.spec.no_mail_names = read_flag(mail, "noMailNames");
  }

  void read_spf(const Value& written) {
    mail::SpfSpec spf;
    spf.place = written.place;
    spf.includes = names_of(written, "include");
    spf.ip4 = networks<values::Ipv4Address>(written, "ip4", 32);
    spf.ip6 = networks<values::Ipv6Address>(written, "ip6", 128);
    spf.a = read_flag(written, "a");
    spf.mx = read_flag(written, "mx");
    spf.all = text_of(written, "all", "fail");
    if (const auto* redirect = written.find("redirect"); redirect && redirect->as_string()) {
      if (const auto name = name_of(*redirect->as_string(), redirect->place)) {
        spf.redirect = name->without_dot();
      }
    }
    out_.spec.spf = std::move(spf);
  }

  /// Addresses, or networks with the length of their prefix.
  template <class Address>
  std::vector<std::string> networks(const Value& map, std::string_view member, unsigned longest) {
    std::vector<std::string> texts;
    for (const auto& [text, place] : read_texts(map.find(member))) {
      const auto slash = std::min(text.find('/'), text.size());
      const auto address = Address::parse(text.substr(0, slash));
      const auto length = slash < text.size() ? text.substr(slash + 1) : std::to_string(longest);
      unsigned number = 0;
      const auto* end = length.data() + length.size();
      const auto [rest, error] = std::from_chars(length.data(), end, number);
      if (!address) {
        problems_.error(place, Mistake::bad_address, address.error());
      } else if (error != std::errc() || rest != end || number > longest) {
        problems_.error(place,
                        Mistake::bad_address,
                        values::quoted(text) + " has no prefix length",
                        "write at most /" + std::to_string(longest));
      } else {
        texts.push_back(address->text() + (number == longest ? "" : "/" + std::to_string(number)));
      }
    }
    return texts;
  }

  void read_dmarc(const Value& written) {
    mail::DmarcSpec dmarc;
    dmarc.place = written.place;
    dmarc.policy = text_of(written, "policy", "none");
    dmarc.subdomain_policy = text_of(written, "subdomainPolicy");
    dmarc.nonexistent_policy = text_of(written, "nonexistentPolicy");
    dmarc.dkim_alignment = text_of(written, "dkimAlignment");
    dmarc.spf_alignment = text_of(written, "spfAlignment");
    if (const auto* percent = written.find("percent"); percent && percent->as_int() != nullptr) {
      dmarc.percent = static_cast<std::uint32_t>(*percent->as_int());
    }
    dmarc.testing = read_flag(written, "testing");
    dmarc.failure_options = text_of(written, "failureOptions");
    dmarc.rua = list_of(written, "rua");
    dmarc.ruf = list_of(written, "ruf");
    out_.spec.dmarc = std::move(dmarc);
  }

  void read_mta_sts(const Value& written) {
    constexpr std::uint64_t kLongest = 31557600;  // RFC 8461 §3.2
    mail::MtaStsSpec sts;
    sts.place = written.place;
    sts.mode = text_of(written, "mode", "testing");
    if (const auto age = seconds_of(written, "maxAge")) {
      if (*age > kLongest) {
        problems_.error(written.find("maxAge")->place,
                        Mistake::out_of_range,
                        "`maxAge` is longer than a year",
                        "write at most 31557600 (RFC 8461 §3.2)");
      } else {
        sts.max_age_s = static_cast<std::uint32_t>(*age);
      }
    }
    for (const auto& [text, place] : read_texts(written.find("mx"))) {
      if (const auto name = name_of(text, place)) {
        sts.mx.emplace_back(name->without_dot());
      }
    }
    if (const auto* host = written.find("host"); host != nullptr && host->as_string() != nullptr) {
      auto name = values::DomainName::parse_target(*host->as_string(), domain_);
      if (name) {
        sts.host_target = name->text();
      } else {
        problems_.error(host->place, Mistake::bad_name, name.error());
      }
    }
    out_.spec.mta_sts = std::move(sts);
  }

  void read_caa(const Value& written) {
    if (written.as_map() == nullptr) {
      return;
    }
    out_.spec.caa = mail::CaaSpec{list_of(written, "issue"),
                                  list_of(written, "issueWild"),
                                  list_of(written, "issueMail"),
                                  list_of(written, "iodef"),
                                  written.place};
  }

  // -- limits --------------------------------------------------------------------------------

  void read_limits(const Value& mail) {
    if (const auto* quota = mail.find("quota")) {
      out_.quota = size_of(mail, "quota");
      out_.quota_place = quota->place;
    }
    if (const auto* defaults = mail.find("mailboxDefaults"); defaults && defaults->as_map()) {
      out_.defaults.quota = size_of(*defaults, "quota");
      if (defaults->find("receiveOnly") != nullptr) {
        out_.defaults.receive_only = read_flag(*defaults, "receiveOnly");
      }
    }
    if (const auto quota = size_of(mail, "mailboxQuota")) {
      out_.defaults.quota = quota;
    }
  }

  const values::DomainName& domain_;
  const MailContext& context_;
  Diagnostics& problems_;
  MailDeclaration out_;
};

}  // namespace

MailDeclaration read_mail(const Value& mail,
                          const values::DomainName& domain,
                          const MailContext& context,
                          Diagnostics& problems) {
  return Reader(domain, context, problems).read(mail);
}

}  // namespace plumb::kinds
