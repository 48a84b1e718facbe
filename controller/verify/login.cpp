#include "controller/verify/login.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "controller/env/crypto.h"
#include "resources/model/ascii.h"

namespace plumb::verify {
namespace {

constexpr std::size_t kMostLines = 100;

bool is_loopback(std::string_view server) {
  return server.starts_with("127.") || server.starts_with("[::1]:");
}

/// A text that is wiped. Requires: longer than what a std::string keeps within itself, which a move
/// would leave behind.
class Wiped {
 public:
  explicit Wiped(std::string text) : text_(std::move(text)) {}
  ~Wiped() { env::wipe(text_); }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;

  std::string_view view() const { return text_; }

 private:
  std::string text_;
};

/// What AUTHENTICATE PLAIN sends, in base64 (RFC 4616 §2).
std::string plain_message(std::string_view user, std::string_view password) {
  constexpr std::size_t kOnTheHeap = 64;
  std::string message;
  message.reserve(std::max(kOnTheHeap, user.size() + password.size() + 2));  // it never grows
  message.append(1, '\0').append(user).append(1, '\0').append(password);
  const Wiped wiped(std::move(message));
  return env::base64_encode(wiped.view());
}

/// The response code of a tagged NO if it is one that we know (RFC 5530 §3). Nothing else of the
/// line is ever repeated: a strange server may say what it was sent.
std::string_view code_of(const std::string& line) {
  constexpr std::array<std::string_view, 11> kCodes = {"AUTHENTICATIONFAILED",
                                                       "AUTHORIZATIONFAILED",
                                                       "EXPIRED",
                                                       "NOPERM",
                                                       "PRIVACYREQUIRED",
                                                       "CONTACTADMIN",
                                                       "UNAVAILABLE",
                                                       "SERVERBUG",
                                                       "CLIENTBUG",
                                                       "INUSE",
                                                       "LIMIT"};
  const auto text = ascii_upper(line);
  for (const auto code : kCodes) {
    if (text.find(fmt::format("[{}]", code)) != std::string::npos) {
      return code;
    }
  }
  return {};
}

/// Whether a NO is about the password; else the server could not or would not say.
bool is_final(std::string_view code) {
  return code.empty() || code == "AUTHENTICATIONFAILED" || code == "AUTHORIZATIONFAILED" ||
         code == "EXPIRED" || code == "NOPERM";
}

class Login {
 public:
  Login(env::Conversation& line,
        const ServiceQuestion& question,
        const ServiceOptions& options,
        std::string_view user,
        const env::Secret& password)
      : line_(line), question_(question), options_(options), user_(user), password_(password) {}

  LoginSeen run() {
    auto seen = speak();
    if (!seen) {
      return {sent_ ? LoginVerdict::undecided : LoginVerdict::unreachable, seen.error().message};
    }
    [[maybe_unused]] const auto left = line_.write("z LOGOUT\r\n");
    return *std::move(seen);
  }

 private:
  Result<LoginSeen> speak();
  /// Nothing: the line may carry a password now. Else why not.
  Result<std::optional<LoginSeen>> go_private();
  Result<std::optional<LoginSeen>> start_tls();
  Result<void> ask_words();
  Result<LoginSeen> authenticate();
  Result<LoginSeen> log_in();
  /// The line that answers `tag`, or asks for more ("+ ").
  Result<std::string> answer(std::string_view tag);
  static LoginSeen verdict(std::string_view tag, const std::string& line);
  bool can(std::string_view word) const {
    return std::find(words_.begin(), words_.end(), word) != words_.end();
  }
  auto strange() const {
    return fail(ErrorCode::internal, fmt::format("{} does not speak IMAP", question_.server));
  }

