#include "resources/values/email_address.h"

#include <algorithm>

#include "resources/values/quoted.h"

namespace plumb::values {
namespace {

constexpr std::size_t kLocalLimit = 64;     // RFC 5321 §4.5.3.1.1
constexpr std::size_t kAddressLimit = 254;  // RFC 5321 §4.5.3.1.3, less the angle brackets

bool is_atom_character(char c) {
  const bool alphanumeric =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

/// RFC 5321 §4.1.2: Dot-string.
bool is_dot_atom(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.' ||
      text.find("..") != std::string_view::npos) {
    return false;
  }
  return std::all_of(
      text.begin(), text.end(), [](char c) { return c == '.' || is_atom_character(c); });
}

/// RFC 5321 §4.1.2: Domain, here in canonical form: letters, digits, hyphens and dots.
bool is_mail_domain(std::string_view text) {
  return text != "." && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

/// Where the local part ends: the '@' that is not inside quotes; npos where there is none.
std::size_t find_at(std::string_view text) {
  bool quotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quotes && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quotes = !quotes;
    } else if (text[i] == '@' && !quotes) {
      return i;
    }
  }
  return std::string_view::npos;
}

/// RFC 5321 §4.1.2: Quoted-string, from its first quote to its last; empty where it is broken.
std::string unquote(std::string_view text) {
  if (text.size() < 3 || text.back() != '"') {
    return {};
  }
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '"' || (text[i] == '\\' && i + 2 >= text.size())) {
      return {};
    }
    i += text[i] == '\\' ? 1U : 0U;
    if (text[i] < 0x20 || text[i] > 0x7E) {
      return {};
    }
    out.push_back(text[i]);
  }
  return out;
}

std::string quote_local(std::string_view content) {
  std::string out = "\"";
  for (const char c : content) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
    }
    out.push_back(c);
  }
  out.push_back('"');
  return out;
}

/// The canonical local part: quotes only where they are needed.
Result<std::string> canonical_local(std::string_view local) {
  if (local.starts_with('"')) {
    const auto content = unquote(local);
    if (content.empty()) {
      return invalid("local part " + quoted(local) + " is a broken quoted string",
                     "write the local part without quotes");
    }
    return is_dot_atom(content) ? content : quote_local(content);
  }
  if (is_dot_atom(local)) {
    return std::string(local);
  }
  const bool beyond_ascii = std::any_of(
      local.begin(), local.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7EU; });
  return invalid("local part " + quoted(local) + " is not valid (RFC 5321 §4.1.2)",
                 beyond_ascii ? "use ASCII before the '@'"
                              : "use letters, digits, hyphens, underscores and single dots");
}

}  // namespace

Result<EmailAddress> EmailAddress::parse(std::string_view text) {
  const auto at = find_at(text);
  if (at == std::string_view::npos) {
    return invalid(quoted(text) + " is not a mail address: it has no '@'",
                   "write local@domain, as in jane@example.com");
  }
  const auto domain_text = text.substr(at + 1);
  if (at == 0 || domain_text.empty()) {
    return invalid(quoted(text) + " is not a mail address: one side of the '@' is empty",
                   "write local@domain, as in jane@example.com");
  }
  if (domain_text.starts_with('[')) {
    return invalid("address " + quoted(text) + " has an address literal as its domain",
                   "write the name of the domain");
  }
  auto domain = DomainName::parse(domain_text);
  if (!domain) {
    return tl::unexpected(std::move(domain).error().in("address " + quoted(text)));
  }
  if (!is_mail_domain(domain->text())) {
    return invalid("address " + quoted(text) + " has a domain that is not valid (RFC 5321 §4.1.2)",
                   "use letters, digits and hyphens in the domain");
  }
  return parse_in(text.substr(0, at), *domain);
}

Result<EmailAddress> EmailAddress::parse_in(std::string_view text, const DomainName& domain) {
  if (find_at(text) != std::string_view::npos) {
    return parse(text);
  }
  PLUMB_TRY(local, canonical_local(text));
  if (local.size() > kLocalLimit) {
    return invalid("local part " + quoted(text) + " has " + std::to_string(local.size()) +
                       " octets, at most 64 are allowed (RFC 5321 §4.5.3.1.1)",
                   "shorten it");
  }
  EmailAddress address(std::move(local), domain);
  if (address.text().size() > kAddressLimit) {
    return invalid(
        "address " + quoted(address.text()) + " has more than 254 octets (RFC 5321 §4.5.3.1.3)",
        "shorten it");
  }
  return address;
}

std::string EmailAddress::text() const {
  return local_ + '@' + std::string(domain_.without_dot());
}

std::string EmailAddress::to_unicode() const {
  return local_ + '@' + domain_.to_unicode();
}

}  // namespace plumb::values
