#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/stories.h"

namespace plumb::test {
namespace {

Step text(std::string name, std::string value) {
  return {std::move(name), {{"t", "TXT", 300, {std::move(value)}}}};
}

Story lengths() {
  Story story{"TextLengths", {}};
  for (const std::size_t octets :
       {1U, 0U, 254U, 255U, 256U, 509U, 510U, 511U, 764U, 765U, 766U, 2000U}) {
    std::string value;
    for (std::size_t i = 0; i < octets; ++i) {
      value += static_cast<char>('a' + i % 26);
    }
    story.steps.push_back(text(std::to_string(octets) + " octets", std::move(value)));
  }
  return story;
}

Story specials() {
  Story story{"TextSpecials", {}};
  const std::vector<std::string> values = {
      "in\"side",
      "\"left",
      "right\"",
      "in'side",
      "'left",
      "right'",
      "in`side",
      "`left",
      "right`",
      "a\\b",
      "a\\\\b",
      "a\\\\\\b",
      "a\\\\\\\\b",
      "\\",
      "end\\",
      "a;b",
      "a; b",
      ";",
      "in  ner",
      " leading",
      "trailing ",
      " ",
      "$TTL 5",
      "@",
      "(paren)",
      "tab\tin",
      "100%",
      "\\065",
      "{\"a\": 1}",
      "a\\;b",
      "v=spf1 mx ip4:192.0.2.0/24 include:_spf.example.net ~all",
      "v=DMARC1; p=reject; rua=mailto:dmarc@example.net; adkim=s",
      "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA+/=="};
  for (const auto& value : values) {
    story.steps.push_back(text(value, value));
  }
  return story;
}

}  // namespace

std::vector<Story> text_stories() {
  return {
      lengths(),
      specials(),
      {"TextOctets",
       {text("UTF-8", "gr\xC3\xBC\xC3\x9F dich, \xE4\xB8\xAD\xE6\x96\x87"),
        text("UTF-8 across two strings", std::string(254, 'x') + "\xC3\xBC")}},
      {"TextSets",
       {{"two", {{"@", "TXT", 300, {"v=spf1 -all", "google-site-verification=abc"}}}},
        {"another order",
         {{"@", "TXT", 300, {"google-site-verification=abc", "v=spf1 -all"}}},
         {},
         true},
        {"one changes", {{"@", "TXT", 300, {"google-site-verification=abc", "v=spf1 mx -all"}}}},
        {"one goes", {{"@", "TXT", 300, {"v=spf1 mx -all"}}}},
        {"long and short", {{"@", "TXT", 300, {"v=spf1 mx -all", std::string(600, 'k'), ";"}}}},
        {"all go", {}}}},
      {"TextIsSharedValueByValue",
       {{"ours", {{"@", "TXT", 300, {"v=spf1 -all"}}}},
        {"theirs stays beside it",
         {{"@", "TXT", 300, {"v=spf1 mx -all"}}},
         {{"@", "TXT", 300, {"\"v=spf1 -all\"", "\"their-token=1\""}}}},
        {"and stays when ours goes", {}}}},
  };
}

}  // namespace plumb::test
