#include "tests/support/silence.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace plumb::test {

Silence::Silence() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): the way of the socket calls
  ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  port_ = ntohs(address.sin_port);
}

Silence::~Silence() {
  ::close(socket_);
}

bool Silence::is_asked() const {
  pollfd waiting{socket_, POLLIN, 0};
  return ::poll(&waiting, 1, 60'000) == 1;
}

}  // namespace plumb::test
