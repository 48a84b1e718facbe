#include "resources/values/idn.h"

#include <cstdint>
#include <memory>

#include <idn2.h>

#include "resources/values/quoted.h"

namespace plumb::values {
namespace {

struct Idn2Free {
  void operator()(void* memory) const { idn2_free(memory); }
};

template <class T>
using Idn2Ptr = std::unique_ptr<T, Idn2Free>;

}  // namespace

Result<std::string> to_a_label(std::string_view label) {
  const std::string terminated(label);
  if (terminated.find('\0') != std::string::npos) {
    return invalid("label " + quoted(label) + " holds a NUL octet");
  }
  std::uint8_t* raw = nullptr;
  const int rc = idn2_lookup_u8(
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): how libidn2 spells UTF-8
      reinterpret_cast<const std::uint8_t*>(terminated.c_str()),
      &raw,
      IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const Idn2Ptr<std::uint8_t> owner(raw);
  if (rc != IDN2_OK || raw == nullptr) {
    return invalid(
        "label " + quoted(label) + " is not a valid internationalised label: " + idn2_strerror(rc),
        "use characters that IDNA2008 allows, or write the A-label (xn--...)");
  }
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): and back
  std::string converted = reinterpret_cast<const char*>(raw);
  // UTS 46 drops some characters: a soft hyphen alone leaves nothing.
  if (converted.empty()) {
    return invalid("label " + quoted(label) + " holds nothing but characters that do not count",
                   "use letters, digits and hyphens");
  }
  if (converted.find('.') != std::string::npos) {
    return invalid("label " + quoted(label) + " holds a character that stands for a dot",
                   "separate labels with '.'");
  }
  return converted;
}

std::string to_u_label(std::string_view label) {
  if (!label.starts_with("xn--")) {
    return std::string(label);
  }
  std::string terminated(label);
  char* raw = nullptr;
  const int rc = idn2_to_unicode_8z8z(terminated.c_str(), &raw, 0);
  const Idn2Ptr<char> owner(raw);
  if (rc != IDN2_OK || raw == nullptr) {
    return terminated;
  }
  const auto back = to_a_label(raw);
  return back && *back == label ? std::string(raw) : terminated;
}

}  // namespace plumb::values
