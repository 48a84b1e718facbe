#include "resources/mail/dmarc_discovery.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "resources/model/ascii.h"

namespace plumb::mail {
namespace {

constexpr std::size_t kMostLabels = 7;

/// The value of the tag psd; empty where it is not stated.
std::string_view psd_of(std::string_view record) {
  while (!record.empty()) {
    const auto end = std::min(record.find(';'), record.size());
    const auto tag = record.substr(0, end);
    const auto equals = tag.find('=');
    if (equals != std::string_view::npos && trimmed(tag.substr(0, equals)) == "psd") {
      return trimmed(tag.substr(equals + 1));
    }
    record.remove_prefix(std::min(end + 1, record.size()));
  }
  return {};
}

/// One name that has a policy record, on the way up.
struct Stop {
  values::DomainName domain;
  std::string record;
};

values::DomainName next_above(const values::DomainName& domain) {
  auto above = domain.parent();
  while (above.label_count() > kMostLabels) {
    above = above.parent();
  }
  return above;
}

/// The name with one label more than `above`, on the way to `below`.
values::DomainName one_below(const values::DomainName& above, values::DomainName below) {
  while (below.label_count() > above.label_count() + 1) {
    below = below.parent();
  }
  return below;
}

values::DomainName organizational(const values::DomainName& domain,
                                  const std::vector<Stop>& stops) {
  for (const auto& stop : stops) {
    const auto psd = psd_of(stop.record);
    if (psd == "n") {
      return stop.domain;
    }
    if (psd == "y" && stop.domain != domain) {
      return one_below(stop.domain, domain);
    }
  }
  return stops.empty() ? domain : stops.back().domain;
}

/// The record at the domain itself, else at the Organizational Domain, else of the public suffix.
void choose(const values::DomainName& domain,
            const std::vector<Stop>& stops,
            DmarcDiscovery& found) {
  const auto at = [&](const values::DomainName& name) {
    return std::ranges::find(stops, name, &Stop::domain);
  };
  auto stop = at(domain);
  if (stop == stops.end()) {
    stop = at(found.organizational);
  }
  if (stop == stops.end()) {
    stop = std::ranges::find_if(stops, [](const Stop& one) { return psd_of(one.record) == "y"; });
  }
  if (stop != stops.end()) {
    found.found_at = stop->domain;
    found.record = stop->record;
    found.inherited = stop->domain != domain;
  }
}

}  // namespace

bool is_dmarc(std::string_view octets) {
  constexpr std::string_view kVersion = "v=DMARC1";
  return octets.starts_with(kVersion) &&
         (octets.size() == kVersion.size() ||
          std::string_view("; \t").find(octets[kVersion.size()]) != std::string_view::npos);
}

DmarcDiscovery discover_dmarc(const values::DomainName& domain, NameLookup& dns) {
  DmarcDiscovery found;
  found.organizational = domain;
  std::vector<Stop> stops;
  for (auto name = domain; !name.is_root(); name = next_above(name)) {
    const auto asked = values::DomainName::parse("_dmarc." + name.text());
    if (!asked) {
      continue;  // too long for a name: nothing can be there
    }
    ++found.questions;
    const auto answer = dns.look_up(*asked, values::RecordType::txt);
    if (answer.outcome == NameAnswer::Outcome::failed) {
      found.failed = true;
      return found;
    }
    if (std::ranges::count_if(answer.values, is_dmarc) != 1) {
      continue;
    }
    stops.push_back({name, *std::ranges::find_if(answer.values, is_dmarc)});
    const auto psd = psd_of(stops.back().record);
    if (psd == "n" || psd == "y") {
      break;
    }
  }
  found.organizational = organizational(domain, stops);
  choose(domain, stops, found);
  return found;
}

}  // namespace plumb::mail
