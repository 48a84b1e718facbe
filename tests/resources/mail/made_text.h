#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "resources/mail/made_record.h"
#include "resources/mail/mail_spec.h"

namespace plumb::mail {

inline values::DomainName name(std::string_view text) {
  return values::DomainName::parse(text).value();
}

inline std::string text_of(const Value& value) {
  if (const auto* text = value.as_string()) {
    return *text;
  }
  if (const auto* reference = std::get_if<Reference>(&value.data)) {
    return "${" + reference->target + ":" + reference->output + (reference->all ? "*}" : "}");
  }
  std::string text;
  for (const auto& part : std::get<Expression>(value.data).parts) {
    text += text_of(part);
  }
  return text;
}

/// "@ MX 10 mx1.example.com." of each; references as ${target:output}, those to all members with *.
inline std::vector<std::string> lines(const std::vector<MadeRecord>& records) {
  std::vector<std::string> all;
  for (const auto& record : records) {
    all.push_back(record.owner + " " + std::string(values::record_type_name(record.type)) + " " +
                  text_of(record.value));
  }
  return all;
}

/// A server of ours: "mx1" is Server/mx1 at mx1.example.com.
inline MailServer server(const std::string& host, std::uint16_t priority = 10) {
  return {.declaration = "Server/" + host,
          .hostname = name(host + ".example.com"),
          .priority = priority};
}

}  // namespace plumb::mail
