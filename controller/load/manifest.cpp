#include "controller/load/manifest.h"

#include <algorithm>
#include <array>

#include "controller/load/yaml_reader.h"

namespace plumb::load {
namespace {

constexpr std::string_view kApiVersion = "plumb/v1";
/// Kinds that the language has but this version has not.
constexpr auto kLaterKinds = std::to_array<std::string_view>(
    {"Mailbox", "Alias", "Password", "MailDomain", "DKIMKey", "MailServer"});

const Value& empty_map() {
  static const Value kEmpty{Value::Map(), {}};
  return kEmpty;
}

/// Takes what the reader finds: records go into the pack at once, documents are checked.
class Sink final : public DocumentSink {
 public:
  Sink(ManifestFile& out, const Schemas& schemas) : out_(out), schemas_(schemas) {}

  void record(Value item) override { records_good_ &= out_.records.add(item, out_.problems); }

  void document(Value tree, Place start) override {
    Document document;
    document.start = start;
    document.first_record = first_record_;
    document.records = out_.records.size() - first_record_;
    document.tree = std::move(tree);
    if (read_head(document)) {
      document.good = schemas_.check(document.kind, document.tree, out_.problems);
      document.records_good = records_good_;
      out_.documents.push_back(std::move(document));
    }
    first_record_ = out_.records.size();
    records_good_ = true;
  }

 private:
  bool wrong(Place place, std::string message, std::string hint) {
    out_.problems.error(place, std::move(message), std::move(hint));
    return false;
  }

  /// Whether this is a document of ours, by `apiVersion` and `kind`.
  bool read_head(Document& document) {
    const auto& tree = document.tree;
    if (tree.as_map() == nullptr) {
      return wrong(document.start,
                   "this document is " + std::string(type_name(tree)) + ", not a manifest",
                   "manifests are maps that begin with `apiVersion: plumb/v1`");
    }
    const auto* version = tree.find("apiVersion");
    const auto* kind = tree.find("kind");
    if (version == nullptr || kind == nullptr) {
      const std::string missing = version == nullptr ? "apiVersion" : "kind";
      return wrong(document.start,
                   "this is no manifest: it has no `" + missing + "`",
                   version == nullptr
                       ? "begin it with `apiVersion: plumb/v1`, or keep the file out of `manifests`"
                       : "say what it is, as in `kind: Domain`");
    }
    if (version->as_string() == nullptr || *version->as_string() != kApiVersion) {
      const auto written = version->as_string() != nullptr ? *version->as_string() : std::string();
      return wrong(
          version->place,
          "`apiVersion` is not plumb/v1" + (written.empty() ? "" : " but `" + written + "`"),
          "write `apiVersion: plumb/v1`, or keep documents of others out of `manifests`");
    }
    return read_kind(*kind, document);
  }

  bool read_kind(const Value& kind, Document& document) {
    const auto* text = kind.as_string();
    if (text == nullptr) {
      return wrong(kind.place, "`kind` must be text", "say what it is, as in `kind: Domain`");
    }
    const auto known = document_kinds();
    if (std::find(known.begin(), known.end(), *text) != known.end()) {
      document.kind = *text;
      return true;
    }
    if (std::find(kLaterKinds.begin(), kLaterKinds.end(), *text) != kLaterKinds.end()) {
      return wrong(kind.place,
                   "`" + *text + "` comes with the mail kinds, not in this version",
                   "keep the document out of `manifests` until then");
    }
    auto hint = did_you_mean(*text, known);
    return wrong(kind.place,
                 "there is no kind `" + *text + "`",
                 !hint.empty() ? std::move(hint)
                               : "kinds are Project, Provider, Profile, Domain, DNSRecord, Server "
                                 "and Consent");
  }

  ManifestFile& out_;
  const Schemas& schemas_;
  std::size_t first_record_ = 0;
  bool records_good_ = true;
};

}  // namespace

std::string Document::name(Place* place) const {
  const auto* found = metadata().find("name");
  if (found == nullptr || found->as_string() == nullptr) {
    return {};
  }
  if (place != nullptr) {
    *place = found->place;
  }
  return *found->as_string();
}

const Value& Document::spec() const {
  const auto* found = tree.find("spec");
  return found != nullptr && found->as_map() != nullptr ? *found : empty_map();
}

const Value& Document::metadata() const {
  const auto* found = tree.find("metadata");
  return found != nullptr && found->as_map() != nullptr ? *found : empty_map();
}

ManifestFile read_manifest(std::string_view text, std::uint32_t file, const Schemas& schemas) {
  ManifestFile out;
  Sink sink(out, schemas);
  out.readable = read_yaml(text, file, ReadLimits(), sink, out.problems);
  if (!out.readable) {
    out.documents.clear();
    out.records = kinds::RecordPack();
  }
  out.records.shrink();
  return out;
}

}  // namespace plumb::load
