#include "controller/load/manifest.h"

#include <algorithm>
#include <set>

#include "controller/load/excerpts.h"
#include "controller/load/yaml_reader.h"
#include "resources/kinds/common.h"
#include "resources/kinds/record_item.h"
#include "resources/model/mistakes.h"

namespace plumb::load {
namespace {

constexpr std::string_view kApiVersion = "plumb/v1";

const Value& empty_map() {
  static const Value kEmpty{Value::Map(), {}};
  return kEmpty;
}

/// Takes what the reader finds: records go into the pack at once, documents are checked.
class Sink final : public DocumentSink {
 public:
  Sink(ManifestFile& out, const Schemas& schemas) : out_(out), schemas_(schemas) {}

  void record(Value item) override { out_.records.add(item, out_.problems); }

  void document(Value tree, Place start) override { take(std::move(tree), start, true, true); }

  void broken_document(Value tree, Place start, bool ended) override {
    take(std::move(tree), start, false, ended);
  }

 private:
  void take(Value tree, Place start, bool sound, bool ended) {
    Document document;
    document.start = start;
    document.ended = ended;
    document.first_record = first_record_;
    document.records = out_.records.size() - first_record_;
    document.first_unread = first_unread_;
    document.unread = out_.records.unread().size() - first_unread_;
    document.tree = std::move(tree);
    first_record_ = out_.records.size();
    first_unread_ = out_.records.unread().size();
    Diagnostics found;
    const bool ours = read_head(document, found);
    if (ended) {  // else what is missing may stand behind the error
      out_.problems.append(std::move(found));
    }
    if (ours && sound && take_plain(document)) {
      return;
    }
    if (ours) {
      const auto before = out_.problems.all().size();
      std::vector<std::string> secrets;
      note_secrets(document, secrets);  // the schema takes out what is wrong
      set_aliases_aside(document);
      auto verdict = schemas_.repair(document.kind, document.tree, ended, out_.problems);
      document.good = verdict.good && sound;
      document.usable = verdict.usable && ended;
      document.lost = std::move(verdict.lost);
      pack_aliases(document);
      const bool packed = document.good && pack_address(document);
      hide_in_words(out_.problems.all().subspan(before), secrets);
      if (packed) {
        return;  // all is in its place: a ready hash stays known to be one
      }
      std::move(secrets.begin(), secrets.end(), std::back_inserter(out_.hidden));
    }
    if (ours && (document.kind == "Project" || is_named(document))) {
      out_.documents.push_back(std::move(document));
    } else if (!is_foreign(document.tree)) {
      out_.unknown.push_back({std::move(document.kind), start});
    }
  }

  /// Mailboxes and aliases of the plain form, of which there may be very many.
  bool take_plain(const Document& document) {
    return kinds::MailPack::is_plain(document.tree) && pack_address(document);
  }

  /// Packs a Mailbox or Alias. Not those whose mistakes only code can see: they stay documents, so
  /// that their names are known.
  bool pack_address(const Document& document) {
    if (document.kind == "Mailbox") {
      return out_.mail.add_mailbox(document.tree, out_.problems);
    }
    return document.kind == "Alias" && out_.mail.add_alias(document.tree, out_.problems);
  }

  static Value::Map* aliases_of(Document& document) {
    auto* map = std::get_if<Value::Map>(&document.tree.data);
    const auto member = [](Value::Map& in, std::string_view name) -> Value* {
      const auto found = std::find_if(
          in.begin(), in.end(), [&](const Field& field) { return field.name == name; });
      return found == in.end() ? nullptr : &found->value;
    };
    auto* spec = map == nullptr ? nullptr : member(*map, "spec");
    auto* members = spec == nullptr ? nullptr : std::get_if<Value::Map>(&spec->data);
    auto* aliases = members == nullptr ? nullptr : member(*members, "aliases");
    return aliases == nullptr ? nullptr : std::get_if<Value::Map>(&aliases->data);
  }

  /// Packs the plain members of `aliases`; the schema is asked about the others only.
  void set_aliases_aside(Document& document) {
    document.first_alias = out_.mail.aliases().size();
    auto* aliases =
        document.kind == "Domain" || document.kind == "Profile" ? aliases_of(document) : nullptr;
    if (aliases != nullptr) {
      std::erase_if(*aliases, [&](const Field& member) {
        return kinds::MailPack::is_plain_alias(member.value) &&
               out_.mail.add_inline(member, out_.problems);
      });
    }
  }

  void pack_aliases(Document& document) {
    if (auto* aliases = aliases_of(document);
        aliases != nullptr && (document.kind == "Domain" || document.kind == "Profile")) {
      for (const auto& member : *aliases) {
        if (!out_.mail.add_inline(member, out_.problems)) {
          document.lost.emplace_back("aliases");
        }
      }
      aliases->clear();
    }
    document.aliases = out_.mail.aliases().size() - document.first_alias;
  }

  static bool wrong(
      Place place, Mistake mistake, std::string message, std::string hint, Diagnostics& problems) {
    problems.error(place, mistake, std::move(message), std::move(hint));
    return false;
  }

