#include "controller/providers/postfix_dovecot/marked_file.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "controller/providers/postfix_dovecot/address.h"
#include "resources/model/ascii.h"
#include "resources/values/quoted.h"

namespace plumb::providers::postfix_dovecot {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// The line at the beginning of `rest`, without its newline; `rest` goes on behind it.
std::string_view take_line(std::string_view& rest) {
  const auto* end = static_cast<const char*>(std::memchr(rest.data(), '\n', rest.size()));
  const auto size = end == nullptr ? rest.size() : static_cast<std::size_t>(end - rest.data());
  const auto line = rest.substr(0, size);
  rest.remove_prefix(std::min(rest.size(), size + 1));
  return line;
}

bool says_nothing(std::string_view line) {
  const auto text = trimmed(line);
  return text.empty() || text.front() == '#';
}

bool ends_key(char c, MarkedFile::Form form) {
  return form == MarkedFile::Form::passwd ? c == ':' : is_blank(c);
}

std::string_view key_of(std::string_view line, MarkedFile::Form form) {
  std::size_t end = 0;
  while (end < line.size() && !ends_key(line[end], form)) {
    ++end;
  }
  return line.substr(0, end);
}

/// Whether the key of a line is an address in `domain`, as nearly all are that of the line before.
/// The short way to what key_of() and domain_of() say.
bool is_address_in(std::string_view domain, std::string_view line, MarkedFile::Form form) {
  std::size_t at = 0;
  while (at < line.size() && line[at] != '@' && !ends_key(line[at], form)) {
    ++at;
  }
  if (at == line.size() || line[at] != '@') {
    return false;
  }
  const auto rest = line.substr(at + 1);
  return rest.starts_with(domain) &&
         (rest.size() == domain.size() || ends_key(rest[domain.size()], form));
}

struct ByDomain {
  bool operator()(const ForeignLine& a, std::string_view b) const { return domain_of(a.key) < b; }
  bool operator()(std::string_view a, const ForeignLine& b) const { return a < domain_of(b.key); }
};

bool is_marker(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) && (line.size() == marker.size() ||
                                      is_blank(line[marker.size()]) || line[marker.size()] == '\r');
}

}  // namespace

bool LineReader::next(std::string_view& text) {
  while (!rest_.empty()) {
    text = take_line(rest_);
    ++line_;
    if (!says_nothing(text)) {
      return true;
    }
  }
  return false;
}

MarkedFile MarkedFile::absent(std::string path) {
  MarkedFile file;
  file.path_ = std::move(path);
  return file;
}

Result<MarkedFile> MarkedFile::parse(std::string path, std::string content, Form form) {
  MarkedFile file;
  file.path_ = std::move(path);
  file.content_ = std::make_shared<const std::string>(std::move(content));
  file.form_ = form;
  file.exists_ = true;
  if (auto done = file.cut(); !done) {
    return tl::unexpected(std::move(done).error());
  }
  if (auto done = file.index(); !done) {
    return tl::unexpected(std::move(done).error());
  }
  return file;
}

Error MarkedFile::error_at(std::uint32_t line, std::string message) const {
  return Error{.code = ErrorCode::invalid_input,
               .message = fmt::format("{}:{}: {}", path_, line, message),
               .hint = fmt::format("correct the line, or take it out; only what stands between "
                                   "\"{}\" and \"{}\" is read",
                                   kBegin,
                                   kEnd)};
}

