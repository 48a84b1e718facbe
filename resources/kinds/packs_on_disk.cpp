// What RecordPack and MailPack are in the cache of compiled manifests. Field by field, since the
// padding of their rows is nobody's.

#include <algorithm>

#include "resources/kinds/mailbox_pack.h"
#include "resources/kinds/record_item.h"

namespace plumb::kinds {
namespace {

template <class Row, class Write>
void write_all(const std::vector<Row>& rows, PackWriter& out, const Write& write) {
  out.number(rows.size());
  for (const auto& row : rows) {
    write(row);
  }
}

template <class Row, class Read>
void read_all(std::vector<Row>& rows, PackReader& in, const Read& read) {
  rows.resize(in.count());
  for (auto& row : rows) {
    read(row);
  }
}

void write(const PackedText& text, PackWriter& out) {
  out.number(text.offset);
  out.number(text.size);
  out.place(text.place);
}

void read(PackedText& text, PackReader& in) {
  text.offset = in.number32();
  text.size = in.number32();
  text.place = in.place();
}

void write(const PlacedText& text, PackWriter& out) {
  out.text(text.text);
  out.place(text.place);
}

void read(PlacedText& text, PackReader& in) {
  text.text = in.text();
  text.place = in.place();
}

void write(const Common& common, PackWriter& out) {
  write_all(common.depends_on, out, [&](const PlacedText& one) { write(one, out); });
  out.flag(common.protect);
  out.flag(common.paused);
  out.flag(common.formerly.has_value());
  if (common.formerly) {
    write(*common.formerly, out);
  }
  write_all(common.ignore, out, [&](const std::string& one) { out.text(one); });
  write_all(common.ignore_places, out, [&](Place one) { out.place(one); });
  write_lint(common.lint, out);
}

Common read_common(PackReader& in) {
  Common common;
  read_all(common.depends_on, in, [&](PlacedText& one) { read(one, in); });
  common.protect = in.flag();
  common.paused = in.flag();
  if (in.flag()) {
    read(common.formerly.emplace(), in);
  }
  read_all(common.ignore, in, [&](std::string& one) { one = in.text(); });
  read_all(common.ignore_places, in, [&](Place& one) { one = in.place(); });
  common.lint = read_lint(in);
  return common;
}

void write(const PackedMailbox& mailbox, PackWriter& out) {
  write(mailbox.name, out);
  write(mailbox.display_name, out);
  write(mailbox.password, out);
  out.number(mailbox.quota);
  out.place(mailbox.quota_place);
  out.number(mailbox.first_sender);
  out.number(mailbox.senders);
  out.number(mailbox.extra);
  out.number(static_cast<std::uint8_t>(mailbox.source));
  for (const bool flag : {bool{mailbox.has_display_name},
                          bool{mailbox.has_quota},
                          bool{mailbox.has_senders},
                          bool{mailbox.has_receive_only},
                          bool{mailbox.receive_only},
                          bool{mailbox.has_disabled},
                          bool{mailbox.disabled},
                          bool{mailbox.always}}) {
    out.flag(flag);
  }
}

void read(PackedMailbox& mailbox, PackReader& in) {
  read(mailbox.name, in);
  read(mailbox.display_name, in);
  read(mailbox.password, in);
  mailbox.quota = in.number();
  mailbox.quota_place = in.place();
  mailbox.first_sender = in.number32();
  mailbox.senders = in.number32();
  mailbox.extra = in.number32();
  mailbox.source = static_cast<PackedMailbox::Source>(in.number());
  mailbox.has_display_name = in.flag();
  mailbox.has_quota = in.flag();
  mailbox.has_senders = in.flag();
  mailbox.has_receive_only = in.flag();
  mailbox.receive_only = in.flag();
  mailbox.has_disabled = in.flag();
  mailbox.disabled = in.flag();
  mailbox.always = in.flag();
}

void write(const PackedRecord& record, PackWriter& out) {
  out.place(record.place);
  out.place(record.name_place);
  out.number(record.name);
  out.number(record.name_size);
  out.number(static_cast<std::uint64_t>(record.type));
  out.number(record.ttl);
  out.number(record.first_value);
  out.number(record.values);
  out.number(record.extra);
  out.flag(record.has_ttl);
  out.flag(record.removes);
}

void read(PackedRecord& record, PackReader& in) {
  record.place = in.place();
  record.name_place = in.place();
  record.name = in.number32();
  record.name_size = static_cast<std::uint16_t>(in.number());
  record.type = static_cast<values::RecordType>(in.number());
  record.ttl = in.number32();
  record.first_value = in.number32();
  record.values = in.number32();
  record.extra = in.number32();
  record.has_ttl = in.flag();
  record.removes = in.flag();
}

}  // namespace

void write_lint(const LintSwitch& lint, PackWriter& out) {
  write_all(lint.off, out, [&](const std::string& one) { out.text(one); });
  write_all(lint.places, out, [&](Place one) { out.place(one); });
  out.text(lint.reason);
}

LintSwitch read_lint(PackReader& in) {
  LintSwitch lint;
  read_all(lint.off, in, [&](std::string& one) { one = in.text(); });
  read_all(lint.places, in, [&](Place& one) { one = in.place(); });
  lint.reason = in.text();
  return lint;
}

void RecordPack::write(PackWriter& out) const {
  out.text(text_);
  write_all(records_, out, [&](const PackedRecord& one) { kinds::write(one, out); });
  write_all(values_, out, [&](const PackedValue& one) {
    out.number(one.offset);
    out.number(one.size);
    out.flag(one.variable != 0);
    out.place(one.place);
  });
  write_all(extras_, out, [&](const RecordExtra& one) {
    out.value(one.at);
    write_lint(one.lint, out);
  });
}

RecordPack RecordPack::read(PackReader& in) {
  RecordPack pack;
  pack.text_ = in.text();
  read_all(pack.records_, in, [&](PackedRecord& one) { kinds::read(one, in); });
  read_all(pack.values_, in, [&](PackedValue& one) {
    one.offset = in.number32();
    one.size = in.number32() & ~(1U << 31U);
    one.variable = in.flag() ? 1 : 0;
    one.place = in.place();
  });
  read_all(pack.extras_, in, [&](RecordExtra& one) {
    one.at = in.value();
    one.lint = read_lint(in);
  });
  return pack;
}

bool MailPack::holds_hash() const {
  return std::any_of(mailboxes_.begin(), mailboxes_.end(), [](const PackedMailbox& mailbox) {
    return mailbox.source == PackedMailbox::Source::hash;
  });
}

void MailPack::write(PackWriter& out) const {
  out.text(text_);
  write_all(texts_, out, [&](const PackedText& one) { kinds::write(one, out); });
  write_all(mailboxes_, out, [&](const PackedMailbox& one) { kinds::write(one, out); });
  write_all(aliases_, out, [&](const PackedAlias& one) {
    kinds::write(one.name, out);
    out.number(one.first_text);
    out.number(one.texts);
    out.number(one.extra);
    out.number(static_cast<std::uint8_t>(one.what));
  });
  write_all(alias_documents_, out, [&](std::uint32_t one) { out.number(one); });
  write_all(extras_, out, [&](const MailExtra& one) {
    kinds::write(one.common, out);
    write_all(one.labels, out, [&](const auto& label) {
      out.text(label.first);
      out.text(label.second);
    });
  });
}

MailPack MailPack::read(PackReader& in) {
  MailPack pack;
  pack.text_ = in.text();
  read_all(pack.texts_, in, [&](PackedText& one) { kinds::read(one, in); });
  read_all(pack.mailboxes_, in, [&](PackedMailbox& one) { kinds::read(one, in); });
  read_all(pack.aliases_, in, [&](PackedAlias& one) {
    kinds::read(one.name, in);
    one.first_text = in.number32();
    one.texts = in.number32();
    one.extra = in.number32();
    one.what = static_cast<PackedAlias::What>(in.number());
  });
  read_all(pack.alias_documents_, in, [&](std::uint32_t& one) { one = in.number32(); });
  read_all(pack.extras_, in, [&](MailExtra& one) {
    one.common = read_common(in);
    read_all(one.labels, in, [&](auto& label) {
      label.first = in.text();
      label.second = in.text();
    });
  });
  return pack;
}

}  // namespace plumb::kinds
