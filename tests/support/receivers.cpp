#include "tests/support/receivers.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>
#include <sys/wait.h>

#include "tests/support/temp_dir.h"

namespace plumb::test {
namespace {

/// The octets of a TXT as master files write them.
std::string quoted_strings(std::string_view octets) {
  constexpr std::size_t kMost = 255;
  std::string text;
  do {
    text += text.empty() ? "\"" : " \"";
    for (const char c : octets.substr(0, kMost)) {
      const bool plain = c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
      text += plain ? std::string(1, c)
                    : fmt::format("\\{:03}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
    text += "\"";
    octets.remove_prefix(std::min(octets.size(), kMost));
  } while (!octets.empty());
  return text;
}

std::string master_file(const SpfZone& zone, std::string_view origin) {
  auto text = fmt::format(
      "$ORIGIN .\n$TTL 300\n{0}. IN SOA ns.example. h.example. 1 3600 600 86400 1\n"
      "{0}. IN NS ns.example.\n",
      origin);
  if (origin == "example") {
    text += "ns.example. IN A 127.0.0.1\n";
  }
  for (const auto& [key, data] : zone) {
    const auto& [name, type] = key;
    for (const auto& value : data) {
      if (name == origin || name.ends_with("." + std::string(origin))) {
        text += fmt::format(
            "{}. IN {} {}\n", name, type, type == "TXT" ? quoted_strings(value) : value);
      }
    }
  }
  return text;
}

}  // namespace

Printed run_beside_nsd(const SpfZone& zone, const std::string& command, const std::string& input) {
  TempDir folder;
  const auto path = folder.path().string();
  auto config = fmt::format(
      "server:\n  ip-address: 127.0.0.1\n  server-count: 1\n  username: \"\"\n  chroot: \"\"\n"
      "  database: \"\"\n  zonesdir: \"{0}\"\n  pidfile: \"{0}/nsd.pid\"\n"
      "  xfrdfile: \"{0}/xfrd.state\"\n  zonelistfile: \"{0}/zone.list\"\n  xfrdir: \"{0}\"\n"
      "  logfile: \"{0}/nsd.log\"\nremote-control:\n  control-enable: no\n",
      path);
  // A zone without its file answers SERVFAIL.
  for (const auto* origin : {"example", "in-addr.arpa", "ip6.arpa", "broken.example"}) {
    config += fmt::format("zone:\n  name: \"{0}\"\n  zonefile: \"{0}.zone\"\n", origin);
    if (std::string_view(origin) != "broken.example") {
      folder.write(std::string(origin) + ".zone", master_file(zone, origin));
    }
  }
  folder.write("nsd.conf", config);
  folder.write("input", input);
  folder.write("command.sh", command);
  const auto line = fmt::format(
      "exec '{1}/tests/conformance/receivers/run.sh' '{0}' sh '{0}/command.sh' <'{0}/input' "
      ">'{0}/output' 2>&1",
      path,
      PLUMB_SOURCE_DIR);
  const int status = std::system(line.c_str());  // NOLINT(cert-env33-c,concurrency-mt-unsafe)
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, folder.read("output")};
}

}  // namespace plumb::test
