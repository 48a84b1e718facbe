#include "controller/cli/verify_report.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/paint.h"
#include "controller/describe/plan_lines.h"
#include "controller/describe/plan_rows.h"

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

constexpr std::size_t kTopic = 11;
constexpr std::size_t kIndent = 12 + kTopic;  ///< where what was seen begins
constexpr std::size_t kTellAll = 3;  ///< so few domains are shown whole even where all is well
constexpr std::size_t kAlike = 5;    ///< lines of one topic in one domain; the others are counted

std::string counts_text(const verify::Report& report) {
  std::string text;
  for (const auto status : {Status::fail, Status::warning, Status::unknown, Status::pass}) {
    if (const auto n = report.count(status); n != 0) {
      text += fmt::format("{}{} {}", text.empty() ? "" : " · ", n, verify::status_name(status));
    }
  }
  return text.empty() ? "nothing to look at" : text;
}

/// What a check says, in one line.
std::string told(const verify::Check& check) {
  return describe::printable(check.subject.empty() ? check.message
                                                   : check.subject + ": " + check.message);
}

/// Writes reports one after another. What two domains share, such as a mail server, is told once.
class Writer {
 public:
  Writer(const describe::Style& style, bool many) : style_(style), many_(many) {}

  void report(const verify::Report& report);
  std::string take() { return std::move(text_); }

 private:
  bool all() const { return style_.verbose || !many_; }
  void line(Status status,
            const std::string& topic,
            const std::string& text,
            const std::string& rule);
  void remedy(const std::string& text);
  void trouble(const verify::Report& report, const verify::Check& check);
  void passes(const verify::Report& report);
  void quiet(const verify::Report& report);

  const describe::Style& style_;
  bool many_;
  std::string text_;
  std::map<std::string, std::string> seen_;  ///< what was told, and under which domain
};

void Writer::line(Status status,
                  const std::string& topic,
                  const std::string& text,
                  const std::string& rule) {
  const auto mark = mark_of(status);
  text_ += fmt::format(
      "  {} {}",
      describe::painted(
          fmt::format("{} {:<7}", mark.sign, verify::status_name(status)), mark.paint, style_),
      describe::padded(topic, kTopic));
  const auto whole = rule.empty() ? text : text + " (" + rule + ")";
  if (style_.width <= kIndent + 20) {
    text_ += whole + "\n";
    return;
  }
  std::string indent;
  for (const auto& part : describe::wrapped(whole, style_.width - kIndent, 0)) {
    text_ += indent + part + "\n";
    indent.assign(kIndent, ' ');
  }
}

void Writer::remedy(const std::string& text) {
  const auto whole = describe::printable(text);
  const auto width = style_.width <= kIndent + 20 ? 0 : style_.width - kIndent - 2;
  auto indent = std::string(kIndent, ' ') + "→ ";
  for (const auto& part :
       width == 0 ? std::vector<std::string>{whole} : describe::wrapped(whole, width, 0)) {
    text_ += indent + part + "\n";
    indent.assign(kIndent + 2, ' ');
  }
}

void Writer::trouble(const verify::Report& report, const verify::Check& check) {
  const auto text = told(check);
  const auto [before, fresh] = seen_.try_emplace(check.topic + ' ' + text, report.domain);
  if (!fresh && many_ && !check.subject.empty()) {
    line(check.status,
         check.topic,
         fmt::format("{}: as under {}", describe::printable(check.subject), before->second),
         {});
    return;
  }
  line(check.status, check.topic, text, check.rule);
  if (!check.remedy.empty()) {
    remedy(check.remedy);
  }
}

/// What is in order: line by line where there are few domains, else by name.
void Writer::passes(const verify::Report& report) {
  std::vector<std::string> topics;
  for (const auto& check : report.checks) {
    if (check.status != Status::pass) {
      continue;
    }
    if (all()) {
      line(Status::pass, check.topic, told(check), style_.verbose ? check.rule : std::string());
    } else if (std::find(topics.begin(), topics.end(), check.topic) == topics.end()) {
      topics.push_back(check.topic);
    }
  }
  if (!topics.empty()) {
    line(Status::pass, fmt::format("{}", fmt::join(topics, ", ")), {}, {});
  }
}

/// A domain without any trouble is one line, unless all lines are wanted.
void Writer::quiet(const verify::Report& report) {
  std::string what;
  for (const auto& check : report.checks) {
    if (check.topic == "served" || check.topic == "mx") {
      what += (what.empty() ? "" : "; ") + describe::printable(check.message);
    }
  }
  text_ += fmt::format("{} {}  {}{}\n",
                       describe::painted("✓", Paint::green, style_),
                       describe::painted(report.domain, Paint::bold, style_),
                       describe::counted(report.checks.size(), "check") + " pass",
                       what.empty() ? "" : ": " + what);
}

void Writer::report(const verify::Report& report) {
  if (report.worst() == Status::pass && !all()) {
    return quiet(report);
  }
  const auto mark = mark_of(report.worst());
  text_ += fmt::format("{} {}  {}\n",
                       describe::painted(mark.sign, mark.paint, style_),
                       describe::painted(report.domain, Paint::bold, style_),
                       counts_text(report));
  std::map<std::string, std::size_t> alike;
  for (const auto& check : report.checks) {
    if (check.status != Status::pass && (++alike[check.topic] <= kAlike || style_.verbose)) {
      trouble(report, check);
    }
  }
  for (const auto& [topic, count] : alike) {
    if (count > kAlike && !style_.verbose) {
      text_ += fmt::format("  … {:<7} {}and {} (-v shows all)\n",
                           "",
                           describe::padded(topic, kTopic),
                           describe::counted(count - kAlike, "more line"));
    }
  }
  passes(report);
  text_ += "\n";
}

}  // namespace

std::string verify_text(const verify::Verified& verified,
                        std::chrono::milliseconds took,
                        const describe::Style& style) {
  const bool many = verified.reports.size() > kTellAll;
  Writer writer(style, many);
  std::array<std::size_t, 4> domains{};
  for (const auto& report : verified.reports) {
    ++domains.at(static_cast<std::size_t>(report.worst()));
    writer.report(report);
  }
  auto text = writer.take();
  const auto& [good, unsure, warned, failed] = domains;
  if (many && good != 0 && !style.verbose) {
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
  return text + fmt::format("{} · {} in {:.1f} s\n",
                            parts,
                            describe::counted(verified.questions, "question"),
                            seconds);
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
