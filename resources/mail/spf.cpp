#include "resources/mail/spf.h"

#include <string>
#include <utility>

namespace plumb::mail {
namespace {

/// Joins texts and references with blanks, as few parts as there can be.
class Terms {
 public:
  explicit Terms(Place place) : place_(place) {}

  void add(std::string_view term) { text_.append(" ").append(term); }
  void add(Reference reference) {
    text_ += " ";
    flush();
    parts_.push_back(Value{std::move(reference), place_});
  }
  Value take() {
    if (parts_.empty()) {
      return Value{std::move(text_), place_};
    }
    flush();
    return Value{Expression{std::move(parts_)}, place_};
  }

 private:
  void flush() {
    if (!text_.empty()) {
      parts_.push_back(Value{std::exchange(text_, {}), place_});
    }
  }

  Place place_;
  std::string text_ = "v=spf1";
  std::vector<Value> parts_;
};

std::string_view qualifier_of(std::string_view all) {
  if (all == "softfail") {
    return "~";
  }
  if (all == "neutral") {
    return "?";
  }
  return all == "pass" ? "+" : "-";
}

}  // namespace

std::vector<MadeRecord> spf_records(const MailSpec& spec) {
  if (!spec.spf) {
    return {};
  }
  const auto& spf = *spec.spf;
  Terms terms(spf.place);
  for (const auto& network : spf.ip4) {
    terms.add("ip4:" + network);
  }
  for (const auto& network : spf.ip6) {
    terms.add("ip6:" + network);
  }
  for (const auto& server : spec.servers) {
    if (server.outbound) {
      terms.add(Reference{server.declaration, "spf", true});
    }
  }
  if (spf.a) {
    terms.add("a");
  }
  if (spf.mx) {
    terms.add("mx");
  }
  for (const auto& domain : spf.includes) {
    terms.add("include:" + domain);
  }
  if (spf.redirect.empty()) {
    terms.add(std::string(qualifier_of(spf.all)) + "all");
  } else {
    terms.add("redirect=" + spf.redirect);
  }
  return {{"@", values::RecordType::txt, terms.take(), "mail.spf (RFC 7208)", spf.place}};
}

}  // namespace plumb::mail
