#include "tests/controller/load/git_fixture.h"

#include <array>
#include <cstdio>
#include <string>

#include <gtest/gtest.h>

namespace plumb::test {

GitRepository::GitRepository() {
  run("init -q -b main .");
}

std::string GitRepository::run(std::string_view arguments) const {
  const auto command =
      "cd '" + path().string() +
      "' && env -u GIT_DIR -u GIT_WORK_TREE -u GIT_INDEX_FILE GIT_CONFIG_GLOBAL=/dev/null "
      "GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=Jane GIT_AUTHOR_EMAIL=jane@example.com "
      "GIT_COMMITTER_NAME=Jane GIT_COMMITTER_EMAIL=jane@example.com git " +
      std::string(arguments);
  // NOLINTNEXTLINE(cert-env33-c): the commands are those of the tests
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) {
    ADD_FAILURE() << "cannot run " << command;
    return {};
  }
  std::string output;
  std::array<char, 4096> part{};
  for (std::size_t n = 0; (n = fread(part.data(), 1, part.size(), pipe)) != 0;) {
    output.append(part.data(), n);
  }
  EXPECT_EQ(pclose(pipe), 0) << command;
  output.erase(output.find_last_not_of('\n') + 1);
  return output;
}

std::string GitRepository::commit_all(std::string_view message) const {
  run("add -A");
  run("commit -q --allow-empty -m '" + std::string(message) + "'");
  return run("rev-parse HEAD");
}

namespace {

TEST(GitRepository, CommitsWithoutAnybodysConfiguration) {
  const GitRepository repository;
  EXPECT_EQ(repository.commit_all("First").size(), 40U);
  EXPECT_EQ(repository.run("log --format=%an"), "Jane");
}

}  // namespace
}  // namespace plumb::test
