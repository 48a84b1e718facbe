#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace plumb::env {

enum class LogLevel : std::uint8_t { debug, info, warn, error, off };
enum class LogFormat : std::uint8_t { text, json };

/// One named value of a log line. A Secret has no way into it.
struct LogField {
  std::string_view name;
  std::string value;

  LogField(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  LogField(std::string_view field_name, const char* text) : name(field_name), value(text) {}
  template <std::integral Number>
  LogField(std::string_view field_name, Number number) : name(field_name), value(text_of(number)) {}

 private:
  template <std::integral Number>
  static std::string text_of(Number number) {
    if constexpr (std::same_as<Number, bool>) {
      return number ? "true" : "false";
    } else {
      return std::to_string(number);
    }
  }
};

/// Where lines about what happens go: a constant message, and what varies as fields. error: someone
/// must act; warn: will heal by itself; info: a change in the world; debug: the rest. Thread-safe.
class Log {
 public:
  using Fields = std::initializer_list<LogField>;
  virtual ~Log() = default;

  void debug(std::string_view message, Fields fields = {}) {
    put(LogLevel::debug, message, fields);
  }
  void info(std::string_view message, Fields fields = {}) { put(LogLevel::info, message, fields); }
  void warn(std::string_view message, Fields fields = {}) { put(LogLevel::warn, message, fields); }
  void error(std::string_view message, Fields fields = {}) {
    put(LogLevel::error, message, fields);
  }

 private:
  void put(LogLevel level, std::string_view message, Fields fields) {
    write(level, message, {fields.begin(), fields.size()});
  }
  virtual void write(LogLevel level,
                     std::string_view message,
                     std::span<const LogField> fields) = 0;
};

/// Says nothing.
class NullLog final : public Log {
  void write(LogLevel, std::string_view, std::span<const LogField>) override {}
};

/// One line per event to a stream (the program gives std::cerr), as text or as a JSON object:
///   2026-11-20T22:47:14.123Z warn retrying url=/api attempt=2
///   {"time":"2026-11-20T22:47:14.123Z","level":"warn","message":"retrying","url":"/api"}
/// Values with spaces, quotes or control characters are quoted as in JSON, so that a line stays one
/// line. In JSON every value is a string; octets that are no UTF-8 become U+FFFD.
class StreamLog final : public Log {
 public:
  /// Requires: `stream` outlives the log. Lines below `level` are dropped.
  StreamLog(std::ostream& stream, LogFormat format, LogLevel level);
  ~StreamLog() override;

 private:
  struct Sink;
  void write(LogLevel level, std::string_view message, std::span<const LogField> fields) override;

  std::unique_ptr<Sink> sink_;
  LogFormat format_;
  LogLevel level_;
};

}  // namespace plumb::env
