// SPF records of strangers: the evaluation ends, whatever they say, within its limits, and what has
// a faulty term never passes.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "resources/mail/spf_cost.h"
#include "resources/mail/spf_evaluator.h"
#include "resources/mail/spf_record.h"
#include "resources/model/check.h"

namespace {

using namespace plumb::mail;  // NOLINT(google-build-using-namespace): a target of its own

/// Each line of the input is an answer; which one a name gets depends on its length.
class Answers final : public NameLookup {
 public:
  explicit Answers(std::string_view text) {
    while (lines_.size() < 16) {
      const auto end = text.find('\n');
      lines_.emplace_back(text.substr(0, end));
      if (end == std::string_view::npos) {
        break;
      }
      text.remove_prefix(end + 1);
    }
  }

  NameAnswer look_up(const plumb::values::DomainName& name,
                     plumb::values::RecordType type) override {
    ++questions;
    NameAnswer answer;
    answer.ttl_s = 60;
    const auto& line = lines_[questions == 1 ? 0 : name.text().size() % lines_.size()];
    if (line.starts_with('!')) {
      answer.outcome = NameAnswer::Outcome::failed;
    } else if (type == plumb::values::RecordType::mx) {
      answer.values = {"10 " + line, "20 mail.example."};
    } else {
      answer.values = {line};
    }
    return answer;
  }

  const std::string& first() const { return lines_.front(); }
  std::size_t questions = 0;

 private:
  std::vector<std::string> lines_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): octets are text here
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Answers dns(text);
  SpfQuery query;
  query.address = plumb::values::Ipv4Address{{192, 0, 2, 10}};
  query.domain = plumb::values::DomainName::from_canonical("example.com.");
  query.sender = "user+tag@example.com";
  query.helo = "mail.example.com";
  const auto verdict = check_host(query, dns);
  PLUMB_CHECK(verdict.lookups <= kSpfMaxLookups + 1);
  PLUMB_CHECK(dns.questions <= 200);
  if (is_spf(dns.first())) {
    for (const auto& term : spf_terms(dns.first())) {
      if (fault_of(term)) {
        PLUMB_CHECK(verdict.result == SpfResult::permerror);
      }
    }
  } else {
    PLUMB_CHECK(verdict.result == SpfResult::none || verdict.result == SpfResult::temperror);
  }
  PLUMB_CHECK(spf_cost(text).octets == text.size());
  static_cast<void>(check_spf_cost(text));
  return 0;
}
