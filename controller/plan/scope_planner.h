#pragma once

#include <string>
#include <vector>

#include "controller/plan/decide.h"
#include "controller/plan/guards.h"
#include "controller/plan/match.h"
#include "controller/plan/plan.h"

namespace plumb::plan {

/// Plans one scope: walks its three tables and turns what decide() says into changes. Lives for one
/// call of plan_scope.
class ScopePlanner {
 public:
  ScopePlanner(const ScopeInput& input, const PlanContext& context);
  ScopePlan run() &&;

 private:
  /// Row 14: what became of a `formerly`.
  enum class Move : std::uint8_t {
    none,
    data,   ///< would be lost: left as it is
    taken,  ///< the new name is somebody's
    going,  ///< made under the new name, then removed under the old one
    along,  ///< a write-only value that comes along with what it belongs to
  };
  struct Moved {
    std::uint32_t desired = kNone;
    std::uint32_t claimed = kNone;
    Move move = Move::none;
  };

  bool settled_before();
  bool is_others();
  void find_mark();
  void note_name_servers();
  void note_mixed_ttl();
  const std::string* foreign_mark() const;
  bool lost_too_much() const;
  void suspect(std::string why);
  void find_moves();
  bool comes_along(const Former& former, std::uint32_t claim);
  Move move_of(const Triple& triple) const;

  void look_at(const Triple& triple);
  bool in_plumb(const Triple& triple);
  Case case_of(const Triple& triple, const Resolved* resolved, bool dropped);
  bool may_drop(const Triple& triple);
  Resolved resolve_row(std::uint32_t row);
  bool is_replaced(const Triple& triple) const;
  void note_replaced(const Case& it);
  bool follows_replaced(std::uint32_t row) const;
  void apply_move(Move move, const Triple& triple, Decision& decision) const;
  void emit(const Triple& triple, Line line, const Resolved* resolved);
  std::uint32_t after_row(const Triple& triple, Line& line, const Resolved* resolved, bool again);
  void set_risk(Change& change, const Triple& triple, const Line& line);

  const Policy& policy_of(const Triple& triple) const;
  const Owned* owned_of(const Triple& triple) const;
  std::string_view handle_of(std::uint32_t observed_row) const;
  bool remembered(const Triple& triple);
  bool is_unmanaged(const Kind& kind, std::string_view key) const;
  void settle_guards();
  void finish();
  void seal();

  const ScopeInput& input_;
  const PlanContext& context_;
  const Table& desired_;
  const Table& observed_;
  const Table& claimed_;
  ScopePlan plan_;
  bool missing_ = false;
  bool exclusive_ = false;
  bool whole_ = false;     ///< the container is claimed and nothing is declared any more
  bool retiring_ = false;  ///< a consent takes the scope down (row 15)
  Policy fallback_;
  std::vector<Needs>::const_iterator needs_;
  std::vector<Moved> moves_;
  std::uint32_t lost_ = 0;  ///< claims that the observation lacks
  TableBuilder merged_;
  TableBuilder resolved_;
  std::vector<Tripped> tripped_;
};

}  // namespace plumb::plan
