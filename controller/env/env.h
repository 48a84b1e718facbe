#pragma once

#include "controller/env/clock.h"
#include "controller/env/http.h"
#include "controller/env/log.h"
#include "controller/env/random.h"
#include "controller/env/secret.h"

namespace plumb::env {

/// Everything that is not us, as handed down from main. Does not own; copies are cheap.
struct Env {
  Clock& clock;
  Random& random;
  Log& log;
  Http& http;
  Secrets& secrets;
};

}  // namespace plumb::env
