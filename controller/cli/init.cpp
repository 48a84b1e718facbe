#include <filesystem>
#include <fstream>

#include "controller/cli/commands.h"
#include "controller/cli/init_files.h"
#include "controller/cli/terminal.h"
#include "controller/env/atomic_file.h"
#include "controller/load/schema_texts.h"
#include "resources/values/domain_name.h"
#include "resources/values/email_address.h"
#include "resources/values/ip_address.h"

namespace plumb::cli {
namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + ",") {
    if (c != ',' && c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

/// A word of a command for a POSIX shell.
std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-";
  if (text.find_first_not_of(kPlain) == std::string::npos) {
    return text;
  }
  std::string word = "'";
  for (const char c : text) {
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return word + "'";
}

/// Puts what was typed into `answers`; everything that cannot be used is an Error.
class Interview {
 public:
  explicit Interview(const InitOptions& options)
      : options_(options), asks_(input_is_terminal() && output_is_terminal()) {}

  Result<Answers> run(const std::filesystem::path& folder) {
    const auto usual = folder.filename().empty() ? std::string("mail") : folder.filename().string();
    answers_.name = !options_.name.empty() ? options_.name : question("Name of the project", usual);
    if (auto good = domains(); !good) {
      return tl::unexpected(std::move(good).error());
    }
    if (auto good = dns(); !good) {
      return tl::unexpected(std::move(good).error());
    }
    if (auto good = server(); !good) {
      return tl::unexpected(std::move(good).error());
    }
    if (auto good = mailboxes(); !good) {
      return tl::unexpected(std::move(good).error());
    }
    return std::move(answers_);
  }

 private:
  std::string question(const std::string& text, const std::string& usual) const {
    if (!asks_) {
      return usual;
    }
    const auto typed = ask(text + (usual.empty() ? "" : " [" + usual + "]") + ": ");
    return typed.empty() ? usual : typed;
  }

  Result<void> domains() {
    auto typed = options_.domains;
    if (typed.empty()) {
      typed = split(question("Domains, with commas between them", ""));
    }
    if (typed.empty()) {
      return fail(
          ErrorCode::invalid_input, "no domain was named", "plumb init --domain example.com");
    }
    for (const auto& text : typed) {
      PLUMB_TRY(name, values::DomainName::parse(text));
      answers_.domains.push_back(name.to_unicode());
    }
    return {};
  }

  Result<void> dns() {
    const auto kind = !options_.dns.empty()
                          ? options_.dns
                          : question("Where do its records go: zonefile or powerdns", "zonefile");
    if (kind != "zonefile" && kind != "powerdns") {
      return fail(ErrorCode::invalid_input,
                  "`" + kind + "` is no place for records",
                  "take zonefile or powerdns");
    }
    answers_.powerdns = kind == "powerdns";
    if (answers_.powerdns) {
      answers_.endpoint = !options_.endpoint.empty()
                              ? options_.endpoint
                              : question("Its HTTP API", "http://127.0.0.1:8081");
    }
    return {};
  }

  Result<void> server() {
    auto typed = options_.server;
    if (typed.empty() && asks_) {
      typed =
          question("Mail server, as mx1.example.com=192.0.2.10,2001:db8::10 (empty: no mail)", "");
    }
    if (typed.empty()) {
      return {};
    }
    const auto equals = typed.find('=');
    PLUMB_TRY(name, values::DomainName::parse(typed.substr(0, equals)));
    answers_.hostname = std::string(name.without_dot());
    answers_.addresses =
        equals == std::string::npos ? std::vector<std::string>() : split(typed.substr(equals + 1));
    if (answers_.addresses.empty()) {
      return fail(ErrorCode::invalid_input,
                  "the mail server has no address",
                  "write it as mx1.example.com=192.0.2.10,2001:db8::10");
    }
    for (const auto& address : answers_.addresses) {
      if (!values::Ipv4Address::parse(address) && !values::Ipv6Address::parse(address)) {
        return fail(ErrorCode::invalid_input,
                    "`" + address + "` is no address",
                    "write it as mx1.example.com=192.0.2.10,2001:db8::10");
      }
    }
    return {};
  }

  Result<void> mailboxes() {
    auto typed = options_.mailboxes;
    if (typed.empty() && asks_ && !answers_.hostname.empty()) {
      typed = split(question("First mailbox", "postmaster@" + answers_.domains.front()));
    }
    if (typed.empty() && !answers_.hostname.empty()) {
      typed = {"postmaster@" + answers_.domains.front()};
    }
    if (!typed.empty() && answers_.hostname.empty()) {
      return fail(ErrorCode::invalid_input,
                  "a mailbox needs a mail server",
                  "plumb init --server mx1.example.com=192.0.2.10");
    }
    for (const auto& text : typed) {
      PLUMB_TRY(address, values::EmailAddress::parse(text));
      const auto in = std::string(address.domain().without_dot());
      const bool declared =
          std::any_of(answers_.domains.begin(), answers_.domains.end(), [&](const auto& domain) {
            const auto name = values::DomainName::parse(domain);
            return name && name->without_dot() == in;
          });
      if (!declared) {
        return fail(ErrorCode::invalid_input,
                    "`" + text + "` lies in none of the domains",
                    "add --domain " + in);
      }
      answers_.mailboxes.push_back(address.to_unicode());
    }
    return {};
  }

  const InitOptions& options_;
  bool asks_;
  Answers answers_;
};

std::vector<NewFile> with_schemas(std::vector<NewFile> files) {
  for (const auto& schema : load::schema_texts()) {
    files.push_back(
        {".schemas/" + std::string(schema.kind) + ".schema.json", std::string(schema.text)});
  }
  return files;
}

/// Nothing is written where something is in the way.
Result<void> refuse_to_overwrite(const std::filesystem::path& folder,
                                 const std::vector<NewFile>& files) {
  std::string there;
  for (const auto& file : files) {
    std::error_code error;
    if (!file.path.starts_with(".schemas/") && file.path != ".gitignore" &&
        std::filesystem::exists(folder / file.path, error)) {
      there += (there.empty() ? "" : ", ") + file.path;
    }
  }
  if (!there.empty()) {
    return fail(ErrorCode::conflict,
                "there is a project already: " + there,
                "take another folder: plumb init FOLDER");
  }
  return {};
}

Result<void> write_all(const std::filesystem::path& folder, const std::vector<NewFile>& files) {
  for (const auto& file : files) {
    const auto path = folder / file.path;
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    if (file.path == ".gitignore" && std::filesystem::exists(path, error)) {
      continue;
    }
    if (auto written = env::write_file_atomically(path, file.text); !written) {
      return tl::unexpected(std::move(written).error());
    }
    if (!file.path.starts_with(".schemas/")) {
      say("  " + file.path + "\n");
    }
  }
  say("  .schemas/   for editors that complete and check YAML\n");
  return {};
}

}  // namespace

Result<ExitCode> init(const InitOptions& options) {
  std::error_code error;
  const auto folder = std::filesystem::weakly_canonical(options.directory, error);
  std::vector<NewFile> files;
  std::vector<std::string> mailboxes;
  if (options.demo) {
    files = demo_files();
    files.push_back(git_ignore());
    mailboxes = {"jane@example.com"};
  } else {
    Interview interview(options);
    PLUMB_TRY(answers, interview.run(folder));
    files = project_files(answers);
    mailboxes = answers.mailboxes;
  }
  files = with_schemas(std::move(files));
  if (auto free = refuse_to_overwrite(folder, files); !free) {
    return tl::unexpected(std::move(free).error());
  }
  if (auto written = write_all(folder, files); !written) {
    return tl::unexpected(std::move(written).error());
  }
  say("\n");
  if (!mailboxes.empty()) {
    say("Put the password of each mailbox into a file that git does not see:\n");
    for (const auto& address : mailboxes) {
      say("  mkdir -p secrets && openssl rand -base64 18 > " + shell_word("secrets/" + address) +
          "\n");
    }
  }
  say("Then:  plumb validate   and   plumb plan\n");
  return ExitCode::ok;
}

}  // namespace plumb::cli
