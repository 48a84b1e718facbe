#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "resources/model/result.h"
#include "resources/model/scope.h"
#include "resources/model/value.h"

namespace plumb {

enum class FieldType : std::uint8_t {
  plain,
  set,         ///< an array whose order means nothing: kept sorted in canonical bytes
  fixed,       ///< cannot be changed in place: a difference is a replacement
  write_only,  ///< cannot be read back: never compared
};

/// One field of a resource kind's canonical body.
struct FieldRule {
  std::uint8_t number;    ///< the key in the CBOR map; on disk, never reused
  std::string_view name;  ///< as documents and JSON spell it: "ttl"
  FieldType type = FieldType::plain;
  /// A desired body without it says that it is not to be there; else that it is not managed.
  bool managed_when_absent = false;
};

/// How much a change of a resource deserves a second look.
enum class Risk : std::uint8_t { none, notable, severe };

/// A resource kind as load/, plan/ and describe/ know it, without including kinds/. Pure data and
/// pure functions.
struct Kind {
  KindId id{};
  std::string_view name;  ///< "RRset", "Zone", "Server"
  std::span<const FieldRule> fields;
  /// Its deletion loses what cannot be declared again (a zone, a mailbox, a server): only with
  /// Consent.
  bool holds_data = false;
  /// Position among the creates of one scope, lowest first: zone 0, server 10, RRsets 20... Deletes
  /// go reversed.
  std::uint8_t rank = 0;

  /// The canonical body of a tree whose members are named as `fields` are. Errors: `invalid_input`,
  /// names the field. Idempotent; used at the border and after references are resolved.
  Result<std::string> (*canonical)(std::string_view key, const Value& fields) = nullptr;
  /// "_dmarc TXT"
  std::string (*label)(std::string_view key) = nullptr;
  /// What a body says, in one line: "10 mx1.example.com. · ttl 300".
  std::string (*summary)(std::string_view key, std::string_view body) = nullptr;
  /// What changes, term by term, in one line: "p=none → p=reject".
  std::string (*difference)(std::string_view key,
                            std::string_view before,
                            std::string_view after) = nullptr;
  /// `before` empty: create; `after` empty: delete.
  Risk (*risk)(std::string_view key, std::string_view before, std::string_view after) = nullptr;
  /// What is never split over two batches, and shown together: the owner name of an RRset.
  std::string_view (*group)(std::string_view key) = nullptr;
  /// The number of the set field that is claimed value by value in shared scopes (TXT values); 0 =
  /// none.
  std::uint8_t (*union_field)(std::string_view key) = nullptr;

  /// Whether a body leads to the row (`target`, `key`) of its own scope: an alias to a mailbox.
  /// nullptr: bodies of this kind lead to none.
  bool (*leads_to)(std::string_view body,
                   KindId target,
                   std::string_view key,
                   std::string_view container) = nullptr;

  const FieldRule* field(std::uint8_t number) const;
};

/// The resource kinds of this program, injected by main. Immutable.
class Catalog {
 public:
  explicit Catalog(std::span<const Kind> kinds) : kinds_(kinds) {}
  std::span<const Kind> kinds() const { return kinds_; }
  /// Requires: a kind of this catalog (a claim of a newer version is refused when the store is
  /// read).
  const Kind& of(KindId id) const;
  const Kind* find(KindId id) const;
  const Kind* find(std::string_view name) const;

 private:
  std::span<const Kind> kinds_;
};

/// A body as a tree whose members are named as the kind's fields are; unknown numbers are left out.
Result<Value> body_tree(const Kind& kind, std::string_view body);

}  // namespace plumb
