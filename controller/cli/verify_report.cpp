#include "controller/cli/verify_report.h"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/paint.h"
#include "controller/describe/plan_lines.h"

namespace plumb::cli {
namespace {

using describe::Paint;
using verify::Status;

struct Mark {
  std::string_view sign;
  Paint paint;
};

Mark mark_of(Status status) {
  constexpr std::array<Mark, 4> kMarks = {
      {{"✓", Paint::green}, {"?", Paint::magenta}, {"!", Paint::yellow}, {"✗", Paint::red}}};
  return kMarks.at(static_cast<std::size_t>(status));
}

std::string signed_word(Status status, const describe::Style& style) {
  const auto mark = mark_of(status);
  return describe::painted(
      fmt::format("{} {:<7}", mark.sign, verify::status_name(status)), mark.paint, style);
}

constexpr std::size_t kTopic = 11;

/// "✗ fail    spf        example.com TXT: …" and what is to be done.
std::string trouble_lines(const verify::Check& check, const describe::Style& style) {
  const auto subject = check.subject.empty() ? std::string() : check.subject + ": ";
  auto text = fmt::format("  {} {}{}{}{}\n",
                          signed_word(check.status, style),
                          describe::padded(check.topic, kTopic),
                          describe::printable(subject),
                          describe::printable(check.message),
                          check.rule.empty() ? "" : " (" + check.rule + ")");
  if (!check.remedy.empty()) {
    text +=
        fmt::format("{}→ {}\n", std::string(kTopic + 12, ' '), describe::printable(check.remedy));
  }
  return text;
}

std::string pass_line(const verify::Check& check, const describe::Style& style) {
  const auto subject = check.subject.empty() ? std::string() : check.subject + ": ";
  const auto text = fmt::format("  {} {}{}{}",
                                signed_word(Status::pass, style),
                                describe::padded(check.topic, kTopic),
                                describe::printable(subject),
                                describe::printable(check.message));
  return (style.verbose && !check.rule.empty() ? text + " (" + check.rule + ")" : text) + "\n";
}

std::string counts_text(const verify::Report& report) {
  std::string text;
  for (const auto status : {Status::fail, Status::warning, Status::unknown, Status::pass}) {
    if (const auto n = report.count(status); n != 0) {
      text += fmt::format("{}{} {}", text.empty() ? "" : " · ", n, verify::status_name(status));
    }
  }
  return text.empty() ? "nothing to look at" : text;
}

/// A domain without any trouble is one line, unless all lines are wanted.
std::string quiet_line(const verify::Report& report, const describe::Style& style) {
  std::string what;
  for (const auto& check : report.checks) {
    if (check.topic == "served" || check.topic == "mx") {
      what += (what.empty() ? "" : "; ") + describe::printable(check.message);
    }
  }
  return fmt::format("{} {}  {}{}\n",
                     describe::painted("✓", Paint::green, style),
                     describe::painted(report.domain, Paint::bold, style),
                     describe::counted(report.checks.size(), "check") + " pass",
                     what.empty() ? "" : ": " + what);
}

std::string report_text(const verify::Report& report, const describe::Style& style) {
  const auto mark = mark_of(report.worst());
  auto text = fmt::format("{} {}  {}\n",
                          describe::painted(mark.sign, mark.paint, style),
                          describe::painted(report.domain, Paint::bold, style),
                          counts_text(report));
  for (const auto& check : report.checks) {
    text += check.status == Status::pass ? pass_line(check, style) : trouble_lines(check, style);
  }
  return text + "\n";
}

}  // namespace

std::string verify_text(const verify::Verified& verified,
                        std::chrono::milliseconds took,
                        const describe::Style& style) {
  constexpr std::size_t kTellAll = 3;  // so few domains are shown whole even where all is well
  std::string text;
  std::array<std::size_t, 4> domains{};
  for (const auto& report : verified.reports) {
    ++domains.at(static_cast<std::size_t>(report.worst()));
    const bool quiet =
        report.worst() == Status::pass && !style.verbose && verified.reports.size() > kTellAll;
    text += quiet ? quiet_line(report, style) : report_text(report, style);
  }
  const auto& [good, unsure, warned, failed] = domains;
  if (verified.reports.size() > kTellAll && good != 0) {
    text += "\n";
  }
  text += describe::counted(verified.reports.size(), "domain") + ": ";
  std::string parts;
  const auto part = [&](std::size_t count, std::string_view what) {
    if (count != 0) {
      parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", count, what);
    }
  };
  part(failed, failed == 1 ? "fails" : "fail");
  part(warned, "with warnings");
  part(unsure, "not wholly looked at");
  part(good, "in order");
  const auto seconds = static_cast<double>(took.count()) / 1000;
  return text + fmt::format("{} · {} questions in {:.1f} s\n", parts, verified.questions, seconds);
}

std::string verify_json(const verify::Verified& verified) {
  auto domains = nlohmann::json::array();
  for (const auto& report : verified.reports) {
    auto checks = nlohmann::json::array();
    for (const auto& check : report.checks) {
      nlohmann::json one = {{"topic", check.topic},
                            {"status", verify::status_name(check.status)},
                            {"message", describe::printable(check.message)}};
      const auto put = [&](const char* name, const std::string& value) {
        if (!value.empty()) {
          one[name] = describe::printable(value);
        }
      };
      put("subject", check.subject);
      put("rule", check.rule);
      put("remedy", check.remedy);
      checks.push_back(std::move(one));
    }
    domains.push_back({{"domain", report.domain},
                       {"status", verify::status_name(report.worst())},
                       {"checks", std::move(checks)}});
  }
  return nlohmann::json{
             {"version", 1}, {"questions", verified.questions}, {"domains", std::move(domains)}}
             .dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

}  // namespace plumb::cli
