// What holds for every value, not only for those in the tables.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "resources/values/byte_size.h"
#include "resources/values/duration.h"
#include "resources/values/ip_address.h"
#include "resources/values/rdata.h"
#include "resources/values/txt.h"

namespace plumb::values {
namespace {

const DomainName& zone() {
  static const DomainName kZone = DomainName::from_canonical("example.com.");
  return kZone;
}

/// Text with a taste for what matters in names and data.
rc::Gen<std::string> presentation_text() {
  return rc::gen::container<std::string>(
      rc::gen::oneOf(rc::gen::elementOf(std::string("abcXYZ019.-_*@\\\"; ()$,=\t")),
                     rc::gen::elementOf(std::string("0123456789 .")),
                     rc::gen::arbitrary<char>()));
}

RC_GTEST_PROP(Properties, TxtRoundTripsByteExact, ()) {
  const auto size = *rc::gen::inRange(0, 1000);
  const auto octets =
      *rc::gen::container<std::string>(static_cast<std::size_t>(size), rc::gen::arbitrary<char>());
  const auto quoted = quote_chunks(octets);
  const auto back = parse_presentation(quoted);
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == octets);
  RC_ASSERT(quote_chunks(*back) == quoted);
}

RC_GTEST_PROP(Properties, CanonicalNamesAreCanonical, ()) {
  const auto text = *presentation_text();
  const auto name = DomainName::parse(text);
  if (name) {
    const auto again = DomainName::parse(name->text());
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == *name);
    RC_ASSERT(name->wire_length() <= 255U);
    RC_ASSERT(name->is_subdomain_of(name->parent()));
  }
}

RC_GTEST_PROP(Properties, NamesAreCaseInsensitive, ()) {
  const auto text = *rc::gen::nonEmpty(
      rc::gen::container<std::string>(rc::gen::elementOf(std::string("abcdefxyz019-_."))));
  std::string upper = text;
  for (char& c : upper) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  const auto a = DomainName::parse(text);
  const auto b = DomainName::parse(upper);
  RC_ASSERT(a.has_value() == b.has_value());
  RC_ASSERT(!a || *a == *b);
}

RC_GTEST_PROP(Properties, RelativeNamesComeBack, ()) {
  const auto text = *presentation_text();
  const auto name = DomainName::parse_relative(text, zone());
  if (name) {
    RC_ASSERT(name->is_subdomain_of(zone()));
    const auto relative = name->relative_to(zone());
    RC_ASSERT(*DomainName::parse_master_file(relative, zone()) == *name);
  }
}

/// Fields that belong to some type, in an order that sometimes makes sense.
rc::Gen<std::string> fields() {
  static const std::vector<std::string> kFields = {
      "0",
      "1",
      "2",
      "3",
      "0010",
      "128",
      "257",
      ".",
      "@",
      "www",
      "Mail.Example.NET.",
      "ö.",
      "192.0.2.1",
      "2001:DB8:0::1",
      "issue",
      "letsencrypt.org",
      "\"a b\"",
      "\"\"",
      "\";\"",
      "\"q\\\"\\\\\"",
      "ab",
      "AB CD",
      "YWJj",
      "YWI=",
      "N",
      "S",
      "E",
      "W",
      "10m",
      "-24.5m",
      "30.12",
      "alpn=h2,h3",
      "alpn=\"a b\"",
      "port=0443",
      "no-default-alpn",
      "ipv4hint=192.0.2.1",
      "ipv6hint=2001:DB8::1",
      "ech=YWI",
      "key667=\"x\\210\"",
      "mandatory=port,alpn",
      "2bb183af5f22588179A53B0A98631FAD1A292118E5C9EE0C2A4C2EBF02E9D2A3",
      "123456789ABCDEF67890123456789abcdef67890"};
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kFields)),
                      [](const std::vector<std::string>& words) {
                        std::string text;
                        for (std::size_t i = 0; i < words.size() && i < 9; ++i) {
                          text += words[i] + ' ';
                        }
                        return text;
                      });
}

/// What each type accepts, so that mutations of it are worth trying.
std::string beginning_of(RecordType type) {
  using enum RecordType;
  const std::pair<RecordType, std::string> beginnings[] = {{mx, "10 "},
                                                           {srv, "0 1 443 "},
                                                           {caa, "0 issue "},
                                                           {ds, "1 8 9 "},
                                                           {sshfp, "4 9 "},
                                                           {tlsa, "3 1 0 "},
                                                           {smimea, "3 1 0 "},
                                                           {naptr, "1 2 s x \"\" "},
                                                           {uri, "1 2 "},
                                                           {svcb, "1 www "},
                                                           {https, "1 . "},
                                                           {loc, "1 2 3.5 N 4 5 E 6 "},
                                                           {soa, "a. b. 1 2 3 4 "}};
  for (const auto& [of, text] : beginnings) {
    if (of == type) {
      return text;
    }
  }
  return {};
}

void expect_idempotent(RecordType type, const std::string& text) {
  for (const auto rule :
       {TargetRule::manifest, TargetRule::master_file, TargetRule::absolute_only}) {
    const auto canonical = canonical_rdata(type, text, zone(), rule);
    if (!canonical) {
      RC_ASSERT(!canonical.error().message.empty());
      continue;
    }
    const auto wire = wire_presentation(type, *canonical);
    for (const auto reading : {TargetRule::master_file, TargetRule::absolute_only}) {
      const auto again = canonical_rdata(type, wire, zone(), reading);
      RC_ASSERT(again.has_value());
      RC_ASSERT(*again == *canonical);
    }
    static_cast<void>(target_of(type, *canonical));
  }
}

TEST(Properties, CanonicalDataOfEveryTypeIsIdempotent) {
  auto names = std::vector<std::string_view>(known_types().begin(), known_types().end());
  names.emplace_back("SOA");
  for (const auto name : names) {
    const auto type = *find_record_type(name);
    EXPECT_TRUE(rc::check("canonical " + std::string(name) + " is idempotent", [&] {
      const auto tail = *rc::gen::oneOf(fields(), presentation_text());
      expect_idempotent(type, beginning_of(type) + tail);
      expect_idempotent(type, tail);
    }));
  }
}

RC_GTEST_PROP(Properties, AddressesRoundTrip, (std::array<std::uint8_t, 16> octets)) {
  const auto zeros = *rc::gen::inRange<std::size_t>(0, 16);
  const auto from = *rc::gen::inRange<std::size_t>(0, 16);
  for (std::size_t i = from; i < std::min<std::size_t>(16, from + zeros); ++i) {
    octets[i] = 0;
  }
  const Ipv6Address six{octets};
  RC_ASSERT(*Ipv6Address::parse(six.text()) == six);
  const Ipv4Address four{{octets[0], octets[1], octets[2], octets[3]}};
  RC_ASSERT(*Ipv4Address::parse(four.text()) == four);
}

RC_GTEST_PROP(Properties, AmountsRoundTrip, (std::uint64_t bytes)) {
  RC_ASSERT(*parse_byte_size(format_byte_size(bytes)) == bytes);
  const std::chrono::seconds duration(bytes % 3'000'000'000ULL);
  RC_ASSERT(*parse_duration(format_duration(duration)) == duration);
}

}  // namespace
}  // namespace plumb::values
