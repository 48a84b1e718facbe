#pragma once

#include <stop_token>
#include <vector>

#include "resources/model/result.h"

namespace plumb::providers {

/// What a Provider is besides, where it writes for a server that must then be told. Thread-safe.
class Owing {
 public:
  virtual ~Owing() = default;
  /// What is written while the server may not know it, with what to do. Looks, and tells nobody;
  /// while another run is at work this may be what that is about to tell.
  virtual std::vector<Error> owed() = 0;
  /// Tells the server now, where anything is owed. What fails is logged, and stays owed.
  virtual void tell(std::stop_token stop) = 0;
};

}  // namespace plumb::providers
