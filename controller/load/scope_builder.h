#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/desired.h"
#include "resources/model/diagnostic.h"
#include "resources/model/table.h"

namespace plumb::load {

/// One row on its way into a scope.
struct Row {
  KindId kind{};
  std::string_view key;
  std::string_view body;
  std::uint8_t flags = 0;
  Place place;
  Policy policy;
  std::vector<ResourceId> needs = {};
  std::string former = {};          ///< its former key; empty: it had none
  std::string_view made_by = {};    ///< the rule that made it; empty: it is written
  std::vector<Place> sources = {};  ///< further lines that declare it
  Place former_place = {};          ///< where `former` is written
};

/// Puts one DesiredScope together: rows in any order, policies interned, everything parallel to the
/// sealed table. Not thread-safe.
class ScopeBuilder {
 public:
  explicit ScopeBuilder(Scope scope);

  DesiredScope& head() { return *scope_; }
  void reserve(std::size_t rows, std::size_t octets);
  void add(Row row);
  /// The finished scope, and in `order` the number of the add() that made each row. Rows with one
  /// key are errors, and so are mailboxes whose former name is not theirs alone.
  std::shared_ptr<DesiredScope> seal(std::vector<std::uint32_t>& order, Diagnostics& problems);

 private:
  std::uint16_t intern(Policy policy);
  std::uint32_t intern(std::string_view maker);

  std::shared_ptr<DesiredScope> scope_;
  TableBuilder table_;
  std::vector<Place> places_;
  std::vector<std::uint16_t> policies_;
  std::vector<std::uint32_t> makers_;
  std::vector<std::pair<std::uint32_t, std::vector<ResourceId>>> needs_;
  struct FormerName {
    std::uint32_t number = 0;  ///< of the add()
    std::string key;
    Place place;
  };
  void check_formers(std::span<const std::uint32_t> row_of, Diagnostics& problems) const;

  std::vector<FormerName> formers_;
  std::vector<std::pair<std::uint32_t, std::vector<Place>>> sources_;
};

}  // namespace plumb::load
