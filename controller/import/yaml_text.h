#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "resources/model/value.h"

namespace plumb::importing {

/// `text` as a YAML scalar that is read back as this text and nothing else: plain where that is
/// safe in flow and in block style, else in double quotes.
std::string scalar(std::string_view text);

/// The same, where `$` begins no variable: a value of a manifest. With `variables`, `${` stays as
/// it is.
std::string value_scalar(std::string_view text, bool variables);

/// "[a, b]".
std::string flow_list(const std::vector<std::string>& texts);

/// The texts as value_scalar() writes them, as a flow list.
std::string scalars(const std::vector<std::string>& texts);

/// A flow map that leaves out what is empty.
class FlowMap {
 public:
  /// `yaml` is written as it is.
  void add(std::string_view name, const std::string& yaml);
  void text(std::string_view name, const std::string& text);
  std::string done() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

/// A tree in flow style; References and secrets do not occur in what was observed.
std::string flow(const Value& value);

}  // namespace plumb::importing
