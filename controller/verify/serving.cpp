#include "controller/verify/serving.h"

#include <algorithm>

#include <fmt/format.h>

#include "controller/verify/look.h"

namespace plumb::verify {
namespace {

/// The records of the set's own name: a cut hands its NS over in the authority section of a
/// referral, and what lies below it as additional data (RFC 1034 §4.3.2).
std::vector<const env::DnsRecord*> own_records(const RecordSet& set, const env::DnsAnswer& answer) {
  std::vector<const env::DnsRecord*> records;
  const auto collect = [&](const std::vector<env::DnsRecord>& section) {
    for (const auto& record : section) {
      if (record.type == set.type && record.name == set.name) {
        records.push_back(&record);
      }
    }
  };
  collect(answer.answers);
  if (records.empty() && set.type == values::RecordType::ns) {
    collect(answer.authority);
  } else if (records.empty() && !answer.authoritative) {
    collect(answer.additional);  // glue
  }
  return records;
}

}  // namespace

std::vector<std::string> others_text(const Served& served) {
  std::vector<std::string> texts;
  for (const auto& [server, said] : served.otherwise) {
    texts.push_back(said.empty() ? server + " does not answer" : server + " has " + said);
  }
  return texts;
}

void count_answer(Served& served,
                  const RecordSet& set,
                  const Result<env::DnsAnswer>& answer,
                  const std::string& server) {
  ++served.of;
  if (!answer) {
    ++served.silent;
    served.otherwise.emplace_back(server, std::string());
    return;
  }
  const bool gone = answer->rcode == env::Rcode::nxdomain && set.values.empty();
  if (answer->rcode != env::Rcode::noerror && !gone) {
    served.otherwise.emplace_back(server, env::rcode_name(answer->rcode));
    return;
  }
  std::vector<std::string> found;
  std::uint32_t ttl = 0;
  for (const auto* record : own_records(set, *answer)) {
    found.push_back(record->data);
    ttl = std::max(ttl, record->ttl);
  }
  std::sort(found.begin(), found.end());
  auto wanted = set.values;
  std::sort(wanted.begin(), wanted.end());
  const bool same = set.shared
                        ? std::includes(found.begin(), found.end(), wanted.begin(), wanted.end())
                        : found == wanted;
  if (same) {
    ++served.served;
    served.ttl = std::max(served.ttl, ttl);
  } else {
    const bool single = found.size() == 1 && wanted.size() == 1;
    if (single && served.differs_at == 0) {
      const auto end = std::min(found[0].size(), wanted[0].size());
      const auto at = std::mismatch(
          found[0].begin(), found[0].begin() + static_cast<std::ptrdiff_t>(end), wanted[0].begin());
      served.differs_at = static_cast<std::size_t>(at.first - found[0].begin());
    }
    served.otherwise.emplace_back(server, shown(set.type, found, served.differs_at));
  }
}

std::vector<Served> served_everywhere(env::Resolver& resolver,
                                      std::span<const std::string> servers,
                                      std::span<const RecordSet> sets,
                                      std::stop_token stop) {
  std::vector<env::DnsQuestion> questions;
  for (const auto& set : sets) {
    for (const auto& server : servers) {
      questions.push_back({set.name, set.type, server});
    }
  }
  std::vector<Served> all(sets.size());
  resolver.ask_all(
      questions,
      [&](std::size_t number, const Result<env::DnsAnswer>& answer) {
        const auto set = number / servers.size();
        count_answer(all[set], sets[set], answer, servers[number % servers.size()]);
      },
      std::move(stop));
  return all;
}

Served served_everywhere(env::Resolver& resolver,
                         std::span<const std::string> servers,
                         const RecordSet& set,
                         std::stop_token stop) {
  return served_everywhere(resolver, servers, std::span(&set, 1), std::move(stop)).front();
}

std::optional<Visible> note(const std::optional<Visible>& before,
                            const Served& served,
                            std::int64_t now) {
  if (served.everywhere()) {
    return Visible{before ? std::min(before->since, now) : now,
                   std::max(served.ttl, before ? before->ttl : 0)};
  }
  const bool silence_only = served.of != 0 && served.served + served.silent == served.of;
  return silence_only ? before : std::nullopt;
}

bool is_settled(const Visible& visible, std::int64_t now) {
  return now - visible.since >= std::int64_t{visible.ttl};
}

}  // namespace plumb::verify
