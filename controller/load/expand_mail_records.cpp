// The records that mail asks for, as sets of a zone.

#include <algorithm>
#include <map>

#include "controller/load/expand_mail.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/mail/dkim.h"
#include "resources/mail/dmarc.h"
#include "resources/mail/mail_records.h"
#include "resources/mail/no_mail.h"

namespace plumb::load {
namespace {

using kinds::DeclaredSet;
using values::RecordType;

/// One set per name and type, in the order of their first record.
class SetMaker {
 public:
  void add(mail::MadeRecord record) {
    const auto [found, first] =
        index_.try_emplace(std::pair(record.owner, record.type), sets_.size());
    if (first) {
      auto& set = sets_.emplace_back();
      set.owner = std::move(record.owner);
      set.type = record.type;
      set.place = record.place;
      set.made_by = std::move(record.made_by);
    }
    sets_[found->second].values.push_back({std::move(record.value), record.place});
  }

  std::vector<DeclaredSet> take() { return std::move(sets_); }

 private:
  std::vector<DeclaredSet> sets_;
  std::map<std::pair<std::string, RecordType>, std::size_t> index_;
};

}  // namespace

std::vector<DeclaredSet> mail_sets(const DomainEntry& domain,
                                   const Manifests& manifests,
                                   Diagnostics& problems) {
  SetMaker sets;
  if (domain.mail.declaration.stated) {
    for (auto& record : mail::mail_records(domain.mail.declaration.spec, domain.name)) {
      sets.add(std::move(record));
    }
  }
  for (const auto& reports : domain.mail.reports) {
    auto record = mail::dmarc_report_record(
        manifests.domains[reports.domain].name, reports.destination, domain.name, reports.place);
    if (record) {
      sets.add(std::move(*record));
    } else {
      problems.error(reports.place, record.error());
    }
  }
  return sets.take();
}

void add_no_mail_names(const DomainEntry& domain, std::vector<DeclaredSet>& sets) {
  const auto& spec = domain.mail.declaration.spec;
  if (!spec.no_mail_names) {
    return;
  }
  std::vector<mail::DeclaredData> declared;
  for (const auto& set : sets) {
    for (const auto& value : set.values) {
      const auto* text = value.value.as_string();
      declared.push_back(
          {set.owner, set.type, text != nullptr ? std::string_view(*text) : std::string_view()});
    }
  }
  auto made = mail::no_mail_names(declared, spec, domain.name);
  SetMaker more;
  for (auto& record : made) {
    more.add(std::move(record));
  }
  for (auto& set : more.take()) {
    const auto present = std::find_if(sets.begin(), sets.end(), [&](const DeclaredSet& other) {
      return other.owner == set.owner && other.type == set.type;
    });
    if (present == sets.end()) {
      sets.push_back(std::move(set));
    } else {
      std::move(set.values.begin(), set.values.end(), std::back_inserter(present->values));
    }
  }
}

std::vector<Producer> key_producers(const DomainEntry& domain) {
  std::vector<Producer> producers;
  if (domain.mail.provider == nullptr || domain.mail.declaration.spec.none) {
    return producers;
  }
  for (const auto& key : domain.mail.declaration.spec.dkim) {
    if (key.public_key.empty()) {
      producers.push_back({mail::dkim_key_target(domain.name, key),
                           {mail_scope(domain), kinds::kDKIMKey, key.selector}});
    }
  }
  return producers;
}

}  // namespace plumb::load
