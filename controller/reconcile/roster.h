#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "controller/apply/executor.h"
#include "controller/env/env.h"
#include "controller/env/http.h"
#include "controller/env/limiter.h"
#include "controller/load/loaded.h"
#include "controller/providers/provider.h"

namespace plumb::reconcile {

/// The providers of a project, opened: each with its own limiter over the one HTTP client. Those
/// that cannot be opened stay in it with the reason; the others go on. Not copyable; lookups are
/// thread-safe once opened.
class Roster {
 public:
  /// One account.
  struct Member {
    std::string name;     ///< of the Provider document
    std::string account;  ///< Scope::account
    const ProviderTraits* traits = nullptr;
    std::string spec_digest;  ///< of Provider.spec: another spec may read the same world otherwise
    std::unique_ptr<env::Limiter> limiter;
    std::unique_ptr<env::LimitedHttp> http;
    std::unique_ptr<providers::Provider> provider;  ///< null where it could not be opened
    std::optional<Error> trouble;
    unsigned reads_at_once = 1;  ///< how many calls that read may run at the same time
  };

  /// Opens every provider of `loaded`. Borrows `types`, `env` and `loaded`.
  Roster(std::span<const providers::ProviderType> types,
         env::Env env,
         std::string directory,
         const load::Loaded& loaded);

  const Member* find(const std::string& account) const;
  std::span<const std::unique_ptr<Member>> members() const { return members_; }
  apply::ProviderLookup lookup() const;

 private:
  void add(const providers::ProviderType& type,
           const load::ProviderConfig& config,
           const load::Loaded& loaded);

  env::Env env_;
  std::string directory_;
  std::vector<std::unique_ptr<Member>> members_;
  std::map<std::string, const Member*> by_account_;
};

}  // namespace plumb::reconcile
