#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "resources/model/diagnostic.h"

namespace plumb {

/// What can be wrong with manifests besides the rules over whole zones (resources/rules): each has
/// an id that messages carry. In the order of the table in mistakes.cpp.
enum class Mistake : std::uint8_t {
  // The text of a file.
  file_unreadable,
  file_too_large,
  yaml_encoding,
  yaml_syntax,
  yaml_too_large,
  yaml_tab,
  yaml_anchor,
  yaml_alias,
  yaml_tag,
  yaml_merge_key,
  yaml_directive,
  yaml_duplicate_key,
  yaml_key,
  yaml_quote,
  yaml_unquoted,
  yaml_escape,
  yaml_bracket,
  yaml_document,
  yaml_too_many,
  // What a document is.
  no_manifest,
  api_version,
  unknown_kind,
  project_missing,
  project_repeated,
  manifests_missing,
  // What a schema says.
  unknown_field,
  wrong_type,
  unknown_choice,
  missing_field,
  out_of_range,
  empty_value,
  either_or,
  schema_mismatch,
  no_list_to_append,
  // Values.
  bad_declaration,
  bad_name,
  bad_address,
  bad_value,
  txt_quoted,
  bad_number,
  bad_date,
  bad_pointer,
  unknown_record_type,
  bad_record_type,
  no_values,
  repeated_value,
  unknown_variable,
  variable_circle,
  variable_syntax,
  // What documents say of one another.
  declared_twice,
  ttl_differs,
  nothing_to_remove,
  in_child_zone,
  declared_unmanaged,
  unknown_provider,
  provider_type,
  provider_setting,
  provider_account,
  provider_repeated,
  provider_without_zones,
  provider_without_servers,
  provider_missing,
  provider_refuses,
  unknown_profile,
  unknown_domain,
  unknown_reference,
  unknown_output,
  reference_place,
  depends_on_unknown,
  dependency_circle,
  delegate_without_parent,
  delegate_without_servers,
  unknown_resource_kind,
  unknown_rule,
  rule_not_switchable,
  consent_ended,
  // What mail needs.
  unknown_server,
  bad_certificate,
  bad_password,
  provider_without_mail,
  provider_without_keys,
  mail_provider_missing,
  mail_alias_of,
  mail_not_here,
  alias_loop,
  alias_target,
  alias_choice,
  quota_exceeded,
  unknown_sender,
  former_name,
  // What is not asked.
  rules_held_back,
  references_held_back,
};

/// One line of the table of mistakes, and of docs/rules.md.
struct MistakeInfo {
  Mistake mistake;
  std::string_view id;         ///< "unknown-field": stable
  std::string_view summary;    ///< what is wrong, without dot
  std::string_view reference;  ///< "RFC 1035 §2.3.4"; empty where none applies, or several may
  Severity severity = Severity::error;
};

/// All of them, in the order of the enumeration.
std::span<const MistakeInfo> mistakes();
const MistakeInfo& info(Mistake mistake);
/// The mistake that messages call `id`; nullptr where there is none.
const MistakeInfo* find_mistake(std::string_view id);

}  // namespace plumb
