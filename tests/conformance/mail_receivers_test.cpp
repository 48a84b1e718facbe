// What other programs make of mail records: the table of SPF cases, and the records that builders
// make. Each asks a real NSD in a network of its own.

#include <sstream>

#include <gtest/gtest.h>

#include "resources/mail/dkim.h"
#include "resources/mail/dmarc.h"
#include "tests/support/receivers.h"
#include "tests/support/spf_cases.h"

namespace plumb::test {
namespace {

std::vector<std::string> split(const std::string& line, char mark) {
  std::vector<std::string> parts;
  std::istringstream in(line);
  for (std::string part; std::getline(in, part, mark);) {
    parts.push_back(part);
  }
  return parts;
}

/// none, permerror and temperror are one word to libspf2.
std::string as_libspf2_says(const std::string& result) {
  return result == "none" || result == "permerror" || result == "temperror" ? "error" : result;
}

TEST(MailReceivers, SpfLibrariesComeToWhatTheTableSays) {
  const auto cases = read_spf_cases();
  std::string input;
  for (const auto& one : cases) {
    input += one.id + "\t" + one.client + "\t" + one.helo + "\t" + one.sender + "\n";
  }
  const auto printed = run_beside_nsd(read_spf_zone(cases),
                                      "exec /usr/bin/python3 '" PLUMB_SOURCE_DIR
                                      "/tests/conformance/receivers/ask_spf.py'",
                                      input);
  ASSERT_EQ(printed.code, 0) << printed.text;
  const auto lines = split(printed.text, '\n');
  ASSERT_EQ(lines.size(), cases.size()) << printed.text;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto parts = split(lines[i], '\t');
    ASSERT_EQ(parts.size(), 4U) << lines[i];
    ASSERT_EQ(parts[0], cases[i].id);
    EXPECT_EQ(parts[1], cases[i].result_of("pyspf")) << cases[i].id << ": " << cases[i].record;
    EXPECT_EQ(parts[3], as_libspf2_says(cases[i].result_of("libspf2")))
        << cases[i].id << ": " << cases[i].record;
    const auto wanted = cases[i].options.find("exp");
    if (wanted != cases[i].options.end() && !wanted->second.empty()) {
      EXPECT_EQ(parts[2], wanted->second) << cases[i].id;
    }
  }
}

values::DomainName name(std::string_view text) {
  return values::DomainName::parse(text).value();
}

/// The records of a builder as a zone below `domain`.
void add(SpfZone& zone, const std::string& domain, const std::vector<mail::MadeRecord>& records) {
  for (const auto& record : records) {
    zone[{record.owner + "." + domain, "TXT"}].push_back(*record.value.as_string());
  }
}

TEST(MailReceivers, OpenDkimReadsTheKeysThatBuildersPublish) {
  // The key is made here; its public half is what a provider gives, base64 of the
  // SubjectPublicKeyInfo.
  const auto key = run_beside_nsd({}, "openssl genrsa -traditional 2048 2>/dev/null");
  ASSERT_EQ(key.code, 0) << key.text;
  const auto key_file =
      "umask 077; key=$(mktemp); conf=$(mktemp); trap 'rm -f \"$key\" \"$conf\"' EXIT; "
      "cat >\"$key\"; echo Nameservers 127.0.0.1 >\"$conf\"; ";
  const auto half =
      run_beside_nsd({},
                     std::string(key_file) +
                         "openssl rsa -in \"$key\" -pubout -outform DER 2>/dev/null | base64 -w0",
                     key.text);
  ASSERT_EQ(half.code, 0) << half.text;
  mail::MailSpec spec;
  spec.dkim = {{.selector = "s1.mail", .public_key = half.text},
               {.selector = "test", .testing = true, .public_key = half.text}};
  SpfZone zone;
  add(zone, "shop.example", mail::dkim_records(spec, name("shop.example")));
  for (const auto* selector : {"s1.mail", "test"}) {
    const auto tested = run_beside_nsd(
        zone,
        std::string(key_file) + "opendkim-testkey -vvv -x \"$conf\" -d shop.example -s " +
            selector + " -k \"$key\"",
        key.text);
    EXPECT_EQ(tested.code, 0) << tested.text;
    EXPECT_NE(tested.text.find("key OK"), std::string::npos) << tested.text;
  }
  const auto missing =
      run_beside_nsd(zone,
                     std::string(key_file) +
                         "opendkim-testkey -vvv -x \"$conf\" -d shop.example -s other -k \"$key\"",
                     key.text);
  EXPECT_NE(missing.code, 0) << "the tool sees what is not there";
}

TEST(MailReceivers, OpenDmarcReadsThePoliciesThatBuildersPublish) {
  mail::MailSpec spec;
  spec.dmarc = mail::DmarcSpec{.policy = "quarantine",
                               .subdomain_policy = "reject",
                               .dkim_alignment = "strict",
                               .spf_alignment = "relaxed",
                               .percent = 50,
                               .rua = {"mailto:a@shop.example", "mailto:b@shop.example"},
                               .ruf = {"mailto:f@shop.example"}};
  SpfZone zone;
  add(zone, "shop.example", mail::dmarc_records(spec));
  const auto printed = run_beside_nsd(zone, "opendmarc-check shop.example");
  EXPECT_EQ(printed.code, 0);
  for (const auto* line : {"Sample percentage: 50",
                           "DKIM alignment: strict",
                           "SPF alignment: relaxed",
                           "Domain policy: quarantine",
                           "Subdomain policy: reject",
                           "mailto:a@shop.example",
                           "mailto:b@shop.example",
                           "mailto:f@shop.example"}) {
    EXPECT_NE(printed.text.find(line), std::string::npos) << line << " in\n" << printed.text;
  }
}

}  // namespace
}  // namespace plumb::test
