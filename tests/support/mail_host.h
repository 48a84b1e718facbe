#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "tests/support/receivers.h"
#include "tests/support/temp_dir.h"

namespace plumb::test {

/// A machine of its own with Postfix, Dovecot, rspamd and NSD, set up as docs/mail-server says
/// (tests/conformance/mailhost/host.sh), and the project that plumb keeps it by. Its address is
/// 192.0.2.10; another mail server is at 192.0.2.99, mx.else.example. NSD serves the zones
/// example.com, example.org and shop.example from the project's folder "zones". All of it ends with
/// the object.
class MailHost {
 public:
  /// Null where this machine allows no namespaces with networks of their own: it takes root.
  static std::unique_ptr<MailHost> boot();
  ~MailHost();
  MailHost(const MailHost&) = delete;
  MailHost& operator=(const MailHost&) = delete;

  /// A file of the machine; "srv/project/..." are those of the project.
  void write(std::string_view name, std::string_view content) const {
    folder_.write(name, content);
  }
  std::string read(std::string_view name) const { return folder_.read(name); }
  std::filesystem::path path() const { return folder_.path(); }

  /// Runs a command (for sh) in the project's folder.
  Printed run(const std::string& command) const;
  /// Runs `plumb <words>` there; `environment`: "NAME='value' ...".
  Printed plumb(const std::string& words, const std::string& environment = {}) const;
  /// Restarts Postfix, Dovecot and rspamd, and waits until they answer.
  Printed start_servers() const { return run("sh /srv/start.sh"); }
  /// Sends a message with swaks, as another mail server would.
  Printed swaks_from_elsewhere(const std::string& words) const;
  /// Sends one as a user's mail program would.
  Printed swaks_as(const std::string& user,
                   const std::string& password,
                   const std::string& words) const;

  /// Waits until a message with `text` in it is in the mailbox (below /var/vmail), at most a
  /// minute; the message, or nothing.
  std::string delivered(const std::string& mailbox, std::string_view text) const;
  /// The same of mail that left for the other server.
  std::string sent_elsewhere(std::string_view text) const;
  /// Messages of the mailbox that have `text` in them, now.
  std::size_t count(const std::string& mailbox, std::string_view text) const;
  /// Waits until Postfix's log says it, at most a minute.
  bool logged(std::string_view text) const;
  /// Whether IMAP lets the user in.
  bool logs_in(const std::string& user, const std::string& password) const;
  /// What the servers' logs say, for failures.
  std::string logs() const;

 private:
  MailHost() = default;
  std::vector<std::string> messages(const std::string& below) const;

  TempDir folder_;
  pid_t keeper_ = 0;  ///< ends with everything in it
  pid_t first_ = 0;   ///< the machine's first process
};

}  // namespace plumb::test