  env::Conversation& line_;
  const ServiceQuestion& question_;
  const ServiceOptions& options_;
  std::string_view user_;
  const env::Secret& password_;
  std::vector<std::string> words_;
  bool sent_ = false;  ///< any of the password
};

Result<std::string> Login::answer(std::string_view tag) {
  for (std::size_t i = 0; i < kMostLines; ++i) {
    PLUMB_TRY(line, line_.read_line());
    if (line.starts_with(tag) || line.starts_with('+')) {
      return line;
    }
    if (ascii_upper(line).starts_with("* BYE")) {
      break;
    }
    if (!line.starts_with('*')) {
      return strange();
    }
  }
  return fail(ErrorCode::unavailable, fmt::format("{} ends the conversation", question_.server));
}

Result<void> Login::ask_words() {
  words_.clear();
  if (auto sent = line_.write("a CAPABILITY\r\n"); !sent) {
    return sent;
  }
  for (std::size_t i = 0; i < kMostLines; ++i) {
    PLUMB_TRY(line, line_.read_line());
    const auto text = ascii_upper(line);
    if (text.starts_with("* CAPABILITY ")) {
      for (std::size_t at = 13; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        words_.push_back(text.substr(at, end - at));
        at = end + 1;
      }
    }
    if (text.starts_with("A ")) {
      return {};
    }
  }
  return strange();
}

Result<std::optional<LoginSeen>> Login::start_tls() {
  auto tls = line_.start_tls(question_.host, options_.ca_file);
  if (!tls) {
    if (tls.error().code == ErrorCode::cancelled) {
      return tl::unexpected(std::move(tls).error());
    }
    return LoginSeen{LoginVerdict::unsafe, tls.error().message};
  }
  if (!tls->problem.empty()) {
    return LoginSeen{
        LoginVerdict::unsafe,
        fmt::format("its certificate is not good for {}: {}", question_.host, tls->problem)};
  }
  return std::optional<LoginSeen>();
}

Result<std::optional<LoginSeen>> Login::go_private() {
  if (question_.service == Service::imaps) {
    return std::optional<LoginSeen>();  // it is private already
  }
  if (is_loopback(question_.server) && !can("LOGINDISABLED")) {
    return std::optional<LoginSeen>();  // the password does not leave this machine
  }
  if (!can("STARTTLS")) {
    return LoginSeen{LoginVerdict::unsafe, "it offers no STARTTLS"};
  }
  if (auto sent = line_.write("b STARTTLS\r\n"); !sent) {
    return tl::unexpected(std::move(sent).error());
  }
  PLUMB_TRY(line, answer("b "));
  if (!ascii_upper(line).starts_with("B OK")) {
    return LoginSeen{LoginVerdict::unsafe, "it refuses STARTTLS"};
  }
  PLUMB_TRY(problem, start_tls());
  if (!problem) {
    if (auto asked = ask_words(); !asked) {  // what was said before TLS is void (RFC 9051 §6.2.1)
      return tl::unexpected(std::move(asked).error());
    }
  }
  return problem;
}

LoginSeen Login::verdict(std::string_view tag, const std::string& line) {
  const auto text = ascii_upper(line).substr(std::min(tag.size(), line.size()));
  if (text.starts_with("OK")) {
    return {LoginVerdict::accepted, {}};
  }
  const auto code = code_of(line);
  const auto shown = code.empty() ? std::string("NO") : std::string(code);
  if (text.starts_with("NO") && is_final(code)) {
    return {LoginVerdict::refused, shown};
  }
  return {LoginVerdict::undecided,
          text.starts_with("NO") ? fmt::format("the server cannot say: {}", shown)
                                 : "the server does not understand the login"};
}

Result<LoginSeen> Login::authenticate() {
  const Wiped message(plain_message(user_, password_.reveal()));
  // Asked for in a line of its own: a server that does not offer it is not sent the password, and
  // some limit the length of a command.
  if (auto sent = line_.write("c AUTHENTICATE PLAIN\r\n"); !sent) {
    return tl::unexpected(std::move(sent).error());
  }
  PLUMB_TRY(ready, answer("c "));
  if (!ready.starts_with('+')) {
    return LoginSeen{LoginVerdict::undecided, "the server refuses AUTHENTICATE PLAIN"};
  }
  sent_ = true;
  for (const auto part : {message.view(), std::string_view("\r\n")}) {
    if (auto sent = line_.write(part); !sent) {
      return tl::unexpected(std::move(sent).error());
    }
  }
  PLUMB_TRY(line, answer("c "));
  return verdict("c ", line);
}

Result<LoginSeen> Login::log_in() {
  std::string command = fmt::format("c LOGIN {{{}}}\r\n", user_.size());
  for (const auto& [text, secret] :
       {std::pair{user_, false}, std::pair{password_.reveal(), true}}) {
    if (auto sent = line_.write(command); !sent) {
      return tl::unexpected(std::move(sent).error());
    }
    PLUMB_TRY(ready, answer("c "));
    if (!ready.starts_with('+')) {
      return LoginSeen{LoginVerdict::undecided, "the server refuses LOGIN"};
    }
    sent_ = sent_ || secret;
    if (auto sent = line_.write(text); !sent) {
      return tl::unexpected(std::move(sent).error());
    }
    command = secret ? "\r\n" : fmt::format(" {{{}}}\r\n", password_.reveal().size());
  }
  if (auto sent = line_.write(command); !sent) {
    return tl::unexpected(std::move(sent).error());
  }
  PLUMB_TRY(line, answer("c "));
  return verdict("c ", line);
}

Result<LoginSeen> Login::speak() {
  if (question_.service == Service::imaps) {
    PLUMB_TRY(problem, start_tls());
    if (problem) {
      return *std::move(problem);
    }
  }
  PLUMB_TRY(greeting, line_.read_line());
  if (!ascii_upper(greeting).starts_with("* OK")) {
    return LoginSeen{LoginVerdict::unreachable, question_.server + " does not greet as IMAP does"};
  }
  if (auto asked = ask_words(); !asked) {
    return tl::unexpected(std::move(asked).error());
  }
  PLUMB_TRY(problem, go_private());
  if (problem) {
    return *std::move(problem);
  }
  if (can("AUTH=PLAIN")) {
    return authenticate();
  }
  if (can("LOGINDISABLED")) {
    return LoginSeen{LoginVerdict::unsafe, "it takes no password in this way (LOGINDISABLED)"};
  }
  return log_in();
}

}  // namespace

LoginSeen try_login(const ServiceQuestion& question,
                    std::string_view user,
                    const env::Secret& password,
                    const ServiceOptions& options,
                    std::stop_token stop) {
  auto line = env::Conversation::connect(question.server, options.deadline, std::move(stop));
  if (!line) {
    return {LoginVerdict::unreachable, line.error().message};
  }
  return Login(**line, question, options, user, password).run();
}

}  // namespace plumb::verify
