#include "controller/env/resolver_wire.h"

#include <ares.h>

namespace plumb::env {

std::string_view WireReader::octets(std::size_t count) {
  if (!good_ || count > end_ - position_) {
    good_ = false;
    return {};
  }
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): octets as text
  const std::string_view part(reinterpret_cast<const char*>(message_.data()) + position_, count);
  position_ += count;
  return part;
}

std::uint8_t WireReader::u8() {
  const auto part = octets(1);
  return part.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(part[0]);
}

std::uint16_t WireReader::u16() {
  const unsigned high = u8();
  return static_cast<std::uint16_t>(high << 8U | u8());
}

std::uint32_t WireReader::u32() {
  const std::uint32_t high = u16();
  return high << 16U | u16();
}

std::string WireReader::name() {
  char* text = nullptr;
  long used = 0;
  const bool readable = good_ && position_ < end_ &&
                        ares_expand_name(message_.data() + position_,
                                         message_.data(),
                                         static_cast<int>(message_.size()),
                                         &text,
                                         &used) == ARES_SUCCESS;
  std::string name;
  for (const char* c = text; c != nullptr && *c != '\0'; ++c) {
    name += *c == ' ' ? "\\032" : std::string(1, *c);  // what c-ares leaves as it is
  }
  ares_free_string(text);
  if (!readable || used < 0 || static_cast<std::size_t>(used) > end_ - position_) {
    good_ = false;
    return {};
  }
  position_ += static_cast<std::size_t>(used);
  return name + '.';
}

std::string wire_name(const values::DomainName& name) {
  std::string wire;
  for (const auto label : name.labels()) {
    std::string octets;
    for (std::size_t i = 0; i < label.size(); ++i) {
      const auto rest = label.substr(i);
      if (rest.size() > 3 && rest[0] == '\\' && rest[1] >= '0' && rest[1] <= '9') {
        octets += static_cast<char>((rest[1] - '0') * 100 + (rest[2] - '0') * 10 + rest[3] - '0');
        i += 3;
      } else if (rest.size() > 1 && rest[0] == '\\') {
        octets += rest[1];
        ++i;
      } else {
        octets += rest[0];
      }
    }
    wire += static_cast<char>(octets.size());
    wire += octets;
  }
  return wire + '\0';
}

std::string wire_u16(unsigned number) {
  return {static_cast<char>(number >> 8U & 0xffU), static_cast<char>(number & 0xffU)};
}

}  // namespace plumb::env
