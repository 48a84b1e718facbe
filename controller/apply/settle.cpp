#include "controller/apply/settle.h"

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

Settlement settle(const state::IntentKey& key, std::optional<std::string_view> observed) {
  if (key.after.empty()) {
    return observed ? Settlement::not_done : Settlement::done;
  }
  if (!observed) {
    return Settlement::not_done;
  }
  if (covers(*observed, key.after)) {
    return Settlement::done;
  }
  const bool as_before = !key.before.empty() && covers(*observed, key.before);
  return as_before ? Settlement::not_done : Settlement::conflict;
}

}  // namespace plumb::apply
