#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "resources/values/record_type.h"

namespace plumb::kinds {

/// The record sets of one zone that are declared, but not (or not all) known, because something was
/// wrong with what declares them: of them nobody may say that they are missing. All questions take
/// logarithmic time. Not thread-safe while it is being filled.
class UnreadSets {
 public:
  /// `owner` as in tables ("@", "www"); nullopt: not known, may be any.
  void add(std::optional<std::string> owner, std::optional<values::RecordType> type);
  /// Something is declared of which nothing is known.
  void add_anything() { anything_ = true; }
  void add_all(const UnreadSets& others);

  bool empty() const { return !anything_ && by_owner_.empty() && types_.empty(); }
  bool anything() const { return anything_; }
  /// Whether the set may be among them.
  bool covers(std::string_view owner, values::RecordType type) const;
  /// Whether any set at that name may be.
  bool covers(std::string_view owner) const;
  /// Whether one may be that changes what all names at and below `owner` stand for, or what answers
  /// for names that have nothing: a delegation, a DNAME, a wildcard.
  bool covers_below(std::string_view owner) const;

 private:
  struct Types {
    std::set<values::RecordType> some;
    bool any = false;
  };
  bool anything_ = false;
  std::map<std::string, Types, std::less<>> by_owner_;
  std::set<values::RecordType> types_;  ///< whose owner is not known
};

}  // namespace plumb::kinds
