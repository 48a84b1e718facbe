// The YAML reader takes any octets: it reads them or says what is wrong, and every place it hands
// out lies in the file.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "controller/load/yaml_reader.h"
#include "resources/model/check.h"
#include "resources/model/diagnostic.h"
#include "resources/model/mistakes.h"

namespace {
using plumb::Diagnostics;
using plumb::Place;
using plumb::Value;

void check_places(const Value& value) {
  PLUMB_CHECK(value.place.file == 1 && value.place.line > 0 && value.place.column > 0);
  if (const auto* list = value.as_list()) {
    for (const auto& item : *list) {
      check_places(item);
    }
  } else if (const auto* map = value.as_map()) {
    for (const auto& field : *map) {
      PLUMB_CHECK(field.place.line > 0);
      check_places(field.value);
    }
  }
}

class Checking final : public plumb::load::DocumentSink {
 public:
  void record(Value item) override { check_places(item); }
  void document(Value tree, Place start) override {
    PLUMB_CHECK(start == tree.place);
    check_places(tree);
  }
  void broken_document(Value tree, Place start, bool /*ended*/) override {
    PLUMB_CHECK(start.known());
    if (!tree.is_null()) {
      check_places(tree);
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Checking sink;
  Diagnostics problems;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool usable = plumb::load::read_yaml(text, 1, {}, sink, problems);
  PLUMB_CHECK(usable != problems.has_errors());
  for (const auto& problem : problems.all()) {
    PLUMB_CHECK(problem.place.known() && !problem.message.empty() && !problem.hint.empty());
    PLUMB_CHECK(plumb::find_mistake(problem.rule) != nullptr &&
                problem.rule != plumb::info(plumb::Mistake::bad_declaration).id);
  }
  return 0;
}
