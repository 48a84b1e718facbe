// The plan that README.md shows is what the program prints.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace plumb::test {
namespace {

/// What a shell prints. Requires: the commands are ours.
std::string output_of(const std::string& commands) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(commands.c_str(), "r"), pclose);
  std::string text;
  std::array<char, 4096> piece{};
  for (std::size_t n = 0; (n = std::fread(piece.data(), 1, piece.size(), pipe.get())) != 0;) {
    text.append(piece.data(), n);
  }
  return text;
}

/// The quickstart, applied; then an edit of the manifests, and one behind plumb's back.
std::string printed_plan() {
  const TempDir temp;
  auto text = output_of(
      "exec 2>&1; set -e; export NO_COLOR=1 COLUMNS=100; unset PLUMB_ENV PLUMB_STATE\n"
      "plumb='" PLUMB_BINARY_DIR "/plumb'; cd '" +
      temp.path().string() +
      "'\n"
      "\"$plumb\" init --demo >/dev/null\n"
      "mkdir secrets; echo 'correct horse battery staple' >secrets/jane@example.com\n"
      "printf '.schemas/\\nzones/\\nmail/\\n' >>.gitignore; git init -q; git add -A\n"
      "git -c user.name=a -c user.email=a@example.com commit -qm 'Declare three domains'\n"
      "\"$plumb\" apply --yes >/dev/null\n"
      "sed -i 's/policy: reject/policy: quarantine, dkimAlignment: strict/' "
      "profiles/mail-domain.yaml\n"
      "sed -i 's/192.0.2.20}/192.0.2.21}/; /CAA/d; s/sales: .jane/&, ops/' "
      "domains/example.com.yaml\n"
      "sed -i 's/, old: {reject: Jane moved on}/, ops: [jane]/' domains/example.com.yaml\n"
      "sed -i 's/MX\\(.*\\)10 mx1.example.com./MX\\110 mail.attacker.example./' "
      "zones/example.net.zone\n"
      "\"$plumb\" plan || true\n");
  // What differs from one run to the next.
  text = std::regex_replace(text, std::regex("state [0-9]+"), "state 7");
  text = std::regex_replace(text, std::regex("commit [0-9a-f]{7}"), "commit e545485");
  return std::regex_replace(
      text, std::regex("observed in (under )?[0-9.]+ m?s"), "observed in 3 ms");
}

TEST(Readme, ShowsWhatPlanPrints) {
  const std::filesystem::path file = PLUMB_SOURCE_DIR "/README.md";
  std::ostringstream all;
  all << std::ifstream(file).rdbuf();
  auto readme = all.str();
  const std::string first = "```\n$ plumb plan\n";
  const auto begin = readme.find(first);
  ASSERT_NE(begin, std::string::npos);
  const auto from = begin + first.size();
  const auto end = readme.find("```\n", from);
  ASSERT_NE(end, std::string::npos);
  const auto printed = printed_plan();
  if (std::getenv("PLUMB_ACCEPT") != nullptr) {
    readme.replace(from, end - from, printed);
    std::ofstream(file) << readme;
    FAIL() << "rewrote " << file << ": read the difference, then run without PLUMB_ACCEPT";
  }
  EXPECT_EQ(readme.substr(from, end - from), printed) << "PLUMB_ACCEPT=1 rewrites it";
}

}  // namespace
}  // namespace plumb::test
