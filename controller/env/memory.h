#pragma once

namespace plumb::env {

/// Gives what this process has freed back to the system, where its library can: to be called after
/// a step that took far more than it left behind. Takes milliseconds. Thread-safe.
void give_back_memory();

}  // namespace plumb::env
