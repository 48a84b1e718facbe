#include "controller/verify/services.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "resources/model/ascii.h"

namespace plumb::verify {
namespace {

constexpr std::size_t kMostLines = 100;

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (!line.empty()) {
    const auto end = std::min(line.find(' '), line.size());
    if (end != 0) {
      words.push_back(ascii_upper(line.substr(0, end)));
    }
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

bool is_implicit(Service service) {
  return service == Service::submissions || service == Service::imaps || service == Service::pop3s;
}

/// One conversation, protocol by protocol.
class Dialogue {
 public:
  Dialogue(env::Conversation& line, const ServiceQuestion& question, const ServiceOptions& options)
      : line_(line), question_(question), options_(options) {}

  Result<ServiceSeen> run();

 private:
  Result<void> smtp();
  Result<void> imap();
  Result<void> pop3();
  Result<void> handshake();
  /// A reply of SMTP with all its lines (RFC 5321 §4.2.1), without codes; the code in `code`.
  Result<std::vector<std::string>> reply(int& code);
  auto strange(const std::string& line) const {
    return fail(ErrorCode::internal,
                fmt::format("{} does not speak {}: it says '{}'",
                            question_.server,
                            service_name(question_.service),
                            line.substr(0, 80)));
  }

  env::Conversation& line_;
  const ServiceQuestion& question_;
  const ServiceOptions& options_;
  ServiceSeen seen_;
};

Result<void> Dialogue::handshake() {
  auto tls = line_.start_tls(question_.host, options_.ca_file);
  if (tls) {
    seen_.tls = std::move(*tls);
    return {};
  }
  if (tls.error().code == ErrorCode::cancelled) {
    return tl::unexpected(std::move(tls).error());
  }
  seen_.tls_problem = tls.error().message;
  return {};
}

Result<std::vector<std::string>> Dialogue::reply(int& code) {
  std::vector<std::string> lines;
  while (lines.size() < kMostLines) {
    PLUMB_TRY(line, line_.read_line());
    const bool digits = line.size() >= 3 && std::all_of(line.begin(), line.begin() + 3, [](char c) {
                          return c >= '0' && c <= '9';
                        });
    if (!digits) {
      return strange(line);
    }
    code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    lines.push_back(line.size() > 4 ? line.substr(4) : std::string());
    if (line.size() == 3 || line[3] != '-') {
      return lines;
    }
  }
  return strange("too many lines");
}

Result<void> Dialogue::smtp() {
  int code = 0;
  PLUMB_TRY(greeting, reply(code));
  seen_.banner = greeting.front();
  if (code != 220) {
    return fail(
        ErrorCode::unavailable,
        fmt::format("{} refuses: {} {}", question_.server, code, seen_.banner.substr(0, 200)));
  }
  if (auto sent = line_.write("EHLO " + options_.self + "\r\n"); !sent) {
    return sent;
  }
  PLUMB_TRY(offered, reply(code));
  for (std::size_t i = 1; i < offered.size(); ++i) {
    auto words = words_of(offered[i]);
    if (!words.empty()) {
      seen_.words.push_back(std::move(words.front()));
    }
  }
  const auto& words = seen_.words;
  if (is_implicit(question_.service)) {
    return line_.write("QUIT\r\n");
  }
  if (std::find(words.begin(), words.end(), "STARTTLS") == words.end()) {
    seen_.tls_problem = "it offers no STARTTLS";
    return line_.write("QUIT\r\n");
  }
  if (auto sent = line_.write("STARTTLS\r\n"); !sent) {
    return sent;
  }
  PLUMB_TRY(answer, reply(code));
  if (code != 220) {
    seen_.tls_problem =
        fmt::format("it refuses STARTTLS: {} {}", code, answer.front().substr(0, 200));
    return line_.write("QUIT\r\n");
  }
  return handshake();
}

Result<void> Dialogue::imap() {
  PLUMB_TRY(greeting, line_.read_line());
  if (!greeting.starts_with("* ")) {
    return strange(greeting);
  }
  seen_.banner = greeting.substr(2);
  if (auto sent = line_.write("a CAPABILITY\r\n"); !sent) {
    return sent;
  }
  for (std::size_t i = 0; i < kMostLines; ++i) {
    PLUMB_TRY(line, line_.read_line());
    if (ascii_upper(line).starts_with("* CAPABILITY ")) {
      seen_.words = words_of(std::string_view(line).substr(13));
    }
    if (line.starts_with("a ")) {
      break;
    }
  }
  const auto& words = seen_.words;
  if (is_implicit(question_.service)) {
    return line_.write("b LOGOUT\r\n");
  }
  if (std::find(words.begin(), words.end(), "STARTTLS") == words.end()) {
    seen_.tls_problem = "it offers no STARTTLS";
    return line_.write("b LOGOUT\r\n");
  }
  if (auto sent = line_.write("b STARTTLS\r\n"); !sent) {
    return sent;
  }
  PLUMB_TRY(answer, line_.read_line());
  if (!ascii_upper(answer).starts_with("B OK")) {
    seen_.tls_problem = "it refuses STARTTLS: " + answer.substr(0, 200);
    return {};
  }
  return handshake();
}

Result<void> Dialogue::pop3() {
  PLUMB_TRY(greeting, line_.read_line());
  if (!greeting.starts_with("+OK")) {
    return strange(greeting);
  }
  seen_.banner = greeting.size() > 4 ? greeting.substr(4) : std::string();
  if (is_implicit(question_.service)) {
    return line_.write("QUIT\r\n");
  }
  if (auto sent = line_.write("STLS\r\n"); !sent) {
    return sent;
  }
  PLUMB_TRY(answer, line_.read_line());
  if (!answer.starts_with("+OK")) {
    seen_.tls_problem = "it refuses STLS: " + answer.substr(0, 200);
    return {};
  }
  return handshake();
}

Result<ServiceSeen> Dialogue::run() {
  const auto service = question_.service;
  if (is_implicit(service)) {
    if (auto shaken = handshake(); !shaken) {
      return tl::unexpected(std::move(shaken).error());
    }
    if (!seen_.tls) {
      return std::move(seen_);
    }
  }
  auto spoken = service == Service::imap || service == Service::imaps   ? imap()
                : service == Service::pop3 || service == Service::pop3s ? pop3()
                                                                        : smtp();
  if (!spoken) {
    return tl::unexpected(std::move(spoken).error());
  }
  return std::move(seen_);
}

}  // namespace

std::string_view service_name(Service service) {
  constexpr std::array<std::string_view, 7> kNames = {"SMTP",
                                                      "submission",
                                                      "submission over TLS",
                                                      "IMAP",
                                                      "IMAP over TLS",
                                                      "POP3",
                                                      "POP3 over TLS"};
  return kNames.at(static_cast<std::size_t>(service));
}

Result<ServiceSeen> ask_service(const ServiceQuestion& question,
                                const ServiceOptions& options,
                                std::stop_token stop) {
  PLUMB_TRY(line, env::Conversation::connect(question.server, options.deadline, std::move(stop)));
  return Dialogue(*line, question, options).run();
}

}  // namespace plumb::verify
