#include "resources/mail/caa.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "resources/values/rdata_types.h"

namespace plumb::mail {

std::vector<MadeRecord> caa_records(const MailSpec& spec) {
  std::vector<MadeRecord> made;
  if (!spec.caa) {
    return made;
  }
  const auto& caa = *spec.caa;
  const std::array<std::pair<std::string_view, const std::vector<std::string>*>, 4> lists{
      {{"issue", &caa.issue},
       {"issuewild", &caa.issue_wild},
       {"issuemail", &caa.issue_mail},
       {"iodef", &caa.iodef}}};
  for (const auto& [tag, list] : lists) {
    for (const auto& value : *list) {
      made.push_back({"@",
                      values::RecordType::caa,
                      Value{values::Caa{0, std::string(tag), value}.text(), caa.place},
                      "mail.caa (RFC 8659)",
                      caa.place});
    }
  }
  return made;
}

}  // namespace plumb::mail
