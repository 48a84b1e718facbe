#include <algorithm>

#include "resources/kinds/rrset_text.h"
#include "resources/values/txt.h"

namespace plumb::kinds {
namespace {

bool is_plain(unsigned char octet) {
  return octet >= 0x20U && octet < 0x7FU && octet != '`';
}

}  // namespace

std::string printable(std::string_view octets, std::size_t columns, bool quotes) {
  std::string out = quotes ? "\"" : "";
  bool cut = false;
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    if (out.size() >= columns) {
      cut = true;
      break;
    }
    if (!is_plain(octet)) {
      values::append_decimal_escape(out, octet);
    } else {
      if (quotes && (c == '"' || c == '\\')) {
        out.push_back('\\');
      }
      out.push_back(c);
    }
  }
  if (cut) {
    out += "…";
  }
  if (quotes) {
    out.push_back('"');
  }
  if (cut) {
    out += " (" + std::to_string(octets.size()) + " octets)";
  }
  return out;
}

std::string set_difference_text(const std::vector<std::string>& added,
                                const std::vector<std::string>& removed) {
  constexpr std::size_t kShown = 6;
  std::string out;
  const auto list = [&](std::string_view sign, const std::vector<std::string>& terms) {
    const auto shown = std::min(terms.size(), kShown);
    for (std::size_t i = 0; i < shown; ++i) {
      out.append(out.empty() ? "" : "  ").append(sign).append(terms[i]);
    }
    if (shown < terms.size()) {
      out.append("  ").append(sign).append(std::to_string(terms.size() - shown)).append(" more");
    }
  };
  list("+ ", added);
  list("− ", removed);
  return out;
}

}  // namespace plumb::kinds
