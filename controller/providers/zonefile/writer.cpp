#include "controller/providers/zonefile/writer.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "resources/kinds/rrset.h"

namespace plumb::providers::zonefile {
namespace {

using values::DomainName;
using values::RecordType;

constexpr std::string_view kHeader =
    "; Managed by plumb. Edits made here are seen as drift; comments do not survive a write.\n";

constexpr std::string_view kOwnerComment = "; Owner: ";

struct Line {
  const RecordSet* set;
  DomainName owner;
  int rank;  ///< apex NS before all
};

/// The owner as a file may begin a line with it: a leading "$" would be a directive.
std::string owner_text(std::string_view owner) {
  return owner.starts_with('$') ? "\\" + std::string(owner) : std::string(owner);
}

DomainName absolute(std::string_view owner, const DomainName& zone) {
  if (owner == "@") {
    return zone;
  }
  return DomainName::from_canonical(
      fmt::format("{}.{}", owner, zone.is_root() ? std::string() : zone.text()));
}

std::vector<Line> ordered(const Zone& zone) {
  std::vector<Line> lines;
  lines.reserve(zone.sets.size());
  for (const auto& set : zone.sets) {
    const auto owner = kinds::split_rrset_key(set.key).owner;
    const bool apex_ns = owner == "@" && set.type == RecordType::ns && !set.opaque();
    lines.push_back({&set, absolute(owner, zone.name), set.opaque() ? 2 : apex_ns ? 0 : 1});
  }
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    if (a.rank != b.rank) {
      return a.rank < b.rank;
    }
    if (const auto order = canonical_order(a.owner, b.owner); order != 0) {
      return order < 0;
    }
    return std::tuple(a.set->type, std::string_view(a.set->key)) <
           std::tuple(b.set->type, std::string_view(b.set->key));
  });
  return lines;
}

void append_set(std::string& out, const Line& line, std::uint32_t default_ttl) {
  const auto [owner, type] = kinds::split_rrset_key(line.set->key);
  const auto name = line.set->opaque() ? owner_text(line.owner.text()) : owner_text(owner);
  std::vector<std::string_view> sorted(line.set->values.begin(), line.set->values.end());
  std::sort(sorted.begin(), sorted.end());
  for (const auto value : sorted) {
    out += name;
    out += '\t';
    if (line.set->ttl != default_ttl) {
      fmt::format_to(std::back_inserter(out), "{}\t", line.set->ttl);
    }
    out += "IN\t";
    out += type;
    out += '\t';
    out += line.set->text_of(value);
    out += '\n';
  }
}

void append_soa(std::string& out, const Zone& zone, std::uint32_t default_ttl) {
  out += "@\t";
  if (zone.soa_ttl != default_ttl) {
    fmt::format_to(std::back_inserter(out), "{}\t", zone.soa_ttl);
  }
  fmt::format_to(std::back_inserter(out), "IN\tSOA\t{}\n", zone.soa.text());
}

}  // namespace

std::string render_zone(const Zone& zone) {
  const auto ttl = zone.default_ttl.value_or(kDefaultTtl);
  auto origin = zone.name.text();
  std::string out;
  out.reserve(zone.sets.size() * 80 + 512);
  out += kHeader;
  if (!zone.owner.empty()) {
    fmt::format_to(std::back_inserter(out), "{}{}\n", kOwnerComment, zone.owner);
  }
  fmt::format_to(std::back_inserter(out), "$ORIGIN {}\n$TTL {}\n", origin, ttl);
  append_soa(out, zone, ttl);
  for (const auto& line : ordered(zone)) {
    if (line.set->opaque() && line.set->origin != origin) {
      origin = line.set->origin;
      fmt::format_to(std::back_inserter(out), "$ORIGIN {}\n", origin);
    }
    append_set(out, line, ttl);
  }
  return out;
}

std::string owner_of(std::string_view text) {
  while (text.starts_with(';')) {
    const auto line = text.substr(0, text.find('\n'));
    if (line.starts_with(kOwnerComment)) {
      return std::string(line.substr(kOwnerComment.size()));
    }
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return {};
}

std::uint32_t next_serial(std::uint32_t serial, std::chrono::system_clock::time_point now) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(now));
  const auto dated = static_cast<std::uint32_t>(static_cast<int>(day.year())) * 1'000'000U +
                     static_cast<unsigned>(day.month()) * 10'000U +
                     static_cast<unsigned>(day.day()) * 100U;
  constexpr std::uint32_t kHalf = 1U << 31U;
  const std::uint32_t ahead = dated - serial;  // modulo 2^32, as RFC 1982 compares
  if (ahead != 0 && ahead < kHalf) {
    return dated;
  }
  return serial + 1 == 0 ? 1 : serial + 1;
}

}  // namespace plumb::providers::zonefile
