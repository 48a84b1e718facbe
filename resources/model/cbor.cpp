#include "resources/model/cbor.h"

#include <algorithm>
#include <limits>

namespace plumb::cbor {
namespace {

constexpr std::uint8_t kNegative = 1;
constexpr std::uint8_t kOctets = 2;
constexpr std::uint8_t kArray = 4;
constexpr std::uint8_t kMap = 5;
constexpr std::uint8_t kTag = 6;
constexpr std::uint8_t kSimple = 7;
constexpr std::uint64_t kFalse = 20;
constexpr std::uint64_t kTrue = 21;
constexpr std::uint64_t kNull = 22;
constexpr std::uint64_t kReferenceTag = 40001;
constexpr std::uint64_t kSecretTag = 40002;
constexpr std::uint64_t kExpressionTag = 40003;
constexpr int kMaxDepth = 64;

struct Writer {
  std::string& out;

  void operator()(std::monostate) const { head(out, kSimple, kNull); }
  void operator()(bool flag) const { head(out, kSimple, flag ? kTrue : kFalse); }
  void operator()(std::int64_t number) const {
    if (number >= 0) {
      head(out, 0, static_cast<std::uint64_t>(number));
    } else {
      head(out, kNegative, static_cast<std::uint64_t>(-(number + 1)));
    }
  }
  void operator()(const std::string& text) const { octets(out, text); }
  void operator()(const Value::List& list) const {
    array(out, list.size());
    for (const auto& item : list) {
      value(out, item);
    }
  }
  void operator()(const Value::Map& fields) const {
    std::vector<std::pair<std::string, const Value*>> members;
    members.reserve(fields.size());
    for (const auto& field : fields) {
      std::string key;
      octets(key, field.name);
      members.emplace_back(std::move(key), &field.value);
    }
    std::sort(members.begin(), members.end());
    map(out, members.size());
    for (const auto& [key, member] : members) {
      out += key;
      value(out, *member);
    }
  }
  void operator()(const Reference& reference) const {
    head(out, kTag, kReferenceTag);
    array(out, 3);
    octets(out, reference.target);
    octets(out, reference.output);
    head(out, kSimple, reference.all ? kTrue : kFalse);
  }
  void operator()(const SecretRef& secret) const {
    head(out, kTag, kSecretTag);
    array(out, 2);
    octets(out, secret.source);
    octets(out, secret.locator);
  }
  void operator()(const Expression& expression) const {
    head(out, kTag, kExpressionTag);
    array(out, expression.parts.size());
    for (const auto& part : expression.parts) {
      value(out, part);
    }
  }
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::optional<Value> read(int depth) {
    const auto item = next(rest_);
    if (!item || depth > kMaxDepth) {
      return std::nullopt;
    }
    switch (item->major) {
      case 0:
        return number(item->argument, false);
      case kNegative:
        return number(item->argument, true);
      case kOctets:
        return Value{std::string(item->payload), {}};
      case kArray:
        return list(item->argument, depth);
      case kMap:
        return fields(item->argument, depth);
      case kTag:
        return tagged(item->argument, depth);
      default:
        return simple(item->argument);
    }
  }
  bool done() const { return rest_.empty(); }

 private:
  static std::optional<Value> number(std::uint64_t argument, bool negative) {
    if (argument > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return std::nullopt;
    }
    const auto plain = static_cast<std::int64_t>(argument);
    return Value{negative ? -plain - 1 : plain, {}};
  }
  static std::optional<Value> simple(std::uint64_t argument) {
    if (argument == kNull) {
      return Value{};
    }
    if (argument != kTrue && argument != kFalse) {
      return std::nullopt;
    }
    return Value{argument == kTrue, {}};
  }
  std::optional<Value> list(std::uint64_t count, int depth) {
    Value::List items;
    for (std::uint64_t i = 0; i < count; ++i) {
      auto item = read(depth + 1);
      if (!item) {
        return std::nullopt;
      }
      items.push_back(std::move(*item));
    }
    return Value{std::move(items), {}};
  }
  std::optional<Value> fields(std::uint64_t count, int depth) {
    Value::Map members;
    for (std::uint64_t i = 0; i < count; ++i) {
      auto key = read(depth + 1);
      auto member = read(depth + 1);
      if (!key || !member) {
        return std::nullopt;
      }
      const auto* text = key->as_string();
      const auto* field_number = key->as_int();
      if (text == nullptr && field_number == nullptr) {
        return std::nullopt;
      }
      members.push_back(
          {text != nullptr ? *text : std::to_string(*field_number), std::move(*member)});
    }
    return Value{std::move(members), {}};
  }
  std::optional<Value> tagged(std::uint64_t tag, int depth) {
    auto content = read(depth + 1);
    auto* parts = content ? std::get_if<Value::List>(&content->data) : nullptr;
    if (parts == nullptr) {
      return std::nullopt;
    }
    if (tag == kExpressionTag) {
      return Value{Expression{std::move(*parts)}, {}};
    }
    const auto text = [&](std::size_t i) {
      return i < parts->size() ? (*parts)[i].as_string() : nullptr;
    };
    if (text(0) == nullptr || text(1) == nullptr) {
      return std::nullopt;
    }
    if (tag == kSecretTag && parts->size() == 2) {
      return Value{SecretRef{*text(0), *text(1)}, {}};
    }
    const bool* all = parts->size() == 3 ? (*parts)[2].as_bool() : nullptr;
    if (tag != kReferenceTag || all == nullptr) {
      return std::nullopt;
    }
    return Value{Reference{*text(0), *text(1), *all}, {}};
  }

