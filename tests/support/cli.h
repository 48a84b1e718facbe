#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "tests/support/temp_dir.h"

namespace plumb::test {

/// What a run of the program left behind.
struct Ran {
  int code = -1;         ///< exit code; 128 + signal where a signal ended it
  std::string out, err;  ///< of a run at a terminal both are in `out`

  std::string all() const { return out + err; }
  bool says(std::string_view text) const;
};

/// How the program is started.
struct Setting {
  std::map<std::string, std::string> environment;
  std::string folder;                       ///< below the project; empty: the project itself
  bool terminal = false;                    ///< all three streams are a terminal
  unsigned short rows = 50, columns = 120;  ///< its size
  std::string typed;                        ///< what a person types there
  bool nobody_reads = false;                ///< standard output is a pipe whose reader has gone
  std::size_t file_limit = 0;  ///< octets that a file may grow to, as on a full disk; 0: no limit
};

/// The real program, running. Killed where the test forgets to wait for it.
class Child {
 public:
  Child(const std::filesystem::path& folder,
        const std::vector<std::string>& words,
        const Setting& setting);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  /// What its terminal was sent so far.
  const std::string& shown() const { return shown_; }
  /// Waits until it has written `text`, at most a minute.
  bool has_said(std::string_view text);
  /// What a person types at its terminal.
  void type(std::string_view text) const;
  void signal(int number) const;
  /// Waits for the end, at most a minute; then it is killed.
  Ran wait();

 private:
  bool read_terminal(int patience_milliseconds);

  TempDir streams_;
  std::string shown_;  ///< at the terminal so far
  pid_t pid_ = 0;
  int terminal_ = -1;
};

/// A project in a folder of its own, with one zonefile provider "files" that keeps "zones".
class Project {
 public:
  /// `spec`: further lines of the Project's spec, each indented by two.
  explicit Project(std::string_view spec = {});

  const std::filesystem::path& path() const { return folder_.path(); }
  void write(std::string_view name, std::string_view content) const {
    folder_.write(name, content);
  }
  std::string read(std::string_view name) const { return folder_.read(name); }
  bool has(std::string_view name) const { return std::filesystem::exists(path() / name); }
  void remove(std::string_view name) const { std::filesystem::remove_all(path() / name); }
  void replace(std::string_view name, std::string_view from, std::string_view to) const;
  void append(std::string_view name, std::string_view text) const;

  /// Declares domains/<domain>.yaml: `records` are the items, one a line ("{name: a, ...}");
  /// `dns` are further fields of its dns block.
  void domain(std::string_view domain,
              const std::vector<std::string>& records,
              std::string_view dns = "ownership: exclusive") const;

  /// Runs `plumb <words>` in the project.
  Ran plumb(const std::vector<std::string>& words, const Setting& setting = {}) const;
  /// Starts it and comes back at once.
  std::unique_ptr<Child> start(const std::vector<std::string>& words,
                               const Setting& setting = {}) const;
  /// Waits until a file of the project is there, at most a minute.
  bool appears(std::string_view name) const;

 private:
  TempDir folder_;
};

/// "{name: NAME, type: A, value: ADDRESS}".
std::string a(std::string_view name, std::string_view address);
/// A records h1 … h<count>.
std::vector<std::string> hosts(int count);
/// The text between the first `from` and the `to` that follows; empty where there is none.
std::string between(const std::string& text, std::string_view from, std::string_view to);

}  // namespace plumb::test
