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

std::string scalars(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const auto& text : texts) {
    quoted.push_back(value_scalar(text, false));
  }
  return flow_list(quoted);
}

/// A flow map that leaves out what is empty.
class FlowMap {
 public:
  void add(std::string_view name, const std::string& yaml) {
    if (!yaml.empty() && yaml != "[]") {
      text_.append(text_.size() == 1 ? "" : ", ").append(name).append(": ").append(yaml);
    }
  }
  void text(std::string_view name, const std::string& text) {
    add(name, text.empty() ? "" : scalar(text));
  }
  std::string done() { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

class Recognition {
 public:
  explicit Recognition(ImportedDomain& domain) : domain_(domain) {}

  void run() {
    if (no_mail()) {
      return;
    }
    spf();
    dmarc();
    tls_rpt();
    caa();
    dkim();
    if (!domain_.mail_members.empty()) {
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
    return !made.empty() && std::all_of(made.begin(), made.end(), [&](const auto& record) {
      const auto* text = record.value.as_string();
      const auto* set = set_at(record.owner, record.type);
      return text != nullptr && set != nullptr &&
             std::find(set->values.begin(), set->values.end(), *text) != set->values.end() &&
             (record.type == RecordType::txt || covers_whole(*set, made));
    });
  }

  /// A set of any other type than TXT has one source: all of its values must be built.
  static bool covers_whole(const ImportedSet& set, const std::vector<mail::MadeRecord>& made) {
    return std::all_of(set.values.begin(), set.values.end(), [&](const std::string& value) {
      return std::any_of(made.begin(), made.end(), [&](const auto& record) {
        return record.owner == set.owner && record.type == set.type &&
               record.value.as_string() != nullptr && *record.value.as_string() == value;
      });
    });
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
    FlowMap map;
    map.add("ip4", scalars(spf.ip4));
    map.add("ip6", scalars(spf.ip6));
    map.add("a", spf.a ? "true" : "");
    map.add("mx", spf.mx ? "true" : "");
    map.add("include", scalars(spf.includes));
    map.text("redirect", spf.redirect);
    map.text("all", spf.redirect.empty() ? spf.all : "");
    take(spec, "spf", map.done());
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

  void mx() {
    const auto* set = set_at("@", RecordType::mx);
    if (set == nullptr) {
      return;
    }
    mail::MailSpec spec;
    for (const auto& value : set->values) {
      const auto blank = value.find(' ');
      std::uint16_t priority = 0;
      std::from_chars(value.data(), value.data() + std::min(blank, value.size()), priority);
      auto host = blank == std::string::npos
                      ? Result<values::DomainName>(fail(ErrorCode::invalid_input, "no MX"))
                      : values::DomainName::parse(value.substr(blank + 1));
      if (!host || host->is_root()) {
        return;
      }
      spec.foreign_mx.push_back({priority, *std::move(host), {}});
    }
    const auto yaml = scalars(set->values);
    if (take(spec, "mx", yaml)) {
      std::rotate(domain_.mail_members.begin(),
                  std::prev(domain_.mail_members.end()),
                  domain_.mail_members.end());
    }
  }

  ImportedDomain& domain_;
};

}  // namespace

void recognise_mail(ImportedDomain& domain) {
  Recognition(domain).run();
}

}  // namespace plumb::importing