  std::string_view rest_;
};

bool skip_members(std::string_view& bytes, std::uint64_t count, int depth);

bool skip_one(std::string_view& bytes, int depth) {
  const auto item = next(bytes);
  if (!item || depth > kMaxDepth) {
    return false;
  }
  switch (item->major) {
    case kArray:
      return skip_members(bytes, item->argument, depth);
    case kMap:
      return item->argument <= bytes.size() && skip_members(bytes, item->argument * 2, depth);
    case kTag:
      return skip_one(bytes, depth + 1);
    default:
      return true;
  }
}

bool skip_members(std::string_view& bytes, std::uint64_t count, int depth) {
  if (count > bytes.size()) {
    return false;
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!skip_one(bytes, depth + 1)) {
      return false;
    }
  }
  return true;
}

}  // namespace

void head(std::string& out, std::uint8_t major, std::uint64_t argument) {
  const auto first = [&](std::uint8_t low) { out.push_back(static_cast<char>(major << 5U | low)); };
  if (argument < 24) {
    first(static_cast<std::uint8_t>(argument));
    return;
  }
  int bytes = 8;
  if (argument <= 0xff) {
    bytes = 1;
  } else if (argument <= 0xffff) {
    bytes = 2;
  } else if (argument <= 0xffffffff) {
    bytes = 4;
  }
  first(static_cast<std::uint8_t>(bytes == 1 ? 24 : bytes == 2 ? 25 : bytes == 4 ? 26 : 27));
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(argument >> static_cast<unsigned>(shift) & 0xffU));
  }
}

void octets(std::string& out, std::string_view text) {
  head(out, kOctets, text.size());
  out.append(text);
}

void value(std::string& out, const Value& value) {
  std::visit(Writer{out}, value.data);
}

std::optional<Item> next(std::string_view& bytes) {
  if (bytes.empty()) {
    return std::nullopt;
  }
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  Item item;
  item.major = static_cast<std::uint8_t>(first >> 5U);
  const unsigned low = first & 0x1fU;
  std::size_t used = 1;
  if (low < 24) {
    item.argument = low;
  } else if (low <= 27) {
    const std::size_t count = std::size_t{1} << (low - 24);
    if (bytes.size() < 1 + count) {
      return std::nullopt;
    }
    for (; used <= count; ++used) {
      item.argument = item.argument << 8U | static_cast<std::uint8_t>(bytes[used]);
    }
  } else {
    return std::nullopt;
  }
  if (item.major == kOctets || item.major == 3) {
    if (item.argument > bytes.size() - used) {
      return std::nullopt;
    }
    item.payload = bytes.substr(used, item.argument);
    used += item.argument;
  }
  item.whole = bytes.substr(0, used);
  bytes.remove_prefix(used);
  return item;
}

std::optional<std::string_view> skip(std::string_view& bytes) {
  const auto begin = bytes;
  if (!skip_one(bytes, 0)) {
    return std::nullopt;
  }
  return begin.substr(0, begin.size() - bytes.size());
}

std::optional<std::string_view> field(std::string_view body, std::uint8_t number) {
  const auto top = next(body);
  if (!top || top->major != kMap) {
    return std::nullopt;
  }
  for (std::uint64_t i = 0; i < top->argument; ++i) {
    const auto key = next(body);
    const auto content = key ? skip(body) : std::nullopt;
    if (!content || key->major != 0 || key->argument > number) {
      return std::nullopt;
    }
    if (key->argument == number) {
      return content;
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> field_number(std::string_view body, std::uint8_t number) {
  auto content = field(body, number);
  const auto item = content ? next(*content) : std::nullopt;
  return item && item->major == 0 ? std::optional(item->argument) : std::nullopt;
}

std::optional<std::string_view> field_octets(std::string_view body, std::uint8_t number) {
  auto content = field(body, number);
  const auto item = content ? next(*content) : std::nullopt;
  return item && item->major == kOctets ? std::optional(item->payload) : std::nullopt;
}

std::vector<std::string_view> field_list(std::string_view body, std::uint8_t number) {
  std::vector<std::string_view> items;
  auto content = field(body, number);
  const auto top = content ? next(*content) : std::nullopt;
  if (!top || top->major != kArray) {
    return items;
  }
  items.reserve(top->argument);
  for (std::uint64_t i = 0; i < top->argument; ++i) {
    const auto item = next(*content);
    if (!item || item->major != kOctets) {
      return {};
    }
    items.push_back(item->payload);
  }
  return items;
}

std::vector<std::uint8_t> field_numbers(std::string_view body) {
  std::vector<std::uint8_t> numbers;
  const auto top = next(body);
  if (!top || top->major != kMap) {
    return numbers;
  }
  for (std::uint64_t i = 0; i < top->argument; ++i) {
    const auto key = next(body);
    if (!key || key->major != 0 || !skip(body)) {
      break;
    }
    numbers.push_back(static_cast<std::uint8_t>(key->argument));
  }
  return numbers;
}

std::string body(std::span<const std::pair<std::uint8_t, std::string>> fields) {
  std::string out;
  map(out, fields.size());
  for (const auto& [number, content] : fields) {
    unsigned_number(out, number);
    out += content;
  }
  return out;
}

Result<Value> decode(std::string_view bytes) {
  Reader reader(bytes);
  auto decoded = reader.read(0);
  if (!decoded || !reader.done()) {
    return fail(ErrorCode::invalid_input,
                "a stored value is not valid CBOR",
                "restore the state from a backup");
  }
  return std::move(*decoded);
}

}  // namespace plumb::cbor
