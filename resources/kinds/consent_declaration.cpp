#include "resources/kinds/consent_declaration.h"

#include <charconv>

#include "resources/kinds/common.h"
#include "resources/model/mistakes.h"

namespace plumb::kinds {
namespace {

/// Whether `text` is a day of the calendar as YYYY-MM-DD (RFC 3339 §5.6 full-date).
bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
    return false;
  }
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    const auto* end = text.data() + at + digits;
    const auto [rest, error] = std::from_chars(text.data() + at, end, value);
    return error == std::errc() && rest == end ? value : -1;
  };
  const int month = number(5, 2);
  const int day = number(8, 2);
  const int year = number(0, 4);
  if (year < 0 || month < 1 || month > 12 || day < 1) {
    return false;
  }
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const int days[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return day <= days[month - 1];
}

}  // namespace

std::optional<Consent> read_consent(std::string_view name,
                                    const Value& spec,
                                    std::string_view today,
                                    Place place,
                                    Diagnostics& problems) {
  Consent consent;
  consent.id = name;
  consent.place = place;
  consent.allow = *spec.find("allow")->as_string();
  consent.on = *spec.find("on")->as_string();
  for (auto& text : read_texts(spec.find("including"))) {
    consent.including.push_back(std::move(text.text));
  }
  if (const auto* count = spec.find("count"); count != nullptr && count->as_int() != nullptr) {
    consent.count = static_cast<std::uint32_t>(*count->as_int());
  }
  const auto* until = spec.find("until");
  if (until == nullptr || until->as_string() == nullptr) {
    return consent;
  }
  consent.until = *until->as_string();
  if (!is_date(consent.until)) {
    problems.error(until->place,
                   Mistake::bad_date,
                   "`" + consent.until + "` is no date",
                   "write the last day as YYYY-MM-DD, for example 2027-01-31");
    return std::nullopt;
  }
  if (std::string_view(consent.until) < today) {
    problems.warning(
        until->place,
        Mistake::consent_ended,
        "Consent `" + consent.id + "` ended on " + consent.until + ": it permits nothing any more",
        "remove it, or set a later day");
    return std::nullopt;
  }
  return consent;
}

}  // namespace plumb::kinds
