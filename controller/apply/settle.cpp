#include "controller/apply/settle.h"

#include <string>
#include <utility>
#include <vector>

#include "controller/plan/compare.h"
#include "resources/model/cbor.h"

namespace plumb::apply {

bool covers(std::string_view observed, std::string_view wanted) {
  if (observed == wanted) {
    return true;
  }
  for (const auto number : cbor::field_numbers(wanted)) {
    if (cbor::field(observed, number) != cbor::field(wanted, number)) {
      return false;
    }
  }
  return true;
}

namespace {

/// A body without what cannot be read back.
std::string readable(std::string_view body, const Kind* kind) {
  if (kind == nullptr || !plan::has_write_only(*kind, body)) {
    return std::string(body);
  }
  std::vector<std::pair<std::uint8_t, std::string>> fields;
  for (const auto number : cbor::field_numbers(body)) {
    if (!plan::is_write_only(*kind, number)) {
      fields.emplace_back(number, *cbor::field(body, number));
    }
  }
  return cbor::body(fields);
}

}  // namespace

Settlement settle(const state::IntentKey& key,
                  std::optional<std::string_view> observed,
                  const Kind* kind) {
  if (key.after.empty()) {
    return observed ? Settlement::not_done : Settlement::done;
  }
  if (!observed) {
    return Settlement::not_done;
  }
  const auto after = readable(key.after, kind);
  const bool traceless =
      !key.before.empty() && after.size() != key.after.size() && covers(key.before, after);
  if (covers(*observed, after)) {
    return traceless ? Settlement::not_done : Settlement::done;
  }
  const bool as_before = !key.before.empty() && covers(*observed, key.before);
  return as_before ? Settlement::not_done : Settlement::conflict;
}

}  // namespace plumb::apply
