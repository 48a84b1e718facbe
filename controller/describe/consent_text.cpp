#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_text.h"

namespace plumb::describe {
namespace {

/// "delete-old-example" from what is permitted on what: a name that a person may keep.
std::string consent_name(const Consent& consent) {
  std::string name;
  const auto slash = consent.on.find('/');
  auto words = consent.allow + "-" + consent.on.substr(slash == std::string::npos ? 0 : slash + 1);
  if (!consent.including.empty()) {
    words += "-" + consent.including.front();  // there may be another on the same, of other kinds
  }
  for (const char c : words) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || upper;
    if (plain) {
      name += upper ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  while (name.ends_with('-')) {
    name.pop_back();
  }
  return name;
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' ? "''" : std::string(1, c);
  }
  return out + "'";
}

}  // namespace

std::string consent_yaml(const Consent& consent) {
  std::string text =
      "apiVersion: plumb/v1\nkind: Consent\nmetadata: {name: " + consent_name(consent) +
      "}\nspec:\n";
  text += "  allow: " + consent.allow + "\n  on: " + quoted(printable(consent.on)) + "\n";
  if (!consent.including.empty()) {
    text += "  including: [";
    for (std::size_t i = 0; i < consent.including.size(); ++i) {
      text += (i == 0 ? "" : ", ") + consent.including[i];
    }
    text += "]\n";
  }
  if (consent.count) {
    text += "  count: " + std::to_string(*consent.count) + "\n";
  }
  if (!consent.until.empty()) {
    text += "  until: " + consent.until + "\n";
  }
  return text;
}

std::string consent_argument(const Consent& consent) {
  auto text = "allow=" + consent.allow + ",on=" + printable(consent.on);
  for (const auto& item : consent.including) {
    text += ",including=" + item;
  }
  if (consent.count) {
    text += ",count=" + std::to_string(*consent.count);
  }
  return text;
}

}  // namespace plumb::describe
