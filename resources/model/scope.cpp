#include "resources/model/scope.h"

#include <cstddef>
#include <string_view>

#include "resources/model/table.h"

namespace plumb {
namespace {

constexpr std::string_view kPrefix = "plumb:";
constexpr std::size_t kMost = 40;  // a PowerDNS zone's account
constexpr std::size_t kDigits = 8;

}  // namespace

std::string owner_mark(const std::string& project, const std::string& environment) {
  auto mark = std::string(kPrefix) + project + "/" + environment;
  if (mark.size() <= kMost) {
    return mark;
  }
  auto hash = hash64(mark);
  mark.resize(kMost - kDigits - 1);
  mark += '~';
  for (std::size_t i = 0; i < kDigits; ++i, hash >>= 4U) {
    mark += "0123456789abcdef"[hash & 0xfU];
  }
  return mark;
}

bool is_owner_mark(const std::string& text) {
  return text.starts_with(kPrefix);
}

}  // namespace plumb
