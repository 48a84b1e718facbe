#pragma once

#include <string>

#include "controller/verify/look.h"
#include "resources/mail/name_lookup.h"

// What the evaluators of resources/mail make of the live DNS. Internal to controller/verify.

namespace plumb::verify {

/// The facts as evaluators ask for them. What is not known yet is wanted from then on, and answered
/// as a failure: their verdict then does not count, and is asked for again once more is known.
class FactLookup final : public mail::NameLookup {
 public:
  explicit FactLookup(Facts& facts) : facts_(facts) {}
  mail::NameAnswer look_up(const values::DomainName& name, values::RecordType type) override;

  /// Whether something was not known yet.
  bool lacking() const { return lacking_; }
  /// Of the last question without an answer, what it asked and why; empty: all had one.
  const std::string& failed() const { return failed_; }
  const std::string& trouble() const { return trouble_; }

 private:
  Facts& facts_;
  bool lacking_ = false;
  std::string failed_;
  std::string trouble_;
};

/// Whether receivers let our own hosts send in the name of the domain: those whose addresses its
/// declared SPF record names, each judged as a receiver does (RFC 7208 §4).
void check_own_senders(Look& look);

}  // namespace plumb::verify