/// Finds the markers and the lines outside of them.
Result<void> MarkedFile::cut() {
  const auto all = content();
  head_ = tail_ = all.size();
  std::uint32_t number = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string_view rest = all;
  std::size_t after_end = 0;
  while (!rest.empty()) {
    // Only lines that begin with '#' can be markers; the others are passed in one step.
    const auto start = all.size() - rest.size();
    const auto line = take_line(rest);
    ++number;
    if (line.empty() || line.front() != '#') {
      continue;
    }
    if (is_marker(line, kBegin)) {
      if (begin != 0) {
        return tl::unexpected(error_at(number, fmt::format("a second \"{}\"", kBegin)));
      }
      begin = number;
      head_ = all.size() - rest.size();
      first_line_ = number + 1;
      note_foreign(all.substr(0, start), 1);
    } else if (is_marker(line, kEnd)) {
      if (begin == 0 || end != 0) {
        return tl::unexpected(
            error_at(number, fmt::format("\"{}\" without \"{}\" before it", kEnd, kBegin)));
      }
      end = number;
      tail_ = start;
      after_end = all.size() - rest.size();
    }
  }
  if (begin == 0) {
    if (auto text = check_text(); !text) {
      return text;
    }
    note_foreign(all, 1);
  } else if (end == 0) {
    return tl::unexpected(error_at(begin, fmt::format("\"{}\" without \"{}\"", kBegin, kEnd)));
  } else {
    marked_ = true;
    auto below = all.substr(after_end);
    std::uint32_t at = end;
    while (form_ == Form::table && !below.empty()) {
      const auto line = take_line(below);
      ++at;
      if (!says_nothing(line)) {
        if (is_blank(line.front())) {
          return tl::unexpected(error_at(
              at, "it begins with a blank and so continues the line above the marked part's end"));
        }
        break;
      }
    }
    note_foreign(all.substr(after_end), end + 1);
  }
  std::sort(foreign_.begin(), foreign_.end(), [](const ForeignLine& a, const ForeignLine& b) {
    const auto left = domain_of(a.key);
    const auto right = domain_of(b.key);
    return left != right ? left < right : std::tie(a.key, a.line) < std::tie(b.key, b.line);
  });
  return {};
}

/// A table that something else has written over is not taken for one without our lines.
Result<void> MarkedFile::check_text() const {
  const auto all = content();
  const auto bad = std::find_if(all.begin(), all.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' && c != '\r';
  });
  if (bad == all.end()) {
    return {};
  }
  const auto line = static_cast<std::uint32_t>(1 + std::count(all.begin(), bad, '\n'));
  auto error = error_at(line, fmt::format("octet 0x{:02x}: this is no text", *bad));
  error.hint = "put the file back as it was; what is missing in an empty one is written again";
  return tl::unexpected(std::move(error));
}

void MarkedFile::note_foreign(std::string_view lines, std::uint32_t first_line) {
  std::uint32_t number = first_line;
  while (!lines.empty()) {
    const auto line = take_line(lines);
    if (!says_nothing(line) && !is_blank(line.front())) {
      const auto key = key_of(line, form_);
      foreign_.push_back({form_ == Form::table ? ascii_lower(key) : std::string(key), number});
    }
    ++number;
  }
}

template <class Each>
void MarkedFile::for_each_outside(Each each) const {
  std::string_view rest = content();
  for (std::uint32_t number = 1; !rest.empty(); ++number) {
    const auto start = content().size() - rest.size();
    take_line(rest);
    if (start < head_ || start >= tail_) {
      const auto size = content().size() - rest.size() - start;
      each(number, content().substr(start, size), start >= tail_);
    }
  }
}

std::vector<OutsideEntry> MarkedFile::outside() const {
  std::vector<OutsideEntry> entries;
  for_each_outside([&](std::uint32_t number, std::string_view octets, bool /*behind*/) {
    const auto line = take_line(octets);
    if (says_nothing(line)) {  // the markers are comments
      return;
    }
    if (form_ == Form::table && is_blank(line.front())) {
      if (!entries.empty()) {
        entries.back().text.append(" ").append(trimmed(line));
        entries.back().lines.push_back(number);
      }
      return;
    }
    const auto key = key_of(line, form_);
    entries.push_back(
        {form_ == Form::table ? ascii_lower(key) : std::string(key), std::string(line), {number}});
  });
  return entries;
}

