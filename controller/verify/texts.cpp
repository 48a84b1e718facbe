#include "controller/verify/texts.h"

#include <algorithm>

#include <fmt/format.h>

#include "resources/rules/tag_list.h"

namespace plumb::verify {

values::DomainName below(const values::DomainName& name, std::string_view labels) {
  return values::DomainName::parse(fmt::format("{}.{}", labels, name.text()))
      .value_or(values::DomainName());
}

std::optional<std::vector<std::string>> text_records(Look& look,
                                                     const values::DomainName& owner,
                                                     std::string_view version) {
  const auto found = find(look.facts, owner, values::RecordType::txt);
  if (!found) {
    return std::nullopt;
  }
  if (!found->known) {
    look.add({.topic = "dns",
              .subject = std::string(owner.without_dot()) + " TXT",
              .status = Status::unknown,
              .message = found->trouble,
              .rule = {},
              .remedy = "nothing: look again later, or at the name servers"});
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (const auto& text : found->values) {
    const auto rest = std::string_view(text).substr(std::min(version.size(), text.size()));
    if (text.starts_with(version) && (rest.empty() || rest[0] == ';' || rest[0] == ' ')) {
      texts.push_back(text);
    }
  }
  return texts;
}

std::string tag_of(std::string_view text, std::string_view name) {
  const auto tags = rules::parse_tags(text);
  const auto* tag = tags.find(name);
  return tag == nullptr ? std::string() : std::string(tag->value);
}

}  // namespace plumb::verify
