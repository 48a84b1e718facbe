#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Lists of tags, "v=DMARC1; p=none", as DMARC, DKIM, MTA-STS and TLS-RPT write them
// (RFC 6376 §3.2). Internal to resources/rules.

namespace plumb::rules {

/// One name=value, without the blanks around either. Views into the record.
struct Tag {
  std::string_view name;
  std::string_view value;
};

struct TagList {
  std::vector<Tag> tags;
  std::string fault;  ///< what is wrong with the form, such as "'p' has no \"=\""; empty if sound

  const Tag* find(std::string_view name) const;
};

TagList parse_tags(std::string_view octets);

/// The parts of `text` between `separator`s, without the blanks around them.
std::vector<std::string_view> split_list(std::string_view text, char separator);

}  // namespace plumb::rules
