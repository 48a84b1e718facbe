#include "controller/import/mail_block.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "controller/import/yaml_text.h"
#include "resources/mail/mail_records.h"

namespace plumb::importing {
namespace {

using values::RecordType;

std::vector<std::string> words_of(std::string_view text, char between) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(between), text.size());
    auto word = text.substr(0, end);
    while (word.starts_with(' ')) {
      word.remove_prefix(1);
    }
    while (word.ends_with(' ')) {
      word.remove_suffix(1);
    }
    if (!word.empty()) {
      words.emplace_back(word);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

class Recognition {
 public:
  Recognition(ImportedDomain& domain, std::span<const KnownServer> servers)
      : domain_(domain), servers_(servers) {}

  void run() {
    if (no_mail()) {
      return;
    }
    find_servers();
    spf();
    dmarc();
    tls_rpt();
    caa();
    dkim();
    if (!domain_.mail_members.empty() || !used_.empty()) {
      autoconfig();
      mx();
    }
  }

 private:
  ImportedSet* set_at(std::string_view owner, RecordType type) {
    const auto found = std::find_if(domain_.sets.begin(), domain_.sets.end(), [&](const auto& set) {
      return set.owner == owner && set.type == type;
    });
    // A TTL of its own, or a vendor's fields, can only be said with the record.
    return found == domain_.sets.end() || found->ttl != domain_.default_ttl || !found->at.is_null()
               ? nullptr
               : &*found;
  }

  /// The one value of a set that begins with `start`; empty where there are none or several.
  std::string value_at(std::string_view owner, RecordType type, std::string_view start) {
    const auto* set = set_at(owner, type);
    std::string found;
    for (const auto& value : set != nullptr ? set->values : std::vector<std::string>()) {
      if (value.starts_with(start)) {
        if (!found.empty()) {
          return {};
        }
        found = value;
      }
    }
    return found;
  }

  /// Whether everything that `spec` builds is there.
  bool stands(const mail::MailSpec& spec, std::vector<mail::MadeRecord>& made) {
    made = mail::mail_records(spec, domain_.name);
    for (auto& record : made) {
      record.value.data = text_of(record.value);
    }
    return !made.empty() && std::all_of(made.begin(), made.end(), [&](const auto& record) {
      const auto& text = *record.value.as_string();
      const auto* set = set_at(record.owner, record.type);
      return !text.empty() && set != nullptr &&
             std::find(set->values.begin(), set->values.end(), text) != set->values.end() &&
             (record.type == RecordType::txt || covers_whole(*set, made));
    });
  }

  /// A set of any other type than TXT has one source: all of its values must be built.
  static bool covers_whole(const ImportedSet& set, const std::vector<mail::MadeRecord>& made) {
    return std::all_of(set.values.begin(), set.values.end(), [&](const std::string& value) {
      return std::any_of(made.begin(), made.end(), [&](const auto& record) {
        return record.owner == set.owner && record.type == set.type &&
               *record.value.as_string() == value;
      });
    });
  }

  /// A built value, the addresses of servers put in; "" where it takes more than those.
  std::string text_of(const Value& value) const {
    if (const auto* text = value.as_string()) {
      return *text;
    }
    std::string out;
    const auto* expression = std::get_if<Expression>(&value.data);
    for (const auto& part : expression != nullptr ? expression->parts : std::vector<Value>()) {
      const auto* reference = std::get_if<Reference>(&part.data);
      if (reference == nullptr) {
        out += *part.as_string();
        continue;
      }
      const auto server = std::find_if(servers_.begin(), servers_.end(), [&](const auto& one) {
        return reference->target == "Server/" + one.name;
      });
      if (server == servers_.end() || reference->output != "spf") {
        return {};
      }
      for (const auto& term : server->spf_terms) {
        out.append(&term == &server->spf_terms.front() ? "" : " ").append(term);
      }
    }
    return out;
  }

  void take_away(const std::vector<mail::MadeRecord>& made) {
    for (const auto& record : made) {
      for (auto& set : domain_.sets) {
        if (set.owner == record.owner && set.type == record.type) {
          std::erase(set.values, *record.value.as_string());
        }
      }
    }
    std::erase_if(domain_.sets, [](const ImportedSet& set) { return set.values.empty(); });
  }

  bool take(const mail::MailSpec& spec, std::string_view name, std::string yaml) {
    std::vector<mail::MadeRecord> made;
    if (!stands(spec, made)) {
      return false;
    }
    take_away(made);
    domain_.mail_members.emplace_back(name, std::move(yaml));
    return true;
  }

  bool no_mail() {
    mail::MailSpec spec;
    spec.none = true;
    return !domain_.mail && take(spec, "none", "true");
  }

  /// The declared servers that the MX name.
  void find_servers() {
    const auto* set = set_at("@", RecordType::mx);
    for (const auto& value : set != nullptr ? set->values : std::vector<std::string>()) {
      const auto [priority, host] = exchange(value);
      if (!host || host->is_root()) {
        used_.clear();
        return;
      }
      for (const auto& server : servers_) {
        if (*host == server.hostname) {
          used_.push_back({.declaration = "Server/" + server.name,
                           .hostname = server.hostname,
                           .priority = priority,
                           .mx = true,
                           .outbound = false});
        }
      }
    }
  }

  /// Priority and host of one MX; no host where it is none.
  static std::pair<std::uint16_t, std::optional<values::DomainName>> exchange(
      const std::string& value) {
    const auto blank = value.find(' ');
    std::uint16_t priority = 0;
    std::from_chars(value.data(), value.data() + std::min(blank, value.size()), priority);
    if (blank != std::string::npos) {
      if (auto host = values::DomainName::parse(value.substr(blank + 1)); host) {
        return {priority, *std::move(host)};
      }
    }
    return {priority, std::nullopt};
  }

  /// The servers of the MX whose addresses all stand in the SPF policy send as well.
  mail::MailSpec with_outbound(mail::SpfSpec& spf) {
    mail::MailSpec spec;
    for (auto server : used_) {
      const auto known = std::find_if(servers_.begin(), servers_.end(), [&](const auto& one) {
        return server.declaration == "Server/" + one.name;
      });
      const auto& terms = known->spf_terms;
      const bool all = std::all_of(terms.begin(), terms.end(), [&](const std::string& term) {
        const auto& list = term.starts_with("ip4:") ? spf.ip4 : spf.ip6;
        return std::find(list.begin(), list.end(), term.substr(4)) != list.end();
      });
      if (!all || terms.empty()) {
        continue;
      }
      for (const auto& term : terms) {
        std::erase(term.starts_with("ip4:") ? spf.ip4 : spf.ip6, term.substr(4));
      }
      server.outbound = true;
      server.mx = false;
      spec.servers.push_back(std::move(server));
    }
    spec.spf = spf;
    return spec;
  }

  bool take_with_servers(const mail::SpfSpec& spf) {
    auto rest = spf;
    auto spec = with_outbound(rest);
    if (spec.servers.empty() || !take(spec, "spf", spf_yaml(rest))) {
      return false;
    }
    for (auto& server : used_) {
      server.outbound =
          std::any_of(spec.servers.begin(), spec.servers.end(), [&](const auto& sender) {
            return sender.declaration == server.declaration;
          });
    }
    return true;
  }

  void spf() {
    const auto text = value_at("@", RecordType::txt, "v=spf1");
    if (text.empty()) {
      return;
    }
    mail::MailSpec spec;
    auto& spf = spec.spf.emplace();
    const auto after = [](const std::string& word, std::string_view start) {
      return word.substr(start.size());
    };
    for (const auto& word : words_of(text, ' ')) {
      if (word.starts_with("ip4:")) {
        spf.ip4.push_back(after(word, "ip4:"));
      } else if (word.starts_with("ip6:")) {
        spf.ip6.push_back(after(word, "ip6:"));
      } else if (word.starts_with("include:")) {
        spf.includes.push_back(after(word, "include:"));
      } else if (word.starts_with("redirect=")) {
        spf.redirect = after(word, "redirect=");
      } else if (word == "a" || word == "mx") {
        (word == "a" ? spf.a : spf.mx) = true;
      } else if (word.ends_with("all")) {
        spf.all = word == "~all" ? "softfail" : word == "?all" ? "neutral" : "fail";
      }
    }
    if (!take_with_servers(spf)) {
      take(spec, "spf", spf_yaml(spf));
    }
  }

  static std::string spf_yaml(const mail::SpfSpec& spf) {
    FlowMap map;
    map.add("ip4", scalars(spf.ip4));
    map.add("ip6", scalars(spf.ip6));
    map.add("a", spf.a ? "true" : "");
    map.add("mx", spf.mx ? "true" : "");
    map.add("include", scalars(spf.includes));
    map.text("redirect", spf.redirect);
    map.text("all", spf.redirect.empty() ? spf.all : "");
    return map.done();
  }

  void dmarc() {
    const auto text = value_at("_dmarc", RecordType::txt, "v=DMARC1");
    if (text.empty()) {
      return;
    }
    mail::MailSpec spec;
    auto& dmarc = spec.dmarc.emplace();
    const auto alignment = [](const std::string& value) -> std::string {
      return value == "s" ? "strict" : value == "r" ? "relaxed" : "";
    };
    for (const auto& word : words_of(text, ';')) {
      const auto equals = std::min(word.find('='), word.size() - 1);
      const auto tag = word.substr(0, equals);
      const auto value = word.substr(equals + 1);
      if (tag == "p") {
        dmarc.policy = value;
      } else if (tag == "sp") {
        dmarc.subdomain_policy = value;
      } else if (tag == "np") {
        dmarc.nonexistent_policy = value;
      } else if (tag == "adkim") {
        dmarc.dkim_alignment = alignment(value);
      } else if (tag == "aspf") {
        dmarc.spf_alignment = alignment(value);
      } else if (tag == "fo") {
        dmarc.failure_options = value;
      } else if (tag == "t") {
        dmarc.testing = value == "y";
      } else if (tag == "pct") {
        std::uint32_t percent = 0;
        std::from_chars(value.data(), value.data() + value.size(), percent);
        dmarc.percent = percent;
      } else if (tag == "rua") {
        dmarc.rua = words_of(value, ',');
      } else if (tag == "ruf") {
        dmarc.ruf = words_of(value, ',');
      }
    }
    take(spec, "dmarc", dmarc_yaml(dmarc));
  }

  static std::string dmarc_yaml(const mail::DmarcSpec& dmarc) {
    FlowMap map;
    map.text("policy", dmarc.policy);
    map.text("subdomainPolicy", dmarc.subdomain_policy);
    map.text("nonexistentPolicy", dmarc.nonexistent_policy);
    map.text("dkimAlignment", dmarc.dkim_alignment);
    map.text("spfAlignment", dmarc.spf_alignment);
    map.add("percent", dmarc.percent ? std::to_string(*dmarc.percent) : "");
    map.add("testing", dmarc.testing ? "true" : "");
    map.add("failureOptions",
            dmarc.failure_options.empty() ? "" : "\"" + dmarc.failure_options + "\"");
    map.add("rua", scalars(dmarc.rua));
    map.add("ruf", scalars(dmarc.ruf));
    return map.done();
  }

  void tls_rpt() {
    const auto text = value_at("_smtp._tls", RecordType::txt, "v=TLSRPTv1");
    const auto at = text.find("rua=");
    if (at == std::string::npos) {
      return;
    }
    mail::MailSpec spec;
    spec.tls_rpt = words_of(std::string_view(text).substr(at + 4), ',');
    take(spec, "tlsRpt", "{rua: " + scalars(spec.tls_rpt) + "}");
  }

  void caa() {
    const auto* set = set_at("@", RecordType::caa);
    if (set == nullptr) {
      return;
    }
    mail::MailSpec spec;
    auto& caa = spec.caa.emplace();
    for (const auto& value : set->values) {
      const auto quote = value.find('"');
      if (!value.starts_with("0 ") || quote == std::string::npos || !value.ends_with('"')) {
        return;
      }
      const auto tag = value.substr(2, quote - 3);
      const auto text = value.substr(quote + 1, value.size() - quote - 2);
      auto* list = tag == "issue"       ? &caa.issue
                   : tag == "issuewild" ? &caa.issue_wild
                   : tag == "issuemail" ? &caa.issue_mail
                   : tag == "iodef"     ? &caa.iodef
                                        : nullptr;
      if (list == nullptr) {
        return;
      }
      list->push_back(text);
    }
    FlowMap map;
    map.add("issue", scalars(caa.issue));
    map.add("issueWild", scalars(caa.issue_wild));
    map.add("issueMail", scalars(caa.issue_mail));
    map.add("iodef", scalars(caa.iodef));
    take(spec, "caa", map.done());
  }

  /// Keys that the mail server makes; their TXT follow from them.
  void dkim() {
    if (!domain_.mail || domain_.mail->keys.empty()) {
      return;
    }
    std::vector<std::string> items;
    std::vector<mail::MadeRecord> all;
    for (const auto& key : domain_.mail->keys) {
      mail::MailSpec spec;
      spec.dkim.push_back({.selector = key.selector,
                           .algorithm = key.algorithm,
                           .bits = static_cast<std::uint32_t>(key.bits),
                           .public_key = key.public_key});
      std::vector<mail::MadeRecord> made;
      if (key.public_key.empty() || !stands(spec, made)) {
        return;  // what is not published would be: that is not for an import to do
      }
      FlowMap map;
      map.text("selector", key.selector);
      map.text("algorithm", key.algorithm);
      map.add("bits", key.bits != 0 ? std::to_string(key.bits) : "");
      items.push_back(map.done());
      all.insert(all.end(), made.begin(), made.end());
    }
    take_away(all);
    domain_.mail_members.emplace_back("dkim", items.size() == 1 ? items.front() : flow_list(items));
  }

  /// The names that mail programs look for, where they lead to the servers of the MX.
  void autoconfig() {
    mail::MailSpec spec;
    spec.autoconfig = true;
    spec.servers = used_;
    for (auto& server : spec.servers) {
      server.mx = server.outbound = false;
      server.client = true;
    }
    if (take(spec, "autoconfig", "true")) {
      for (auto& server : used_) {
        server.client = true;
      }
    }
  }

  void mx() {
    const auto* set = set_at("@", RecordType::mx);
    if (set == nullptr) {
      return;
    }
    mail::MailSpec spec;
    spec.servers = used_;
    std::vector<std::string> foreign;
    for (const auto& value : set->values) {
      auto [priority, host] = exchange(value);
      if (!host || host->is_root()) {
        return;
      }
      const bool ours = std::any_of(
          used_.begin(), used_.end(), [&](const auto& server) { return server.hostname == *host; });
      if (!ours) {
        spec.foreign_mx.push_back({priority, *std::move(host), {}});
        foreign.push_back(value);
      }
    }
    std::vector<mail::MadeRecord> made;
    if (!stands(spec, made)) {
      return;
    }
    take_away(made);
    auto& members = domain_.mail_members;
    if (!foreign.empty()) {
      members.insert(members.begin(), {"mx", scalars(foreign)});
    }
    if (!used_.empty()) {
      members.insert(members.begin(), {"servers", servers_yaml()});
    }
  }

  std::string servers_yaml() const {
    std::vector<std::string> items;
    for (const auto& server : used_) {
      std::vector<std::string> roles{"mx"};
      if (server.outbound) {
        roles.emplace_back("outbound");
      }
      if (server.client) {
        roles.emplace_back("client");
      }
      FlowMap map;
      map.text("name", server.declaration.substr(std::string_view("Server/").size()));
      map.add("priority", std::to_string(server.priority));
      map.add("roles", flow_list(roles));
      items.push_back(map.done());
    }
    return flow_list(items);
  }

  ImportedDomain& domain_;
  std::span<const KnownServer> servers_;
  std::vector<mail::MailServer> used_;  ///< declared servers that the MX name
};

}  // namespace

void recognise_mail(ImportedDomain& domain, std::span<const KnownServer> servers) {
  Recognition(domain, servers).run();
}

}  // namespace plumb::importing
