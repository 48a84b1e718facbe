#include "controller/providers/settings.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace plumb::providers {

void check_setting_names(const Value& settings,
                         std::span<const std::string_view> known,
                         std::string_view of,
                         Diagnostics& problems) {
  const auto* fields = settings.as_map();
  for (const auto& field : fields != nullptr ? *fields : Value::Map()) {
    if (std::find(known.begin(), known.end(), field.name) == known.end()) {
      problems.error(field.place,
                     fmt::format("unknown field `{}` of {}", field.name, of),
                     did_you_mean(field.name, known));
    }
  }
}

std::string tidy_path(std::string_view written) {
  auto path = std::filesystem::path(written).lexically_normal().string();
  while (path.size() > 1 && path.back() == '/') {
    path.pop_back();
  }
  return path;
}

Error cannot_open(std::string_view provider, const Diagnostics& problems) {
  const auto& first = problems.all()[0];
  return {.code = ErrorCode::invalid_input,
          .message = fmt::format("provider {}: {}", provider, first.message),
          .hint = first.hint};
}

}  // namespace plumb::providers
