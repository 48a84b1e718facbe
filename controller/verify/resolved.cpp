// What is served everywhere, as the declared resolvers see it: with what their caches still hold.

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "controller/verify/look.h"
#include "controller/verify/serving.h"

namespace plumb::verify {
namespace {

using values::RecordType;

/// How long a resolver goes on giving this answer, in seconds (RFC 2308 §5 for "there is none").
std::uint32_t lasts(const env::DnsAnswer& answer, RecordType type) {
  if (!answer.is_void(type)) {
    return answer.ttl(type);
  }
  for (const auto& record : answer.authority) {
    if (record.type == RecordType::soa) {
      return record.ttl;
    }
  }
  return 0;
}

/// One resolver's view of the record sets of a zone.
struct View {
  std::size_t same = 0;
  std::vector<std::string> otherwise;  ///< "www.one.test A is 192.0.2.9 (for 287 s more)"
  std::uint32_t longest = 0;           ///< until the last of these may have gone, in seconds
  std::string silence;                 ///< why one of them has no answer; empty: all have
};

void take(View& view, const RecordSet& set, const Result<env::DnsAnswer>& answer) {
  if (!answer) {
    view.silence = answer.error().message;
    return;
  }
  if (answer->rcode != env::Rcode::noerror && answer->rcode != env::Rcode::nxdomain) {
    view.silence = fmt::format("says {} to {} {}",
                               env::rcode_name(answer->rcode),
                               set.name.without_dot(),
                               values::record_type_name(set.type));
    return;
  }
  Served served;
  count_answer(served, set, answer, {});
  if (served.everywhere()) {
    ++view.same;
    return;
  }
  const auto more = lasts(*answer, set.type);
  view.longest = std::max(view.longest, more);
  view.otherwise.push_back(fmt::format("{} {} is {}{}",
                                       set.name.without_dot(),
                                       values::record_type_name(set.type),
                                       served.otherwise.front().second,
                                       more == 0 ? "" : fmt::format(" for {} s more", more)));
}

/// nullopt: not known yet.
std::optional<View> view_of(Look& look,
                            const std::string& resolver,
                            const std::vector<const RecordSet*>& sets) {
  View view;
  bool known = true;
  for (const auto* set : sets) {
    const auto* answer = look.facts.dns(set->name, set->type, resolver, true);
    known = known && answer != nullptr;
    if (answer != nullptr) {
      take(view, *set, *answer);
    }
  }
  return known ? std::optional(std::move(view)) : std::nullopt;
}

void tell_view(Look& look, const std::string& resolver, const View& view) {
  Check check{.topic = "resolvers", .subject = resolver, .status = Status::warning, .message = {}};
  if (view.otherwise.empty()) {
    check.status = Status::unknown;
    check.message = view.silence.starts_with(resolver + ' ')
                        ? view.silence.substr(resolver.size() + 1)  // the line begins with it
                        : view.silence;
    check.remedy =
        "nothing: look again later, and at this resolver (spec.resolvers of the Project)";
  } else if (view.same == 0) {
    check.message = "finds nothing of this zone as it is served: " + listed(view.otherwise, 2);
    check.remedy =
        "nothing: it does not ask these servers; look at the delegation, or at what the resolver "
        "is told of this zone";
  } else {
    check.message = "still has what was before: " + listed(view.otherwise, 3);
    check.remedy =
        fmt::format("nothing: its cache lets go of it{}",
                    view.longest == 0 ? std::string() : fmt::format(" within {} s", view.longest));
  }
  look.add(std::move(check));
}

/// Whether a delegation hands the name over to servers that are not this zone's.
bool is_handed_over(const Zone& zone, const RecordSet& set) {
  return std::any_of(zone.sets.begin(), zone.sets.end(), [&](const RecordSet& cut) {
    return cut.type == RecordType::ns && cut.name != zone.name && set.type != RecordType::ds &&
           set.name.is_subdomain_of(cut.name);
  });
}

}  // namespace

void check_resolvers(Look& look, const std::vector<const RecordSet*>& served) {
  std::vector<const RecordSet*> sets;
  std::copy_if(served.begin(), served.end(), std::back_inserter(sets), [&](const RecordSet* set) {
    return !is_handed_over(look.zone, *set);
  });
  if (sets.empty()) {
    return;
  }
  std::vector<std::string> good;
  bool known = true;
  for (const auto& resolver : look.options.resolvers) {
    const auto view = view_of(look, resolver, sets);
    known = known && view.has_value();
    if (!view) {
      continue;
    }
    if (view->otherwise.empty() && view->silence.empty()) {
      good.push_back(resolver);
    } else {
      tell_view(look, resolver, *view);
    }
  }
  if (known && !good.empty()) {
    look.pass(
        "resolvers",
        {},
        fmt::format(
            "{} seen as declared through {}", counted(sets.size(), "record set"), listed(good)));
  }
}

}  // namespace plumb::verify
