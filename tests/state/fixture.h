#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "state/store.h"
#include "tests/support/temp_dir.h"

namespace plumb::state {

inline constexpr const char* kNow = "2026-11-20T12:00:00Z";
inline const Binding kBinding{"acme", "production"};
inline const Scope kScope{"powerdns http://127.0.0.1:8081/ localhost", "example.com."};
inline constexpr KindId kRrset{2};

inline std::unique_ptr<Store> open_store(const std::filesystem::path& directory,
                                         Access access = Access::write) {
  auto store = Store::open(directory, kBinding, access, "st-1", 42);
  EXPECT_TRUE(store) << (store ? "" : store.error().message);
  return store ? std::move(*store) : nullptr;
}

inline IntentKey create_key(const std::string& key, const std::string& body) {
  IntentKey intent;
  intent.kind = kRrset;
  intent.key = key;
  intent.after = body;
  intent.claim.made = true;
  intent.claim.origin = "domains/example.com.yaml:3:1";
  return intent;
}

inline Intent intent_of(std::vector<IntentKey> keys) {
  Intent intent;
  intent.run = "run-1";
  intent.commit = "3f2a91c";
  intent.scope = kScope;
  intent.process = "ci-7/4711";
  intent.keys = std::move(keys);
  return intent;
}

inline KeyOutcome outcome(const std::string& key, Ending ending) {
  KeyOutcome outcome;
  outcome.kind = kRrset;
  outcome.key = key;
  outcome.ending = ending;
  return outcome;
}

/// Begins and closes one key.
inline void make(Store& store, const IntentKey& key) {
  const auto seq = store.begin(intent_of({key}), kNow);
  ASSERT_TRUE(seq) << seq.error().message;
  const auto closed = store.close(*seq, std::vector{outcome(key.key, Ending::done)}, kNow);
  ASSERT_TRUE(closed) << closed.error().message;
}

/// The claimed body under a key; empty where there is no claim.
inline std::string claimed_body(const Store& store, const std::string& key) {
  const auto claimed = store.claims(kScope);
  EXPECT_TRUE(claimed) << claimed.error().message;
  if (!claimed || !*claimed) {
    return "";
  }
  const auto row = (*claimed)->table.find(kRrset, key);
  return row ? std::string((*claimed)->table.body((*claimed)->table[*row])) : "";
}

}  // namespace plumb::state
