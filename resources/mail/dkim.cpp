#include "resources/mail/dkim.h"

#include <string>

namespace plumb::mail {

std::string dkim_key_target(const values::DomainName& domain, const DkimSpec& key) {
  return "DKIMKey/" + std::string(domain.without_dot()) + "/" + key.selector;
}

std::vector<MadeRecord> dkim_records(const MailSpec& spec, const values::DomainName& domain) {
  std::vector<MadeRecord> made;
  for (const auto& key : spec.dkim) {
    if (key.public_key.empty() && spec.provider.empty()) {
      continue;
    }
    auto text = "v=DKIM1; k=" + key.algorithm + (key.testing ? "; t=y" : "") + "; p=";
    Value value;
    if (key.public_key.empty()) {
      Reference reference{dkim_key_target(domain, key), "publicKey", false};
      value.data = Expression{{Value{std::move(text), key.place},  //
                               Value{std::move(reference), key.place}}};
    } else {
      value.data = text + key.public_key;
    }
    value.place = key.place;
    made.push_back({key.selector + "._domainkey",
                    values::RecordType::txt,
                    std::move(value),
                    "mail.dkim (RFC 6376)",
                    key.place});
  }
  return made;
}

}  // namespace plumb::mail
