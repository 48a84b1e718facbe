#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "controller/describe/style.h"

namespace plumb::cli {

/// Whether standard output, or standard input, is a terminal.
bool output_is_terminal();
bool input_is_terminal();

/// How large the terminal of standard output is now; 24 × 80 where it does not say.
struct TerminalSize {
  unsigned rows = 24;
  unsigned columns = 80;
};
TerminalSize terminal_size();

/// Colour and width as the terminal and the environment (NO_COLOR, COLUMNS) want them.
describe::Style style_for(bool no_color, bool verbose);

/// Writes to standard output; to standard error.
void say(const std::string& text);
void complain(const std::string& text);

/// From now on the end of who reads our output (`| head`) does not end us: for what changes the
/// world and must come to its own end.
void outlive_the_reader();

/// Asks a question; the line that was typed, without its end. Empty at the end of input.
std::string ask(const std::string& question);

/// All of standard input.
std::string read_input();

/// Stops at the first Ctrl-C or SIGTERM: what runs is finished and saved. The second one ends the
/// process at once. One per process.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  std::stop_token token() const;
  /// Whether it says that it stops. Who shows that already wants silence.
  void silent(bool silent);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plumb::cli
