#include "controller/env/log.h"

#include <memory>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>

#include "controller/env/utf8.h"

namespace plumb::env {
namespace {

spdlog::level::level_enum spd_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::off:
      break;
  }
  return spdlog::level::off;
}

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
    case LogLevel::off:
      break;
  }
  return "off";
}

/// `text` as a JSON string (RFC 8259 §7).
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const char c = text.front();
    auto size = utf8_size(text);
    if (size == 0) {
      out += "\xef\xbf\xbd";
      size = 1;
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  out += '"';
}

bool is_plain(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f ||
        c == '"' || c == '\\' || c == '=') {
      return false;
    }
  }
  return !text.empty();
}

std::string text_line(LogLevel level, std::string_view message, std::span<const LogField> fields) {
  std::string line = fmt::format("{} {}", level_name(level), message);
  for (const auto& field : fields) {
    line += fmt::format(" {}=", field.name);
    if (is_plain(field.value)) {
      line += field.value;
    } else {
      append_quoted(line, field.value);
    }
  }
  return line;
}

/// All of the object but its brace and time, which the pattern writes.
std::string json_line(LogLevel level, std::string_view message, std::span<const LogField> fields) {
  std::string line = fmt::format(R"("level":"{}","message":)", level_name(level));
  append_quoted(line, message);
  for (const auto& field : fields) {
    line += ',';
    append_quoted(line, field.name);
    line += ':';
    append_quoted(line, field.value);
  }
  return line;
}

}  // namespace

struct StreamLog::Sink {
  spdlog::logger logger;
};

StreamLog::StreamLog(std::ostream& stream, LogFormat format, LogLevel level)
    : sink_(new Sink{
          spdlog::logger("plumb", std::make_shared<spdlog::sinks::ostream_sink_mt>(stream, true))}),
      format_(format),
      level_(level) {
  const std::string pattern = format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})"
                                                        : "%Y-%m-%dT%H:%M:%S.%eZ %v";
  sink_->logger.set_pattern(pattern, spdlog::pattern_time_type::utc);
  sink_->logger.set_level(spd_level(level));
}

StreamLog::~StreamLog() = default;

void StreamLog::write(LogLevel level, std::string_view message, std::span<const LogField> fields) {
  if (level < level_ || level == LogLevel::off) {
    return;
  }
  const auto line = format_ == LogFormat::json ? json_line(level, message, fields)
                                               : text_line(level, message, fields);
  sink_->logger.log(spd_level(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace plumb::env
