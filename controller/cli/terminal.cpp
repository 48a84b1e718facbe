#include "controller/cli/terminal.h"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <thread>

#include <sys/ioctl.h>
#include <unistd.h>

namespace plumb::cli {
namespace {

unsigned terminal_width() {
  if (const char* columns =
          std::getenv("COLUMNS")) {  // NOLINT(concurrency-mt-unsafe): before any thread
    const auto wanted = std::strtoul(columns, nullptr, 10);
    if (wanted >= 40 && wanted <= 1000) {
      return static_cast<unsigned>(wanted);
    }
  }
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) {
    return size.ws_col;
  }
  return 100;
}

void write_all(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

}  // namespace

bool output_is_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}
bool input_is_terminal() {
  return ::isatty(STDIN_FILENO) == 1;
}

TerminalSize terminal_size() {
  winsize size{};
  TerminalSize out;
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
    out.rows = size.ws_row > 0 ? size.ws_row : out.rows;
    out.columns = size.ws_col > 1 ? size.ws_col : out.columns;
  }
  return out;
}

describe::Style style_for(bool no_color, bool verbose) {
  const char* no_color_variable =
      std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): before any thread
  const bool wanted = !no_color && (no_color_variable == nullptr || *no_color_variable == '\0');
  return {.colour = wanted && output_is_terminal(), .verbose = verbose, .width = terminal_width()};
}

void say(const std::string& text) {
  write_all(stdout, text);
}
void complain(const std::string& text) {
  write_all(stderr, text);
}

void outlive_the_reader() {
  std::signal(SIGPIPE, SIG_IGN);
}

std::string ask(const std::string& question) {
  say(question);
  std::string line;
  std::getline(std::cin, line);
  return line;
}

std::string read_input() {
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

struct Interrupt::State {
  std::stop_source stop;
  std::atomic<bool> silent = false;
  sigset_t signals{};
  std::jthread waiter;
};

Interrupt::Interrupt() : state_(std::make_unique<State>()) {
  sigemptyset(&state_->signals);
  sigaddset(&state_->signals, SIGINT);
  sigaddset(&state_->signals, SIGTERM);
  sigaddset(&state_->signals, SIGUSR2);  // ours: ends the waiter
  pthread_sigmask(SIG_BLOCK, &state_->signals, nullptr);
  state_->waiter = std::jthread([state = state_.get()](const std::stop_token& ending) {
    for (int seen = 0;;) {
      int signal = 0;
      sigwait(&state->signals, &signal);
      if (ending.stop_requested()) {
        return;
      }
      if (signal == SIGUSR2) {
        continue;
      }
      if (++seen == 1) {
        state->stop.request_stop();
        if (!state->silent) {
          complain(
              "\nstopping: finishing what is running, then saving (once more to end at once; "
              "nothing "
              "is lost)\n");
        }
      } else {
        std::_Exit(128 + signal);
      }
    }
  });
}

Interrupt::~Interrupt() {
  state_->waiter.request_stop();
  pthread_kill(state_->waiter.native_handle(), SIGUSR2);
  state_->waiter.join();
}

void Interrupt::silent(bool silent) {
  state_->silent = silent;
}

std::stop_token Interrupt::token() const {
  return state_->stop.get_token();
}

}  // namespace plumb::cli
