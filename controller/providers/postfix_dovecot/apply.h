#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "controller/providers/postfix_dovecot/keys.h"
#include "controller/providers/postfix_dovecot/patch.h"
#include "controller/providers/postfix_dovecot/server.h"
#include "controller/providers/postfix_dovecot/write.h"
#include "controller/providers/provider.h"

namespace plumb::providers::postfix_dovecot {

/// What batches are carried out with. Borrowed.
struct Workshop {
  const Config& config;
  Files& files;
  Keys& keys;
  env::Env env;
};

/// Carries out the batches of any number of domains in one go. What is new is written first, what
/// goes last; each file is written at most once for each of the two. Every change is reported,
/// once.
void carry_out(const Workshop& workshop,
               std::span<const Order> orders,
               const ReportEach& report,
               std::stop_token stop);

}  // namespace plumb::providers::postfix_dovecot
