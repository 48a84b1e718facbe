#include "controller/load/yaml_line.h"

namespace plumb::load {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Goes over one line token by token. An unquoted text is left alone; only what separates texts is
/// put in order.
class LineTidier {
 public:
  LineTidier(std::string_view text, LineState& state) : text_(text), state_(state) {
    state_.plain = false;
    state_.literal = false;
  }

  std::string run() {
    while (at_ < text_.size() && !done_) {
      step();
    }
    if (state_.quote == '\0') {
      trim();
    }
    state_.plain = state_.plain && state_.flow == 0 && state_.quote == '\0';
    return std::move(out_);
  }

 private:
  char next() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\0'; }
  bool ends_token(char c) const {
    return c == '\0' || is_blank(c) || (state_.flow > 0 && (c == ',' || c == '}' || c == ']'));
  }

  void step() {
    const char c = text_[at_];
    if (state_.quote != '\0') {
      quoted(c);
    } else if (c == '#' && (at_ == 0 || is_blank(text_[at_ - 1]))) {
      comment();
    } else if (fresh_ && (c == '"' || c == '\'')) {
      state_.quote = c;
      take();
      fresh_ = false;
      state_.plain = false;
    } else if (c == ':' && ends_token(next())) {
      separator();
    } else if (!indicator(c)) {
      plain(c);
    }
  }

  void take() { out_ += text_[at_++]; }

  void quoted(char c) {
    if (state_.quote == '"' && c == '\\' && at_ + 1 < text_.size()) {
      take();
      take();
      return;
    }
    if (c == state_.quote) {
      if (c == '\'' && next() == '\'') {
        take();
        take();
        return;
      }
      state_.quote = '\0';
    }
    take();
  }

  void comment() {
    const auto blanks = at_ - blanks_from();
    trim();
    if (!out_.empty()) {
      out_.append(blanks == 0 ? 1 : blanks, ' ');
    }
    out_.append(text_.substr(at_));
    while (!out_.empty() && is_blank(out_.back())) {
      out_.pop_back();
    }
    done_ = true;
  }

  std::size_t blanks_from() const {
    auto from = at_;
    while (from > 0 && is_blank(text_[from - 1])) {
      --from;
    }
    return from;
  }

  void trim() {
    while (!out_.empty() && is_blank(out_.back())) {
      out_.pop_back();
    }
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) {
      ++at_;
    }
  }

  /// Behind an indicator: one blank where something follows on this line, the blanks as they were
  /// where that is a comment.
  void behind(bool blank) {
    const auto from = at_;
    skip_blanks();
    if (at_ >= text_.size()) {
      return;
    }
    if (text_[at_] == '#') {
      out_.append(text_.substr(from, at_ - from));
    } else if (blank) {
      out_ += ' ';
    }
    fresh_ = true;
  }

  void separator() {
    take();
    state_.plain = false;
    fresh_ = true;
    behind(true);
  }

  bool indicator(char c) {
    if (fresh_ && (c == '{' || c == '[')) {
      ++state_.flow;
      take();
      behind(false);
      return true;
    }
    if (state_.flow > 0 && (c == '}' || c == ']')) {
      trim();
      --state_.flow;
      take();
      fresh_ = false;
      state_.plain = false;
      return true;
    }
    if (state_.flow > 0 && c == ',') {
      trim();
      take();
      state_.plain = false;
      fresh_ = true;
      behind(true);
      return true;
    }
    if (fresh_ && state_.flow == 0 && (c == '|' || c == '>')) {
      state_.literal = true;
      fresh_ = false;
      take();
      return true;
    }
    return false;
  }

  void plain(char c) {
    if (!is_blank(c)) {
      fresh_ = false;
      state_.plain = !state_.literal;
    }
    take();
  }

  std::string_view text_;
  LineState& state_;
  std::string out_;
  std::size_t at_ = 0;
  bool fresh_ = true;  ///< a value may begin here: quotes and braces mean what they are
  bool done_ = false;
};

}  // namespace

bool begins_with_key(std::string_view text) {
  char quote = '\0';
  int flow = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (quote == '"' && c == '\\') {
        ++i;
      } else if (c == quote) {
        quote = '\0';
      }
    } else if (i == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '#' && i > 0 && is_blank(text[i - 1])) {
      return false;
    } else if (i == 0 && (c == '{' || c == '[')) {
      ++flow;
    } else if (c == ':' && flow == 0 && (i + 1 == text.size() || is_blank(text[i + 1]))) {
      return true;
    }
  }
  return false;
}

std::string tidy_line(std::string_view text, LineState& state) {
  return LineTidier(text, state).run();
}

}  // namespace plumb::load