std::string MarkedFile::moved(const std::set<std::uint32_t>& dropped,
                              std::string_view added) const {
  std::string before;
  std::string behind;
  for_each_outside([&](std::uint32_t number, std::string_view octets, bool is_behind) {
    if (!dropped.contains(number)) {
      (is_behind ? behind : before) += octets;
    }
  });
  if (!before.empty() && before.back() != '\n') {
    before += '\n';
  }
  before += marked_ ? std::string() : std::string(kBegin) + "\n";
  before += marked_ ? content().substr(head_, tail_ - head_) : std::string_view();
  before += added;
  before += marked_ ? std::string() : std::string(kEnd) + "\n";
  return before + behind;
}

Result<void> MarkedFile::index() {
  if (!marked_) {
    return {};
  }
  auto rest = content().substr(head_, tail_ - head_);
  std::uint32_t number = first_line_;
  const char* run_begin = rest.data();
  std::uint32_t run_line = number;
  std::string_view domain;
  const auto close = [&](const char* end) {
    if (end != run_begin && !domain.empty()) {
      runs_.push_back({domain,
                       std::string_view(run_begin, static_cast<std::size_t>(end - run_begin)),
                       run_line});
    }
  };
  for (; !rest.empty(); ++number) {
    const char* const begin = rest.data();
    const auto line = take_line(rest);
    if (!domain.empty() && is_address_in(domain, line, form_)) {
      continue;
    }
    const auto key = key_of(line, form_);
    if (key.empty() || key.front() == '#') {  // a blank line, a comment, or a continuation
      if (domain.empty() && !says_nothing(line)) {
        return tl::unexpected(error_at(number, "it has no key"));
      }
      if (domain.empty()) {
        run_begin = rest.data();
        run_line = number + 1;
      }
      continue;
    }
    const auto its = domain_of(key);
    if (its == domain) {
      continue;
    }
    if (!is_domain(its)) {
      return tl::unexpected(
          error_at(number, fmt::format("{} names no domain in lower case", values::quoted(key))));
    }
    close(begin);
    domain = its;
    run_begin = begin;
    run_line = number;
  }
  close(content().data() + tail_);
  const auto by_domain = [](const Run& a, const Run& b) { return a.domain < b.domain; };
  if (!std::is_sorted(runs_.begin(), runs_.end(), by_domain)) {
    std::stable_sort(runs_.begin(), runs_.end(), by_domain);
  }
  return {};
}

std::span<const Run> MarkedFile::of(std::string_view domain) const {
  const auto [first, last] = std::equal_range(
      runs_.begin(), runs_.end(), Run{domain, {}, 0}, [](const Run& a, const Run& b) {
        return a.domain < b.domain;
      });
  return {first, last};
}

std::span<const ForeignLine> MarkedFile::foreign_of(std::string_view domain) const {
  const auto [first, last] = std::equal_range(foreign_.begin(), foreign_.end(), domain, ByDomain());
  return {foreign_.data() + (first - foreign_.begin()), static_cast<std::size_t>(last - first)};
}

std::uint32_t MarkedFile::foreign_line_of(std::string_view key) const {
  const auto all = foreign_of(domain_of(key));
  const auto found =
      std::lower_bound(all.begin(), all.end(), key, [](const ForeignLine& a, std::string_view b) {
        return a.key < b;
      });
  return found != all.end() && found->key == key ? found->line : 0;
}

std::string MarkedFile::with(std::span<const std::string_view> marked) const {
  const auto all = content();
  std::size_t octets = all.size() - (tail_ - head_) + 64;
  for (const auto piece : marked) {
    octets += piece.size();
  }
  std::string out;
  out.reserve(octets);
  out += all.substr(0, head_);
  if (!out.empty() && out.back() != '\n') {
    out += '\n';
  }
  if (!marked_) {
    out.append(kBegin).append("\n");
  }
  for (const auto piece : marked) {
    out += piece;
  }
  if (!marked_) {
    out.append(kEnd).append("\n");
  }
  out += all.substr(tail_);
  return out;
}

}  // namespace plumb::providers::postfix_dovecot
