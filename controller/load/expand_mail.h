#pragma once

#include <vector>

#include "controller/load/expand.h"
#include "controller/load/manifests.h"
#include "resources/kinds/record_sets.h"

namespace plumb::load {

/// What a domain's mail provider is to hold: the mail domain, its keys, mailboxes, passwords,
/// aliases and policy. No scope where it has no mail provider. Thread-safe.
Expanded expand_mail(const DomainEntry& domain, const Manifests& manifests, const Catalog& catalog);

/// The record sets that the mail of a domain asks for, one per name and type, and those by which it
/// receives reports for others. Below all that is written by hand.
std::vector<kinds::DeclaredSet> mail_sets(const DomainEntry& domain,
                                          const Manifests& manifests,
                                          Diagnostics& problems);

/// Adds the no-mail set of names that have addresses but no mail, where that is asked for, to the
/// sets of a domain.
void add_no_mail_names(const DomainEntry& domain, std::vector<kinds::DeclaredSet>& sets);

/// What a record set needs of the mail server: the mail domain before its MX, the policy before its
/// id.
void add_mail_needs(const DomainEntry& domain,
                    const kinds::DeclaredSet& set,
                    std::vector<ResourceId>& needs);

/// The DKIM keys that a domain's mail provider makes, as references name them.
std::vector<Producer> key_producers(const DomainEntry& domain);

}  // namespace plumb::load