  /// Whether it is a manifest of some other program: then nothing of ours is missing with it.
  static bool is_foreign(const Value& tree) {
    const auto* version = tree.find("apiVersion");
    const auto* kind = tree.find("kind");
    const auto known = document_kinds();
    return version != nullptr && version->as_string() != nullptr &&
           *version->as_string() != kApiVersion && kind != nullptr &&
           kind->as_string() != nullptr &&
           std::find(known.begin(), known.end(), *kind->as_string()) == known.end();
  }

  static bool is_named(const Document& document) {
    if (!document.ended && document.name().find_first_of("\n }\"'") != std::string::npos) {
      return false;  // more than the name, up to the error
    }
    return !document.name().empty() ||
           !kinds::read_texts(document.metadata().find("names")).empty();
  }

  /// Whether this is a document of ours, by `apiVersion` and `kind`.
  bool read_head(Document& document, Diagnostics& problems) {
    const auto& tree = document.tree;
    if (tree.as_map() == nullptr) {
      return wrong(document.start,
                   Mistake::no_manifest,
                   "this document is " + std::string(type_name(tree)) + ", not a manifest",
                   "manifests are maps that begin with `apiVersion: plumb/v1`",
                   problems);
    }
    const auto* version = tree.find("apiVersion");
    const auto* kind = tree.find("kind");
    if (version == nullptr || kind == nullptr) {
      const std::string missing = version == nullptr ? "apiVersion" : "kind";
      return wrong(document.start,
                   Mistake::no_manifest,
                   "this is no manifest: it has no `" + missing + "`",
                   version == nullptr
                       ? "begin it with `apiVersion: plumb/v1`, or keep the file out of `manifests`"
                       : "say what it is, as in `kind: Domain`",
                   problems);
    }
    if (version->as_string() == nullptr || *version->as_string() != kApiVersion) {
      const auto written = version->as_string() != nullptr ? *version->as_string() : std::string();
      return wrong(
          version->place,
          Mistake::api_version,
          "`apiVersion` is not plumb/v1" + (written.empty() ? "" : " but `" + written + "`"),
          "write `apiVersion: plumb/v1`, or keep documents of others out of `manifests`",
          problems);
    }
    return read_kind(*kind, document, problems);
  }

  static bool read_kind(const Value& kind, Document& document, Diagnostics& problems) {
    const auto* text = kind.as_string();
    if (text == nullptr) {
      return wrong(kind.place,
                   Mistake::wrong_type,
                   "`kind` must be text",
                   "say what it is, as in `kind: Domain`",
                   problems);
    }
    const auto known = document_kinds();
    if (std::find(known.begin(), known.end(), *text) != known.end()) {
      document.kind = *text;
      return true;
    }
    const bool made = !part_of_another(*text).empty();
    document.kind = made ? *text : std::string(nearest(*text, known));
    return wrong(kind.place,
                 Mistake::unknown_kind,
                 "there is no kind `" + *text + "`",
                 hint_for_kind(*text),
                 problems);
  }

  ManifestFile& out_;
  const Schemas& schemas_;
  std::size_t first_record_ = 0;
  std::size_t first_unread_ = 0;
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

bool Document::misses(std::string_view path) const {
  const auto dot = path.rfind('.');
  const auto above = dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
  return !ended || std::any_of(lost.begin(), lost.end(), [&](std::string_view one) {
    if (one == path || one == above || one.starts_with(std::string(path) + ".")) {
      return true;
    }
    // An unknown field may be a known one misspelt.
    const auto last = one.rfind('.');
    const bool beside = dot == std::string_view::npos
                            ? last == std::string_view::npos
                            : last != std::string_view::npos && one.substr(0, last) == above;
    const std::string_view known[] = {path.substr(dot + 1)};
    return beside && !nearest(one.substr(last + 1), known).empty();
  });
}

std::vector<std::string> homes_of(const kinds::MailPack& pack) {
  std::set<std::string, std::less<>> homes;
  std::string_view last;  // those of one domain stand together
  const auto add = [&](const kinds::PackedText& name) {
    const auto address = pack.text(name);
    const auto at = address.rfind('@');
    const bool called = at != std::string_view::npos && at != 0;
    const auto home = called ? address.substr(at + 1) : std::string_view();
    if (homes.empty() || home != last) {
      last = *homes.emplace(home).first;
    }
  };
  for (const auto& mailbox : pack.mailboxes()) {
    add(mailbox.name);
  }
  for (const auto number : pack.alias_documents()) {
    add(pack.aliases()[number].name);
  }
  return {homes.begin(), homes.end()};
}

ManifestFile read_manifest(std::string_view text, std::uint32_t file, const Schemas& schemas) {
  ManifestFile out;
  Sink sink(out, schemas);
  out.readable = read_yaml(text, file, ReadLimits(), sink, out.problems);
  out.records.shrink();
  out.mail.shrink();
  out.homes = homes_of(out.mail);
  return out;
}

}  // namespace plumb::load
