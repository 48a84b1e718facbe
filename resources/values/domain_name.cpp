#include "resources/values/domain_name.h"

#include <algorithm>

#include "resources/model/check.h"
#include "resources/values/idn.h"
#include "resources/values/txt.h"

namespace plumb::values {
namespace {

std::size_t dots(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); i += text[i] == '\\' ? 2U : 1U) {
    count += text[i] == '.' ? 1U : 0U;
  }
  return count;
}

/// The octets of a canonical label, one after the other.
class LabelOctets {
 public:
  explicit LabelOctets(std::string_view label) : rest_(label) {}
  /// The next octet; -1 at the end.
  int next() {
    if (rest_.empty()) {
      return -1;
    }
    if (rest_.front() != '\\') {
      const auto octet = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      return octet;
    }
    const auto escape = read_escape(rest_);
    PLUMB_CHECK(escape.size > 0);
    rest_.remove_prefix(escape.size);
    return escape.octet;
  }

 private:
  std::string_view rest_;
};

std::strong_ordering label_order(std::string_view a, std::string_view b) {
  LabelOctets left(a);
  LabelOctets right(b);
  while (true) {
    const int x = left.next();
    const int y = right.next();
    if (x != y) {
      return x <=> y;
    }
    if (x < 0) {
      return std::strong_ordering::equal;
    }
  }
}

}  // namespace

DomainName DomainName::from_canonical(std::string_view text) {
  PLUMB_CHECK(text.ends_with('.'));
  return DomainName(std::string(text));
}

std::string_view DomainName::without_dot() const {
  return is_root() ? std::string_view(text_) : std::string_view(text_).substr(0, text_.size() - 1);
}

std::string DomainName::to_unicode() const {
  if (text_.find("xn--") == std::string::npos) {
    return std::string(without_dot());
  }
  std::string out;
  for (const auto label : labels()) {
    if (!out.empty()) {
      out.push_back('.');
    }
    out += to_u_label(label);
  }
  return out;
}

bool DomainName::is_subdomain_of(const DomainName& other) const {
  if (other.is_root() || text_ == other.text_) {
    return true;
  }
  if (text_.size() <= other.text_.size() || !text_.ends_with(other.text_)) {
    return false;
  }
  const std::size_t boundary = text_.size() - other.text_.size() - 1;
  if (text_[boundary] != '.') {
    return false;
  }
  // "a\.example.com." does not lie below "example.com.": its first dot belongs to the label.
  std::size_t backslashes = 0;
  while (backslashes < boundary && text_[boundary - backslashes - 1] == '\\') {
    ++backslashes;
  }
  return backslashes % 2 == 0;
}

std::string DomainName::relative_to(const DomainName& origin) const {
  if (*this == origin) {
    return "@";
  }
  if (!is_subdomain_of(origin)) {
    return text_;
  }
  const std::size_t tail = origin.is_root() ? 1 : origin.text_.size() + 1;
  return text_.substr(0, text_.size() - tail);
}

DomainName DomainName::parent() const {
  for (std::size_t i = 0; i + 1 < text_.size(); i += text_[i] == '\\' ? 2U : 1U) {
    if (text_[i] == '.') {
      return DomainName(text_.substr(i + 1));
    }
  }
  return {};
}

std::vector<std::string_view> DomainName::labels() const {
  std::vector<std::string_view> out;
  if (is_root()) {
    return out;
  }
  const std::string_view text = text_;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); i += text[i] == '\\' ? 2U : 1U) {
    if (text[i] == '.') {
      out.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  return out;
}

std::size_t DomainName::label_count() const {
  return is_root() ? 0 : dots(text_);
}

std::size_t DomainName::wire_length() const {
  if (is_root()) {
    return 1;
  }
  if (text_.find('\\') == std::string::npos) {
    return text_.size() + 1;
  }
  std::size_t octets = 1;
  for (std::size_t i = 0; i < text_.size(); ++octets) {
    i += text_[i] == '\\' ? read_escape(std::string_view(text_).substr(i)).size : 1;
  }
  return octets;
}

std::strong_ordering canonical_order(const DomainName& a, const DomainName& b) {
  const auto left = a.labels();
  const auto right = b.labels();
  const std::size_t common = std::min(left.size(), right.size());
  for (std::size_t i = 1; i <= common; ++i) {
    const auto order = label_order(left[left.size() - i], right[right.size() - i]);
    if (order != std::strong_ordering::equal) {
      return order;
    }
  }
  return left.size() <=> right.size();
}

}  // namespace plumb::values
