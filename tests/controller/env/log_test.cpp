#include "controller/env/log.h"

#include <regex>
#include <sstream>
#include <string>
#include <type_traits>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "controller/env/secret.h"

namespace plumb::env {
namespace {

/// What was written, with the time replaced by TIME.
std::string timeless(const std::ostringstream& out) {
  static const std::regex time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)");
  return std::regex_replace(out.str(), time, "TIME");
}

TEST(Log, TextIsOneLineWithItsFields) {
  std::ostringstream out;
  StreamLog log(out, LogFormat::text, LogLevel::debug);
  log.info("zone written", {{"zone", "example.org."}, {"records", 3}, {"new", true}});
  log.warn("trying again");
  EXPECT_EQ(
      timeless(out),
      "TIME info zone written zone=example.org. records=3 new=true\nTIME warn trying again\n");
}

TEST(Log, ValuesCannotForgeALine) {
  std::ostringstream out;
  StreamLog log(out, LogFormat::text, LogLevel::debug);
  log.error("refused",
            {{"why", "a \"b\"\n2026 info all is well"}, {"empty", ""}, {"esc", "\x1b[31m"}});
  EXPECT_EQ(timeless(out),
            "TIME error refused why=\"a \\\"b\\\"\\u000a2026 info all is well\" empty=\"\" "
            "esc=\"\\u001b[31m\"\n");
}

TEST(Log, JsonIsAnObjectPerLine) {
  std::ostringstream out;
  StreamLog log(out, LogFormat::json, LogLevel::debug);
  log.debug("look {} %v", {{"name", "d\xc3\xb6main\\"}, {"octets", "\xff\xc3"}});
  EXPECT_EQ(timeless(out),
            "{\"time\":\"TIME\",\"level\":\"debug\",\"message\":\"look {} %v\","
            "\"name\":\"d\xc3\xb6main\\\\\",\"octets\":\"\xef\xbf\xbd\xef\xbf\xbd\"}\n");
}

TEST(Log, WhatIsBelowTheLevelIsNotWritten) {
  std::ostringstream out;
  StreamLog log(out, LogFormat::text, LogLevel::warn);
  log.debug("no");
  log.info("no");
  log.warn("yes");
  log.error("yes");
  EXPECT_EQ(timeless(out), "TIME warn yes\nTIME error yes\n");
  std::ostringstream silent;
  StreamLog(silent, LogFormat::text, LogLevel::off).error("no");
  EXPECT_EQ(silent.str(), "");
}

TEST(Log, ASecretHasNoWayIn) {
  static_assert(!std::is_constructible_v<LogField, std::string_view, const Secret&>);
  static_assert(!std::is_constructible_v<LogField, std::string_view, const Secret*>);
  static_assert(!fmt::is_formattable<Secret>::value);
  static_assert(!std::is_copy_constructible_v<Secret>);
  static_assert(!std::is_convertible_v<Secret, std::string_view>);
}

}  // namespace
}  // namespace plumb::env
