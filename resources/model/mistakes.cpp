#include "resources/model/mistakes.h"

#include <algorithm>
#include <array>

#include "resources/model/check.h"

namespace plumb {
namespace {

constexpr std::array kMistakes{
    MistakeInfo{Mistake::file_unreadable, "file-unreadable", "a file cannot be read", ""},
    MistakeInfo{Mistake::file_too_large, "file-too-large", "a file is larger than is read", ""},
    MistakeInfo{
        Mistake::yaml_encoding,
        "yaml-encoding",
        "the text is not plain UTF-8: another encoding, control characters, stray carriage returns",
        "RFC 3629 §4"},
    MistakeInfo{Mistake::yaml_syntax, "yaml-syntax", "the text is not valid YAML", ""},
    MistakeInfo{Mistake::yaml_too_large,
                "yaml-too-large",
                "a text, a key, a line or the nesting is larger than is read",
                ""},
    MistakeInfo{Mistake::yaml_tab, "yaml-tab", "a line is indented with a tab", ""},
    MistakeInfo{Mistake::yaml_anchor, "yaml-anchor", "an anchor (&name)", ""},
    MistakeInfo{Mistake::yaml_alias,
                "yaml-alias",
                "an alias (*name), or a text that begins with * and is not quoted",
                ""},
    MistakeInfo{Mistake::yaml_tag, "yaml-tag", "a tag (!name)", ""},
    MistakeInfo{Mistake::yaml_merge_key, "yaml-merge-key", "a merge key (<<)", ""},
    MistakeInfo{Mistake::yaml_directive, "yaml-directive", "a directive (%)", ""},
    MistakeInfo{
        Mistake::yaml_duplicate_key, "yaml-duplicate-key", "a key is written twice in one map", ""},
    MistakeInfo{Mistake::yaml_key,
                "yaml-key",
                "a key is missing, is no text, or goes over several lines",
                ""},
    MistakeInfo{Mistake::yaml_quote,
                "yaml-quote",
                "a quoted text is not closed, or ends in a way that is misread",
                ""},
    MistakeInfo{Mistake::yaml_unquoted, "yaml-unquoted", "a text needs quotes", ""},
    MistakeInfo{
        Mistake::yaml_escape, "yaml-escape", "an escape of double-quoted text is wrong", ""},
    MistakeInfo{Mistake::yaml_bracket,
                "yaml-bracket",
                "a list or map in brackets is not closed or was never opened",
                ""},
    MistakeInfo{Mistake::yaml_document,
                "yaml-document",
                "text behind a document that does not belong to it",
                ""},
    MistakeInfo{
        Mistake::yaml_too_many, "yaml-too-many", "more is wrong with a file than is shown", ""},
    MistakeInfo{Mistake::no_manifest, "no-manifest", "a document is no manifest", ""},
    MistakeInfo{
        Mistake::api_version, "api-version", "`apiVersion` is not the one of this version", ""},
    MistakeInfo{Mistake::unknown_kind, "unknown-kind", "`kind` names no kind", ""},
    MistakeInfo{Mistake::project_missing, "project-missing", "plumb.yaml holds no Project", ""},
    MistakeInfo{
        Mistake::project_repeated, "project-repeated", "there is more than one Project", ""},
    MistakeInfo{Mistake::manifests_missing,
                "manifests-missing",
                "`manifests` of the Project names what is not there",
                ""},
    MistakeInfo{
        Mistake::unknown_field, "unknown-field", "a field that its place does not have", ""},
    MistakeInfo{
        Mistake::wrong_type, "wrong-type", "a value of another type than the field takes", ""},
    MistakeInfo{Mistake::unknown_choice,
                "unknown-choice",
                "a text that is none of those the field takes",
                ""},
    MistakeInfo{Mistake::missing_field, "missing-field", "a field that must be there is not", ""},
    MistakeInfo{
        Mistake::out_of_range, "out-of-range", "a number below or above what the field takes", ""},
    MistakeInfo{Mistake::empty_value, "empty-value", "a text or a list that must not be empty", ""},
    MistakeInfo{Mistake::either_or, "either-or", "fields of which only one can be given", ""},
    MistakeInfo{Mistake::schema_mismatch,
                "schema-mismatch",
                "a document is not as its schema wants it",
                ""},
    MistakeInfo{
        Mistake::no_list_to_append, "no-list-to-append", "`field+` appends to what is no list", ""},
    MistakeInfo{
        Mistake::bad_declaration, "bad-declaration", "what is declared is not possible", ""},
    MistakeInfo{Mistake::bad_name,
                "bad-name",
                "a text is no domain name, or none that may stand here",
                "RFC 1035 §2.3.4"},
    MistakeInfo{Mistake::bad_address, "bad-address", "a text is no IP address", ""},
    MistakeInfo{
        Mistake::bad_value, "bad-value", "a value is not in the form of its record type", ""},
    MistakeInfo{Mistake::txt_quoted,
                "txt-quoted",
                "a TXT value is written in the form of master files",
                "RFC 1035 §3.3.14"},
    MistakeInfo{Mistake::bad_number,
                "bad-number",
                "a text is not the number or share that the field takes",
                ""},
    MistakeInfo{Mistake::bad_date, "bad-date", "a text is no date", "RFC 3339 §5.6"},
    MistakeInfo{
        Mistake::bad_pointer, "bad-pointer", "a text is no JSON pointer to a field", "RFC 6901"},
    MistakeInfo{Mistake::unknown_record_type,
                "unknown-record-type",
                "`type` names no record type",
                "RFC 1035 §3.1"},
    MistakeInfo{Mistake::bad_record_type,
                "bad-record-type",
                "a record type that cannot be declared, or not so",
                ""},
    MistakeInfo{Mistake::no_values, "no-values", "a record set has no values", ""},
    MistakeInfo{Mistake::repeated_value,
                "repeated-value",
                "a value stands twice in a record set",
                "RFC 2181 §5",
                Severity::warning},
    MistakeInfo{
        Mistake::unknown_variable, "unknown-variable", "a variable that is not defined", ""},
    MistakeInfo{
        Mistake::variable_circle, "variable-circle", "variables that stand for one another", ""},
    MistakeInfo{
        Mistake::variable_syntax, "variable-syntax", "`${...}` is not closed, or no reference", ""},
    MistakeInfo{Mistake::declared_twice, "declared-twice", "something is declared twice", ""},
    MistakeInfo{
        Mistake::ttl_differs, "ttl-differs", "one record set has two TTLs", "RFC 2181 §5.2"},
    MistakeInfo{Mistake::nothing_to_remove,
                "nothing-to-remove",
                "`value: null` where no profile gives the record set",
                "",
                Severity::warning},
    MistakeInfo{Mistake::in_child_zone,
                "in-child-zone",
                "a record lies in the zone of another declared domain",
                "RFC 1034 §4.2"},
    MistakeInfo{Mistake::declared_unmanaged,
                "declared-unmanaged",
                "a record is declared and unmanaged at once",
                ""},
    MistakeInfo{Mistake::unknown_provider,
                "unknown-provider",
                "a Provider that is not declared, or none of the domain's",
                ""},
    MistakeInfo{Mistake::provider_type, "provider-type", "`type` names no type of provider", ""},
    MistakeInfo{Mistake::provider_setting,
                "provider-setting",
                "a Provider is not as its type wants it",
                ""},
    MistakeInfo{Mistake::provider_account, "provider-account", "two Providers are one account", ""},
    MistakeInfo{Mistake::provider_repeated, "provider-repeated", "a Provider is named twice", ""},
    MistakeInfo{Mistake::provider_without_zones,
                "provider-without-zones",
                "a Provider that holds no zones is named for them",
                ""},
    MistakeInfo{Mistake::provider_without_servers,
                "provider-without-servers",
                "a Provider that has no servers is named for one",
                ""},
    MistakeInfo{
        Mistake::provider_missing, "provider-missing", "a Domain names no DNS provider", ""},
    MistakeInfo{Mistake::provider_refuses,
                "provider-refuses",
                "a record set that its provider cannot hold",
                ""},
    MistakeInfo{Mistake::unknown_profile, "unknown-profile", "a Profile that is not declared", ""},
    MistakeInfo{Mistake::unknown_domain, "unknown-domain", "a Domain that is not declared", ""},
    MistakeInfo{
        Mistake::unknown_reference, "unknown-reference", "a reference to what is not declared", ""},
    MistakeInfo{Mistake::unknown_output,
                "unknown-output",
                "a reference to an output that its declaration does not have",
                ""},
    MistakeInfo{
        Mistake::reference_place, "reference-place", "a reference where none can stand", ""},
    MistakeInfo{Mistake::depends_on_unknown,
                "depends-on-unknown",
                "`dependsOn` names what is not declared",
                ""},
    MistakeInfo{
        Mistake::dependency_circle, "dependency-circle", "declarations that need one another", ""},
    MistakeInfo{Mistake::delegate_without_parent,
                "delegate-without-parent",
                "`delegate` without a declared zone above",
                "RFC 1034 §4.2"},
    MistakeInfo{Mistake::delegate_without_servers,
                "delegate-without-servers",
                "`delegate` without `nameServers`",
                "RFC 1034 §4.2"},
    MistakeInfo{Mistake::unknown_resource_kind,
                "unknown-resource-kind",
                "`drift` names no kind of resource",
                ""},
    MistakeInfo{Mistake::unknown_rule, "unknown-rule", "`lint.off` names no rule", ""},
    MistakeInfo{Mistake::rule_not_switchable,
                "rule-not-switchable",
                "`lint.off` names what is always reported",
                ""},
    MistakeInfo{
        Mistake::consent_ended, "consent-ended", "a Consent that has ended", "", Severity::warning},
    MistakeInfo{Mistake::unknown_server, "unknown-server", "a Server that is not declared", ""},
    MistakeInfo{
        Mistake::bad_certificate, "bad-certificate", "a certificate that cannot be read", ""},
    MistakeInfo{Mistake::bad_password,
                "bad-password",
                "a password that is given in no way, or in several, or as no hash",
                ""},
    MistakeInfo{Mistake::provider_without_mail,
                "provider-without-mail",
                "a Provider that holds no mail domains is named for one",
                ""},
    MistakeInfo{Mistake::provider_without_keys,
                "provider-without-keys",
                "a DKIM key at a Provider that has no place for keys",
                ""},
    MistakeInfo{Mistake::mail_provider_missing,
                "mail-provider-missing",
                "a mailbox or alias in a Domain that names no mail provider",
                ""},
    MistakeInfo{Mistake::mail_alias_of, "mail-alias-of", "`aliasOf` names what cannot be it", ""},
    MistakeInfo{Mistake::mail_not_here,
                "mail-not-here",
                "a mailbox or alias in a Domain that has no mail of its own",
                ""},
    MistakeInfo{
        Mistake::alias_loop, "alias-loop", "aliases that lead back to themselves", "RFC 5321 §6.3"},
    MistakeInfo{
        Mistake::alias_target, "alias-target", "an alias to an address that nobody declares", ""},
    MistakeInfo{Mistake::alias_choice,
                "alias-choice",
                "an alias that says nothing, or more than one thing, of its mail",
                ""},
    MistakeInfo{Mistake::quota_exceeded,
                "quota-exceeded",
                "mailboxes that may hold more than their Domain",
                ""},
    MistakeInfo{Mistake::unknown_sender,
                "unknown-sender",
                "`sendAs` names an address that nobody declares",
                ""},
    MistakeInfo{Mistake::former_name,
                "former-name",
                "`formerly` names a mailbox that is still declared, or that another one was too",
                ""},
    MistakeInfo{Mistake::rules_held_back,
                "rules-held-back",
                "rules were not asked about what may be missing only because it could not be read",
                "",
                Severity::note},
    MistakeInfo{Mistake::references_held_back,
                "references-held-back",
                "names were not looked up because what could not be read may declare them",
                "",
                Severity::note},
};

}  // namespace

std::span<const MistakeInfo> mistakes() {
  return kMistakes;
}

const MistakeInfo& info(Mistake mistake) {
  const auto at = static_cast<std::size_t>(mistake);
  PLUMB_CHECK(at < kMistakes.size());
  return kMistakes[at];
}

const MistakeInfo* find_mistake(std::string_view id) {
  const auto* found = std::find_if(
      kMistakes.begin(), kMistakes.end(), [&](const auto& one) { return one.id == id; });
  return found == kMistakes.end() ? nullptr : found;
}

}  // namespace plumb
